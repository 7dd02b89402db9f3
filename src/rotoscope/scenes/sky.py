"""Sky, sun glow, clouds and haze.

Clouds are a slab of cumulus, marched once when the sky is made and kept as a picture of directions: they
stand at infinity, so that only the camera's turning moves them.
"""

from __future__ import annotations

import numpy as np

from rotoscope.scenes.noise import Field, blurred, fractal, resized, sampled, smoothstep, wrapped
from rotoscope.scenes.tracing import Hits

LEFT, RIGHT, LOW, HIGH = -1.95, 1.95, -0.06, 0.90
"""Edges of the stored sky, as slopes (sideways and up, for one step ahead) about the mean heading."""
CLOUD_BASE, CLOUD_TOP = 1000.0, 2300.0
"""Metres above the camera."""
CLOUD_STEPS = 40
"""Samples through the slab."""
CLOUD_TILE = 26000.0
"""Metres after which the cloud pattern repeats."""


class Sky:
    """Light from every direction ahead."""

    def __init__(self, *, seed: int, heading: float, sun: tuple[float, float, float], density: float) -> None:
        """Make a sky.

        Args:
            seed: which clouds.
            heading: direction in the middle of the stored part, radians clockwise from +y.
            sun: unit vector to the sun, world coordinates.
            density: stored points for each unit of slope; 200 to 800, about the camera's focal length.
        """
        self._forward = np.array([np.sin(heading), np.cos(heading)], np.float32)
        self._right = np.array([np.cos(heading), -np.sin(heading)], np.float32)
        self._sun = np.array(sun, np.float32)
        self._density = density
        side = np.arange(LEFT, RIGHT, 1.0 / density, dtype=np.float32)
        up = np.arange(HIGH, LOW, -1.0 / density, dtype=np.float32)
        side, up = np.meshgrid(side, up)
        x, y, z = self._directions(side, up)
        clear = self.clear(x, y, z)
        self._picture = self._with_clouds(clear, x, y, z, np.random.default_rng([seed, 77]))
        turn = np.linspace(-1.0, 1.0, 512, dtype=np.float32) / np.float32(np.cos(np.arcsin(self._sun[2])))
        turn = np.clip(turn, -1.0, 1.0)
        # Just above the horizon, at every angle from the sun.
        self._level = self.clear(np.sqrt(1.0 - turn * turn), turn, np.full_like(turn, 0.012))
        eighth = (self._picture.shape[1] // 8, self._picture.shape[0] // 8)
        self._blurred = blurred(resized(self._picture, eighth), density / 200.0, upward=density / 115.0)

    def _directions(self, side: Field, up: Field) -> tuple[Field, Field, Field]:
        length = np.sqrt(1.0 + side * side + up * up)
        x = (self._forward[0] + self._right[0] * side) / length
        y = (self._forward[1] + self._right[1] * side) / length
        return x, y, up / length

    def clear(self, x: Field, y: Field, z: Field) -> Field:
        """Radiance of the cloudless sky in unit directions, (..., 3) linear RGB; haze below the horizon."""
        height = np.clip(z, 0.0, 1.0)[..., None]
        towards = np.clip(x * self._sun[0] + y * self._sun[1] + z * self._sun[2], -1.0, 1.0)[..., None]
        horizon = np.array([0.80, 0.83, 0.88], np.float32)
        zenith = np.array([0.085, 0.22, 0.56], np.float32)
        blue = zenith + (horizon - zenith) * np.exp(-height * np.array([8.5, 6.4, 4.6], np.float32))
        near = np.clip((towards + 1.0) / 2.0, 0.0, 1.0)
        wide = near**6 * np.exp(-3.2 * height) * np.array([0.62, 0.40, 0.17], np.float32)
        tight = np.exp((towards - 1.0) * 22.0) * np.array([1.5, 1.15, 0.75], np.float32)
        return (blue * (0.72 + 0.28 * near) + wide + tight).astype(np.float32)

    def _with_clouds(
        self, clear: Field, x: Field, y: Field, z: Field, generator: np.random.Generator
    ) -> Field:
        half = (clear.shape[1] // 2, clear.shape[0] // 2)
        x, y, z = (resized(axis, half) for axis in (x, y, z))
        pattern = np.pad(
            fractal(generator, 1024, octaves=6, gain=0.56, texels=1.3), ((0, 1), (0, 1)), mode="wrap"
        )
        jitter = generator.random(z.shape, dtype=np.float32)
        cover, bright = np.empty_like(z), np.empty_like(z)
        for top in range(0, len(z), 16):
            rows = slice(top, top + 16)
            cover[rows], bright[rows] = _march(pattern, x[rows], y[rows], z[rows], jitter[rows])
        bright = blurred(bright, 0.7) / np.maximum(blurred(cover, 0.7), 1e-3)
        cover = blurred(cover, 0.7) * smoothstep(0.012, 0.10, z) ** 0.7
        size = (clear.shape[1], clear.shape[0])
        cover, bright = (resized(one, size, smooth=True)[..., None] for one in (cover, bright))
        white = np.array([1.42, 1.36, 1.26], np.float32) * bright + np.array([0.10, 0.14, 0.20], np.float32)
        far = resized(np.exp(-np.maximum(z, 0.0) * 16.0), size)[..., None]
        color = white + (clear - white) * np.clip(far * 0.85, 0.0, 1.0)
        return np.ascontiguousarray(clear + (color - clear) * np.clip(cover, 0.0, 1.0), dtype=np.float32)

    def light(self, x: Field, y: Field, z: Field, *, rippled: bool = False) -> Field:
        """Radiance from directions ahead (of any length), (H, W, 3); ``rippled``: as the sea mirrors it."""
        ahead = np.maximum(self._forward[0] * x + self._forward[1] * y, np.float32(1e-3))
        side = (self._right[0] * x + self._right[1] * y) / ahead
        scale = np.float32(self._density / 8.0 if rippled else self._density)
        column, row = (side - np.float32(LEFT)) * scale, (np.float32(HIGH) - z / ahead) * scale
        picture = self._blurred if rippled else self._picture
        return sampled(picture, column, row)

    def haze(self, color: Field, hits: Hits, distance: Field, *, eye: float) -> Field:
        """Put air between the camera and what it sees (aerial perspective).

        Args:
            color: (H, W, 3) radiance of the surfaces.
            hits: the surfaces.
            distance: (H, W) metres to them.
            eye: height of the camera, metres.

        Returns:
            (H, W, 3).
        """
        # Air thins upward, with a scale height of 900 m; the middle of the ray stands for all of it.
        density = np.exp((hits.z * np.float32(0.5) + np.float32(eye)) * np.float32(-1.0 / 900.0))
        thick = np.maximum(distance - np.float32(120.0), 0.0) * density
        per_length = np.float32(1.0) / np.maximum(distance, np.float32(1.0))
        towards = (hits.x * np.float32(self._sun[0]) + hits.y * np.float32(self._sun[1])) * per_length
        step = np.clip((towards + np.float32(1.0)) * np.float32(255.5), 0.0, 511.0).astype(np.int16)
        level = self._level[step]
        for channel, loss in enumerate((5.4e-5, 7.4e-5, 11.0e-5)):
            through = np.exp(thick * np.float32(-loss))
            level[..., channel] += (color[..., channel] - level[..., channel]) * through
        return level


def _march(pattern: Field, x: Field, y: Field, z: Field, jitter: Field) -> tuple[Field, Field]:
    """Walk through the slab of clouds along unit directions.

    Returns:
        Opacity, and brightness times opacity; (H, W) each.
    """
    through, bright = np.ones_like(z), np.zeros_like(z)
    up = np.maximum(z, 0.012)
    for step in range(CLOUD_STEPS):
        share = (step + jitter) / CLOUD_STEPS
        reach = (CLOUD_BASE + share * (CLOUD_TOP - CLOUD_BASE)) / up
        place_x, place_y = x * reach, y * reach
        dense = _cloud(pattern, place_x, place_y, share)
        if not dense.any():
            continue
        # Towards the sun: how much cloud its light has come through.
        shade = _cloud(pattern, place_x, place_y + 260.0, np.minimum(share + 0.12, 1.0))
        lit = 0.22 + 0.30 * share + 0.80 * np.exp(-2.2 * shade - 0.9 * dense)
        thickness = (CLOUD_TOP - CLOUD_BASE) / CLOUD_STEPS / np.maximum(up, 0.06)
        opaque = 1.0 - np.exp(-dense * thickness * 0.02)
        bright += through * opaque * lit
        through = through * (1.0 - opaque)
    return 1.0 - through, bright


def _cloud(pattern: Field, x: Field, y: Field, share: Field) -> Field:
    """How much cloud there is at a place and a height in the slab (0..1); 0 in clear air."""
    scale = np.float32(1024.0 / CLOUD_TILE)
    shape = sampled(pattern, wrapped(x * scale, 1024), wrapped(y * scale, 1024))
    shape -= 1.16 + 0.8 * share * share + 0.5 * np.exp(-share * 30.0)
    near = shape > -0.75
    if not near.any():
        return np.zeros_like(shape)
    # A third dimension for the billows: two layers of the pattern, blended by height.
    layer = np.floor(share * np.float32(7.0))
    blend = share * np.float32(7.0) - layer
    fine = np.zeros_like(shape)
    for offset, weight in ((0.0, 1.0 - blend), (1.0, blend)):
        shift = (layer + np.float32(offset)) * np.float32(137.0)
        at = wrapped(x * (scale * 4.3) + shift, 1024), wrapped(y * (scale * 4.3) - shift, 1024)
        fine += weight * sampled(pattern, *at)
    return np.clip(shape + 0.42 * fine, 0.0, 0.9) * 1.5
