"""Throwing away what nobody needs any more."""

from __future__ import annotations

import contextlib
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import DeliveryRecord, Event, JobRecord
from rotoscope.errors import StoredFileNotFound
from rotoscope.jobs.job import FINAL_STATES
from rotoscope.jobs.pieces import SharedPieces
from rotoscope.settings import Settings
from rotoscope.storage.staging import trim_cache
from rotoscope.storage.store import Store

EVENTS_KEPT: Final = timedelta(days=30)
"""How long one can ask what happened."""
SHOWN_KEPT: Final = timedelta(days=1)
"""How long, after a job's end, there is a picture of how it was going."""
_SCRATCH_SECONDS: Final = 2 * 24 * 3600.0
"""After which the scratch folder of a task that was cut off goes."""
_DAY_SECONDS: Final = 24 * 3600.0
_OF_JOBS: Final = ("checkpoints/", "previews/", "results/")
"""Folders of the service's store with what belongs to a job; the next part of the path begins with its id."""


def tidy(settings: Settings, database: Database, store: Store, pieces: SharedPieces) -> None:
    """Throw away old events, what was shown of jobs that ended, and what is too much in caches."""
    _tidy_records(database)
    _tidy_store(database, store)
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
