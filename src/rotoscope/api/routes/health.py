"""Whether the service is alive and ready, and its figures."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import text

from rotoscope._version import __version__
from rotoscope.api.metrics import Metrics
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits

_NOBODYS_FOLDER: Final = "readiness/"
"""Nothing is in it; asking for it shows that the store answers."""
router = APIRouter(tags=["service"])


class Health(BaseModel):
    """That the service is there."""

    status: Literal["ok"] = "ok"
    version: str = Field(default=__version__, description="Of Rotoscope.")


@router.get("/healthz", operation_id="get_health", summary="Whether the process is alive")
@traits(Traits(counted=False))
def get_health() -> Health:
    """Answers at once and looks at nothing."""
    return Health()


@router.get("/readyz", operation_id="get_readiness", summary="Whether requests can be served")
@traits(Traits(counted=False))
def get_readiness(services: UseServices) -> Health:
    """Asks the database and the store."""
    with services.database.reading() as session:
        session.execute(text("SELECT 1"))
    next(services.store.list(_NOBODYS_FOLDER), None)
    return Health()


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
)
@traits(Traits(counted=False))
def get_metrics(request: Request) -> Response:
    """Requests by path and status, how long they took, and jobs by state, of this process."""
    metrics = request.app.state.metrics
    assert isinstance(metrics, Metrics)
    body, media_type = metrics.exposition(request.headers.get("Accept", ""))
    return Response(body, media_type=media_type)
