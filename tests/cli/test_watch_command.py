"""``rotoscope watch``: lines, JSON, exit codes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import samples
from command import Run

POSTER = ("--filter", "posterize:levels=3")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """One photograph."""
    (tmp_path / "inbox").mkdir()
    Image.fromarray(samples.picture(1)).save(tmp_path / "inbox" / "sea.jpg")
    return tmp_path / "inbox"


def test_once(run: Run, inbox: Path, tmp_path: Path) -> None:
    ran = run("watch", inbox, tmp_path / "outbox", *POSTER, "--once", "--settle", "0")
    assert ran.exit_code == 0, ran.err
    assert f"sea.jpg -> {tmp_path / 'outbox' / 'sea.jpg'}, in" in ran.out
    (inbox / "bad.jpg").write_bytes(b"\xff\xd8\xffbad")
    again = run("watch", inbox, tmp_path / "outbox", *POSTER, "--once", "--settle", "0")
    assert again.exit_code == 1
    assert again.out == ""
    assert again.err.startswith("failed: bad.jpg: ")


def test_json_is_a_line_an_item(run: Run, inbox: Path, tmp_path: Path) -> None:
    (inbox / "bad.jpg").write_bytes(b"\xff\xd8\xffbad")
    ran = run("watch", inbox, tmp_path / "outbox", *POSTER, "--once", "--settle", "0", "--json")
    assert ran.exit_code == 1
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [(line["source"], line["state"]) for line in lines] == [
        ("bad.jpg", "failed"),
        ("sea.jpg", "painted"),
    ]


def test_a_look_file(run: Run, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "poster.yaml").write_text("look: 1\nlayers:\n  - filter: posterize:levels=3\n")
    asked = ("--once", "--settle", "0")
    ran = run("watch", inbox, tmp_path / "outbox", "--look", tmp_path / "poster.yaml", *asked)
    assert ran.exit_code == 0, ran.err
    assert run("watch", inbox, tmp_path / "other", *POSTER, *asked).exit_code == 0
    one, other = (Image.open(tmp_path / folder / "sea.jpg") for folder in ("outbox", "other"))
    assert one.tobytes() == other.tobytes()


def test_limits_are_kept(run: Run, inbox: Path, tmp_path: Path) -> None:
    limit = ("--max-pixels", "1000")
    ran = run("watch", inbox, tmp_path / "outbox", *POSTER, "--once", "--settle", "0", *limit)
    assert ran.exit_code == 1
    assert "64x48 = 3,072 pixels; at most 1,000 are read" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_leaves_no_half_file(
    inbox: Path, tmp_path: Path, number: signal.Signals
) -> None:
    samples.make_clip(inbox / "z-long.mp4", frames=250, size=(640, 480), audio=False)
    command = ("watch", inbox, tmp_path / "outbox", *POSTER, "--settle", "0")
    code = "from rotoscope.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, command)], stderr=subprocess.PIPE, text=True
    )
    outbox = tmp_path / "outbox"
    give_up = time.monotonic() + 60
    while not list(outbox.glob(".z-long*")) and time.monotonic() < give_up:
        time.sleep(0.05)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert sorted(path.name for path in outbox.iterdir()) == [".rotoscope-batch.json", "sea.jpg"]
