"""What was spent, counted from the ledger: by filter, job, key or day, and for a period under a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeAlias

from rotoscope.economics.plans import Plan
from rotoscope.economics.usage import Usage

By: TypeAlias = Literal["filter", "job", "key", "client", "day", "operation"]
"""What usage is counted by."""


class Entry(Protocol):
    """A row of the ledger, and what its job says of it."""

    @property
    def client_id(self) -> str:
        """Who pays."""
        ...

    @property
    def key_id(self) -> str | None:
        """With which key it was asked for; None: without one."""
        ...

    @property
    def job_id(self) -> str | None:
        """Of which work; None: a picture that was painted while somebody waited."""
        ...

    @property
    def operation(self) -> str:
        """Of the job, such as ``stylize``; of a picture, what it was painted for."""
        ...

    @property
    def filter(self) -> str:
        """What was painted with, as the job says it; empty where it names none."""
        ...

    @property
    def cpu_seconds(self) -> float:
        """Processor time."""
        ...

    @property
    def gpu_seconds(self) -> float:
        """On the clock, with a GPU."""
        ...

    @property
    def frames(self) -> int:
        """That were painted; 0 for steps that paint none."""
        ...

    @property
    def video_seconds(self) -> float | None:
        """How much of a video that is; None for pictures."""
        ...

    @property
    def cost_micros(self) -> int:
        """What was charged."""
        ...

    @property
    def created(self) -> datetime:
        """When, with a time zone."""
        ...


@dataclass(frozen=True, slots=True)
class Spent:
    """What something has cost."""

    name: str
    """A filter, the id of a job, a key or a client, a day such as ``2026-11-27`` (UTC), or an operation.

    Pictures that were painted while somebody waited are of no job: ``(picture)``, ``(picture-url)`` and
    ``(picture-preview)``.
    """
    jobs: int
    frames: int
    """That were painted."""
    video_seconds: float
    """How long those of them last that are video."""
    cpu_seconds: float
    gpu_seconds: float
    cost_micros: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one client owes for a period."""

    client_id: str
    plan: str
    since: datetime
    until: datetime
    """Not included."""
    lines: tuple[StatementLine, ...]
    """A job each, in the order in which they were begun; pictures of no job together, by their filter."""
    cost_micros: int
    """What it cost whoever runs the service."""
    price_micros: int
    """What is owed: the sum of the lines."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A job on a statement, or all pictures of one filter that were painted while somebody waited."""

    job_id: str | None
    """None: those pictures."""
    operation: str
    filter: str
    pictures: int
    video_seconds: float
    compute_seconds: float
    cost_micros: int
    price_micros: int


def _day(entry: Entry) -> str:
    return f"{entry.created.astimezone(UTC):%Y-%m-%d}"


def _filter(entry: Entry) -> str:
    return entry.filter or f"({entry.operation})"


_NAMES: Final[Mapping[By, Callable[[Entry], str]]] = MappingProxyType(
    {
        "filter": _filter,
        "job": lambda entry: entry.job_id or f"({entry.operation})",
        "key": lambda entry: entry.key_id or "(no key)",
        "client": lambda entry: entry.client_id,
        "day": _day,
        "operation": lambda entry: entry.operation,
    }
)


def spent_by(entries: Iterable[Entry], by: By) -> tuple[Spent, ...]:
    """What was spent on each filter, job, key, client, day or operation: dearest first, days in order.

    Every entry counts once, under one name: work with several filters under all their names together, work
    with none under its operation in brackets. So the sums are those of the ledger.
    """
    found = [_spent(name, group) for name, group in _grouped(entries, _NAMES[by]).items()]
    if by == "day":
        return tuple(sorted(found, key=lambda one: one.name))
    return tuple(sorted(found, key=lambda one: (-one.cost_micros, -one.cpu_seconds, one.name)))


def totaled(entries: Sequence[Entry]) -> Spent:
    """What was spent on all of them together, without a name."""
    return _spent("", entries)


def _spent(name: str, group: Sequence[Entry]) -> Spent:
    return Spent(
        name,
        jobs=len({entry.job_id for entry in group if entry.job_id is not None}),
        frames=sum(entry.frames for entry in group),
        video_seconds=sum(entry.video_seconds or 0.0 for entry in group),
        cpu_seconds=sum(entry.cpu_seconds for entry in group),
        gpu_seconds=sum(entry.gpu_seconds for entry in group),
        cost_micros=sum(entry.cost_micros for entry in group),
    )


def usage_of(entry: Entry) -> Usage:
    """A row of the ledger as what plans have a price for: pictures, or time of video, never both."""
    is_video = entry.video_seconds is not None
    return Usage(
        cpu_seconds=entry.cpu_seconds,
        gpu_seconds=entry.gpu_seconds,
        pictures=0 if is_video else entry.frames,
        video_seconds=entry.video_seconds or 0,
    )


def statement(
    entries: Iterable[Entry],
    plan: Plan,
    *,
    client_id: str,
    since: datetime,
    until: datetime,
    is_wholesale: bool = False,
) -> Statement:
    """What one client owes for ``since <= time < until``, with tiers that begin anew in each period."""
    counted = sorted(
        (entry for entry in entries if entry.client_id == client_id and since <= entry.created < until),
        key=lambda entry: entry.created,
    )
    groups = _grouped(counted, lambda entry: entry.job_id or f"({entry.operation}) {entry.filter}")
    usages = [Usage.total(map(usage_of, group)) for group in groups.values()]
    prices = plan.prices(usages, is_wholesale=is_wholesale)
    lines = tuple(
        _line(group, usage, price)
        for group, usage, price in zip(groups.values(), usages, prices, strict=True)
    )
    return Statement(
        client_id,
        plan.name,
        since,
        until,
        lines,
        cost_micros=sum(line.cost_micros for line in lines),
        price_micros=sum(line.price_micros for line in lines),
    )


def _line(group: Sequence[Entry], usage: Usage, price_micros: int) -> StatementLine:
    return StatementLine(
        group[0].job_id,
        group[0].operation,
        group[0].filter,
        pictures=int(usage.pictures),
        video_seconds=float(Fraction(usage.video_seconds)),
        compute_seconds=float(usage.compute_seconds),
        cost_micros=sum(entry.cost_micros for entry in group),
        price_micros=price_micros,
    )


def _grouped(entries: Iterable[Entry], name: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(name(entry), []).append(entry)
    return groups
