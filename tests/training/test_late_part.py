"""The last part of a run, in which crops are larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from torch import Tensor

from rotoscope.filters.file import read_filter_file
from rotoscope.palette.verify import graph_digest
from rotoscope.training import run
from rotoscope.training.progress import Budget, StopReason, TrainingProgress
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import TrainingResult, train_filter

from training_toys import Toy, ToyEncoder

SMALL, LARGE = 32, 44
"""Crops of the toy: its photographs have 48 pixels, of which 4 are kept for shifts."""


class NotingEncoder(ToyEncoder):
    """Notes the sides of the paintings it sees: those that a gradient goes through."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: list[int] = []

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        """Encode, and note."""
        if image.requires_grad:
            self.sides.append(image.shape[-1])
        return super().__call__(image)


def train(
    toy: Toy,
    output: Path,
    *,
    steps: int,
    events: list[TrainingProgress] | None = None,
    stop_after: int = 10**9,
) -> TrainingResult:
    """Train the toy, or go on where a run into that file was stopped."""
    told: list[TrainingProgress] = [] if events is None else events
    return train_filter(
        toy.styles,
        name="toy",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=output,
        budget=Budget(steps=steps),
        checkpoint_dir=output.parent / f"{output.stem}-run",
        options=SessionOptions(threads=1),
        on_progress=told.append,
        should_stop=lambda: len(told) >= stop_after,
    )


def always(_totals: Sequence[float], *, span: int, least_fall: float) -> bool:
    """Flat, whatever the losses are."""
    return span > 0 and least_fall > 0


def test_crops_are_larger_in_the_last_part(toy: Toy, tmp_path: Path) -> None:
    encoder = NotingEncoder()
    train(replace(toy, encoder=encoder), tmp_path / "toy.onnx", steps=10)
    assert encoder.sides == [SMALL] * 6 + [LARGE] * 4


@pytest.mark.parametrize("values", [{"late_start": 1}, {"late_crop_factor": 1}])
def test_they_stay_small_where_the_recipe_says_so(toy: Toy, tmp_path: Path, values: dict[str, int]) -> None:
    encoder = NotingEncoder()
    recipe = toy.recipe.revised(values)
    train(replace(toy, encoder=encoder, recipe=recipe), tmp_path / "toy.onnx", steps=10)
    assert encoder.sides == [SMALL] * 10


def test_a_run_that_was_stopped_in_it_goes_on_as_if_never_stopped(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "whole.onnx", steps=10)
    train(toy, tmp_path / "parts.onnx", steps=10, stop_after=8)
    train(toy, tmp_path / "parts.onnx", steps=10)
    whole, parts = (read_filter_file(tmp_path / f"{name}.onnx") for name in ("whole", "parts"))
    assert graph_digest(parts) == graph_digest(whole)


def test_where_losses_are_flat_early_it_comes_before_the_tail(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "is_flat", always)
    encoder = NotingEncoder()
    recipe = toy.recipe.revised({"late_start": 0.9})
    result = train(replace(toy, encoder=encoder, recipe=recipe), tmp_path / "toy.onnx", steps=400)
    assert result.stopped_by is StopReason.FLAT
    assert encoder.sides == [SMALL] * 100 + [LARGE] * (100 + 20)  # looked at every 100 steps; a tail of 20


def test_the_time_left_counts_larger_crops_as_more_work(toy: Toy, tmp_path: Path) -> None:
    events: list[TrainingProgress] = []
    train(toy, tmp_path / "toy.onnx", steps=10, events=events)
    late_work = (LARGE / SMALL) ** 2
    pace = events[3].seconds / 4
    assert events[3].seconds_left == pytest.approx(pace * (2 + 4 * late_work))
    pace = events[7].seconds / (6 + 2 * late_work)
    assert events[7].seconds_left == pytest.approx(pace * 2 * late_work)
    assert events[-1].seconds_left == 0


def test_the_late_recipe_sees_as_many_pixels_of_photographs() -> None:
    late = Recipe().late
    assert late is not None
    assert (late.crop_side, late.scenes, late.content_side_range) == (512, 100, (560, 640))
    assert late.late is None


def test_larger_crops_are_as_large_as_photographs_allow() -> None:
    late = Recipe(content_side_range=(320, 450)).late
    assert late is not None
    assert (late.crop_side, late.content_side_range) == (400, (448, 450))
    assert Recipe(content_side_range=(304, 304)).late is None
