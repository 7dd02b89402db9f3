"""The ``colors`` kind, its sets and Oklab."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import InvalidOptions
from rotoscope.filters.color_sets import COLOR_SETS, colors_of_picture
from rotoscope.filters.colors import ColorsFilter
from rotoscope.filters.colorspace import (
    color_to_unit,
    oklab_to_srgb,
    parse_color,
    srgb_to_oklab,
    unit_to_color,
)
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels


def colors(**options: object) -> ColorsFilter:
    values = {name.rstrip("_"): str(value) for name, value in options.items()}
    built = KINDS["colors"].build(values)
    assert isinstance(built, ColorsFilter)
    return built


def noise(height: int = 48, width: int = 64) -> Pixels:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)


def painted_colors(painted: Pixels) -> set[str]:
    return {"#" + bytes(pixel).hex() for pixel in painted.reshape(-1, 3)}


def test_oklab_of_known_colors() -> None:
    known = srgb_to_oklab(np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32))
    expected = [
        [1.0, 0.0, 0.0],
        [0.62796, 0.22486, 0.12585],
        [0.86644, -0.23389, 0.17950],
        [0.45201, -0.03246, -0.31153],
    ]
    np.testing.assert_allclose(known, expected, atol=2e-4)


def test_oklab_and_back() -> None:
    rgb = np.random.default_rng(1).random((500, 3), dtype=np.float32)
    np.testing.assert_allclose(oklab_to_srgb(srgb_to_oklab(rgb)), rgb, atol=1e-4)


@pytest.mark.parametrize("text", ["#1f2A36", "1f2a36", " #1F2A36 "])
def test_colors_have_one_spelling(text: str) -> None:
    assert parse_color(text) == "#1f2a36"
    assert unit_to_color(color_to_unit(text)) == "#1f2a36"


def test_short_colors() -> None:
    assert parse_color("#fa3") == "#ffaa33"


@pytest.mark.parametrize("text", ["", "red", "#12", "#12345g", "#1234567"])
def test_what_is_no_color(text: str) -> None:
    with pytest.raises(ValueError, match="write #rrggbb or #rgb"):
        parse_color(text)


@pytest.mark.parametrize("name", list(COLOR_SETS))
def test_every_set_paints_in_its_own_colors(name: str) -> None:
    painter = colors(set=name, softness=0, smooth=0)
    flats = np.stack([np.rint(color_to_unit(color) * 255).astype(np.uint8) for color in COLOR_SETS[name]])[
        None
    ]
    painted = painter.apply(flats)
    np.testing.assert_allclose(painted, flats, atol=1)


def test_each_pixel_takes_the_nearest_color_in_oklab() -> None:
    chosen = ["#202020", "#d03020", "#3060c0", "#f0e8d0"]
    picture = noise(64, 64)
    painted = colors(colors="/".join(chosen), softness=0, smooth=0).apply(picture)
    centers = srgb_to_oklab(np.stack([color_to_unit(color) for color in chosen]))
    points = srgb_to_oklab(picture.reshape(-1, 3).astype(np.float32) / np.float32(255))
    distances = np.linalg.norm(points[:, None] - centers[None], axis=-1)
    nearest = [chosen[index] for index in distances.argmin(axis=1)]
    clear = np.diff(np.sort(distances, axis=1)[:, :2], axis=1)[:, 0] > 0.05  # away from the lattice's borders
    given = ["#" + bytes(pixel).hex() for pixel in painted.reshape(-1, 3)]
    assert clear.mean() > 0.5
    assert [g for g, c in zip(given, clear, strict=True) if c] == [
        n for n, c in zip(nearest, clear, strict=True) if c
    ]


@pytest.mark.parametrize("text", ["#102030/#f0e0c0", "102030,#F0E0C0", "#102030 f0e0c0"])
def test_lists_of_colors_in_several_spellings(text: str) -> None:
    assert colors(colors=text).colors == ("#102030", "#f0e0c0")


def test_soft_borders_mix_neighbours() -> None:
    slope = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (4, 1))[:, :, None], 3, axis=2)
    two = "#000000/#ffffff"
    hard = colors(colors=two, softness=0, smooth=0).apply(slope)
    soft = colors(colors=two, softness=1, smooth=0).apply(slope)
    between = [int(((painted > 30) & (painted < 225)).sum()) for painted in (hard, soft)]
    assert between[0] * 3 < between[1]


def test_dithering_keeps_the_mean_tone_and_only_two_colors() -> None:
    flat = np.full((64, 64, 3), 118, np.uint8)
    two = "#606060/#a0a0a0"
    plain = colors(colors=two, softness=0, smooth=0).apply(flat)
    dithered = colors(colors=two, softness=0, smooth=0, dither=1).apply(flat)
    assert len(painted_colors(plain)) == 1
    assert {"#606060", "#a0a0a0"} <= painted_colors(dithered)
    assert abs(dithered.mean() - 118) < abs(plain.mean() - 118)


def test_the_pattern_stands_still_and_repeats() -> None:
    painter = colors(dither=1, smooth=0)
    flat = np.full((32, 40, 3), (120, 130, 90), np.uint8)
    painted = painter.apply(flat)
    np.testing.assert_array_equal(painted[:, :32], painted[:, 8:40])
    np.testing.assert_array_equal(painted[:24], painted[8:])


def save(picture: NDArray[np.uint8], path: Path) -> Path:
    Image.fromarray(picture).save(path)
    return path


def patches(*shades: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.concatenate([np.full((40, 20, 3), shade, np.uint8) for shade in shades], axis=1)


def test_colors_taken_from_a_picture(tmp_path: Path) -> None:
    source = save(patches((20, 30, 60), (200, 60, 40), (240, 230, 200)), tmp_path / "poster.png")
    painter = colors(from_=source, count=3)
    assert painter.colors == ("#141e3c", "#c83c28", "#f0e6c8")


def test_a_small_patch_is_not_drowned() -> None:
    picture = np.full((200, 200, 3), (60, 90, 140), np.uint8)
    picture += np.random.default_rng(0).integers(0, 12, picture.shape, np.uint8)
    picture[90:100, 90:100] = (220, 40, 30)
    found = colors_of_picture(picture, 3)
    red = color_to_unit("#dc281e")
    assert min(float(np.abs(color_to_unit(color) - red).max()) for color in found) < 0.03


def test_a_picture_with_fewer_colors_gives_fewer(tmp_path: Path) -> None:
    source = save(patches((0, 0, 0), (255, 255, 255)), tmp_path / "bw.png")
    assert colors(from_=source, count=8).colors == ("#000000", "#ffffff")


def test_transparent_parts_have_no_color(tmp_path: Path) -> None:
    picture = np.dstack(
        [patches((10, 10, 10), (240, 240, 240), (255, 0, 255)), np.full((40, 60), 255, np.uint8)]
    )
    picture[:, 40:, 3] = 0
    source = save(picture, tmp_path / "cutout.png")
    assert colors(from_=source, count=4).colors == ("#0a0a0a", "#f0f0f0")


def test_the_digest_follows_the_pictures_contents_and_not_its_path(tmp_path: Path) -> None:
    first = save(patches((0, 0, 0), (255, 255, 255)), tmp_path / "a.png")
    copy = tmp_path / "b.png"
    copy.write_bytes(first.read_bytes())
    other = save(patches((0, 0, 0), (250, 250, 250)), tmp_path / "c.png")
    assert colors(from_=first).digest == colors(from_=copy).digest != colors(from_=other).digest


def test_a_picture_of_one_color_is_refused(tmp_path: Path) -> None:
    source = save(patches((9, 9, 9)), tmp_path / "flat.png")
    with pytest.raises(InvalidOptions, match="has one color only, #090909; take the colors from a picture"):
        colors(from_=source)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    for path in (text, tmp_path / "missing.png"):
        with pytest.raises(
            InvalidOptions, match=f"No colors can be taken from the picture given as from={path}"
        ):
            colors(from_=path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"set": "wpa", "colors": "#000/#fff"}, "set and colors were given; one of them says which colors"),
        ({"set": "vaporwave"}, "no set of colors 'vaporwave'; there are wpa, woodblock"),
        ({"colors": "#000"}, "colors wants two or more"),
        ({"colors": "#000/grey"}, "'grey' is no color"),
        ({"count": "4"}, "give from=PICTURE too"),
        ({"dither": "2"}, "'dither' was '2'"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        colors(**options)
