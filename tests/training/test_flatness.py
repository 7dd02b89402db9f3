"""When losses are flat, and how a run then ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest

from rotoscope.filters.file import read_filter_file
from rotoscope.training import run, state
from rotoscope.training.flatness import Tail, is_flat, watched_total
from rotoscope.training.progress import Budget, Losses, StopReason, TrainingProgress
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import TrainingResult, train_filter

from training_toys import Toy

STEPS_EACH = 100
SPAN = Recipe().flat_steps // STEPS_EACH
NOISES = (0.13, 0.33)
"""Standard deviation of one step's losses around their mean, as a share: seen with SqueezeNet and VGG-19."""


def histories(
    curve: Callable[[np.ndarray], np.ndarray], *, noise: float, count: int = 40, steps: int = 12_000
) -> np.ndarray:
    """(count, steps / 100) means of 100 steps each of a noisy curve."""
    noisy = curve(np.arange(steps)) * (1 + noise * np.random.default_rng(0).standard_normal((count, steps)))
    return noisy.reshape(count, -1, STEPS_EACH).mean(axis=2)


def flat_at(totals: np.ndarray) -> int | None:
    """Step after which a history is first found flat with the default recipe."""
    for end in range(SPAN, len(totals) + 1):
        if is_flat(totals[:end].tolist(), span=SPAN, least_fall=Recipe().flat_share):
            return end * STEPS_EACH
    return None


def level(steps: np.ndarray) -> np.ndarray:
    return np.full(steps.shape, 0.4)


def falling(steps: np.ndarray) -> np.ndarray:
    """By twice as much as counts as falling, all the time."""
    return np.exp(-2 * Recipe().flat_share * steps / Recipe().flat_steps)


def settling(steps: np.ndarray) -> np.ndarray:
    """Falls for some thousands of steps, and is then level."""
    return 0.4 + 0.3 * np.exp(-steps / 1000)


def test_what_is_level_is_flat_and_what_falls_is_not() -> None:
    assert flat_at(histories(level, noise=0, count=1)[0]) == 3000
    assert flat_at(histories(falling, noise=0, count=1)[0]) is None


def test_losses_that_rise_are_flat() -> None:
    assert flat_at(histories(lambda steps: 1 + steps / 1e5, noise=0, count=1)[0]) == 3000


@pytest.mark.parametrize("noise", [*NOISES, 1.0])
def test_noise_does_not_make_falling_losses_flat(noise: float) -> None:
    ended = [flat_at(totals) for totals in histories(falling, noise=noise)]
    assert ended == [None] * len(ended)


@pytest.mark.parametrize(("noise", "latest"), [(NOISES[0], 5000), (NOISES[1], 9000)])
def test_noise_only_delays_the_end_of_a_level_run(noise: float, latest: int) -> None:
    ended = [flat_at(totals) for totals in histories(level, noise=noise)]
    assert all(end is not None and end <= latest for end in ended)


def test_losses_too_noisy_to_tell_are_not_flat() -> None:
    ended = [flat_at(totals) for totals in histories(level, noise=5)]
    assert ended == [None] * len(ended)


@pytest.mark.parametrize("noise", NOISES)
def test_a_run_that_settles_ends_after_it_has_settled(noise: float) -> None:
    ended = [flat_at(totals) for totals in histories(settling, noise=noise, steps=24_000)]
    assert all(end is not None and end >= 5000 for end in ended)


def test_losses_of_nothing_are_not_flat() -> None:
    assert not is_flat([0.0] * 20, span=10, least_fall=0.02)


def test_the_stability_loss_is_not_watched() -> None:
    weights = {"style_weight": 2, "content_weight": 3, "total_variation_weight": 5, "range_weight": 7}
    recipe = Recipe.of_values({**weights, "lattice_weight": 9})
    assert watched_total(Losses(1, 10, 100, 1000, 10_000, 1e9), recipe) == 2 + 30 + 500 + 7000 + 90_000


def test_a_tail_takes_a_tenth_of_the_steps_before_it() -> None:
    tail = Tail(first_step=2000, first_fraction=0.4)
    assert (tail.steps, tail.last_step) == (200, 2200)
    assert [tail.fraction(step) for step in (2000, 2100, 2200, 2300)] == pytest.approx([0.4, 0.7, 1, 1])
    assert tail.fraction(2200) == 1
    assert Tail(1, 0.5).last_step == 2


@pytest.fixture
def always_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses recorded every 4 steps, and flat as soon as 40 steps can be looked at."""
    for module in (run, state):
        monkeypatch.setattr(module, "RECENT_STEPS", 4)

    def is_flat_at_once(totals: list[float], *, span: int, least_fall: float) -> bool:
        assert (span, least_fall) == (40 // 4, Recipe().flat_share)
        return len(totals) >= span

    monkeypatch.setattr(run, "is_flat", is_flat_at_once)


@dataclass(frozen=True)
class Trained:
    """What a run made and told."""

    result: TrainingResult
    events: list[TrainingProgress]


def train(toy: Toy, folder: Path, *, steps: int = 160, stop_after: int = 10**9, **values: object) -> Trained:
    """Train in a folder of its own, or go on with what was begun there."""
    folder.mkdir(exist_ok=True)
    events: list[TrainingProgress] = []
    recipe = toy.recipe.revised({"late_start": 1, **values}).model_copy(update={"flat_steps": 40})
    result = train_filter(
        toy.styles,
        name="toy",
        recipe=recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=folder / "toy.onnx",
        budget=Budget(steps=steps),
        checkpoint_dir=folder / "run",
        options=SessionOptions(threads=1),
        on_progress=events.append,
        should_stop=lambda: len(events) >= stop_after,
    )
    return Trained(result, events)


@pytest.mark.usefixtures("always_flat")
def test_a_flat_run_ends_with_a_tail_before_its_budget(toy: Toy, tmp_path: Path) -> None:
    made = train(toy, tmp_path / "a")
    assert (made.result.stopped_by, made.result.steps) == (StopReason.FLAT, 44)
    fractions = [event.fraction for event in made.events]
    assert fractions[38] == 39 / 160
    assert np.diff(fractions[39:]) == pytest.approx([(1 - 39 / 160) / 4] * 4, abs=0.007)
    assert fractions[-1] == 1
    assert made.events[-1].seconds_left == 0


@pytest.mark.usefixtures("always_flat")
def test_where_losses_are_flat_early_the_stability_loss_sets_in_first(toy: Toy, tmp_path: Path) -> None:
    made = train(toy, tmp_path / "a", stability_start=0.9, stability_every=1)
    assert (made.result.stopped_by, made.result.steps) == (StopReason.FLAT, 88)
    have = [event.losses is not None and event.losses.stability is not None for event in made.events]
    assert have.index(True) == 40
    without = train(toy, tmp_path / "b", stability_start=0.9, stability_weight=0)
    assert without.result.steps == 44


@pytest.mark.usefixtures("always_flat")
def test_a_budget_can_end_within_a_tail(toy: Toy, tmp_path: Path) -> None:
    made = train(toy, tmp_path / "a", steps=42)
    assert (made.result.stopped_by, made.result.steps) == (StopReason.BUDGET, 42)


@pytest.mark.usefixtures("always_flat")
def test_a_run_that_was_stopped_is_flat_where_it_would_have_been(toy: Toy, tmp_path: Path) -> None:
    whole = train(toy, tmp_path / "whole").result
    for stop_after in (22, 20, 10):  # between two records; in the tail; goes on to the end
        stopped = train(toy, tmp_path / "parts", stop_after=stop_after).result
    assert (stopped.stopped_by, stopped.steps) == (StopReason.FLAT, 44)
    assert [(r.step, r.losses) for r in stopped.history] == [(r.step, r.losses) for r in whole.history]
    files = [read_filter_file(tmp_path / name / "toy.onnx").model for name in ("whole", "parts")]
    graphs = [onnx.load_model_from_string(file).graph for file in files]
    assert graphs[0] == graphs[1]
    again = train(toy, tmp_path / "parts")
    assert (again.result.stopped_by, again.events) == (StopReason.FLAT, [])


@pytest.mark.usefixtures("always_flat")
def test_the_end_for_flatness_can_be_switched_off(toy: Toy, tmp_path: Path) -> None:
    made = train(toy, tmp_path / "a", steps=50, flat_share=0)
    assert (made.result.stopped_by, made.result.steps) == (StopReason.BUDGET, 50)
