"""``/v1/events``: what happened."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse

from rotoscope.api.access import Reader
from rotoscope.api.models.fields import ID_PATTERN, IdPath
from rotoscope.api.models.webhooks import EventView
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.refusals import InvalidRequest, RequestFault
from rotoscope.api.services import UseEnding, UseServices
from rotoscope.api.streams import event_stream, start_of_stream

router = APIRouter(tags=["events"])
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=64, description="The id of the last event that was read."),
]
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events as they happen; each has a type (`event`), an `id`, and as `data` what "
        "`GET /v1/events` lists",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/v1/events", operation_id="list_events", summary="List events")
def list_events(
    services: UseServices,
    caller: Reader,
    page: UsePage,
    subject: Annotated[str | None, Query(pattern=ID_PATTERN, description="Only those of this id.")] = None,
) -> Page[EventView]:
    """What happened, in its order. For what happens from now on there is `/v1/events/stream`."""
    after = page.after or "0"
    if not after.isdecimal() or len(after) > 18:
        told = "is a cursor of another list"
        raise InvalidRequest(f"The query's after {told}.", [RequestFault("query.after", told)])
    rows = services.book.events_after(caller.client_id, int(after), subject=subject, limit=page.limit + 1)
    return page.cut(rows, EventView.of, lambda row: row.sequence)


@router.get(
    "/v1/events/stream",
    operation_id="stream_events",
    summary="Follow events",
    response_class=StreamingResponse,
    responses=_STREAM,
)
def stream_events(
    services: UseServices, caller: Reader, ending: UseEnding, last_event_id: LastEventId = None
) -> StreamingResponse:
    """Server-sent events from now on; with `Last-Event-ID`, from after that one."""
    book = services.book
    after = start_of_stream(book, caller.client_id, last_event_id, from_now=True)
    return event_stream(book, caller.client_id, after=after, ending=ending)


@router.get(
    "/v1/jobs/{job_id}/events",
    operation_id="stream_job_events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses=_STREAM,
)
def stream_job_events(
    services: UseServices,
    caller: Reader,
    ending: UseEnding,
    job_id: IdPath,
    last_event_id: LastEventId = None,
) -> StreamingResponse:
    """Server-sent events of one job from its beginning, or from after `Last-Event-ID`, until it has ended."""
    book = services.book
    book.get(caller.client_id, job_id)
    after = start_of_stream(book, caller.client_id, last_event_id, from_now=False)
    return event_stream(book, caller.client_id, after=after, ending=ending, job_id=job_id)
