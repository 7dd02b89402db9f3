"""Publishing collections: build a site, check its links, and put what changed into its place."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rotoscope.errors import PublishError
from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.palette import Palette
from rotoscope.publish.links import BuiltFiles, LinkReport, check_links
from rotoscope.publish.media import Fetch, MediaFinder
from rotoscope.publish.owned import record_of
from rotoscope.publish.reading import read_collection
from rotoscope.publish.site.building import build_site
from rotoscope.publish.site.gathering import OnWork, TagsOf, ToPublish, no_tags
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.targets.base import Changes, Target
from rotoscope.publish.updates import read_updates


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was published."""

    site: str
    """Where."""
    collections: int
    works: int
    pages: int
    files: int
    size_bytes: int
    """Of all files of the site."""
    changes: Changes
    links: LinkReport | None
    """What the check of links found; None where none was wanted."""
    notes: tuple[str, ...]
    elapsed_seconds: float


def to_publish(folder: Path, fetch: Fetch | None = None) -> ToPublish:
    """A collection's folder, read.

    Args:
        folder: of the collection.
        fetch: brings files that are named by URI.

    Raises:
        CollectionNotFound, InvalidCollection: it is none, or not in order.
    """
    return ToPublish(read_collection(folder), MediaFinder(folder, fetch), tuple(read_updates(folder)))


def palette_by_name(palette: Palette) -> Mapping[str, PaletteEntry]:
    """The filters at hand that are in order."""
    return {entry.name: entry for entry in palette.list() if entry.problem is None}


def require_own_names(given: Sequence[ToPublish]) -> None:
    """Refuse collections of one name.

    Raises:
        PublishError: two have it.
    """
    names = [one.collection.name for one in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PublishError(
            f"Two collections are named {twice[0]}, and each has an address of its own. Rename the folder of "
            "one, or leave one out."
        )


def publish(
    given: Sequence[ToPublish],
    target: Target,
    site: SiteOptions,
    palette: Mapping[str, PaletteEntry],
    *,
    check: bool = True,
    overwrite: bool = False,
    tags_of: TagsOf = no_tags,
    on_work: OnWork | None = None,
) -> PublishReport:
    """Publish collections as a static gallery.

    What is there already with the same bytes is left alone, what was published there before and is no longer
    a part of the site is removed, and nothing else is touched.

    Args:
        given: collections with their files.
        target: where to.
        site: its words and address.
        palette: filters at hand, by name: what their cards tell is shown.
        check: look whether every link leads somewhere, before anything is written.
        overwrite: replace files of the place that were not published there.
        tags_of: what travels with the largest JPEG of a work.
        on_work: told after every work.

    Raises:
        PublishError: two collections have one name, or a collection is not in order.
        BrokenLinks: a text names what is not there; nothing was written.
        SiteConflict: a file would be replaced that was not published there; nothing was written.
        RotoscopeError: a file cannot be read, or the place not written to.
    """
    began = monotonic()
    require_own_names(given)
    with tempfile.TemporaryDirectory(prefix="rotoscope-") as scratch:
        built = build_site(
            given,
            site,
            palette,
            Path(scratch),
            before=target.state(),
            tags_of=tags_of,
            on_work=on_work,
        )
        links = check_links(BuiltFiles(built.files), url=site.root) if check else None
        if links is not None:
            links.require(target.shown_as)
        changes = target.put(built.files, record_of(built.files, built.made), overwrite=overwrite)
    shown = [one.collection for one in given if one.collection.published]
    return PublishReport(
        site=target.shown_as,
        collections=len(shown),
        works=sum(len(one.works) for one in shown),
        pages=len(built.pages),
        files=len(built.files),
        size_bytes=sum(file.size_bytes for file in built.files.values()),
        changes=changes,
        links=links,
        notes=(*changes.notes, *_notes(given, site)),
        elapsed_seconds=monotonic() - began,
    )


def _notes(given: Sequence[ToPublish], site: SiteOptions) -> list[str]:
    notes: list[str] = []
    hidden = [one.collection.name for one in given if not one.collection.published]
    if hidden:
        notes.append(f"not published, as they say themselves: {', '.join(hidden)}")
    if site.root is None:
        notes.append(
            "no feed, no sitemap and no previews on other sites: they need the site's address, --url"
        )
    return notes
