"""What moves in the scene: a sailing boat and a few gulls, as small meshes of triangles.

A triangle's corners are known at every time, so the flow of each of its points is exact, flapping wings
included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.camera import SPEED, Camera
from rotoscope.scenes.ground import SKY_COLOR, SUN_COLOR
from rotoscope.scenes.noise import Field

Triangles = NDArray[np.float64]
"""(T, 3, 3): corners of triangles, world coordinates in metres."""

BOAT_START = (262.0, 48.0)
"""Metres ahead of the start of the flight, and to the right of it."""
BOAT_SPEED = 4.2
BOAT_COURSE = 1.25
"""Radians to the right of the flight's mean heading."""
GULL_COUNT = 7


@dataclass(frozen=True)
class Sighting:
    """Which triangles a block of rays meets."""

    depth: Field
    """(H, W): metres along the optical axis; infinity where there is none."""
    triangle: NDArray[np.int16]
    """(H, W): its number; -1 where there is none."""
    weights: Field
    """(H, W, 2): barycentric weights of its second and third corner."""

    def in_front_of(self, depth: Field) -> Sighting:
        """Without those farther than ``depth`` (H, W)."""
        hidden = self.depth >= depth
        return Sighting(
            np.where(hidden, np.float32(np.inf), self.depth),
            np.where(hidden, np.int16(-1), self.triangle),
            self.weights,
        )


class Actors:
    """Boat and gulls, at any time."""

    def __init__(self, *, seed: int, heading: float, sun: tuple[float, float, float]) -> None:
        """Cast them.

        Args:
            seed: how the gulls fly.
            heading: mean direction of the flight, radians clockwise from +y.
            sun: unit vector to the sun.
        """
        self._ahead = np.array([np.sin(heading), np.cos(heading), 0.0])
        self._right = np.array([np.cos(heading), -np.sin(heading), 0.0])
        self._sun = np.array(sun)
        self._boat, boat_colors = _boat()
        generator = np.random.default_rng([seed, 5])
        self._gulls = generator.random((GULL_COUNT, 6))
        gull_colors = np.tile([[0.80, 0.80, 0.80], [0.36, 0.37, 0.40]], (2 * GULL_COUNT, 1))
        body = np.tile([[0.75, 0.75, 0.74]], (GULL_COUNT, 1))
        self._colors = np.concatenate([boat_colors, gull_colors, body])

    def boat_frame(
        self, seconds: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Where the boat floats: its place, and level unit vectors ahead and to its right; (3,) each."""
        ahead = np.cos(BOAT_COURSE) * self._ahead + np.sin(BOAT_COURSE) * self._right
        right = np.cos(BOAT_COURSE) * self._right - np.sin(BOAT_COURSE) * self._ahead
        start = BOAT_START[0] * self._ahead + BOAT_START[1] * self._right
        return start + BOAT_SPEED * seconds * ahead, ahead, right

    def triangles(self, seconds: float) -> Triangles:
        """All corners at a time; the order of triangles never changes."""
        place, ahead, right = self.boat_frame(seconds)
        heel = 0.20 + 0.03 * np.sin(1.9 * seconds)
        nod = 0.02 * np.sin(2.3 * seconds + 1.0)
        up = np.array([0.0, 0.0, 1.0])
        keel_ahead = np.cos(nod) * ahead + np.sin(nod) * up
        mast = np.cross(right, keel_ahead)
        side, mast = np.cos(heel) * right - np.sin(heel) * mast, np.cos(heel) * mast + np.sin(heel) * right
        boat = place + self._boat @ np.stack([keel_ahead, side, mast])
        return np.concatenate([boat, self._gull_triangles(seconds)])

    def _gull_triangles(self, seconds: float) -> Triangles:
        wings: list[NDArray[np.float64]] = []
        bodies: list[NDArray[np.float64]] = []
        for number, (spread, depth, lift, phase, rate, drift) in enumerate(self._gulls):
            sway = 1.2 * np.sin(0.7 * seconds + 6.3 * phase)
            along = 62.0 + 9.0 * depth + 4.5 * number + (SPEED - 0.9 + 0.5 * drift) * seconds
            aside = 4.0 + 5.0 * number * (0.6 + 0.4 * spread) - 1.3 * seconds + sway
            beat = np.sin(2.0 * np.pi * (2.3 + 0.5 * rate) * seconds + 6.3 * phase)
            place = (
                along * self._ahead
                + aside * self._right
                + np.array([0.0, 0.0, 83.0 + 9.0 * lift + 0.15 * beat])
            )
            raise_inner, raise_outer = 0.20 + 0.45 * beat, 0.05 + 0.75 * beat
            for sign in (-1.0, 1.0):
                elbow = np.array([0.06, sign * 0.42, 0.42 * raise_inner])
                tip = np.array([-0.22, sign * 0.98, 0.42 * raise_inner + 0.56 * raise_outer])
                root, trail = np.array([0.14, sign * 0.05, 0.0]), np.array([-0.16, sign * 0.05, 0.0])
                back = elbow + np.array([-0.24, 0.0, 0.0])
                wings += [np.stack([root, elbow, trail]), np.stack([elbow, tip, back])]
            bodies.append(np.array([[0.38, 0.0, 0.03], [-0.42, 0.10, 0.0], [-0.42, -0.10, 0.0]]))
            basis = np.stack([self._ahead, self._right, np.array([0.0, 0.0, 1.0])])
            wings[-4:] = [place + 1.15 * one @ basis for one in wings[-4:]]
            bodies[-1] = place + 1.15 * bodies[-1] @ basis
        return np.concatenate([np.stack(wings), np.stack(bodies)])

    def colors(self, triangles: Triangles, camera: Camera) -> Field:
        """Radiance of each triangle's visible side, (T, 3)."""
        normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        towards = camera.position - triangles.mean(axis=1)
        normal *= np.where((normal * towards).sum(axis=1) < 0.0, -1.0, 1.0)[:, None]
        facing = normal @ self._sun
        # Cloth and feathers let a part of the light through from behind.
        sun = np.clip(facing, 0.0, None) + 0.45 * np.clip(-facing, 0.0, None)
        sky = 0.75 + 0.25 * normal[:, 2]
        return (self._colors * (sun[:, None] * SUN_COLOR + sky[:, None] * SKY_COLOR)).astype(np.float32)


class Stage:
    """Triangles as one camera sees them."""

    def __init__(self, camera: Camera, triangles: Triangles) -> None:
        corners = (triangles - camera.position) @ camera.axes.T
        # A ray (a, d, 1) meets a triangle at depth t where t * ray = sum of weight * corner: with the corners
        # as columns of a matrix, weights / t = inverse @ ray. Edge-on triangles have no inverse and no area.
        matrices = corners.transpose(0, 2, 1)
        seen = (corners[..., 2].min(axis=1) > 0.5) & (np.abs(np.linalg.det(matrices)) > 1e-6)
        self._numbers = np.flatnonzero(seen)
        self._inverses = np.linalg.inv(matrices[seen])
        self._focal, self._middle = camera.focal, np.array(camera.centre)
        places = corners[seen, :, :2] / corners[seen, :, 2:] * camera.focal + self._middle
        self._low, self._high = places.min(axis=1), places.max(axis=1)

    def neighborhood(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Pixels (H, W) that some triangle may touch, be it between their middles."""
        touched = np.zeros(shape, bool)
        low, high = np.floor(self._low).astype(np.int64), np.ceil(self._high).astype(np.int64) + 1
        for (left, top), (right, bottom) in zip(np.maximum(low, 0), np.maximum(high, 0), strict=True):
            touched[top:bottom, left:right] = True
        return touched

    def look(self, column: Field, row: Field) -> Sighting:
        """Find the nearest triangle along each ray.

        Args:
            column: (H, W) pixel coordinates of a grid: columns grow to the right, rows downward.
            row: likewise.
        """
        depth = np.full(column.shape, np.inf, np.float32)
        which = np.full(column.shape, -1, np.int16)
        weights = np.zeros((*column.shape, 2), np.float32)
        first, last = np.array([column[0, 0], row[0, 0]]), np.array([column[-1, -1], row[-1, -1]])
        for number in np.flatnonzero(((self._high >= first) & (self._low <= last)).all(axis=1)):
            left, right = np.searchsorted(column[0], [self._low[number, 0], self._high[number, 0]])
            top, bottom = np.searchsorted(row[:, 0], [self._low[number, 1], self._high[number, 1]])
            box = (slice(int(top), int(bottom)), slice(int(left), int(right)))
            across = (column[box] - self._middle[0]) / self._focal
            down = (row[box] - self._middle[1]) / self._focal
            shares = [a * across + b * down + c for a, b, c in self._inverses[number]]
            nearness = shares[0] + shares[1] + shares[2]
            inside = (shares[0] >= 0.0) & (shares[1] >= 0.0) & (shares[2] >= 0.0)
            nearer = inside & (nearness * depth[box] > 1.0)
            met = 1.0 / nearness[nearer]
            depth[box][nearer] = met
            which[box][nearer] = self._numbers[number]
            weights[box][nearer] = np.stack([shares[1][nearer] * met, shares[2][nearer] * met], axis=-1)
        return Sighting(depth, which, weights)


def points(triangles: Triangles, sighting: Sighting) -> NDArray[np.float64]:
    """World points (N, 3) of the N rays that meet a triangle, in row-major order, for the corners given here.

    With the corners of another time it is where those same points of the mesh are then.
    """
    seen = sighting.triangle >= 0
    corners = triangles[sighting.triangle[seen]]
    weights = sighting.weights[seen].astype(np.float64)
    return corners[:, 0] + (
        weights[:, :1] * (corners[:, 1] - corners[:, 0]) + weights[:, 1:] * (corners[:, 2] - corners[:, 0])
    )


def _boat() -> tuple[Triangles, NDArray[np.float64]]:
    """A sloop 13 m long: corners as (ahead, to starboard, up), and reflectances (T, 3)."""
    deck = np.array(
        [
            [6.8, 0.0, 1.3],
            [2.5, 1.75, 1.05],
            [-5.0, 1.6, 1.0],
            [-5.4, 0.0, 1.0],
            [-5.0, -1.6, 1.0],
            [2.5, -1.75, 1.05],
        ]
    )
    water = deck * [0.86, 0.72, 0.0] + [0.0, 0.0, -0.3]
    faces: list[NDArray[np.float64]] = []
    colors: list[list[float]] = []
    for one in range(6):
        other = (one + 1) % 6
        faces += [
            np.stack([deck[one], deck[other], water[one]]),
            np.stack([deck[other], water[other], water[one]]),
        ]
        colors += [[0.62, 0.63, 0.66]] * 2
    for one in range(1, 5):
        faces.append(np.stack([deck[0], deck[one], deck[one + 1]]))
        colors.append([0.34, 0.24, 0.16])
    cabin = np.array([[2.6, 0.0, 1.9], [-1.8, 0.9, 1.9], [-1.8, -0.9, 1.9]])
    faces.append(cabin)
    colors.append([0.80, 0.80, 0.78])
    sails = [
        [[1.0, 0.0, 15.2], [0.9, 0.0, 2.4], [-4.4, 1.1, 2.5]],
        [[1.0, 0.0, 15.2], [-4.4, 1.1, 2.5], [-2.1, 1.5, 8.0]],
        [[6.6, 0.0, 1.6], [1.2, 0.1, 13.0], [0.6, 1.7, 2.2]],
    ]
    faces += [np.array(sail) for sail in sails]
    colors += [[0.86, 0.84, 0.78], [0.83, 0.81, 0.75], [0.80, 0.36, 0.20]]
    return np.stack(faces), np.array(colors)
