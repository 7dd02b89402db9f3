"""The service's database: migrations, transactions, identifiers."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import Client, JobRecord, Secret, Table
from rotoscope.errors import ServiceError

from postgres_server import running_postgres


@pytest.fixture(scope="module")
def postgres_url() -> Generator[str]:
    with running_postgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Database]:
    """Both kinds, with their tables."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'a.sqlite'}" if is_sqlite else request.getfixturevalue("postgres_url")
    opened = Database(url)
    opened.migrate()
    yield opened
    opened.close()


def test_migrations_make_the_tables_that_the_code_has(database: Database) -> None:
    database.migrate()  # once more does nothing
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_a_ledger_of_an_older_version_keeps_its_rows(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    database.migrate("0001")
    charged = "INSERT INTO ledger VALUES ('{}', 'cli_a', NULL, 'job_1', 's', 'p', 1.5, 2, 3, NULL, 40, 5)"
    with database.writing() as session:
        session.add(Client(id="cli_a", name="a"))
        session.flush()
        session.add(
            JobRecord(id="job_1", client_id="cli_a", operation="renders", params={}, progress={}, state="x")
        )
    with database.engine.begin() as connection:
        connection.exec_driver_sql(charged.format("led_1"))
    database.migrate()
    with database.engine.begin() as connection:
        (row,) = connection.exec_driver_sql("SELECT id, job_id, part, filter, cost_micros FROM ledger").all()
    assert tuple(row) == ("led_1", "job_1", "p", None, 40)
    again = charged.replace(", 5)", ", 5, NULL, 0)").format("led_2")
    with pytest.raises(IntegrityError, match="UNIQUE"), database.engine.begin() as connection:
        connection.exec_driver_sql(again)
    database.close()


def test_what_is_raised_takes_back_what_was_written(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(Secret(name="half", value="a"))
        session.flush()
        raise ZeroDivisionError
    with database.reading() as session:
        assert session.get(Secret, "half") is None


def test_times_come_back_as_they_were(database: Database) -> None:
    moment = datetime(2026, 11, 27, 1, 2, 3, 456789, tzinfo=UTC)
    client = new_id("cli")
    with database.writing() as session:
        session.add(Client(id=client, name=client, created=moment))
    with database.reading() as session:
        found = session.scalars(select(Client).where(Client.created >= moment, Client.id == client)).one()
    assert found.created == moment
    assert found.created.utcoffset() == timedelta(0)


def test_writers_wait_for_each_other(database: Database) -> None:
    """Read, think, write: none of ten counts is lost."""
    name = new_id("count")
    with database.writing() as session:
        session.add(Secret(name=name, value="0"))

    def count() -> None:
        with database.writing() as session:
            row = session.get(Secret, name, with_for_update=True)
            assert row is not None
            time.sleep(0.005)
            row.value = str(int(row.value) + 1)

    threads = [threading.Thread(target=count) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        row = session.get(Secret, name)
    assert row is not None
    assert row.value == "10"


def test_later_ids_sort_after_earlier_ones() -> None:
    first = new_id("job")
    time.sleep(0.002)
    assert first < new_id("job")
    assert first.startswith("job_")
    assert len({new_id("job") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "ROTOSCOPE_DATABASE_URL is no URL of a database. It is postgresql://"),
        ("mysql://a/b", "ROTOSCOPE_DATABASE_URL names a mysql database; sqlite and postgresql are known."),
    ],
)
def test_what_is_no_database_is_refused(url: str, told: str) -> None:
    with pytest.raises(ServiceError) as raised:
        Database(url)
    assert told in str(raised.value)


def test_a_database_that_does_not_answer_is_said_without_its_password() -> None:
    database = Database("postgresql://user:secret@127.0.0.1:1/name")
    with pytest.raises(ServiceError, match=r"postgresql.*://user:\*\*\*@127.0.0.1:1/name cannot be reached"):
        database.migrate()
