"""The progress bar: frames, rate, time left, size."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rotoscope.cli.present import human_size

if TYPE_CHECKING:
    from rotoscope.optimize.progress import OptimizeProgress
    from rotoscope.optimize.progress import ProgressCallback as OptimizeCallback
    from rotoscope.optimize.video.progress import ProgressCallback as VideoCallback
    from rotoscope.optimize.video.progress import VideoProgress
    from rotoscope.render.batch import BatchCallback, BatchProgress
    from rotoscope.render.progress import Progress, ProgressCallback
    from rotoscope.training.progress import ProgressCallback as TrainingCallback
    from rotoscope.training.progress import TrainingProgress
    from rotoscope.training.scouting.scout import ScoutCallback, ScoutProgress


@contextmanager
def progress_bar(*, shown: bool) -> Generator[ProgressCallback | None, None, None]:
    """A live bar on standard error while the block runs; None where it is not wanted or no terminal."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, and only for terminals
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    from rotoscope.filters.tiling import watch_tiles  # noqa: PLC0415 - loads the inference library's wrapper

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("opening", total=None, facts="")
        last: list[Progress] = []

        def show(progress: Progress) -> None:
            last[:] = [progress]
            bar.update(
                task,
                description=progress.step,
                total=progress.frames_expected,
                completed=progress.frames_done,
                facts=facts(progress),
            )

        def show_tiles(done: int, total: int) -> None:
            if last:
                frames = last[0].frames_done + done / total
                bar.update(task, completed=frames, facts=f"{facts(last[0])} · {tile_facts(done, total)}")
            else:  # the first picture, perhaps the only one
                bar.update(
                    task, description="painting", total=total, completed=done, facts=tile_facts(done, total)
                )

        with watch_tiles(show_tiles):
            yield show


@contextmanager
def batch_bar(*, shown: bool) -> Generator[BatchCallback | None, None, None]:
    """Two live bars, one of the whole library and one of the item at hand; None where none is wanted."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        everything = bar.add_task("all", total=None, facts="")
        item = bar.add_task("opening", total=None, facts="")

        def show(event: BatchProgress) -> None:
            bar.update(
                everything, total=event.byte_count, completed=event.bytes_done, facts=batch_facts(event)
            )
            inner = event.progress
            bar.update(
                item,
                description="" if event.item is None else event.item.source.name,
                total=None if inner is None else inner.frames_expected,
                completed=0 if inner is None else inner.frames_done,
                facts="" if inner is None else facts(inner),
            )

        yield show


def batch_facts(progress: BatchProgress) -> str:
    """What stands beside the bar of a library, e.g. ``12/340 items · 4.1 GB/120.0 GB``."""
    return (
        f"{progress.items_done}/{progress.item_count} items · "
        f"{human_size(progress.bytes_done)}/{human_size(progress.byte_count)}"
    )


def facts(progress: Progress) -> str:
    """What stands beside the bar, e.g. ``48/96 frames · 24.1 fps · 2 s left · 1280x720 · 4.1 MB``."""
    expected = "" if progress.frames_expected is None else f"/{progress.frames_expected}"
    parts = [f"{progress.frames_done}{expected} frames", f"{progress.frames_per_second:.1f} fps"]
    if progress.remaining_seconds is not None:
        minutes, seconds = divmod(round(progress.remaining_seconds), 60)
        parts.append(f"{minutes}:{seconds:02} left" if minutes else f"{seconds} s left")
    if progress.frame_size is not None:
        parts.append(f"{progress.frame_size[0]}x{progress.frame_size[1]}")
    if progress.written_bytes:
        parts.append(human_size(progress.written_bytes))
    return " · ".join(parts)


def tile_facts(done: int, total: int) -> str:
    """What stands beside the bar while a large picture is painted, e.g. ``tile 12/63``."""
    return f"tile {done}/{total}"


@contextmanager
def training_bar(*, shown: bool) -> Generator[TrainingCallback | None, None, None]:
    """A live bar of a training run; None where it is not wanted or no terminal."""
    with share_bar("train", shown=shown) as update:
        yield None if update is None else lambda event: update(event.fraction, training_facts(event))


@contextmanager
def scouting_bar(*, shown: bool) -> Generator[ScoutCallback | None, None, None]:
    """A live bar of a scouting, all pictures together; None where it is not wanted or no terminal."""
    with share_bar("scout", shown=shown) as update:
        yield None if update is None else lambda event: update(event.fraction, scouting_facts(event))


@contextmanager
def optimizing_bar(*, shown: bool) -> Generator[OptimizeCallback | None, None, None]:
    """A live bar of an optimization; None where it is not wanted or no terminal."""
    with share_bar("optimize", shown=shown) as update:
        yield None if update is None else lambda event: update(event.fraction, optimizing_facts(event))


@contextmanager
def optimizing_clip_bar(*, shown: bool) -> Generator[VideoCallback | None, None, None]:
    """A live bar of an optimization of a clip; None where it is not wanted or no terminal."""
    with share_bar("optimize", shown=shown) as update:
        yield None if update is None else lambda event: update(event.fraction, optimizing_clip_facts(event))


@contextmanager
def share_bar(task: str, *, shown: bool) -> Generator[Callable[[float, str], None] | None, None, None]:
    """A live bar that is told what part is done, 0 to 1, and what stands beside it."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    with Bar(*columns, console=Console(stderr=True)) as bar:
        added = bar.add_task(task, total=1.0, facts="preparing")
        yield lambda share, facts: bar.update(added, completed=share, facts=facts)


def training_facts(progress: TrainingProgress) -> str:
    """What stands beside the bar, e.g. ``step 120 · style 0.412 · content 0.873 · 12:31 left``."""
    parts = [f"step {progress.step}"]
    if progress.losses is not None:
        parts += [f"style {progress.losses.style:.3f}", f"content {progress.losses.content:.3f}"]
    parts.append(f"{minutes_left(progress.seconds_left)} left")
    return " · ".join(parts)


def optimizing_facts(progress: OptimizeProgress) -> str:
    """What stands beside the bar, e.g. ``384x256 · 40/100 · style 0.0412 · content 0.0073 · 2:31 left``."""
    row = progress.row
    parts = [f"{row.width}x{row.height}", f"{row.iteration}/{progress.iterations}"]
    parts += [f"{name} {value:.3g}" for name, value in row.losses.items()]
    if progress.seconds_left is not None:
        parts.append(f"{minutes_left(progress.seconds_left)} left")
    return " · ".join(parts)


def optimizing_clip_facts(progress: VideoProgress) -> str:
    """What stands beside the bar, e.g. ``frame 13/48 · pass 2/4 · 455x256 · 10/50 · 31:04 left``."""
    row = progress.frame.row
    parts = [f"frame {progress.step.index + 1}/{progress.frames}"]
    if progress.parts > 1:
        parts.append(f"pass {progress.step.part}/{progress.parts}")
    parts += [f"{row.width}x{row.height}", f"{row.iteration}/{progress.frame.iterations}"]
    if progress.seconds_left is not None:
        parts.append(f"{minutes_left(progress.seconds_left)} left")
    return " · ".join(parts)


def scouting_facts(progress: ScoutProgress) -> str:
    """What stands beside the bar, e.g. ``13/50 tabby-cat · 18:31 left``."""
    left = minutes_left(progress.seconds_left)
    return f"{progress.done + 1}/{progress.count} {progress.name} · {left} left"


def minutes_left(seconds: float) -> str:
    """``12:31``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
