"""Taking turns at what the machine can do only a few of at once."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from threading import Event, Lock
from typing import Final

from rotoscope.api.refusals import Busy

_MEMORY: Final = 0.2
"""Weight of the latest turn in the mean that says how long turns take."""


@dataclass(frozen=True, slots=True)
class Places:
    """How many turns there are."""

    at_once: int = 3
    waiting: int = 24
    """Requests that wait; each holds a thread of the server's."""
    waiting_of_one: int = 16
    """The same of one client, so that nobody takes all places."""
    patience_seconds: float = 30
    """Who has waited so long is sent away."""


@dataclass(slots=True)
class _Waiting:
    client_id: str
    called: Event = field(default_factory=Event)


class Turns:
    """Lets so many in at once; who waits is let in client by client, and of each in order."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lock = Lock()
        self._inside = 0
        self._queues: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self._mean_seconds = 0.1

    @contextmanager
    def turn(self, client_id: str) -> Generator[None]:
        """Wait for a turn, and have it.

        Raises:
            Busy: too many wait, or it took too long.
        """
        self._enter(client_id)
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(time.monotonic() - began)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(queue) for queue in self._queues.values())

    def _enter(self, client_id: str) -> None:
        with self._lock:
            if self._inside < self._places.at_once and not self._queues:
                self._inside += 1
                return
            queue = self._queues.get(client_id, ())
            if self.waiting >= self._places.waiting or len(queue) >= self._places.waiting_of_one:
                raise self._busy(f"{self.waiting} requests wait for it")
            mine = _Waiting(client_id)
            self._queues.setdefault(client_id, deque()).append(mine)
        if not mine.called.wait(self._places.patience_seconds) and self._gave_up(mine):
            raise self._busy(f"{self._places.patience_seconds:g} seconds were not enough")

    def _gave_up(self, mine: _Waiting) -> bool:
        """Whether a waiting one could still go; otherwise it was called at the last moment."""
        with self._lock:
            if mine.called.is_set():
                return False
            queue = self._queues[mine.client_id]
            queue.remove(mine)
            if not queue:
                del self._queues[mine.client_id]
            return True

    def _leave(self, seconds: float) -> None:
        with self._lock:
            self._mean_seconds += _MEMORY * (seconds - self._mean_seconds)
            if not self._queues:
                self._inside -= 1
                return
            client_id, queue = self._queues.popitem(last=False)
            queue.popleft().called.set()  # takes the place of who leaves
            if queue:
                self._queues[client_id] = queue

    def _busy(self, why: str) -> Busy:
        seconds = max(1, ceil(self.waiting * self._mean_seconds / self._places.at_once))
        return Busy(
            f"The service is painting as much as it can, and {why}. Ask again in {seconds} s, or make a job, "
            "which waits for its turn.",
            headers={"Retry-After": str(seconds)},
        )
