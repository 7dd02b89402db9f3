"""From a request to a job, and from a job to an answer: what all paths that make jobs have in common."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from anyio import to_thread
from fastapi import Request, Response
from pydantic import Field, create_model

from rotoscope.api.access import Caller
from rotoscope.api.look_book import LookBook
from rotoscope.api.models.jobs import BudgetMicros, JobView
from rotoscope.api.services import Services
from rotoscope.api.waiting import APPLIED, wait_as_preferred
from rotoscope.jobs.book import DEFAULT_PRIORITY, PRIORITIES
from rotoscope.jobs.job import Job
from rotoscope.jobs.operations.base import Operation, Params
from rotoscope.render.looks.document import LookDocument
from rotoscope.storage.connectors import Right

ENDED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "The job has ended within `Prefer: wait`", "model": JobView},
}
"""For the document: what is answered beside 202."""
_ORDER: Final = {"priority", "budget_micros"}
_RIGHTS: Final[dict[str, Right]] = {
    "source": "read",
    "original": "read",
    "content": "read",
    "output": "write",
}
"""What is asked of the URIs in these parameters, so that a job which cannot go well is refused at once."""


def body_of(operation: Operation[Any], params: type[Params] | None = None) -> type[Params]:
    """The operation's parameters, and what all jobs are asked.

    Args:
        operation: what the job does.
        params: those of its parameters that are in the body; None: all of them.
    """
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
    base: type[Params] = operation.params if params is None else params
    title = "".join(word.capitalize() for word in operation.name.split("-"))
    return create_model(f"{title}Request", __base__=base, __doc__=inspect.getdoc(base), **fields)


async def make_job(
    services: Services,
    caller: Caller,
    operation: Operation[Any],
    wanted: Params,
    request: Request,
    response: Response,
    *,
    also: Mapping[str, Any] | None = None,
) -> JobView:
    """Make a job, and answer with it when it has ended or nobody wants to wait longer.

    Args:
        services: what routes use.
        caller: who asks.
        operation: what is done.
        wanted: of the model that :func:`body_of` gave.
        request: may carry ``Prefer``.
        response: gets its status and ``Location``.
        also: parameters that stood elsewhere than in the body.

    Raises:
        RotoscopeError: the job cannot go well.
    """
    job = await to_thread.run_sync(_create, services, caller, operation, wanted, dict(also or {}))
    job = await wait_as_preferred(services.book, job, request, response)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    response.status_code = 201 if APPLIED in response.headers else 202
    return JobView.of(job, services.prices.rates().currency)


def _create(
    services: Services, caller: Caller, operation: Operation[Any], wanted: Params, also: dict[str, Any]
) -> Job:
    params = wanted.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_ORDER) | also
    if isinstance(look := params.get("look"), str):
        document = LookBook(services.database).get(caller.client_id, look).document
        params["look"] = LookDocument.model_validate(document).model_dump(
            mode="json", by_alias=True, exclude_unset=True
        )
    storage = services.storage_of(caller.client_id)
    for name, right in _RIGHTS.items():
        if isinstance(uri := params.get(name), str):
            storage.locate(uri, right)
    asked = wanted.model_dump(include=_ORDER)
    return services.book.create(
        caller.client_id,
        operation.name,
        params,
        priority=asked["priority"],
        budget_micros=asked["budget_micros"],
        key_id=caller.key_id,
    )
