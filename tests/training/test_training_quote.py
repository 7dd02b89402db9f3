"""Quotes of trainings: a few steps are trained, and what all of them take is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.economics.estimates import WIDEST
from rotoscope.economics.quotes import Money, Quote
from rotoscope.economics.rates import Rates, parse_rates
from rotoscope.training.progress import Budget
from rotoscope.training.quoting import quote_training

from training_toys import Toy, make_toy

HOURLY = parse_rates("rates: 1\ncurrency: EUR\ncosts: {training_hour: 6000000}\n", name="rates")
BY_CPU = parse_rates("rates: 1\ncurrency: EUR\ncosts: {cpu_second: 1000000}\n", name="rates")


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return make_toy(tmp_path)


def quoted(toy: Toy, budget: Budget, rates: Rates) -> Quote:
    return quote_training(
        toy.styles,
        name="toy",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        budget=budget,
        rates=rates,
        steps=14,
    )


def test_a_training_by_minutes_takes_those_minutes(toy: Toy, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = quoted(toy, Budget(minutes=10), HOURLY)
    assert found.work == "training of toy"
    assert found.elapsed_seconds > 600
    assert found.cost == found.retail == Money(1_000_000, 1_000_000, 1_000_000)
    assert found.notes == ("14 steps were trained to know",)
    assert sorted(tmp_path.rglob("*")) == before


def test_more_steps_take_more(toy: Toy) -> None:
    few, many = (quoted(toy, Budget(steps=steps), BY_CPU) for steps in (100, 10_000))
    assert many.cpu_seconds.likely > 10 * few.cpu_seconds.likely
    assert many.cost.likely_micros == pytest.approx(1e6 * many.cpu_seconds.likely, abs=1)
    assert many.cpu_seconds.share <= WIDEST + 1e-9
