"""The service's database: a consistent copy while it is in use, and rows as JSON lines."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, LargeBinary, bindparam, func, insert, make_url, select, text
from sqlalchemy import Table as AnyTable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from rotoscope.database import engine
from rotoscope.database.columns import Instant
from rotoscope.database.engine import Database
from rotoscope.database.tables import Table
from rotoscope.errors import BackupError
from rotoscope.settings import Settings

_MIGRATIONS: Final = Path(engine.__file__).parent / "migrations"
SQLITE_NAME: Final = "rotoscope.sqlite"
_AT_ONCE: Final = 500
"""Rows that are inserted at once."""
Row: TypeAlias = dict[str, Any]


def sqlite_file(settings: Settings) -> Path | None:
    """The file of the service's database; None where that is PostgreSQL."""
    url = make_url(settings.database)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def has_database(settings: Settings) -> bool:
    """Whether there may be records: a file, or a PostgreSQL."""
    file = sqlite_file(settings)
    return file is None or file.is_file()


def migrations_known() -> tuple[str, ...]:
    """Identifiers of all migrations of this version, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def migration_of(database: Database) -> str | None:
    """The newest migration that a database has had; None: none."""
    with database.reading() as session:
        try:
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except SQLAlchemyError:
            return None


def copy_sqlite(source: Path, copy: Path) -> None:
    """Copy a SQLite database that may be in use, as it is at one moment, into one file.

    Raises:
        BackupError: it cannot be read.
    """
    copy.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(source, timeout=60)) as taken,
            closing(sqlite3.connect(copy)) as made,
        ):
            taken.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")  # nothing of it is in a second file
            faults = made.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError(
            f"The database {source} cannot be copied: {error}. rotoscope doctor says what is wrong with it."
        ) from error
    if faults != ("ok",):
        raise BackupError(
            f"The database {source} is damaged: {faults[0]}. Keep a copy of its folder, and restore an "
            "earlier backup."
        )


def count_rows(database: Database) -> dict[str, int]:
    """How many rows each of our tables has."""
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
        }


def dump_rows(database: Database, folder: Path) -> dict[str, int]:
    """Write all rows of our tables as they are at one moment: a file ``TABLE.jsonl`` for each.

    Returns:
        How many rows each table has.
    """
    counts: dict[str, int] = {}
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for table in Table.metadata.sorted_tables:
            with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                counts[table.name] = 0
                for row in _rows(connection, table):
                    plain = {name: _to_json(value) for name, value in row.items()}
                    file.write(json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n")
                    counts[table.name] += 1
    return counts


def rows_of_lines(folder: Path) -> Iterator[tuple[AnyTable, Iterator[Row]]]:
    """What :func:`dump_rows` wrote, in an order in which it can be inserted."""
    for table in Table.metadata.sorted_tables:
        file = folder / f"{table.name}.jsonl"
        if file.is_file():
            yield table, _lines(table, file)


def rows_of_copy(copy: Path) -> Iterator[tuple[AnyTable, Iterator[Row]]]:
    """The rows of a SQLite database, in an order in which they can be inserted."""
    database = Database(f"sqlite:///{copy}")
    try:
        database.migrate()
        with database.engine.connect() as connection:
            for table in Table.metadata.sorted_tables:
                yield table, _rows(connection, table)
    finally:
        database.close()


def insert_rows(connection: Connection, tables: Iterable[tuple[AnyTable, Iterator[Row]]]) -> None:
    """Insert rows into tables that are empty.

    Raises:
        BackupError: they do not fit.
    """
    for table, rows in tables:
        try:
            while some := list(islice(rows, _AT_ONCE)):
                connection.execute(_insertion(table, some[0]), some)
        except DBAPIError as error:
            raise BackupError(
                f"Rows of the table {table.name} cannot be restored: {error.orig}. Restore with the "
                "version of Rotoscope that made the backup."
            ) from error
        _count_on(connection, table)


def delete_rows(connection: Connection) -> None:
    """Empty all of our tables."""
    for table in reversed(Table.metadata.sorted_tables):
        connection.execute(table.delete())


def _insertion(table: AnyTable, first: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a statement
    """For rows with these columns; where JSON is absent, it stays absent and does not become ``null``."""
    columns = [column for column in table.columns if column.name in first]
    kinds = {c.name: JSON(none_as_null=True) if isinstance(c.type, JSON) else c.type for c in columns}
    return insert(table).values({name: bindparam(name, type_=kind) for name, kind in kinds.items()})


def _count_on(connection: Connection, table: AnyTable) -> None:
    """PostgreSQL goes on counting after what was inserted."""
    counted = table.autoincrement_column
    if counted is None or connection.dialect.name != "postgresql":
        return
    last = connection.scalar(select(func.max(counted)))
    if last is not None:
        name = func.pg_get_serial_sequence(table.name, counted.name)
        connection.execute(select(func.setval(name, last)))


def _rows(connection: Connection, table: AnyTable) -> Iterator[Row]:
    query = select(table).order_by(*table.primary_key.columns)
    streamed = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
    return (dict(row) for row in streamed.execute(query).mappings())


def _lines(table: AnyTable, file: Path) -> Iterator[Row]:
    kinds = {column.name: column.type for column in table.columns}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield {name: _from_json(value, kinds[name]) for name, value in row.items() if name in kinds}


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _from_json(value: Any, kind: object) -> object:  # noqa: ANN401 - whatever JSON holds
    if value is not None and isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    if value is not None and isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return value
