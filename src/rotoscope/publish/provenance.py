"""What travels with published pictures: how they were painted, and nothing of who was where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from rotoscope.errors import RotoscopeError
from rotoscope.filters.spec import parse_filter_spec, parse_mixture
from rotoscope.media.credentials import Credentials, Signing
from rotoscope.media.painted_tags import painted_tags
from rotoscope.media.provenance import FilterCredit, Provenance
from rotoscope.media.still_codecs import StillTags
from rotoscope.palette.entry import PaletteEntry
from rotoscope.publish.site.gathering import TagsOf
from rotoscope.publish.work import UsedFilter, Work
from rotoscope.render.provenance import styles_of
from rotoscope.storage.uri import is_uri, parse_uri


def tags_of_works(palette: Mapping[str, PaletteEntry], credentials: Credentials | None = None) -> TagsOf:
    """What the largest JPEG of each work carries: XMP and EXIF that say what painted it.

    Args:
        palette: filters at hand, by name: their cards tell of style images.
        credentials: what they are signed with; None: they are not.
    """

    def tags_of(work: Work) -> StillTags:
        told = provenance_of_work(work, palette)
        if told is None:
            return StillTags()
        signing = None if credentials is None else Signing(credentials, told, f"{work.name}.jpg", None)
        return replace(painted_tags(StillTags(), told, ".jpg").tags, finish=signing)

    return tags_of


def provenance_of_work(work: Work, palette: Mapping[str, PaletteEntry]) -> Provenance | None:
    """What a work's picture may say; None where no filter is known.

    Args:
        work: told are its filters, and the name of its source.
        palette: as :func:`tags_of_works`.
    """
    filters = [_credit(used, name, palette) for used in work.filters for name in _names(used.filter)]
    if not filters:
        return None
    return Provenance(
        filters=tuple(filters),
        look=" + ".join(dict.fromkeys(one.name for one in filters)),
        source_name=None if work.source is None else _file_name(work.source),
    )


def _names(spec: str) -> list[str]:
    try:
        parts = parse_mixture(spec)
        specs = [spec] if parts is None else [part for part, _ in parts]
        return [parse_filter_spec(one).name for one in specs]
    except RotoscopeError:
        return [spec]  # as somebody wrote it


def _credit(used: UsedFilter, name: str, palette: Mapping[str, PaletteEntry]) -> FilterCredit:
    entry = palette.get(name)
    card = None if entry is None else entry.card
    is_same = entry is not None and used.digest in (None, entry.digest)
    known = card if is_same else None
    return FilterCredit(
        name=name,
        kind=entry.kind if entry is not None else "unknown",
        digest=used.digest or (entry.digest if entry is not None and entry.digest else ""),
        is_trained=card is not None or entry is None,
        title=known.title if known else None,
        author=known.author if known else None,
        license=known.license if known else None,
        styles=styles_of(known),
    )


def _file_name(place: str) -> str:
    return parse_uri(place).name if is_uri(place) else PurePosixPath(place).name
