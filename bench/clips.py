"""The clip that everything is measured on."""

from __future__ import annotations

from pathlib import Path

from rotoscope.render.flight_clip import write_flight
from rotoscope.scenes.flight import FlightOptions


def bench_clip(folder: Path, *, frame_size: tuple[int, int], frame_count: int) -> Path:
    """A rendered flight with sound; made once and kept."""
    width, height = frame_size
    path = folder / f"flight-{width}x{height}-{frame_count}.mp4"
    if not path.exists():
        write_flight(path, FlightOptions(frame_size=frame_size, frame_count=frame_count))
    return path
