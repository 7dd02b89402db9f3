"""``/v1/connectors``: configured places."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Body, Response
from sqlalchemy.exc import IntegrityError

from rotoscope.api.access import Caller, Reader, Writer
from rotoscope.api.key_book import OPERATOR
from rotoscope.api.models.connectors import EXAMPLES, ConnectorTest, ConnectorView
from rotoscope.api.models.fields import IdPath
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.records import own, own_page
from rotoscope.api.refusals import Conflict, InvalidRequest, OperatorOnly, RequestFault
from rotoscope.api.services import UseServices
from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import ConnectorRecord
from rotoscope.errors import StorageError
from rotoscope.jobs.places import connector_settings
from rotoscope.storage.connectors import ConnectorSettings
from rotoscope.storage.opening import connect

router = APIRouter(prefix="/v1/connectors", tags=["connectors"])
_WHAT = "connector"


@router.post("", operation_id="create_connector", summary="Add a connector", status_code=201)
def create_connector(
    services: UseServices,
    caller: Writer,
    wanted: Annotated[ConnectorSettings, Body(openapi_examples=EXAMPLES)],
    response: Response,
) -> ConnectorView:
    """Make a bucket, a Dropbox or a Google Drive reachable by URI, for your client alone.

    Secrets are kept and never shown. What would use the machine's own keys, or may lie in the service's own
    network, is added by whoever runs the service.
    """
    _check_operator(caller, wanted)
    _check_connects(wanted)
    row = ConnectorRecord(
        id=new_id("con"),
        client_id=caller.client_id,
        label=wanted.label or "",
        scheme=wanted.scheme,
        settings=wanted.shown(),
        secrets=wanted.hidden(),
        created=now(),
    )
    try:
        with services.database.writing() as session:
            session.add(row)
    except IntegrityError:
        raise Conflict(_taken(wanted)) from None
    response.headers["Location"] = f"/v1/connectors/{row.id}"
    return ConnectorView.of(row, wanted)


@router.get("", operation_id="list_connectors", summary="List connectors")
def list_connectors(services: UseServices, caller: Reader, page: UsePage) -> Page[ConnectorView]:
    """Your connectors in the order of their making, without secrets."""
    with services.database.reading() as session:
        rows = own_page(session, ConnectorRecord, caller.client_id, page)
    return page.cut(rows, lambda row: ConnectorView.of(row, connector_settings(row)), lambda row: row.id)


@router.get("/{connector_id}", operation_id="get_connector", summary="Get a connector")
def get_connector(services: UseServices, caller: Reader, connector_id: IdPath) -> ConnectorView:
    """One connector, without secrets."""
    with services.database.reading() as session:
        row = own(session, ConnectorRecord, caller.client_id, connector_id, what=_WHAT)
    return ConnectorView.of(row, connector_settings(row))


@router.post("/{connector_id}/test", operation_id="test_connector", summary="Try a connector")
def test_connector(services: UseServices, caller: Writer, connector_id: IdPath) -> ConnectorTest:
    """Look whether files can be listed there. Nothing is written."""
    with services.database.reading() as session:
        row = own(session, ConnectorRecord, caller.client_id, connector_id, what=_WHAT)
    settings = connector_settings(row)
    try:
        found = list(islice(connect(settings).store.list(), 1))
    except StorageError as error:
        return ConnectorTest(works=False, told=str(error))
    told = f"{settings.base} answers, and has {'files' if found else 'no files yet'}."
    return ConnectorTest(works=True, told=told)


@router.delete(
    "/{connector_id}", operation_id="delete_connector", summary="Delete a connector", status_code=204
)
def delete_connector(services: UseServices, caller: Writer, connector_id: IdPath) -> None:
    """Forget a connector and its secrets. The files stay where they are."""
    with services.database.writing() as session:
        session.delete(own(session, ConnectorRecord, caller.client_id, connector_id, what=_WHAT))


def _check_operator(caller: Caller, wanted: ConnectorSettings) -> None:
    if wanted.needs_operator is not None and caller.client_id != OPERATOR:
        raise OperatorOnly(
            f"Only whoever runs the service may add this connector: {wanted.needs_operator}. Give secrets of "
            "your own, or ask them to add it."
        )


def _check_connects(wanted: ConnectorSettings) -> None:
    """Nothing is asked of the store, but settings that make none are refused."""
    try:
        connect(wanted)
    except StorageError as error:
        raise InvalidRequest(str(error), [RequestFault("body", str(error))]) from error


def _taken(wanted: ConnectorSettings) -> str:
    named = f"the label {wanted.label!r}" if wanted.label else "no label"
    return (
        f"There is a connector for {wanted.scheme}:// with {named} already. Give this one another label: "
        f"with archive its URIs begin with {wanted.scheme}+archive://."
    )
