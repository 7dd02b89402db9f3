"""The image behind a filter: what its card tells, for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePath

from rotoscope._version import __version__
from rotoscope.errors import InvalidOptions, RotoscopeError
from rotoscope.filters.card import Card, StyleImage
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.spec import parse_filter_spec, parse_mixture
from rotoscope.media.still_codecs import StillTags
from rotoscope.palette.card_pictures import card_pictures
from rotoscope.palette.entry import PaletteEntry
from rotoscope.publish.owned import PublishedFile
from rotoscope.publish.shelf import name_from
from rotoscope.publish.site.made import Makings
from rotoscope.publish.site.pictures import MEDIA_FOLDER, WebPicture, encode_variants
from rotoscope.publish.site.views import CardPictureView, Fact, FilterLink, FilterView, WorkView
from rotoscope.publish.work import UsedFilter
from rotoscope.styles.registry import STYLES, render_style

_DIGEST_DIGITS = 12
_DRAWN = "rotoscope styles render"
"""What the card of a filter says whose style image is drawn here."""
_SIDE = 768
"""Pixels of such an image."""


def filter_link(used: UsedFilter) -> FilterLink:
    """A used filter with the names in it; what nobody can take apart is a name by itself."""
    try:
        mixture = parse_mixture(used.filter)
        specs = [used.filter] if mixture is None else [spec for spec, _ in mixture]
        names = tuple(dict.fromkeys(_name(spec) for spec in specs))
    except InvalidOptions:
        names = (name_from(used.filter),)
    label = PurePath(used.filter).name if ".onnx" in used.filter else used.filter
    return FilterLink(label, names, used.digest)


def _name(spec: str) -> str:
    parsed = parse_filter_spec(spec)
    return name_from(PurePath(parsed.name).stem if parsed.is_path else parsed.name)


def filter_views(
    works: Sequence[WorkView], palette: Mapping[str, PaletteEntry], makings: Makings
) -> list[FilterView]:
    """The filters that painted the works, by name.

    Args:
        works: all of the site.
        palette: the filters at hand by name; a filter that is not among them has a page with its name alone.
        makings: takes the pictures of cards, and of style images that are drawn here.
    """
    painted: dict[str, list[WorkView]] = {}
    for work in works:
        for name in dict.fromkeys(name for link in work.filters for name in link.names):
            painted.setdefault(name, []).append(work)
    return [_view(name, palette.get(name), tuple(found), makings) for name, found in sorted(painted.items())]


def _view(name: str, entry: PaletteEntry | None, works: tuple[WorkView, ...], makings: Makings) -> FilterView:
    card = None if entry is None else entry.card
    if card is None:
        kind = KINDS.get(name)
        about = None if kind is None else kind.summary
        return FilterView(name, name, None, None, None, (), None, about, works)
    shown = _pictures(card, makings.files)
    return FilterView(
        name=name,
        title=card.title or name,
        drawn=_drawn(card, makings),
        style=shown.get("style"),
        texture=shown.get("texture"),
        facts=tuple(_facts(card, entry)),
        meaning=card.meaning,
        about=None,
        works=works,
    )


def _drawn(card: Card, makings: Makings) -> WebPicture | None:
    """The style image, drawn anew, where it is one of this version's own."""
    image = card.style
    if image is None or image.source != _DRAWN or card.name not in STYLES:
        return None
    key = sha256(f"{card.name} {_SIDE} {__version__}".encode()).hexdigest()[:_DIGEST_DIGITS]
    slug = f"filter-{card.name}-image"

    def made() -> tuple[WebPicture, dict[str, bytes | Path]]:
        return encode_variants(render_style(card.name, _SIDE), key, slug, StillTags())

    return makings.make(key, WebPicture, made)


def _pictures(card: Card, files: dict[str, PublishedFile]) -> dict[str, CardPictureView]:
    found: dict[str, CardPictureView] = {}
    try:
        pictures = card_pictures(card)
    except RotoscopeError:  # damaged pictures of a card hinder nothing else
        return found
    for picture in pictures:
        digest = sha256(picture.content).hexdigest()[:_DIGEST_DIGITS]
        path = f"{MEDIA_FOLDER}/filter-{card.name}-{picture.name}-{digest}{picture.suffix}"
        files[path] = PublishedFile.of(picture.content)
        found[picture.name] = CardPictureView(path, *picture.size)
    return found


def _facts(card: Card, entry: PaletteEntry | None) -> list[Fact]:
    facts: list[Fact] = []
    for image in (card.style, *card.more_styles):
        facts += [] if image is None else _image_facts(image)
    made = [card.author, None if card.created is None else str(card.created.year)]
    facts += [
        Fact("Filter made by", ", ".join(one for one in made if one)),
        Fact("Terms of the filter", card.license or ""),
        Fact("Digest", "" if entry is None or entry.digest is None else entry.digest[:_DIGEST_DIGITS]),
    ]
    return [fact for fact in facts if fact.told]


def _image_facts(image: StyleImage) -> list[Fact]:
    source = image.source or ""
    href = source if source.startswith(("https://", "http://")) else None
    return [
        Fact("Image", image.title or ""),
        Fact("By", image.artist or ""),
        Fact("Made", image.year or ""),
        Fact("Held by", image.collection or ""),
        Fact("Terms", image.license or ""),
        Fact("Found at", source if href is None else _host(source), href),
    ]


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]
