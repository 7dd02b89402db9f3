"""What tests of the service share: settings of a temporary folder, clips that take a moment, waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.job import Job
from rotoscope.jobs.service import Service
from rotoscope.settings import Settings

from samples import make_clip

Value = TypeVar("Value")


def settings_in(folder: Path, **others: Any) -> Settings:  # noqa: ANN401 - fields of Settings
    return Settings(data_dir=folder / "data", cache_dir=folder / "cache", worker_id="here", **others)


def long_clip(path: Path, *, segments: int = 3, size: tuple[int, int] = (96, 64)) -> Path:
    """A clip of so many segments of 240 frames."""
    return make_clip(path, size=size, pts=range(240 * segments), time_base=None, audio=True)


def until(found: Callable[[], Value | None], *, seconds: float = 60) -> Value:
    """Ask again and again until there is an answer; fails after a time that nothing should take."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"nothing came within {seconds} s")


def finished(service: Service, job_id: str, *, seconds: float = 120) -> Job:
    """The job once it has ended."""

    def look() -> Job | None:
        job = service.book.get(LOCAL_CLIENT, job_id)
        return job if job.is_final else None

    return until(look, seconds=seconds)


def put_clip(service: Service, path: Path, uri: str) -> str:
    service.storage_of(LOCAL_CLIENT).put(uri, path)
    return uri
