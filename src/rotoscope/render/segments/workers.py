"""Segments painted by several processes at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Sequence
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from typing import Any, Final

from rotoscope.errors import RotoscopeError, WorkerLost
from rotoscope.machine import share_processors
from rotoscope.render.holding import held_within_shots
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import Progress, ProgressMeter
from rotoscope.render.segments.job import SegmentJob
from rotoscope.render.segments.painting import paint_segments
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.store import SegmentStore

_LOOK_SECONDS: Final = 0.5
"""How often it is looked whether workers are alive."""


def paint_by_workers(
    job: SegmentJob, segments: Sequence[Segment], store: SegmentStore, meter: ProgressMeter, *, workers: int
) -> None:
    """Paint segments in ``workers`` processes of their own, each with its share of the processors.

    Raises:
        WorkerLost: a process ended without a word.
        RotoscopeError: what a process raised; see :mod:`rotoscope.errors`. Finished pieces stay in the store.
    """
    context = multiprocessing.get_context("spawn")
    tasks: Queue[Segment | None] = context.Queue()
    events: Queue[Any] = context.Queue()
    count = min(workers, len(segments))
    for segment in [*segments, *[None] * count]:
        tasks.put(segment)
    processes = [
        context.Process(
            target=_work, args=(job, store, workers, tasks, events), name=f"painter-{n}", daemon=True
        )
        for n in range(count)
    ]
    try:
        for process in processes:
            process.start()
        _follow(processes, events, meter)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _follow(processes: Sequence[SpawnProcess], events: Queue[Any], meter: ProgressMeter) -> None:
    """Count frames until every process has said that it is done."""
    ended = 0
    while ended < len(processes):
        try:
            event = events.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            lost = [process for process in processes if process.exitcode not in (None, 0)]
            if lost:
                raise WorkerLost(_loss(lost[0])) from None
            continue
        if isinstance(event, RotoscopeError):
            raise event
        if isinstance(event, str):
            raise WorkerLost(
                f"A process that painted failed: {event}. Finished segments are kept; run again."
            )
        if event is None:
            ended += 1
        else:
            meter.advance(event)


def _loss(process: SpawnProcess) -> str:
    code = process.exitcode or 0
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return (
        f"The process {process.name} {how}, as happens when memory runs out. Finished segments are kept: run "
        "the same command again, perhaps with fewer --workers."
    )


def _work(
    job: SegmentJob,
    store: SegmentStore,
    sharers: int,
    tasks: Queue[Segment | None],
    events: Queue[Any],
) -> None:
    """Paint what there is to paint; the main function of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides
    _end_with_parent()
    share_processors(sharers)
    origin = job.clip.origin_seconds
    held_from = held_within_shots(job.clip, job.look)
    painter = FramePainter(job.look, job.grading.view, origin=origin, held_from=held_from, at_once=1)
    try:
        while (segment := tasks.get()) is not None:
            teller = _Teller(events, segment)
            paint_segments(job, [segment], store, painter, teller.meter)
        events.put(None)
    except RotoscopeError as error:
        events.put(error)
    except Exception as error:
        events.put(f"{type(error).__name__}: {error}")


class _Teller:
    """Sends the size of every painted frame to the process that counts them."""

    def __init__(self, events: Queue[Any], segment: Segment) -> None:
        self._events = events
        self.meter = ProgressMeter("stylize", frames_expected=segment.frames, on_progress=self._tell)

    def _tell(self, progress: Progress) -> None:
        self._events.put(progress.frame_size)


def _end_with_parent() -> None:
    """Die when the process that started this one does, however it ends."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        with contextlib.suppress(OSError):
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
