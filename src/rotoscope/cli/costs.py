"""``rotoscope costs``."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, print_json
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.plain import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rotoscope.client.economics import UsageReport
    from rotoscope.economics.statements import By, Spent, Statement

HELP = """Tell what each filter and each job of this machine's service, or of a server, has cost.

It reads the ledger in the service's database, which is in ROTOSCOPE_DATA_DIR or at ROTOSCOPE_DATABASE_URL:
every piece of work that was done, once. With --client and a period, it makes a statement under a price plan.
A server tells what the key's own client has used; --client names another one there, for its operator.

Examples:

  rotoscope costs

  rotoscope costs --by day --since 2026-11-01 --until 2026-12-01

  rotoscope costs --by job --client cli_local --json

  rotoscope costs --by key --server http://127.0.0.1:8000
"""

_BOTH: Final[tuple[By, ...]] = ("filter", "job")
STATEMENT_HELP = "A statement for --client under this price plan (of ROTOSCOPE_RATES, or of the server)."


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("costs", help=flow(HELP))(grouped(costs))


def costs(
    *,
    by: Annotated[
        Literal["filter", "job", "key", "client", "day", "operation"] | None,
        typer.Option(help="What is counted by; default: filter, then job."),
    ] = None,
    client: Annotated[str | None, typer.Option(metavar="ID", help="Of this client alone.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Before this day.")] = None,
    plan: Annotated[str | None, typer.Option(metavar="NAME", help=STATEMENT_HELP)] = None,
    wholesale: Annotated[bool, typer.Option("--wholesale", help="With --plan: less its discount.")] = False,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    period = _Period(client, _moment(since), _moment(until))
    chosen: tuple[By, ...] = _BOTH if by is None else (by,)
    if at.url is not None:
        _of_server(at, chosen, period, plan, wholesale=wholesale, as_json=as_json)
    else:
        _of_this_machine(chosen, period, plan, wholesale=wholesale, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Period:
    """Of whom, and of which time."""

    client: str | None
    since: datetime | None
    until: datetime | None


def _of_this_machine(
    by: tuple[By, ...], period: _Period, plan: str | None, *, wholesale: bool, as_json: bool
) -> None:
    from rotoscope.database.spending import ledger_entries, open_ledger  # noqa: PLC0415 - see cli.main
    from rotoscope.economics.statements import spent_by, statement  # noqa: PLC0415
    from rotoscope.jobs.prices import RatesBook  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    if plan is not None and period.client is None:
        raise typer.BadParameter("--plan makes the statement of one client: give --client as well.")
    settings = load_settings(os.environ)
    database = open_ledger(settings.database)
    rates = RatesBook(database, settings).rates()
    entries = ledger_entries(database, client_id=period.client, since=period.since, until=period.until)
    if plan is not None and period.client is not None:
        made = statement(
            entries,
            rates.plan(plan),
            client_id=period.client,
            since=period.since or datetime.min.replace(tzinfo=UTC),
            until=period.until or datetime.now(UTC),
            is_wholesale=wholesale,
        )
        _present_statement(made, rates.currency, as_json=as_json)
        return
    tables: dict[By, Sequence[Spent]] = {one: spent_by(entries, one) for one in by}
    _present_tables(tables, rates.currency, as_json=as_json)


def _of_server(
    at: ServerChoice, by: tuple[By, ...], period: _Period, plan: str | None, *, wholesale: bool, as_json: bool
) -> None:
    """The same of a server's ledger: of the key's own client, unless its operator names another."""
    from rotoscope.economics.statements import Spent, Statement  # noqa: PLC0415 - see cli.main

    of, since, until = period.client, period.since, period.until
    with at.connect() as line:
        if plan is not None:
            found = line.usage.statement(plan, wholesale=wholesale, since=since, until=until, client=of)
            lines = [{**asdict(one), "job_id": one.job} for one in found.lines]
            told = {**asdict(found), "client_id": found.client, "lines": lines}
            made = from_plain(Statement, to_plain(told))
            _present_statement(made, found.currency, as_json=as_json)
            return
        reports: dict[By, UsageReport] = {}
        for one in by:
            reports[one] = line.usage.get(one, since=since, until=until, client=of)
    tables: dict[By, Sequence[Spent]] = {}
    for one, report in reports.items():
        tables[one] = [Spent(**asdict(row)) for row in report.items]
    _present_tables(tables, next(iter(reports.values())).currency, as_json=as_json)


def _present_tables(tables: Mapping[By, Sequence[Spent]], currency: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"currency": currency, **{f"by_{one}": rows for one, rows in tables.items()}})
        return
    for one, rows in tables.items():
        for line in lines_of(one, rows, currency):
            typer.echo(line)


def lines_of(by: str, rows: Sequence[Spent], currency: str) -> list[str]:
    """One table: a heading, and a line for each thing that has cost something."""
    if not rows:
        return [f"by {by}: nothing was done yet"]
    width = max(len(row.name) for row in rows)
    return [
        f"by {by}:",
        *(
            f"  {row.name:<{width}}  {_money(row.cost_micros, currency)}  {human_duration(row.cpu_seconds)} "
            f"of processor time, {_gpu_time(row)}{row.frames} frames"
            f"{'' if by == 'job' else f', {row.jobs} jobs'}"
            for row in rows
        ),
    ]


def _gpu_time(row: Spent) -> str:
    return f"{human_duration(row.gpu_seconds)} of GPU time, " if row.gpu_seconds else ""


def _present_statement(made: Statement, currency: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"currency": currency, "statement": made})
        return
    typer.echo(f"{made.client_id}, plan {made.plan}: {_money(made.price_micros, currency)}")
    for line in made.lines:
        work = line.job_id or f"{line.pictures} pictures"
        price = _money(line.price_micros, currency)
        typer.echo(f"  {work}  {price}  {line.operation} {line.filter}".rstrip())


def _money(micros: int, currency: str) -> str:
    return f"{micros / 1_000_000:.6f} {currency}"


def _moment(day: str | None) -> datetime | None:
    """The beginning of a day, UTC.

    Raises:
        typer.BadParameter: it is no day.
    """
    if day is None:
        return None
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day; give one as 2026-11-01.") from None
