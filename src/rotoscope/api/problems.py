"""Errors as answers: the one table from classes to status codes, and RFC 9457 problem documents."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from rotoscope import errors
from rotoscope.api import refusals
from rotoscope.api.refusals import InvalidRequest, Refusal, RequestFault
from rotoscope.api.request_ids import request_id_of
from rotoscope.errors import InvalidLook, RotoscopeError
from rotoscope.jobs.recording import code_of

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[Mapping[type[RotoscopeError], int]] = {
    errors.RotoscopeError: 500,
    errors.MediaError: 422,
    errors.OutputExists: 409,
    errors.UnsupportedMedia: 415,
    errors.FilterError: 422,
    errors.UnknownFilter: 404,
    errors.FilterFailed: 500,
    errors.WeightsError: 422,
    errors.FetchError: 502,
    errors.PaletteError: 422,
    errors.DuplicateFilter: 409,
    errors.InvalidLook: 422,
    errors.UnknownStyle: 404,
    errors.PublishError: 422,
    errors.CollectionNotFound: 404,
    errors.DuplicateCollection: 409,
    errors.SiteConflict: 409,
    errors.ManifestError: 422,
    errors.TrainingError: 422,
    errors.OptimizationError: 422,
    errors.WorkerLost: 500,
    errors.IsolationError: 422,
    errors.StorageError: 502,
    errors.InvalidUri: 422,
    errors.StoredFileNotFound: 404,
    errors.StoredFileExists: 409,
    errors.AccessDenied: 403,
    errors.StoreUnavailable: 503,
    errors.CorruptTransfer: 502,
    errors.JobError: 422,
    errors.JobNotFound: 404,
    errors.IllegalTransition: 409,
    errors.JobCancelled: 409,
    errors.BudgetExhausted: 409,
    errors.BudgetNotFound: 404,
    errors.MachineDiffers: 409,
    errors.ServiceError: 503,
    errors.ProjectError: 422,
    errors.ProjectNotFound: 404,
    errors.ProjectConflict: 409,
    errors.ProjectBusy: 409,
    errors.ProjectExists: 409,
    errors.RemoteFailed: 502,
    errors.InvalidRates: 422,
    errors.UnknownPlan: 404,
    errors.RatesConflict: 409,
    errors.BackupError: 422,
    errors.CredentialsError: 422,
    errors.RecipeMismatch: 409,
    errors.MissingExtra: 501,
    refusals.NotAuthenticated: 401,
    refusals.ScopeMissing: 403,
    refusals.OperatorOnly: 403,
    refusals.NotFound: 404,
    refusals.MethodNotAllowed: 405,
    refusals.NotAcceptable: 406,
    refusals.Conflict: 409,
    refusals.Gone: 410,
    refusals.PreconditionFailed: 412,
    refusals.ContentTooLarge: 413,
    refusals.UnsupportedContent: 415,
    refusals.RangeNotSatisfiable: 416,
    refusals.InvalidHeader: 400,
    refusals.InvalidRequest: 422,
    refusals.IdempotencyKeyReused: 422,
    refusals.RequestInProgress: 409,
    refusals.AnswerNotKept: 409,
    refusals.TooManyRequests: 429,
    refusals.Busy: 503,
    refusals.ChecksumDiffers: 460,
    refusals.UnexpectedFault: 500,
}
"""What each class answers; a class that is not listed answers as its nearest base."""

_OF_STATUS: Final[Mapping[int, type[Refusal]]] = {
    400: refusals.InvalidHeader,
    404: refusals.NotFound,
    405: refusals.MethodNotAllowed,
    413: refusals.ContentTooLarge,
}
"""What the framework's own exceptions are called."""


def status_of(kind: type[RotoscopeError]) -> int:
    """The status code that an error answers."""
    return next(STATUSES[base] for base in kind.__mro__ if base in STATUSES)


def title_of(kind: type[RotoscopeError]) -> str:
    """What the class says of itself, in one sentence."""
    return (inspect.getdoc(kind) or kind.__name__).partition("\n")[0].rstrip(".")


def problem_document(error: RotoscopeError, request_id: str) -> dict[str, Any]:
    """The problem of an error, as :class:`rotoscope.api.models.problem.Problem` describes it."""
    kind = type(error)
    document: dict[str, Any] = {
        "type": f"/problems/{code_of(kind)}",
        "title": title_of(kind),
        "status": status_of(kind),
        "detail": str(error) or f"{title_of(kind)}.",
        "code": code_of(kind),
        "request_id": request_id,
    }
    if faults := _faults_of(error):
        document["errors"] = [{"where": fault.where, "told": fault.told} for fault in faults]
    return document


def problem_answer(error: RotoscopeError, scope: Scope) -> Response:
    """The answer for an error."""
    document = problem_document(error, request_id_of(scope))
    headers = error.headers if isinstance(error, Refusal) else {}
    if isinstance(error, errors.StoreUnavailable | errors.ServiceError):
        headers = {"Retry-After": "5"}
    return Response(
        json.dumps(document, ensure_ascii=False),
        document["status"],
        {**headers, "Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of a route with a problem."""

    def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, RotoscopeError)
        return problem_answer(error, request.scope)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_answer(as_invalid_request(error.errors()), request.scope)

    def of_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_answer(as_refusal(error, request.scope), request.scope)

    app.add_exception_handler(RotoscopeError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_framework)


def as_invalid_request(found: Sequence[Any]) -> InvalidRequest:
    """The refusal of what pydantic found."""
    faults = [RequestFault(".".join(str(part) for part in fault["loc"]), _told(fault)) for fault in found]
    what = "; ".join(f"{fault.where}: {fault.told}" for fault in faults[:3])
    more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
    return InvalidRequest(
        f"The request does not fit its description: {what}{more}. /openapi.json describes it.", faults
    )


def as_refusal(error: HTTPException, scope: Scope) -> Refusal:
    """The framework's exception as ours."""
    path = refusals.quoted(scope["path"])
    told = {
        404: f"There is no path {path}. /openapi.json lists all paths.",
        405: f"{path} does not know {scope['method']}. The header Allow names the methods it knows.",
    }.get(error.status_code, error.detail or HTTPStatus(error.status_code).phrase)
    kind = _OF_STATUS.get(error.status_code, refusals.UnexpectedFault)
    return kind(told, headers=error.headers)


def _told(fault: Mapping[str, Any]) -> str:
    told = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
    return told[:1].lower() + told[1:]


def _faults_of(error: RotoscopeError) -> Sequence[RequestFault]:
    if isinstance(error, InvalidRequest):
        return error.faults
    if isinstance(error, InvalidLook):
        return [RequestFault(fault.key or f"line {fault.line}", fault.told) for fault in error.faults]
    if isinstance(error, errors.ProjectConflict):
        return [RequestFault("body.branch", told) for told in error.conflicts]
    return ()
