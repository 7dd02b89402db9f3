"""``/v1/watches``: folders that are watched."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from rotoscope.api.access import Reader, Runner
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.watches import WatchChange, WatchRequest, WatchView
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.records import own, own_page
from rotoscope.api.services import UseServices
from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import WatchRecord
from rotoscope.jobs.watches import checked_watch

router = APIRouter(prefix="/v1/watches", tags=["watches"])
_WHAT: Final = "watch"


@router.post("", operation_id="create_watch", summary="Watch a folder", status_code=201)
def create_watch(
    services: UseServices, caller: Runner, wanted: WatchRequest, response: Response
) -> WatchView:
    """Paint what is put into a folder, on any connector, and tell what people do with the results.

    A file is painted when it has stood still between two looks. Events tell of results that were moved to
    `approved/` or `rejected/` in the outbox, and of frames that were put into `retouched/`.
    """
    checked_watch(wanted.inbox, wanted.outbox, services.storage_of(caller.client_id))
    row = WatchRecord(
        id=new_id("wat"),
        client_id=caller.client_id,
        key_id=caller.key_id,
        inbox=wanted.inbox,
        outbox=wanted.outbox,
        params=wanted.painting.model_dump(mode="json", by_alias=True, exclude_unset=True),
        enabled=True,
        created=now(),
    )
    with services.database.writing() as session:
        session.add(row)
    response.headers["Location"] = f"/v1/watches/{row.id}"
    return WatchView.of(row)


@router.get("", operation_id="list_watches", summary="List watched folders")
def list_watches(services: UseServices, caller: Reader, page: UsePage) -> Page[WatchView]:
    """Your watched folders in the order of their making."""
    with services.database.reading() as session:
        rows = own_page(session, WatchRecord, caller.client_id, page)
    return page.cut(rows, WatchView.of, lambda row: row.id)


@router.get("/{watch_id}", operation_id="get_watch", summary="Get a watched folder")
def get_watch(services: UseServices, caller: Reader, watch_id: IdPath) -> WatchView:
    """One watched folder, when somebody looked last, and what was in the way."""
    with services.database.reading() as session:
        return WatchView.of(own(session, WatchRecord, caller.client_id, watch_id, what=_WHAT))


@router.patch("/{watch_id}", operation_id="update_watch", summary="Pause a watched folder, or go on")
def update_watch(services: UseServices, caller: Runner, watch_id: IdPath, wanted: WatchChange) -> WatchView:
    """Have nobody look for a while, or somebody again."""
    with services.database.writing() as session:
        row = own(session, WatchRecord, caller.client_id, watch_id, what=_WHAT)
        row.enabled = wanted.enabled
        return WatchView.of(row)


@router.delete("/{watch_id}", operation_id="delete_watch", summary="Watch a folder no more", status_code=204)
def delete_watch(services: UseServices, caller: Runner, watch_id: IdPath) -> None:
    """Nobody looks any more. Files and jobs stay."""
    with services.database.writing() as session:
        session.delete(own(session, WatchRecord, caller.client_id, watch_id, what=_WHAT))
