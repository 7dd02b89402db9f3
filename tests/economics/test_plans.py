"""Price plans: what is asked for what was used."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rotoscope.economics.plans import Plan, PlanText, Tier, TierText
from rotoscope.economics.usage import Usage

MICROS = st.integers(0, 10**7)


@st.composite
def tiers(draw: st.DrawFn) -> tuple[TierText, ...]:
    starts = draw(st.lists(st.integers(1, 1000), max_size=4, unique=True))
    return tuple(TierText(above=above, micros=draw(MICROS)) for above in (0, *sorted(starts)))


PLANS = st.builds(
    PlanText,
    per_picture=MICROS | tiers(),
    per_video_minute=MICROS | tiers(),
    per_compute_second=MICROS | tiers(),
    wholesale_discount=st.decimals(0, 100, places=2),
).map(lambda text: Plan.of("drawn", text))
USAGES = st.builds(
    Usage,
    cpu_seconds=st.floats(0, 5000),
    gpu_seconds=st.floats(0, 5000),
    pictures=st.integers(0, 3000),
    video_seconds=st.floats(0, 100_000),
)


def test_a_picture_a_minute_and_a_second_have_their_prices() -> None:
    plan = Plan("a", (Tier(0, 2000),), (Tier(0, 300_000),), (Tier(0, 7),))
    assert plan.retail(Usage(pictures=3)) == 6000
    assert plan.retail(Usage(video_seconds=90)) == 450_000
    assert plan.retail(Usage(cpu_seconds=10, gpu_seconds=5)) == 105
    assert plan.retail(Usage(pictures=1, video_seconds=60, cpu_seconds=1)) == 302_007


def test_each_unit_has_the_price_of_its_tier() -> None:
    plan = Plan("a", (Tier(0, 100), Tier(10, 60), Tier(20, 10)))
    assert [plan.retail(Usage(pictures=n)) for n in (0, 10, 11, 20, 25)] == [0, 1000, 1060, 1600, 1650]


def test_wholesale_is_cheaper_by_its_discount() -> None:
    plan = Plan.of("a", PlanText(per_picture=1000, wholesale_discount=Decimal("12.5")))
    assert plan.price(Usage(pictures=1), is_wholesale=True) == 875
    assert plan.price(Usage(pictures=1)) == 1000


def test_what_a_plan_has_no_price_for_is_free() -> None:
    assert Plan("a").price(Usage(cpu_seconds=1e6, pictures=9)) == 0


def test_tiers_go_on_from_what_was_used_before() -> None:
    plan = Plan("a", (Tier(0, 100), Tier(10, 60)))
    assert plan.prices([Usage(pictures=8), Usage(pictures=4)]) == (800, 320)
    assert plan.prices([Usage(pictures=4)], before=Usage(pictures=8)) == (320,)


def test_thirds_are_not_lost() -> None:
    plan = Plan("a", per_video_minute=(Tier(0, 1),))  # 20 seconds cost a third of a millionth
    assert plan.prices([Usage(video_seconds=20)] * 3) == (0, 1, 0)


@given(PLANS, st.lists(USAGES, max_size=6), st.booleans())
def test_the_parts_sum_to_the_whole(plan: Plan, parts: list[Usage], is_wholesale: bool) -> None:
    prices = plan.prices(parts, is_wholesale=is_wholesale)
    whole = plan.price_micros(Usage.total(parts), is_wholesale=is_wholesale)
    assert sum(prices) == whole
    assert all(isinstance(price, int) and price >= 0 for price in prices)


@given(PLANS, USAGES, USAGES)
def test_more_never_costs_less(plan: Plan, some: Usage, more: Usage) -> None:
    assert plan.price_micros(some.plus(more)) >= plan.price_micros(some)


@given(PLANS, USAGES)
def test_wholesale_is_never_dearer_than_retail(plan: Plan, usage: Usage) -> None:
    retail, wholesale = plan.price(usage), plan.price(usage, is_wholesale=True)
    assert 0 <= wholesale <= retail
    assert wholesale == retail * (1 - plan.wholesale_discount)


@given(PLANS, USAGES)
def test_rounding_is_off_by_half_a_millionth_at_most(plan: Plan, usage: Usage) -> None:
    assert abs(plan.price_micros(usage) - plan.price(usage)) <= Fraction(1, 2)
