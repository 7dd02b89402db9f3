"""What things cost whoever runs them: one file, and the cost of what was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from rotoscope.economics.plans import Plan, PlanText
from rotoscope.economics.usage import Usage, rounded
from rotoscope.errors import InvalidRates, UnknownPlan
from rotoscope.settings import Rate, Settings

_MOST_BYTES: Final = 1_000_000
PLAN_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""Names of price plans."""
_WHERE: Final = "See docs/how-to/know-what-it-costs.md."
Micros = Annotated[StrictInt, Field(ge=0, le=10**15)]
"""Millionths of the currency."""


class Costs(BaseModel):
    """What a unit of each thing costs, in whole millionths of the currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_second: Micros = Field(default=0, description="A second of one processor.")
    gpu_second: Micros = Field(default=0, description="A second of one GPU.")
    gb_month: Micros = Field(default=0, description="10⁹ bytes, stored for 30 days.")
    gb_moved: Micros = Field(default=0, description="10⁹ bytes, in or out.")
    call: Micros = Field(default=0, description="A call of the API.")
    training_hour: Micros = Field(default=0, description="An hour of training, on the clock.")
    kwh: Micros = Field(default=0, description="A kilowatt hour.")


class RatesText(BaseModel):
    """A rates file as it is written. docs/rates.schema.json is made of this class."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Rates of Rotoscope")

    rates: Literal[1] = Field(description="Version of this format.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(description="As in ISO 4217: USD, EUR.")
    costs: Costs = Field(default=Costs(), description="What a unit costs, in millionths of the currency.")
    plans: Mapping[Annotated[str, Field(pattern=PLAN_PATTERN)], PlanText] = Field(
        default_factory=dict[str, PlanText], description="Price plans by name."
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """What things cost, and the plans by which they are sold."""

    currency: str = "USD"
    costs: Mapping[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    """Millionths of the currency by the name of a unit, as in :class:`Costs`; what is left out is free."""
    plans: Mapping[str, Plan] = field(default_factory=lambda: MappingProxyType({}))
    """By name."""

    @classmethod
    def of(cls, rate: Rate) -> Rates:
        """Of one price for an hour of a processor, which is that of 3600 CPU seconds; without plans."""
        return cls(rate.currency, MappingProxyType({"cpu_second": Fraction(rate.micros_per_hour, 3600)}))

    def cost(self, usage: Usage) -> Fraction:
        """What it costs, in exact millionths of the currency.

        Everything that was used and has a rate is added. Whoever pays for training by the hour gives either
        ``training_hour`` or ``cpu_second`` a rate for it, by leaving the other out of the usage.
        """
        used = {
            "cpu_second": usage.cpu_seconds,
            "gpu_second": usage.gpu_seconds,
            "gb_month": usage.gb_months,
            "gb_moved": usage.gb_moved,
            "call": usage.calls,
            "training_hour": usage.training_hours,
            "kwh": usage.kwh,
        }
        return sum(
            (self.costs.get(name, Fraction(0)) * Fraction(units) for name, units in used.items()), Fraction(0)
        )

    def cost_micros(self, usage: Usage) -> int:
        """The same in whole millionths; see :func:`rotoscope.economics.usage.rounded`."""
        return rounded(self.cost(usage))

    def plan(self, name: str) -> Plan:
        """The plan of that name.

        Raises:
            UnknownPlan: there is none.
        """
        if name not in self.plans:
            known = ", ".join(sorted(self.plans)) or "none; a rates file (ROTOSCOPE_RATES) may have some"
            raise UnknownPlan(f"There is no price plan {name!r}. Plans at hand: {known}.")
        return self.plans[name]


def read_rates(path: Path) -> Rates:
    """Read a rates file.

    Args:
        path: YAML, or JSON, which is YAML too.

    Raises:
        InvalidRates: there is no such file, or it breaks the schema; every fault is named with its key.
    """
    return rates_of(read_rates_text(path))


def read_rates_text(path: Path) -> RatesText:
    """What stands in a rates file; as :func:`read_rates`."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidRates(f"{path} is larger than {_MOST_BYTES:,} bytes; give a rates file.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is no text"
        raise InvalidRates(f"The rates file {path} cannot be read: {told}. Give another one.") from error
    return _parsed(text, name=str(path))


def parse_rates(text: str, *, name: str) -> Rates:
    """Rates as a file states them.

    Args:
        text: what stands in the file.
        name: what to call it in messages.

    Raises:
        InvalidRates: it is not YAML, or it breaks the schema.
    """
    return rates_of(_parsed(text, name=name))


def _parsed(text: str, *, name: str) -> RatesText:
    try:
        value: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        raise InvalidRates(
            f"{name} is not YAML{place}: {getattr(error, 'problem', error)}. {_WHERE}"
        ) from error
    if not isinstance(value, dict):
        raise InvalidRates(f"{name} has no keys; a rates file has rates: 1, currency and costs. {_WHERE}")
    try:
        return RatesText.model_validate(value)
    except ValidationError as error:
        faults = "; ".join(f"{_key(one['loc'])}: {_told(one)}" for one in error.errors())
        raise InvalidRates(f"{name} is no rates file that can be used: {faults}. {_WHERE}") from error


def rates_of(text: RatesText) -> Rates:
    """Rates that are in order, ready to calculate with."""
    costs = {unit: Fraction(micros) for unit, micros in text.costs.model_dump().items()}
    plans = {plan: Plan.of(plan, one) for plan, one in text.plans.items()}
    return Rates(text.currency, MappingProxyType(costs), MappingProxyType(plans))


def rates_of_settings(settings: Settings) -> Rates:
    """What things cost by the settings: a file, or the one price of an hour.

    Raises:
        InvalidRates: the file is not there, or not in order.
    """
    return Rates.of(settings.rate) if settings.rates_file is None else read_rates(settings.rates_file)


def rates_schema() -> dict[str, Any]:
    """The JSON Schema of rates files, as docs/rates.schema.json has it."""
    return RatesText.model_json_schema()


def _key(place: tuple[str | int, ...]) -> str:
    """``plans.studio.per_picture.2``; items count from 1, and pydantic's names of kinds are left out."""
    told = [str(key + 1) if isinstance(key, int) else key for key in place]
    return ".".join(key for key in told if not key.startswith(("constrained-", "tuple["))) or "the file"


_TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "string_pattern_mismatch": "a currency is three capitals, a plan's name small letters",
        "literal_error": "this version reads rates: 1",
        **dict.fromkeys(
            ("int_type", "int_from_float", "greater_than_equal", "less_than_equal"),
            "give whole millionths of the currency, from 0 to 10^15",
        ),
    }
)
"""What is allowed, by pydantic's name of a fault."""


def _told(fault: Any) -> str:  # noqa: ANN401 - a record of pydantic
    """One fault, in the words of a rates file."""
    kind = fault["type"]
    if kind in ("extra_forbidden", "missing"):
        return "there is no such key" if kind == "extra_forbidden" else "it is missing"
    allowed = _TOLD.get(kind)
    if "wholesale_discount" in fault["loc"]:
        allowed = "give percent, 0 to 100, with four places at most"
    if allowed is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return f"{fault['input']!r} is not allowed; {allowed}"
