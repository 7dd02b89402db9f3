"""Jobs on several machines: PostgreSQL, S3, workers that die, a database that restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import boto3  # pyright: ignore[reportMissingTypeStubs] - comes with moto
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import func, select

from rotoscope.database.tables import LedgerRow, WorkerRecord
from rotoscope.errors import ServiceError
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import Service, open_service

from postgres_server import PostgresServer, running_postgres
from service_samples import finished, long_clip, settings_in, until

SEGMENTS = 6
STORE = "s3://rotoscope-tests/service"


@pytest.fixture(scope="module")
def postgres() -> Generator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def s3() -> Generator[dict[str, str]]:
    """Environment variables that lead to a bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="rotoscope-tests")
        yield environment
    server.stop()


@contextmanager
def worker(folder: Path, database: str, name: str) -> Generator[subprocess.Popen[bytes]]:
    """``rotoscope worker``, as another machine would run it: own data, own cache."""
    environment = {
        **os.environ,
        "ROTOSCOPE_DATABASE_URL": database,
        "ROTOSCOPE_STORE": STORE,
        "ROTOSCOPE_DATA_DIR": str(folder / name / "data"),
        "ROTOSCOPE_CACHE_DIR": str(folder / name / "cache"),
    }
    command = [sys.executable, "-m", "rotoscope.cli.main", "worker", "--id", name, "--quiet"]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def start_job(service: Service, clip: Path, output: str) -> str:
    service.storage_of(LOCAL_CLIENT).put("data://in/long.mp4", clip, overwrite=True)
    params = {"source": "data://in/long.mp4", "output": output, "filter": "great-wave"}
    return service.book.create(LOCAL_CLIENT, "renders", params).id


def result_bytes(service: Service, uri: str) -> bytes:
    return b"".join(service.storage_of(LOCAL_CLIENT).read(uri))


def segments_done(service: Service, job_id: str) -> int:
    return service.book.get(LOCAL_CLIENT, job_id).progress.segments_done


@pytest.mark.timeout(400)
def test_workers_that_die_and_a_database_that_restarts_change_nothing(
    postgres: PostgresServer, s3: dict[str, str], tmp_path: Path
) -> None:
    database = postgres.new_database("spread")
    clip = long_clip(tmp_path / "long.mp4", segments=SEGMENTS)
    settings = settings_in(tmp_path / "api", database_url=database, store_place=STORE)
    with open_service(settings, queues=()) as service:  # as `serve --no-workers`
        with worker(tmp_path, database, "one"):
            undisturbed = start_job(service, clip, "data://out/undisturbed.mp4")
            done = finished(service, undisturbed)
            assert done.state == "succeeded", done.fault
        # Pieces of the first job would be found: the second one has to paint its own.
        empty_pieces()
        with worker(tmp_path, database, "two") as two, worker(tmp_path, database, "three"):
            job_id = start_job(service, clip, "data://out/disturbed.mp4")
            with worker(tmp_path, database, "four"):
                until(lambda: segments_done(service, job_id) >= 1)
                os.kill(two.pid, signal.SIGKILL)
                until(lambda: segments_done(service, job_id) >= 3)
                postgres.restart()
                disturbed = until(lambda: look_again(service, job_id), seconds=150)
        assert disturbed.state == "succeeded", disturbed.fault
        assert result_bytes(service, "data://out/disturbed.mp4") == result_bytes(
            service, "data://out/undisturbed.mp4"
        )
        with service.database.reading() as session:
            rows = session.scalar(
                select(func.count()).where(LedgerRow.job_id == job_id, LedgerRow.step == "segment")
            )
            painters = {segment.worker for segment in service.book.segments(LOCAL_CLIENT, job_id)}
        assert rows == SEGMENTS
        assert len(painters) > 1


def look_again(service: Service, job_id: str):  # noqa: ANN201 - a Job or None
    """The job where it has ended; None while it has not, or while the database is away."""
    try:
        job = service.book.get(LOCAL_CLIENT, job_id)
    except Exception:
        return None
    return job if job.is_final else None


def empty_pieces() -> None:
    client = boto3.client("s3")
    found = client.list_objects_v2(Bucket="rotoscope-tests", Prefix="service/pieces/")
    for one in found["Contents"]:
        client.delete_object(Bucket="rotoscope-tests", Key=one["Key"])


@pytest.mark.timeout(200)
def test_a_worker_that_is_asked_to_end_finishes_what_is_at_hand(
    postgres: PostgresServer, s3: dict[str, str], tmp_path: Path
) -> None:
    database = postgres.new_database("draining")
    clip = long_clip(tmp_path / "long.mp4", segments=3)
    settings = settings_in(tmp_path / "api", database_url=database, store_place=STORE)
    with open_service(settings, queues=()) as service:
        with worker(tmp_path, database, "polite") as polite:
            job_id = start_job(service, clip, "data://out/drained.mp4")
            until(lambda: service.book.get(LOCAL_CLIENT, job_id).progress.frames_done)
            polite.terminate()
            assert polite.wait(timeout=60) == 0
        assert not [one for one in service.book.segments(LOCAL_CLIENT, job_id) if one.state == "running"]
        with service.database.reading() as session:
            assert "polite" not in {row.id for row in session.scalars(select(WorkerRecord))}
        with worker(tmp_path, database, "next"):
            assert finished(service, job_id).state == "succeeded"


def test_two_workers_of_one_name_are_refused(
    postgres: PostgresServer, s3: dict[str, str], tmp_path: Path
) -> None:
    database = postgres.new_database("names")
    settings = settings_in(tmp_path / "api", database_url=database, store_place=STORE)
    with open_service(settings, queues=()) as service:
        from rotoscope.jobs.supervising import Lifeline  # noqa: PLC0415

        with pytest.raises(ServiceError, match="A worker named here is at work already"):
            Lifeline(service.database, replace(settings).worker_id).hold()
