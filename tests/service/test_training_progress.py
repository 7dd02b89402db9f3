"""What a training tells of itself while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from rotoscope.api.models.jobs import ProgressView
from rotoscope.jobs.bench import Bench
from rotoscope.jobs.job import JobProgress
from rotoscope.jobs.tasks import Task


class Notes:
    """A recorder that only remembers."""

    def __init__(self) -> None:
        self.told: list[JobProgress] = []

    def progressed(self, _: Task, progress: JobProgress) -> None:
        self.told.append(progress)


def bench_of(notes: Notes, folder: Path) -> Bench:
    nobody: Any = None
    return Bench(
        task=Task("train", "work", "job_1", 1),
        recorder=cast("Any", notes),
        storage=nobody,
        palette=nobody,
        segments=nobody,
        cache_dir=folder,
        staging_dir=folder,
        device="cpu",
        scratch=folder,
        checkpoints=nobody,
        client_id="cli_ada",
        projects=nobody,
        rates=nobody,
        collections=nobody,
        put_filter=lambda _: None,
        put_preview=lambda _: None,
        put_partial=lambda _: None,
    )


def test_steps_losses_and_previews_are_written_down_at_most_once_a_second(tmp_path: Path) -> None:
    notes = Notes()
    bench = bench_of(notes, tmp_path)
    (tmp_path / "preview.png").touch()
    bench.tell(0.1, 90.0, steps_done=1, losses={"style": 2.0})
    assert notes.told == []
    bench.show(tmp_path / "preview.png")
    bench.show(tmp_path / "nothing.png")
    bench._told -= 1.5  # pyright: ignore[reportPrivateUsage]  # a second and a half later
    bench.tell(0.25, 75.0, steps_done=2, losses={"style": 1.0})
    bench.tell(0.26, 74.0, steps_done=3, losses={"style": 0.9})
    [told] = notes.told
    assert (told.step, told.frames_done, told.frames_expected) == ("train", 25, 100)
    assert (told.steps_done, told.losses, told.previews) == (2, {"style": 1.0}, 1)


def test_what_an_earlier_version_wrote_down_can_be_read() -> None:
    before: dict[str, Any] = {"step": "train", "frames_done": 3, "frames_expected": 100, "segments_done": 0}
    progress = JobProgress(**before)
    view = ProgressView.model_validate(progress, from_attributes=True)
    assert (view.steps_done, view.losses, view.previews) == (None, None, 0)
