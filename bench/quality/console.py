"""What these programs print, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from rotoscope.errors import RotoscopeError

INTERRUPTED = 130


@dataclass
class Status:
    """How a program ends."""

    code: int = 0


@contextmanager
def reporting_errors() -> Generator[Status]:
    """Around a program: an error is one paragraph on standard error, Ctrl-C a quiet end."""
    status = Status()
    try:
        yield status
    except RotoscopeError as error:
        sys.stderr.write(f"{error}\n")
        status.code = 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; what was finished is kept, and the same command goes on from there.\n")
        status.code = INTERRUPTED


def say(text: str) -> None:
    """Print now, not when a buffer is full."""
    print(text, flush=True)  # noqa: T201 - a program's purpose
