"""One picture, painted while whoever asks waits."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from rotoscope.api.access import Runner
from rotoscope.api.easel import MOST_BYTES, UseEasel, suffix_for
from rotoscope.api.file_bodies import BodyRules, described
from rotoscope.api.look_book import LookBook
from rotoscope.api.models.images import StylizeImage
from rotoscope.api.pictures import PICTURE_ANSWER, accepted_suffix, picture_answer, problems
from rotoscope.api.sent_files import SentFiles, sent_files
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits

router = APIRouter(tags=["images"])
RULES: Final = BodyRules(MOST_BYTES, repeated=frozenset({"filter"}))
_EXAMPLE: Final = {"source": "data://photos/cliff.jpg", "filter": "great-wave", "strength": 0.8}


Sent = Annotated[SentFiles[StylizeImage], Depends(sent_files(StylizeImage, RULES, "run"))]


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
    easel: UseEasel,
    sent: Sent,
    accept: Annotated[str | None, Header(description="image/png, image/jpeg or image/webp.")] = None,
) -> Response:
    """Takes a photograph (as the body itself, in a form, or by URI) and answers with its painting.

    Where the body is the picture, the fields are given in the query. At most 64 MB and 40 megapixels, for the
    photograph and for the result; larger ones, animations and videos are painted by jobs.
    """
    wanted = accepted_suffix(accept)
    asked, staging = sent.asked, sent.staging
    look = LookBook(services.database).text_of(caller.client_id, asked.look)
    with staging.naming():
        source = sent.one(asked.source, "picture")
        suffix = suffix_for(source, asked, wanted)
        palette = services.palette_of(caller.client_id)
        painted = easel.paint(
            caller.client_id, palette, source, asked, look=look, take=staging.take, suffix=suffix
        )
    return picture_answer(painted)
