"""The database, the store, and a server."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy.exc import SQLAlchemyError

from rotoscope.client import Client
from rotoscope.database.engine import Database
from rotoscope.errors import ApiError, InvalidOptions, RotoscopeError, StorageError, StoredFileExists
from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.safekeeping.records import migration_of, migrations_known, sqlite_file
from rotoscope.settings import DATABASE_VARIABLE, KEY_VARIABLE, SERVER_VARIABLE, STORE_VARIABLE
from rotoscope.storage.storage import system_store
from rotoscope.storage.uri import is_uri

_SECONDS: Final = 10.0
_CLOCKS_APART: Final = 120
"""Seconds that a server's clock may be off."""
_NO_KEY: Final = (401, 403)


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


def check_server(of: Installation) -> Iterator[Finding]:
    """The server that commands use answers, and takes the key."""
    url, key = of.env.get(SERVER_VARIABLE), of.env.get(KEY_VARIABLE)
    if not url:
        return
    try:
        with Client(url, key or None, tries=1, timeout=_SECONDS) as client:
            yield from _clocks(client.url)
            if not key:
                yield warning(
                    "server",
                    f"{url} answers, but there is no key to show to it.",
                    f"Set {KEY_VARIABLE}, or give commands --key-file.",
                )
                return
            found = client.keys.self()
    except ApiError as error:
        advice = (
            f"Set {KEY_VARIABLE} to a key of that server." if error.status in _NO_KEY else "Look at its log."
        )
        yield fault("server", f"{url} refuses the key: {sentence(error)}.", advice)
    except (RotoscopeError, httpx.HTTPError) as error:
        yield fault(
            "server",
            f"The server {url} does not answer: {sentence(error)}.",
            f"Start it (rotoscope serve), or correct {SERVER_VARIABLE}.",
        )
    else:
        yield ok("server", f"{url} takes the key {found.name!r}; it may {', '.join(found.scopes)}.")


def _clocks(url: str) -> Iterator[Finding]:
    answer = httpx.get(f"{url}/healthz", timeout=_SECONDS)
    if not answer.is_success:
        raise InvalidOptions(f"/healthz was answered with {answer.status_code}")
    date = answer.headers.get("date")
    if date is None:
        return
    apart = abs(parsedate_to_datetime(date).timestamp() - time.time())
    if apart > _CLOCKS_APART:
        yield warning(
            "clock",
            f"This machine's clock and that of {url} are {apart:.0f} s apart.",
            "Keep both right with NTP; signed URLs rest on it.",
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
