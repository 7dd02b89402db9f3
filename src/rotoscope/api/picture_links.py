"""Signed picture URLs: what they are made of, and what they are signed with.

``/i/{key}.{mac}/{look}/{options}/{uri}``: ``mac`` is HMAC-SHA256, keyed with a secret of the client, over
``{look}/{options}/{uri}`` as text (not percent-encoded, UTF-8), the first 24 bytes of it in URL-safe base64
without padding. ``options`` are ``w:800,h:600,q:80,f:webp,s:0.7,t:1.5,c:photo`` in any order, or ``-``.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from rotoscope.api.models.picture_urls import UrlOptions
from rotoscope.api.refusals import InvalidRequest, quoted
from rotoscope.database.engine import Database
from rotoscope.database.tables import Secret
from rotoscope.errors import AccessDenied

_SIGNED_BYTES: Final = 24
_KEY_CHARACTERS: Final = 8
_KEY_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_SECRET_BYTES: Final = 32
_NONE: Final = "-"
OPTION_LETTERS: Final[Mapping[str, str]] = {
    "w": "width",
    "h": "height",
    "q": "quality",
    "f": "format",
    "s": "strength",
    "t": "stroke_scale",
    "c": "colors",
}
"""Options by the letters that stand for them in a URL."""


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What one client's URLs are signed with."""

    id: str
    secret: str


class LinkKeys:
    """The keys in the database: in the table of secrets, one by client and its client by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_client(self, client_id: str) -> LinkKey:
        """A client's key; made where there is none."""
        return self._find(client_id) or self._make(client_id)

    def rotate(self, client_id: str) -> LinkKey:
        """A new key for a client: all its URLs so far end."""
        old = self._find(client_id)
        if old is not None:
            with self._database.writing() as session:
                names = (_name_of_client(client_id), _name_of_key(old.id))
                session.execute(delete(Secret).where(Secret.name.in_(names)))
        return self._make(client_id)

    def client_of(self, key_id: str) -> str | None:
        """Whose key it is; None: nobody's."""
        with self._database.reading() as session:
            found = session.get(Secret, _name_of_key(key_id))
        return None if found is None else found.value

    def _find(self, client_id: str) -> LinkKey | None:
        with self._database.reading() as session:
            found = session.get(Secret, _name_of_client(client_id))
        return None if found is None else LinkKey(*found.value.split("."))

    def _make(self, client_id: str) -> LinkKey:
        key_id = "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_CHARACTERS))
        made = LinkKey(key_id, secrets.token_urlsafe(_SECRET_BYTES))
        try:
            with self._database.writing() as session:
                session.add(Secret(name=_name_of_client(client_id), value=f"{made.id}.{made.secret}"))
                session.add(Secret(name=_name_of_key(made.id), value=client_id))
        except IntegrityError:  # another request was faster
            found = self._find(client_id)
            if found is None:
                raise
            return found
        return made


def link_path(key: LinkKey, look: str, options: UrlOptions, uri: str) -> str:
    """The path of a signed URL.

    Raises:
        InvalidRequest: the look holds a slash, which no part of a path can.
    """
    if "/" in look:
        raise InvalidRequest(
            f"The look {quoted(look)} holds a slash, which a picture URL cannot. Put it away with POST "
            "/v1/looks, and give its id."
        )
    written = write_options(options)
    parts = [f"{key.id}.{_sign(key, look, written, uri)}", look, written, uri]
    return "/i/" + "/".join(quote(part, safe=":,.=-_~+") for part in parts)


def check_signature(keys: LinkKeys, signature: str, look: str, options: str, uri: str) -> str:
    """Whose URL it is.

    Raises:
        AccessDenied: the signature does not belong to it.
    """
    key_id, _, sent = signature.partition(".")
    client_id = keys.client_of(key_id) if key_id.isalnum() and key_id.isascii() else None
    key = LinkKey("", "") if client_id is None else keys.of_client(client_id)
    wanted = _sign(key, look, options, uri)
    if not hmac.compare_digest(wanted.encode(), sent.encode()) or client_id is None or key.id != key_id:
        raise AccessDenied(
            "The signature does not belong to this picture URL: it was changed on its way, or its key was "
            "replaced. POST /v1/picture-urls makes one."
        )
    return client_id


def write_options(options: UrlOptions) -> str:
    """Options as they stand in a URL."""
    told = options.model_dump(exclude_defaults=True)
    return (
        ",".join(f"{letter}:{_text(told[name])}" for letter, name in OPTION_LETTERS.items() if name in told)
        or _NONE
    )


def read_options(text: str) -> UrlOptions:
    """Options of a URL.

    Raises:
        InvalidRequest: they are not in order.
    """
    found: dict[str, str] = {}
    for part in [] if text == _NONE else text.split(","):
        letter, colon, value = part.partition(":")
        name = OPTION_LETTERS.get(letter)
        if not colon or name is None or name in found:
            raise InvalidRequest(
                f"The options of this picture URL are {quoted(text)}. They are {_KNOWN}, each at most once "
                f"and with commas between, or {_NONE}."
            )
        found[name] = value
    try:
        return UrlOptions.model_validate(found)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise InvalidRequest(
            f"The options of this picture URL are {quoted(text)}: {fault['loc'][0]}: {fault['msg']}."
        ) from error


_KNOWN: Final = ", ".join(f"{letter}:{name.upper()}" for letter, name in OPTION_LETTERS.items())


def _sign(key: LinkKey, look: str, options: str, uri: str) -> str:
    told = f"{look}/{options}/{uri}".encode()
    mac = hmac.digest(key.secret.encode(), told, hashlib.sha256)[:_SIGNED_BYTES]
    return urlsafe_b64encode(mac).decode().rstrip("=")


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name_of_client(client_id: str) -> str:
    return f"picture-urls:{client_id}"


def _name_of_key(key_id: str) -> str:
    return f"picture-urls-of:{key_id}"
