"""What a network wants that its graph does not tell: found by running it on a test picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.filters.card import Padding
from rotoscope.palette.conventions import Layout, ValueRange
from rotoscope.runtime.openvino_runtime import evaluate

_MULTIPLES = (1, 2, 4, 8, 16, 32)
_LEAST_SIDES = (32, 48, 64, 96, 128, 192, 256)
"""Smaller pictures are padded up to the first of these that works."""
_TEST_SIDE = 192
_CLEARLY_BETTER = 0.1
"""Likeness by which a range must win over the one the output has."""


@dataclass(frozen=True, slots=True)
class ProbedRanges:
    """Ranges as a run suggests them; a heuristic, not a proof."""

    input_range: ValueRange
    output_range: ValueRange
    likeness: float
    """Correlation of the painted picture's lightness with the test picture's, blurred: -1 to 1."""


def test_picture(height: int, width: int) -> NDArray[np.float32]:
    """A picture with what photographs have: a sky, ground, edges, colors and noise.

    Returns:
        (height, width, 3) float32 in 0..1; always the same.
    """
    random = np.random.default_rng(2016)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    down, across = rows / max(height - 1, 1), columns / max(width - 1, 1)
    picture = np.stack([0.45 + 0.4 * down, 0.6 + 0.2 * down, 0.95 - 0.3 * down], axis=-1)
    picture[down > 0.6 + 0.08 * np.sin(9 * across)] = (0.25, 0.35, 0.15)
    picture[(down - 0.3) ** 2 + (across - 0.7) ** 2 < 0.02] = (0.95, 0.85, 0.4)
    picture[(across > 0.2) & (across < 0.35) & (down > 0.35) & (down < 0.8)] = (0.6, 0.15, 0.1)
    grain = random.normal(0, 0.03, (height, width, 1)).astype(np.float32)
    return np.clip(picture + grain, 0, 1).astype(np.float32)


def to_range(picture: NDArray[np.float32], value_range: ValueRange) -> NDArray[np.float32]:
    """A picture in 0..1 as values of another range."""
    if value_range == "0..255":
        return picture * np.float32(255)
    return picture * 2 - 1 if value_range == "-1..1" else picture


def probe_ranges(
    model: bytes,
    *,
    layout: Layout,
    size: tuple[int, int] | None,
    input_range: ValueRange | None,
    output_range: ValueRange | None,
) -> ProbedRanges:
    """Find the ranges that are not known by trying each.

    For each input range the painted picture is compared with the test picture: a network that is given
    values of the right size keeps more of what is in the picture. Where none wins clearly, input and output
    have the same range, as nearly all published networks do.

    Args:
        model: the network in its own terms, float32 in and out.
        layout: its axes.
        size: (width, height) where it is fixed.
        input_range: known already, else None.
        output_range: known already, else None.

    Raises:
        UnsupportedArchitecture, FilterFailed: it cannot be run.
    """
    width, height = size or (_TEST_SIDE, _TEST_SIDE)
    picture = test_picture(height, width)
    candidates: tuple[ValueRange, ...] = (
        ("0..255", "0..1", "-1..1") if input_range is None else (input_range,)
    )
    found: list[ProbedRanges] = []
    for candidate in candidates:
        painted = _run(model, to_range(picture, candidate), layout)
        seen = output_range or _range_of(painted)
        found.append(ProbedRanges(candidate, seen, _likeness(painted, picture)))
    best = max(found, key=lambda probed: probed.likeness)
    same = [p for p in found if p.input_range == p.output_range]
    if same and best.likeness < max(p.likeness for p in same) + _CLEARLY_BETTER:
        return max(same, key=lambda probed: probed.likeness)
    return best


def probe_padding(model: bytes, *, margin: int) -> Padding | None:
    """Find which sizes a graph takes.

    Args:
        model: a graph in the format's own terms: input (1, 3, H, W).
        margin: what the rule shall have.

    Returns:
        The rule with the smallest multiple that works; None where the graph takes no sizes but its own.
    """
    for multiple in _MULTIPLES:
        odd = _LEAST_SIDES[3] // multiple | 1
        if not _keeps_size(model, multiple * odd, multiple * (odd + 2)):
            continue
        for least in _LEAST_SIDES:
            side = -(-least // multiple) * multiple
            if _keeps_size(model, side, side):
                return Padding(multiple=multiple, margin=margin, minimum=side)
    return None


def _keeps_size(model: bytes, height: int, width: int) -> bool:
    picture = test_picture(height, width).transpose(2, 0, 1)[None]
    try:
        painted = evaluate(model, np.ascontiguousarray(picture))
    except FilterFailed:
        return False
    return painted.shape == picture.shape and bool(np.isfinite(painted).all())


def _run(model: bytes, picture: NDArray[np.float32], layout: Layout) -> NDArray[np.float32]:
    tensor = picture[None] if layout == "nhwc" else picture.transpose(2, 0, 1)[None]
    painted = evaluate(model, np.ascontiguousarray(tensor))
    if painted.ndim != 4:
        raise FilterFailed(
            f"The network makes an array of shape {painted.shape} of a picture; a filter makes a picture of"
            " the same size. Give a network for style transfer."
        )
    return painted[0] if layout == "nhwc" else painted[0].transpose(1, 2, 0)


def _range_of(painted: NDArray[np.float32]) -> ValueRange:
    low, high = (float(np.percentile(painted, q)) for q in (1, 99))
    if high > 4:
        return "0..255"
    return "-1..1" if low < -0.3 else "0..1"


def _likeness(painted: NDArray[np.float32], picture: NDArray[np.float32]) -> float:
    light, wanted = painted.mean(axis=2), picture.mean(axis=2)
    if light.shape != wanted.shape:
        light = cv2.resize(light, wanted.shape[::-1])
    blurred = [cv2.GaussianBlur(np.nan_to_num(image), (0, 0), 4).ravel() for image in (light, wanted)]
    if float(np.std(blurred[0])) < 1e-6:
        return -1.0
    return float(np.corrcoef(blurred[0], blurred[1])[0, 1])
