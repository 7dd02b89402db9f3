"""Layers and cracks of bare rock, drawn on its faces, not on the map: a map has no room for a cliff."""

from __future__ import annotations

import cv2
import numpy as np

from rotoscope.scenes.noise import Field, blurred, fractal, sampled, wrapped

PATTERN = 512
"""Points along a side of the pattern."""
LEVELS = 6
"""Copies of the pattern, each blurred twice as much as the one before."""
WIDE, HIGH = 180.0, 62.0
"""Metres after which the pattern repeats along the rock and upward."""


class Rock:
    """A pattern over (distance along a face, height)."""

    def __init__(self, *, seed: int) -> None:
        generator = np.random.default_rng([seed, 31])
        lumps = fractal(generator, PATTERN, octaves=6, gain=0.68, texels=1.0)
        beds = fractal(generator, PATTERN, octaves=7, gain=0.72, texels=1.0)
        # Beds run on for far longer than they are thick.
        beds = cv2.blur(np.pad(beds, ((0, 0), (32, 32)), mode="wrap"), (41, 1))[:, 32:-32]
        joints = np.abs(fractal(generator, PATTERN, octaves=5, gain=0.6, texels=1.2))
        pattern = 0.8 * lumps + 0.6 * beds / beds.std() - 0.9 * np.exp(-joints * 9.0)
        pattern = (pattern - pattern.mean()) / pattern.std()
        levels = [np.pad(pattern, ((0, 1), (0, 1)), mode="wrap")]
        for level in range(1, LEVELS):
            padded = np.pad(pattern, 64, mode="wrap")
            softer = blurred(padded, 0.6 * 2.0**level)[64:-64, 64:-64]
            levels.append(np.pad(softer, ((0, 1), (0, 1)), mode="wrap"))
        self._levels = np.ascontiguousarray(np.concatenate(levels), dtype=np.float32)

    def texture(self, x: Field, y: Field, height: Field, stone: Field, pixel: Field) -> Field:
        """How much lighter or darker the rock is.

        Args:
            x: (H, W) world coordinates in metres.
            y: likewise.
            height: metres above the sea.
            stone: share of bare rock, 0..1.
            pixel: metres that a pixel covers.

        Returns:
            (H, W), about 1.
        """
        level = np.clip(np.log2(np.maximum(pixel, 1e-3) * np.float32(PATTERN / HIGH)), 0.0, LEVELS - 1.001)
        whole = np.floor(level)
        # Faces turn, so that neither x nor y runs along all of them; a slant serves most.
        column = wrapped((x * np.float32(0.8) - y * np.float32(0.6)) * np.float32(PATTERN / WIDE), PATTERN)
        tilted = height + x * np.float32(0.09) + y * np.float32(0.05)
        row = wrapped(tilted * np.float32(PATTERN / HIGH), PATTERN) + whole * np.float32(PATTERN + 1)
        fine = sampled(self._levels, column, row)
        coarse = sampled(self._levels, column, row + np.float32(PATTERN + 1))
        pattern = fine + (coarse - fine) * (level - whole)
        # Far off a mountain is one shape: beds as broad as a cliff is high would make it a layer cake.
        strength = np.float32(0.40) * stone / (1.0 + np.float32(0.45) * pixel * pixel)
        return np.clip(1.0 + strength * pattern, 0.25, 1.9)
