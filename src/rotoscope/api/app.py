"""The application: routes, and what surrounds them."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from functools import cache
from typing import Final, TypeAlias

from anyio import create_task_group, to_thread
from fastapi import APIRouter, FastAPI

from rotoscope._version import __version__
from rotoscope.api.access import Authentication
from rotoscope.api.bodies import BodyLimit
from rotoscope.api.browser_runtime import BrowserRuntime
from rotoscope.api.conditional import ConditionalGet
from rotoscope.api.easel import Easel
from rotoscope.api.housekeeping import keep_house
from rotoscope.api.idempotency import Idempotency
from rotoscope.api.kept_answers import KeptAnswers
from rotoscope.api.key_book import KeyBook
from rotoscope.api.metrics import Metrics
from rotoscope.api.paths import PathTable
from rotoscope.api.problems import add_problem_handlers
from rotoscope.api.rates import RateLimit
from rotoscope.api.routes import (
    clients,
    collections,
    connectors,
    docs,
    economics,
    events,
    files,
    filters,
    health,
    images,
    jobs,
    keys,
    looks,
    media,
    picture_urls,
    projects,
    runtime,
    start,
    steps,
    studio,
    uploads,
    watches,
    webhooks,
)
from rotoscope.api.services import Services
from rotoscope.api.tracking import Tracking
from rotoscope.jobs.picture_charges import PictureCharges

Hook: TypeAlias = Callable[[Services], AbstractContextManager[object]]
"""Something that runs as long as the application does."""

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    start.router,
    keys.router,
    clients.router,
    files.router,
    uploads.router,
    connectors.router,
    media.router,
    images.router,
    picture_urls.router,
    picture_urls.open_router,
    filters.router,
    looks.router,
    collections.router,
    steps.router,
    jobs.router,
    economics.router,
    projects.router,
    events.router,
    watches.router,
    webhooks.router,
    docs.router,
    runtime.router,
    studio.router,
)
"""All routes, in the order in which they are tried and documented."""


def create_app(services: Services, *, hooks: Sequence[Hook] = ()) -> FastAPI:
    """The application over these services.

    Args:
        services: what routes use.
        hooks: entered when the application starts, left in reverse order when it ends; each on a thread.

    Returns:
        The application. Whoever ends its server sets the event ``state.ending`` first, so that streams and
        waits end, which would otherwise be waited for.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        with ExitStack() as stack:
            for hook in hooks:
                await to_thread.run_sync(lambda hook=hook: stack.enter_context(hook(services)))
            async with create_task_group() as tasks:
                tasks.start_soon(keep_house, services)
                yield
                tasks.cancel_scope.cancel()
            await to_thread.run_sync(stack.close)

    app = FastAPI(
        title="Rotoscope",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.ending = threading.Event()
    app.state.easel = Easel(services.settings, PictureCharges(services.database, services.prices))
    app.state.runtime = BrowserRuntime(services.settings.cache_dir)
    app.state.metrics = metrics = Metrics(services.database)
    for router in ROUTERS:
        app.include_router(router)
    add_problem_handlers(app)
    paths = cache(lambda: PathTable(app.routes))
    app.add_middleware(ConditionalGet)
    app.add_middleware(Idempotency, answers=KeptAnswers(services.database))
    if services.requests_per_minute is not None:
        app.add_middleware(RateLimit, per_minute=services.requests_per_minute)
    app.add_middleware(Authentication, keys=KeyBook(services.database))
    app.add_middleware(BodyLimit)
    app.add_middleware(Tracking, paths=paths, observe=metrics.observe)
    return app
