"""What has to be cleared away now and then, while the application runs."""

from __future__ import annotations

import logging
from typing import Final

import anyio
from anyio import to_thread

from rotoscope.api.kept_answers import KeptAnswers
from rotoscope.api.services import Services
from rotoscope.api.upload_book import UploadBook
from rotoscope.database.columns import now
from rotoscope.errors import RotoscopeError

_EVERY_SECONDS: Final = 3600
_LOG: Final = logging.getLogger(__name__)


def clear_away(services: Services) -> None:
    """Remove answers that were kept for a day, and uploads that took too long."""
    KeptAnswers(services.database).clear()
    try:
        UploadBook(services).clear(now())
    except RotoscopeError as error:
        _LOG.warning("Old uploads cannot be cleared away now: %s", error)


async def keep_house(services: Services) -> None:
    """Clear away at once, and then every hour; runs until it is cancelled."""
    while True:
        await to_thread.run_sync(clear_away, services)
        await anyio.sleep(_EVERY_SECONDS)
