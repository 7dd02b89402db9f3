"""``/v1/jobs``: work that goes on by itself."""

from __future__ import annotations

from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from rotoscope.api.access import Reader, Runner
from rotoscope.api.models.fields import ID_PATTERN, IdPath
from rotoscope.api.models.jobs import JobView, RetryRequest, SegmentView
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.refusals import NotFound
from rotoscope.api.services import UseServices
from rotoscope.api.serving import media_type_of
from rotoscope.api.waiting import PREFER, wait_as_preferred
from rotoscope.errors import StoredFileNotFound
from rotoscope.jobs.job import JobState
from rotoscope.jobs.workshop import partial_path, preview_path

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
_PREVIEW: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A picture",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PARTIAL: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A video",
        "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", operation_id="list_jobs", summary="List jobs")
def list_jobs(
    services: UseServices,
    caller: Reader,
    page: UsePage,
    state: Annotated[list[JobState], Query(description="Only those in one of these states.")] = [],  # noqa: B006
    operation: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Only those of this operation, such as `renders`.")
    ] = None,
) -> Page[JobView]:
    """Your jobs, the newest first."""
    rows = services.book.list(
        caller.client_id, states=state, operation=operation, before=page.after, limit=page.limit + 1
    )
    currency = services.prices.rates().currency
    return page.cut(rows, lambda job: JobView.of(job, currency), lambda job: job.id)


@router.get("/{job_id}", operation_id="get_job", summary="Get a job", openapi_extra=PREFER)
async def get_job(
    services: UseServices, caller: Reader, job_id: IdPath, request: Request, response: Response
) -> JobView:
    """One job: its state, progress, cost so far, and in the end its result or error.

    With `Prefer: wait=20` the answer waits that long for the job's end, a minute at most.
    """
    job = await to_thread.run_sync(services.book.get, caller.client_id, job_id)
    job = await wait_as_preferred(services.book, job, request, response)
    return JobView.of(job, services.prices.rates().currency)


@router.get("/{job_id}/segments", operation_id="list_segments", summary="List a job's segments")
def list_segments(services: UseServices, caller: Reader, job_id: IdPath, page: UsePage) -> Page[SegmentView]:
    """The segments of a job in order; none before its source was looked at, and none where it has none."""
    rows = services.book.segments(caller.client_id, job_id, after=page.after_number, limit=page.limit + 1)
    return page.cut(rows, SegmentView.of, lambda segment: segment.number)


@router.get(
    "/{job_id}/preview",
    operation_id="get_job_preview",
    summary="See how a job is going",
    response_class=Response,
    responses=_PREVIEW,
)
def get_job_preview(services: UseServices, caller: Reader, job_id: IdPath) -> Response:
    """The latest picture that shows how a job is going, such as a training's."""
    services.book.get(caller.client_id, job_id)
    try:
        picture = b"".join(services.store.read(preview_path(job_id)))
    except StoredFileNotFound:
        raise NotFound(f"The job {job_id} shows no picture yet; many kinds of jobs never do.") from None
    return Response(picture, media_type="image/png")


@router.get(
    "/{job_id}/partial",
    operation_id="get_partial_result",
    summary="See the beginning of a result while the rest is painted",
    response_class=Response,
    responses=_PARTIAL,
)
def get_partial_result(services: UseServices, caller: Reader, job_id: IdPath) -> Response:
    """A video that begins as the result will, as far as it was painted without a gap; it has no sound."""
    job = services.book.get(caller.client_id, job_id)
    try:
        size = services.store.stat(partial_path(job_id)).size_bytes
        pieces = services.store.read(partial_path(job_id))
    except StoredFileNotFound:
        raise NotFound(
            f"The job {job_id} has nothing to show yet; a video of several segments has when one is done."
        ) from None
    media_type = media_type_of(str(job.params.get("output", "")))
    return StreamingResponse(pieces, media_type=media_type, headers={"Content-Length": str(size)})


@router.post("/{job_id}/cancel", operation_id="cancel_job", summary="Cancel a job")
def cancel_job(services: UseServices, caller: Runner, job_id: IdPath) -> JobView:
    """Stop a job for good, though it can be tried again. What was done until then is paid for."""
    job = services.book.cancel(caller.client_id, job_id)
    return JobView.of(job, services.prices.rates().currency)


@router.post("/{job_id}/stop", operation_id="stop_job", summary="Stop a job and keep what there is")
def stop_job(services: UseServices, caller: Runner, job_id: IdPath) -> JobView:
    """End a training now, and make the filter of what was learned until then."""
    job = services.book.stop(caller.client_id, job_id)
    return JobView.of(job, services.prices.rates().currency)


@router.post("/{job_id}/retry", operation_id="retry_job", summary="Try a job again", status_code=202)
def retry_job(services: UseServices, caller: Runner, job_id: IdPath, how: RetryRequest) -> JobView:
    """Go on with a job that failed or was cancelled: what is done of it is not done again."""
    job = services.book.retry(caller.client_id, job_id, budget_micros=how.budget_micros)
    return JobView.of(job, services.prices.rates().currency)
