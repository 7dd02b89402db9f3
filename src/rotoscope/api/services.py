"""What the API is built on, made once and handed down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from rotoscope.database.engine import Database
from rotoscope.palette.palette import Palette
from rotoscope.settings import Settings
from rotoscope.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes use."""

    settings: Settings
    database: Database
    palette_of: Callable[[str], Palette]
    """The filters at hand for the client of that id."""
    storage_of: Callable[[str], Storage]
    """What the client of that id can reach, by URI."""
    requests_per_minute: int | None = None
    """Of one client; None: as many as it likes. Counts are one process's, so it is for one machine."""


def services_of(request: Request) -> Services:
    """The services that the application was made with."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


UseServices = Annotated[Services, Depends(services_of)]
"""A route's parameter that gets the services."""
