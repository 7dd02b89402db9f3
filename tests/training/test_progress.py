"""Budgets, losses as records, and Ctrl-C."""

from __future__ import annotations

import signal

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.render.interrupt import stop_on_interrupt
from rotoscope.training.progress import DEFAULT_BUDGET_MINUTES, Budget, Losses


def test_a_budget_of_steps() -> None:
    budget = Budget(steps=8)
    assert budget.fraction(steps=2, seconds=1e9) == 0.25
    assert budget.fraction(steps=9, seconds=0) == 1


def test_a_budget_of_minutes() -> None:
    budget = Budget(minutes=2)
    assert budget.fraction(steps=10**9, seconds=30) == 0.25
    assert budget.fraction(steps=0, seconds=1e9) == 1
    assert budget.seconds_left(30) == 90


def test_without_a_word_a_run_takes_the_default() -> None:
    assert Budget.of() == Budget(minutes=DEFAULT_BUDGET_MINUTES)
    assert Budget.of(steps=3) == Budget(steps=3)


def test_a_budget_is_one_of_two() -> None:
    with pytest.raises(InvalidOptions, match="give exactly one"):
        Budget.of(steps=1, minutes=1)
    with pytest.raises(InvalidOptions, match="give exactly one"):
        Budget()


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidOptions, match="budget of 0 steps trains nothing"):
        Budget(steps=0)
    with pytest.raises(InvalidOptions, match="budget of nan minutes trains nothing"):
        Budget(minutes=float("nan"))


def test_the_mean_of_the_stability_loss_is_over_the_steps_that_have_it() -> None:
    mean = Losses.mean([Losses(1, 2, 3, 4, 5, 6), Losses(3, 4, 5, 6, 7, None)])
    assert mean == Losses(2, 3, 4, 5, 6, 6)
    assert Losses.mean([Losses(1, 2, 3, 4, 5, None)]).known() == {
        "style": 1,
        "content": 2,
        "total_variation": 3,
        "range": 4,
        "lattice": 5,
    }


def test_the_first_interrupt_asks_and_the_second_raises() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as should_stop:
        assert not should_stop()
        signal.raise_signal(signal.SIGINT)
        assert should_stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_request_to_terminate_asks_too() -> None:
    with stop_on_interrupt() as should_stop:
        signal.raise_signal(signal.SIGTERM)
        assert should_stop()
