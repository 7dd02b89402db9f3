"""The pictures of docs/explanation/coherence.md: a flight painted with each coherence, moving and still."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final, get_args

import cv2
import numpy as np

from pictures_of.folder import PICTURES, write_picture
from rotoscope.media.clip import open_clip
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.writer import open_writer
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.palette.palette import Palette
from rotoscope.render.flight_clip import write_flight
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.stylize import stylize
from rotoscope.scenes.flight import Flight, FlightOptions

_FILTERS: Final = ("stained-glass", "great-wave")
"""One that flickers much, and one that flickers little."""
_FLIGHT: Final = FlightOptions(frame_size=(480, 270), frame_rate=Fraction(24), frame_count=48)
_DETAIL: Final = (slice(90, 250), slice(0, 240))
"""Rows and columns that move in the animation, at full size: a smaller picture would flicker less."""
_MOVING: Final = slice(12, 40)
"""Frames that move."""
_SHOWN: Final = 30
"""The frame that stands still on the sheet."""
_STRETCHED: Final = 4
"""How many times what flickers is made brighter."""
_QUALITY: Final = 45.0
"""Of the animation; flicker fills a file."""


def write_coherence(palette: Palette) -> None:
    """An animation of one filter, and a sheet of both with what flickers."""
    flight = Flight(_FLIGHT)
    with tempfile.TemporaryDirectory() as folder:
        source = write_flight(Path(folder) / "flight.mkv", _FLIGHT)
        painted = {name: _painted(source, Look([palette.load(name)])) for name in _FILTERS}
    _write_animation(painted[_FILTERS[0]])
    rows = [row for clips in painted.values() for row in _rows(flight, clips)]
    sheet = contact_sheet(
        rows,
        width=1600,
        tile_height=216,
        column_headings=get_args(Coherence),
        row_headings=[heading for name in _FILTERS for heading in (name, "flicker")],
    )
    write_picture(PICTURES / "coherence.jpg", sheet, quality=50)


def _painted(source: Path, look: Look) -> dict[str, Sequence[Pixels]]:
    """Frames of the flight as each coherence paints them."""
    clips: dict[str, Sequence[Pixels]] = {}
    for coherence in get_args(Coherence):
        output = source.with_name(f"{coherence}.mkv")
        options = RenderOptions(coherence=coherence)
        stylize(source, output, look, encoder=EncoderOptions(codec="ffv1"), overwrite=True, options=options)
        clips[coherence] = [frame.pixels for frame in open_clip(output).frames()]
    return clips


def _write_animation(clips: dict[str, Sequence[Pixels]]) -> None:
    with open_writer(
        PICTURES / "coherence.webp", source=None, options=EncoderOptions(quality=_QUALITY), overwrite=True
    ) as writer:
        for index, pixels in enumerate(_side_by_side(clips)):
            writer.write(Frame(pixels, index=index, pts=index, time_base=1 / _FLIGHT.frame_rate, duration=1))


def _side_by_side(clips: dict[str, Sequence[Pixels]]) -> Iterator[Pixels]:
    for frames in zip(*(clip[_MOVING] for clip in clips.values()), strict=True):
        tiles = [Tile(frame[_DETAIL], name) for name, frame in zip(clips, frames, strict=True)]
        yield contact_sheet([tiles[:2], tiles[2:]], width=600)


def _rows(flight: Flight, clips: dict[str, Sequence[Pixels]]) -> tuple[list[Tile], list[Tile]]:
    """One frame as each coherence paints it, and what flickers in it."""
    shown = [Tile(clip[_SHOWN]) for clip in clips.values()]
    return shown, [Tile(_flicker(flight, clip)) for clip in clips.values()]


def _flicker(flight: Flight, clip: Sequence[Pixels]) -> Pixels:
    """What changes from the frame before to the one shown beyond what moves, which is known of the flight."""
    frame = flight.render(_SHOWN)
    assert frame.backward_flow is not None
    assert frame.occlusion is not None
    height, width = frame.occlusion.shape
    down, right = np.mgrid[:height, :width].astype(np.float32)
    x, y = right + frame.backward_flow[..., 0], down + frame.backward_flow[..., 1]
    before = cv2.remap(clip[_SHOWN - 1], x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    difference = cv2.absdiff(clip[_SHOWN], before).astype(np.int64) * _STRETCHED
    difference[frame.occlusion] = 0
    return np.minimum(difference, 255).astype(np.uint8)
