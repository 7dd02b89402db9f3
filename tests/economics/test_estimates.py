"""From samples to what all will take, and the price of that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.economics.estimates import NARROWEST, WIDEST, Estimate, Sample, extrapolated
from rotoscope.economics.plans import Plan, Tier
from rotoscope.economics.quotes import Money, chosen_plan, priced
from rotoscope.economics.rates import Rates
from rotoscope.economics.usage import Usage
from rotoscope.settings import Rate

SAMPLES = st.lists(st.builds(Sample, st.floats(1, 50), st.floats(0.001, 100)), min_size=1, max_size=8)


def test_the_beginning_is_counted_once_and_the_rest_by_its_units() -> None:
    samples = [Sample(10, 1.0), Sample(10, 1.0), Sample(10, 1.0)]
    assert extrapolated(2.0, samples, 100).likely == pytest.approx(12.0)
    assert extrapolated(2.0, samples, 100).share == pytest.approx(NARROWEST)


def test_samples_that_differ_make_the_range_wider() -> None:
    alike = extrapolated(0.0, [Sample(10, 1.0), Sample(10, 1.02), Sample(10, 0.98)], 1000)
    unlike = extrapolated(0.0, [Sample(10, 1.0), Sample(10, 1.1), Sample(10, 0.9)], 1000)
    assert NARROWEST < alike.share < unlike.share == pytest.approx(WIDEST)


@given(st.floats(0, 100), SAMPLES, st.floats(0, 1e5))
def test_no_range_is_wider_than_a_quarter(begin: float, samples: list[Sample], units: float) -> None:
    found = extrapolated(begin, samples, units)
    assert found.low <= found.likely <= found.high
    assert found.share <= WIDEST + 1e-9


def test_estimates_are_added() -> None:
    whole = Estimate.total([Estimate(1, 0.8, 1.2), Estimate(3, 2.7, 3.3)])
    assert (whole.likely, whole.low, whole.high) == pytest.approx((4, 3.5, 4.5))


def test_prices_follow_the_estimate_where_time_has_a_price() -> None:
    rates = Rates.of(Rate(3_600_000_000))  # a second costs a unit
    plan = Plan("a", per_picture=(Tier(0, 500_000),), per_compute_second=(Tier(0, 100),))
    found = priced(Estimate(10, 9, 11), lambda s: Usage(cpu_seconds=s, pictures=1), rates, plan)
    assert found.cost == Money(10_000_000, 9_000_000, 11_000_000)
    assert found.retail == Money(501_000, 500_900, 501_100)


def test_without_a_plan_things_are_sold_at_cost() -> None:
    found = priced(Estimate(1, 1, 1), lambda s: Usage(cpu_seconds=s), Rates.of(Rate(3600)), None)
    assert found.cost == found.retail == found.wholesale == Money(1, 1, 1)


def test_a_plan_that_is_alone_is_the_one() -> None:
    one, two = Plan("one"), Plan("two")
    assert chosen_plan(Rates(plans={"one": one}), None) is one
    assert chosen_plan(Rates(plans={"one": one, "two": two}), None) is None
    assert chosen_plan(Rates(plans={"one": one, "two": two}), "two") is two
