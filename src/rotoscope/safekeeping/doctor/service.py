"""The database and the store."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from rotoscope.database.engine import Database
from rotoscope.errors import RotoscopeError, StorageError, StoredFileExists
from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.safekeeping.records import migration_of, migrations_known, sqlite_file
from rotoscope.settings import DATABASE_VARIABLE, STORE_VARIABLE
from rotoscope.storage.storage import system_store
from rotoscope.storage.uri import is_uri

_SECONDS: Final = 10.0


def check_database(of: Installation) -> Iterator[Finding]:
    """The service's database can be reached, is whole, and is of this version."""
    try:
        file = sqlite_file(of.settings)
    except (SQLAlchemyError, ValueError):
        return  # what is wrong with the variable is told where variables are
    if file is not None and not file.exists():
        yield ok("database", f"There is none yet; rotoscope serve makes it ({file}).")
    elif file is not None:
        yield _sqlite(file)
    else:
        yield _postgresql(of.settings.database)


def check_store(of: Installation) -> Iterator[Finding]:
    """The service's store takes files, and never replaces one by accident."""
    place = of.settings.store
    if not is_uri(place) and not Path(place).expanduser().is_dir():
        yield ok("store", f"There is none yet; rotoscope serve makes it ({place}).")
        return
    path = f"doctor/{secrets.token_hex(8)}"
    try:
        store = system_store(of.settings)
        store.put(path, b"first")
        try:
            store.put(path, b"second")
            told = f"The store {place} replaces files that are there: two workers could overwrite each other."
            yield fault("store", told, "Use a store with conditional writes; see docs/how-to/store-files.md.")
        except StoredFileExists:
            yield ok("store", f"The store {place} takes files, and replaces none.")
        finally:
            with contextlib.suppress(StorageError):
                store.delete(path)
    except RotoscopeError as error:
        yield fault(
            "store",
            f"The store {place} cannot be used: {sentence(error)}.",
            f"Check {STORE_VARIABLE}, the keys in the environment, and who may write there.",
        )


def _sqlite(file: Path) -> Finding:
    damaged = "Keep a copy of it, then rotoscope restore a backup with --overwrite."
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_SECONDS)
        ) as taken:
            (state,) = taken.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                return fault("database", f"{file} is damaged: {state}.", damaged)
            has_migrations = taken.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
            row = (
                taken.execute("SELECT version_num FROM alembic_version").fetchone()
                if has_migrations
                else None
            )
    except sqlite3.Error as error:
        return fault("database", f"{file} cannot be read: {sentence(error)}.", damaged)
    return _migrated(str(file), None if row is None else str(row[0]))


def _postgresql(url: str) -> Finding:
    try:
        with closing(Database(url)) as database:
            shown = database.shown_url
            with database.engine.connect():
                pass
            return _migrated(shown, migration_of(database))
    except (RotoscopeError, SQLAlchemyError) as error:
        told = sentence(getattr(error, "orig", None) or error)
        return fault(
            "database",
            f"The database cannot be reached: {told}.",
            f"Start it, and check {DATABASE_VARIABLE}: host, port, user, password, name.",
        )


def _migrated(shown: str, migration: str | None) -> Finding:
    known = migrations_known()
    if migration == known[0]:
        return ok("database", f"{shown} is whole, and of this version (migration {migration}).")
    if migration is None:
        return warning("database", f"{shown} has no tables yet.", "rotoscope serve makes them at its start.")
    if migration in known:
        return warning(
            "database",
            f"{shown} is of an older version (migration {migration}; {known[0]} is the newest).",
            "Back up, and start rotoscope serve or a worker: it brings the database up to date.",
        )
    return fault(
        "database",
        f"{shown} is of a newer version than this Rotoscope knows (migration {migration}; {known[0]} is "
        "known).",
        "Install the newest Rotoscope; never let an older one write there.",
    )
