"""A path for each operation: it makes a job."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, Final, cast

from anyio import to_thread
from fastapi import APIRouter, Body, Request, Response
from pydantic import Field, create_model

from rotoscope.api.access import Runner
from rotoscope.api.look_book import LookBook
from rotoscope.api.models.jobs import BudgetMicros, JobView
from rotoscope.api.services import Services, UseServices
from rotoscope.api.waiting import APPLIED, PREFER, wait_as_preferred
from rotoscope.jobs.book import DEFAULT_PRIORITY, PRIORITIES
from rotoscope.jobs.job import Job
from rotoscope.jobs.operations.base import Operation, Params
from rotoscope.jobs.operations.registry import OPERATIONS
from rotoscope.render.looks.document import LookDocument
from rotoscope.storage.connectors import Right

router = APIRouter(tags=["steps"])
_PATHS: Final = {"train": "trainings"}
"""Where a path is not called as its operation."""
_ORDER: Final = {"priority", "budget_micros"}
_RIGHTS: Final[dict[str, Right]] = {
    "source": "read",
    "original": "read",
    "content": "read",
    "output": "write",
}
"""What is asked of the URIs in these parameters, so that a job which cannot go well is refused at once."""
_ENDED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "The job has ended within `Prefer: wait`", "model": JobView},
}


def _add(operation: Operation[Any]) -> None:
    model = _body_of(operation)

    async def make_job(
        services: UseServices, caller: Runner, wanted: Params, request: Request, response: Response
    ) -> JobView:
        job = await to_thread.run_sync(_create, services, caller.client_id, operation, wanted)
        job = await wait_as_preferred(services.book, job, request, response)
        response.headers["Location"] = f"/v1/jobs/{job.id}"
        response.status_code = 201 if APPLIED in response.headers else 202
        return JobView.of(job, services.settings.rate.currency)

    example = {"usual": {"summary": operation.summary, "value": operation.example}}
    make_job.__annotations__["wanted"] = Annotated[model, Body(openapi_examples=cast("Any", example))]
    router.post(
        f"/v1/{_PATHS.get(operation.name, operation.name)}",
        operation_id=f"create_{operation.name}_job",
        summary=operation.summary,
        description=_told(operation),
        status_code=202,
        response_description="The job; Location is its path",
        responses=_ENDED,
        openapi_extra=PREFER,
    )(make_job)


def _told(operation: Operation[Any]) -> str:
    return (
        f"{inspect.getdoc(operation.params) or operation.summary}\n\nMakes a job; `GET /v1/jobs/{{job_id}}` "
        "tells how far it is, and `GET /v1/jobs/{job_id}/events` as it happens."
    )


def _body_of(operation: Operation[Any]) -> type[Params]:
    """The operation's parameters, and what all jobs are asked."""
    fields: Any = {
        "priority": (
            int,
            Field(
                default=DEFAULT_PRIORITY,
                ge=PRIORITIES.start,
                le=PRIORITIES.stop - 1,
                description="Lower goes first.",
            ),
        ),
        "budget_micros": (BudgetMicros, None),
    }
    params: type[Params] = operation.params
    return create_model(
        f"{operation.name.capitalize()}Request", __base__=params, __doc__=inspect.getdoc(params), **fields
    )


def _create(services: Services, client_id: str, operation: Operation[Any], wanted: Params) -> Job:
    params = wanted.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_ORDER)
    if isinstance(look := params.get("look"), str):
        document = LookBook(services.database).get(client_id, look).document
        params["look"] = LookDocument.model_validate(document).model_dump(
            mode="json", by_alias=True, exclude_unset=True
        )
    storage = services.storage_of(client_id)
    for name, right in _RIGHTS.items():
        if isinstance(uri := params.get(name), str):
            storage.locate(uri, right)
    asked = wanted.model_dump(include=_ORDER)
    return services.book.create(
        client_id,
        operation.name,
        params,
        priority=asked["priority"],
        budget_micros=asked["budget_micros"],
    )


for _operation in OPERATIONS.values():
    _add(_operation)
