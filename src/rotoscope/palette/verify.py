"""Holding a filter file against everything it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from rotoscope.errors import FilterFailed, RotoscopeError
from rotoscope.filters.file import FilterFile
from rotoscope.filters.graph_rules import parse_model
from rotoscope.filters.neural import NeuralFilter
from rotoscope.palette.card_pictures import card_pictures, has_pictures
from rotoscope.palette.folder import checksum_path, read_checked_file, recorded_checksum
from rotoscope.palette.probing import test_picture
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.openvino_runtime import evaluate

_PICTURE_SIDES = ((97, 131), (1, 1), (3, 5))


@dataclass(frozen=True, slots=True)
class Check:
    """One promise and whether it is kept."""

    name: str
    """``checksum``, ``rules``, ``pictures``, ``values`` or ``sizes``."""
    passed: bool
    detail: str
    """What was found, one sentence."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found of one filter file."""

    path: Path
    name: str | None
    """Name on the card; None where the card cannot be read."""
    digest: str | None
    """SHA-256 of the file; None where it breaks the rules."""
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether all promises are kept."""
        return all(check.passed for check in self.checks)


def verify_file(path: Path) -> VerifyReport:
    """Check a filter file: recorded checksum, safety rules, card, and runs on test pictures in f32.

    Raises:
        Nothing for a bad filter: the report says what is wrong, and later checks are left out.
    """
    try:
        file = read_checked_file(path)
    except RotoscopeError as error:
        return VerifyReport(path, None, None, (Check("rules", False, str(error)),))
    checks = [_checksum(path), Check("rules", True, "Safety rules and card are in order.")]
    if has_pictures(file.card):
        checks.append(_attempt("pictures", lambda: _check_pictures(file)))
    runs = (_attempt("values", lambda: _check_values(file)), _attempt("sizes", lambda: _check_sizes(file)))
    return VerifyReport(path, file.card.name, file.digest, (*checks, *runs))


def graph_digest(file: FilterFile) -> str:
    """SHA-256 (hex) of a filter's graph and weights alone: another card does not change it."""
    graph = parse_model(file.model, what=f"The filter {file.card.name!r}").graph
    return sha256(graph.SerializeToString(deterministic=True)).hexdigest()


def _checksum(path: Path) -> Check:
    if recorded_checksum(path) is None:
        return Check("checksum", True, f"No checksum is recorded ({checksum_path(path).name} is not there).")
    return Check("checksum", True, "The file is as it was when its checksum was recorded.")


def _attempt(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except RotoscopeError as error:
        return Check(name, False, str(error))


def _check_pictures(file: FilterFile) -> str:
    found = (f"{one.name} {one.size[0]}x{one.size[1]}" for one in card_pictures(file.card))
    return f"The card's pictures are whole: {', '.join(found)}."


def _check_values(file: FilterFile) -> str:
    width, height = file.card.fixed_size or (
        file.card.padding.padded_side(_PICTURE_SIDES[0][1]),
        file.card.padding.padded_side(_PICTURE_SIDES[0][0]),
    )
    picture = test_picture(height, width).transpose(2, 0, 1)[None]
    painted = evaluate(file.model, np.ascontiguousarray(picture))
    if painted.shape != picture.shape:
        raise FilterFailed(f"The graph makes {painted.shape} of a picture of shape {picture.shape}.")
    if not np.isfinite(painted).all():
        raise FilterFailed("The graph gives values that are not finite for a test picture.")
    low, high = float(painted.min()), float(painted.max())
    if low < 0 or high > 1:
        raise FilterFailed(
            f"The graph gives values from {low:.4g} to {high:.4g}; they must be within 0 to 1."
        )
    if high - low < 1 / 255:
        raise FilterFailed(f"The graph gives one flat color ({low:.4g}) for a test picture with many.")
    return f"Values are finite and from {low:.3f} to {high:.3f}."


def _check_sizes(file: FilterFile) -> str:
    painter = NeuralFilter(file, options=RuntimeOptions(precision="f32"))
    for height, width in _PICTURE_SIDES:
        picture = np.round(test_picture(height, width) * 255).astype(np.uint8)
        painted = painter.apply(picture)
        if painted.shape != picture.shape:
            raise FilterFailed(
                f"A picture of {width}x{height} comes back as {painted.shape[1]}x{painted.shape[0]}."
            )
    return f"Pictures of {', '.join(f'{w}x{h}' for h, w in _PICTURE_SIDES)} come back at their size."
