"""Work that goes on by itself."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from rotoscope.client.connection import Connection, Query
from rotoscope.client.downloads import put_in_place, require_place
from rotoscope.client.events import follow
from rotoscope.client.records import Event, Job, JobState, Picture, Segment
from rotoscope.errors import JobCancelled, JobFailed, ServerUnreachable

_PATHS: Final = {
    "train": "trainings",
    "quote": "quotes",
    "quote-training": "quotes/trainings",
    "project-begin": "projects",
}
"""Where a path is not called as its operation."""
_LONG_WAIT: Final = 20
"""Seconds that one request waits; what stands between ends those that take much longer."""
_PATIENCE_SECONDS: Final = 60.0


class Jobs:
    """Jobs of any operation: ``client.jobs``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(
        self,
        operation: str,
        *,
        priority: int | None = None,
        budget_micros: int | None = None,
        wait: int | None = None,
        idempotency_key: str | None = None,
        **params: Any,  # noqa: ANN401 - whatever the operation takes
    ) -> Job:
        """Have something done.

        Args:
            operation: ``renders``, ``separate``, ``stylize``, ``assemble``, ``inspect``, ``check``,
                ``score``, ``audition``, ``flow``, ``optimize``, ``texture``, ``train``, ``quote`` or
                ``quote-training``.
            priority: lower goes first.
            budget_micros: the most that it may cost, in millionths of the server's currency.
            wait: seconds that the server may wait for the job's end before it answers, 60 at most.
            idempotency_key: with the same one, the same job is given again instead of a second one.
            params: of the operation, as the API's document describes them.

        Raises:
            ApiError: the server refuses; ``faults`` tell what is wrong with which parameter.
            ServerUnreachable: it does not answer.
        """
        asked = {"priority": priority, "budget_micros": budget_micros}
        body = {**params, **{name: value for name, value in asked.items() if value is not None}}
        return self._line.read(
            Job,
            "POST",
            f"/v1/{_PATHS.get(operation, operation)}",
            json=body,
            headers={} if wait is None else {"Prefer": f"wait={wait}"},
            idempotency_key=idempotency_key,
        )

    def get(self, job_id: str, *, wait: int | None = None) -> Job:
        """A job as it is now, or when it has ended or ``wait`` seconds are over.

        Raises:
            ApiError: there is no such job (code ``job-not-found``).
        """
        headers = {} if wait is None else {"Prefer": f"wait={wait}"}
        return self._line.read(Job, "GET", f"/v1/jobs/{job_id}", headers=headers)

    def list(self, *, states: Sequence[JobState] = (), operation: str | None = None) -> Iterator[Job]:
        """Jobs, the newest first."""
        query: Query = {"state": tuple(states) or None, "operation": operation}
        return self._line.pages(Job, "/v1/jobs", query)

    def wait(
        self,
        job_id: str,
        *,
        on_progress: Callable[[Job], None] | None = None,
        timeout: float | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> Job:
        """Wait for a job's result.

        Args:
            job_id: of the job.
            on_progress: told about once a second how far it is.
            timeout: seconds after which the job is given as it is by then, which goes on; None: never.
            patience: seconds for which the server may be away, as while it is started anew.

        Returns:
            The job, succeeded; or as it is when the time is over.

        Raises:
            JobFailed: it failed; the message is the server's.
            JobCancelled: it was cancelled.
            ApiError, ServerUnreachable: there is no such job, or no server for too long.
        """
        start = heard = time.monotonic()
        step = 1 if on_progress is not None else _LONG_WAIT
        while True:
            left = step if timeout is None else timeout - (time.monotonic() - start)
            try:
                job = self.get(job_id, wait=max(0, min(step, round(left))))
            except ServerUnreachable:
                if time.monotonic() - heard > patience:
                    raise
                continue
            heard = time.monotonic()
            if on_progress is not None:
                on_progress(job)
            if job.is_final:
                return succeeded(job)
            if timeout is not None and heard - start >= timeout:
                return job

    def events(self, job_id: str, *, last_event_id: str | None = None) -> Iterator[Event]:
        """What happens to a job, from its beginning (or from after an event) until it has ended.

        Where the line breaks it goes on after the last event that came.

        Raises:
            ApiError, ServerUnreachable: there is no such job, or no server for too long.
        """
        path = f"/v1/jobs/{job_id}/events"
        return follow(
            self._line, path, last_event_id=last_event_id, is_over=lambda: self.get(job_id).is_final
        )

    def segments(self, job_id: str) -> Sequence[Segment]:
        """The segments of a job in order; none before its source was looked at."""
        return tuple(self._line.pages(Segment, f"/v1/jobs/{job_id}/segments"))

    def preview(self, job_id: str) -> Picture:
        """The latest picture that shows how a job is going.

        Raises:
            ApiError: it shows none (yet).
        """
        answer = self._line.send("GET", f"/v1/jobs/{job_id}/preview")
        return Picture(answer.content, answer.headers["Content-Type"])

    def partial(self, job_id: str, path: str | Path, *, overwrite: bool = False) -> Path:
        """Get the beginning of a video's result, as far as it is painted, while the rest is; without sound.

        Raises:
            ApiError: there is nothing to show yet.
            OutputExists: something is at the path already.
        """
        place = Path(path)
        require_place(place, overwrite=overwrite)
        growing = place.parent / f".{place.name}.{secrets.token_hex(4)}.part"
        try:
            growing.write_bytes(self._line.send("GET", f"/v1/jobs/{job_id}/partial").content)
            put_in_place(growing, place, overwrite=overwrite)
        finally:
            growing.unlink(missing_ok=True)
        return place

    def cancel(self, job_id: str) -> Job:
        """Stop a job for good; what was done until then is kept for a retry."""
        return self._line.read(Job, "POST", f"/v1/jobs/{job_id}/cancel")

    def stop(self, job_id: str) -> Job:
        """End a training now, and make the filter of what was learned until then."""
        return self._line.read(Job, "POST", f"/v1/jobs/{job_id}/stop")

    def retry(self, job_id: str, *, budget_micros: int | None = None) -> Job:
        """Go on with a job that failed or was cancelled."""
        return self._line.read(Job, "POST", f"/v1/jobs/{job_id}/retry", json={"budget_micros": budget_micros})


def succeeded(job: Job) -> Job:
    """A job that has ended well.

    Raises:
        JobFailed: it failed.
        JobCancelled: it was cancelled.
    """
    if job.state == "cancelled":
        raise JobCancelled(f"The job {job.id} was cancelled. Retry it, and it goes on where it was.")
    if job.error is not None:
        more = " It can be retried." if job.error.retryable else ""
        raise JobFailed(f"The job {job.id} failed: {job.error.message}{more}")
    return job
