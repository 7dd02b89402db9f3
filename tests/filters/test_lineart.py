"""The ``lineart`` kind: lines where edges are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.filters.base import Filter
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.lineart import line_response
from rotoscope.media.frame import Pixels

PAPER = (0xFB, 0xF8, 0xF1)
INK = (0x1A, 0x1A, 0x1F)


def lineart(**options: object) -> Filter:
    return KINDS["lineart"].build({name: str(value) for name, value in options.items()})


def step(height: int, *, left: int = 210, right: int = 140) -> Pixels:
    picture = np.full((height, height, 3), left, np.uint8)
    picture[:, height // 2 :] = right
    return picture


def ink_share(painted: Pixels) -> float:
    """Ink of the whole sheet, 0..1."""
    return float(1 - (painted.astype(float) - INK).mean() / (np.array(PAPER) - INK).mean())


def test_a_flat_light_picture_is_bare_paper() -> None:
    painted = lineart().apply(np.full((60, 80, 3), 200, np.uint8))
    assert (painted == PAPER).all()


def test_a_dark_picture_is_all_ink() -> None:
    painted = lineart(darkness=1).apply(np.full((60, 80, 3), 20, np.uint8))
    assert (painted == INK).all()


def test_an_edge_gets_one_line_on_its_dark_side() -> None:
    painted = lineart().apply(step(360))
    row = painted[180, :, 1].astype(int)
    inked = np.flatnonzero(row < 128)
    assert len(inked) > 0
    assert (np.diff(inked) == 1).all()
    assert inked.min() >= 180
    assert inked.max() <= 186


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 135, 170])
def test_lines_are_even_whatever_their_direction(angle: int) -> None:
    y, x = np.mgrid[:300, :300] - 150.0
    side = x * np.cos(np.deg2rad(angle)) + y * np.sin(np.deg2rad(angle))
    picture = np.rint(140 + 70 * np.clip(side + 0.5, 0, 1)).astype(np.uint8)
    response = line_response(picture, weight=3, detail=0.5)
    middle = (side < -0.5) & (side > -2.5) & (np.hypot(x, y) < 110)
    assert response[middle].mean() < -0.015
    assert response[middle].std() < 0.4 * abs(response[middle].mean())


def test_strokes_are_as_thick_for_a_large_picture_as_for_a_small_one() -> None:
    shares = [ink_share(lineart().apply(step(height))) for height in (540, 720, 1440, 2160)]
    assert max(shares) < 1.35 * min(shares)


def test_more_weight_is_more_ink() -> None:
    shares = [ink_share(lineart(weight=weight).apply(step(540))) for weight in (1, 2, 4)]
    assert shares[0] * 1.4 < shares[1] < shares[2] / 1.4


def test_detail_draws_fainter_edges() -> None:
    faint = step(360, left=150, right=138)
    assert ink_share(lineart(detail=0).apply(faint)) < 0.001
    assert ink_share(lineart(detail=1).apply(faint)) > 0.002


def test_darkness_fills_shadows() -> None:
    slope = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (64, 1))[:, :, None], 3, axis=2)
    shares = [ink_share(lineart(darkness=darkness).apply(slope)) for darkness in (0, 0.3, 0.6, 1)]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert 0.5 < shares[3] < 0.75


def test_texture_is_drawn_less_than_an_edge_of_the_same_contrast() -> None:
    random = np.random.default_rng(5)
    texture = random.choice([150, 200], (360, 360)).astype(np.uint8)
    edge = step(360, left=200, right=150)[:, :, 0]
    strongest_in_texture = -np.quantile(line_response(texture, weight=2, detail=0.2), 0.01)
    assert strongest_in_texture < -line_response(edge, weight=2, detail=0.2).min()


def test_colors_of_ink_and_paper() -> None:
    painted = lineart(ink="#204060", paper="#fec").apply(step(360))
    assert painted[5, 5].tolist() == [0xFF, 0xEE, 0xCC]
    darkest = painted.reshape(-1, 3)[painted.sum(axis=2).argmin()]
    np.testing.assert_allclose(darkest, (0x20, 0x40, 0x60), atol=3)


def test_over_photo_keeps_the_colors_between_the_lines() -> None:
    picture = step(360)
    picture[:, :, 2] //= 2
    painted = lineart(over="photo").apply(picture)
    np.testing.assert_allclose(painted[100, 60], picture[100, 60], atol=3)
    np.testing.assert_allclose(painted[100, 300], picture[100, 300], atol=3)
    assert painted[100, 181].max() < 90
