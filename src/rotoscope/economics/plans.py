"""What is asked for what was used: price plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from rotoscope.economics.usage import Usage, rounded

Micros = Annotated[StrictInt, Field(ge=0, le=10**15)]
_MINUTE: Final = 60


class TierText(BaseModel):
    """What a unit costs beyond so many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    above: Annotated[StrictInt, Field(ge=0)] = Field(description="Units before these; the first tier has 0.")
    micros: Micros = Field(description="Millionths of the currency for each unit beyond.")


class PlanText(BaseModel):
    """A price plan as a rates file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_picture: Micros | tuple[TierText, ...] = Field(default=0, description="A picture.")
    per_video_minute: Micros | tuple[TierText, ...] = Field(
        default=0, description="A minute of painted video, by the second."
    )
    per_compute_second: Micros | tuple[TierText, ...] = Field(
        default=0, description="A second of one processor or GPU."
    )
    wholesale_discount: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] = Field(
        default=Decimal(0), description="Percent by which wholesale is cheaper than retail."
    )

    @model_validator(mode="after")
    def _tiers_rise(self) -> PlanText:
        for name in ("per_picture", "per_video_minute", "per_compute_second"):
            price: int | tuple[TierText, ...] = getattr(self, name)
            if isinstance(price, int):
                continue
            starts = [tier.above for tier in price]
            if not starts or starts[0] != 0 or any(later <= one for one, later in pairwise(starts)):
                raise ValueError(f"the tiers of {name} begin with above: 0 and rise, and these are {starts}")
        return self


@dataclass(frozen=True, slots=True)
class Tier:
    """What a unit costs beyond so many."""

    above: int
    micros: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for what was used. Each unit has the price of the tier that it falls in."""

    name: str
    per_picture: tuple[Tier, ...] = ()
    """From the first one up; none at all: free."""
    per_video_minute: tuple[Tier, ...] = ()
    per_compute_second: tuple[Tier, ...] = ()
    wholesale_discount: Fraction = Fraction(0)
    """The share by which wholesale is cheaper, 0 to 1."""

    @classmethod
    def of(cls, name: str, text: PlanText) -> Plan:
        """A plan as a file states it."""
        return cls(
            name,
            _tiers(text.per_picture),
            _tiers(text.per_video_minute),
            _tiers(text.per_compute_second),
            Fraction(text.wholesale_discount) / 100,
        )

    def retail(self, usage: Usage) -> Fraction:
        """The price of what was used in a period, in exact millionths of the currency."""
        return (
            _graduated(self.per_picture, Fraction(usage.pictures))
            + _graduated(self.per_video_minute, Fraction(usage.video_seconds) / _MINUTE)
            + _graduated(self.per_compute_second, usage.compute_seconds)
        )

    def price(self, usage: Usage, *, is_wholesale: bool = False) -> Fraction:
        """The retail or the wholesale price, in exact millionths of the currency."""
        return self.retail(usage) * (1 - self.wholesale_discount if is_wholesale else 1)

    def price_micros(self, usage: Usage, *, is_wholesale: bool = False) -> int:
        """The same in whole millionths; see :func:`rotoscope.economics.usage.rounded`."""
        return rounded(self.price(usage, is_wholesale=is_wholesale))

    def prices(
        self, parts: Sequence[Usage], *, before: Usage | None = None, is_wholesale: bool = False
    ) -> tuple[int, ...]:
        """The price of each of the parts of a period, in whole millionths, in their order.

        Each is what the price of the period rose by; so tiers go on from part to part, and the sum of the
        parts is the price of the whole.

        Args:
            parts: what was used, one after the other.
            before: what had been used in the period already.
            is_wholesale: whether the discount is taken off.
        """
        sums = accumulate(parts, Usage.plus, initial=before or Usage())
        prices = [self.price_micros(usage, is_wholesale=is_wholesale) for usage in sums]
        return tuple(after - earlier for earlier, after in pairwise(prices))


def _tiers(price: int | tuple[TierText, ...]) -> tuple[Tier, ...]:
    if isinstance(price, int):
        return (Tier(0, price),)
    return tuple(Tier(tier.above, tier.micros) for tier in price)


def _graduated(tiers: Sequence[Tier], units: Fraction) -> Fraction:
    """The price of so many units, each at the price of its tier."""
    ends = [*(Fraction(tier.above) for tier in tiers[1:]), units]
    price = Fraction(0)
    for tier, end in zip(tiers, ends[: len(tiers)], strict=True):
        price += max(Fraction(0), min(units, end) - tier.above) * tier.micros
    return price
