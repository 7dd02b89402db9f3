"""A route's parameter for requests that bring files, and fields beside them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from anyio import to_thread
from fastapi import Depends, Request, Security
from pydantic import BaseModel

from rotoscope.api.access import Caller, caller
from rotoscope.api.file_bodies import BodyRules, read_body, validated
from rotoscope.api.key_book import KeyScope
from rotoscope.api.media_book import checksum_of
from rotoscope.api.refusals import InvalidRequest
from rotoscope.api.services import Services, services_of
from rotoscope.api.staging import Staging, staged
from rotoscope.storage.staging import deliver

Model = TypeVar("Model", bound=BaseModel)
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class SentFiles(Generic[Model]):
    """What came with a request."""

    asked: Model
    """The fields."""
    files: tuple[Path, ...]
    """Local copies of the files, gone after the answer."""
    staging: Staging

    def one(self, uri: str | None, what: str) -> Path:
        """The one file: the one that was sent, or a copy of the stored one.

        Raises:
            InvalidRequest: neither was given, or more than one.
            StorageError: it cannot be had.
        """
        count = len(self.files) + (uri is not None)
        if count != 1:
            raise InvalidRequest(
                f"{count} {what}s were given, and one is wanted. Send it as the body or in a form, or give "
                "its URI."
            )
        return self.files[0] if uri is None else self.staging.take(uri)

    def kept_under(self, folder: str) -> str:
        """Store the one file that was sent in the client's name space; gives its URI.

        Raises:
            InvalidRequest: none was sent, or several.
            StorageError: it cannot be stored.
        """
        if len(self.files) != 1:
            raise InvalidRequest(
                f"{len(self.files)} files were sent, and one is wanted. Send it as the body or in a form, or "
                "give its URI."
            )
        (file,) = self.files
        uri = f"data://{folder}/{checksum_of(file)[0][:_DIGITS]}/{file.name}"
        deliver(self.staging.storage, file, uri)
        return uri


def sent_files(
    model: type[Model], rules: BodyRules, scope: KeyScope
) -> Callable[..., AsyncGenerator[SentFiles[Model]]]:
    """Makes the dependency of a route that takes files.

    Args:
        model: of the fields.
        rules: what the route takes.
        scope: what the caller's key must have, before anything is read.
    """

    async def read(
        request: Request,
        asking: Caller = Security(caller, scopes=[scope]),  # noqa: B008  # FastAPI's way
        services: Services = Depends(services_of),  # noqa: B008
    ) -> AsyncGenerator[SentFiles[Model]]:
        room = staged(services, asking.client_id, most_bytes=rules.most_bytes)
        staging = await to_thread.run_sync(room.__enter__)
        try:
            body = await read_body(request, staging.folder, rules)
            yield SentFiles(validated(model, body.fields), body.files, staging)
        finally:
            await to_thread.run_sync(room.__exit__, None, None, None)

    return read
