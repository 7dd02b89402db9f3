"""What every classical kind promises, whichever it is."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from rotoscope.errors import FilterFailed, InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels

KIND_NAMES = (
    "lineart",
    "posterize",
    "colors",
    "lut",
    "comic",
    "dusk",
    "film",
    "halftone",
    "pencil",
    "watercolor",
)
VARIANTS = (
    ("lineart", {}),
    ("lineart", {"over": "photo", "weight": "2.5"}),
    ("posterize", {}),
    ("posterize", {"tones": "channels", "smooth": "0"}),
    ("colors", {}),
    ("colors", {"colors": "#102030/#f0e0c0", "dither": "0.7", "smooth": "0"}),
    ("lut", {}),
    ("comic", {}),
    ("dusk", {}),
    ("dusk", {"time": "night"}),
    ("film", {}),
    ("film", {"era": "1940s", "fade": "0.5"}),
    ("halftone", {}),
    ("halftone", {"inks": "mono", "shape": "line"}),
    ("pencil", {}),
    ("pencil", {"hues": "1"}),
    ("watercolor", {}),
)


@pytest.fixture(scope="module")
def warm_cube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corners = [(r, g, b) for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    rows = "\n".join(f"{r:.1f} {0.9 * g:.3f} {0.1 + 0.7 * b:.3f}" for r, g, b in corners)
    path = tmp_path_factory.mktemp("cube") / "warm.cube"
    path.write_text(f"LUT_3D_SIZE 2\n{rows}\n")
    return path


def make(kind: str, options: dict[str, str], cube: Path) -> Filter:
    return _make(kind, tuple(options.items()), cube)


@cache
def _make(kind: str, options: tuple[tuple[str, str], ...], cube: Path) -> Filter:
    """A filter is a value: the tests may share it."""
    return KINDS[kind].build({"file": str(cube), **dict(options)} if kind == "lut" else dict(options))


def scene(height: int = 90, width: int = 160) -> Pixels:
    """A slope of light, a dark disc, a bright bar and a red square."""
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    picture = np.stack([0.3 + 0.5 * x, 0.4 + 0.3 * y, 0.7 - 0.4 * x], axis=-1)
    picture[(x - 0.3) ** 2 + (y - 0.5) ** 2 < 0.03] = (0.08, 0.1, 0.15)
    picture[(y > 0.8) & (y < 0.87)] = 0.95
    picture[(abs(x - 0.75) < 0.1) & (abs(y - 0.4) < 0.15)] = (0.8, 0.2, 0.15)
    return np.rint(picture * 255).astype(np.uint8)


def test_the_table_lists_these_kinds() -> None:
    assert set(KIND_NAMES) <= set(KINDS)
    assert all(KINDS[name].name == name and KINDS[name].summary.endswith(".") for name in KIND_NAMES)


@pytest.mark.parametrize("name", KIND_NAMES)
def test_every_option_is_described(name: str) -> None:
    assert all(info.description.endswith(".") for info in KINDS[name].option_infos())


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 1), (2, 3), (33, 21), (90, 160), (401, 195)])
def test_any_size_and_depth(
    kind: str, options: dict[str, str], dtype: type, size: tuple[int, int], warm_cube: Path
) -> None:
    painter = make(kind, options, warm_cube)
    values = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (*size, 3), endpoint=True)
    pixels = cast("Pixels", values.astype(dtype))
    before = pixels.copy()
    pixels.flags.writeable = False
    painted = painter.apply(pixels)
    assert painted.shape == pixels.shape
    assert painted.dtype == pixels.dtype
    assert painted.flags.c_contiguous
    np.testing.assert_array_equal(pixels, before)
    assert not np.shares_memory(painted, pixels)
    np.testing.assert_array_equal(painter.apply(pixels), painted)


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_views_of_larger_arrays_are_painted_like_copies(
    kind: str, options: dict[str, str], warm_cube: Path
) -> None:
    painter = make(kind, options, warm_cube)
    view = scene()[::-1, 10:130]
    np.testing.assert_array_equal(painter.apply(view), painter.apply(view.copy()))


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_both_depths_look_alike(kind: str, options: dict[str, str], warm_cube: Path) -> None:
    painter = make(kind, options, warm_cube)
    shallow = painter.apply(scene()).astype(float)
    deep = painter.apply(scene().astype(np.uint16) * 257) / 257
    difference = np.abs(shallow - deep)
    assert difference.mean() < 2.0  # OpenCV's 8-bit Y'CrCb rounds three times
    assert np.quantile(difference, 0.99) < 16  # steep ramps: a level in is several out


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_it_does_something(kind: str, options: dict[str, str], warm_cube: Path) -> None:
    painted = make(kind, options, warm_cube).apply(scene())
    assert np.abs(painted.astype(int) - scene()).mean() > 3
    assert painted.std() > 10


@pytest.mark.parametrize(("kind", "options"), [v for v in VARIANTS if "dither" not in v[1]])
def test_noise_does_not_make_it_flicker(kind: str, options: dict[str, str], warm_cube: Path) -> None:
    """Two takes of one scene with a camera's noise differ little more after painting than before."""
    random = np.random.default_rng(7)
    takes = [
        np.clip(scene(180, 320) + random.normal(0, 2, (180, 320, 3)), 0, 255).astype(np.uint8)
        for _ in range(2)
    ]
    painter = make(kind, options, warm_cube)
    first, second = (painter.apply(take).astype(float) for take in takes)
    before = np.abs(takes[0].astype(float) - takes[1]).mean()
    factor = 2.0 if options.get("smooth") == "0" else 1.1
    assert np.abs(first - second).mean() < factor * before


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_pictures_of_other_shapes_are_refused(kind: str, options: dict[str, str], warm_cube: Path) -> None:
    painter = make(kind, options, warm_cube)
    for bad in (np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(FilterFailed, match="RGB of uint8 or uint16 with at least one pixel"):
            painter.apply(bad)
    with pytest.raises(FilterFailed, match="float32"):
        painter.apply(np.zeros((4, 4, 3), np.float32))  # pyright: ignore[reportArgumentType]


def test_digests_tell_options_apart_and_nothing_else(warm_cube: Path) -> None:
    digests = [make(kind, options, warm_cube).digest for kind, options in VARIANTS]
    assert len(set(digests)) == len(VARIANTS)
    assert all(len(digest) == 64 for digest in digests)
    _make.cache_clear()
    assert digests == [make(kind, options, warm_cube).digest for kind, options in VARIANTS]
    explicit = make("posterize", {"levels": "6"}, warm_cube)
    assert explicit.digest == make("posterize", {}, warm_cube).digest


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_they_are_filters(kind: str, options: dict[str, str], warm_cube: Path) -> None:
    painter = make(kind, options, warm_cube)
    assert isinstance(painter, Filter)
    assert painter.kind == kind
    assert painter.name == kind


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("posterize", {"levels": "1"}, "'levels' was '1'.*integer, 2 to 16"),
        ("posterize", {"tones": "hue"}, "'tones' was 'hue'.*luma or channels"),
        ("lineart", {"ink": "black"}, "'black' is no color; write #rrggbb"),
        ("lineart", {"thickness": "2"}, "unknown option 'thickness'.*weight"),
        ("lut", {"file": ""}, "cannot be read"),
    ],
)
def test_options_outside_what_is_allowed(
    kind: str, options: dict[str, str], message: str, warm_cube: Path
) -> None:
    with pytest.raises(InvalidOptions, match=message):
        make(kind, options, warm_cube)


def test_painting_works_from_another_thread(warm_cube: Path) -> None:
    results: dict[str, Pixels] = {}
    painters = {kind: make(kind, {}, warm_cube) for kind in KIND_NAMES}
    expected = {kind: painter.apply(scene()) for kind, painter in painters.items()}

    def paint() -> None:
        results.update({kind: painter.apply(scene()) for kind, painter in painters.items()})

    thread = threading.Thread(target=paint)
    thread.start()
    thread.join()
    for kind, painted in expected.items():
        np.testing.assert_array_equal(results[kind], painted)


@pytest.mark.parametrize("kind", ["lineart", "posterize", "colors"])
def test_a_larger_picture_is_painted_alike(kind: str) -> None:
    """Strokes and regions grow with the picture: painting then shrinking is about shrinking then painting."""
    painter = KINDS[kind].build({})
    small = scene(270, 480)
    large = np.asarray(cv2.resize(small, (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8)
    from_large = cv2.resize(painter.apply(large), (480, 270), interpolation=cv2.INTER_AREA)
    assert np.abs(from_large.astype(float) - painter.apply(small)).mean() < 6
