"""One picture, painted while whoever asks waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import Response

from rotoscope.api.access import Runner
from rotoscope.api.file_bodies import BodyRules, described, read_body, validated
from rotoscope.api.look_book import LookBook
from rotoscope.api.models.images import StylizeImage
from rotoscope.api.pictures import PICTURE_ANSWER, accepted_suffix, picture_answer, problems
from rotoscope.api.refusals import InvalidRequest
from rotoscope.api.services import UseServices
from rotoscope.api.staging import Staging, staged
from rotoscope.api.studio import MOST_BYTES, UseStudio, suffix_for
from rotoscope.api.traits import Traits, traits

router = APIRouter(tags=["images"])
RULES: Final = BodyRules(MOST_BYTES, repeated=frozenset({"filters"}))
_EXAMPLE: Final = {"source": "data://photos/cliff.jpg", "filters": ["great-wave"], "strength": 0.8}


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A picture to paint, how, and the files that came with it."""

    asked: StylizeImage
    files: tuple[Path, ...]
    staging: Staging

    def source(self) -> Path:
        """The picture: the one that was sent, or a copy of the stored one.

        Raises:
            InvalidRequest: neither was given, or more than one.
            StorageError: it cannot be had.
        """
        uris = [self.asked.source] if self.asked.source is not None else []
        if len(uris) + len(self.files) != 1:
            raise InvalidRequest(
                f"{len(uris) + len(self.files)} pictures were given, and one is painted. Send the picture as "
                "the body or as the part `picture` of a form, or give its URI as `source`."
            )
        return self.files[0] if self.files else self.staging.take(uris[0])


async def picture_request(
    request: Request, caller: Runner, services: UseServices
) -> AsyncGenerator[PictureRequest]:
    """What is to be painted; its files are gone after the answer."""
    room = staged(services, caller.client_id, most_bytes=MOST_BYTES)
    staging = await to_thread.run_sync(room.__enter__)
    try:
        body = await read_body(request, staging.folder, RULES)
        yield PictureRequest(validated(StylizeImage, body.fields), body.files, staging)
    finally:
        await to_thread.run_sync(room.__exit__, None, None, None)


@router.post(
    "/v1/images:stylize",
    operation_id="stylize_image",
    summary="Paint one picture, and get it",
    response_class=Response,
    responses=PICTURE_ANSWER | problems(404, 406, 409, 415),
    openapi_extra=described(StylizeImage, RULES, files="picture", example=_EXAMPLE),
)
@traits(Traits(largest_body=RULES.most_bytes, keeps_answer=False))
def stylize_image(
    caller: Runner,
    services: UseServices,
    studio: UseStudio,
    request: Annotated[PictureRequest, Depends(picture_request)],
    accept: Annotated[str | None, Header(description="image/png, image/jpeg or image/webp.")] = None,
) -> Response:
    """Takes a photograph (as the body itself, in a form, or by URI) and answers with its painting.

    Where the body is the picture, the fields are given in the query. At most 64 MB and 40 megapixels, for the
    photograph and for the result; larger ones, animations and videos are painted by jobs.
    """
    wanted = accepted_suffix(accept)
    asked, staging = request.asked, request.staging
    look = LookBook(services.database).text_of(caller.client_id, asked.look)
    with staging.naming():
        source = request.source()
        suffix = suffix_for(source, asked, wanted)
        palette = services.palette_of(caller.client_id)
        painted = studio.paint(
            caller.client_id, palette, source, asked, look=look, take=staging.take, suffix=suffix
        )
    return picture_answer(painted)
