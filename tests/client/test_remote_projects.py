"""``rotoscope project`` with ``--server``: the same lines, and the same JSON, as of a folder here."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rotoscope.client import Client
from rotoscope.media.clip import open_clip
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

from command import Run
from running_server import RunningServer
from samples import make_clip


@pytest.fixture
def at(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """``--server URL``; the key is in the environment."""
    monkeypatch.setenv(KEY_VARIABLE, server.key)
    monkeypatch.delenv(SERVER_VARIABLE, raising=False)
    return ("--server", server.url)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", audio=True)


class Both:
    """One command on a folder here and on a project there."""

    def __init__(self, run: Run, at: tuple[str, str], folder: Path) -> None:
        self._run, self._at, self.folder = run, at, folder
        self.name = re.sub(r"[^a-z0-9]+", "-", f"p-{folder.parent.name}".lower())[:50].strip("-")

    def say(self, *words: str | Path) -> list[str]:
        """What both print; ``@`` is the project, and ``%`` begins a file that each has for itself."""
        here, there = self.ran(words, None), self.ran(words, self.name)
        assert there == here
        return here

    def tell(self, *words: str | Path) -> tuple[Any, Any]:
        """What both tell as JSON."""
        ran = [self._does(words, name, "--json").json for name in (None, self.name)]
        return ran[0], ran[1]

    def ran(self, words: tuple[str | Path, ...], name: str | None) -> list[str]:
        """The lines, without what is another one each time."""
        out = self._does(words, name).out
        for pattern, told in (
            (re.escape(str(self.folder if name is None else name)), "@"),
            (r"(here|there)-", "%-"),
            (r"\b[0-9a-f]{10}\b", "COMMIT"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d", "WHEN"),
            (r"in [\d.]+ s( \([\d.]+ fps\))?", "in TIME"),
            (r"last at \S+", "last at PLACE"),
        ):
            out = re.sub(pattern, told, out)
        return out.splitlines()

    def _does(self, words: tuple[str | Path, ...], name: str | None, *more: str) -> Any:  # noqa: ANN401
        project = str(self.folder) if name is None else name
        side = "here" if name is None else "there"
        said = [
            project if word == "@" else self.folder.parent / f"{side}-{word[1:]}" if word[:1] == "%" else word
            for word in map(str, words)
        ]
        ran = self._run("project", *said, *(self._at if name else ()), *more)
        assert ran.exit_code == 0, (words, ran.err, ran.out)
        return ran


def test_a_clip_s_whole_life_in_git_is_told_as_here(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path, client: Client
) -> None:
    both = Both(run, at, tmp_path / "flight")
    assert both.say("init", clip, "@") == ["@: 20 frames of clip.mp4, commit COMMIT"]
    listed = run("project", "list", *at)
    assert re.search(rf"^{both.name} +20 frames of clip\.mp4, on main, ", listed.out, re.MULTILINE)
    assert both.name in [one["name"] for one in run("project", "list", *at, "--json").json]

    whole = both.say("paint", "@", "--filter", "posterize", "--output", "%whole.mp4", "--with-frames")
    assert whole[-1] == "commit COMMIT: 20 frames changed"
    assert "%-whole.mp4: 20 frames, 64x48, h264" in whole[0]
    part = ("--filter", "lineart", "--start", "0.4", "--stop", "0.6", "--with-frames")
    both.say("paint", "@", *part, "--output", "%part.mp4")
    here, there = (open_clip(tmp_path / f"{side}-part.mp4").frames() for side in ("here", "there"))
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(here, there, strict=True))

    told = both.say("diff", "--project", "@", "--sheet", "%sheet.png")
    assert "  repainted   frames 10 to 14 (0:00.400 to 0:00.600)" in told
    assert told[-1].endswith("%-sheet.png: frames 10, 11, 12, 13, 14, before and after")
    assert (tmp_path / "there-sheet.png").read_bytes()[:4] == b"\x89PNG"

    cv2.imwrite(str(tmp_path / "touch.png"), np.full((48, 64, 3), 255, np.uint8))
    assert both.say("fork", "bolder", "--project", "@") == ["on the new branch bolder, at COMMIT"]
    both.say("override", "3", tmp_path / "touch.png", "--project", "@")
    both.say("override", "3", "--remove", "--project", "@")
    both.say("override", "3", tmp_path / "touch.png", "--project", "@")
    both.say("paint", "@", "--output", "%touched.mp4", "--with-frames")
    both.say("switch", "main", "--project", "@")
    both.say("paint", "@", "--filter", "halftone", "--start", "0.7", "--output", "%end.mp4")
    assert both.say("merge", "bolder", "--project", "@") == ["commit COMMIT: bolder was merged"]
    assert both.say("merge", "bolder", "--project", "@") == ["nothing new in bolder"]
    both.say("status", "@")
    assert len(both.say("log", "@")) == 9
    assert both.say("log", "@", "--limit", "1") == ["COMMIT  WHEN  Merge bolder into main"]
    last = both.say("log", "@", "--from", "bolder", "--limit", "1")
    assert last == ["COMMIT  WHEN  Paint by the timeline: 1 of 20 frames changed"]
    assert both.say("restore", "HEAD", "looks", "--project", "@") == ["looks is as the last commit has it"]
    both.say("restore", "HEAD~1", "timeline.jsonl", "--project", "@")
    assert run("project", "delete", both.name, *at).out == f"{both.name}: deleted\n"
    assert both.name not in [one.name for one in client.projects.list()]
    gone = run("project", "status", both.name, *at, "--json")
    assert f"There is no project '{both.name}'" in gone.json["error"]["message"]
    mark = hashlib.sha256(clip.read_bytes()).hexdigest()[:16]
    assert client.files.stat(f"data://clips/{mark}/clip.mp4").size_bytes == clip.stat().st_size


def test_programs_get_the_json_that_they_get_here(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path
) -> None:
    both = Both(run, at, tmp_path / "flight")
    here, there = both.tell("init", clip, "@")
    assert (there["project"], there["frames"]) == (both.name, here["frames"])
    here, there = both.tell("paint", "@", "--filter", "posterize", "--strength", "0.5", "-o", "%out.mp4")
    assert set(there) - {"job", "project"} == set(here)
    assert set(there["result"]) == set(here["result"])
    assert there["result"]["look"] == here["result"]["look"]
    assert there["result"]["output"] == str(tmp_path / "there-out.mp4")
    commit = there["commit"]
    for words in (
        ("status", "@"), ("log", "@"), ("diff", "--project", "@"), ("fork", "b", "--project", "@"),
        ("switch", "main", "--project", "@"), ("merge", "b", "--project", "@"),
        ("restore", "HEAD", "--project", "@"),
    ):  # fmt: skip
        here, there = both.tell(*words)
        assert shape(there) == shape(here), words
    here, there = both.tell("diff", "--project", "@")
    assert (there["repainted"], there["looks"]) == (here["repainted"], here["looks"])
    assert there["after"] == commit


def test_a_timeline_leaves_and_comes_back(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path, client: Client
) -> None:
    pytest.importorskip("opentimelineio")
    both = Both(run, at, tmp_path / "flight")
    both.say("init", clip, "@")
    both.say("paint", "@", "--filter", "posterize", "--output", "%one.mp4")
    both.say("paint", "@", "--filter", "lineart", "--start", "0.4", "--stop", "0.6", "--output", "%two.mp4")
    (told,) = both.say("export", "--otio", "%x.otio", "--project", "@")
    assert told.endswith("%-x.otio: 3 clips")
    timeline = json.loads((tmp_path / "there-x.otio").read_text())
    media = timeline["tracks"]["children"][0]["children"][1]["media_references"]["DEFAULT_MEDIA"]
    assert media["target_url"] == client.projects.get(both.name).source
    same = both.say("import", "--otio", "%x.otio", "--project", "@")
    assert same[0].endswith("says what the project has already")
    for side in ("here", "there"):
        place = tmp_path / f"{side}-x.otio"
        place.write_text(place.read_text().replace('"coherence": "smooth"', '"coherence": "off"'))
    (taken,) = both.say("import", "--otio", "%x.otio", "--project", "@")
    assert taken == "commit COMMIT: the timeline of %-x.otio; paint to see it"
    assert {span.coherence for span in client.projects.get(both.name).timeline} == {"off"}
    stranger = (tmp_path / "there-x.otio").read_text().replace("filter: lineart", "filter: /etc/passwd.onnx")
    (tmp_path / "stranger.otio").write_text(stranger)
    ran = run("project", "import", "--otio", tmp_path / "stranger.otio", "--project", both.name, *at)
    assert ran.exit_code == 1
    assert "looks/lineart.yaml in stranger.otio" in ran.err
    (tmp_path / "none.otio").write_text('{"OTIO_SCHEMA": "Nothing.1"}')
    ran = run("project", "import", "--otio", tmp_path / "none.otio", "--project", both.name, *at)
    assert "none.otio" in ran.err
    assert str(tmp_path) not in ran.err


def shape(told: Any) -> Any:  # noqa: ANN401 - JSON
    """Names and kinds of what is told."""
    if isinstance(told, dict):
        return {name: shape(value) for name, value in told.items()}
    return [shape(value) for value in told] if isinstance(told, list) else type(told).__name__


def test_both_sides_changed_the_same_is_said_and_settled(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path
) -> None:
    both = Both(run, at, tmp_path / "flight")
    both.say("init", clip, "@")
    for branch, filter_ in (("bolder", "posterize"), ("main", "lineart")):
        both.say("fork" if branch == "bolder" else "switch", branch, "--project", "@")
        both.say("paint", "@", "--filter", filter_, "--output", f"%{branch}.mp4")
    ran = run("project", "merge", "bolder", "--project", both.name, *at)
    assert (ran.exit_code, "both changed the same" in ran.err) == (1, True)
    merged = both.say("merge", "bolder", "--prefer", "theirs", "--project", "@")
    assert merged == ["commit COMMIT: bolder was merged"]


def test_what_cannot_be_done_at_a_server_is_refused_with_what_can(
    run: Run, at: tuple[str, str], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("clone", "flight.git"), ("push",), ("pull", "flight.git")):
        ran = run("project", *words, *at, "--json")
        assert ran.json["error"]["type"] == "InvalidOptions"
        told = ran.json["error"]["message"]
        assert told.startswith(f"rotoscope project {words[0]} cannot be asked of a server, and {at[1]} was")
        assert "init, list, status, log, diff, paint, override, fork, switch, merge, restore, export" in told
        assert "leave --server out and unset ROTOSCOPE_SERVER" in told
    ran = run("project", "status", *at)
    assert f"{at[1]} has projects by name, and none was given. Name one, such as flight; rotoscope" in ran.err
    ran = run("project", "log", tmp_path / "flight", *at)
    assert f"{tmp_path / 'flight'} is no name of a project at {at[1]}: names have small letters" in ran.err
    ran = run("project", "paint", "--output", tmp_path / "x.mp4", *at)
    assert "has projects by name, and none was given" in ran.err
    paint = ("project", "paint", "nowhere", "--output", tmp_path / "x.mp4", *at)
    assert "--threads, --no-cache cannot be asked of a server" in run(
        *paint, "--threads", "2", "--no-cache"
    ).err.replace("--no-cache, --threads", "--threads, --no-cache")
    assert "There is no project 'nowhere'" in run(*paint).err
    (tmp_path / "dusk.yaml").write_text("look: 1\nlayers:\n  - filter: posterize\n")
    ran = run(*paint, "--look", tmp_path / "dusk.yaml", "--strength", "0.5")
    assert "strength goes with filter: a look says its own" in ran.err
    ran = run("project", "diff", "--project", "nowhere", "--sheet", tmp_path / "sheet.jpg", *at)
    assert re.search(r"A server draws its sheet as PNG, and \S+sheet\.jpg is none: name it \.png", ran.err)
    ran = run("project", "import", "--otio", tmp_path / "no.otio", "--project", "nowhere", *at)
    assert re.search(r"no\.otio cannot be read: .* Give an \.otio file", ran.err)
    monkeypatch.delenv(SERVER_VARIABLE, raising=False)
    for words, told in ((("list",), "Projects of this machine"), (("delete", "a"), "remove that")):
        ran = run("project", *words)
        assert ran.err.startswith("rotoscope: No server was named.")
        assert told in ran.err
