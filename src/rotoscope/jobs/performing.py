"""Performing tasks: each does a piece of a job, writes down that it is done, and says what comes next."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Final, cast

from sqlalchemy import select

from rotoscope.database.engine import DATABASE_AWAY
from rotoscope.database.tables import JobRecord, SegmentRecord
from rotoscope.errors import JobCancelled, StoreUnavailable
from rotoscope.jobs.bench import Bench
from rotoscope.jobs.charging import Took
from rotoscope.jobs.delivering import clear_parked, deliver, deliver_parked, is_near, park
from rotoscope.jobs.operations.base import Params
from rotoscope.jobs.operations.registry import OPERATIONS
from rotoscope.jobs.operations.wishes import PaintingWish
from rotoscope.jobs.recording import fault_of
from rotoscope.jobs.rendering import Renders
from rotoscope.jobs.tasks import Task
from rotoscope.jobs.workshop import Workshop
from rotoscope.storage.naming import told_as

_LOG: Final = logging.getLogger("rotoscope.jobs")
_WAITS_SECONDS: Final = (1.0, 4.0, 15.0)
"""Before a task is tried again whose store did not answer."""
_SPENDING: Final = frozenset({"plan", "work", "segment"})
"""Steps that are not begun where a budget is used up; the others bring home what was paid for."""
_DELIVERY_WAITS_SECONDS: Final = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""The same of a delivery: nothing else waits for it, and what it brings has cost something."""


class Performer:
    """Performs the tasks of one worker."""

    def __init__(self, workshop: Workshop, put: Callable[[Sequence[tuple[Task, int]]], None]) -> None:
        """Make ready.

        Args:
            workshop: what tasks share.
            put: puts tasks with their ranks into queues.
        """
        self._workshop = workshop
        self._recorder = workshop.recorder
        self._put = put
        self._renders = Renders(workshop.pieces)
        self._benches: set[Bench] = set()

    def perform(self, task: Task) -> None:
        """Do a task of a job. What goes wrong with it is written into the job's row.

        Raises:
            sqlalchemy.exc.OperationalError: the database does not answer; nothing is said of the job then.
        """
        row = self._recorder.begin(task)
        if row is None:
            return
        try:
            self._do(task, row)
        except JobCancelled:
            return
        except DATABASE_AWAY:
            raise  # says nothing of the job: the database is away, and whoever called waits for it
        except Exception as error:
            fault = fault_of(error)
            if fault.code == "internal-error":
                _LOG.exception("Task %s failed", task.id)
            self._recorder.failed(task, fault)

    def standing_still(self, seconds: float) -> list[Task]:
        """Segments at work of which not one frame was painted for so long; each is given once."""
        late = [
            bench
            for bench in tuple(self._benches)
            if bench.task.step == "segment" and time.monotonic() - bench.moved > seconds
        ]
        for bench in late:
            self._benches.discard(bench)
        return [bench.task for bench in late]

    def next_tasks(self, job_id: str) -> list[tuple[Task, int]]:
        """What is to be done for a job now, with ranks; nothing where it has ended."""
        with self._workshop.database.reading() as session:
            row = session.get(JobRecord, job_id)
            if row is None or row.state not in ("queued", "running"):
                return []
            return [(task, task.rank(row.priority)) for task in self._due(row, self._unfinished(row))]

    def _unfinished(self, row: JobRecord) -> list[int]:
        query = (
            select(SegmentRecord.number)
            .where(SegmentRecord.job_id == row.id, SegmentRecord.state != "succeeded")
            .order_by(SegmentRecord.number)
        )
        with self._workshop.database.reading() as session:
            return list(session.scalars(query))

    def _due(self, row: JobRecord, unfinished: list[int]) -> list[Task]:
        operation = OPERATIONS[row.operation]
        plan = row.plan or {}
        if "parked" in plan:
            return [Task("deliver", "deliver", row.id, row.attempt)]
        if not issubclass(operation.params, PaintingWish):
            return [Task(operation.queue, "work", row.id, row.attempt)]
        if "segments" not in plan:
            return [Task("probe", "plan", row.id, row.attempt)]
        if not plan["segments"]:
            return [Task("stylize", "work", row.id, row.attempt)]
        if unfinished:
            return [Task("stylize", "segment", row.id, row.attempt, number) for number in unfinished]
        return [Task("assemble", "join", row.id, row.attempt)]

    def _do(self, task: Task, row: JobRecord) -> None:
        params = cast("Params", OPERATIONS[row.operation].params.model_validate(row.params))
        if task.step in _SPENDING:
            self._recorder.require_wanted(task, Took())
        with (
            self._workshop.bench(task, row.client_id) as bench,
            self._at_work(bench),
            told_as(bench.named),
        ):
            waits = _DELIVERY_WAITS_SECONDS if task.step == "deliver" else _WAITS_SECONDS
            for wait in (*waits, None):
                try:
                    self._step(task, row, params, bench)
                    return
                except StoreUnavailable:
                    if wait is None:
                        raise
                    bench.makings.clear()
                    _wait(bench, wait)

    @contextmanager
    def _at_work(self, bench: Bench) -> Generator[None]:
        self._benches.add(bench)
        try:
            with nullcontext() if bench.task.step == "deliver" else bench.clock.running():
                yield
        finally:
            self._benches.discard(bench)

    def _step(self, task: Task, row: JobRecord, params: Params, bench: Bench) -> None:
        match task.step:
            case "plan":
                self._plan(task, cast("PaintingWish", params), bench)
            case "segment":
                self._segment(task, row, cast("PaintingWish", params), bench)
            case "join":
                keys = self._keys(row.id)
                threads = cast("int", (row.plan or {})["painter_threads"])
                result = self._renders.join(cast("PaintingWish", params), bench, threads=threads, keys=keys)
                self._finish(task, bench, result, paints=False)
            case "deliver":
                self._deliver(task, row, bench)
            case _:
                operation = OPERATIONS[row.operation]
                result = operation.run(params, bench)
                self._finish(task, bench, result, paints=operation.paints)

    def _plan(self, task: Task, params: PaintingWish, bench: Bench) -> None:
        bench.make(params.output, overwrite=params.overwrite)  # what cannot be written is known now
        found = self._renders.plan(params, bench)
        plan: dict[str, Any] = {"segments": 0} if found is None else {**found[0], "segments": len(found[1])}
        self._recorder.planned(task, plan, [] if found is None else found[1])
        self._recorder.charge(task, bench.took)
        self._put(self.next_tasks(task.subject))

    def _segment(self, task: Task, row: JobRecord, params: PaintingWish, bench: Bench) -> None:
        key = self._keys(row.id)[task.part]
        threads = cast("int", (row.plan or {})["painter_threads"])
        took = self._renders.paint(params, bench, threads=threads, number=task.part, key=key)
        is_last = self._recorder.segment_finished(task, took)
        if is_last:
            self._put(self.next_tasks(task.subject))
            return
        partial = self._renders.partial(params, bench, threads=threads, keys=self._keys(row.id))
        if partial is not None:
            bench.show_partial(partial)

    def _finish(self, task: Task, bench: Bench, result: dict[str, Any], *, paints: bool) -> None:
        painted: dict[str, Any] = {}
        if paints:
            frames, lasts = int(result.get("frames", 1)), result.get("video_seconds") or None
            done = int(result.get("frames_painted", frames))
            painted = {"frames": done, "video_seconds": lasts and lasts * done / max(1, frames)}
        if is_near(bench.makings):
            delivered = deliver(task, bench.makings, bench.storage, self._recorder)
            self._recorder.charge(task, replace(bench.took, **painted))
            self._recorder.succeeded(task, {**result, "delivered": delivered})
            return
        parked = park(task, bench.makings, self._workshop.store)
        self._recorder.charge(task, replace(bench.took, **painted))
        self._recorder.parked(task, parked, result)
        self._put(self.next_tasks(task.subject))

    def _deliver(self, task: Task, row: JobRecord, bench: Bench) -> None:
        plan, store = row.plan or {}, self._workshop.store
        delivered = deliver_parked(task, plan["parked"], store, bench.scratch, bench.storage, self._recorder)
        self._recorder.succeeded(task, {**plan["result"], "delivered": delivered})
        clear_parked(plan["parked"], store)

    def _keys(self, job_id: str) -> list[str]:
        query = select(SegmentRecord.key).where(SegmentRecord.job_id == job_id).order_by(SegmentRecord.number)
        with self._workshop.database.reading() as session:
            return list(session.scalars(query))


def _wait(bench: Bench, seconds: float) -> None:
    until = time.monotonic() + seconds
    with bench.clock.paused():
        while time.monotonic() < until:
            time.sleep(0.2)
            bench.check()
