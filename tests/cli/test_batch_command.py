"""``rotoscope stylize`` of a library: summary, errors, exit codes, JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.cli.bar import batch_bar, batch_facts
from rotoscope.render.batch import BatchProgress

import samples
from command import Run

POSTER = ("--filter", "posterize:levels=3")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A clip, two photographs and a broken one."""
    samples.make_stills(tmp_path / "library", frames=2)
    (tmp_path / "library" / "clips").mkdir()
    samples.make_clip(tmp_path / "library" / "clips" / "drone.mp4", frames=3)
    (tmp_path / "library" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    return tmp_path / "library"


def test_errors_are_told_at_the_end(run: Run, library: Path, tmp_path: Path) -> None:
    ran = run("stylize", library, tmp_path / "out", *POSTER, "--codec", "h264")
    assert ran.exit_code == 1
    assert "1 failed" in ran.out
    assert "3 painted" in ran.out
    assert "failed: broken.jpg: " in ran.err
    assert "Traceback" not in ran.err
    (library / "broken.jpg").unlink()
    again = run("stylize", library, tmp_path / "out", *POSTER, "--codec", "h264")
    assert (again.exit_code, again.err) == (0, "")
    assert "out: 3 skipped" in again.out


def test_json_lists_every_item(run: Run, library: Path, tmp_path: Path) -> None:
    ran = run("stylize", library, tmp_path / "out", *POSTER, "--json")
    assert ran.exit_code == 1
    assert ran.json["counts"] == {"painted": 3, "failed": 1}
    items = {item["source"]: item for item in ran.json["items"]}
    assert items["clips/drone.mp4"]["result"]["frames"] == 3
    assert items["broken.jpg"]["state"] == "failed"
    assert items["broken.jpg"]["error_type"] in ("OpenError", "DecodeError")


def test_on_error_stop(run: Run, library: Path, tmp_path: Path) -> None:
    ran = run("stylize", library, tmp_path / "out", *POSTER, "--on-error", "stop", "--json")
    assert ran.exit_code == 1
    assert {item["state"] for item in ran.json["items"]} <= {"painted", "failed", "left"}
    assert ran.json["counts"]["left"] >= 1


def test_what_stands_beside_the_bar_of_a_library() -> None:
    assert batch_facts(BatchProgress(12, 340, 4_100_000_000, 120_000_000_000, None, None)) == (
        "12/340 items · 4.1 GB/120.0 GB"
    )
    with batch_bar(shown=True) as on_progress:
        assert on_progress is None
