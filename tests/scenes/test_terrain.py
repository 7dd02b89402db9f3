"""The land: one fixed surface, whichever map holds it."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.scenes.noise import band, fractal, hashed, running_maximum
from rotoscope.scenes.terrain import MAP_SIZE, Terrain


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return Terrain(seed=3, finest_texel=4.0, middle=(100.0, -50.0), heading=-1.0, sun_slope=0.45)


def test_there_is_land_and_sea(terrain: Terrain) -> None:
    x, y = np.meshgrid(np.linspace(-1500, 1500, 200), np.linspace(-1500, 1500, 200))
    height = terrain.height(x.astype(np.float32), y.astype(np.float32))
    assert 0.1 < (height > 0.0).mean() < 0.9
    assert height.max() > 30.0


def test_maps_meet_without_a_step(terrain: Terrain) -> None:
    edge = np.float32(100.0 + 4.0 * (MAP_SIZE / 2.0 - 2.0))
    y = np.linspace(-1500.0, 1500.0, 400, dtype=np.float32)[None, :]
    inner, outer = (np.full_like(y, edge + offset) for offset in (-0.5, 0.5))
    assert terrain.home_level(inner, y).max() == 0.0
    assert terrain.home_level(outer, y).min() == 1.0
    step = np.abs(terrain.height(inner, y) - terrain.height(outer, y))
    slope = np.abs(terrain.height(inner - 1.0, y) - terrain.height(inner, y))
    assert np.percentile(step, 99.0) < 2.0 * np.percentile(slope, 99.0) + 0.5


def test_far_samples_are_averages_of_near_ones(terrain: Terrain) -> None:
    x, y = np.meshgrid(np.arange(-300.0, 300.0, 4.0), np.arange(-300.0, 300.0, 4.0))
    x, y = x.astype(np.float32), y.astype(np.float32)
    fine, _ = terrain.color(x, y, np.full_like(x, 1.0))
    coarse, _ = terrain.color(x, y, np.full_like(x, 32.0))
    assert coarse.std() < fine.std()
    np.testing.assert_allclose(coarse.mean(axis=(0, 1)), fine.mean(axis=(0, 1)), rtol=0.12)


def test_the_sun_is_seen_between_not_at_all_and_wholly(terrain: Terrain) -> None:
    x, y = np.meshgrid(np.linspace(-1500, 1500, 200), np.linspace(-1500, 1500, 200))
    sun = terrain.sunlight(x.astype(np.float32), y.astype(np.float32))
    assert sun.min() < 0.05
    assert sun.max() > 0.99


def test_noise_is_normalised_and_seeded() -> None:
    one, two = (band(np.random.default_rng(5), 128) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert abs(float(one.mean())) < 1e-3
    assert abs(float(one.std()) - 1.0) < 1e-3


def test_fractal_noise_is_periodic() -> None:
    noise = fractal(np.random.default_rng(1), 128, octaves=4, gain=0.5, texels=1.3)
    inside = np.abs(np.diff(noise, axis=0)).mean()
    across = np.abs(noise[0] - noise[-1]).mean()
    assert across < 1.5 * inside


def test_hashed_numbers_belong_to_cells_and_are_uniform() -> None:
    column, row = np.meshgrid(np.arange(-100, 100), np.arange(-100, 100))
    values = hashed(column, row, seed=1)
    np.testing.assert_array_equal(
        values[50:60, 20:30], hashed(column[50:60, 20:30], row[50:60, 20:30], seed=1)
    )
    counts, _ = np.histogram(values, bins=10, range=(0.0, 1.0))
    assert counts.min() > 0.9 * values.size / 10
    assert (values != hashed(column, row, seed=2)).mean() > 0.99


def test_running_maximum_is_that_of_numpy() -> None:
    rows = np.random.default_rng(2).standard_normal((50, 7)).astype(np.float32)
    expected = np.maximum.accumulate(rows, axis=0)
    np.testing.assert_array_equal(running_maximum(rows), expected)
