"""A kept database as the one that an installation uses: of the same kind, or of the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table as AnyTable
from sqlalchemy.exc import SQLAlchemyError

from rotoscope.database.engine import Database
from rotoscope.errors import BackupError, RestoreRefused
from rotoscope.safekeeping.manifest import BackupManifest, KeptDatabase
from rotoscope.safekeeping.records import (
    SQLITE_NAME,
    count_rows,
    delete_rows,
    insert_rows,
    rows_of_copy,
    rows_of_lines,
    sqlite_file,
)
from rotoscope.settings import Settings


def make_sqlite(kept: KeptDatabase, folder: Path) -> Path:
    """A SQLite database of what was kept in a folder.

    Raises:
        BackupError: the rows do not fit.
    """
    if kept.kind == "sqlite":
        return folder / SQLITE_NAME
    made = folder / "made.sqlite"
    made.touch(mode=0o600)
    with closing(Database(f"sqlite:///{made}")) as database:
        database.migrate()
        with database.engine.begin() as connection:
            insert_rows(connection, rows_of_lines(folder))
    return made


@dataclass(frozen=True, slots=True)
class PostgresqlTarget:
    """A PostgreSQL database that gets the rows of a backup."""

    database: Database

    def fill(self, kept: KeptDatabase, folder: Path, *, overwrite: bool) -> None:
        """Put rows into it, all or none.

        Raises:
            BackupError: they do not fit, or the database does not answer.
        """
        try:
            with self.database.engine.begin() as connection:
                if overwrite:
                    delete_rows(connection)
                insert_rows(connection, _rows(kept, folder))
        except SQLAlchemyError as error:
            raise BackupError(
                f"The database {self.database.shown_url} could not be filled: "
                f"{str(error).partition(chr(10))[0]}. Nothing was restored."
            ) from error


@contextmanager
def postgresql_target(
    settings: Settings, manifest: BackupManifest, *, overwrite: bool
) -> Generator[PostgresqlTarget | None]:
    """The PostgreSQL database that is to get the rows; None where it is SQLite, or there are none.

    Raises:
        RestoreRefused: it has rows already.
        ServiceError: it cannot be reached.
    """
    if manifest.database is None or sqlite_file(settings) is not None:
        yield None
        return
    with closing(Database(settings.database)) as database:
        database.migrate()
        taken = {name: count for name, count in count_rows(database).items() if count}
        if taken and not overwrite:
            told = ", ".join(f"{name} ({count})" for name, count in taken.items())
            raise RestoreRefused(
                f"The database {database.shown_url} has rows already: {told}. Nothing was restored. "
                "Restore into "
                "an empty database, before a server was started with it; or give --overwrite to replace them."
            )
        yield PostgresqlTarget(database)


def _rows(kept: KeptDatabase, folder: Path) -> Iterator[tuple[AnyTable, Iterator[dict[str, Any]]]]:
    return rows_of_lines(folder) if kept.kind == "postgresql" else rows_of_copy(folder / SQLITE_NAME)
