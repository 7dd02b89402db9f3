"""A clip of the project's own, painted, with a sheet of frames before and after."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rotoscope.media.clip import open_clip
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Frame
from rotoscope.media.writer import open_writer
from rotoscope.render.flight_clip import write_flight
from rotoscope.render.look import Look
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import stylize
from rotoscope.scenes.flight import FlightOptions

FRAME_SIZE = (640, 360)
"""Of the demonstration: rendered within half a minute on one core."""
FRAME_RATE = Fraction(24)
"""Frames a second."""
SHEET_FRAMES = 3
SHEET_WIDTH = 1600
"""Pixels."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demonstration made."""

    source: Path
    """The rendered flight."""
    result: RenderResult
    """The painted one."""
    sheet: Path
    """PNG of frames before and after."""


def make_demo(
    folder: Path,
    look: Look,
    *,
    seconds: float = 4.0,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> Demo:
    """Render a flight, paint it, and lay frames of both on a sheet.

    Args:
        folder: made if missing; receives ``flight.mp4``, ``painted.mp4`` and ``before-and-after.png``.
        look: what to paint.
        seconds: length of the flight.
        overwrite: replace what an earlier demonstration left.
        on_progress: told about rendering, then about painting.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frame_count = max(2, round(seconds * FRAME_RATE))
    options = FlightOptions(frame_size=FRAME_SIZE, frame_rate=FRAME_RATE, frame_count=frame_count)
    source = write_flight(folder / "flight.mp4", options, overwrite=overwrite, on_progress=on_progress)
    painted = folder / "painted.mp4"
    result = stylize(source, painted, look, overwrite=overwrite, on_progress=on_progress)
    sheet = write_before_and_after(
        source, painted, folder / "before-and-after.png", heading=look.description, overwrite=overwrite
    )
    return Demo(source, result, sheet)


def write_before_and_after(
    source: Path, painted: Path, sheet: Path, *, heading: str, overwrite: bool = False
) -> Path:
    """Write a contact sheet: frames of a clip above the same frames painted.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`.
    """
    rows = [
        [Tile(frame.pixels, f"{float(frame.time_seconds):.2f} s") for frame in _spread(clip)]
        for clip in (source, painted)
    ]
    pixels = contact_sheet(rows, row_headings=("source", heading), width=SHEET_WIDTH)
    with open_writer(sheet, source=None, overwrite=overwrite) as writer:
        writer.write(Frame(pixels, index=0, pts=0, time_base=Fraction(1)))
    return sheet


def _spread(clip_path: Path) -> Sequence[Frame]:
    """Frames at even distances, the first and the last among them."""
    clip = open_clip(clip_path)
    count = clip.expected_frames or 1
    wanted = {round(step * (count - 1) / (SHEET_FRAMES - 1)) for step in range(SHEET_FRAMES)}
    with closing(clip.frames()) as frames:
        return [frame for frame in frames if frame.index in wanted]
