"""Pairs of pictures between which the flow is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.plain import plain
from rotoscope.media.stills import read_still
from rotoscope.motion.flo import read_flow
from rotoscope.motion.flow import Flow, Picture
from rotoscope.scenes.flight import Flight, FlightOptions

FLIGHT = "flight"
"""Name of the scene that is rendered here, at 1280x720, with its water held still."""
_FLIGHT_PAIRS = (24, 72)
"""Frames of the flight whose way to the next one is looked at."""
_MIDDLEBURY = ("RubberWhale", "Grove2")


@dataclass(frozen=True, slots=True)
class Truth:
    """Two pictures, and the flow between them."""

    scene: str
    here: Picture
    """(H, W, 3) uint8."""
    there: Picture
    flow: Flow
    """(H, W, 2) pixels; NaN where it is not known, or a point of a flight is hidden in the other picture."""

    def end_point_error(self, found: Flow) -> float:
        """Mean distance, in pixels, of where found flow ends from where it should (Baker et al. 2011)."""
        return float(np.nanmean(self.distances(found)))

    def distances(self, found: Flow) -> NDArray[np.float32]:
        """The same for each pixel: (H, W); NaN where the flow is not known."""
        right, down = np.moveaxis(found - self.flow, 2, 0)
        return np.hypot(right, down).astype(np.float32)


def flights() -> Iterator[Truth]:
    """Pairs of a rendered flight, whose flow follows from geometry."""
    flight = Flight(FlightOptions(moving_water=False))
    for index in _FLIGHT_PAIRS:
        there = flight.render(index + 1).pixels
        here = flight.render(index).pixels
        flow, is_hidden = flight.motion(index, index + 1)
        yield Truth(FLIGHT, here, there, np.where(is_hidden[..., None], np.float32(np.nan), flow))


def references(data: Path) -> Iterator[Truth]:
    """Pairs of public benchmarks, in the folder of reference data.

    Raises:
        OpenError: a file is missing.
    """
    for name in _MIDDLEBURY:
        at = data / "flow" / "middlebury" / name
        yield _read(name, at / "frame10.png", at / "frame11.png", at / "flow10.flo")
    at = data / "flow" / "sintel" / "alley_1"
    for index in (1, 2, 3):
        here, there = (at / "clean" / f"frame_{number:04d}.png" for number in (index, index + 1))
        yield _read("alley_1", here, there, at / "flow" / f"frame_{index:04d}.flo")


def by_scene(truths: Iterator[Truth]) -> Mapping[str, list[Truth]]:
    """The pairs of each scene."""
    scenes: dict[str, list[Truth]] = {}
    for truth in truths:
        scenes.setdefault(truth.scene, []).append(truth)
    return scenes


def _read(scene: str, here: Path, there: Path, flow: Path) -> Truth:
    return Truth(scene, plain(read_still(here).pixels), plain(read_still(there).pixels), read_flow(flow))
