"""Every style picture by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from rotoscope.errors import InvalidOptions, UnknownStyle
from rotoscope.styles.canvas import Bytes
from rotoscope.styles.charts import star_chart, topographic_map
from rotoscope.styles.circuits import circuit_board
from rotoscope.styles.comic import comic_dots
from rotoscope.styles.deco import art_deco
from rotoscope.styles.die import silicon_die
from rotoscope.styles.drafting import blueprint
from rotoscope.styles.engraving import woodcut
from rotoscope.styles.game import pixel_tiles
from rotoscope.styles.glass import stained_glass
from rotoscope.styles.labor import linocut
from rotoscope.styles.marbling import marbled_paper
from rotoscope.styles.metal import riveted_steel
from rotoscope.styles.posters import constructivist
from rotoscope.styles.prints import halftone
from rotoscope.styles.screens import oscilloscope
from rotoscope.styles.space import nebula
from rotoscope.styles.tesserae import mosaic
from rotoscope.styles.textile import cross_stitch, kilim, plaid

MIN_SIDE, MAX_SIDE = 64, 2048
"""Pixels along a side."""


@dataclass(frozen=True, slots=True)
class Style:
    """What is known of one style picture."""

    name: str
    title: str
    """For people to read."""
    category: str
    meaning: str
    """What it stands for, in one line."""
    paint: Callable[[int, int], Bytes]
    """Side in pixels and seed to (side, side, 3) uint8 sRGB."""


_ALL = (
    Style(
        "art-deco",
        "Art deco",
        "textile and pattern",
        "The machine age dressed for dinner: fans and sunbursts in brass and lacquer",
        art_deco,
    ),
    Style(
        "blueprint",
        "Blueprint",
        "industrial",
        "How a thing was promised before it was built: machine parts in white on Prussian blue",
        blueprint,
    ),
    Style(
        "circuit-board",
        "Circuit board",
        "circuits",
        "The landscape our decisions run on: traces, vias and gold pads under green solder mask",
        circuit_board,
    ),
    Style(
        "comic-dots",
        "Comic dots",
        "print and engraving",
        "Heroes for a dime: Ben Day dots, bursts and brushed outlines",
        comic_dots,
    ),
    Style(
        "constructivist",
        "Constructivist poster",
        "propaganda",
        "Geometry that takes sides: red and black wedges, bars and disks on a diagonal",
        constructivist,
    ),
    Style(
        "cross-stitch",
        "Cross stitch",
        "textile and pattern",
        "Pixels before there were any, and the patience they took: stars, firs and hearts",
        cross_stitch,
    ),
    Style(
        "halftone",
        "Halftone",
        "print and engraving",
        "News seen too closely: four screens of dots, printed out of register",
        halftone,
    ),
    Style(
        "kilim",
        "Kilim",
        "textile and pattern",
        "A family's signs, knotted where others write: stepped diamonds in madder and indigo",
        kilim,
    ),
    Style(
        "linocut",
        "Workers' linocut",
        "labor",
        "What anyone can cut and print at a kitchen table: wheels, lamps, tools and factories",
        linocut,
    ),
    Style(
        "marbled-paper",
        "Marbled paper",
        "textile and pattern",
        "Inside the covers of ledgers and law books: inks on water, combed",
        marbled_paper,
    ),
    Style(
        "mosaic",
        "Mosaic",
        "textile and pattern",
        "A crowd that makes one picture: stones set in winding rows",
        mosaic,
    ),
    Style(
        "nebula",
        "Nebula",
        "space",
        "Dust that has not decided yet what to become: gas folded upon itself, and stars",
        nebula,
    ),
    Style(
        "oscilloscope",
        "Oscilloscope",
        "science fiction",
        "What a machine has for a pulse: glowing traces on a graticule",
        oscilloscope,
    ),
    Style(
        "pixel-tiles",
        "Pixel tiles",
        "video game",
        "A whole world in sixteen colors: seas, woods, castles and treasure",
        pixel_tiles,
    ),
    Style(
        "plaid",
        "Plaid",
        "textile and pattern",
        "Belonging, thread by thread: a twill of green, navy and red",
        plaid,
    ),
    Style(
        "riveted-steel",
        "Riveted steel",
        "industrial",
        "What industry leaves behind: painted plates, rivets, and the rust between them",
        riveted_steel,
    ),
    Style(
        "silicon-die",
        "Silicon die",
        "circuits",
        "The city inside every device: blocks of memory and logic in the colors of thin oxide",
        silicon_die,
    ),
    Style(
        "stained-glass",
        "Stained glass",
        "textile and pattern",
        "A story told by daylight: leaded panes of eight colors",
        stained_glass,
    ),
    Style(
        "star-chart",
        "Star chart",
        "space",
        "The stories we told before we could measure: constellations in gold and ivory",
        star_chart,
    ),
    Style(
        "topographic-map",
        "Topographic map",
        "print and engraving",
        "The land as those see it who plan to own it: contour lines, woods, lakes and roads",
        topographic_map,
    ),
    Style(
        "woodcut",
        "Woodcut",
        "print and engraving",
        "The first mass medium: lines that swell along rounded forms, over blocks of color",
        woodcut,
    ),
)

STYLES: Mapping[str, Style] = MappingProxyType({style.name: style for style in _ALL})
"""Name to style, in the order of names."""


def style_names() -> list[str]:
    """Names of all style pictures, in order."""
    return list(STYLES)


def get_style(name: str) -> Style:
    """What is known of a style picture.

    Raises:
        UnknownStyle: none has that name.
    """
    if name in STYLES:
        return STYLES[name]
    near = get_close_matches(name.lower().replace("_", "-"), STYLES, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownStyle(f"There is no style {name!r}.{hint} Styles at hand: {', '.join(STYLES)}.")


def render_style(name: str, side: int = 768, seed: int = 0) -> Bytes:
    """Draw a style picture.

    Args:
        name: one of :func:`style_names`.
        side: width and height in pixels, 64 to 2048. The same picture at every size, but for
            its finest grain.
        seed: 0 or more; another seed, another picture in the same style.

    Returns:
        (side, side, 3) uint8 sRGB. The same arguments give the same pixels.

    Raises:
        UnknownStyle: there is no such style.
        InvalidOptions: ``side`` or ``seed`` is outside what is allowed.
    """
    check_request(name, side, seed)
    return STYLES[name].paint(side, seed)


def check_request(name: str, side: int, seed: int) -> None:
    """Refuse what :func:`render_style` would refuse, before any work.

    Raises:
        UnknownStyle: there is no such style.
        InvalidOptions: ``side`` or ``seed`` is outside what is allowed.
    """
    get_style(name)
    if not MIN_SIDE <= side <= MAX_SIDE:
        raise InvalidOptions(
            f"A style image of {side} pixels was asked for; give a side of {MIN_SIDE} to {MAX_SIDE}."
        )
    if seed < 0:
        raise InvalidOptions(f"The seed {seed} was given; give a whole number of 0 or more.")
