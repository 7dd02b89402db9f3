"""Events as they happen: server-sent events."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator
from typing import Final

import anyio
from anyio import to_thread
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from rotoscope.api.models.webhooks import EventView
from rotoscope.jobs.book import Happening, JobBook
from rotoscope.jobs.job import FINAL_STATES

POLL_SECONDS: Final = 0.25
KEEP_ALIVE_SECONDS: Final = 15.0
_LAST: Final = frozenset(f"job.{state}" for state in FINAL_STATES)


def event_stream(
    book: JobBook, client_id: str, *, after: int, ending: threading.Event, job_id: str | None = None
) -> StreamingResponse:
    """Events of a client from after a number; those of one job end when the job has ended.

    All end when the server does: their readers come again, and say what they read last.
    """
    return StreamingResponse(
        _events(book, client_id, after, job_id, ending),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def start_of_stream(book: JobBook, client_id: str, last_event_id: str | None, *, from_now: bool) -> int:
    """The number after which a stream begins: what its reader saw last, else now or the beginning."""
    found = book.sequence_of(client_id, last_event_id) if last_event_id else None
    if found is not None:
        return found
    return book.last_sequence(client_id) if from_now else 0


async def _events(
    book: JobBook, client_id: str, after: int, job_id: str | None, ending: threading.Event
) -> AsyncGenerator[bytes]:
    told = time.monotonic()
    yield KEEPALIVE_COMMENT
    is_over = job_id is not None and (await to_thread.run_sync(book.get, client_id, job_id)).is_final
    while not ending.is_set():
        found = await to_thread.run_sync(
            lambda after=after: book.events_after(client_id, after, subject=job_id)
        )
        for event in found:
            after = event.sequence
            is_over = is_over or (job_id is not None and event.type in _LAST)
            yield _written(event)
        if found:
            told = time.monotonic()
            continue
        if is_over and job_id is not None:
            if (await to_thread.run_sync(book.get, client_id, job_id)).is_final:
                return
            is_over = False  # what was read last ended an earlier attempt
        if time.monotonic() - told > KEEP_ALIVE_SECONDS:
            told = time.monotonic()
            yield KEEPALIVE_COMMENT
        await anyio.sleep(POLL_SECONDS)


def _written(event: Happening) -> bytes:
    return format_sse_event(event=event.type, id=event.id, data_str=EventView.of(event).model_dump_json())
