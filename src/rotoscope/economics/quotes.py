"""What a work will cost and is sold for, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rotoscope.economics.estimates import Estimate
from rotoscope.economics.plans import Plan
from rotoscope.economics.rates import Rates
from rotoscope.economics.usage import Usage


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, and between what it will be, in whole millionths of a currency."""

    likely_micros: int
    low_micros: int
    high_micros: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a work will take, cost, and be sold for."""

    work: str
    """What is quoted: a source, or a training."""
    look: str
    """What would be painted; empty for a training."""
    frames: int
    """Pictures that the result will have."""
    video_seconds: float
    """How much video that is; 0 where there is none."""
    sampled_frames: int
    """Pictures that were painted to know."""
    cpu_seconds: Estimate
    """Processor time; what is metered."""
    elapsed_seconds: float
    """Time on the clock, as busy as the machine was when it was quoted."""
    currency: str
    cost: Money
    """By the rates."""
    retail: Money
    """By the plan; the cost, where there is none."""
    wholesale: Money
    """The same less the plan's discount."""
    plan: str | None
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """By how much of the likely value the processor time may be off: 0.15 is ±15 %."""
        return self.cpu_seconds.share


@dataclass(frozen=True, slots=True)
class Prices:
    """What something will cost, and be sold for."""

    cost: Money
    retail: Money
    wholesale: Money


def priced(cpu_seconds: Estimate, usage: Callable[[float], Usage], rates: Rates, plan: Plan | None) -> Prices:
    """The prices of a work of which the processor time is estimated.

    Args:
        cpu_seconds: the estimate.
        usage: all that the work uses, if it takes so many CPU seconds.
        rates: what things cost.
        plan: how they are sold; None: at cost.
    """
    used = Estimated(*(usage(seconds) for seconds in (cpu_seconds.likely, cpu_seconds.low, cpu_seconds.high)))
    cost = used.money(rates.cost_micros)
    if plan is None:
        return Prices(cost, cost, cost)
    return Prices(
        cost,
        used.money(plan.price_micros),
        used.money(lambda one: plan.price_micros(one, is_wholesale=True)),
    )


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a work uses: likely, at least, at most."""

    likely: Usage
    low: Usage
    high: Usage

    def money(self, price: Callable[[Usage], int]) -> Money:
        """What it comes to by a price."""
        return Money(price(self.likely), price(self.low), price(self.high))


def chosen_plan(rates: Rates, name: str | None) -> Plan | None:
    """The plan of that name; without a name the only one there is, or none.

    Raises:
        UnknownPlan: there is no plan of that name.
    """
    if name is not None:
        return rates.plan(name)
    return next(iter(rates.plans.values())) if len(rates.plans) == 1 else None
