"""Looking after the work: workers that died, jobs that nobody goes on with, webhooks that are due."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import WorkerRecord
from rotoscope.errors import ServiceError, StorageError
from rotoscope.jobs.operations.base import QueueName

_LOG: Final = logging.getLogger("rotoscope.jobs")
BEAT_SECONDS: Final = 2.0
"""How often a worker says that it lives, and looks after the others."""
_STALE_SECONDS: Final = 8.0
"""Without a sign of life."""
QUIET_SECONDS: Final = 30.0
"""A job with nothing to show for so long is looked at: its tasks are put into the queues, should they not be
there."""
_TIDY_SECONDS: Final = 3600.0
"""How often old things are thrown away."""
_FORGOTTEN: Final = timedelta(days=1)
"""After which the record of a worker that is gone is removed."""


class Lifeline:
    """A PostgreSQL advisory lock that a worker holds as long as it lives; the database frees it when it dies.

    On SQLite there is one worker, and it holds nothing.
    """

    def __init__(self, database: Database, worker_id: str) -> None:
        self._database = database
        self._worker_id = worker_id
        self._connection: Connection | None = None

    def hold(self) -> None:
        """Take the lock, anew where the connection was lost.

        Raises:
            ServiceError: another process of that name holds it.
        """
        if not self._database.is_postgresql:
            return
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.exec_driver_sql("SELECT 1")
                self._connection.commit()
                return
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None
        connection = self._database.engine.connect()
        if not _try_lock(connection, self._worker_id):
            connection.close()
            raise ServiceError(
                f"A worker named {self._worker_id} is at work already. Give this one another name with --id, "
                "or ROTOSCOPE_WORKER_ID."
            )
        self._connection = connection

    def release(self) -> None:
        """Let go."""
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None


class Supervisor:
    """A thread that beats and looks after things."""

    def __init__(
        self,
        database: Database,
        worker_id: str,
        queues: Sequence[QueueName],
        *,
        device: str,
        adopt: Callable[[str], int],
        keep_pace: Callable[[], None],
        revive: Callable[[], None],
        send_due: Callable[[], None],
        warn: Callable[[], None],
        tidy: Callable[[], None],
    ) -> None:
        """Make ready.

        Args:
            database: the service's.
            worker_id: of this process.
            queues: whose tasks this process performs.
            device: what it paints on, for people.
            adopt: puts the tasks of a worker that died back into their queues; gives how many.
            keep_pace: has queues asked as often as there is something in them.
            revive: puts the tasks of jobs into the queues of which none is there.
            send_due: puts webhooks that are due into their queue.
            warn: tells of tasks that stand still.
            tidy: throws away what nobody needs any more.
        """
        self._database = database
        self._worker_id = worker_id
        self._queues = list(queues)
        self._device = device
        self._adopt = adopt
        self._keep_pace = keep_pace
        self._revive = revive
        self._send_due = send_due
        self._warn = warn
        self._tidy = tidy
        self._lifeline = Lifeline(database, worker_id)
        self._suspects: dict[str, float] = {}
        self._beaten = self._looked_at_jobs = 0.0
        self._tidied = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Say that this worker is here, and begin to look after things.

        Raises:
            ServiceError: another process of that name is at work.
        """
        self._hold_patiently()
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Take leave."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        with contextlib.suppress(SQLAlchemyError), self._database.writing() as session:
            row = session.get(WorkerRecord, self._worker_id)
            if row is not None:
                session.delete(row)
        self._lifeline.release()

    def _hold_patiently(self) -> None:
        """A worker that is started again at once may find its old connection not yet closed."""
        until = time.monotonic() + _STALE_SECONDS
        while True:
            try:
                self._lifeline.hold()
                return
            except ServiceError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_SECONDS / 4):
            try:
                if "webhook" in self._queues:
                    self._send_due()
                if time.monotonic() - self._beaten >= BEAT_SECONDS:
                    self._lifeline.hold()
                    self._beat()
                    self._keep_pace()
                    self._look_after_workers()
                    self._look_after_jobs()
                    self._tidy_up()
                    self._warn()
            except (SQLAlchemyError, ServiceError, StorageError) as error:  # it will be there again
                _LOG.warning("The supervisor goes on in a moment: %s", error)
                self._stop.wait(BEAT_SECONDS)

    def _beat(self) -> None:
        self._beaten = time.monotonic()
        with self._database.writing() as session:
            row = session.get(WorkerRecord, self._worker_id)
            if row is None:
                row = WorkerRecord(id=self._worker_id, queues=self._queues, device=self._device)
                session.add(row)
            row.queues, row.device, row.seen = self._queues, self._device, now()

    def _look_after_workers(self) -> None:
        """Take over from workers that show no sign of life and hold no lock, twice in a row.

        A lock alone proves nothing (a restart of the database frees all of them), nor does silence (a machine
        may be slow).
        """
        query = select(WorkerRecord).where(
            WorkerRecord.id != self._worker_id, WorkerRecord.seen < now() - timedelta(seconds=_STALE_SECONDS)
        )
        with self._database.reading() as session:
            silent = {row.id: row.seen for row in session.scalars(query)}
        for worker in [one for one in self._suspects if one not in silent]:
            del self._suspects[worker]
        for worker, seen in silent.items():
            if not self._is_lock_free(worker):
                self._suspects.pop(worker, None)
            elif worker not in self._suspects:
                self._suspects[worker] = time.monotonic()
            elif time.monotonic() - self._suspects[worker] >= BEAT_SECONDS:
                count = self._adopt(worker)
                if count:
                    _LOG.warning("The worker %s is gone; %d of its tasks go on elsewhere", worker, count)
                if now() - seen > _FORGOTTEN:
                    with self._database.writing() as session:
                        row = session.get(WorkerRecord, worker)
                        if row is not None:
                            session.delete(row)

    def _is_lock_free(self, worker_id: str) -> bool:
        if not self._database.is_postgresql:
            return True
        with self._database.engine.connect() as connection:
            if not _try_lock(connection, worker_id):
                return False
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _lock_key(worker_id)})
            connection.commit()
            return True

    def _tidy_up(self) -> None:
        if self._queues and time.monotonic() - self._tidied >= _TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._tidy()

    def _look_after_jobs(self) -> None:
        """Put the tasks of unfinished jobs into the queues that may have been lost on the way there."""
        if time.monotonic() - self._looked_at_jobs < QUIET_SECONDS and self._looked_at_jobs:
            return
        self._looked_at_jobs = time.monotonic()
        self._revive()


def _lock_key(worker_id: str) -> int:
    return int.from_bytes(sha256(f"rotoscope worker {worker_id}".encode()).digest()[:8], "big", signed=True)


def _try_lock(connection: Connection, worker_id: str) -> bool:
    found = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _lock_key(worker_id)})
    connection.commit()
    return bool(found.scalar())
