"""Folders that are watched: sources are painted once, what people do is told."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import select

from rotoscope.database.columns import now
from rotoscope.database.tables import WatchRecord
from rotoscope.errors import AccessDenied, InvalidUri
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import Service, open_service
from rotoscope.jobs.tasks import QUEUES
from rotoscope.jobs.watches import WatchRound, checked_watch, painted_path
from rotoscope.media.clip import open_clip
from rotoscope.media.stills import read_still

from samples import make_clip, make_stills
from service_samples import finished, put_clip, settings_in


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    folder = tmp_path_factory.mktemp("watched")
    with open_service(settings_in(folder), queues=QUEUES) as opened:
        yield opened


def watch(service: Service, name: str) -> WatchRound:
    """Watches ``data://NAME/in/`` and has looked once."""
    row = WatchRecord(
        id=f"wat_{name}",
        client_id=LOCAL_CLIENT,
        inbox=f"data://{name}/in/",
        outbox=f"data://{name}/out/",
        params={"filter": "posterize"},
        enabled=True,
        created=now(),
    )
    with service.database.writing() as session:
        for other in session.scalars(select(WatchRecord)):
            other.enabled = False
        session.add(row)
    return WatchRound(service.database, service.book, service.storage_of, "here")


def jobs_of(service: Service, name: str) -> list[str]:
    jobs = service.book.list(LOCAL_CLIENT, limit=200)
    return [job.id for job in jobs if job.params.get("source", "").startswith(f"data://{name}/")]


def test_what_comes_in_is_painted_once(service: Service, tmp_path: Path) -> None:
    looking = watch(service, "once")
    put_clip(service, make_clip(tmp_path / "a.mp4"), "data://once/in/trip/a.mp4")
    put_clip(service, tmp_path / "a.mp4", "data://once/in/notes.txt")
    looking.look()
    assert jobs_of(service, "once") == [], "it has not stood still from one look to the next"
    for _ in range(3):
        looking.look()
    [job_id] = jobs_of(service, "once")
    assert finished(service, job_id).state == "succeeded"
    assert service.storage_of(LOCAL_CLIENT).stat("data://once/out/trip/a.mp4").size_bytes > 0
    again = WatchRound(service.database, service.book, service.storage_of, "elsewhere")
    for _ in range(3):
        again.look()
    assert jobs_of(service, "once") == [job_id]


def test_what_people_do_with_results_is_told_once(service: Service, tmp_path: Path) -> None:
    looking = watch(service, "told")
    still = next(make_stills(tmp_path / "stills", frames=1).glob("*.png"))
    put_clip(service, still, "data://told/out/approved/good.png")
    put_clip(service, still, "data://told/out/rejected/bad.png")
    put_clip(service, still, "data://told/out/retouched/000003.png")
    for _ in range(3):
        looking.look()
    told = service.book.events_after(LOCAL_CLIENT, 0, subject="wat_told")
    assert {(one.type, one.data["name"]) for one in told} == {
        ("watch.approved", "good.png"),
        ("watch.rejected", "bad.png"),
        ("watch.retouched", "000003.png"),
    }
    assert len(told) == 3


def test_a_folder_in_trouble_says_so_and_the_others_go_on(service: Service) -> None:
    looking = watch(service, "fine")
    with service.database.writing() as session:
        row = session.get(WatchRecord, "wat_fine")
        assert row is not None
        session.add(
            WatchRecord(
                id="wat_gone",
                client_id=LOCAL_CLIENT,
                inbox="dropbox://nowhere/",
                outbox="data://gone/out/",
                params=row.params,
                enabled=True,
                created=now(),
            )
        )
    looking.look()
    with service.database.reading() as session:
        gone, fine = session.get(WatchRecord, "wat_gone"), session.get(WatchRecord, "wat_fine")
    assert gone is not None
    assert fine is not None
    assert gone.trouble is not None
    assert "there is no connector for dropbox://" in gone.trouble
    assert fine.looked is not None
    assert fine.trouble is None


def test_folders_are_held_against_rights(service: Service) -> None:
    storage = service.storage_of(LOCAL_CLIENT)
    with pytest.raises(AccessDenied, match="there is no connector for s3://"):
        checked_watch("s3://films/in/", "data://out/", storage)
    with pytest.raises(InvalidUri, match="watched as two things"):
        checked_watch("data://in/", "data://in/", storage)


@pytest.mark.parametrize(
    ("name", "painted"),
    [("a.mp4", "a.mp4"), ("trip/b.flv", "trip/b.mp4"), ("c.heic", "c.png"), ("d.GIF", "d.GIF")],
)
def test_results_have_names_that_can_be_written(name: str, painted: str) -> None:
    assert painted_path(name) == painted


def test_retouched_frames_take_the_place_of_painted_ones(service: Service, tmp_path: Path) -> None:
    clip = put_clip(service, make_clip(tmp_path / "a.mp4", frames=6), "data://retouch/a.mp4")
    for operation, params in (
        ("separate", {"source": clip, "output": "data://retouch/frames/"}),
        (
            "stylize",
            {"source": "data://retouch/frames/", "output": "data://retouch/painted/", "filter": "pencil"},
        ),
    ):
        assert finished(service, service.book.create(LOCAL_CLIENT, operation, params).id).state == "succeeded"
    storage = service.storage_of(LOCAL_CLIENT)
    names = [uri.name for uri, _ in storage.list("data://retouch/painted/") if uri.name.endswith(".png")]
    red = make_stills(tmp_path / "red", frames=1)
    put_clip(service, next(red.glob("*.png")), f"data://retouch/by-hand/{names[2]}")
    put_clip(service, next(red.glob("*.png")), "data://retouch/by-hand/misspelled.png")
    params = {
        "source": "data://retouch/painted/",
        "retouched": "data://retouch/by-hand/",
        "output": "data://retouch/again.mkv",
        "codec": "ffv1",
    }
    job = service.book.create(LOCAL_CLIENT, "assemble", params)
    done = finished(service, job.id)
    assert done.state == "succeeded", done.fault
    assert done.result is not None
    assert done.result["notes"][:2] == [
        "1 frames were retouched",
        "these show no frame and were left out: misspelled.png",
    ]
    (tmp_path / "again.mkv").write_bytes(b"".join(storage.read("data://retouch/again.mkv")))
    frames = list(open_clip(tmp_path / "again.mkv").frames())
    wanted = read_still(next(red.glob("*.png"))).pixels
    assert abs(frames[2].pixels.astype(int) - wanted.astype(int)).mean() < 2
    assert abs(frames[1].pixels.astype(int) - wanted.astype(int)).mean() > 10
