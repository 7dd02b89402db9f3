"""A project of 20,000 frames: how long commits take, and what is looked up of them."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from rotoscope.media.manifest import ShardedManifest, Shards, SourceIdentity, StreamFacts
from rotoscope.projects.history import project_diff
from rotoscope.projects.merging import fork_project, merge_branch, switch_branch
from rotoscope.projects.project import Project, initial_files
from rotoscope.projects.records import FRAMES_PER_SHARD, FrameRecord, Painted, shards_of
from rotoscope.projects.repository import Repository

FRAMES = 20_000


def measure_projects(folder: Path, *, runs: int) -> list[dict[str, Any]]:
    """Seconds, the median of some runs, each on a repository of its own."""
    seconds: dict[str, list[float]] = {}
    size = 0.0
    for _ in range(runs):
        size = _measure(folder / "project", seconds)
    rows: list[dict[str, Any]] = [
        {"case": case, "s": round(median(found), 3)} for case, found in seconds.items()
    ]
    return [*rows, {"case": "the repository after all that", "mb": round(size / 1e6, 1)}]


def _measure(folder: Path, seconds: dict[str, list[float]]) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    manifest, frames = _manifest(), _frames()
    project = Project(Repository.create(folder))

    def timed(case: str, act: Callable[[], object]) -> None:
        started = time.perf_counter()
        act()
        seconds.setdefault(case, []).append(time.perf_counter() - started)

    timed("commit of every frame, new", lambda: project.commit("Begin", initial_files(manifest, frames)))
    painted = [_painted(frame, "one") for frame in frames]
    timed("commit of every frame, painted", lambda: project.commit("Paint", _files(manifest, painted)))
    fork_project(project, "other")
    second = [_painted(frame, "two") if 10_000 <= frame.index < 10_025 else frame for frame in painted]
    timed("commit of one second painted anew", lambda: project.commit("Part", _files(manifest, second)))
    timed("reading every frame", lambda: project.state.frames)
    timed("diff with the commit before", lambda: project_diff(project))
    timed("diff of every frame, painted", lambda: project_diff(project, "HEAD~2", "HEAD~1"))
    switch_branch(project, "main")
    third = [_painted(frame, "three") if frame.index < 25 else frame for frame in painted]
    project.commit("Elsewhere", _files(manifest, third))
    timed("merge of two branches", lambda: merge_branch(project, "other"))
    fork_project(project, "whole")
    project.commit("Whole", _files(manifest, [_painted(frame, "four") for frame in frames]))
    switch_branch(project, "main")
    fourth = [frame.model_copy(update={"override": _sha256("still")}) for frame in third]
    project.commit("Retouched", _files(manifest, fourth))
    timed("merge of every frame", lambda: merge_branch(project, "whole", prefer="theirs"))
    size = sum(path.stat().st_size for path in (folder / ".git").rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return float(size)


def _files(manifest: ShardedManifest, frames: list[FrameRecord]) -> dict[str, bytes | None]:
    return {**shards_of(frames, manifest.shards)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _frames() -> list[FrameRecord]:
    return [FrameRecord(index=n, pts=1001 * n, source=_sha256(f"source {n}")) for n in range(FRAMES)]


def _painted(frame: FrameRecord, look: str) -> FrameRecord:
    painted = Painted(
        sha256=_sha256(f"{look} {frame.index}"),
        look=f"looks/{look}.yaml",
        coherence="smooth",
        runtime="openvino 2026.4.1",
        precision="bf16",
    )
    return frame.model_copy(update={"painted": painted})


def _manifest() -> ShardedManifest:
    return ShardedManifest(
        source=SourceIdentity(file="long.mp4", size_bytes=1, sha256=_sha256("long")),
        stream=StreamFacts(
            frame_size=(1280, 720),
            coded_size=(1280, 720),
            time_base=Fraction(1, 30_000),
            average_rate=Fraction(30_000, 1001),
            pixel_format="yuv420p",
            is_variable_rate=False,
            duration_seconds=Fraction(1001 * FRAMES, 30_000),
        ),
        shards=Shards(frames=FRAMES, frames_per_shard=FRAMES_PER_SHARD),
    )
