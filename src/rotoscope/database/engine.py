"""Opening the service's database: SQLite for one machine, PostgreSQL for many."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from rotoscope.errors import ServiceError

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_MIGRATION_LOCK: Final = 7_238_001
"""PostgreSQL advisory lock: of several nodes that start at once, one migrates."""
_BUSY_MILLISECONDS: Final = 15_000
_ONLY_READS: Final = "rotoscope_only_reads"


DATABASE_AWAY: Final = (OperationalError, InterfaceError)
"""What is raised while a database does not answer."""


class Database:
    """A connection pool and what makes sessions of it. Usable from any thread."""

    def __init__(self, url: str) -> None:
        """Open a database; nothing is read or made yet.

        Args:
            url: ``sqlite:////folder/rotoscope.sqlite`` or ``postgresql://user:password@host/name``.

        Raises:
            ServiceError: it is no URL of either.
        """
        self.engine = _engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(
            self.engine.execution_options(**{_ONLY_READS: True}), expire_on_commit=False
        )

    @property
    def is_postgresql(self) -> bool:
        """Whether several machines may share it."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def writing(self) -> Generator[Session]:
        """A session in a transaction: committed at the end, rolled back where something is raised."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session that only reads, and waits for no writer."""
        with self._reading.begin() as session:
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to what this version expects; does nothing where they are.

        Args:
            revision: the migration to stop at; by default the newest.

        Raises:
            ServiceError: the database cannot be reached.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        try:
            with self.engine.begin() as connection:
                if self.is_postgresql:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
        except OperationalError as error:
            raise ServiceError(
                f"The database {self.shown_url} cannot be reached: {error.orig}. Check "
                "ROTOSCOPE_DATABASE_URL."
            ) from error

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ServiceError(
            "ROTOSCOPE_DATABASE_URL is no URL of a database. It is postgresql://user:password@host/name, or "
            "sqlite:////folder/rotoscope.sqlite."
        ) from None
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10, max_overflow=20
        )
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    raise ServiceError(
        f"ROTOSCOPE_DATABASE_URL names a {parsed.get_backend_name()} database; sqlite and postgresql are "
        "known."
    )


def _begin_sqlite(connection: Connection) -> None:
    """Whoever will write takes the lock at once: a reader turned writer would be refused, without a wait."""
    reads = connection.get_execution_options().get(_ONLY_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Readers do not wait for a writer, writers wait for each other, references are held to."""
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, not at the first write
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
