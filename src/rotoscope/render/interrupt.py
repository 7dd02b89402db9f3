"""Ctrl-C as a polite request, so that work ends between two steps and what there is by then is written."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Generator
from types import FrameType
from typing import TypeAlias

StopCallback: TypeAlias = Callable[[], bool]
"""Asked between two steps whether work should end."""


@contextlib.contextmanager
def stop_on_interrupt() -> Generator[StopCallback]:
    """Within the block the first Ctrl-C (or SIGTERM) makes the callback true instead of raising.

    A second Ctrl-C raises KeyboardInterrupt as ever. For the main thread only, which is where Python
    allows signal handlers::

        with stop_on_interrupt() as should_stop:
            train_filter(…, should_stop=should_stop)
    """
    is_asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal is_asked
        if is_asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        is_asked = True

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: is_asked
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
