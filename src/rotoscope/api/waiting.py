"""``Prefer: wait=20`` (RFC 7240): waiting for a job's end before answering."""

from __future__ import annotations

import re
import threading
import time
from typing import Any, Final

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from rotoscope.api.services import ending_of
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.job import Job

MOST_SECONDS: Final = 60
APPLIED: Final = "Preference-Applied"
PREFER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "description": "`wait=20` waits so many seconds for the job's end, at most 60.",
            "schema": {"type": "string"},
            "example": "wait=20",
        }
    ]
}
"""For the document: the header that asks for it."""
_WAIT: Final = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_POLLING: Final = (0.02, 0.05, 0.1, 0.2)


def wanted_seconds(request: Request) -> int | None:
    """How long somebody is ready to wait, at most a minute; None: not at all."""
    found = _WAIT.search(", ".join(request.headers.getlist("Prefer")))
    return None if found is None else min(int(found[1]), MOST_SECONDS)


async def wait_as_preferred(book: JobBook, job: Job, request: Request, response: Response) -> Job:
    """The job as it is after the wait that was asked for; where it has ended, the answer says so.

    Args:
        book: of jobs.
        job: as it is now.
        request: may carry ``Prefer``.
        response: gets ``Preference-Applied`` where the job has ended within the wait.
    """
    seconds = wanted_seconds(request)
    if seconds is None:
        return job
    job = await _until_final(book, job, seconds, ending_of(request))
    if job.is_final:
        response.headers[APPLIED] = f"wait={seconds}"
    return job


async def _until_final(book: JobBook, job: Job, seconds: int, ending: threading.Event) -> Job:
    end = time.monotonic() + seconds
    turn = 0
    while not job.is_final and not ending.is_set() and (left := end - time.monotonic()) > 0:
        await anyio.sleep(min(_POLLING[min(turn, len(_POLLING) - 1)], left))
        turn += 1
        job = await to_thread.run_sync(book.get, job.client_id, job.id)
    return job
