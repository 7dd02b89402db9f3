"""Throwing away what nobody needs any more."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import delete, or_, select

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import DeliveryRecord, Event, JobRecord, Medium
from rotoscope.errors import StoredFileNotFound
from rotoscope.jobs.job import FINAL_STATES
from rotoscope.jobs.pieces import SharedPieces
from rotoscope.settings import Settings
from rotoscope.storage.staging import trim_cache
from rotoscope.storage.store import Store
from rotoscope.storage.uri import parse_uri

EVENTS_KEPT: Final = timedelta(days=30)
"""How long one can ask what happened."""
SHOWN_KEPT: Final = timedelta(days=1)
"""How long, after a job's end, there is a picture of how it was going."""
UPLOADS_KEPT: Final = timedelta(days=7)
"""How long what was sent for a job is kept after nobody needs it."""
UPLOADS: Final = "uploads/"
"""Where commands with ``--server`` put what they send."""
CLIENT_FILES: Final = "clients/"
"""Where in the service's store clients' files are, ``data://``."""
_SCRATCH_SECONDS: Final = 2 * 24 * 3600.0
"""After which the scratch folder of a task that was cut off goes."""
_DAY_SECONDS: Final = 24 * 3600.0
_OF_JOBS: Final = ("checkpoints/", "previews/", "results/")
"""Folders of the service's store with what belongs to a job; the next part of the path begins with its id."""


def tidy(settings: Settings, database: Database, store: Store, pieces: SharedPieces) -> None:
    """Throw away old events, what was shown of jobs that ended, and what is too much in caches."""
    _tidy_records(database)
    _tidy_store(database, store)
    tidy_uploads(database, store)
    pieces.trim(settings.segments_bytes, young_seconds=_DAY_SECONDS)
    sources = settings.staging_dir / "sources"
    if sources.is_dir():
        trim_cache(sources, most_bytes=settings.segments_bytes)
    _tidy_scratch(settings.staging_dir)


def _tidy_records(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            delete(DeliveryRecord).where(
                DeliveryRecord.state != "queued", DeliveryRecord.created < now() - EVENTS_KEPT
            )
        )
        waiting = select(DeliveryRecord.event_id)
        session.execute(delete(Event).where(Event.created < now() - EVENTS_KEPT, Event.id.not_in(waiting)))


def _tidy_store(database: Database, store: Store) -> None:
    for folder in _OF_JOBS:
        for file in list(store.list(folder)):
            job_id = file.path.removeprefix(folder).partition("/")[0].partition(".")[0]
            if _is_over(database, job_id):
                with contextlib.suppress(StoredFileNotFound):
                    store.delete(file.path)


def tidy_uploads(database: Database, store: Store) -> None:
    """Remove what was sent for a job (``data://uploads/``) days ago, and no medium and no job needs any more.

    A job needs it until it has ended days ago, and a project's for ever.
    """
    old = now() - UPLOADS_KEPT
    needed: dict[tuple[str, str], bool] = {}
    for file in list(store.list(CLIENT_FILES)):
        client_id, _, path = file.path.removeprefix(CLIENT_FILES).partition("/")
        if not path.startswith(UPLOADS) or file.modified > old:
            continue
        uri = str(parse_uri(f"data://{UPLOADS}{quote(path.removeprefix(UPLOADS).partition('/')[0])}"))
        if (client_id, uri) not in needed:
            needed[client_id, uri] = _is_needed(database, client_id, uri, old)
        if not needed[client_id, uri]:
            with contextlib.suppress(StoredFileNotFound):
                store.delete(file.path)


def _is_needed(database: Database, client_id: str, uri: str, old: datetime) -> bool:
    """Whether a medium or a job of a client names a stored file or folder, or something in it."""
    media = select(Medium.uri).where(Medium.client_id == client_id)
    jobs = select(JobRecord.params).where(
        JobRecord.client_id == client_id,
        or_(
            JobRecord.state.not_in(FINAL_STATES),
            JobRecord.ended > old,
            JobRecord.operation.startswith("project-"),
        ),
    )
    with database.reading() as session:
        named = [*session.scalars(media), *(json.dumps(params) for params in session.scalars(jobs))]
    return any(f'"{uri}"' in text or f"{uri}/" in text or text == uri for text in named)


def _is_over(database: Database, job_id: str) -> bool:
    """Whether a job has ended a while ago, or is not known."""
    with database.reading() as session:
        row = session.get(JobRecord, job_id)
    if row is None:
        return True
    return row.state in FINAL_STATES and row.ended is not None and row.ended < now() - SHOWN_KEPT


def _tidy_scratch(staging: Path) -> None:
    for folder in staging.glob("job_*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _SCRATCH_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
