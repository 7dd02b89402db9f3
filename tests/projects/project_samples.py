"""Projects of a generated clip."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rotoscope.projects.looks import look_of_filters
from rotoscope.projects.painting import PaintedProject, Range, paint_project
from rotoscope.projects.project import Project, init_project
from rotoscope.render.options import RenderOptions
from rotoscope.render.segments.store import SegmentStore
from rotoscope.standard import load_filter

import samples

WHOLE = Range()
Paint = Callable[..., PaintedProject]


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Git settings of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for kind in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{kind}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{kind}_EMAIL", "ada@example.com")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twenty frames, 25 a second, with sound."""
    return samples.make_clip(tmp_path / "clip.mp4")


@pytest.fixture
def project(clip: Path, tmp_path: Path) -> Project:
    """A project that nobody has painted yet."""
    return init_project(clip, tmp_path / "project")


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """``paint(project, "posterize", over=Range(...))``; pieces are kept for the whole test."""
    store = SegmentStore(tmp_path / "pieces")
    made = 0

    def painted(
        project: Project, *filters: str, over: Range = WHOLE, coherence: str = "smooth", **given: object
    ) -> PaintedProject:
        nonlocal made
        made += 1
        return paint_project(
            project,
            tmp_path / f"painted-{made}.mp4",
            load_filter,
            look=look_of_filters(filters) if filters else None,
            over=over,
            options=RenderOptions(store=store, coherence=coherence),  # type: ignore[arg-type]
            **given,  # type: ignore[arg-type]
        )

    return painted


def git(folder: Path, *arguments: str) -> str:
    """What the git program says; tests that want it skip without."""
    if shutil.which("git") is None:
        pytest.skip("the git program is not installed")
    command = ["git", "-C", str(folder), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr
