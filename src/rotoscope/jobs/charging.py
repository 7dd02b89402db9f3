"""The ledger: what work has used is written down once, and held against what may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import JobRecord, LedgerRow
from rotoscope.economics.usage import Usage
from rotoscope.errors import BudgetExhausted
from rotoscope.jobs.budgets import told_of_budget, used_up
from rotoscope.jobs.prices import RatesBook
from rotoscope.jobs.tasks import Task

_TRAINING: Final = "train"
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Took:
    """What a piece of work has used, and what it has painted."""

    cpu_seconds: float = 0.0
    """As :class:`rotoscope.machine.WorkClock` counts them."""
    gpu_seconds: float = 0.0
    """Likewise."""
    elapsed_seconds: float = 0.0
    """On the clock."""
    frames: int = 0
    video_seconds: float | None = None
    """How long the frames last as a video; None: they are pictures, or there are none."""


class Charges:
    """Writes the ledger, in transactions of others."""

    def __init__(self, prices: RatesBook) -> None:
        self._prices = prices

    def add(self, session: Session, row: JobRecord, task: Task, part: str, took: Took) -> None:
        """Charge a part of a job's step, once, however often it was done."""
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(LedgerRow)
            .values(
                id=new_id("led"),
                client_id=row.client_id,
                key_id=row.key_id,
                job_id=row.id,
                step=task.step,
                part=part,
                cpu_seconds=took.cpu_seconds,
                gpu_seconds=took.gpu_seconds,
                elapsed_seconds=took.elapsed_seconds,
                frames=took.frames,
                video_seconds=took.video_seconds,
                cost_micros=self._cost_micros(session, row, took),
                created=now(),
            )
            .on_conflict_do_nothing()
        )
        total = select(func.coalesce(func.sum(LedgerRow.cost_micros), 0)).where(LedgerRow.job_id == row.id)
        row.cost_micros = int(session.scalar(total) or 0)

    def require_within(self, session: Session, row: JobRecord, took: Took) -> None:
        """Go on with a job after what was charged for it, and what it has used since.

        Raises:
            BudgetExhausted: its own budget is used up, or one of its client's or its key's.
        """
        more = self._cost_micros(session, row, took)
        spent = row.cost_micros + more
        if row.budget_micros is not None and spent >= row.budget_micros:
            raise BudgetExhausted(
                f"The budget of {row.budget_micros} millionths is used up: {spent} were spent. What is done "
                "is kept; try the job again with a larger budget, and it goes on from here."
            )
        budget = used_up(session, row.client_id, row.key_id, more)
        if budget is not None:
            raise BudgetExhausted(
                f"{told_of_budget(budget)} is used up. What is done is kept; try the job again when the "
                "budget is larger or begins anew, and it goes on from here."
            )

    def _cost_micros(self, session: Session, row: JobRecord, took: Took) -> int:
        hours = took.elapsed_seconds / _HOUR if row.operation == _TRAINING else 0
        usage = Usage(cpu_seconds=took.cpu_seconds, gpu_seconds=took.gpu_seconds, training_hours=hours)
        return self._prices.rates(session).cost_micros(usage)
