"""Backups of installations that share PostgreSQL and a bucket, and into such ones."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from rotoscope.database.engine import Database
from rotoscope.database.tables import Client, ConnectorRecord, Event
from rotoscope.errors import RestoreRefused, StorageError
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.safekeeping.backup import back_up
from rotoscope.safekeeping.restoring import restore
from rotoscope.safekeeping.verifying import verify_backup
from rotoscope.settings import Settings

from installation import contents, furnish, records, settings_at
from postgres_server import PostgresServer
from s3_server import S3Server

_NUMBERS = itertools.count(1)


def new_database(postgres: PostgresServer) -> str:
    return postgres.new_database(f"kept_{next(_NUMBERS)}")


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, which the environment's keys open."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", s3_server.endpoint),
        ("AWS_ALLOW_HTTP", "true"),
    ):
        monkeypatch.setenv(name, value)
    return s3_server.new_bucket()


@pytest.fixture
def shared(tmp_path: Path, postgres: PostgresServer, bucket: str) -> Settings:
    settings = settings_at(
        tmp_path / "shared", database_url=new_database(postgres), store_place=f"s3://{bucket}/service"
    )
    furnish(settings, tmp_path)
    return settings


def test_postgresql_and_a_bucket_come_back_as_they_were(
    shared: Settings, postgres: PostgresServer, s3_server: S3Server, tmp_path: Path
) -> None:
    kept = back_up(str(tmp_path / "kept"), shared, with_files=True)
    assert kept.database == "postgresql"
    assert back_up(str(tmp_path / "kept"), shared, with_files=True).copied == 0
    other = s3_server.new_bucket()
    there = settings_at(
        tmp_path / "there", database_url=new_database(postgres), store_place=f"s3://{other}/moved"
    )
    restore(str(tmp_path / "kept"), there)
    assert records(there) == records(shared)
    before = s3_server.keys(shared.store_place.split("/")[2])
    kept_keys = [key.removeprefix("service/") for key in before if "pieces" not in key]
    assert [key.removeprefix("moved/") for key in s3_server.keys(other)] == kept_keys
    assert kept_keys == [
        "clients/cli_ada/in/drone.mp4",
        "filters/cli_ada/adas.onnx",
        "filters/cli_local/mine.onnx",
    ]


def test_postgresql_goes_on_counting_after_what_was_restored(
    shared: Settings, postgres: PostgresServer, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), shared)
    there = settings_at(tmp_path / "there", database_url=new_database(postgres))
    restore(str(tmp_path / "kept"), there)
    database = Database(there.database)
    with database.writing() as session:
        event = Event(id="evt_2", client_id="cli_ada", type="job.running", subject="job_1", data={})
        session.add(event)
        session.flush()
        assert event.sequence == 2
    database.close()


def test_rows_are_never_mixed_with_others(shared: Settings, postgres: PostgresServer, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), shared)
    there = settings_at(tmp_path / "there", database_url=new_database(postgres))
    database = Database(there.database)
    database.migrate()
    with database.writing() as session:
        session.add(Client(id="cli_other", name="other"))
    database.close()
    with pytest.raises(RestoreRefused, match=r"has rows already: clients \(1\)\. Nothing was restored"):
        restore(str(tmp_path / "kept"), there)
    assert not there.data_dir.exists()
    restore(str(tmp_path / "kept"), there, overwrite=True)
    assert records(there) == records(shared)


def test_one_machine_becomes_many_and_many_one(
    shared: Settings, postgres: PostgresServer, s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), shared, with_files=True)
    alone = settings_at(tmp_path / "alone")
    restore(str(tmp_path / "kept"), alone)
    assert records(alone) == records(shared)
    assert (alone.data_dir / "filters/mine.onnx").is_file()
    assert (alone.data_dir / "clients/cli_ada/filters/adas.onnx").is_file()
    assert (alone.data_dir / "store/clients/cli_ada/in/drone.mp4").read_bytes() == b"a video"
    back_up(str(tmp_path / "kept-alone"), alone, with_files=True)
    other = s3_server.new_bucket()
    many = settings_at(tmp_path / "many", database_url=new_database(postgres), store_place=f"s3://{other}")
    restore(str(tmp_path / "kept-alone"), many)
    assert records(many) == records(shared)
    assert s3_server.keys(other) == [
        "clients/cli_ada/in/drone.mp4",
        "filters/cli_ada/adas.onnx",
        "filters/cli_local/mine.onnx",
    ]


def test_a_bucket_holds_a_backup_by_the_environments_keys(
    bucket: str, s3_server: S3Server, tmp_path: Path
) -> None:
    here, there = settings_at(tmp_path / "here"), settings_at(tmp_path / "there")
    furnish(here, tmp_path)
    place = f"s3://{bucket}/backups/studio"
    kept = back_up(place, here)
    assert back_up(place, here).copied == 0
    assert verify_backup(place, here).passed
    assert all(key.startswith("backups/studio/") for key in s3_server.keys(bucket))
    assert restore(place, there).files == kept.files
    assert records(there) == records(here)
    assert contents(there.filters_dir) == contents(here.filters_dir)


def test_a_connector_of_the_local_client_leads_to_a_backup(s3_server: S3Server, tmp_path: Path) -> None:
    here = settings_at(tmp_path / "here")
    furnish(here, tmp_path)
    bucket = s3_server.new_bucket()
    settings = s3_server.settings(f"{bucket}/ours", label="archive")
    database = Database(here.database)
    with database.writing() as session:
        record = ConnectorRecord(id="con_1", client_id=LOCAL_CLIENT, label="archive", scheme="s3")
        record.settings, record.secrets = settings.shown(), settings.hidden()
        session.add(record)
    database.close()
    place = f"s3+archive://{bucket}/ours/kept"
    assert back_up(place, here).copied > 0
    assert verify_backup(place, here).passed
    assert all(key.startswith("ours/kept/") for key in s3_server.keys(bucket))
    with pytest.raises(StorageError, match="no connector leads there"):
        back_up(f"s3+archive://{bucket}/theirs", here)
