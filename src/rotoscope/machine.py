"""What this machine offers, and how its time is shared."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

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
    """Processor time of this process so far: all its threads, and the processes it started that have ended.

    What a clock on the wall shows depends on what else the machine does; this hardly does. Processes that
    ended are left out where the platform does not count them (Windows).
    """
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
