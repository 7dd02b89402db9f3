"""What this machine offers."""

from __future__ import annotations

import os


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every platform
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
