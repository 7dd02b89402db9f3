"""``/v1/media``: registered videos, pictures and folders of stills."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from rotoscope.api.access import Reader, Writer
from rotoscope.api.easel import UseEasel
from rotoscope.api.file_bodies import BodyRules, described
from rotoscope.api.media_book import MediaBook, local_copy
from rotoscope.api.media_pictures import frame_of, sheet_of, shots_of
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.media import FrameQuery, MediumRequest, MediumView, SheetQuery, ShotList, ShotView
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.pictures import PICTURE_ANSWER, kept_answer, problems
from rotoscope.api.sent_files import SentFiles, sent_files
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.storage.naming import told_as

router = APIRouter(prefix="/v1/media", tags=["media"])
RULES: Final = BodyRules(8_000_000_000, raw=("image/", "video/", "application/octet-stream"))
Sent = Annotated[SentFiles[MediumRequest], Depends(sent_files(MediumRequest, RULES, "write"))]


@router.post(
    "",
    operation_id="register_medium",
    summary="Register a video, a picture or a folder of stills",
    status_code=201,
    responses={200: {"model": MediumView, "description": "It was registered before."}}
    | problems(404, 409, 415),
    openapi_extra=described(MediumRequest, RULES, files="file", example={"uri": "data://in/drone.mp4"}),
)
@traits(Traits(largest_body=None, keeps_answer=False))
def register_medium(services: UseServices, caller: Writer, sent: Sent, response: Response) -> MediumView:
    """Looks at what a URI holds, or at a file that is sent and kept under `data://media/`.

    Registering again what has not changed gives the same medium, with status 200.
    """
    with sent.staging.naming():
        uri = sent.asked.uri if sent.asked.uri is not None and not sent.files else sent.kept_under("media")
        local = local_copy(services.settings, sent.staging.storage, uri)
        with told_as({local: uri}):
            medium, is_new = MediaBook(services.database).register(caller.client_id, uri, local)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/media/{medium.id}"
    return MediumView.of(medium)


@router.get("", operation_id="list_media", summary="List media")
def list_media(services: UseServices, caller: Reader, page: UsePage) -> Page[MediumView]:
    """Your media in the order of their registration."""
    rows = MediaBook(services.database).page(caller.client_id, limit=page.limit + 1, after=page.after)
    return page.cut(rows, MediumView.of, lambda medium: medium.id)


@router.get("/{medium_id}", operation_id="get_medium", summary="Get a medium")
def get_medium(services: UseServices, caller: Reader, medium_id: IdPath) -> MediumView:
    """One of your media."""
    return MediumView.of(MediaBook(services.database).get(caller.client_id, medium_id))


@router.delete("/{medium_id}", operation_id="delete_medium", summary="Forget a medium", status_code=204)
def delete_medium(services: UseServices, caller: Writer, medium_id: IdPath) -> None:
    """The record goes, the file stays."""
    MediaBook(services.database).delete(caller.client_id, medium_id)


@router.get(
    "/{medium_id}/frame",
    operation_id="get_frame",
    summary="Get one frame as a picture",
    response_class=Response,
    responses=PICTURE_ANSWER | problems(409, 415),
)
def get_frame(
    services: UseServices,
    easel: UseEasel,
    caller: Reader,
    medium_id: IdPath,
    frame: Annotated[FrameQuery, Query()],
    request: Request,
) -> Response:
    """The frame that is shown at a time, or the one of a number: upright, HDR for ordinary screens."""
    medium = MediaBook(services.database).get(caller.client_id, medium_id)
    return kept_answer(frame_of(services, easel, medium, frame), request)


@router.get(
    "/{medium_id}/shots",
    operation_id="list_shots",
    summary="Find the cuts of a medium",
    responses=problems(409, 415),
)
def list_shots(services: UseServices, easel: UseEasel, caller: Reader, medium_id: IdPath) -> ShotList:
    """Its shots: where each begins and ends. The whole clip is looked at the first time."""
    medium = MediaBook(services.database).get(caller.client_id, medium_id)
    return ShotList(items=[ShotView.of(shot) for shot in shots_of(services, easel, medium)])


@router.get(
    "/{medium_id}/sheet",
    operation_id="get_contact_sheet",
    summary="Get a contact sheet of the shots",
    response_class=Response,
    responses=PICTURE_ANSWER | problems(409, 415),
)
def get_contact_sheet(
    services: UseServices,
    easel: UseEasel,
    caller: Reader,
    medium_id: IdPath,
    sheet: Annotated[SheetQuery, Query()],
    request: Request,
) -> Response:
    """The first and the middle frame of each shot, with their times."""
    medium = MediaBook(services.database).get(caller.client_id, medium_id)
    return kept_answer(sheet_of(services, easel, medium, sheet), request)
