"""What clients and their keys may spend, in a month or at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, cast

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import BudgetRecord, Key, LedgerRow
from rotoscope.errors import BudgetNotFound, InvalidOptions

Period: TypeAlias = Literal["month", "ever"]
"""A month of the calendar, UTC; or all the time."""
_LONGEST_MONTH: Final = timedelta(days=31)
_SETTLED: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, and how much of it was."""

    id: str
    client_id: str
    key_id: str | None
    """None: all that the client spends."""
    period: Period
    limit_micros: int
    spent_micros: int
    """In the period that runs now."""
    since: datetime | None
    """When that has begun; None: there is no beginning."""
    until: datetime | None
    """When it ends, and the next begins; None: it does not."""
    created: datetime

    @property
    def left_micros(self) -> int:
        """What may be spent still."""
        return max(0, self.limit_micros - self.spent_micros)


class BudgetBook:
    """The budgets in the database. Usable from any thread, and by several processes at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, client_id: str, *, limit_micros: int, period: Period = "month", key_id: str | None = None
    ) -> Budget:
        """Let a client, or one of its keys, spend so much and no more.

        Args:
            client_id: whose it is.
            limit_micros: millionths of the service's currency, from 1.
            period: how long it lasts.
            key_id: of a key of that client; None: the client as a whole.

        Raises:
            InvalidOptions: the client has no such key.
        """
        row = BudgetRecord(
            id=new_id("bud"),
            client_id=client_id,
            key_id=key_id,
            period=period,
            limit_micros=limit_micros,
            created=now(),
        )
        with self._database.writing() as session:
            key = None if key_id is None else session.get(Key, key_id)
            if key_id is not None and (key is None or key.client_id != client_id):
                raise InvalidOptions(f"There is no key {key_id!r}. GET /v1/keys lists those there are.")
            session.add(row)
            return _budget(session, row)

    def get(self, client_id: str, budget_id: str) -> Budget:
        """One budget of a client.

        Raises:
            BudgetNotFound: the client has none of that id.
        """
        with self._database.reading() as session:
            return _budget(session, _row(session, client_id, budget_id))

    def page(self, client_id: str, *, limit: int, after: str | None) -> Sequence[Budget]:
        """Budgets of a client in the order of their making, from after an id."""
        query = select(BudgetRecord).where(
            BudgetRecord.client_id == client_id, BudgetRecord.id > (after or "")
        )
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(BudgetRecord.id).limit(limit)).all()
            return [_budget(session, row) for row in rows]

    def change(self, client_id: str, budget_id: str, limit_micros: int) -> Budget:
        """Let more or less be spent.

        Raises:
            BudgetNotFound: the client has none of that id.
        """
        with self._database.writing() as session:
            row = _row(session, client_id, budget_id)
            row.limit_micros = limit_micros
            return _budget(session, row)

    def delete(self, client_id: str, budget_id: str) -> None:
        """Take the limit away.

        Raises:
            BudgetNotFound: the client has none of that id.
        """
        with self._database.writing() as session:
            _row(session, client_id, budget_id)
            session.execute(delete(BudgetRecord).where(BudgetRecord.id == budget_id))


class Spendings:
    """What was spent under budgets, counted on from where it was counted before. Usable from any thread.

    Counting a whole month each time is slow where pictures are many. Rows of the ledger are never changed,
    and those of some minutes ago are all there.
    """

    def __init__(self, settled: timedelta = _SETTLED) -> None:
        """Begin with nothing counted.

        Args:
            settled: after which no row comes that was made earlier, clocks that differ included.
        """
        self._settled = settled
        self._counted: dict[tuple[str, str | None, datetime | None], tuple[datetime, int]] = {}

    def micros(self, session: Session, row: BudgetRecord) -> int:
        """What was spent in the period that runs now."""
        since, _ = _period(row)
        whose = (row.client_id, row.key_id, since)
        begin, counted = self._counted.get(whose, (since, 0))
        settled = now() - self._settled
        if begin is None or settled - begin > self._settled:
            counted += _sum_micros(session, row, begin, settled)
            begin = settled
            self._counted[whose] = (begin, counted)
        return counted + _sum_micros(session, row, begin, None)


def used_up(
    session: Session,
    client_id: str,
    key_id: str | None,
    more_micros: int,
    *,
    spendings: Spendings | None = None,
) -> BudgetRecord | None:
    """A budget that nothing is left of, if a client, or a key of it, spends so much more; None: all is well.

    Args:
        session: of a transaction.
        client_id: who pays.
        key_id: with which was asked; None: without one.
        more_micros: what the ledger does not have yet.
        spendings: counts on from what it has counted; None: the ledger is counted anew.
    """
    spent = _spent_micros if spendings is None else spendings.micros
    query = select(BudgetRecord).where(BudgetRecord.client_id == client_id).order_by(BudgetRecord.id)
    for row in session.scalars(query):
        concerned = row.key_id is None or row.key_id == key_id
        if concerned and spent(session, row) + more_micros >= row.limit_micros:
            return row
    return None


def told_of_budget(row: BudgetRecord) -> str:
    """``The budget bud_1 of 50000 millionths that the client may spend this month``."""
    whose = "the client" if row.key_id is None else f"the key {row.key_id}"
    when = "this month" if row.period == "month" else "altogether"
    return f"The budget {row.id} of {row.limit_micros} millionths that {whose} may spend {when}"


def _row(session: Session, client_id: str, budget_id: str) -> BudgetRecord:
    row = session.get(BudgetRecord, budget_id)
    if row is None or row.client_id != client_id:
        raise BudgetNotFound(f"There is no budget {budget_id!r}. GET /v1/budgets lists those there are.")
    return row


def _budget(session: Session, row: BudgetRecord) -> Budget:
    since, until = _period(row)
    return Budget(
        id=row.id,
        client_id=row.client_id,
        key_id=row.key_id,
        period=cast("Period", row.period),
        limit_micros=row.limit_micros,
        spent_micros=_spent_micros(session, row),
        since=since,
        until=until,
        created=row.created,
    )


def _spent_micros(session: Session, row: BudgetRecord) -> int:
    since, _ = _period(row)
    return _sum_micros(session, row, since, None)


def _sum_micros(session: Session, row: BudgetRecord, since: datetime | None, until: datetime | None) -> int:
    """Of the rows that a budget concerns with ``since <= created < until``."""
    query = select(func.coalesce(func.sum(LedgerRow.cost_micros), 0)).where(
        LedgerRow.client_id == row.client_id
    )
    if row.key_id is not None:
        query = query.where(LedgerRow.key_id == row.key_id)
    if since is not None:
        query = query.where(LedgerRow.created >= since)
    if until is not None:
        query = query.where(LedgerRow.created < until)
    return int(session.scalar(query) or 0)


def _period(row: BudgetRecord) -> tuple[datetime | None, datetime | None]:
    """The period that runs now: when it has begun, and when it ends."""
    if row.period != "month":
        return None, None
    begun = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begun, (begun + _LONGEST_MONTH).replace(day=1)
