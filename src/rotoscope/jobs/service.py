"""The service's work as one process has it: opened, started, stopped."""

from __future__ import annotations

import faulthandler
import fcntl
import logging
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from rotoscope.database.engine import DATABASE_AWAY, Database
from rotoscope.database.tables import Client, JobRecord
from rotoscope.errors import RotoscopeError, ServiceError
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.checkpoints import SharedCheckpoints
from rotoscope.jobs.collections import ClientCollections
from rotoscope.jobs.engine import Engine
from rotoscope.jobs.filters import LOCAL_CLIENT, ClientFilters
from rotoscope.jobs.housekeeping import tidy
from rotoscope.jobs.job import FINAL_STATES
from rotoscope.jobs.operations.base import QueueName
from rotoscope.jobs.performing import Performer
from rotoscope.jobs.pieces import SharedPieces
from rotoscope.jobs.places import storage_of_client
from rotoscope.jobs.prices import RatesBook
from rotoscope.jobs.projects import ClientProjects
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.supervising import Supervisor
from rotoscope.jobs.tasks import Task
from rotoscope.jobs.watches import WatchRound
from rotoscope.jobs.webhooks import WebhookSender
from rotoscope.jobs.workshop import Workshop
from rotoscope.settings import Settings
from rotoscope.storage.guard import Guard, guarded_client
from rotoscope.storage.storage import Storage, system_store
from rotoscope.storage.store import Store
from rotoscope.storage.uri import is_uri

if TYPE_CHECKING:
    from rotoscope.networks.device import DeviceName

_LOG: Final = logging.getLogger("rotoscope.jobs")
DRAIN_SECONDS: Final = 30
"""How long the tasks at hand may take when a worker is asked to end."""
_PATIENCE_SECONDS: Final = 600
"""How long a task waits for a database that is away."""
_STANDSTILL_SECONDS: Final = 300
"""Without a painted frame, in a segment."""
_WEBHOOK_SECONDS: Final = 20.0
"""How long sending one event may take, from connecting to the last byte of the answer."""
_WEBHOOK_BYTES: Final = 1 << 20
"""Largest answer that is read."""
_WAIT_SECONDS: Final = 1.0
"""Between two tries."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the API and workers share."""

    settings: Settings
    database: Database
    store: Store
    """The service's own; clients reach a part of it as ``data://``."""
    pieces: SharedPieces
    filters: ClientFilters
    book: JobBook
    engine: Engine
    performer: Performer
    webhooks: WebhookSender

    def storage_of(self, client_id: str) -> Storage:
        """What a client can reach.

        Raises:
            StorageError: a connector is not in order.
        """
        return storage_of_client(self.settings, self.database, client_id)


@contextmanager
def open_service(
    settings: Settings, *, queues: Sequence[QueueName], device: DeviceName = "auto"
) -> Generator[Service]:
    """Open the database and the store, and begin to work on what waits in these queues.

    Args:
        settings: where everything is.
        queues: whose tasks this process performs; none: others do.
        device: what is trained and optimized on.

    Raises:
        ServiceError: the database cannot be reached, or another process works here under the same name.
        StorageError: the store is not in order.
    """
    with ExitStack() as stack:
        database = Database(settings.database)
        stack.callback(database.close)
        is_shared = database.is_postgresql
        if not is_shared:
            stack.enter_context(_alone(settings.data_dir))
        database.migrate()
        _add_local_client(database)
        service = _assemble(settings, database, queues, device)
        supervisor = Supervisor(
            database,
            settings.worker_id,
            queues,
            device=device,
            adopt=service.engine.adopt,
            keep_pace=service.engine.keep_pace,
            revive=lambda: _revive(service),
            send_due=lambda: service.engine.put(service.webhooks.due()),
            warn=lambda: _warn_of_standstill(service.performer),
            tidy=lambda: tidy(settings, database, service.store, service.pieces),
        )
        service.engine.start(lambda task: _perform(service, task))
        stack.callback(service.engine.stop, drain_seconds=DRAIN_SECONDS)
        supervisor.start()
        stack.callback(supervisor.stop)
        if "probe" in queues:
            round = WatchRound(database, service.book, service.storage_of, settings.worker_id)
            round.start()
            stack.callback(round.stop)
        yield service


def _assemble(
    settings: Settings, database: Database, queues: Sequence[QueueName], device: DeviceName
) -> Service:
    store = system_store(settings)
    engine = Engine(_engine_url(settings, database), settings.worker_id, tuple(queues))
    shared = store if is_uri(settings.store) else None
    filters = ClientFilters(settings, shared)
    prices = RatesBook(database, settings)
    workshop = Workshop(
        settings=settings,
        database=database,
        recorder=Recorder(database, prices, settings.worker_id),
        store=store,
        pieces=SharedPieces.of(settings),
        checkpoints=SharedCheckpoints(shared),
        filters=filters,
        projects=ClientProjects(settings, shared),
        prices=prices,
        collections=ClientCollections(settings, shared),
        storage_of=partial(storage_of_client, settings, database),
        device=device,
    )
    performer = Performer(workshop, engine.put)
    book = JobBook(database, on_change=lambda job_id: engine.put(performer.next_tasks(job_id)))
    guard = Guard(
        allowed_hosts=settings.allowed_hosts,
        allow_http=bool(settings.allowed_hosts),
        whole_seconds=_WEBHOOK_SECONDS,
        most_bytes=_WEBHOOK_BYTES,
    )
    webhooks = WebhookSender(database, guarded_client(guard))
    return Service(settings, database, store, workshop.pieces, filters, book, engine, performer, webhooks)


def _engine_url(settings: Settings, database: Database) -> str:
    """The same PostgreSQL, or a SQLite of its own, so that neither waits for the other."""
    if database.is_postgresql:
        return settings.database
    return f"sqlite:///{(settings.data_dir / 'queues.sqlite').absolute()}"


def _perform(service: Service, task: Task) -> None:
    """Do a task. While the database is away, wait for it, and do the task anew."""
    do = service.webhooks.perform if task.step == "webhook" else service.performer.perform
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            do(task)
            return
        except DATABASE_AWAY as error:
            if time.monotonic() > until:
                _LOG.exception("Task %s is given up; it will be revived", task.id)
                return
            _LOG.warning("Task %s waits for the database: %s", task.id, type(error).__name__)
            time.sleep(_WAIT_SECONDS)
        except Exception:
            _LOG.exception("Task %s is given up; it will be revived", task.id)
            return


def _warn_of_standstill(performer: Performer) -> None:
    """Tell whoever reads the log what a worker is at whose painting has stopped for no known reason."""
    for task in performer.standing_still(_STANDSTILL_SECONDS):
        _LOG.error(
            "Task %s has painted nothing for %d s; what every thread is at:", task.id, _STANDSTILL_SECONDS
        )
        faulthandler.dump_traceback(all_threads=True)


def _revive(service: Service) -> None:
    """Put the tasks of jobs into the queues that are to be done and of which none is there."""
    waiting = service.engine.waiting()
    query = select(JobRecord.id).where(JobRecord.state.not_in(FINAL_STATES)).order_by(JobRecord.id)
    with service.database.reading() as session:
        found = [job_id for job_id in session.scalars(query) if job_id not in waiting]
    stamp = int(time.time())
    for job_id in found:
        try:
            due = service.performer.next_tasks(job_id)
            service.engine.put([(replace(task, revived=stamp), rank) for task, rank in due])
        except RotoscopeError as error:
            _LOG.warning("The job %s cannot go on: %s", job_id, error)


def _add_local_client(database: Database) -> None:
    with database.writing() as session:
        if session.get(Client, LOCAL_CLIENT) is None:
            session.add(Client(id=LOCAL_CLIENT, name="local"))


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Hold a data folder: without PostgreSQL one process works in it.

    Raises:
        ServiceError: another one does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "service.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServiceError(
                f"Another server or worker uses {folder}. Stop it, name another folder with "
                "ROTOSCOPE_DATA_DIR, or let several share a PostgreSQL database with ROTOSCOPE_DATABASE_URL."
            ) from None
        yield
