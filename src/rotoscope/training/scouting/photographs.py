"""What sketches are shown on when nobody says: pictures that are made here.

A coast from the air, far and near, and a pile of shapes: sky, water, rock and trees, flat areas and hard
edges.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.frame import Pixels
from rotoscope.render.audition import Picture
from rotoscope.render.look import resize_short_side
from rotoscope.scenes.flight import Flight, FlightOptions
from rotoscope.training.procedural import procedural_pictures

_SIDE: Final = 360
"""Short side of each, pixels."""
_NEAR: Final = (slice(300, 300 + _SIDE), slice(0, 540))
"""Rows and columns of the flight's first frame: shore, trees and a path."""
_SHAPES: Final = 4
"""Which of the procedural pictures: shapes, dark and light, on an even ground."""


def made_photographs() -> tuple[Picture, ...]:
    """Three pictures, 360 pixels on the short side, the same every time; two with the frame after them."""
    flight = Flight(FlightOptions(frame_size=(1280, 720)))
    now, soon = (flight.render(index).pixels for index in (0, 1))
    shapes = procedural_pictures(seed=0, side=_SIDE, count=_SHAPES + 1)[_SHAPES]
    return (
        Picture("coast", _whole(now), _whole(soon)),
        Picture("shore", _near(now), _near(soon)),
        Picture("shapes", shapes),
    )


def _whole(frame: NDArray[np.uint8]) -> Pixels:
    return resize_short_side(frame, _SIDE)


def _near(frame: NDArray[np.uint8]) -> Pixels:
    return np.ascontiguousarray(frame[_NEAR])
