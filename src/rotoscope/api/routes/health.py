"""Whether the service is alive, and ready."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text

from rotoscope._version import __version__
from rotoscope.api.services import UseServices
from rotoscope.errors import ServiceError

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """That the service is there."""

    status: Literal["ok"] = "ok"
    version: str = Field(default=__version__, description="Of Rotoscope.")


@router.get("/healthz", operation_id="get_health", summary="Whether the process is alive")
def get_health() -> Health:
    """Answers at once and looks at nothing."""
    return Health()


@router.get("/readyz", operation_id="get_readiness", summary="Whether requests can be served")
def get_readiness(services: UseServices) -> Health:
    """Asks the database."""
    try:
        with services.database.reading() as session:
            session.execute(text("SELECT 1"))
    except Exception as error:
        raise ServiceError("The database does not answer. Wait, and ask again.") from error
    return Health()
