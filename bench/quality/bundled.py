"""The bundled filters as candidates: each with the style image that its card names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench.quality.painters import digest_of
from bench.quality.table import BUNDLED_GROUP, Candidate
from rotoscope.filters.card import Card
from rotoscope.media.stills import SUFFIXES
from rotoscope.palette.palette import Palette
from rotoscope.render.style_pictures import write_style
from rotoscope.styles.registry import STYLES

DRAWN_HERE = "rotoscope styles render"
"""What the card of a filter says of a style image that Rotoscope draws itself."""


def bundled_cards(palette: Palette) -> list[Card]:
    """Cards of the neural filters that come with Rotoscope, by name."""
    return [entry.card for entry in palette.list() if entry.bundled and entry.card is not None]


def bundled_candidates(
    cards: Iterable[Card], folders: Iterable[Path], *, drawn: Path, flicker: Iterable[str] = ()
) -> tuple[list[Candidate], list[str]]:
    """Candidates, and the names of filters whose style image is not at hand.

    Args:
        cards: of the filters.
        folders: where style images are looked for, by their SHA-256.
        drawn: a folder for style images that Rotoscope draws itself; made if one of them is wanted.
        flicker: names of filters that paint clips, too.
    """
    cards = list(cards)
    files = {digest_of(path): path for folder in folders for path in _pictures(folder)}
    wanted = {card.style.sha256 for card in cards if card.style and card.style.source == DRAWN_HERE}
    if wanted - set(files):
        files |= {digest_of(path): path for path in _draw_all(drawn)}
    found: list[Candidate] = []
    missing: list[str] = []
    for card in cards:
        style = files.get(card.style.sha256 or "") if card.style is not None else None
        if style is None:
            missing.append(card.name)
        else:
            found.append(
                Candidate(
                    title=card.name,
                    filter=card.name,
                    style=style,
                    group=BUNDLED_GROUP,
                    flicker=card.name in set(flicker),
                )
            )
    return found, missing


def _pictures(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]


def _draw_all(folder: Path) -> list[Path]:
    """Every style image that Rotoscope draws, as `rotoscope styles render` writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in STYLES:
        place = folder / f"{name}.png"
        if not place.exists():
            write_style(name, place)
    return _pictures(folder)
