"""What is particular to ``halftone``, ``comic``, ``pencil``, ``watercolor`` and ``dusk``."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from rotoscope.filters.dusk import sky_cover
from rotoscope.filters.halftone import screen, separate_inks
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.pixels import Floats
from rotoscope.filters.texture import curve_through, luma_of, steady_noise, to_unit
from rotoscope.filters.watercolor import flatten
from rotoscope.media.frame import Pixels


def flat(*color: int, size: tuple[int, int] = (240, 400)) -> Pixels:
    return np.full((*size, 3), color, np.uint8)


def paint(kind: str, pixels: Pixels, **options: str) -> Pixels:
    return KINDS[kind].build(options).apply(pixels)


def halves(left: int, right: int, noise: float = 0) -> Pixels:
    """Two tones side by side, with grain."""
    picture = flat(left, left, left).astype(float)
    picture[:, 200:] = right
    grain = np.random.default_rng(5).normal(0, noise, (240, 400, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


# halftone


@pytest.mark.parametrize("shape", ["dot", "line"])
@pytest.mark.parametrize("angle", [0.0, 15.0, 45.0])
def test_a_screen_covers_what_a_tone_asks_for(shape: str, angle: float) -> None:
    limits = screen((400, 600), angle=angle, cell=9.3, shape=shape)
    for tone in (0.1, 0.3, 0.5, 0.8):
        assert abs((limits < tone).mean() - tone) < 0.015


@pytest.mark.parametrize("inks", ["mono", "cmyk"])
@pytest.mark.parametrize("level", [0, 25, 100, 180, 245, 255])
def test_print_keeps_the_tone_of_one_ink(inks: str, level: int) -> None:
    options = {"inks": inks, "cell": "4", "ink": "#000000", "paper": "#ffffff"}
    painted = paint("halftone", flat(level, level, level), **options).astype(float)
    assert abs(painted.mean() - level) < (4 if inks == "mono" else 40)


def test_a_print_has_the_colors_of_its_inks_only() -> None:
    """Two colors in one ink; in four, the sixteen that the inks make over each other."""
    picture = np.random.default_rng(2).integers(0, 256, (6, 10, 3)).astype(np.uint8)
    picture = cast("Pixels", cv2.resize(picture, (800, 480), interpolation=cv2.INTER_CUBIC))
    one = paint("halftone", picture, inks="mono", cell="6", crispness="1", ink="#102040", paper="#f0e0c0")
    ends = np.array([[0x10, 0x20, 0x40], [0xF0, 0xE0, 0xC0]])
    near = np.abs(one[:, :, None].astype(int) - ends).max(axis=-1).min(axis=-1) < 12
    assert near.mean() > 0.85
    four = paint("halftone", picture, cell="6", crispness="1", ink="#000000", paper="#ffffff").astype(float)
    inks = np.array([[0x00, 0xA3, 0xE0], [0xE5, 0x12, 0x7D], [0xFF, 0xE6, 0x00], [0, 0, 0]]) / 255
    overlaps = [
        255 * np.prod([inks[i] for i in range(4) if number >> i & 1], axis=0) * np.ones(3)
        for number in range(16)
    ]
    off = np.abs(four[:, :, None] - np.array(overlaps)).max(axis=-1).min(axis=-1)
    assert (off < 16).mean() > 0.75
    assert (np.abs(picture[:, :, None].astype(float) - np.array(overlaps)).max(-1).min(-1) < 16).mean() < 0.2


def test_paper_and_full_ink_have_no_dots() -> None:
    for level, color in ((255, "#fbf7ec"), (0, "#17161a")):
        painted = paint("halftone", flat(level, level, level), inks="mono")
        assert (painted == list(bytes.fromhex(color[1:]))).all()


def test_cells_are_relative_to_the_short_side() -> None:
    def dots(side: int) -> int:
        grey = flat(200, 200, 200, size=(side, side))
        painted = paint("halftone", grey, inks="mono", cell="5", angle="0")
        return cv2.connectedComponents((painted[:, :, 0] < 128).astype(np.uint8))[0]

    assert dots(200) == pytest.approx(dots(600), rel=0.15)


def test_black_takes_over_from_the_three_colors() -> None:
    values = np.array([[[0, 0, 0], [1, 1, 1], [1, 0, 0], [0.3, 0.3, 0.3]]], np.float32)
    cyan, magenta, yellow, key = separate_inks(values)
    np.testing.assert_allclose(key[0, :3], [1, 0, 0], atol=1e-4)
    np.testing.assert_allclose(np.stack([cyan, magenta, yellow])[:, 0, 2], [0, 1, 1], atol=1e-4)
    assert 0.2 < key[0, 3] < 0.7


# comic


def test_a_comic_has_dots_where_tones_meet_and_flat_tones_elsewhere() -> None:
    ramp = np.repeat(np.tile(np.linspace(60, 230, 600), (300, 1))[:, :, None], 3, axis=2).astype(np.uint8)
    dotted = paint("comic", ramp, lines="0", darkness="0", cell="3")
    bare = paint("comic", ramp, lines="0", darkness="0", cell="3", dots="0")
    changes = [(np.abs(np.diff(p[:, :, 0].astype(int), axis=0)) > 20).mean() for p in (dotted, bare)]
    assert changes[0] > 0.03
    assert changes[1] == 0
    assert len(np.unique(bare[150, :, 0][np.abs(np.gradient(bare[150, :, 0].astype(float))) < 0.01])) < 12


def test_a_comic_inks_contours_and_shadows() -> None:
    edge = paint("comic", halves(120, 200), darkness="0")
    assert edge[:, 190:200].min() < 60
    assert paint("comic", halves(120, 200), darkness="0", lines="0")[:, 190:200].min() > 60
    assert (paint("comic", flat(15, 15, 15)) == [0x14, 0x13, 0x1A]).all()


# pencil


def test_graphite_is_laid_by_tone_on_white_paper() -> None:
    means = [float(paint("pencil", flat(level, level, level)).mean()) for level in (255, 200, 140, 80, 20)]
    assert means == sorted(means, reverse=True)
    assert means[0] == pytest.approx(np.mean([0xF6, 0xF2, 0xE8]), abs=1)
    assert means[-1] < 110


def test_hatching_has_a_direction_and_rubbing_has_none() -> None:
    def direction(**options: str) -> float:
        tone = paint("pencil", flat(130, 130, 130), tooth="0", **options)[:, :, 0].astype(np.float32)
        dx, dy = cv2.Sobel(tone, cv2.CV_32F, 1, 0), cv2.Sobel(tone, cv2.CV_32F, 0, 1)
        across, energy = (
            np.hypot((dx * dx - dy * dy).mean(), (2 * dx * dy).mean()),
            (dx * dx + dy * dy).mean(),
        )
        return float(across / (energy + 1e-3))

    assert direction(hatching="1") > 0.5
    assert direction(hatching="0") < 0.2


def test_a_contour_is_drawn_between_equal_papers() -> None:
    picture = flat(250, 250, 250)
    picture[:, 198:202] = 150
    drawn, bare = (paint("pencil", picture, tooth="0", hatching="0", outline=o) for o in ("1", "0"))
    assert int(drawn[120, 200, 0]) < int(bare[120, 200, 0]) - 30


def test_graphite_has_no_color_and_colored_pencils_do() -> None:
    red = flat(200, 60, 50)
    grey, colored = (paint("pencil", red, hues=hues).astype(int).mean((0, 1)) for hues in ("0", "1"))
    assert abs(grey[0] - grey[2]) < 20
    assert colored[0] - colored[2] > 60


# watercolor


def test_washes_are_flat_and_borders_stay() -> None:
    noisy = to_unit(halves(90, 180, noise=12))
    washed = flatten(noisy, 4.0)[:, :, 0]
    assert washed[20:-20, 20:180].std() < noisy[20:-20, 20:180, 0].std() / 3
    rise = np.diff(washed[20:-20].mean(axis=0))
    assert rise[194:206].sum() > 0.9 * (180 - 90) / 255
    assert rise.max() > 0.3 * (180 - 90) / 255  # a blur as wide would rise by a tenth


def test_pigment_gathers_on_the_darker_side_of_a_border() -> None:
    still = {"granulation": "0", "bleed": "0"}
    rimmed = paint("watercolor", halves(110, 190), rims="1", **still)[120, :, 0].astype(int)
    plain = paint("watercolor", halves(110, 190), rims="0", **still)[120, :, 0].astype(int)
    assert (plain - rimmed)[185:202].max() > 20
    assert abs(plain - rimmed)[:150].max() <= 1
    assert abs(plain - rimmed)[230:].max() <= 1


def test_paper_shows_in_the_washes_and_white_stays_paper() -> None:
    rough, smooth = (paint("watercolor", flat(120, 140, 180), granulation=g, bleed="0") for g in ("1", "0"))
    assert rough.std(axis=(0, 1)).min() > 5
    assert smooth.std(axis=(0, 1)).max() < 1
    assert paint("watercolor", flat(255, 255, 255)).min() > 235


# dusk


@pytest.mark.parametrize("color", [(120, 120, 120), (150, 110, 80), (70, 120, 60)])
def test_night_is_darker_and_bluer_than_dusk_and_dusk_than_day(color: tuple[int, int, int]) -> None:
    day = flat(*color)
    pictures = [to_unit(p).mean((0, 1)) for p in (day, paint("dusk", day), paint("dusk", day, time="night"))]
    light = [float(p.mean()) for p in pictures]
    blueness = [float(p[2] / p.sum()) for p in pictures]
    assert light[0] > 1.2 * light[1] > 1.4 * light[2]
    assert blueness[0] + 0.04 < blueness[1] < blueness[2] - 0.02


def test_reds_darken_more_than_blues() -> None:
    red, blue = (paint("dusk", flat(*color), time="night").max() for color in ((200, 40, 40), (40, 40, 200)))
    assert int(red) < 0.6 * int(blue)


def test_a_lamp_keeps_its_light_and_glows_warm() -> None:
    street = flat(70, 75, 80)
    street[116:124, 196:204] = (255, 240, 200)
    lit, unlit = (paint("dusk", street, time="night", lights=lights).astype(int) for lights in ("1", "0"))
    assert lit[120, 200].min() > unlit[120, 200].min() + 20
    assert lit[120, 200, 0] > 200
    assert lit[110, 200, 0] - unlit[110, 200, 0] > lit[110, 200, 2] - unlit[110, 200, 2] > 0
    assert (lit[10, 10] == unlit[10, 10]).all()


def test_the_sky_is_found_and_darkened_up_to_its_border() -> None:
    picture = flat(60, 70, 50)
    picture[:110] = (120, 170, 240)
    picture[70:110, 150:200] = (90, 60, 50)  # a tower
    values = to_unit(picture)
    cover = sky_cover(values, luma_of(values))
    assert cover[:100, :140].min() > 0.9
    assert cover[:100, 210:].min() > 0.9
    assert cover[75:, 155:195].max() < 0.05
    assert cover[115:].max() < 0.05
    with_sky, without = (paint("dusk", picture, time="night", sky=sky) for sky in ("1", "0"))
    assert with_sky[20].mean() < 0.75 * without[20].mean()
    np.testing.assert_array_equal(with_sky[200], without[200])


# texture


def test_noise_is_the_same_pattern_at_every_size() -> None:
    large = steady_noise("test", (480, 640), lines=120, spread=(1.0, 1.0))
    small = steady_noise("test", (240, 320), lines=120, spread=(1.0, 1.0))
    halved = cv2.resize(large, (320, 240), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(halved.ravel(), small.ravel())[0, 1] > 0.97
    assert large.std() == pytest.approx(1, abs=0.15)
    other = steady_noise("other", (480, 640), lines=120, spread=(1.0, 1.0))
    assert abs(np.corrcoef(large.ravel(), other.ravel())[0, 1]) < 0.05


def test_curves_go_through_their_points_and_never_fall() -> None:
    points = (0.05, 0.1, 0.6, 0.62, 1.0)
    curve = curve_through(points)
    assert (np.diff(curve) >= 0).all()
    found: Floats = curve_through(points, np.linspace(0, 1, 5))
    np.testing.assert_allclose(found, points, atol=1e-6)
