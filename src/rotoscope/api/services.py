"""What the API is built on, made once and handed down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from rotoscope.database.engine import Database
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.collections import ClientCollections
from rotoscope.jobs.filters import ClientFilters
from rotoscope.jobs.places import storage_of_client
from rotoscope.jobs.prices import RatesBook
from rotoscope.jobs.projects import ClientProjects
from rotoscope.palette.palette import Palette
from rotoscope.settings import Settings
from rotoscope.storage.storage import Storage, system_store
from rotoscope.storage.store import Store
from rotoscope.storage.uri import is_uri


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes use."""

    settings: Settings
    database: Database
    storage_of: Callable[[str], Storage]
    """What the client of that id can reach, by URI."""
    palette_of: Callable[[str], Palette]
    """The filters at hand for the client of that id."""
    store: Store
    """The root of the service's own store: unfinished uploads are kept there, beside clients' files."""
    filters: ClientFilters
    """Where clients' own filters are kept."""
    collections: ClientCollections
    """Where clients' collections are kept."""
    book: JobBook
    projects: ClientProjects
    prices: RatesBook
    requests_per_minute: int | None = None
    """Of one client; None: as many as it likes. Counts are one process's, so it is for one machine."""


def make_services(
    settings: Settings,
    database: Database,
    *,
    book: JobBook | None = None,
    requests_per_minute: int | None = None,
) -> Services:
    """The usual services over a database.

    Args:
        settings: where things are.
        database: with its tables.
        book: of jobs; by default one that tells nobody of new jobs.
        requests_per_minute: as in :class:`Services`.

    Raises:
        StorageError: the service's store is neither a folder nor a place in a bucket.
    """
    store = system_store(settings)
    shared = store if is_uri(settings.store) else None
    filters = ClientFilters(settings, shared)
    return Services(
        settings=settings,
        database=database,
        storage_of=partial(storage_of_client, settings, database),
        palette_of=filters.palette,
        store=store,
        filters=filters,
        collections=ClientCollections(settings, shared),
        book=book or JobBook(database),
        projects=ClientProjects(settings, shared),
        prices=RatesBook(database, settings),
        requests_per_minute=requests_per_minute,
    )


def services_of(request: Request) -> Services:
    """The services that the application was made with."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def ending_of(request: Request) -> threading.Event:
    """Is set when the server is about to end."""
    ending = request.app.state.ending
    assert isinstance(ending, threading.Event)
    return ending


UseServices = Annotated[Services, Depends(services_of)]
"""A route's parameter that gets the services."""
UseEnding = Annotated[threading.Event, Depends(ending_of)]
"""A route's parameter that gets the event which says that the server is about to end."""
