"""Watched folders: what comes in is painted, and what people do with results is told."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import select

from rotoscope.database.columns import now
from rotoscope.database.engine import DATABASE_AWAY, Database
from rotoscope.database.tables import Event, WatchRecord
from rotoscope.errors import RotoscopeError
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.happenings import happened
from rotoscope.render.library import is_media, painted_name
from rotoscope.storage.storage import Storage
from rotoscope.storage.watching import Found, Watch, Watcher

_LOG: Final = logging.getLogger("rotoscope.jobs")
LOOK_SECONDS: Final = 5.0
"""Between two looks. A file is taken when it stood still from one to the next."""


class WatchRound:
    """A thread that looks at all watched folders, one after the other."""

    def __init__(
        self,
        database: Database,
        book: JobBook,
        storage_of: Callable[[str], Storage],
        worker_id: str,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Make ready.

        Args:
            database: says what is watched.
            book: takes jobs.
            storage_of: what a client can reach.
            worker_id: of this process: of several that look, one takes a file.
            look_seconds: between two looks.
        """
        self._database = database
        self._book = book
        self._storage_of = storage_of
        self._worker_id = worker_id
        self._look_seconds = look_seconds
        self._watchers: dict[str, tuple[dict[str, Any], Watcher]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watches", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the look at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(self._look_seconds):
            with contextlib.suppress(*DATABASE_AWAY):
                self.look()

    def look(self) -> None:
        """Look at every watched folder once."""
        with self._database.reading() as session:
            rows = list(session.scalars(select(WatchRecord).where(WatchRecord.enabled)))
        for gone in set(self._watchers) - {row.id for row in rows}:
            del self._watchers[gone]
        for row in rows:
            trouble = None
            try:
                self._look_at(row)
            except RotoscopeError as error:
                trouble = str(error)
                _LOG.info("The watched folder %s is in trouble: %s", row.inbox, error)
            with self._database.writing() as session:
                kept = session.get(WatchRecord, row.id)
                if kept is not None:
                    kept.looked, kept.trouble = now(), trouble

    def _look_at(self, row: WatchRecord) -> None:
        watcher = self._watcher(row)
        for found in watcher.look():
            if found.kind == "source":
                self._paint(row, found)
            else:
                self._tell(row, found)
            watcher.done(found)

    def _watcher(self, row: WatchRecord) -> Watcher:
        """The one of a row; a new one where its folders changed."""
        facts = {"inbox": row.inbox, "outbox": row.outbox}
        known = self._watchers.get(row.id)
        if known is None or known[0] != facts:
            watch = Watch.of(row.inbox, row.outbox)
            known = (facts, Watcher(self._storage_of(row.client_id), watch, name=self._worker_id))
            self._watchers[row.id] = known
        return known[1]

    def _paint(self, row: WatchRecord, found: Found) -> None:
        if not is_media(PurePosixPath(found.name).name):
            return
        outbox = Watch.of(row.inbox, row.outbox).outbox
        params = {
            **row.params,
            "source": str(found.uri),
            "output": str(outbox.joined(painted_path(found.name))),
        }
        self._book.create(
            row.client_id, "stylize", params, once=f"{row.id[-16:]}.{found.key}", key_id=row.key_id
        )

    def _tell(self, row: WatchRecord, found: Found) -> None:
        data = {"watch": row.id, "uri": str(found.uri), "name": found.name, "key": found.key}
        with self._database.writing() as session:
            if not _was_told(session.scalars(select(Event.data).where(Event.subject == row.id)), found.key):
                happened(session, row.client_id, f"watch.{found.kind}", row.id, data)


def painted_path(name: str) -> str:
    """The path in the outbox of what is painted of a path in the inbox."""
    path = PurePosixPath(name)
    return str(path.with_name(painted_name(Path(path.name), look_inside=False)))


def checked_watch(inbox: str, outbox: str, storage: Storage) -> Watch:
    """The folders of a watch, held against a client's rights.

    Raises:
        InvalidUri: one is no folder, or both are the same.
        AccessDenied: the inbox cannot be read, or the outbox not read and written.
    """
    watch = Watch.of(inbox, outbox)
    storage.locate(watch.inbox, "read")
    storage.locate(watch.outbox, "read")
    storage.locate(watch.outbox, "write")
    return watch


def _was_told(told: Any, key: str) -> bool:  # noqa: ANN401 - rows of JSON
    return any(data.get("key") == key for data in told)
