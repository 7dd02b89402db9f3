"""Rates, plans, budgets, usage and statements, as they are sent and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import ID_PATTERN, RequestBody
from rotoscope.economics.plans import Plan, PlanText, Tier
from rotoscope.economics.rates import Costs, Rates, RatesText
from rotoscope.economics.statements import By, Spent, Statement
from rotoscope.jobs.budgets import Budget, Period

Amount = Annotated[int, Field(ge=1, le=10**15, description="Millionths of the currency.")]
_RATES_EXAMPLE: dict[str, Any] = {
    "rates": 1,
    "currency": "EUR",
    "costs": {"cpu_second": 14, "training_hour": 0},
    "plans": {
        "studio": {
            "per_picture": 2000,
            "per_video_minute": [{"above": 0, "micros": 300_000}, {"above": 100, "micros": 200_000}],
            "wholesale_discount": "12.5",
        }
    },
}


class RatesRequest(RatesText):
    """Rates to put: those that a rates file has."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RATES_EXAMPLE]})


class PlanRequest(PlanText):
    """A price plan to put."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RATES_EXAMPLE["plans"]["studio"]]})


class TierView(BaseModel):
    """What a unit costs beyond so many."""

    above: int
    micros: int


class PlanView(BaseModel):
    """A price plan. What has no tiers is free."""

    name: str = Field(examples=["studio"])
    per_picture: list[TierView]
    per_video_minute: list[TierView]
    per_compute_second: list[TierView]
    wholesale_discount: float = Field(description="Percent by which wholesale is cheaper than retail.")

    @classmethod
    def of(cls, plan: Plan) -> PlanView:
        """The view of a plan."""

        def tiers(found: Sequence[Tier]) -> list[TierView]:
            return [TierView(above=tier.above, micros=tier.micros) for tier in found]

        return cls(
            name=plan.name,
            per_picture=tiers(plan.per_picture),
            per_video_minute=tiers(plan.per_video_minute),
            per_compute_second=tiers(plan.per_compute_second),
            wholesale_discount=float(100 * plan.wholesale_discount),
        )


class RatesView(BaseModel):
    """What things cost here, and how they are sold."""

    currency: str = Field(examples=["EUR"])
    costs: dict[str, float] = Field(
        description="Millionths of the currency by unit: "
        + ", ".join(f"`{name}`" for name in Costs.model_fields),
        examples=[{"cpu_second": 14.0}],
    )
    plans: list[PlanView]

    @classmethod
    def of(cls, rates: Rates) -> RatesView:
        """The view of rates."""
        return cls(
            currency=rates.currency,
            costs={name: float(rates.costs.get(name, 0)) for name in Costs.model_fields},
            plans=[PlanView.of(rates.plans[name]) for name in sorted(rates.plans)],
        )


class PlanList(BaseModel):
    """The price plans there are."""

    currency: str
    items: list[PlanView]


class BudgetRequest(RequestBody):
    """A budget to make."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"limit_micros": 25_000_000, "period": "month"}]}
    )

    limit_micros: Amount
    period: Period = Field(
        default="month", description="`month`: it begins anew with each month, UTC. `ever`: it does not."
    )
    key: str | None = Field(
        default=None,
        pattern=ID_PATTERN,
        description="Id of one of your keys, whose work alone is counted; left out: all of your work.",
    )


class BudgetChange(RequestBody):
    """What of a budget is changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit_micros": 50_000_000}]})

    limit_micros: Amount


class BudgetView(BaseModel):
    """A budget: where it is used up, jobs stop cleanly and no picture is painted, until there is more."""

    id: str = Field(examples=["bud_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    key: str | None = Field(description="Id of the key whose work is counted; null: all work.")
    period: Period
    limit_micros: int
    spent_micros: int = Field(description="In the period that runs now.")
    left_micros: int
    currency: str = Field(examples=["EUR"])
    since: datetime | None = Field(description="When this period has begun; null: there is no beginning.")
    until: datetime | None = Field(description="When the next one begins; null: never.")
    created: datetime

    @classmethod
    def of(cls, budget: Budget, currency: str) -> BudgetView:
        """The view of a budget."""
        return cls(
            id=budget.id,
            key=budget.key_id,
            period=budget.period,
            limit_micros=budget.limit_micros,
            spent_micros=budget.spent_micros,
            left_micros=budget.left_micros,
            currency=currency,
            since=budget.since,
            until=budget.until,
            created=budget.created,
        )


class SpentView(BaseModel):
    """What something has used and cost."""

    name: str = Field(
        description="A filter, id of a job, key or client, day (UTC) or operation; of all of them: empty. "
        "Pictures of no job: `(picture)`, `(picture-url)` and `(picture-preview)`.",
        examples=["great-wave"],
    )
    jobs: int
    frames: int = Field(description="That were painted.")
    video_seconds: float = Field(description="How long those of them last that are video.")
    cpu_seconds: float = Field(description="Processor time.")
    gpu_seconds: float = Field(description="Time on the clock with a GPU.")
    cost_micros: int = Field(description="Millionths of the currency.")


class UsageView(BaseModel):
    """What was used in a time, counted from the ledger."""

    by: By
    currency: str
    since: datetime | None
    until: datetime | None
    items: list[SpentView] = Field(description="The dearest first; days in their order.")
    total: SpentView = Field(description="All of them together.")

    @classmethod
    def of(
        cls,
        by: By,
        rows: Sequence[Spent],
        total: Spent,
        currency: str,
        since: datetime | None,
        until: datetime | None,
    ) -> UsageView:
        """The view of what was spent."""
        return cls(
            by=by,
            currency=currency,
            since=since,
            until=until,
            items=[SpentView.model_validate(row, from_attributes=True) for row in rows],
            total=SpentView.model_validate(total, from_attributes=True),
        )


class StatementLineView(BaseModel):
    """A job on a statement, or all pictures of one filter that were painted while somebody waited."""

    job: str | None = Field(
        description="Its id; null: those pictures.", examples=["job_01kb2v6c9tq1x8m4z7r5w3n0pd"]
    )
    operation: str = Field(
        description="Of the job; of pictures `picture` (sent, and painted at once), `picture-url` or "
        "`picture-preview`.",
        examples=["renders"],
    )
    filter: str
    pictures: int
    video_seconds: float
    compute_seconds: float
    cost_micros: int
    price_micros: int


class StatementView(BaseModel):
    """What a client owes for a time under a price plan."""

    client: str = Field(examples=["cli_local"])
    plan: str
    wholesale: bool
    currency: str
    since: datetime
    until: datetime = Field(description="Not included.")
    cost_micros: int = Field(description="What it cost whoever runs the service.")
    price_micros: int = Field(description="What is owed: the sum of the lines.")
    lines: list[StatementLineView] = Field(
        description="A job each, in the order in which they were begun; pictures that were painted while "
        "somebody waited together, by their filter."
    )

    @classmethod
    def of(cls, made: Statement, currency: str, *, wholesale: bool) -> StatementView:
        """The view of a statement."""
        lines: list[Mapping[str, Any]] = [asdict(line) for line in made.lines]
        return cls(
            client=made.client_id,
            plan=made.plan,
            wholesale=wholesale,
            currency=currency,
            since=made.since,
            until=made.until,
            cost_micros=made.cost_micros,
            price_micros=made.price_micros,
            lines=[StatementLineView.model_validate({**line, "job": line["job_id"]}) for line in lines],
        )
