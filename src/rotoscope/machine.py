"""What this machine offers, and how its time is shared."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import ClassVar

_THREADS = Path("/proc/self/task")

_sharers = 1


def share_processors(sharers: int) -> None:
    """From now on this process takes its part of the processors only, of which so many processes have one."""
    global _sharers  # noqa: PLW0603 - a fact about the process
    _sharers = sharers


def processors() -> int:
    """Processors this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, there // _sharers)


def cpu_seconds() -> float:
    """Processor time so far: of what this thread does under a :class:`WorkClock`, else of the process.

    What a clock on the wall shows depends on what else the machine does; this hardly does. Of a process it is
    the time of all its threads, and of the processes it started that have ended; the latter are left out
    where the platform does not count them (Windows).
    """
    clock: WorkClock | None = getattr(_here, "clock", None)
    return _cpu_seconds_of_process() if clock is None else clock.seconds


_here = threading.local()
_dividing = threading.Lock()


class WorkClock:
    """Processor time of one piece of work in a process that may do several at once.

    Libraries compute in threads of their own, which belong to no piece of work. So the time of the whole
    process, as :func:`cpu_seconds` has it, is divided: in every span of time, equally among the clocks that
    run in it. Every second is counted for one of them, and none twice; what the process does beside its work,
    such as answering requests, is counted with the work. While no clock runs, nothing is counted. Usable from
    any thread.
    """

    _running: ClassVar[set[WorkClock]] = set()
    _divided: ClassVar[float] = 0.0
    """Up to here the time of the process is divided."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._gpu_seconds = 0.0
        self._gpu_since: float | None = None

    @property
    def seconds(self) -> float:
        """Counted so far."""
        with _dividing:
            self._divide()
            return self._seconds

    @property
    def gpu_seconds(self) -> float:
        """Time on the clock in which the work held a GPU, so far; see :func:`gpu_held`."""
        since = self._gpu_since
        return self._gpu_seconds + (0.0 if since is None else time.monotonic() - since)

    @contextlib.contextmanager
    def holding_gpu(self) -> Generator[None]:
        """Count the time of a block as time of a GPU; of a block inside another one nothing is added."""
        if self._gpu_since is not None:
            yield
            return
        self._gpu_since = time.monotonic()
        try:
            yield
        finally:
            self._gpu_seconds, self._gpu_since = self.gpu_seconds, None

    @contextlib.contextmanager
    def running(self) -> Generator[None]:
        """Count; :func:`cpu_seconds` in this thread is this clock's meanwhile. One clock runs in a thread."""
        _here.clock = self
        self._begin()
        try:
            yield
        finally:
            self._end()
            _here.clock = None

    @contextlib.contextmanager
    def paused(self) -> Generator[None]:
        """Count nothing for the time of a block, in which the work waits for something."""
        has_run = self._end()
        try:
            yield
        finally:
            if has_run:
                self._begin()

    def _begin(self) -> None:
        with _dividing:
            self._divide()
            self._running.add(self)

    def _end(self) -> bool:
        with _dividing:
            self._divide()
            has_run = self in self._running
            self._running.discard(self)
            return has_run

    @classmethod
    def _divide(cls) -> None:
        """Give the running clocks what the process has used since the last time."""
        used = _cpu_seconds_of_process()
        for clock in cls._running:
            clock._seconds += (used - cls._divided) / len(cls._running)
        cls._divided = used


def gpu_held() -> contextlib.AbstractContextManager[None]:
    """Count the time of a block as time of a GPU, for the clock that runs in this thread, if one does."""
    clock: WorkClock | None = getattr(_here, "clock", None)
    return contextlib.nullcontext() if clock is None else clock.holding_gpu()


def _cpu_seconds_of_process() -> float:
    if sys.platform == "win32":
        return time.process_time()
    import resource  # noqa: PLC0415 - not there on Windows

    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


@contextlib.contextmanager
def scheduling_kept() -> Generator[None]:
    """Give the calling thread, and threads started meanwhile, the scheduling policy it had before.

    For libraries that take real-time priority when they may, as SVT-AV1 4.1 does for root: at priority 99 its
    threads, and the one that opened it, come before everything else on the machine, and two of them that wait
    for a third in a loop never let it run. Does nothing where there is no ``/proc``.
    """
    if not _THREADS.is_dir():
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    before = set(_THREADS.iterdir())
    try:
        yield
    finally:
        started = (int(thread.name) for thread in _THREADS.iterdir() if thread not in before)
        for thread in (0, *started):
            with contextlib.suppress(ProcessLookupError):  # it may have ended by now
                if os.sched_getscheduler(thread) != policy:  # some containers allow no change at all
                    os.sched_setscheduler(thread, policy, parameters)
