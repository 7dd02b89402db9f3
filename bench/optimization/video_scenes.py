"""The clips that optimized video is measured on: ten frames each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rotoscope.errors import InvalidOptions
from rotoscope.media.plain import read_picture
from rotoscope.motion.flicker import reduced
from rotoscope.motion.flow import Picture
from rotoscope.scenes.flight import Flight, FlightOptions

FRAMES = 10
_FIRST_OF_FLIGHT = 24


def sintel(width: int, data: Path | None) -> Sequence[Picture]:
    """Frames 16 to 25 of a shot of Sintel, in the folder of reference data.

    Raises:
        InvalidOptions: there is no such folder.
        OpenError: a frame is missing.
    """
    if data is None:
        raise InvalidOptions("ROTOSCOPE_REFERENCE_DATA names no folder of reference data. Set it.")
    folder = data / "flow" / "sintel_raft_demo_10frames"
    numbers = range(16, 16 + FRAMES)
    return [reduced(read_picture(folder / f"frame_{number:04d}.png"), width) for number in numbers]


def flight(width: int, data: Path | None) -> Sequence[Picture]:
    """A second into the rendered flight."""
    del data
    shot = Flight(FlightOptions(frame_size=(width, round(width * 9 / 16))))
    return [shot.render(index).pixels for index in range(_FIRST_OF_FLIGHT, _FIRST_OF_FLIGHT + FRAMES)]


SCENES: dict[str, Callable[[int, Path | None], Sequence[Picture]]] = {"sintel": sintel, "flight": flight}


def read_scene(name: str, *, width: int, data: Path | None) -> Sequence[Picture]:
    """Ten frames, (H, W, 3) uint8 each, so many pixels wide. Raises as the scenes do."""
    return SCENES[name](width, data)
