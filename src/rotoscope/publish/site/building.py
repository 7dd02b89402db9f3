"""A whole site from collections: every file that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from rotoscope.palette.entry import PaletteEntry
from rotoscope.publish.owned import OwnedFile, OwnedFiles, PublishedFile
from rotoscope.publish.site.feeds import FeedItem, feed, robots, sitemap
from rotoscope.publish.site.filter_views import filter_views
from rotoscope.publish.site.gathering import Gatherer, OnWork, TagsOf, ToPublish, no_tags
from rotoscope.publish.site.made import Makings
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.site.pages import Head, PageMaker, Preview
from rotoscope.publish.site.text import to_plain
from rotoscope.publish.site.views import CollectionView, FilterView, UpdateView, WorkView

_ASSETS: Final = Path(__file__).parent / "assets"
_DESCRIBED: Final = 200
"""Characters of a description that is made of a text."""
_LATEST: Final = 3
"""Updates on the first page."""


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """All files of a site."""

    files: dict[str, PublishedFile]
    """By path, with ``/`` between folders."""
    made: dict[str, Any]
    """See :attr:`rotoscope.publish.owned.OwnedFiles.made`."""
    pages: tuple[str, ...]
    """Paths of the pages that people look at."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """What a place has already."""

    record: OwnedFiles = field(default_factory=OwnedFiles)
    files: Mapping[str, OwnedFile] = field(default_factory=dict[str, OwnedFile])
    """Files that are there with the bytes that the record says: they need not be made again."""


def build_site(
    given: Sequence[ToPublish],
    site: SiteOptions,
    palette: Mapping[str, PaletteEntry],
    scratch: Path,
    *,
    before: AtHand | None = None,
    tags_of: TagsOf = no_tags,
    on_work: OnWork | None = None,
) -> BuiltSite:
    """Make the files of a site; nothing is written but to ``scratch``.

    Args:
        given: collections; those that are not published are left out.
        site: its words and address.
        palette: filters at hand, by name.
        scratch: a folder for encoded videos; it must last until the files were put into their place.
        before: what is there already, and is kept where it is the same.
        tags_of: what travels with the largest JPEG of a work.
        on_work: told after every work.

    Raises:
        RotoscopeError: a collection, or a file of one, is not in order.
    """
    before = before or AtHand()
    makings = Makings(before.record, before.files)
    shown = [one for one in given if one.collection.published]
    collections = sorted(Gatherer(makings, scratch, tags_of, on_work).views(shown), key=_newest_first)
    works = [work for view in collections for work in view.works]
    files = makings.files
    filters = filter_views(works, palette, makings)
    updates = [UpdateView(update, view) for view in collections for update in view.updates]
    updates.sort(key=lambda view: (view.date, view.path), reverse=True)
    builder = _Builder(site, collections, {one.name: one for one in filters}, updates)
    builder.build()
    files |= {path: PublishedFile.of(content) for path, content in builder.files.items()}
    return BuiltSite(dict(sorted(files.items())), makings.made, tuple(sorted(builder.pages)))


def _newest_first(view: CollectionView) -> tuple[int, str]:
    day = view.collection.date or date.min
    return -day.toordinal(), view.collection.name


class _Builder:
    """The pages of one site."""

    def __init__(
        self,
        site: SiteOptions,
        collections: Sequence[CollectionView],
        filters: Mapping[str, FilterView],
        updates: Sequence[UpdateView],
    ) -> None:
        self._site = site
        self._collections = collections
        self._filters = filters
        self._updates = updates
        self._maker = PageMaker(site, has_filters=bool(filters), has_updates=bool(updates))
        self.files: dict[str, bytes] = {}
        self.pages: list[str] = []

    def build(self) -> None:
        """Everything but media."""
        self._index()
        for view in self._collections:
            self._collection(view)
            for number, work in enumerate(view.works):
                self._work(view, number, work)
        self._filter_pages()
        self._update_pages()
        head = Head("Not found", not_found=True)
        self.files["404.html"] = self._maker.page("not_found.html", "404.html", head)
        for asset in sorted(_ASSETS.iterdir()):
            self.files[f"assets/{asset.name}"] = asset.read_bytes()
        self._feeds()

    def _page(self, template: str, path: str, head: Head, **values: object) -> None:
        self.files[path] = self._maker.page(template, path, head, **values)
        self.pages.append(path)

    def _index(self) -> None:
        featured = [view for view in self._collections if view.collection.feature]
        others = [view for view in self._collections if not view.collection.feature]
        first = next(iter((*featured, *others)), None)
        preview = None if first is None else _preview(first.cover)
        head = Head(self._site.title, self._site.description, preview)
        self._page(
            "index.html",
            "index.html",
            head,
            featured=featured,
            others=others,
            updates=self._updates[:_LATEST],
        )

    def _collection(self, view: CollectionView) -> None:
        collection = view.collection
        names = dict.fromkeys(name for work in view.works for link in work.filters for name in link.names)
        description = collection.description or _told(collection.story)
        self._page(
            "collection.html",
            view.path,
            Head(collection.title, description, _preview(view.cover)),
            view=view,
            filters=[self._filters[name] for name in names],
            updates=[update for update in self._updates if update.collection is view],
        )

    def _work(self, of: CollectionView, number: int, view: WorkView) -> None:
        after = of.works[number + 1 : number + 2]
        before = of.works[number - 1 : number] if number else ()
        self._page(
            "work.html",
            view.path,
            Head(
                view.work.title,
                _told(view.work.caption) or view.work.alt or of.collection.description,
                _preview(view),
                og_type="video.other" if view.video else "article",
                has_wipe=view.source is not None,
            ),
            view=view,
            of=of,
            filters=self._filters,
            before=next(iter(before), None),
            after=next(iter(after), None),
        )

    def _filter_pages(self) -> None:
        if not self._filters:
            return
        views = sorted(self._filters.values(), key=lambda view: view.title.lower())
        head = Head("Filters", "The images behind the paintings, and what they mean.")
        self._page("filters.html", "filters/index.html", head, views=views)
        for view in views:
            told = _told(view.meaning) or view.about
            head = Head(view.title, told, _preview(view.works[0]))
            self._page("filter.html", view.path, head, view=view)

    def _update_pages(self) -> None:
        if not self._updates:
            return
        self._page("updates.html", "updates/index.html", Head("Updates"), views=self._updates)
        for view in self._updates:
            head = Head(
                view.update.title,
                _told(view.update.text),
                _preview(view.collection.cover),
                og_type="article",
            )
            self._page("update.html", view.path, head, view=view)

    def _feeds(self) -> None:
        self.files["robots.txt"] = robots(self._site)
        if self._site.root is None:
            return
        items = [
            FeedItem(view.update.title, view.path, view.date, _told(view.update.text) or "")
            for view in self._updates
        ]
        items += [
            FeedItem(one.collection.title, one.path, one.collection.date, one.collection.description or "")
            for one in self._collections
            if one.collection.date is not None
        ]
        self.files["feed.xml"] = feed(self._site, items)
        self.files["sitemap.xml"] = sitemap(self._site, sorted(self.pages))


def _preview(view: WorkView | None) -> Preview | None:
    return None if view is None else Preview.of(view.picture, view.work.described)


def _told(text: str | None) -> str | None:
    return to_plain(text, most=_DESCRIBED) if text else None
