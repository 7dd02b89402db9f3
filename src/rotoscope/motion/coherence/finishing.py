"""From an average to a painting: as sharp as what was painted, in whole levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import cv2
import numpy as np

from rotoscope.motion.coherence.memory import Levels, Remembered
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.motion.coherence.shrinking import Painted, shrunk

_WIDTH: Final = 480
"""Pixels that sharpness is measured at."""
_GRAIN: Final = 1.5
"""Pixels at that width: the deviation of the blur that detail is what differs from."""
_MOST_GAIN: Final = 3.0
_HASTE: Final = 0.3
"""Share of the way to the wanted gain that is gone at a frame, so that sharpness itself does not flicker."""


class Finisher:
    """Finishes one frame after the other.

    An average of paintings is softer than each of them: strokes that differ cancel out, and each move between
    pixels costs some detail. What is left of the detail is made stronger, by one factor for the whole
    picture, until gradients are as large as the mode wants.
    """

    def __init__(self, mode: CoherenceMode) -> None:
        """Begin without a past."""
        self._sharpness = mode.sharpness
        self._gain: float | None = None

    def forget(self) -> None:
        """Begin anew, as after a cut."""
        self._gain = None

    def finish(
        self, remembered: Remembered, now: tuple[Levels, ...], planes: Sequence[Painted]
    ) -> tuple[Painted, ...]:
        """The painting to be shown.

        Args:
            remembered: the average as seen from its frame.
            now: the painting of that frame by :func:`rotoscope.motion.coherence.memory.as_blended`.
            planes: that painting; the result has its shapes and types.
        """
        first, *others = remembered.planes
        if self._sharpness is not None:
            first = self._sharpened(first, now[0], self._sharpness)
        together = zip((first, *others), now, planes, strict=True)
        return tuple(_whole(average, blended, plane) for average, blended, plane in together)

    def _sharpened(self, average: Levels, painted: Levels, wanted: float) -> Levels:
        small = _reduced(average)
        soft_small = cast("Levels", cv2.GaussianBlur(small, (0, 0), _GRAIN))
        detail = small - soft_small
        now, half = _gradient(small), _gradient(np.asarray(small + 0.5 * detail, np.float32))
        missing = wanted * _gradient(_reduced(painted)) - now
        gain = float(np.clip(0.5 * missing / max(half - now, 1e-6), 0, _MOST_GAIN))
        self._gain = gain if self._gain is None else self._gain + _HASTE * (gain - self._gain)
        if self._gain < 0.01:
            return average
        soft = _enlarged(soft_small, average)
        return cast("Levels", cv2.addWeighted(average, 1 + self._gain, soft, -self._gain, 0))


def _whole(average: Levels, now: Levels, plane: Painted) -> Painted:
    """In whole levels; where it is smaller than the plane, what it changes is added to the plane."""
    depth = cv2.CV_8U if plane.dtype == np.uint8 else cv2.CV_16U
    if average.shape == plane.shape:
        return cast("Painted", cv2.addWeighted(average, 1, average, 0, 0, dtype=depth))
    change = average - now
    large = cv2.resize(change, (plane.shape[1], plane.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cast("Painted", cv2.add(plane, large, dtype=depth))


def _reduced(levels: Levels) -> Levels:
    if levels.ndim == 3:
        levels = cast("Levels", cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))
    height, width = levels.shape
    if width <= _WIDTH:
        return levels
    size = (_WIDTH, max(1, round(height * _WIDTH / width)))
    return shrunk(levels, size)


def _enlarged(soft: Levels, average: Levels) -> Levels:
    """An average without its grain, from its reduced luma, which holds all of it where there is one plane."""
    if average.ndim == 3:
        grain = _GRAIN * max(average.shape[1] / _WIDTH, 1.0)
        return cast("Levels", cv2.GaussianBlur(average, (0, 0), grain))
    size = (average.shape[1], average.shape[0])
    return soft if average.shape == soft.shape else cast("Levels", cv2.resize(soft, size))


def _gradient(levels: Levels) -> float:
    """Mean difference of neighbors, across and down."""
    pairs = ((levels[:, 1:], levels[:, :-1]), (levels[1:], levels[:-1]))
    return sum(cv2.norm(later, earlier, cv2.NORM_L1) / later.size for later, earlier in pairs if later.size)
