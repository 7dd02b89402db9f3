"""Size of strokes, clarity and colors, on any filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

import cv2
import numpy as np
import pytest

from rotoscope.cli import options
from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.controls import STROKE_SIDE, Colors, ControlledFilter, Controls, with_controls
from rotoscope.filters.kind import RESERVED_OPTIONS
from rotoscope.media.frame import Pixels

from graph_samples import random_picture


@dataclass(frozen=True)
class Paint:
    """Paints nothing or inverts; remembers what sizes it saw."""

    inverts: bool = False
    name: str = "paint"
    kind: str = "sample"
    digest: str = "d" * 64
    seen: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])

    def apply(self, pixels: Pixels) -> Pixels:
        self.seen.append(pixels.shape)
        return np.iinfo(pixels.dtype).max - pixels if self.inverts else pixels.copy()


def smooth_picture(dtype: type = np.uint8) -> Pixels:
    y, x = np.mgrid[0:90, 0:120].astype(np.float32)
    waves = [np.sin(x / 19), np.cos(y / 13), np.sin((x + y) / 27)]
    unit = np.stack([0.5 + 0.25 * wave for wave in waves], -1)
    return cast("Pixels", (unit * np.iinfo(dtype).max).astype(dtype))


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(float) - other.astype(float)).mean() / np.iinfo(one.dtype).max)


def test_a_filter_with_nothing_turned_is_the_filter_itself() -> None:
    filter = Paint()
    assert with_controls(filter, Controls()) is filter
    assert isinstance(with_controls(filter, Controls(stroke=2)), Filter)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("stroke", "seen"), [(2, (45, 60, 3)), (0.5, (180, 240, 3)), (1, (90, 120, 3))])
def test_larger_strokes_are_painted_on_a_smaller_picture(
    stroke: float, seen: tuple[int, ...], dtype: type
) -> None:
    filter, picture = Paint(), smooth_picture(dtype)
    painted = ControlledFilter(filter, Controls(stroke=stroke)).apply(picture)
    assert filter.seen == [seen]
    assert (painted.shape, painted.dtype) == (picture.shape, picture.dtype)
    assert distance(painted, picture) < 0.01


@pytest.mark.parametrize(("height", "width"), [(90, 120), (360, 480), (900, 1200)])
def test_strokes_are_as_large_beside_the_picture_at_every_resolution(height: int, width: int) -> None:
    filter, picture = Paint(), random_picture(height, width)
    controls = Controls(stroke_scale=2)
    painted = ControlledFilter(filter, controls).apply(picture)
    assert filter.seen == [(STROKE_SIDE // 2, round(STROKE_SIDE / 2 * 4 / 3), 3)]
    assert painted.shape == picture.shape


def test_the_two_sizes_of_strokes_are_multiplied() -> None:
    filter = Paint()
    ControlledFilter(filter, Controls(stroke=2, stroke_scale=2)).apply(random_picture(360, 480))
    assert filter.seen == [(STROKE_SIDE // 4, STROKE_SIDE // 3, 3)]


def test_tiny_pictures_are_not_made_smaller() -> None:
    filter = Paint()
    picture = random_picture(9, 5)
    ControlledFilter(filter, Controls(stroke=4)).apply(picture)
    assert filter.seen == [(8, 5, 3)]


def test_clarity_is_taken_away_or_sharpened() -> None:
    picture = random_picture(90, 120)
    spread = [
        float(ControlledFilter(Paint(), Controls(clarity=amount)).apply(picture).std())
        for amount in (0, 0.5, 1, 2)
    ]
    assert spread == sorted(spread)
    assert spread[0] < 0.7 * spread[2] < spread[2] < spread[3]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colors_of_the_photograph_with_the_painting_s_brightness(dtype: type) -> None:
    picture = smooth_picture(dtype)
    painted = ControlledFilter(Paint(inverts=True), Controls(color="photo")).apply(picture)
    inverted = Paint(inverts=True).apply(picture)

    def components(pixels: Pixels) -> Pixels:
        return cast("Pixels", cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))

    assert distance(components(painted)[..., 0], components(inverted)[..., 0]) < 0.01
    assert distance(components(painted)[..., 1:], components(picture)[..., 1:]) < 0.01


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_matched_colors_have_the_photograph_s_mean_and_spread(dtype: type) -> None:
    picture = smooth_picture(dtype)
    painted = ControlledFilter(Paint(inverts=True), Controls(color="matched")).apply(picture)
    assert painted.dtype == dtype
    scale = np.iinfo(dtype).max
    assert painted.mean((0, 1)) / scale == pytest.approx(picture.mean((0, 1)) / scale, abs=0.03)
    assert painted.std((0, 1)) / scale == pytest.approx(picture.std((0, 1)) / scale, abs=0.03)


def test_a_painting_in_one_color_can_be_matched() -> None:
    flat = np.full((20, 30, 3), 90, np.uint8)

    class Flat(Paint):
        def apply(self, pixels: Pixels) -> Pixels:
            return flat

    painted = ControlledFilter(Flat(), Controls(color="matched")).apply(smooth_picture()[:20, :30])
    assert float(painted.std((0, 1)).max()) == 0


def test_the_controls_are_part_of_what_a_filter_is() -> None:
    digests = {
        with_controls(Paint(), controls).digest
        for controls in (Controls(), Controls(stroke=2), Controls(clarity=2), Controls(color="photo"))
    }
    assert len(digests) == 4
    turned = with_controls(Paint(), Controls(stroke=2))
    assert (turned.name, turned.kind) == ("paint", "sample")


def test_controls_are_taken_from_what_was_typed() -> None:
    values = {"stroke": "1.5", "levels": "4", "color": "photo"}
    assert Controls.taken_from(values) == Controls(stroke=1.5, color="photo")
    assert values == {"levels": "4"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("stroke", "9", r"stroke was '9'; it is a number from 0\.25 \(fine strokes\) to 4"),
        ("stroke_scale", "9", r"stroke_scale was '9'; it is a number from 0\.25 .* 1 is as on 720 pixels"),
        ("clarity", "much", r"clarity was 'much'; it is a number from 0 \(soft\) to 3"),
        ("color", "red", r"color was 'red'; it is style \(as painted\), photo .* or matched"),
    ],
)
def test_values_outside_what_is_allowed_are_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidOptions, match=words):
        Controls.taken_from({name: value})


def test_the_command_line_has_the_choices_that_there_are() -> None:
    assert get_args(get_args(options.Colors)[0]) == get_args(Colors)


def test_no_kind_may_define_a_control_anew() -> None:
    assert {"strength", *Controls.model_fields} == RESERVED_OPTIONS


def test_the_how_to_says_what_is_allowed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "chain-and-mix.md").read_text(encoding="utf-8")
    for name, field_ in Controls.model_fields.items():
        assert f"| `{name}` |" in text
        bounds = {type(rule).__name__: rule for rule in field_.metadata}
        if bounds:
            assert f"| `{name}` | {bounds['Ge'].ge:g} to {bounds['Le'].le:g} |" in text
        else:
            assert all(f"`{word}`" in text for word in get_args(field_.annotation))
