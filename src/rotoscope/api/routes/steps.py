"""A path for each operation: it makes a job."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Body, Request, Response

from rotoscope.api import job_making
from rotoscope.api.access import Runner
from rotoscope.api.models.jobs import JobView
from rotoscope.api.services import UseServices
from rotoscope.api.waiting import PREFER
from rotoscope.jobs.operations.base import Operation, Params
from rotoscope.jobs.operations.registry import OPERATIONS

router = APIRouter(tags=["steps"])
_PATHS: Final = {
    "train": "trainings",
    "quote": "quotes",
    "quote-training": "quotes/trainings",
    "project-begin": "projects",
}
"""Where a path is not called as its operation."""
_ELSEWHERE: Final = frozenset({"project-paint"})
"""Operations that have their paths in :mod:`rotoscope.api.routes.projects`."""


def _add(operation: Operation[Any]) -> None:
    model = job_making.body_of(operation)

    async def make_job(
        services: UseServices, caller: Runner, wanted: Params, request: Request, response: Response
    ) -> JobView:
        return await job_making.make_job(services, caller, operation, wanted, request, response)

    example = {"usual": {"summary": operation.summary, "value": operation.example}}
    make_job.__annotations__["wanted"] = Annotated[model, Body(openapi_examples=cast("Any", example))]
    router.post(
        f"/v1/{_PATHS.get(operation.name, operation.name)}",
        operation_id=f"create_{operation.name.replace('-', '_')}_job",
        summary=operation.summary,
        description=_told(operation),
        status_code=202,
        response_description="The job; Location is its path",
        responses=job_making.ENDED,
        openapi_extra=PREFER,
    )(make_job)


def _told(operation: Operation[Any]) -> str:
    return (
        f"{inspect.getdoc(operation.params) or operation.summary}\n\nMakes a job; `GET /v1/jobs/{{job_id}}` "
        "tells how far it is, and `GET /v1/jobs/{job_id}/events` as it happens."
    )


for _operation in OPERATIONS.values():
    if _operation.name not in _ELSEWHERE:
        _add(_operation)
