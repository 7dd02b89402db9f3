"""The ``film`` kind."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.filters.film import film_grain, vignette
from rotoscope.filters.film_eras import ERAS
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels

CLEAN = {"grain": "0", "vignette": "0", "glow": "0"}
COLORS = {"red": (220, 40, 30), "green": (40, 160, 50), "blue": (40, 70, 220)}


def flat(*color: int) -> Pixels:
    return np.full((90, 160, 3), color, np.uint8)


def printed(era: str, *color: int, **options: str) -> list[int]:
    painted = KINDS["film"].build({"era": era, **CLEAN, **options}).apply(flat(*color))
    return painted[len(painted) // 2, len(painted[0]) // 2].astype(int).tolist()


@pytest.mark.parametrize("era", ERAS)
def test_greys_rise_and_stay_near_grey(era: str) -> None:
    tones = np.array([printed(era, level, level, level) for level in (0, 40, 90, 140, 190, 230, 255)])
    assert (np.diff(tones, axis=0) > 0).all()
    assert tones[0].max() < 70
    assert tones[-1].min() > 180


@pytest.mark.parametrize("era", [name for name, era in ERAS.items() if era.is_monochrome])
def test_a_monochrome_print_has_one_scale_whatever_the_color(era: str) -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    scale = KINDS["film"].build({"era": era, **CLEAN}).apply(ramp)[0].astype(int)
    for color in COLORS.values():
        assert np.abs(scale - printed(era, *color)).max(axis=1).min() <= 1


def test_early_film_is_blind_to_red_and_later_film_is_not() -> None:
    assert sum(printed("silent", *COLORS["red"])) < sum(printed("1940s", *COLORS["red"])) - 60
    assert sum(printed("silent", *COLORS["blue"])) > sum(printed("1940s", *COLORS["blue"]))


def test_two_strips_cannot_tell_yellow_from_pink() -> None:
    yellow, pink = np.array(printed("two-strip", 220, 180, 60)), np.array(printed("two-strip", 220, 160, 120))
    assert np.abs(yellow - pink).max() < 25
    sky = printed("two-strip", 90, 150, 230)
    assert abs(sky[1] - sky[2]) < 30  # cyan, no blue
    assert sky[1] > sky[0] + 30


def test_the_seventies_have_faded_to_brown_and_butter() -> None:
    black, white = printed("1970s", 0, 0, 0), printed("1970s", 255, 255, 255)
    assert black[0] > black[1] >= black[2] > 15
    assert white[0] > white[1] > white[2]
    assert printed("1960s", 0, 0, 0)[0] < 10


def test_the_fifties_deepen_reds() -> None:
    red, faded = (np.array(printed(era, 190, 70, 60)) for era in ("1950s", "1970s"))
    assert red[0] - red[1:].max() > 125
    assert red[0] - red[1:].max() > faded[0] - faded[1:].max() + 25


def test_fading_lifts_blacks_and_bleaches_colors() -> None:
    fresh, old = (np.array(printed("1960s", *COLORS["red"], fade=fade)) for fade in ("0", "1"))
    assert np.ptp(old) < 0.6 * np.ptp(fresh)
    assert min(printed("1960s", 0, 0, 0, fade="1")) > 30


def test_a_vignette_darkens_corners_and_not_the_middle() -> None:
    painter = KINDS["film"].build({"era": "1990s", "grain": "0", "glow": "0", "vignette": "1"})
    painted = painter.apply(flat(150, 150, 150)).astype(int)
    plain = printed("1990s", 150, 150, 150)
    assert np.abs(painted[45, 80] - plain).max() <= 1
    for corner in (painted[0, 0], painted[0, -1], painted[-1, 0], painted[-1, -1]):
        assert corner.max() < 0.5 * min(plain)
    factors = vignette(90, 160, 0.5)
    np.testing.assert_allclose(factors, factors[::-1, ::-1], atol=1e-6)


def test_grain_is_strongest_in_the_middle_and_leaves_the_mean() -> None:
    painter = KINDS["film"].build({"era": "1940s", "vignette": "0", "glow": "0", "grain": "1"})
    spread = {level: float(painter.apply(flat(level, level, level)).std()) for level in (3, 128, 252)}
    assert spread[128] > 3 * spread[3]
    assert spread[128] > 3 * spread[252]
    assert spread[128] > 8
    assert abs(painter.apply(flat(128, 128, 128)).mean() - np.mean(printed("1940s", 128, 128, 128))) < 3


def test_grain_keeps_its_place_from_frame_to_frame() -> None:
    painter = KINDS["film"].build({"era": "1940s", "vignette": "0", "glow": "0", "grain": "0.6"})
    first, second = (painter.apply(flat(level, level, level)).astype(float)[:, :, 0] for level in (120, 124))
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98


def test_silver_has_no_color_and_starch_has() -> None:
    silver = KINDS["film"].build({"era": "1940s"}).apply(flat(128, 128, 128)).astype(int)
    starch = KINDS["film"].build({"era": "autochrome"}).apply(flat(128, 128, 128)).astype(int)
    assert (silver[:, :, 0] - silver[:, :, 2]).std() < 2
    assert (starch[:, :, 0] - starch[:, :, 2]).std() > 5
    assert film_grain(90, 160, "autochrome", 1.0).shape == (90, 160, 3)


def test_highlights_glow_into_the_dark() -> None:
    picture = flat(20, 20, 20)
    picture[40:50, 70:90] = 255
    lit, plain = (
        KINDS["film"].build({"era": "1940s", "grain": "0", "vignette": "0", "glow": glow}).apply(picture)
        for glow in ("1", "0")
    )
    assert int(lit[37, 80, 0]) > int(plain[37, 80, 0]) + 2
    assert abs(int(lit[5, 5, 0]) - int(plain[5, 5, 0])) <= 1
