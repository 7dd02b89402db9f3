"""Where in a picture something is to be seen, and a window over a clip that rests on it without shaking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.motion.flow import Picture

Floats: TypeAlias = NDArray[np.float32]

_LONG_SIDE: Final = 160
"""Pixels of the pictures that are looked at."""
_SURROUNDS: Final = (4.0, 12.0)
"""Pixels around a place that it is held against."""
_MOTION: Final = 1.5
"""How much what moves counts beside what stands out."""
_LEAST_MOTION: Final = 6.0
"""Levels out of 255 that noise changes by as well."""
_MIDDLE: Final = 0.4
"""How much less the edges of a picture count than its middle."""
_PLACES: Final = 48
"""Windows that are compared, side by side."""
_FINER: Final = 4
"""Parts of a small picture's pixel that windows are told apart by."""
_EDGE: Final = 0.6
"""How much less counts what is at a window's edge than what is in its middle."""
_STIFFNESS: Final = 1.2
"""How much a window pays for moving: at 1, crossing the whole way takes a second that is all better there."""
_WORTH_MOVING: Final = 0.22
"""Share of the window's side below which it rather stays where it is for a whole shot."""
_EASE_SECONDS: Final = 0.8
"""Standard deviation of the smoothing of a path."""


def small_picture(picture: Picture) -> Picture:
    """(H, W, 3) uint8, small enough to be looked at quickly."""
    height, width = picture.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Picture", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def interest(small: Picture, before: Picture | None = None) -> Floats:
    """How much there is to see at each place, (H, W), adding up to 1.

    What differs in lightness or color from its surroundings counts, and what moves against them.

    Args:
        small: of :func:`small_picture`.
        before: the picture some moments earlier, of the same size.
    """
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab).astype(np.float32)
    found = np.zeros(small.shape[:2], np.float32)
    fine = cv2.GaussianBlur(lab, (0, 0), 1.0)
    for surround in _SURROUNDS:
        apart = fine - cv2.GaussianBlur(lab, (0, 0), surround)
        found += np.sqrt(np.square(apart).sum(axis=2))
    found = _normal(found)
    if before is not None:
        found += _MOTION * _motion(small, before)
    found = cast("Floats", cv2.GaussianBlur(found, (0, 0), 3.0)) * _middle(small.shape[:2])
    return _normal(found)


def _motion(small: Picture, before: Picture) -> Floats:
    """What moves otherwise than the picture as a whole, adding up to 1, or to 0 where nothing does."""
    now, then = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in (small, before))
    (across, down), _ = cv2.phaseCorrelate(then, now)
    whole = np.array([[1, 0, across], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(then, whole, (now.shape[1], now.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    change = np.abs(cv2.GaussianBlur(now, (0, 0), 1.5) - cv2.GaussianBlur(moved, (0, 0), 1.5))
    return _normal(np.maximum(change - _LEAST_MOTION, 0))


def _normal(values: NDArray[np.float32]) -> Floats:
    total = float(values.sum())
    return values / np.float32(total) if total > 0 else values


def _middle(shape: tuple[int, ...]) -> Floats:
    height, width = shape[:2]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    return 1 - np.float32(_MIDDLE) * np.clip(down + across, 0, 1)


@dataclass(frozen=True, slots=True)
class Crop:
    """A window of one shape, as large as a picture has it, and along which side it can be moved."""

    size: tuple[int, int]
    """(width, height) of the window, in pixels."""
    picture_size: tuple[int, int]

    @classmethod
    def of(cls, picture_size: tuple[int, int], aspect: float) -> Crop:
        """The largest window of that shape, width over height."""
        width, height = picture_size
        if width > height * aspect:
            return cls((max(1, round(height * aspect)), height), picture_size)
        return cls((width, max(1, round(width / aspect))), picture_size)

    @property
    def is_across(self) -> bool:
        """Whether it moves from left to right, or else from top to bottom."""
        return self.size[0] < self.picture_size[0]

    @property
    def room(self) -> int:
        """Pixels that it can be moved by."""
        axis = 0 if self.is_across else 1
        return self.picture_size[axis] - self.size[axis]

    def centered_at(self, center: tuple[float, float]) -> float:
        """Where along its way, 0 to 1, the window stands whose middle is nearest to a place.

        Args:
            center: shares of the picture's width and height.
        """
        axis = 0 if self.is_across else 1
        if not self.room:
            return 0.0
        at = center[axis] * self.picture_size[axis] - self.size[axis] / 2
        return min(max(at / self.room, 0.0), 1.0)

    def scores(self, found: Floats) -> Floats:
        """How much a window sees at each of some places along its way, from the share 0 to the share 1."""
        along = np.repeat(found.sum(axis=0 if self.is_across else 1), _FINER)
        axis = 0 if self.is_across else 1
        share = self.size[axis] / self.picture_size[axis]
        starts = np.linspace(0, 1 - share, _PLACES)[:, None]
        # From -1 at the window's one edge to 1 at the other.
        inside = ((np.arange(len(along)) + 0.5) / len(along) - starts) / share * 2 - 1
        weights = np.where(np.abs(inside) <= 1, 1 - _EDGE * np.square(inside), 0)
        return (weights @ along / _FINER).astype(np.float32)


def best_place(scores: Floats) -> float:
    """The share of its way at which a window that never moves stands.

    Where several places are about as good, the one in the middle of them.
    """
    good = np.flatnonzero(scores >= scores.max() * 0.995)
    return float(good.mean() / (len(scores) - 1))


def steady_path(scores: Sequence[Floats], step_seconds: float, crop: Crop) -> NDArray[np.float64]:
    """Where a window stands during one shot, as shares of its way, one for each of the moments looked at.

    It rests where that is nearly as good as following; else it glides.

    Args:
        scores: of the moments, which are ``step_seconds`` apart.
        step_seconds: time between two of them.
        crop: whose window it is.
    """
    still = best_place(cast("Floats", np.sum(scores, axis=0)))
    path = _followed(scores, step_seconds) / (_PLACES - 1)
    path = _smooth(path, _EASE_SECONDS / step_seconds)
    axis = 0 if crop.is_across else 1
    if np.ptp(path) * crop.room < _WORTH_MOVING * crop.size[axis]:
        return np.full(len(scores), still)
    return path


def _followed(scores: Sequence[Floats], step_seconds: float) -> NDArray[np.float64]:
    """The places that see the most together, with moving paid for."""
    places = np.arange(_PLACES)
    price = _STIFFNESS * np.square((places[:, None] - places[None, :]) / (_PLACES - 1)) / step_seconds
    total = scores[0].astype(np.float64)
    came_from: list[NDArray[np.intp]] = []
    for now in scores[1:]:
        reached = total[None, :] - price
        came_from.append(reached.argmax(axis=1))
        total = reached.max(axis=1) + now
    place = int(total.argmax())
    path = [place]
    for before in reversed(came_from):
        place = int(before[place])
        path.append(place)
    return np.array(path[::-1], np.float64)


def _smooth(path: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    reach = max(1, round(3 * sigma))
    weights = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / max(sigma, 1e-6)))
    held = np.pad(path, reach, mode="edge")
    return np.asarray(np.convolve(held, weights / weights.sum(), mode="valid"), np.float64)
