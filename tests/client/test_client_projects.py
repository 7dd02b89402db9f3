"""Projects of a server, over HTTP."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rotoscope.client import Client
from rotoscope.errors import ApiError, JobFailed

from running_server import RunningServer
from samples import make_clip


@pytest.fixture
def flight(client: Client, tmp_path: Path) -> str:
    """The name of a project of 20 frames."""
    clip = make_clip(tmp_path / "clip.mp4", size=(64, 48))
    uri = client.files.upload(clip, f"data://in/{tmp_path.name}.mp4").uri
    name = f"p-{tmp_path.name}".lower().replace("_", "-")[:60]
    job = client.jobs.wait(client.projects.begin(uri, name=name).id)
    assert job.result is not None
    assert (job.result["project"], job.result["frames"]) == (name, 20)
    return name


def paint(client: Client, name: str, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API takes it
    output = f"data://out/{name}-{len(list(client.jobs.list(operation='project-paint')))}.mp4"
    job = client.jobs.wait(client.projects.paint(name, output, **wanted).id)
    assert job.result is not None
    return job.result


def test_a_clip_is_painted_forked_merged_and_brought_back(client: Client, flight: str) -> None:
    begun = client.projects.get(flight)
    assert (begun.branch, begun.frames, begun.painted, begun.timeline) == ("main", 20, 0, ())
    made = paint(client, flight, filter="posterize", with_frames=True)
    assert (made["frames"], made["frames_changed"], made["frames_painted"]) == (20, 20, 20)
    part = paint(client, flight, filter="lineart", start="0.2", stop="0.4", with_frames=True)
    assert 0 < part["frames_changed"] < 20
    found = client.projects.get(flight)
    assert [span.look for span in found.timeline] == [
        "looks/posterize.yaml",
        "looks/lineart.yaml",
        "looks/posterize.yaml",
    ]
    assert set(found.looks) == {"looks/posterize.yaml", "looks/lineart.yaml"}
    diff = client.projects.diff(flight)
    assert sum(one.stop - one.first for one in diff.repainted) == part["frames_changed"]
    sheet = Image.open(io.BytesIO(client.projects.diff_sheet(flight).content))
    assert sheet.width > 200
    frames = list(client.projects.frames(flight))
    assert [frame.index for frame in frames] == list(range(20))
    assert {frame.painted["look"] for frame in frames if frame.painted} == set(found.looks)
    assert client.projects.fork(flight, "bolder").branch == "bolder"
    bold = paint(client, flight, filter="halftone", start="0.6")
    client.projects.switch(flight, "main")
    merged = client.projects.merge(flight, "bolder")
    assert (merged.kind, merged.commit) == ("forward", bold["commit"])
    assert client.projects.merge(flight, "bolder").kind == "nothing"
    client.projects.restore(flight, "HEAD~1", path="timeline.jsonl")
    log = list(client.projects.log(flight))
    assert log[0].title.startswith("Restore timeline.jsonl of ")
    assert log[-1].title == f"Begin with {begun.file}: 20 frames"
    assert len(log) == 5
    assert client.projects.manifest(flight)["shards"]["frames"] == 20
    assert b"Timeline" in client.projects.timeline(flight)
    assert flight in [one.name for one in client.projects.list()]


def test_a_frame_is_retouched_and_taken_back(client: Client, flight: str, tmp_path: Path) -> None:
    Image.fromarray(np.full((48, 64, 3), 200, np.uint8)).save(tmp_path / "white.png")
    uri = client.files.upload(tmp_path / "white.png", f"data://in/{tmp_path.name}.png").uri
    made = client.projects.override(flight, 3, uri)
    assert client.projects.get(flight).commit == made.commit
    assert [frame.index for frame in client.projects.frames(flight) if frame.override] == [3]
    paint(client, flight, filter="posterize")
    client.projects.take_back(flight, 3)
    assert client.projects.get(flight).retouched == 0
    with pytest.raises(ApiError, match="was not retouched"):
        client.projects.take_back(flight, 3)


def test_one_at_a_time_paints_a_project(client: Client, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", size=(320, 240), frames=480)
    uri = client.files.upload(clip, f"data://in/{tmp_path.name}.mp4").uri
    name = f"long-{tmp_path.name}".lower().replace("_", "-")[:60]
    client.jobs.wait(client.projects.begin(uri, name=name).id)
    job = client.projects.paint(name, f"data://out/{name}.mp4", filter="watercolor")
    with pytest.raises(ApiError, match=rf"{name} is being painted by the job {job.id}") as refused:
        client.projects.paint(name, f"data://out/{name}-2.mp4", filter="posterize")
    assert (refused.value.status, refused.value.code) == (409, "project-busy")
    with pytest.raises(ApiError, match=rf"{name} is being painted by the job {job.id}") as refused:
        client.projects.delete(name)
    assert (refused.value.status, refused.value.code) == (409, "project-busy")
    client.jobs.cancel(job.id)
    again = client.projects.paint(name, f"data://out/{name}-3.mp4", filter="posterize")
    client.jobs.cancel(again.id)


def test_a_deleted_project_is_gone_and_its_name_is_free(client: Client, flight: str) -> None:
    source = client.projects.get(flight).source
    assert source is not None
    paint(client, flight, filter="posterize")
    client.projects.delete(flight)
    assert flight not in [one.name for one in client.projects.list()]
    with pytest.raises(ApiError, match=f"There is no project '{flight}'") as missing:
        client.projects.delete(flight)
    assert (missing.value.status, missing.value.code) == (404, "project-not-found")
    client.jobs.wait(client.projects.begin(source, name=flight).id)
    assert [one.title for one in client.projects.log(flight)] == [
        f"Begin with {client.projects.get(flight).file}: 20 frames"
    ]
    assert client.files.stat(source).size_bytes > 0


def test_a_key_that_may_not_write_deletes_no_project(
    client: Client, server: RunningServer, flight: str
) -> None:
    made = client.keys.create("reader", ["read", "run"])
    with Client(server.url, made.key) as reader, pytest.raises(ApiError) as refused:
        reader.projects.delete(flight)
    assert (refused.value.status, refused.value.code) == (403, "scope-missing")
    assert client.projects.get(flight).frames == 20


def test_a_name_is_given_once_and_what_is_not_there_is_said(client: Client, flight: str) -> None:
    source = client.projects.get(flight).source
    assert source is not None
    with pytest.raises(JobFailed, match=f"There is a project '{flight}' already"):
        client.jobs.wait(client.projects.begin(source, name=flight).id)
    with pytest.raises(ApiError, match="There is no project 'nowhere'"):
        client.projects.get("nowhere")
    with pytest.raises(ApiError, match=r"goes with a look"):
        client.projects.paint(flight, "data://out/x.mp4", start="1")
    with pytest.raises(ApiError) as missing:
        client.projects.diff(flight, before="nobody")
    assert missing.value.status == 404
    assert "/projects/" not in str(missing.value)
