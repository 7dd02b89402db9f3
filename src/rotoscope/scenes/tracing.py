"""Where each pixel's ray meets the land or the sea.

Rays of one upright plane through the lens share one height profile. :class:`Profiles` walks those profiles
front to back for a camera that looks level (a column of its picture is one plane), which finds the first hit
of every ray at once by a running maximum; :meth:`Profiles.trace` then takes the rays of the real, tilted
camera and closes in on the surface to a fraction of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rotoscope.scenes.camera import Camera
from rotoscope.scenes.noise import Field
from rotoscope.scenes.terrain import Terrain

NEAREST, FARTHEST = 25.0, 15000.0
"""Metres ahead between which land is looked for."""
FAR_STEP = 0.0045
"""Longest step of a profile, relative to the distance."""
SEA_LIMIT = 60000.0
"""Metres ahead up to which the sea is drawn; beyond lies the horizon."""


@dataclass(frozen=True)
class Hits:
    """Surface points of a block of pixels, all (H, W) float32, relative to the lens where they are points."""

    depth: Field
    """Metres along the optical axis; infinity for sky."""
    x: Field
    """World x from the lens to the point, metres; for sky a direction. Likewise y and z."""
    y: Field
    z: Field
    ground: Field
    """World height of the land there; under water where the sea hides it. 0 for sky."""

    def part(self, box: tuple[slice, slice]) -> Hits:
        """Some of the pixels."""
        return Hits(self.depth[box], self.x[box], self.y[box], self.z[box], self.ground[box])

    @staticmethod
    def stacked(blocks: list[Hits]) -> Hits:
        """Blocks of rows under one another."""
        return Hits(
            *(
                np.concatenate([getattr(block, name) for block in blocks])
                for name in ("depth", "x", "y", "z", "ground")
            )
        )


class Profiles:
    """What one camera sees of a terrain."""

    def __init__(self, terrain: Terrain, camera: Camera) -> None:
        self._terrain, self.camera = terrain, camera
        forward = camera.axes[2].copy()
        forward[2] = 0.0
        self._forward = (forward / np.linalg.norm(forward)).astype(np.float32)
        self._right = np.array([self._forward[1], -self._forward[0], 0.0], np.float32)
        self._density = np.float32(camera.focal)
        self._look()

    def _level(self, x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
        """Rays as (metres ahead, sideways slope, upward slope)."""
        ahead = self._forward[0] * x + self._forward[1] * y
        aside = (self._right[0] * x + self._right[1] * y) / ahead
        return ahead, aside, z / ahead

    def _look(self) -> None:
        width, height = self.camera.frame_size
        corners = np.array([[-1, -1], [width, -1], [-1, height], [width, height]], np.float32)
        _, aside, upward = self._level(*self.camera.rays(corners[:, 0], corners[:, 1]))
        self._left, self._bottom = aside.min(), upward.min()
        columns = int((aside.max() - self._left) * self._density) + 2
        rows = int((upward.max() - self._bottom) * self._density) + 2
        sideways = self._left + np.arange(columns, dtype=np.float32) / self._density
        slopes = self._bottom + np.arange(rows, dtype=np.float32) / self._density
        ahead = self._distances()
        rises = np.empty((len(ahead), columns), np.float32)
        eye = np.float32(self.camera.position[2])
        for start in range(0, len(ahead), 64):
            part = slice(start, start + 64)
            rises[part] = (self._surface(ahead[part, None], sideways[None, :]) - eye) / ahead[part, None]
        horizon = np.maximum.accumulate(rises, axis=0)
        # The first sample of a column that reaches row r is the number of samples that stay below r.
        reached = np.clip((horizon - self._bottom) * self._density + 1.0, 0.0, rows).astype(np.int32)
        reached *= np.int32(columns)
        reached += np.arange(columns, dtype=np.int32)
        counts = np.bincount(reached.ravel(), minlength=(rows + 1) * columns)[: rows * columns]
        first = np.cumsum(counts.reshape(rows, columns), axis=0)
        self._sees_land = (first < len(ahead)).astype(np.uint8)
        first = np.clip(first, 1, len(ahead) - 1)
        before = np.take_along_axis(rises, first - 1, 0)
        after = np.take_along_axis(horizon, first, 0)
        share = np.clip((slopes[:, None] - before) / np.maximum(after - before, 1e-7), 0.0, 1.0)
        self._step = (ahead[first] - ahead[first - 1]).astype(np.float32)
        self._guess = (ahead[first - 1] + share * self._step).astype(np.float32)

    def _distances(self) -> Field:
        """Steps of a profile: about a pixel of level ground each, never more than ``FAR_STEP`` of the way."""
        per_pixel = 1.0 / (self.camera.focal * self.camera.position[2])
        turn = FAR_STEP / per_pixel
        near = 1.0 / np.arange(1.0 / NEAREST, 1.0 / max(turn, NEAREST * 1.01), -per_pixel)
        far = np.exp(np.arange(np.log(near[-1]), np.log(FARTHEST), FAR_STEP))
        return np.concatenate([near, far[1:]]).astype(np.float32)

    def _ground(self, ahead: Field, aside: Field) -> Field:
        x = ahead * (self._forward[0] + self._right[0] * aside) + np.float32(self.camera.position[0])
        y = ahead * (self._forward[1] + self._right[1] * aside) + np.float32(self.camera.position[1])
        return self._terrain.height(x, y)

    def _surface(self, ahead: Field, aside: Field) -> Field:
        return np.maximum(self._ground(ahead, aside), 0.0)

    def trace(self, column: Field, row: Field) -> Hits:
        """Find what the rays through some points of the frame meet.

        Args:
            column: (H, W) pixel coordinates, 0 at the middle of the first column; any fractions.
            row: likewise.
        """
        x, y, z = self.camera.rays(column, row)
        per_depth, aside, upward = self._level(x, y, z)
        map_x, map_y = (aside - self._left) * self._density, (upward - self._bottom) * self._density
        nearest = cv2.INTER_NEAREST
        start = cv2.remap(self._guess, map_x, map_y, nearest, borderMode=cv2.BORDER_REPLICATE)
        step = cv2.remap(self._step, map_x, map_y, nearest, borderMode=cv2.BORDER_REPLICATE)
        land = cv2.remap(self._sees_land, map_x, map_y, nearest, borderMode=cv2.BORDER_REPLICATE) > 0
        eye = np.float32(self.camera.position[2])
        ahead, ground = self._close_in(start, step, aside, upward)
        sea = -eye / np.minimum(upward, np.float32(-1e-6))
        wet = np.where(land, ground < 0.0, sea < SEA_LIMIT)
        ahead = np.where(wet, sea, ahead)
        sky = ~(land | wet)
        ground = np.where(land, ground, np.where(wet, np.float32(-50.0), np.float32(0.0)))
        depth = np.where(sky, np.float32(np.inf), ahead / per_depth)
        reach = np.where(sky, np.float32(1.0), depth)
        return Hits(depth, x * reach, y * reach, z * reach, ground)

    def _close_in(self, start: Field, step: Field, aside: Field, upward: Field) -> tuple[Field, Field]:
        """Newton's first step (as if the ground were level), then secant steps; never far from the guess."""
        eye = np.float32(self.camera.position[2])
        low, high = start - 1.5 * step, start + 1.5 * step

        def miss(ahead: Field) -> tuple[Field, Field]:
            ground = self._ground(ahead, aside)
            return eye + ahead * upward - np.maximum(ground, 0.0), ground

        above, _ = miss(start)
        other = np.clip(start + above / np.maximum(np.abs(upward), 0.3), low, high)
        for _ in range(2):
            above_other, ground = miss(other)
            change = above_other - above
            slope = np.where(
                np.abs(change) > 1e-6, (other - start) / np.where(change == 0.0, 1.0, change), 0.0
            )
            start, above, other = other, above_other, np.clip(other - above_other * slope, low, high)
        ground = self._ground(other, aside)
        return other, ground
