"""A server that is killed: its jobs go on, and whoever follows them notices nothing but a pause."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from rotoscope.client import Client, Event, Job
from rotoscope.client.records import Segment
from rotoscope.database.engine import Database
from rotoscope.database.tables import LedgerRow
from rotoscope.errors import ApiError, ServerUnreachable
from rotoscope.jobs.rendering import painter_threads
from rotoscope.media.probe import inspect_media
from rotoscope.settings import Settings

from command import Run
from running_server import running_server
from samples import make_clip

SIZE = (96, 64)
SEGMENTS = 4


def await_segment(client: Client, job: Job) -> list[Segment]:
    """Those that are done, as soon as there is one."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        done = [one for one in client.jobs.segments(job.id) if one.state == "succeeded"]
        if done:
            return done
        time.sleep(0.05)
    raise AssertionError("no segment was done")


def until_partial(client: Client, job: Job, path: Path) -> None:
    """Get the beginning of the result."""
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end
        with suppress(ApiError):  # nothing to show yet
            client.jobs.partial(job.id, path)
        time.sleep(0.05)


def ledger(folder: Path) -> dict[tuple[str, str], float]:
    """Seconds that were charged, by step and segment."""
    settings = Settings(data_dir=folder / "data", cache_dir=folder / "cache")
    database = Database(settings.database)
    with database.reading() as session:
        rows = session.scalars(select(LedgerRow)).all()
    database.close()
    assert len({(row.step, row.part) for row in rows}) == len(rows)
    return {(row.step, row.part): row.cpu_seconds for row in rows}


def test_a_job_goes_on_after_kill_9_and_is_the_same(run: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", size=SIZE, pts=range(240 * SEGMENTS), time_base=None, audio=True)
    look = ("--filter", "great-wave")
    threads = str(painter_threads(SIZE))
    assert run("stylize", clip, tmp_path / "undisturbed.mp4", *look, "--threads", threads).exit_code == 0
    folder = tmp_path / "server"
    with running_server(folder) as server, server.client() as client:
        source = client.files.upload(clip, "data://in/long.mp4").uri
        job = client.jobs.create("renders", source=source, output="data://out/p.mp4", filter="great-wave")
        ended: list[Job] = []
        seen: list[Event] = []
        waiting = threading.Thread(target=lambda: ended.append(client.jobs.wait(job.id)))
        following = threading.Thread(target=lambda: seen.extend(client.jobs.events(job.id)))
        waiting.start()
        following.start()
        await_segment(client, job)
        until_partial(client, job, tmp_path / "beginning.mp4")
        server.kill()
        charged = ledger(folder)
        server.start()
        waiting.join(timeout=180)
        following.join(timeout=60)
        assert [one.state for one in ended] == ["succeeded"]
        finished = [event for event in seen if event.type == "job.segment_finished"]
        assert len({event.id for event in seen}) == len(seen)
        assert (len(finished), seen[-1].type) == (SEGMENTS, "job.succeeded")
        client.files.download("data://out/p.mp4", tmp_path / "continued.mp4")
        after = client.jobs.segments(job.id)
    assert len(after) == SEGMENTS
    assert inspect_media(tmp_path / "beginning.mp4").video.frame_count_from_content in (240, 480, 720)
    before = {key: seconds for key, seconds in charged.items() if key[0] == "segment"}
    assert 1 <= len(before) < SEGMENTS, "it was killed in the middle"
    now = ledger(folder)
    assert {key: now[key] for key in charged} == charged, "what was done is neither done nor charged again"
    assert len([key for key in now if key[0] == "segment"]) == SEGMENTS
    assert (tmp_path / "continued.mp4").read_bytes() == (tmp_path / "undisturbed.mp4").read_bytes()


def test_a_server_that_stays_away_is_given_up(tmp_path: Path) -> None:
    with running_server(tmp_path / "server") as server, server.client() as client:
        job = client.jobs.create("inspect", source="data://nowhere.mp4")
        server.kill()
        with pytest.raises(ServerUnreachable, match=r"does not answer"):
            client.jobs.wait(job.id, patience=1)
