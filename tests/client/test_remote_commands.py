"""Commands with ``--server``."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.cli.remote.places import uri_of
from rotoscope.cli.remote.table import REMOTE
from rotoscope.client import Client, Job
from rotoscope.jobs.operations.registry import OPERATIONS
from rotoscope.jobs.rendering import painter_threads
from rotoscope.media.probe import inspect_media
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

from command import Run
from feature_weights import write_weights
from running_server import RunningServer
from samples import make_clip, picture


@pytest.fixture
def at(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """``--server URL``; the key is in the environment."""
    monkeypatch.setenv(KEY_VARIABLE, server.key)
    return ("--server", server.url)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", audio=True)


def test_a_server_paints_what_this_machine_would(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path, client: Client
) -> None:
    threads = str(painter_threads((64, 48)))
    look = ("--filter", "great-wave", "--strength", "0.7", "--start", "0.1", "--size", "24")
    assert run("stylize", clip, tmp_path / "here.mp4", *look, "--threads", threads).exit_code == 0
    ran = run("stylize", clip, tmp_path / "there.mp4", *look, *at)
    assert ran.exit_code == 0, ran.err
    assert re.match(
        r"\S+there\.mp4: \d+ frames, 32x24, h264, [\d.]+ kB, great-wave at strength 0\.7, in ", ran.out
    )
    assert (tmp_path / "there.mp4").read_bytes() == (tmp_path / "here.mp4").read_bytes()
    assert "there.mp4" not in [file.name for file in client.files.list("data://results/")]


def test_the_same_source_is_sent_once(run: Run, at: tuple[str, str], clip: Path, client: Client) -> None:
    def sent() -> list[str]:
        return [file.uri for file in client.files.list("data://uploads/") if file.name == clip.name]

    before = sent()
    run("inspect", clip, *at)
    first = sent()
    run("inspect", clip, *at)
    assert sent() == first
    assert len(set(first) - set(before)) <= 1


def test_the_environment_names_the_server(
    run: Run, server: RunningServer, at: tuple[str, str], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER_VARIABLE, server.url)
    ran = run("inspect", clip, "--json")
    assert ran.json["job"].startswith("job_")
    assert ran.json["media"]["video"]["frame_count_from_content"] == 20


def test_what_is_inspected_and_checked_there_is_told_as_here(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path
) -> None:
    here, there = run("inspect", clip), run("inspect", clip, *at)
    assert there.out.splitlines()[1:] == here.out.splitlines()[1:]
    assert there.out.startswith("file           clip.mp4 (")
    run("stylize", clip, tmp_path / "part.mp4", "--filter", "posterize", "--stop", "0.3")
    here, there = run("check", clip, tmp_path / "part.mp4"), run("check", clip, tmp_path / "part.mp4", *at)
    assert (there.exit_code, there.out) == (here.exit_code, here.out)
    assert there.exit_code == 1
    run("stylize", clip, tmp_path / "whole.mp4", "--filter", "posterize")
    here = run("score", clip, tmp_path / "whole.mp4", "--frames", "10")
    there = run("score", clip, tmp_path / "whole.mp4", "--frames", "10", *at)
    assert there.out == here.out


def test_steps_compose_by_uri_and_by_folder(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path, place: str
) -> None:
    assert run("separate", clip, f"{place}frames", *at).exit_code == 0
    ran = run("stylize", f"{place}frames/", tmp_path / "painted", "--filter", "posterize", *at)
    assert ran.exit_code == 0, ran.err
    assert (tmp_path / "painted" / "manifest.json").exists()
    ran = run("assemble", tmp_path / "painted", f"{place}again.mp4", "--source", clip, *at)
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith(f"{place}again.mp4: 20 frames, 64x48, h264, ")
    ran = run("files", "get", f"{place}again.mp4", tmp_path / "again.mp4", *at)
    assert ran.exit_code == 0, ran.err
    assert len(inspect_media(tmp_path / "again.mp4").audio) == 1


def test_a_look_file_goes_along(run: Run, at: tuple[str, str], clip: Path, tmp_path: Path) -> None:
    (tmp_path / "dusk.yaml").write_text(
        "look: 1\nlayers:\n  - filter: posterize\n    strength: {0: 0.2, 0:01: 0.9}\n"
    )
    ran = run("stylize", clip, tmp_path / "dusk.mp4", "--look", tmp_path / "dusk.yaml", *at)
    assert ran.exit_code == 0, ran.err
    ran = run("stylize", clip, tmp_path / "x.mp4", "--look", tmp_path / "nowhere.yaml", *at)
    assert (ran.exit_code, "nowhere.yaml cannot be read" in ran.err) == (1, True)


def test_sheets_and_flow_are_fetched(run: Run, at: tuple[str, str], clip: Path, tmp_path: Path) -> None:
    Image.fromarray(picture(0)).save(tmp_path / "photo.jpg")
    sheet = ("--filters", "posterize:levels=3,tones=channels,lineart", "--output", tmp_path / "sheet.png")
    ran = run("audition", tmp_path / "photo.jpg", clip, *sheet, *at)
    assert ran.exit_code == 0, ran.err
    assert (tmp_path / "sheet.png").stat().st_size > 1000
    assert run("flow", clip, tmp_path / "flow.mp4", "--stop", "0.3", *at).exit_code == 0
    ran = run("audition", tmp_path / "photo.jpg", *at)
    assert "Say where it goes with --output, or leave --server out." in ran.err


def test_short_forms_are_made_there(run: Run, at: tuple[str, str], clip: Path, tmp_path: Path) -> None:
    how = ("--seconds", "0.4", "--fade", "0.1")
    assert run("share", "loop", clip, tmp_path / "here.gif", *how).exit_code == 0
    ran = run("share", "loop", clip, tmp_path / "there.gif", *how, *at)
    assert ran.exit_code == 0, ran.err
    assert (tmp_path / "there.gif").read_bytes() == (tmp_path / "here.gif").read_bytes()
    ran = run("share", "vertical", clip, tmp_path / "vertical.mp4", "--center", "0.2,0.5", *at)
    assert ran.exit_code == 0, ran.err
    assert inspect_media(tmp_path / "vertical.mp4").video.frame_size == (28, 48)
    ran = run("share", "before-after", clip, clip, tmp_path / "both.mp4", "--as", "beside", *at)
    assert ran.exit_code == 0, ran.err
    ran = run("share", "poster", clip, tmp_path / "poster.png", "--at", "0.2", "--title", "Steps", *at)
    assert ran.exit_code == 0, ran.err
    assert (tmp_path / "poster.png").exists()


def test_what_a_server_cannot_be_asked_is_refused(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path
) -> None:
    ran = run("stylize", clip, tmp_path / "x.mp4", "-f", "posterize", "--workers", "2", "--no-cache", *at)
    assert ran.exit_code == 1
    assert ran.err.startswith(
        f"rotoscope: --workers, --no-cache cannot be asked of a server, and {at[1]} is to do"
    )
    ran = run("optimize", clip, clip, tmp_path / "x.mp4", "--flow-engine", "dis", "--to", "1", *at, "--json")
    assert ran.json["error"]["type"] == "InvalidOptions"
    assert ran.json["error"]["message"].startswith("--flow-engine cannot be asked of a server")
    ran = run("train", clip, "--name", "x", "--title", "a", "--title", "b", "--license", "CC0-1.0", *at)
    assert "--title was given more than once. A server says the same of all style images" in ran.err
    ran = run("texture", "bark.onnx", tmp_path / "x.png", *at)
    assert "bark.onnx is a texture file, of which a texture is made in a moment" in ran.err
    ran = run("stylize", tmp_path / "frames" / "%05d.png", tmp_path / "x.mp4", "-f", "posterize", *at)
    assert re.search(r"%05d\.png is a pattern\. For a server give the folder: \S+frames/\.", ran.err)
    ran = run("stylize", clip, tmp_path / "out" / "%05d.png", "-f", "posterize", *at)
    assert re.search(r"%05d\.png is a pattern\. Of a server's work give a folder: \S+out/\.", ran.err)
    (tmp_path / "library" / "trip").mkdir(parents=True)
    ran = run("stylize", tmp_path / "library", tmp_path / "painted", "-f", "posterize", *at)
    assert "library has folders in it, such as trip. A server takes the stills of one folder:" in ran.err
    ran = run("inspect", tmp_path / "nowhere.mp4", *at)
    assert "nowhere.mp4 does not exist. Give a file or folder of this machine, or a URI" in ran.err
    clip.with_name("there.mp4").touch()
    ran = run("stylize", clip, clip.with_name("there.mp4"), "-f", "posterize", *at)
    assert "there.mp4 exists already. Give another name, or --overwrite" in ran.err


def test_what_a_server_refuses_is_said(run: Run, at: tuple[str, str], clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "x.mp4", "--filter", "nope", *at)
    assert re.search(r"rotoscope: The job job_\w+ failed: There is no filter 'nope'\.", ran.err)
    ran = run("stylize", clip, tmp_path / "x.mp4", "--filter", "posterize", "--size", "15", *at, "--json")
    assert ran.exit_code == 2
    ran = run("stylize", clip, tmp_path / "x.mp4", *at, "--json")
    assert ran.json["error"]["type"] == "ApiError"
    assert "give either filter or look" in ran.json["error"]["message"]
    assert not (tmp_path / "x.mp4").exists()


def test_a_server_and_a_key_are_asked_for(
    run: Run, server: RunningServer, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(SERVER_VARIABLE, raising=False)
    assert "No server was named. Give --server with its address" in run("jobs", "list").err
    ran = run("inspect", clip, "--server", server.url)
    assert f"{server.url} wants a key. Set ROTOSCOPE_API_KEY, or give --key-file" in ran.err
    ran = run("inspect", clip, "--server", server.url, "--key-file", tmp_path / "nowhere")
    assert re.search(r"The key cannot be read from \S+nowhere: .*Give a text file that holds it", ran.err)
    (tmp_path / "key").write_text(f"{server.key}\n")
    assert run("inspect", clip, "--server", server.url, "--key-file", tmp_path / "key").exit_code == 0
    (tmp_path / "key").write_text("rk_wrong\n")
    ran = run("inspect", clip, "--server", server.url, "--key-file", tmp_path / "key", "--json")
    assert ran.json["error"]["type"] == "ApiError"
    ran = run("jobs", "list", "--server", "http://127.0.0.1:9", "--key-file", tmp_path / "key")
    assert "http://127.0.0.1:9 does not answer" in ran.err


def test_jobs_are_listed_shown_followed_cancelled_and_retried(
    run: Run, at: tuple[str, str], client: Client, tmp_path: Path, place: str
) -> None:
    clip = make_clip(tmp_path / "long.mp4", size=(320, 240), frames=600)
    source = client.files.upload(clip, place).uri
    job = client.jobs.create("renders", source=source, output=f"{place}p.mp4", filter="watercolor")
    assert run("jobs", "cancel", job.id, *at).out.startswith(f"{job.id}  renders   cancelled ")
    shown = run("jobs", "show", job.id, *at).out
    assert re.search(rf"^output +{re.escape(place)}p\.mp4$", shown, re.MULTILINE)
    assert run("jobs", "show", job.id, *at, "--json").json["job"]["state"] == "cancelled"
    listed = run("jobs", "list", "--state", "cancelled", "--operation", "renders", *at)
    assert job.id in listed.out
    assert run("jobs", "retry", job.id, *at, "--json").json[0]["attempt"] == 2
    client.jobs.cancel(job.id)
    ran = run("jobs", "follow", job.id, *at)
    assert (ran.exit_code, f"The job {job.id} was cancelled" in ran.err) == (1, True)
    short = client.jobs.create("inspect", source=source)
    ran = run("jobs", "follow", short.id, *at, "--json")
    assert (ran.json["job"], ran.json["media"]["video"]["frame_count_from_content"]) == (short.id, 600)


def test_files_are_put_listed_got_and_deleted(
    run: Run, at: tuple[str, str], tmp_path: Path, place: str
) -> None:
    (tmp_path / "note.txt").write_text("painted")
    assert run("files", "put", tmp_path / "note.txt", place, *at).out == f"{place}note.txt: 7 bytes\n"
    assert f"{place}note.txt" in run("files", "list", place, *at).out
    assert run("files", "list", place, *at, "--json").json[0]["size_bytes"] == 7
    ran = run("files", "get", f"{place}note.txt", tmp_path / "back.txt", *at)
    assert ran.out == f"{tmp_path / 'back.txt'}: 7 bytes\n"
    assert run("files", "delete", f"{place}note.txt", *at).out == f"{place}note.txt: deleted\n"
    assert run("files", "list", place, *at).out == f"no files below {place}\n"
    assert "Nothing is stored at" in run("files", "get", f"{place}note.txt", tmp_path / "x", *at).err


def test_ctrl_c_leaves_the_job_at_work_and_says_what_can_be_done(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "left-alone.mp4", size=(320, 240), frames=600)
    command = [
        sys.executable,
        "-m",
        "rotoscope.cli.main",
        "stylize",
        clip,
        tmp_path / "p.mp4",
        "-f",
        "watercolor",
    ]
    environment = {**os.environ, KEY_VARIABLE: server.key, SERVER_VARIABLE: server.url}
    running = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True
    )
    found = running_job(client, clip)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines() == [
        f"The job {found.id} goes on at the server. What you can do:",
        f"  rotoscope jobs follow {found.id} --server {server.url}",
        f"  rotoscope jobs cancel {found.id} --server {server.url}",
        f"  rotoscope files get {found.params['output']} {tmp_path / 'p.mp4'} --server {server.url}  "
        "(when it is done)",
    ]
    assert client.jobs.get(found.id).state == "running"
    client.jobs.cancel(found.id)


def test_ctrl_c_asks_where_somebody_can_answer(server: RunningServer, client: Client, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "asked.mp4", size=(320, 240), frames=600)
    words = ("stylize", str(clip), str(tmp_path / "p.mp4"), "-f", "watercolor")
    environment = {**os.environ, KEY_VARIABLE: server.key, SERVER_VARIABLE: server.url}
    terminal, inner = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "rotoscope.cli.main", *words],
        stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(inner)
    job = running_job(client, clip)
    told = read_until(terminal, b"frames")
    running.send_signal(signal.SIGINT)
    told += read_until(terminal, b"[y/N]")
    os.write(terminal, b"y\n")
    told += read_until(terminal, b"goes on with it")
    assert running.wait(timeout=60) == 130
    os.close(terminal)
    assert f"Cancel the job {job.id}? Otherwise it goes on".encode() in told
    assert client.jobs.get(job.id).state == "cancelled"


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What came, with that in it."""
    come = b""
    end = time.monotonic() + 60
    while wanted not in come and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            come += os.read(terminal, 65_536)
    assert wanted in come
    return come


def running_job(client: Client, clip: Path) -> Job:
    """The one that paints a clip, as soon as it runs."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for job in client.jobs.list(states=["running"]):
            if clip.name in str(job.params.get("source")):
                return job
        time.sleep(0.1)
    raise AssertionError("the job does not run")


def test_what_learns_and_optimizes_is_done_there(
    run: Run, at: tuple[str, str], client: Client, tmp_path: Path
) -> None:
    for number, name in enumerate(("photo.jpg", "poster.jpg")):
        Image.fromarray(picture(number, (96, 64))).save(tmp_path / name)
    weights = write_weights(tmp_path / "weights.safetensors")
    network = ("--features", "squeezenet1_1", "--feature-weights", weights)
    few = ("--iterations", "2", "--coarse-iterations", "2")
    poster = f"{tmp_path / 'poster.jpg'}@0,0,1,0.9:2"
    ran = run("texture", poster, tmp_path / "texture.png", "--size", "48", *few, *network, *at)
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.startswith(f"{tmp_path / 'texture.png'}: 48x48, ")
    ran = run(
        "optimize", tmp_path / "photo.jpg", poster, tmp_path / "p.png", "--size", "48", *few, *network, *at
    )
    assert (ran.exit_code, ran.err) == (0, "")
    with Image.open(tmp_path / "p.png") as painted:
        assert painted.size == (72, 48)
    card = ("--title", "Poster", "--license", "CC0-1.0", "--tag", "print", "--tag", "red")
    ran = run("train", poster, "--name", "remote-poster", "--steps", "2", *card, *network, *at)
    assert (ran.exit_code, ran.err) == (0, "")
    assert re.match(r"remote-poster: 2 steps in [\d.]+ s; it is in the server's palette\n", ran.out)
    made = client.filters.get("remote-poster")
    assert made.card is not None
    assert (made.card["style"]["title"], made.card["tags"]) == ("Poster", ["print", "red"])
    client.filters.delete("remote-poster")


def test_uris_are_known_from_paths() -> None:
    assert uri_of("data://in/a.mp4") == uri_of(Path("data://in/a.mp4")) == "data://in/a.mp4"
    assert uri_of(Path("s3+archive://bucket/a b.mp4")) == "s3+archive://bucket/a b.mp4"
    assert uri_of(Path("data://frames/"), is_folder=True) == "data://frames/"
    for local in ("a.mp4", "in/a.mp4", "/data/a.mp4", "data:a.mp4", "c:/a.mp4"):
        assert uri_of(local) is None
        assert uri_of(Path(local)) is None


@pytest.mark.parametrize("command", REMOTE)
def test_the_table_speaks_of_parameters_that_there_are(command: str) -> None:
    remote = REMOTE[command]
    params = set(OPERATIONS[remote.operation].params.model_fields)
    styles = {"styles"} if remote.styles else set[str]()
    assert {*remote.same, *remote.renamed.values(), *remote.sources.values(), *styles} <= params
