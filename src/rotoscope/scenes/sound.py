"""What a flight sounds like: wind, the wash of the sea, a faint hum of rotors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.scenes.flight import FlightOptions

LOUDNESS = 0.09
"""Root mean square of the result, full scale being 1 (about -21 dBFS)."""
CEILING = 0.8
"""No sample goes beyond."""
FADE_SECONDS = 0.08
ROTOR_HERTZ = (88.0, 89.3, 91.1, 92.6)
"""Four rotors, never quite alike: their beating is what tells a drone from a tone."""


def flight_sound(options: FlightOptions, sample_rate: int = 48000) -> NDArray[np.float32]:
    """Sound for a flight, as long as its frames last.

    Args:
        options: the flight; its seed decides the sound.
        sample_rate: samples a second, 8000 to 192000.

    Returns:
        (samples, 2) float32, left and right, within -1..1; samples = duration times rate, rounded.

    Raises:
        InvalidOptions: the sample rate is outside its range.
    """
    if not 8000 <= sample_rate <= 192000:
        raise InvalidOptions(
            f"Sound cannot be made at {sample_rate} samples a second: the rate may be 8000 to 192000. "
            "Choose a usual one such as 48000."
        )
    count = max(1, round(options.frame_count / options.frame_rate * sample_rate))
    generator = np.random.default_rng([options.seed, 440])
    seconds = np.arange(count) / sample_rate
    sides: list[NDArray[np.float64]] = []
    gusts = 0.65 + 0.35 * _slow(generator, count, sample_rate, hertz=0.35)
    swell = _swell(generator, seconds)
    hum = _rotors(generator, seconds)
    for _ in range(2):
        wind = _noise(generator, count, sample_rate, low=60.0, high=420.0) * gusts
        wash = _noise(generator, count, sample_rate, low=350.0, high=3800.0) * swell
        air = _noise(generator, count, sample_rate, low=1500.0, high=9000.0)
        sides.append(1.0 * wind + 0.75 * wash + 0.05 * air + 0.11 * hum)
    sound = np.stack(sides, axis=1)
    sound *= LOUDNESS / max(float(np.sqrt(np.mean(sound**2))), 1e-9)
    edge = np.clip(np.minimum(seconds, seconds[::-1]) / FADE_SECONDS, 0.0, 1.0)
    return (CEILING * np.tanh(sound / CEILING) * edge[:, None]).astype(np.float32)


def _noise(
    generator: np.random.Generator, count: int, sample_rate: int, *, low: float, high: float
) -> NDArray[np.float64]:
    """Noise that falls off gently below ``low`` and above ``high`` hertz; root mean square 1."""
    length = max(count, 256)
    spectrum = np.fft.rfft(generator.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1.0 / sample_rate)
    spectrum *= (hertz / low) ** 2 / (1.0 + (hertz / low) ** 2) / (1.0 + (hertz / high) ** 2)
    noise = np.fft.irfft(spectrum, length)
    return noise[:count] / np.sqrt(np.mean(noise**2))


def _slow(
    generator: np.random.Generator, count: int, sample_rate: int, *, hertz: float
) -> NDArray[np.float64]:
    """A smooth random curve in -1..1 that changes about ``hertz`` times a second."""
    knots = generator.uniform(-1.0, 1.0, int(count / sample_rate * hertz) + 4)
    place = np.arange(count) / sample_rate * hertz
    before = place.astype(np.int64)
    share = 0.5 - 0.5 * np.cos(np.pi * (place - before))
    return knots[before] * (1.0 - share) + knots[before + 1] * share


def _swell(generator: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """How loud the shore is: waves that run up quickly and draw back slowly, two trains of them."""
    total = np.full_like(seconds, 0.30)
    for period in (5.5, 7.9):
        phase = np.mod(seconds / period + generator.random(), 1.0)
        total += 0.55 * np.minimum(phase / 0.22, 1.0) * np.exp(-np.maximum(phase - 0.22, 0.0) * 4.5)
    return total


def _rotors(generator: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four rotors with their overtones."""
    total = np.zeros_like(seconds)
    for hertz in ROTOR_HERTZ:
        start, wander = generator.uniform(0.0, 2.0 * np.pi, 2)
        phase = 2.0 * np.pi * hertz * seconds + 1.5 * np.sin(2.0 * np.pi * 0.21 * seconds + wander) + start
        for overtone in range(1, 7):
            total += np.sin(overtone * phase) / overtone**1.4
    return total / np.sqrt(np.mean(total**2))
