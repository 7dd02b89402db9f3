"""Jobs on several machines: PostgreSQL, S3, workers that die, a database that restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from rotoscope.database.columns import now
from rotoscope.database.tables import ConnectorRecord, LedgerRow, WorkerRecord
from rotoscope.errors import ServiceError
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import Service, open_service
from rotoscope.jobs.supervising import Lifeline
from rotoscope.jobs.tasks import QUEUES

from postgres_server import PostgresServer, running_postgres
from s3_server import S3Server, running_s3_server
from samples import make_clip
from service_samples import finished, long_clip, settings_in, until

SEGMENTS = 6
BUCKET = "rotoscope-tests"
STORE = f"s3://{BUCKET}/service"


@pytest.fixture(scope="module")
def postgres() -> Generator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def s3() -> Generator[S3Server]:
    """A bucket, and an environment that leads to it."""
    with running_s3_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }.items():
            patch.setenv(name, value)
        server.backend.create_bucket(BUCKET, "us-east-1")
        yield server


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
    except BaseException:
        process.send_signal(signal.SIGUSR1)  # what it was at is among the test's output
        time.sleep(1)
        raise
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
    postgres: PostgresServer, s3: S3Server, tmp_path: Path
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
        empty_pieces(s3)
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


def empty_pieces(s3: S3Server) -> None:
    store = s3.connector(BUCKET).store
    for file in list(store.list("service/pieces/")):
        store.delete(file.path)


@pytest.mark.timeout(200)
def test_a_worker_that_is_asked_to_end_finishes_what_is_at_hand(
    postgres: PostgresServer, s3: S3Server, tmp_path: Path
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


def test_results_for_another_store_are_parked_and_delivered(s3: S3Server, tmp_path: Path) -> None:
    with open_service(settings_in(tmp_path / "here"), queues=QUEUES) as service:
        with service.database.writing() as session:
            session.add(
                ConnectorRecord(
                    id="con_films",
                    client_id=LOCAL_CLIENT,
                    scheme="s3",
                    label="",
                    settings={
                        "scheme": "s3",
                        "place": f"{BUCKET}/films",
                        "options": {"environment": True},
                    },
                    secrets={},
                    created=now(),
                )
            )
        uri = f"s3://{BUCKET}/films/painted.mp4"
        clip = make_clip(tmp_path / "clip.mp4")
        service.storage_of(LOCAL_CLIENT).put("data://in/clip.mp4", clip)
        params = {"source": "data://in/clip.mp4", "output": uri, "filter": "posterize"}
        done = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
        assert done.state == "succeeded", done.fault
        assert done.result is not None
        assert done.result["delivered"][0]["uri"] == uri
        assert done.result["delivered"][0]["size_bytes"] == len(result_bytes(service, uri))
        assert list(service.store.list("results/")) == []
        taken = service.book.create(LOCAL_CLIENT, "inspect", {"source": uri})
        assert finished(service, taken.id).state == "succeeded"
        again = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
        assert again.fault is not None
        assert again.fault.code == "stored-file-exists"


def test_two_workers_of_one_name_are_refused(postgres: PostgresServer, s3: S3Server, tmp_path: Path) -> None:
    database = postgres.new_database("names")
    settings = settings_in(tmp_path / "api", database_url=database, store_place=STORE)
    with (
        open_service(settings, queues=()) as service,
        pytest.raises(ServiceError, match="A worker named here is at work already"),
    ):
        Lifeline(service.database, settings.worker_id).hold()
