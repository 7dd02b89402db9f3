"""The clips that everything is measured on: a rendered flight, and others made of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from rotoscope.media.selection import Selection
from rotoscope.render.flight_clip import write_flight
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize
from rotoscope.scenes.flight import FlightOptions

FRAME_COUNT = 96


def flight_720p(folder: Path) -> Path:
    """1280x720 with sound, 96 frames; rendered once and kept."""
    path = folder / "flight-1280x720.mp4"
    if not path.exists():
        write_flight(path, FlightOptions(frame_size=(1280, 720), frame_count=FRAME_COUNT))
    return path


def flight_twice_as_long(folder: Path) -> Path:
    """The same with every frame twice."""
    path = folder / "flight-1280x720-twice.mp4"
    if not path.exists():
        stylize(flight_720p(folder), path, Look(), selection=Selection(fps=Fraction(48)))
    return path


def flight_2160p(folder: Path) -> Path:
    """One second of it enlarged to 3840x2160, 24 frames."""
    path = folder / "flight-3840x2160.mp4"
    if not path.exists():
        stylize(flight_720p(folder), path, Look(size=2160), selection=Selection(stop=Fraction(1)))
    return path
