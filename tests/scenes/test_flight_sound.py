"""What the flight sounds like."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.scenes.flight import FlightOptions
from rotoscope.scenes.sound import flight_sound

OPTIONS = FlightOptions(frame_count=61, frame_rate=Fraction(30000, 1001))


def test_sound_lasts_as_long_as_the_frames() -> None:
    sound = flight_sound(OPTIONS)
    assert sound.shape == (round(61 * 1001 / 30000 * 48000), 2)
    assert sound.dtype == np.float32
    assert flight_sound(OPTIONS, 8000).shape == (round(61 * 1001 / 30000 * 8000), 2)


def test_sound_is_audible_not_loud_and_in_stereo() -> None:
    sound = flight_sound(OPTIONS)
    assert np.abs(sound).max() <= 0.8
    assert 0.05 < np.sqrt(np.mean(sound**2)) < 0.12
    assert np.abs(sound.mean(axis=0)).max() < 1e-3
    assert np.abs(sound[[0, -1]]).max() < 1e-3
    correlation = float(np.mean(sound[:, 0] * sound[:, 1]) / np.mean(sound**2))
    assert -0.2 < correlation < 0.8


def test_rotors_hum_at_their_pitch() -> None:
    sound = flight_sound(replace(OPTIONS, frame_count=240)).mean(axis=1)
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1.0 / 48000)
    hum = power[(hertz > 87.0) & (hertz < 94.0)].max()
    beside = np.median(power[(hertz > 110.0) & (hertz < 160.0)])
    assert hum > 8.0 * beside


def test_the_seed_decides() -> None:
    np.testing.assert_array_equal(flight_sound(OPTIONS), flight_sound(OPTIONS))
    assert np.abs(flight_sound(OPTIONS) - flight_sound(replace(OPTIONS, seed=1))).max() > 0.01


def test_one_frame_is_enough() -> None:
    assert np.isfinite(flight_sound(FlightOptions(frame_count=1, frame_rate=Fraction(1000)))).all()


def test_sample_rates_outside_the_range_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="at 400 samples a second: the rate may be 8000 to 192000"):
        flight_sound(OPTIONS, 400)
