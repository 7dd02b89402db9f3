"""The color of what a ray meets: ground, sea, actors, sky, with the air between."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.actors import Sighting
from rotoscope.scenes.camera import Camera
from rotoscope.scenes.noise import Field
from rotoscope.scenes.sky import Sky
from rotoscope.scenes.terrain import Terrain
from rotoscope.scenes.tracing import Hits
from rotoscope.scenes.water import Sea, fresnel, sun_on_water

WHITEST = 6.0
"""Radiance where a sample is cut off, before samples are averaged: a glint must not eat its pixel's neighbours."""
EXPOSURE = 0.62
ANISOTROPY = 14.0
"""Ground seen at a flat angle is filtered as if a pixel covered at most so many times its width."""


class Painter:
    """Colors samples of one camera at one time."""

    def __init__(self, terrain: Terrain, sky: Sky, sea: Sea, camera: Camera, actor_colors: Field) -> None:
        self._terrain, self._sky, self._sea = terrain, sky, sea
        self._camera, self._actor_colors = camera, actor_colors

    def paint(self, hits: Hits, sighting: Sighting) -> Field:
        """Radiance of each sample, (H, W, 3) linear.

        Args:
            hits: land, sea and sky along the rays of a block of neighbouring pixels.
            sighting: actors along the same rays; those behind the land are left out.
        """
        sky = np.isinf(hits.depth)
        color = np.empty((*sky.shape, 3), np.float32)
        box = _box(~sky)
        if box is not None:
            color[box] = self._surfaces(hits.part(box))
        box = _box(sky)
        if box is not None:
            light = self._sky.light(hits.x[box], hits.y[box], hits.z[box])
            np.copyto(color[box], light, where=sky[box][..., None])
        seen = (sighting.triangle >= 0) & (sighting.depth < hits.depth)
        if seen.any():
            color[seen] = self._actor_colors[sighting.triangle[seen]]
        return np.minimum(color, np.float32(WHITEST))

    def _surfaces(self, hits: Hits) -> Field:
        position = self._camera.position
        x, y = hits.x + np.float32(position[0]), hits.y + np.float32(position[1])
        footprint = self._footprint(hits)
        ground = self._terrain.color(x, y, footprint)
        color = ground[..., :3]
        distance = np.sqrt(hits.x * hits.x + hits.y * hits.y + hits.z * hits.z)
        wet = (hits.ground < 0.0) & np.isfinite(hits.depth)
        box = _box(wet)
        if box is not None:
            water = self._water(hits.part(box), x[box], y[box], footprint[box], ground[box], distance[box])
            np.copyto(color[box], water, where=wet[box][..., None])
        return self._sky.haze(color, hits, distance, eye=float(position[2]))

    def _water(
        self, hits: Hits, x: Field, y: Field, footprint: Field, ground: Field, distance: Field
    ) -> Field:
        back = -1.0 / distance
        view = (hits.x * back, hits.y * back, hits.z * back)
        slope_x, slope_y, unseen = self._sea.slopes(x, y, footprint)
        shorter = 1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
        cosine = np.maximum((view[2] - slope_x * view[0] - slope_y * view[1]) * shorter, 0.0)
        # Wavelets too small to draw lean towards the eye on average, the more so the flatter the view.
        mirrored = fresnel(cosine + 0.35 * np.sqrt(unseen))[..., None]
        twice = 2.0 * cosine * shorter
        upward = np.maximum(twice - view[2], np.float32(0.01))
        light = self._sky.light(-slope_x * twice - view[0], -slope_y * twice - view[1], upward, blurred=True)
        color = ground[..., :3] + (light - ground[..., :3]) * mirrored
        sunlit = ground[..., 3]
        color += sun_on_water(self._sea.glitter(view, (slope_x, slope_y), unseen), sunlit)
        foam = self._sea.foam(x, y, -hits.ground)[..., None]
        white = (0.25 + 0.75 * sunlit[..., None]) * np.array([1.5, 1.5, 1.45], np.float32)
        return color + (white - color) * foam

    def _footprint(self, hits: Hits) -> Field:
        """Metres of ground that a sample stands for: between its short side and its long side."""
        across = np.minimum(hits.depth, np.float32(1e6)) / np.float32(self._camera.focal)
        if len(across) < 2:
            return across * np.float32(2.0)
        step_x, step_y = hits.x[1:] - hits.x[:-1], hits.y[1:] - hits.y[:-1]
        step = np.sqrt(step_x * step_x + step_y * step_y)
        down = np.empty_like(across)
        # The smaller of two steps: the larger may jump over the edge of a hill.
        down[1:-1] = np.minimum(step[1:], step[:-1])
        down[0], down[-1] = step[0], step[-1]
        down = np.clip(down, across, across * np.float32(ANISOTROPY))
        return np.sqrt(across * down) * np.float32(0.75)


def filmic(radiance: Field) -> NDArray[np.uint8]:
    """Develop linear radiance (H, W, 3) in 0..:data:`WHITEST` to sRGB pixels, with a film's soft shoulder.

    The curve is Narkowicz's fit (2016) of the Academy's reference tone curve (ACES).
    """
    levels = 8192
    light = np.linspace(0.0, 1.0, levels) ** 2 * WHITEST * EXPOSURE
    curve = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    table = np.rint(np.clip(curve, 0.0, 1.0) ** (1.0 / 2.2) * 255.0).astype(np.uint8)
    return table[(np.sqrt(radiance * np.float32(1.0 / WHITEST)) * np.float32(levels - 1)).astype(np.uint16)]


def film_grain(
    pixels: NDArray[np.uint8], *, strength: float, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Add fine luminance noise of ``strength`` (standard deviation, 8-bit steps), strongest in the midtones."""
    noise = generator.standard_normal(pixels.shape[:2], dtype=np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6) * np.float32(1.9 * strength)
    light = pixels.astype(np.float32) * np.float32(1.0 / 255.0)
    noisy = pixels + noise[..., None] * (0.35 + 2.6 * light * (1.0 - light))
    return np.clip(np.rint(noisy), 0.0, 255.0).astype(np.uint8)


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice] | None:
    """The smallest run of columns (all rows) that holds every True; None where there is none."""
    columns = np.flatnonzero(mask.any(axis=0))
    return None if len(columns) == 0 else (slice(None), slice(int(columns[0]), int(columns[-1]) + 1))
