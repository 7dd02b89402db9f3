"""The sea: waves, the sky mirrored in them, sun glitter, foam."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.ground import SUN_COLOR
from rotoscope.scenes.noise import Field, fractal, sampled, smoothstep, wrapped

TILE = 64
"""Points along a side of a tile of waves."""
TILES = ((233.0, 0.014), (97.0, 0.022), (41.0, 0.032), (17.0, 0.042), (7.3, 0.050))
"""Side of each tile in metres, and the root mean square slope of its waves."""
BoatFrame: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Place of a boat, and unit vectors ahead and to its right; (3,) each."""
REFLECTANCE = 0.02
"""Of water seen straight from above (Schlick's approximation)."""


class Waves:
    """One periodic tile of wind waves: random amplitudes under a wind-sea spectrum, deep-water dispersion.

    After Tessendorf, "Simulating Ocean Water" (2001); slopes only, for nothing else is drawn.
    """

    def __init__(self, generator: np.random.Generator, *, side: float, slope: float, wind: float) -> None:
        """Draw the amplitudes.

        Args:
            generator: where the randomness comes from.
            side: metres along a side.
            slope: root mean square slope.
            wind: direction the waves run to, radians clockwise from +y.
        """
        self.side, self.slope = side, slope
        number = np.fft.fftfreq(TILE, 1.0 / TILE)
        self._kx, self._ky = np.meshgrid(number * 2.0 * np.pi / side, number * 2.0 * np.pi / side)
        k = np.hypot(self._kx, self._ky)
        k[0, 0] = 1.0
        along = (self._kx * np.sin(wind) + self._ky * np.cos(wind)) / k
        step = 2.0 * np.pi / side
        power = k**-4.0 * (0.12 + along**2) * np.where(along < 0.0, 0.15, 1.0)
        # Each tile holds waves of a third to an eighth of its side: as one, they fade with distance.
        power *= np.exp(-((3.0 * step / k) ** 4)) * np.exp(-((k / (7.0 * step)) ** 4))
        power[0, 0] = 0.0
        phases = generator.standard_normal((2, TILE, TILE))
        self._amplitude = np.sqrt(power) * (phases[0] + 1j * phases[1])
        self._speed = np.sqrt(9.81 * k)
        raw = self._raw_slopes(0.0)
        self._amplitude *= slope / float(np.sqrt(np.mean(raw.real**2 + raw.imag**2)))

    def _raw_slopes(self, seconds: float) -> NDArray[np.complex128]:
        waves = self._amplitude * np.exp(-1j * self._speed * seconds)
        mirrored = np.conj(np.roll(waves[::-1, ::-1], 1, axis=(0, 1)))
        height = waves + mirrored  # the spectrum of a real surface
        return np.fft.ifft2(1j * self._kx * height - self._ky * height)

    def slopes(self, seconds: float) -> Field:
        """Slopes along x and y at a time, (TILE + 1, TILE + 1, 2); last row and column repeat the first."""
        raw = self._raw_slopes(seconds)
        both = np.stack([raw.real, raw.imag], axis=-1).astype(np.float32)
        return np.ascontiguousarray(np.pad(both, ((0, 1), (0, 1), (0, 0)), mode="wrap"))


class Sea:
    """How the sea looks at one moment; made anew for each frame from :class:`SeaState`."""

    def __init__(self, state: SeaState, seconds: float, boat: BoatFrame) -> None:
        self._state, self._seconds, self._boat = state, seconds, boat
        self._slopes = [waves.slopes(seconds) for waves in state.waves]

    def slopes(self, x: Field, y: Field, footprint: Field) -> tuple[Field, Field, Field]:
        """Slopes of the water along x and y, and the variance of those too small to draw; (H, W) each."""
        total = np.zeros((*x.shape, 2), np.float32)
        unseen = np.full_like(x, 0.0012)
        gusts = 0.65 + 0.35 * self._state.pattern(x, y, 0.7, 0.0)
        for number, (waves, tile) in enumerate(zip(self._state.waves, self._slopes, strict=True)):
            turn = 0.35 * number
            along = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))
            aside = y * np.float32(np.cos(turn)) - x * np.float32(np.sin(turn))
            scale = np.float32(TILE / waves.side)
            found = sampled(tile, wrapped(along * scale, TILE), wrapped(aside * scale, TILE))
            seen = np.clip(1.5 - footprint * np.float32(9.0 / waves.side), 0.0, 1.0) * gusts
            total += found * seen[..., None]
            unseen += waves.slope**2 * (gusts * gusts - seen * seen) * 0.5
        return total[..., 0], total[..., 1], unseen

    def foam(self, x: Field, y: Field, depth: Field) -> Field:
        """How white the water is near the shore, (H, W) in 0..1."""
        out = np.clip(depth, 0.0, 4.0) / 0.055
        rough = self._state.pattern(x, y, 24.0, 0.4 * self._seconds)
        slow = self._state.pattern(x, y, 5.0, 0.0)
        phase = out / 11.0 + self._seconds / 5.5 + 0.55 * slow
        breaker = np.exp(-np.mod(phase, 1.0) * 5.0) * np.exp(-out / (12.0 + 5.0 * slow))
        lip = np.exp(-out / 1.6)
        shore = smoothstep(0.30, 0.75, 1.25 * breaker + 0.9 * lip + 0.16 * rough) * np.float32(0.9)
        return np.maximum(shore, self._wake(x, y, rough))

    def _wake(self, x: Field, y: Field, rough: Field) -> Field:
        """Churned water behind the boat, and the two arms of its bow wave; (H, W) in 0..1."""
        place, ahead, right = self._boat
        dx, dy = x - np.float32(place[0]), y - np.float32(place[1])
        behind = np.float32(4.5) - (dx * np.float32(ahead[0]) + dy * np.float32(ahead[1]))
        aside = np.abs(dx * np.float32(right[0]) + dy * np.float32(right[1]))
        gone = np.maximum(behind, 0.0)
        churned = np.exp(-((aside / (1.0 + 0.035 * gone)) ** 2) - gone / 42.0)
        # Kelvin's angle: the arms of every wake open by 19.5 degrees to each side.
        arms = np.exp(-(((aside - 0.9 - 0.354 * gone) / (0.5 + 0.03 * gone)) ** 2) - gone / 20.0)
        white = (0.85 * churned + 0.55 * arms) * np.clip(1.0 + 0.5 * rough, 0.0, 1.6)
        return np.clip(white, 0.0, 0.9) * smoothstep(-0.5, 1.0, behind)

    def glitter(self, view: tuple[Field, Field, Field], slopes: tuple[Field, Field], spread: Field) -> Field:
        """Sunlight mirrored by wavelets, (H, W): a factor on the sun's color.

        Args:
            view: unit vectors from the water to the eye.
            slopes: of the drawn waves.
            spread: variance of the slopes that are not drawn (each axis).
        """
        half = [axis + np.float32(sun) for axis, sun in zip(view, self._state.sun, strict=True)]
        slope_x, slope_y = -half[0] / half[2], -half[1] / half[2]
        off = (slope_x - slopes[0]) ** 2 + (slope_y - slopes[1]) ** 2
        chance = np.exp(-off / (2.0 * spread)) / (2.0 * np.pi * spread)
        tilt = 1.0 + slope_x * slope_x + slope_y * slope_y
        # Cox and Munk's (1954) radiance: p F / (4 cos(view)), times 1 / cos^4 of the facet.
        return np.minimum(0.05 * np.pi * chance * tilt * tilt / (4.0 * np.maximum(view[2], 0.06)), 6.0)


class SeaState:
    """What stays the same about the sea: spectra and patterns."""

    def __init__(self, *, seed: int, wind: float, sun: tuple[float, float, float]) -> None:
        generator = np.random.default_rng([seed, 99])
        # Each tile is turned, its wind turned back: all waves run one way, and no two tiles repeat together.
        self.waves = [
            Waves(generator, side=side, slope=slope, wind=wind + 0.35 * number)
            for number, (side, slope) in enumerate(TILES)
        ]
        self.sun = sun
        pattern = fractal(generator, 512, octaves=6, gain=0.62, texels=1.3)
        self._pattern = np.pad(pattern, ((0, 1), (0, 1)), mode="wrap")

    def pattern(self, x: Field, y: Field, per_kilometre: float, drift: float) -> Field:
        """Fixed patches, repeated ``per_kilometre`` times a kilometre, moved by ``drift`` metres; -2..2."""
        scale = np.float32(512.0 * per_kilometre / 1000.0)
        column, row = (
            wrapped((x + np.float32(drift)) * scale, 512),
            wrapped((y - np.float32(drift)) * scale, 512),
        )
        return np.clip(sampled(self._pattern, column, row), -2.0, 2.0)

    def at(self, seconds: float, boat: BoatFrame) -> Sea:
        """The sea at a time, with a boat's wake in it."""
        return Sea(self, seconds, boat)


def fresnel(cosine: Field) -> Field:
    """Share of light mirrored by water, for the cosine between ray and normal (Schlick 1994)."""
    off = 1.0 - np.clip(cosine, 0.0, 1.0)
    squared = off * off
    return REFLECTANCE + (1.0 - REFLECTANCE) * squared * squared * off


def sun_on_water(glitter: Field, lit: Field) -> Field:
    """(H, W, 3) radiance of the glitter where the share ``lit`` of the sun is seen."""
    return (glitter * lit)[..., None] * SUN_COLOR
