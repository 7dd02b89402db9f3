"""``/v1/looks``: what is asked for, under names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from rotoscope.api.access import Reader, Writer
from rotoscope.api.easel import Easel, UseEasel
from rotoscope.api.look_book import LookBook
from rotoscope.api.media_book import MediaBook
from rotoscope.api.media_pictures import preview_of
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.looks import LookCheckRequest, LookReport, LookRequest, LookView
from rotoscope.api.models.media import PreviewQuery
from rotoscope.api.models.problem import ProblemFault
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.pictures import PICTURE_ANSWER, picture_answer, problems
from rotoscope.api.services import Services, UseServices
from rotoscope.errors import InvalidLook
from rotoscope.render.looks.reading import plain_look
from rotoscope.render.looks.strangers import parse_strangers_look, require_filters

router = APIRouter(prefix="/v1/looks", tags=["looks"])


@router.post("", operation_id="create_look", summary="Put a look away", status_code=201)
def create_look(
    services: UseServices, easel: UseEasel, caller: Writer, wanted: LookRequest, response: Response
) -> LookView:
    """Keep a look under a name. It is held against the schema and the palette first."""
    document = checked(services, easel, caller.client_id, wanted.document)
    made = LookBook(services.database).make(caller.client_id, wanted.name, document)
    response.headers["Location"] = f"/v1/looks/{made.id}"
    return LookView.of(made)


@router.get("", operation_id="list_looks", summary="List looks")
def list_looks(services: UseServices, caller: Reader, page: UsePage) -> Page[LookView]:
    """Your looks in the order of their making."""
    rows = LookBook(services.database).page(caller.client_id, limit=page.limit + 1, after=page.after)
    return page.cut(rows, LookView.of, lambda look: look.id)


@router.get("/{look_id}", operation_id="get_look", summary="Get a look")
def get_look(services: UseServices, caller: Reader, look_id: IdPath) -> LookView:
    """One of your looks."""
    return LookView.of(LookBook(services.database).get(caller.client_id, look_id))


@router.put("/{look_id}", operation_id="replace_look", summary="Replace a look", responses=problems(409))
def replace_look(
    services: UseServices, easel: UseEasel, caller: Writer, look_id: IdPath, wanted: LookRequest
) -> LookView:
    """Put another look, or another name, in a look's place. Jobs that were made with it keep what it was."""
    document = checked(services, easel, caller.client_id, wanted.document)
    replaced = LookBook(services.database).replace(caller.client_id, look_id, wanted.name, document)
    return LookView.of(replaced)


@router.delete("/{look_id}", operation_id="delete_look", summary="Delete a look", status_code=204)
def delete_look(services: UseServices, caller: Writer, look_id: IdPath) -> None:
    """Throw a look away."""
    LookBook(services.database).delete(caller.client_id, look_id)


@router.post(":validate", operation_id="validate_look", summary="Say what is wrong with a look")
def validate_look(
    services: UseServices, easel: UseEasel, caller: Reader, wanted: LookCheckRequest
) -> LookReport:
    """Holds a look against the schema and the palette. Files that it names are not looked at."""
    try:
        checked(services, easel, caller.client_id, wanted.document)
    except InvalidLook as error:
        faults = [ProblemFault(where=fault.key or "document", told=fault.told) for fault in error.faults]
        return LookReport(is_valid=False, faults=faults or [ProblemFault(where="document", told=str(error))])
    return LookReport(is_valid=True, faults=[])


@router.get(
    "/{look_id}/preview",
    operation_id="preview_look",
    summary="Paint one frame of a medium with a look",
    response_class=Response,
    responses=PICTURE_ANSWER | problems(409, 415),
)
def preview_look(
    services: UseServices,
    easel: UseEasel,
    caller: Reader,
    look_id: IdPath,
    asked: Annotated[PreviewQuery, Query()],
) -> Response:
    """What the look makes of the frame at a moment: to see it before a whole clip is painted."""
    look = LookBook(services.database).stored_text(caller.client_id, look_id)
    medium = MediaBook(services.database).get(caller.client_id, asked.medium)
    return picture_answer(preview_of(services, easel, caller.client_id, medium, look, asked))


def checked(
    services: Services, easel: Easel, client_id: str, given: Mapping[str, Any] | str
) -> Mapping[str, Any]:
    """A look as JSON, found in order.

    Raises:
        InvalidLook: it is not.
    """
    text = parse_strangers_look(given)
    require_filters(text, partial(easel.shelf.load, services.palette_of(client_id)))
    return plain_look(given, name="The look") if isinstance(given, str) else given
