"""Pictures made from a seed, for training without photographs.

What the losses want of content is variety at all sizes: smooth gradients, fine and coarse texture,
straight and curved edges, dark and light, grey and colored. Three recipes mix these: landscapes, piles
of shapes, and cloudy textures.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.noise import fractal

_Layer: TypeAlias = NDArray[np.float32]
"""(H, W) or (H, W, 3) float32, about 0..1."""

PICTURE_COUNT = 24
"""Each is seen at many sizes and places."""
_NOISE_SIDE = 512
_ASPECT = 1.5
"""Width over height: a photograph's."""


def procedural_pictures(*, seed: int, side: int, count: int = PICTURE_COUNT) -> tuple[NDArray[np.uint8], ...]:
    """Make pictures.

    Args:
        seed: another seed, other pictures.
        side: height in pixels; the width is half as much again.
        count: how many; the three recipes take turns.

    Returns:
        ``count`` pictures, each (side, 1.5 side, 3) uint8 sRGB.
    """
    makers = (_landscape, _shapes, _texture)
    rng = np.random.default_rng([seed, side])
    return tuple(_finish(makers[i % len(makers)](rng, side), rng) for i in range(count))


def _landscape(rng: np.random.Generator, side: int) -> _Layer:
    """A sky with clouds and some ridges, each nearer, darker and rougher than the one behind."""
    height, width = side, round(side * _ASPECT)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    horizon, zenith = _color(rng, 0.6, 0.95), _color(rng, 0.2, 0.7)
    sky = zenith + (horizon - zenith) * rows[..., None] ** 0.7
    clouds = np.clip(_noise(rng, height, width) * 0.5, 0, 1)[..., None]
    picture = np.broadcast_to(sky, (height, width, 3)) * (1 - clouds) + clouds * 0.95
    ridges = int(rng.integers(2, 5))
    haze, ground = _color(rng, 0.4, 0.8), _color(rng, 0.05, 0.4)
    for ridge in range(1, ridges + 1):
        nearness = ridge / ridges
        line = 0.25 + 0.55 * nearness + 0.08 * _noise(rng, 1, width)[0] + rng.uniform(-0.05, 0.05)
        mask = np.clip((rows - line[None, :]) * height, 0, 1)[..., None]
        relief = 1 + 0.25 * nearness * _noise(rng, height, width)[..., None]
        color = (haze + (ground - haze) * nearness) * relief
        picture = picture * (1 - mask) + color * mask
    return np.asarray(picture, np.float32)


def _shapes(rng: np.random.Generator, side: int) -> _Layer:
    """Discs, boxes and polygons of all sizes on a gradient, each shaded, the larger behind."""
    height, width = side, round(side * _ASPECT)
    ramp = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    picture = _color(rng, 0.2, 0.9) * (1 - ramp) + _color(rng, 0.2, 0.9) * ramp
    picture = np.broadcast_to(picture, (height, width, 3))
    relief = 1 + 0.15 * _noise(rng, height, width)[..., None]
    for radius in np.sort(side * rng.uniform(0.02, 0.3, size=40) ** 1.3)[::-1]:
        mask = np.zeros((height, width), np.uint8)
        center = rng.uniform((0, 0), (width, height))
        corners = int(rng.integers(3, 9))
        if corners == 8:
            cv2.circle(mask, (int(center[0]), int(center[1])), int(radius), 255, -1, cv2.LINE_AA)
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
            points = center + radius * np.stack((np.cos(angles), np.sin(angles)), axis=1)
            cv2.fillPoly(mask, [points.astype(np.int32)], (255,), cv2.LINE_AA)
        alpha = mask[..., None].astype(np.float32) / 255
        shade = np.roll(relief, int(rng.integers(width)), axis=1)  # each its own piece of one noise
        picture = picture * (1 - alpha) + _color(rng, 0.05, 0.95) * shade * alpha
    return np.asarray(picture, np.float32)


def _texture(rng: np.random.Generator, side: int) -> _Layer:
    """Three colors mixed by noise, as in stone, water or foliage."""
    height, width = side, round(side * _ASPECT)
    first, second = (_noise(rng, height, width)[..., None] for _ in range(2))
    steepness = rng.uniform(0.5, 6)
    blend = 1 / (1 + np.exp(-steepness * first))
    picture = _color(rng, 0.05, 0.6) * blend + _color(rng, 0.3, 0.95) * (1 - blend)
    return np.asarray(picture + 0.12 * second * _color(rng, -1, 1), np.float32)


def _noise(rng: np.random.Generator, height: int, width: int) -> _Layer:
    """(height, width) float32 of mean about 0 and deviation about 1, smooth or rough by chance."""
    field = fractal(
        rng, _NOISE_SIDE, octaves=int(rng.integers(5, 8)), gain=float(rng.uniform(0.45, 0.8)), texels=1.6
    )
    top = int(rng.integers(_NOISE_SIDE - min(height, _NOISE_SIDE) + 1))
    window = field[top : top + height]
    return np.asarray(cv2.resize(window, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _color(rng: np.random.Generator, low: float, high: float) -> _Layer:
    """(3,) float32: a brightness and a tint."""
    grey = rng.uniform(low, high)
    return np.asarray(grey + rng.uniform(-0.2, 0.2, size=3), np.float32)


def _finish(picture: _Layer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Grain of a camera, then 8 bits."""
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * rng.uniform(0, 0.02)
    return np.asarray(np.clip((picture + grain) * 255 + 0.5, 0, 255), np.uint8)
