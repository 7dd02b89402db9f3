"""Make the pictures of the documentation with the product itself: ``make pictures``.

The photographs come with scikit-image (group ``pictures`` in pyproject.toml) and are free for any use:
the astronaut Eileen Collins and the Hubble deep field (NASA, public domain), a rocket launch (SpaceX, CC0),
a cup of coffee (Rachel Michetti, CC0), the cat Chelsea (Stéfan van der Walt, CC0). The flight is rendered.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from rotoscope.filters.base import Filter
from rotoscope.filters.chain import chain
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.stills import read_still
from rotoscope.media.writer import open_writer
from rotoscope.palette.palette import Palette
from rotoscope.render.audition import Picture, audition
from rotoscope.render.audition_sheet import audition_sheet, default_title
from rotoscope.render.candidates import load_candidates
from rotoscope.render.demo import make_demo
from rotoscope.render.look import Look, resize_short_side
from rotoscope.render.style_pictures import style_sheet
from rotoscope.scenes.flight import Flight, FlightOptions

PICTURES = Path(__file__).parent / "pictures"
PHOTOGRAPHS = {
    "astronaut.png": "astronaut (NASA)",
    "rocket.jpg": "rocket (SpaceX)",
    "coffee.png": "coffee (R. Michetti)",
    "chelsea.png": "Chelsea (S. van der Walt)",
    "hubble_deep_field.jpg": "deep field (NASA)",
}
SHORT_SIDE = 360
"""Pixels that pictures are painted at."""
LOOKS = Path(__file__).parent / "how-to" / "looks.md"
LOOKS_QUALITY = 40
LOOK_CAPTIONS = ("flight (rendered)", "astronaut (NASA)", "coffee (R. Michetti)", "Chelsea (S. van der Walt)")
"""Photographs that the looks are shown on."""


def main() -> None:
    """Make every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    palette = Palette(Path("none"))  # bundled filters only
    entries = palette.list()
    photographs = read_photographs()
    for kind, title in (("neural", "Neural filters"), ("classical", "Classical filters")):
        names = [entry.name for entry in entries if (entry.kind == "neural") == (kind == "neural")]
        filters = [palette.load(name) for name in names if name != "lut"]  # a lut needs a file
        sheet = sheet_of(filters, photographs, title=title)
        quality = 40 if kind == "classical" else None  # grain and dots fill a file
        write_picture(PICTURES / f"{kind}-filters.jpg", sheet, quality=quality)
    write_audition_picture(palette, photographs["coffee (R. Michetti)"])
    write_looks(palette, photographs)
    write_picture(PICTURES / "style-images.jpg", style_sheet(width=1200), quality=50)
    with tempfile.TemporaryDirectory() as folder:
        made = make_demo(Path(folder) / "demo", Look([palette.load("great-wave")]))
        shutil.copy(made.sheet, PICTURES / "before-and-after.png")


def read_photographs() -> dict[str, Pixels]:
    """Caption to picture, in the order of the sheet."""
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        raise SystemExit("The photographs come with scikit-image: run `make pictures`, which installs it.")
    folder = Path(found.origin).parent / "data"
    photographs = {caption: read_still(folder / name).pixels for name, caption in PHOTOGRAPHS.items()}
    flight = Flight(FlightOptions(frame_size=(640, 360), frame_count=96))
    return {"flight (rendered)": flight.render(60).pixels, **photographs}


def sheet_of(filters: Sequence[Filter], photographs: dict[str, Pixels], *, title: str) -> Pixels:
    """A row a filter, a column a photograph; the photographs themselves above."""
    small = {caption: resize_short_side(pixels, SHORT_SIDE) for caption, pixels in photographs.items()}
    rows = [[Tile(pixels, caption) for caption, pixels in small.items()]]
    rows += [[Tile(painter.apply(pixels)) for pixels in small.values()] for painter in filters]
    headings = ("photograph", *(painter.name for painter in filters))
    return contact_sheet(rows, title=title, row_headings=headings, width=2000, tile_height=240)


def write_audition_picture(palette: Palette, photograph: Pixels) -> None:
    """Every filter on one photograph, with figures."""
    filters, _ = load_candidates(palette)
    picture = Picture("coffee (R. Michetti)", photograph)
    result = audition([picture], filters, sort="style")
    sheet = audition_sheet(result, title=default_title(result), width=1200)
    write_picture(PICTURES / "audition.jpg", sheet, quality=50)


def read_looks(page: str) -> dict[str, list[str]]:
    """Heading to what follows each ``--filter`` of its command, for every section that has one command."""
    found: dict[str, list[str]] = {}
    for section in page.split("\n## ")[1:]:
        commands = re.findall(r"^rotoscope stylize photo\.jpg .*$", section, re.MULTILINE)
        if len(commands) == 1:
            words = shlex.split(commands[0])
            found[section.splitlines()[0]] = [word for flag, word in pairwise(words) if flag == "--filter"]
    return found


def write_looks(palette: Palette, photographs: dict[str, Pixels]) -> None:
    """Paint the page's commands as they stand there: a row a look."""
    shown = {caption: resize_short_side(photographs[caption], SHORT_SIDE) for caption in LOOK_CAPTIONS}
    rows = [[Tile(pixels, caption) for caption, pixels in shown.items()]]
    looks = read_looks(LOOKS.read_text(encoding="utf-8"))
    for specs in looks.values():
        look = chain([palette.load(spec) for spec in specs])
        rows.append([Tile(look.apply(pixels)) for pixels in shown.values()])
    headings = ("photograph", *looks)
    sheet = contact_sheet(rows, title="Looks", row_headings=headings, width=1200, tile_height=150)
    write_picture(PICTURES / "looks.jpg", sheet, quality=LOOKS_QUALITY)


def write_picture(path: Path, pixels: Pixels, *, quality: float | None = None) -> None:
    """Write one picture, replacing what is there."""
    options = EncoderOptions(quality=quality)
    with open_writer(path, source=None, options=options, overwrite=True) as writer:
        writer.write(Frame(pixels, index=0, pts=0, time_base=Fraction(1)))


if __name__ == "__main__":
    main()
