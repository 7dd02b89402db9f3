"""A server that is killed at the worst moments: between doing something and saying so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import select

from rotoscope.database.columns import now
from rotoscope.database.tables import DeliveryRecord, LedgerRow, WebhookRecord
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.job import Job
from rotoscope.jobs.service import Service, open_service
from rotoscope.jobs.tasks import QUEUES

from samples import make_clip
from service_samples import finished, settings_in, until

PARAMS = {"source": "data://in/clip.mp4", "output": "data://out/painted.mp4", "filter": "posterize"}
MOMENTS = {
    "before the plan is written down": "rotoscope.jobs.recording:Recorder.planned",
    "after the plan is written down": "rotoscope.jobs.recording:Recorder.charge",
    "before a segment is painted": "rotoscope.jobs.rendering:paint_segments",
    "after a segment is painted, before it is said": "rotoscope.jobs.recording:Recorder.segment_finished",
    "before the pieces are joined": "rotoscope.jobs.rendering:join_render",
    "before anything is delivered": "rotoscope.jobs.performing:deliver",
    "after the delivery, before it is said": "rotoscope.jobs.recording:Recorder.succeeded",
}
"""What the process was about to call when it was killed."""
DOOMED = textwrap.dedent(
    """
    import importlib, json, os, signal, sys, time
    from pathlib import Path
    from rotoscope.jobs.service import open_service
    from rotoscope.jobs.tasks import QUEUES
    from rotoscope.settings import Settings

    place, folder, params = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    module, _, name = place.partition(":")
    home = importlib.import_module(module)
    *above, last = name.split(".")
    for part in above:
        home = getattr(home, part)
    setattr(home, last, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    settings = Settings(data_dir=folder / "data", cache_dir=folder / "cache", worker_id="here")
    with open_service(settings, queues=QUEUES) as service:
        service.book.create("cli_local", "renders", params)
        time.sleep(60)
    """
)


def killed(place: str, folder: Path) -> None:
    """Have a process start a job and be killed when it is about to call that."""
    command = [sys.executable, "-c", DOOMED, place, str(folder), json.dumps(PARAMS)]
    assert subprocess.run(command, timeout=120, check=False).returncode == -signal.SIGKILL


def only_job(service: Service) -> Job:
    [job] = service.book.list(LOCAL_CLIENT)
    return finished(service, job.id)


def result_of(service: Service) -> bytes:
    return b"".join(service.storage_of(LOCAL_CLIENT).read(PARAMS["output"]))


def lay_out(folder: Path, clip: bytes) -> None:
    store = folder / "data" / "store" / "clients" / LOCAL_CLIENT / "in"
    store.mkdir(parents=True)
    (store / "clip.mp4").write_bytes(clip)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(clip: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The result of a job that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    lay_out(folder, clip)
    with open_service(settings_in(folder), queues=QUEUES) as service:
        service.book.create(LOCAL_CLIENT, "renders", PARAMS)
        only_job(service)
        return result_of(service)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_start_goes_on(moment: str, clip: bytes, undisturbed: bytes, tmp_path: Path) -> None:
    lay_out(tmp_path, clip)
    killed(MOMENTS[moment], tmp_path)
    with open_service(settings_in(tmp_path), queues=QUEUES) as service:
        job = only_job(service)
        assert job.state == "succeeded", job.fault
        assert job.attempt == 1
        assert result_of(service) == undisturbed
        with service.database.reading() as session:
            rows = [(row.step, row.frames) for row in session.scalars(select(LedgerRow))]
        # What was painted and not yet written down when the process was killed is found, and not charged.
        painted = 0 if moment.startswith("after a segment is painted") else 20
        assert sorted(rows) == [("join", 0), ("plan", 0), ("segment", painted)]
        types = [one.type for one in service.book.events_after(LOCAL_CLIENT, 0)]
        assert types.count("job.succeeded") == types.count("job.queued") == 1


def test_a_webhook_is_sent_by_the_next_start(clip: bytes, tmp_path: Path) -> None:
    """Killed with the event in the database, and nobody told."""
    lay_out(tmp_path, clip)
    with open_service(settings_in(tmp_path), queues=()) as service, service.database.writing() as session:
        session.add(
            WebhookRecord(
                id="whk_a",
                client_id=LOCAL_CLIENT,
                url="https://nowhere.invalid/",
                secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                events=["job.queued"],
                enabled=True,
                created=now(),
            )
        )
    killed("rotoscope.jobs.webhooks:WebhookSender.perform", tmp_path)
    with open_service(settings_in(tmp_path), queues=QUEUES) as service:
        assert only_job(service).state == "succeeded"

        def attempts() -> list[object]:
            with service.database.reading() as session:
                [delivery] = session.scalars(select(DeliveryRecord))
                return delivery.attempts

        assert len(until(attempts)) == 1
