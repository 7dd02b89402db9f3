"""Doing two things at once: read ahead of, and write behind, the thread that paints.

Decoding, painting and encoding spend their time in C and release the interpreter lock, so one thread
each is enough to keep every core busy. Queues are short: what waits in them is whole pictures.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

DEPTH = 4
"""Pictures waiting between two threads: enough to ride out a key frame, 11 MB at 1280x720."""


class _End:
    """Says that no more items come, and why."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def read_ahead(items: Iterable[Item], *, depth: int = DEPTH) -> Generator[Item, None, None]:
    """Yield ``items`` in order while a thread of its own prepares the next ``depth`` of them.

    Closing the iterator stops the thread and closes ``items`` before it returns. An error raised by
    ``items`` is raised here, after the items that came before it.
    """
    waiting: queue.Queue[Item | _End] = queue.Queue(depth)
    stopped = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, waiting, stopped), name="read-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        thread.join()


def _fill(items: Iterable[Item], waiting: queue.Queue[Item | _End], stopped: threading.Event) -> None:
    iterator = iter(items)
    try:
        for item in iterator:
            if not _offer(waiting, item, stopped):
                return
    except BaseException as error:  # handed to the reading thread, which raises it
        _offer(waiting, _End(error), stopped)
    else:
        _offer(waiting, _End(), stopped)
    finally:
        close: Callable[[], None] | None = getattr(iterator, "close", None)
        if close is not None:
            close()


def _offer(waiting: queue.Queue[Item | _End], item: Item | _End, stopped: threading.Event) -> bool:
    """Put, unless the other side has gone away meanwhile."""
    while not stopped.is_set():
        try:
            waiting.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def map_ahead(
    work: Callable[[Item], Result], items: Generator[Item, None, None], *, workers: int
) -> Generator[Result, None, None]:
    """Yield ``work(item)`` in the order of ``items``, several at a time.

    Args:
        work: called from ``workers`` threads at once.
        items: closed when this is.
        workers: 1 calls ``work`` in the thread that asks.
    """
    with closing(items):
        if workers == 1:
            yield from map(work, items)
            return
        running: deque[Future[Result]] = deque()
        with ThreadPoolExecutor(workers, thread_name_prefix="map-ahead") as pool:
            try:
                for item in items:
                    running.append(pool.submit(work, item))
                    if len(running) > workers:
                        yield running.popleft().result()
                while running:
                    yield running.popleft().result()
            finally:
                for future in running:
                    future.cancel()


class WriteBehind(Generic[Item]):
    """Calls ``write(item)`` in a thread of its own, in order, at most ``depth`` items behind.

    Use as a context manager. Leaving it waits for what was put; an error of ``write`` is raised by the
    next :meth:`put` or on leaving, whichever comes first. Leaving on an error drops what still waits.
    """

    def __init__(self, write: Callable[[Item], object], *, depth: int = DEPTH) -> None:
        self._write = write
        self._waiting: queue.Queue[Item | _End] = queue.Queue(depth)
        self._failed = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._drain, name="write-behind", daemon=True)

    def __enter__(self) -> WriteBehind[Item]:
        self._thread.start()
        return self

    def put(self, item: Item) -> None:
        """Hand one item over; waits while ``depth`` items wait already."""
        if not _offer(self._waiting, item, self._failed):
            self._raise()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._failed.set()
        else:
            _offer(self._waiting, _End(), self._failed)
        self._thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _drain(self) -> None:
        while not self._failed.is_set():
            try:
                item = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(item, _End):
                return
            try:
                self._write(item)
            except BaseException as error:  # raised in the putting thread
                self._error = error
                self._failed.set()
