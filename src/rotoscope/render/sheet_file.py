"""The file of a sheet: one picture (PNG, JPEG …) or a page (HTML), whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.errors import UnsupportedMedia
from rotoscope.filters.file import write_new_file
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.output import STILL_SUFFIXES, WriteReport
from rotoscope.media.stills_writer import StillWriter

PAGE_SUFFIX: Final = ".html"


def require_output(output: Path, sources: Sequence[Path] = (), *, overwrite: bool = False) -> None:
    """Refuse what cannot be written, before anything is painted.

    Raises:
        UnsupportedMedia: the name is neither that of a still nor of a page.
        OutputExists: it is there, and is not to be replaced.
        EncodeError: it is one of the sources, or the folder it should be in is missing.
    """
    if output.suffix.lower() not in (PAGE_SUFFIX, *STILL_SUFFIXES):
        raise UnsupportedMedia(
            f"{output} does not name a kind of sheet that can be written: its suffix is {output.suffix!r}. "
            "Give a name that ends in .html for a page to sort and scroll, or in "
            f"{', '.join(STILL_SUFFIXES)} for one picture."
        )
    refuse_source(output, *sources)
    refuse_existing(output, overwrite=overwrite)


def write_sheet(
    output: Path, *, draw: Callable[[], Pixels], page: Callable[[], str], overwrite: bool = False
) -> WriteReport:
    """Write a sheet or a page, as the name says.

    Args:
        output: ``.png``, ``.jpg``, ``.webp``, ``.tif``, or ``.html``: one file that needs no other.
        draw: gives the sheet, (H, W, 3) uint8 sRGB.
        page: gives the page.
        overwrite: replace what is there.

    Raises:
        UnsupportedMedia, OutputExists, EncodeError: it cannot be written.
    """
    if output.suffix.lower() == PAGE_SUFFIX:
        text = page().encode()
        write_new_file(output, text, overwrite=overwrite)
        return WriteReport(output, 1, len(text), "html")
    pixels = draw()
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(pixels, index=0, pts=0, time_base=Fraction(1)))
    return writer.close()
