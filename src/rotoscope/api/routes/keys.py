"""``/v1/keys``: what a client shows to be let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter, Response

from rotoscope.api.access import Admin, Caller, Reader
from rotoscope.api.key_book import KeyBook, KeyScope
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.keys import KeyMade, KeyRequest, KeyView, RotateRequest
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.refusals import InvalidRequest, RequestFault, ScopeMissing
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.database.columns import now

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", operation_id="create_key", summary="Make a key", status_code=201)
@traits(Traits(shows_secret=True))
def create_key(services: UseServices, caller: Admin, wanted: KeyRequest, response: Response) -> KeyMade:
    """Make a key of your own client.

    The answer is the only time that the key is shown: what is kept of it is a hash. A key has no scope that
    the key lacks with which it is made.
    """
    check_scopes(caller, wanted.scopes)
    if wanted.expires is not None and wanted.expires <= now():
        told = "lies in the past; leave it out for a key without an end"
        raise InvalidRequest(f"The body's expires {told}.", [RequestFault("body.expires", told)])
    made = KeyBook(services.database).make(caller.client_id, wanted.name, wanted.scopes, wanted.expires)
    response.headers["Location"] = f"/v1/keys/{made.record.id}"
    return KeyMade.of(made)


@router.get("", operation_id="list_keys", summary="List keys")
def list_keys(services: UseServices, caller: Admin, page: UsePage) -> Page[KeyView]:
    """Your client's keys in the order of their making; those that were revoked or expired too."""
    rows = KeyBook(services.database).page(caller.client_id, limit=page.limit + 1, after=page.after)
    return page.cut(rows, KeyView.of, lambda key: key.id)


@router.get("/self", operation_id="get_own_key", summary="Get the key that asks")
def get_own_key(services: UseServices, caller: Reader) -> KeyView:
    """The key with which this request is sent: its scopes, and when it ends."""
    return KeyView.of(KeyBook(services.database).get(caller.client_id, caller.key_id))


@router.get("/{key_id}", operation_id="get_key", summary="Get a key")
def get_key(services: UseServices, caller: Admin, key_id: IdPath) -> KeyView:
    """One key of your client, without what lets in."""
    return KeyView.of(KeyBook(services.database).get(caller.client_id, key_id))


@router.post("/{key_id}/rotate", operation_id="rotate_key", summary="Rotate a key", status_code=201)
@traits(Traits(shows_secret=True))
def rotate_key(
    services: UseServices, caller: Admin, key_id: IdPath, how: RotateRequest, response: Response
) -> KeyMade:
    """Make a key like this one, and end this one: at once, or after `grace_seconds`, in which both work."""
    book = KeyBook(services.database)
    check_scopes(caller, book.get(caller.client_id, key_id).scopes)
    made = book.rotate(caller.client_id, key_id, timedelta(seconds=how.grace_seconds))
    response.headers["Location"] = f"/v1/keys/{made.record.id}"
    return KeyMade.of(made)


@router.delete("/{key_id}", operation_id="revoke_key", summary="Revoke a key", status_code=204)
def revoke_key(services: UseServices, caller: Admin, key_id: IdPath) -> None:
    """End a key at once. It stays listed."""
    KeyBook(services.database).revoke(caller.client_id, key_id)


def check_scopes(caller: Caller, wanted: Sequence[KeyScope]) -> None:
    """Refuse scopes that the caller's key lacks.

    Raises:
        ScopeMissing: there are some.
    """
    if more := sorted(set(wanted) - caller.scopes):
        raise ScopeMissing(
            f"A key with the scope {more[0]!r} can be made only with a key that has it; this one has "
            f"{', '.join(sorted(caller.scopes))}."
        )
