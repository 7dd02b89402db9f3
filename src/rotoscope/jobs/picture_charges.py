"""Pictures that are painted while somebody waits: a row of the ledger each, and budgets that hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import LedgerRow
from rotoscope.economics.usage import Usage
from rotoscope.errors import BudgetExhausted
from rotoscope.jobs.budgets import Spendings, told_of_budget, used_up
from rotoscope.jobs.charging import Took
from rotoscope.jobs.prices import RatesBook

PictureOperation: TypeAlias = Literal["picture", "picture-url", "picture-preview"]
"""What a picture was painted for: who sent it, who opened a picture URL, or who looks what it would be."""
SAME_FOR: Final = timedelta(hours=24)
"""How long a picture that is asked for with the same Idempotency-Key is the same."""


@dataclass(frozen=True, slots=True)
class PictureBill:
    """What is written down of one picture."""

    client_id: str
    """Who pays."""
    key_id: str | None
    """With which it was asked for; None: anybody opened its URL."""
    operation: PictureOperation
    filter: str
    """What it is painted with, such as ``lineart + great-wave``."""
    same: str | None = None
    """At most 64 characters: with the same ones, and within a day, it is the same picture; None: it is none
    that was asked for before."""


class PictureCharges:
    """Holds pictures against budgets, and writes them into the ledger. Usable from any thread."""

    def __init__(self, database: Database, prices: RatesBook) -> None:
        self._database = database
        self._prices = prices
        self._spendings = Spendings()

    def require_within(self, bill: PictureBill) -> None:
        """Let a picture be painted; one that was paid for is painted again.

        Raises:
            BudgetExhausted: a budget of its client, or of its key, is used up.
        """
        with self._database.reading() as session:
            budget = used_up(session, bill.client_id, bill.key_id, 0, spendings=self._spendings)
            if budget is not None and not _is_paid(_asked(session, bill)):
                raise BudgetExhausted(
                    f"{told_of_budget(budget)} is used up. Ask again when the budget is larger or begins "
                    "anew."
                )

    def charge(self, bill: PictureBill, took: Took) -> None:
        """Write a painted picture down, once however often it was asked for with the same key."""
        with self._database.writing() as session:
            asked = _asked(session, bill)
            if _is_paid(asked):
                return
            part = new_id("pic") if bill.same is None else f"{bill.same}-{len(asked)}"
            usage = Usage(cpu_seconds=took.cpu_seconds, calls=1)
            insert = postgresql.insert if self._database.is_postgresql else sqlite.insert
            session.execute(
                insert(LedgerRow)
                .values(
                    id=new_id("led"),
                    client_id=bill.client_id,
                    key_id=bill.key_id,
                    job_id=None,
                    step=bill.operation,
                    part=part,
                    filter=bill.filter,
                    cpu_seconds=took.cpu_seconds,
                    gpu_seconds=took.gpu_seconds,
                    elapsed_seconds=took.elapsed_seconds,
                    frames=0 if bill.operation == "picture-preview" else 1,
                    video_seconds=None,
                    cost_micros=self._prices.rates(session).cost_micros(usage),
                    created=now(),
                )
                .on_conflict_do_nothing()
            )


def _is_paid(asked: Sequence[datetime]) -> bool:
    return bool(asked) and now() - asked[-1] < SAME_FOR


def _asked(session: Session, bill: PictureBill) -> list[datetime]:
    """When the same picture was written down: once for each day on which it was asked for."""
    found: list[datetime] = []
    while bill.same is not None:
        of_it = (LedgerRow.client_id == bill.client_id, LedgerRow.part == f"{bill.same}-{len(found)}")
        moment = session.scalar(select(LedgerRow.created).where(LedgerRow.job_id.is_(None), *of_it))
        if moment is None:
            break
        found.append(moment)
    return found
