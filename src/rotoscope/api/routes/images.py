"""One picture, painted while whoever asks waits."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from rotoscope.api.access import Caller, Runner
from rotoscope.api.easel import LIMITS, MOST_BYTES, UseEasel, suffix_for
from rotoscope.api.file_bodies import BodyRules, described
from rotoscope.api.look_book import LookBook
from rotoscope.api.media_book import checksum_of
from rotoscope.api.models.images import StylizeImage
from rotoscope.api.pictures import PICTURE_ANSWER, accepted_suffix, picture_answer, problems
from rotoscope.api.sent_files import SentFiles, sent_files
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.database.spending import told_filters
from rotoscope.errors import InvalidOptions
from rotoscope.jobs.picture_charges import PictureBill
from rotoscope.media.stills import read_header
from rotoscope.render.look import scaled_size
from rotoscope.render.looks.reading import LookText
from rotoscope.render.looks.strangers import filters_named

router = APIRouter(tags=["images"])
RULES: Final = BodyRules(MOST_BYTES, repeated=frozenset({"filter"}))
PREVIEW_SIDE: Final = 1024
"""Pixels along the long side of a preview, at most."""
_EXAMPLE: Final = {"source": "data://photos/cliff.jpg", "filter": "great-wave", "strength": 0.8}


AskedOnce = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="Of your choice, such as a UUID. The same picture that is asked for again with the same "
        "key within a day is painted again, and paid for once.",
    ),
]
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
    idempotency_key: AskedOnce = None,
) -> Response:
    """Takes a photograph (as the body itself, in a form, or by URI) and answers with its painting.

    Where the body is the picture, the fields are given in the query. At most 64 MB and 40 megapixels, for the
    photograph and for the result; larger ones, animations and videos are painted by jobs. Each is a row of
    the ledger, and refused (`budget-exhausted`) where a budget of the client or the key is used up.
    """
    wanted = accepted_suffix(accept)
    asked, staging = sent.asked, sent.staging
    look = LookBook(services.database).text_of(caller.client_id, asked.look)
    with staging.naming():
        source = sent.one(asked.source, "picture")
        if asked.preview:
            _require_preview(scaled_size(read_header(source, limits=LIMITS).frame_size, asked.size))
        suffix = suffix_for(source, asked, wanted)
        palette = services.palette_of(caller.client_id)
        specs = asked.filter if look is None else filters_named(look)
        once = idempotency_key
        same = None if once is None else _same(caller, once, source, asked, look, suffix)
        operation = "picture-preview" if asked.preview else "picture"
        bill = PictureBill(caller.client_id, caller.key_id, operation, told_filters(specs), same)
        painted = easel.paint(bill, palette, source, asked, look=look, take=staging.take, suffix=suffix)
        if asked.preview:
            _require_preview(painted.frame_size)  # the look may say a size as well
    return picture_answer(painted)


def _require_preview(size: tuple[int, int]) -> None:
    """Refuse a preview that could be used as the picture.

    Raises:
        InvalidOptions: it is too large.
    """
    width, height = size
    if max(size) > PREVIEW_SIDE:
        raise InvalidOptions(
            f"The preview would have {width} x {height} pixels; along the long side it has at most "
            f"{PREVIEW_SIDE}. Send a smaller picture, say a size, or leave preview out."
        )


def _same(
    caller: Caller, asked_once: str, source: Path, asked: StylizeImage, look: LookText | None, suffix: str
) -> str:
    """Of everything that decides the picture, and of who asks for it under which key."""
    how = [asked.model_dump(mode="json"), None if look is None else look.text, suffix]
    told = [caller.key_id, asked_once, checksum_of(source)[0], how]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
