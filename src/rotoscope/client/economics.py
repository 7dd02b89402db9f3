"""What work costs, what it is sold for, and what it may cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from rotoscope.client.connection import Connection
from rotoscope.client.jobs import Jobs
from rotoscope.plain import from_plain

By: TypeAlias = Literal["filter", "job", "key", "client", "day", "operation"]
Period: TypeAlias = Literal["month", "ever"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What something will be, and between what."""

    likely: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, and between what it will be, in millionths of a currency."""

    likely_micros: int
    low_micros: int
    high_micros: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a work will take, cost, and be sold for."""

    work: str
    """The URI that is quoted, or a training."""
    look: str
    frames: int
    video_seconds: float
    sampled_frames: int
    """Pictures that were painted to know."""
    cpu_seconds: Estimate
    """Processor time; what is charged for."""
    elapsed_seconds: float
    currency: str
    cost: Money
    retail: Money
    wholesale: Money
    plan: str | None
    share: float
    """By how much of the likely value the processor time may be off: 0.15 is ±15 %."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """What a unit costs beyond so many."""

    above: int
    micros: int


@dataclass(frozen=True, slots=True)
class PricePlan:
    """What is asked for what was used."""

    name: str
    per_picture: tuple[Tier, ...]
    per_video_minute: tuple[Tier, ...]
    per_compute_second: tuple[Tier, ...]
    wholesale_discount: float
    """Percent."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What things cost, and how they are sold."""

    currency: str
    costs: dict[str, float]
    """Millionths of the currency, by unit."""
    plans: tuple[PricePlan, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, and how much of it was."""

    id: str
    key: str | None
    """Id of the key whose work is counted; None: all work."""
    period: Period
    limit_micros: int
    spent_micros: int
    left_micros: int
    currency: str
    since: datetime | None
    until: datetime | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What something has used and cost."""

    name: str
    jobs: int
    frames: int
    video_seconds: float
    cpu_seconds: float
    gpu_seconds: float
    cost_micros: int


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What was used in a time."""

    by: By
    currency: str
    items: tuple[Spent, ...]
    total: Spent


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A job on a statement, or all pictures of one filter that were painted while somebody waited."""

    job: str | None
    """None: those pictures."""
    operation: str
    filter: str
    pictures: int
    video_seconds: float
    compute_seconds: float
    cost_micros: int
    price_micros: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a client owes for a time under a price plan."""

    client: str
    plan: str
    wholesale: bool
    currency: str
    since: datetime
    until: datetime
    cost_micros: int
    price_micros: int
    lines: tuple[StatementLine, ...]


class Quotes:
    """What work takes and costs, before it is done: ``client.quotes``."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def create(self, source: str, **params: Any) -> Quote:  # noqa: ANN401 - as the API's document describes them
        """Quote a painting: a few frames are painted, which is a job that is waited for.

        Args:
            source: URI of what would be painted.
            params: what ``renders`` takes: ``filter`` or ``look``, ``start``, ``size``, ``quality`` …; and
                ``output``, whose name decides the kind of the result, and ``plan``.

        Raises:
            ApiError, ServerUnreachable: the server refuses, or does not answer.
            JobFailed, JobCancelled: the job ended without a quote.
        """
        return self._made("quote", {"source": source, **params})

    def training(
        self,
        name: str,
        styles: Sequence[str | Mapping[str, Any]],
        **params: Any,  # noqa: ANN401 - as the API's document describes them
    ) -> Quote:
        """Quote a training; as :meth:`rotoscope.client.trainings.Trainings.create`, and ``plan``."""
        wanted = [{"uri": style} if isinstance(style, str) else dict(style) for style in styles]
        return self._made("quote-training", {"name": name, "styles": wanted, **params})

    def _made(self, operation: str, params: dict[str, Any]) -> Quote:
        job = self._jobs.wait(self._jobs.create(operation, **params).id)
        return from_plain(Quote, job.result)


class RatesAndPlans:
    """What things cost, and how they are sold: ``client.rates``. Whoever runs the server changes them."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def get(self) -> Rates:
        """Those that count now."""
        return self._line.read(Rates, "GET", "/v1/rates")

    def put(self, document: Mapping[str, Any]) -> Rates:
        """Let others count from now on: ``{"rates": 1, "currency": …, "costs": …, "plans": …}``.

        Raises:
            ApiError: they are not in order, or in another currency than the ledger's.
        """
        return self._line.read(Rates, "PUT", "/v1/rates", json=dict(document))

    def plan(self, name: str) -> PricePlan:
        """One price plan."""
        return self._line.read(PricePlan, "GET", f"/v1/plans/{name}")

    def put_plan(self, name: str, document: Mapping[str, Any]) -> PricePlan:
        """Make a price plan, or put another one in its place."""
        return self._line.read(PricePlan, "PUT", f"/v1/plans/{name}", json=dict(document))

    def delete_plan(self, name: str) -> None:
        """Sell by it no more."""
        self._line.send("DELETE", f"/v1/plans/{name}")


class Budgets:
    """What may be spent: ``client.budgets``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, limit_micros: int, *, period: Period = "month", key: str | None = None) -> Budget:
        """Let all work, or that of one key, cost so much and no more.

        Args:
            limit_micros: millionths of the server's currency.
            period: ``month``, which begins anew, or ``ever``.
            key: id of a key; None: all work.
        """
        asked = {"limit_micros": limit_micros, "period": period, "key": key}
        return self._line.read(Budget, "POST", "/v1/budgets", json=asked)

    def list(self) -> Iterator[Budget]:
        """Budgets in the order of their making."""
        return self._line.pages(Budget, "/v1/budgets")

    def get(self, budget_id: str) -> Budget:
        """One of them."""
        return self._line.read(Budget, "GET", f"/v1/budgets/{budget_id}")

    def update(self, budget_id: str, limit_micros: int) -> Budget:
        """Let more be spent, or less."""
        asked = {"limit_micros": limit_micros}
        return self._line.read(Budget, "PATCH", f"/v1/budgets/{budget_id}", json=asked)

    def delete(self, budget_id: str) -> None:
        """Limit nothing any more."""
        self._line.send("DELETE", f"/v1/budgets/{budget_id}")


class Usage:
    """What was used, and is owed: ``client.usage``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def get(
        self,
        by: By = "filter",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        client: str | None = None,
    ) -> UsageReport:
        """What work has used and cost.

        Args:
            by: what is counted by.
            since: from this moment on, with a time zone.
            until: before this moment.
            client: of another client, for whoever runs the server.
        """
        query = {"by": by, "since": _moment(since), "until": _moment(until), "client": client}
        return self._line.read(UsageReport, "GET", "/v1/usage", query=query)

    def statement(
        self,
        plan: str | None = None,
        *,
        wholesale: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        client: str | None = None,
    ) -> Statement:
        """What is owed under a price plan, this month so far unless times are given; as for :meth:`get`.

        Args:
            plan: its name; None: the only one there is.
            wholesale: less the plan's discount.
            since: from this moment on, with a time zone.
            until: before this moment.
            client: of another client, for whoever runs the server.
        """
        query = {
            "plan": plan,
            "wholesale": wholesale,
            "since": _moment(since),
            "until": _moment(until),
            "client": client,
        }
        return self._line.read(Statement, "GET", "/v1/statements", query=query)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
