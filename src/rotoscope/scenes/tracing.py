"""Where each pixel's ray meets the land or the sea.

Rays of one upright plane through the lens share one height profile. :class:`Profiles` walks those profiles
front to back for a camera that looks level (a column of its picture is one plane), which finds the first hit
of every ray at once by a running maximum; :meth:`Profiles.trace` then takes the rays of the real, tilted
camera and closes in on the surface to a fraction of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rotoscope.scenes.camera import Camera
from rotoscope.scenes.noise import Field, running_maximum, sampled
from rotoscope.scenes.terrain import Terrain

NEAREST, FARTHEST = 60.0, 15500.0
"""Metres ahead between which land is looked for."""
FAR_STEP = 0.0018
"""Longest step of a profile, relative to the distance."""
NO_GROUND = -50.0
"""Height of the bottom of the open sea, where nobody looks."""
OPEN_SEA = -2.5
"""Where the bottom lies deeper than this there is nothing but water."""
SKY, SEA, LAND = range(3)
"""What a profile finds: nothing, open sea, or land (its shore too)."""
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
        ground = np.empty((len(ahead), columns), np.float32)
        horizon = np.empty_like(ground)
        eye = np.float32(self.camera.position[2])
        for start in range(0, len(ahead), 32):
            part = slice(start, start + 32)
            ground[part] = self._terrain.height(*self._place(ahead[part, None], sideways[None, :]))
            horizon[part] = (np.maximum(ground[part], 0.0) - eye) / ahead[part, None]
        running_maximum(horizon)
        # The first sample of a column that reaches row r is the number of samples that stay below r.
        reached = np.clip((horizon - self._bottom) * self._density + 1.0, 0.0, rows).astype(np.int32)
        reached *= np.int32(columns)
        reached += np.arange(columns, dtype=np.int32)
        counts = np.bincount(reached.ravel(), minlength=(rows + 1) * columns)[: rows * columns]
        first = np.cumsum(counts.reshape(rows, columns), axis=0)
        sees_land = first < len(ahead)
        first = np.clip(first, 1, len(ahead) - 1)
        place = first * columns + np.arange(columns)
        found = ground.ravel()[place]
        before, after = horizon.ravel()[place - columns], horizon.ravel()[place]
        share = np.clip((slopes[:, None] - before) / np.maximum(after - before, 1e-7), 0.0, 1.0)
        self._step = (ahead[first] - ahead[first - 1]).astype(np.float32)
        self._guess = (ahead[first - 1] + share * self._step).astype(np.float32)
        self._kind = np.where(sees_land, np.where(found < OPEN_SEA, SEA, LAND), SKY).astype(np.uint8)

    def _distances(self) -> Field:
        """Steps of a profile: a pixel of level ground each, within a texel of the map and ``FAR_STEP``."""
        per_pixel = 1.0 / (self.camera.focal * self.camera.position[2])
        turn = FAR_STEP / per_pixel
        texel = self._terrain.finest_texel
        level = max(NEAREST, (texel / per_pixel) ** 0.5)
        nearest = np.arange(NEAREST, level, texel)
        near = 1.0 / np.arange(1.0 / level, 1.0 / max(turn, level * 1.01), -per_pixel)
        far = np.exp(np.arange(np.log(near[-1]), np.log(FARTHEST), FAR_STEP))
        return np.concatenate([nearest, near, far[1:]]).astype(np.float32)

    def _place(self, ahead: Field, aside: Field) -> tuple[Field, Field]:
        """World x and y."""
        x = ahead * (self._forward[0] + self._right[0] * aside) + np.float32(self.camera.position[0])
        y = ahead * (self._forward[1] + self._right[1] * aside) + np.float32(self.camera.position[1])
        return x, y

    def trace(self, column: Field, row: Field) -> Hits:
        """Find what the rays through some points of the frame meet.

        Args:
            column: (H, W) pixel coordinates, 0 at the middle of the first column; any fractions.
            row: likewise.
        """
        x, y, z = self.camera.rays(column, row)
        per_depth, aside, upward = self._level(x, y, z)
        map_x, map_y = (aside - self._left) * self._density, (upward - self._bottom) * self._density
        kind = sampled(self._kind, map_x, map_y, nearest=True)
        ahead = -np.float32(self.camera.position[2]) / np.minimum(upward, np.float32(-1e-6))
        ground = np.full_like(ahead, NO_GROUND)
        columns = np.flatnonzero((kind == LAND).any(axis=0))
        if len(columns) > 0:
            box = (slice(None), slice(int(columns[0]), int(columns[-1]) + 1))
            start = sampled(self._guess, map_x[box], map_y[box], nearest=True)
            step = sampled(self._step, map_x[box], map_y[box], nearest=True)
            found, below = self._close_in(start, step, aside[box], upward[box])
            land = kind[box] == LAND
            np.copyto(ground[box], below, where=land)
            np.copyto(ahead[box], found, where=land & (below >= 0.0))
        sky = (ground < 0.0) & (ahead > SEA_LIMIT)
        ground[sky] = 0.0
        depth = np.where(sky, np.float32(np.inf), ahead / per_depth)
        reach = np.where(sky, np.float32(1.0), depth)
        return Hits(depth, x * reach, y * reach, z * reach, ground)

    def _close_in(self, start: Field, step: Field, aside: Field, upward: Field) -> tuple[Field, Field]:
        """Newton's first step (as if the ground were level), then secant steps, kept between above and below.

        Returns:
            Metres ahead, and the height of the ground there (negative only where the ray meets the sea).
        """
        eye = np.float32(self.camera.position[2])
        level = self._terrain.home_level(*self._place(start, aside))

        def miss(ahead: Field) -> tuple[Field, Field]:
            ground = self._terrain.height(*self._place(ahead, aside), level)
            return eye + ahead * upward - np.maximum(ground, 0.0), ground

        above, ground = miss(start)
        low = start - np.where(above > 0.0, np.float32(0.0), np.float32(1.5)) * step
        high = start + np.where(above > 0.0, np.float32(1.5), np.float32(0.0)) * step
        other = np.clip(start + above / np.maximum(np.abs(upward), np.float32(0.3)), low, high)
        for _ in range(3):
            above_other, ground = miss(other)
            np.copyto(low, other, where=above_other > 0.0)
            np.copyto(high, other, where=above_other <= 0.0)
            change = above_other - above
            change[change == 0.0] = np.inf
            start, above, other = other, above_other, other - above_other * ((other - start) / change)
            other = np.clip(other, low, high)
        ground = self._terrain.height(*self._place(other, aside), level)
        over_sea = eye + other * upward
        # Still high above the water: the search stopped short of a cliff.
        return other, np.where(
            (ground < 0.0) & (over_sea > 0.3 + step * np.abs(upward)), np.float32(0.0), ground
        )
