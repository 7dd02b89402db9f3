"""A region that is drawn on one picture, carried through the following ones by what moves in it.

A region is drawn loosely: it holds a person and something of what is behind. So what counts is the movement
of what does not go with the surroundings, if there is enough of that; the shape is shifted, turned and scaled
by it as a whole, and keeps its outline however long it is carried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.motion.flow import Flow, Gray, agrees, find_flow

Movement: TypeAlias = NDArray[np.float64]
"""(3, 3): homogeneous matrix of a shift, turn and scale, in pixels."""

LEAST_AGREEMENT: Final = 0.4
"""Share of pixels whose flow there and back must agree; below, the two pictures are of different shots."""
_LEAST_OWN = 0.3
"""Share of the region's inside that must move otherwise than its surroundings to be taken for the subject."""
_SAME_PIXELS = 0.6
"""Pixels by which a point may miss a movement and still go with it."""
_MOST_POINTS = 3000
_LEAST_POINTS = 12
_INSIDE = 128


def carry(region: Gray, pictures: Iterable[Gray]) -> Iterator[Gray]:
    """The region on every picture after the first, until the shot ends or the region has left.

    Args:
        region: (H, W), 255 inside and 0 outside, drawn on the first picture.
        pictures: (H, W) each, in the order in which the region is carried: forward or backward in time.

    Yields:
        (H, W), one for each picture after the first; fewer where there is a cut on the way.
    """
    height, width = region.shape
    whole = np.eye(3)
    here = region
    before: Gray | None = None
    for picture in pictures:
        if before is not None:
            step = find_movement(here, before, picture)
            if step is None:
                return
            whole = step @ whole
            here = cast("Gray", cv2.warpAffine(region, whole[:2], (width, height)))
            if not here.any():
                return
            yield here
        before = picture


def find_movement(region: Gray, before: Gray, after: Gray) -> Movement | None:
    """How what is in the region moves from one picture to the next; None where these are of two shots."""
    forth, back = find_flow(before, after), find_flow(after, before)
    is_sure = agrees(forth, back)
    if is_sure.mean() < LEAST_AGREEMENT:
        return None
    points, ways = _points_where((region >= _INSIDE) & is_sure, forth)
    surroundings = _fit(*_points_where((region < _INSIDE) & _around(region) & is_sure, forth))
    if surroundings is not None and len(points):
        is_own = _misses(surroundings, points, ways) > _SAME_PIXELS
        if is_own.mean() >= _LEAST_OWN:
            points, ways = points[is_own], ways[is_own]
    own = _fit(points, ways)
    if own is not None:
        return own
    return np.eye(3) if surroundings is None else surroundings


def _around(region: Gray) -> NDArray[np.bool_]:
    """A band around the region, as wide as a tenth of the picture."""
    side = max(3, min(region.shape) // 5 | 1)
    return cv2.dilate(region, np.ones((side, side), np.uint8)) >= _INSIDE


def _points_where(wanted: NDArray[np.bool_], flow: Flow) -> tuple[Flow, Flow]:
    rows, columns = np.nonzero(wanted)
    step = max(1, len(rows) // _MOST_POINTS)
    rows, columns = rows[::step], columns[::step]
    return np.stack((columns, rows), axis=1).astype(np.float32), flow[rows, columns]


def _fit(points: Flow, ways: Flow) -> Movement | None:
    """The movement that most of the points go with; None where there are too few."""
    if len(points) < _LEAST_POINTS:
        return None
    found, _ = cv2.estimateAffinePartial2D(
        points, points + ways, method=cv2.RANSAC, ransacReprojThreshold=_SAME_PIXELS
    )
    return None if cast("object", found) is None else np.vstack((found, (0.0, 0.0, 1.0)))


def _misses(movement: Movement, points: Flow, ways: Flow) -> NDArray[np.floating]:
    moved = points @ movement[:2, :2].T + movement[:2, 2]
    return np.hypot(*(moved - points - ways).T)
