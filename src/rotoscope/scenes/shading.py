"""The color of what a ray meets: ground, sea, actors, sky, with the air between."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.actors import Sighting, Stage
from rotoscope.scenes.camera import Camera
from rotoscope.scenes.noise import Field, blurred
from rotoscope.scenes.scene import Scene
from rotoscope.scenes.tracing import NO_GROUND, Hits
from rotoscope.scenes.water import Sea, fresnel, sun_on_water

WHITEST = 6.0
"""Radiance where a sample is cut off, before samples are averaged: a glint must not fill its whole pixel."""
EXPOSURE = 0.62
SHARPNESS = 0.7
"""Footprint of a sample relative to its pixel: several samples share one."""
ANISOTROPY = 14.0
"""Ground seen at a flat angle is filtered as if a pixel covered at most so many times its width."""


@dataclass(frozen=True)
class Layer:
    """What the samples of a block of pixels share, worked out once for the middle of each pixel."""

    footprint: Field
    """(H, W): metres of ground that a sample stands for."""
    wet: tuple[slice, slice] | None
    """The columns that show the sea; the maps below are theirs. None: no sea, and no maps."""
    clear: Field
    """(H, w, 1): share of the light from below that gets out of the water."""
    shine: Field
    """(H, w, 3): mirrored sky, sun glitter and foam."""

    def part(self, columns: slice) -> Layer:
        """Some of the columns."""
        footprint = self.footprint[:, columns]
        if self.wet is None:
            return Layer(footprint, None, self.clear, self.shine)
        start, stop = (
            min(max(edge, columns.start), columns.stop) for edge in (self.wet[1].start, self.wet[1].stop)
        )
        if start >= stop:
            return Layer(footprint, None, self.clear, self.shine)
        own = slice(start - self.wet[1].start, stop - self.wet[1].start)
        wet = (slice(None), slice(start - columns.start, stop - columns.start))
        return Layer(footprint, wet, self.clear[:, own], self.shine[:, own])


@dataclass(frozen=True)
class Survey:
    """What has to be known of a pixel's neighbours, for a whole frame."""

    across: Field
    """(H, W): metres of level ground that a pixel covers across the view."""
    down: Field
    """(H, W): and along it, which is more."""
    wet: NDArray[np.bool_]
    """(H, W): whether the sea shows in the middle of this pixel or of one beside it."""
    busy: NDArray[np.bool_]
    """(H, W): whether one sample a pixel is not enough: anything but open sea alone, or sky alone."""

    def part(self, rows: slice) -> Survey:
        """Some of the rows."""
        return Survey(self.across[rows], self.down[rows], self.wet[rows], self.busy[rows])


class Painter:
    """Colors samples of one camera at one time."""

    def __init__(self, scene: Scene, sea: Sea, camera: Camera, actor_colors: Field) -> None:
        self._terrain, self._sky, self._rock = scene.terrain, scene.sky, scene.rock
        self._sea, self._camera, self._actor_colors = sea, camera, actor_colors

    def prepare(self, hits: Hits, survey: Survey) -> Layer:
        """Work out what does not change within a pixel.

        Args:
            hits: those of the middles of a block of pixels.
            survey: of the same block.
        """
        footprint = np.sqrt(survey.across * survey.down) * np.float32(SHARPNESS)
        wet = columns_of(survey.wet)
        if wet is None:
            return Layer(footprint, None, footprint, footprint)
        clear, shine = self._water(hits.part(wet), survey.down[wet])
        return Layer(footprint, wet, clear, shine)

    def paint(self, hits: Hits, sighting: Sighting, layer: Layer) -> Field:
        """Radiance of one sample of each pixel, (H, W, 3) linear.

        Args:
            hits: land, sea and sky along the rays of a block of neighbouring pixels.
            sighting: actors along the same rays; those behind the land are left out.
            layer: of the same block.
        """
        sky = np.isinf(hits.depth)
        color = np.empty((*sky.shape, 3), np.float32)
        box = columns_of(~sky)
        if box is not None:
            color[box] = self._surfaces(hits, layer)[box]
        box = columns_of(sky)
        if box is not None:
            light = self._sky.light(hits.x[box], hits.y[box], hits.z[box])
            np.copyto(color[box], light, where=sky[box][..., None])
        seen = (sighting.triangle >= 0) & (sighting.depth < hits.depth)
        if seen.any():
            color[seen] = self._actor_colors[sighting.triangle[seen]]
        return np.minimum(color, np.float32(WHITEST))

    def _surfaces(self, hits: Hits, layer: Layer) -> Field:
        position = self._camera.position
        x, y = hits.x + np.float32(position[0]), hits.y + np.float32(position[1])
        color, stone = self._terrain.color(x, y, layer.footprint)
        box = columns_of(stone > 0.1)
        if box is not None:
            height = hits.z[box] + np.float32(position[2])
            pixel = hits.depth[box] * np.float32(1.0 / self._camera.focal)
            color[box] *= self._rock.texture(x[box], y[box], height, stone[box], pixel)[..., None]
        if layer.wet is not None:
            wet = hits.ground[layer.wet] < 0.0
            water = color[layer.wet] * layer.clear + layer.shine
            np.copyto(color[layer.wet], water, where=wet[..., None])
        distance = np.sqrt(hits.x * hits.x + hits.y * hits.y + hits.z * hits.z)
        return self._sky.haze(color, hits, distance, eye=float(position[2]))

    def _water(self, hits: Hits, footprint: Field) -> tuple[Field, Field]:
        """``clear`` and ``shine`` of a :class:`Layer`."""
        x = hits.x + np.float32(self._camera.position[0])
        y = hits.y + np.float32(self._camera.position[1])
        back = -1.0 / np.sqrt(hits.x * hits.x + hits.y * hits.y + hits.z * hits.z)
        view = (hits.x * back, hits.y * back, np.maximum(hits.z * back, np.float32(1e-3)))
        slope_x, slope_y, unseen = self._sea.slopes(x, y, footprint)
        shorter = 1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
        cosine = np.maximum((view[2] - slope_x * view[0] - slope_y * view[1]) * shorter, 0.0)
        # Wavelets too small to draw lean towards the eye on average, the more so the flatter the view.
        mirrored = fresnel(cosine + 0.35 * np.sqrt(unseen))[..., None]
        twice = 2.0 * cosine * shorter
        upward = np.maximum(twice - view[2], np.float32(0.01))
        light = self._sky.light(-slope_x * twice - view[0], -slope_y * twice - view[1], upward, rippled=True)
        sunlit = self._terrain.sunlight(x, y)
        shine = light * mirrored + sun_on_water(self._sea.glitter(view, (slope_x, slope_y), unseen), sunlit)
        foam = self._sea.foam(x, y, -hits.ground)[..., None]
        white = (0.25 + 0.75 * sunlit[..., None]) * np.array([1.5, 1.5, 1.45], np.float32)
        return (1.0 - mirrored) * (1.0 - foam), shine + (white - shine) * foam

    def survey(self, hits: Hits, stage: Stage) -> Survey:
        """Measure each pixel of a whole frame against its neighbours; ``hits`` are those of the middles."""
        across = np.minimum(hits.depth, np.float32(1e6)) / np.float32(self._camera.focal)
        step_x, step_y = hits.x[1:] - hits.x[:-1], hits.y[1:] - hits.y[:-1]
        step = np.sqrt(step_x * step_x + step_y * step_y)
        down = np.empty_like(across)
        # The smaller of two steps: the larger may jump over the edge of a hill.
        down[1:-1] = np.minimum(step[1:], step[:-1])
        down[0], down[-1] = step[0], step[-1]
        down = np.clip(down, across, across * np.float32(ANISOTROPY))
        sky = np.isinf(hits.depth)
        wet = (hits.ground < 0.0) & ~sky
        solid = ((hits.ground > NO_GROUND) & ~sky) | stage.neighborhood(sky.shape)
        wet, around, solid = _widened(wet), _widened(sky), _widened(solid)
        return Survey(across, down, wet, solid | (around & wet))


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
    """Add fine gray noise of ``strength`` (standard deviation, 8-bit steps), strongest in the midtones."""
    noise = generator.standard_normal(pixels.shape[:2], dtype=np.float32)
    noise = blurred(noise, 0.6) * np.float32(1.9 * strength)
    light = pixels.astype(np.float32) * np.float32(1.0 / 255.0)
    noisy = pixels + noise[..., None] * (0.35 + 2.6 * light * (1.0 - light))
    return np.clip(np.rint(noisy), 0.0, 255.0).astype(np.uint8)


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True also next to where it was True."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def columns_of(mask: NDArray[np.bool_]) -> tuple[slice, slice] | None:
    """The smallest run of columns (all rows) that holds every True; None where there is none."""
    columns = np.flatnonzero(mask.any(axis=0))
    return None if len(columns) == 0 else (slice(None), slice(int(columns[0]), int(columns[-1]) + 1))
