"""``/v1/clients``: whom the service works for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rotoscope.api.access import Admin, Caller
from rotoscope.api.key_book import OPERATOR, KeyBook
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.keys import ClientMade, ClientRequest, ClientView, KeyMade
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.refusals import Conflict, NotFound, OperatorOnly, quoted
from rotoscope.api.routes.keys import check_scopes
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.database.tables import Client

router = APIRouter(prefix="/v1/clients", tags=["keys"])


def operator(caller: Admin) -> Caller:
    """Whoever runs the service.

    Raises:
        OperatorOnly: somebody else asks.
    """
    if caller.client_id != OPERATOR:
        raise OperatorOnly(f"Clients are managed by {OPERATOR}, the client that the first start made.")
    return caller


Operator = Annotated[Caller, Depends(operator)]


@router.post("", operation_id="create_client", summary="Make a client", status_code=201)
@traits(Traits(shows_secret=True))
def create_client(
    services: UseServices, caller: Operator, wanted: ClientRequest, response: Response
) -> ClientMade:
    """Make a client and its first key, which is shown this once.

    Clients see nothing of each other: files, jobs, looks and keys of one are not there for another.
    """
    check_scopes(caller, wanted.scopes)
    book = KeyBook(services.database)
    try:
        client = book.make_client(wanted.name)
    except IntegrityError:
        raise Conflict(f"There is a client {quoted(wanted.name)} already. Take another name.") from None
    made = book.make(client.id, "first key", wanted.scopes)
    response.headers["Location"] = f"/v1/clients/{client.id}"
    return ClientMade(client=ClientView.of(client), key=KeyMade.of(made))


@router.get("", operation_id="list_clients", summary="List clients")
def list_clients(services: UseServices, caller: Operator, page: UsePage) -> Page[ClientView]:
    """All clients in the order of their ids."""
    query = select(Client).where(Client.id > (page.after or "")).order_by(Client.id).limit(page.limit + 1)
    with services.database.reading() as session:
        return page.cut(session.scalars(query).all(), ClientView.of, lambda client: client.id)


@router.get("/{client_id}", operation_id="get_client", summary="Get a client")
def get_client(services: UseServices, caller: Operator, client_id: IdPath) -> ClientView:
    """One client."""
    with services.database.reading() as session:
        client = session.get(Client, client_id)
    if client is None:
        raise NotFound(f"There is no client {quoted(client_id)}. GET /v1/clients lists all.")
    return ClientView.of(client)
