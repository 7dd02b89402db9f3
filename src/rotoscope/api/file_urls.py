"""URLs that let whoever holds them get or put one file for a while, where a store makes none itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Final, Literal

from rotoscope.api.refusals import NotFound

SECRET_NAME: Final = "file-urls"
_SIGNATURE_BYTES: Final = 32
_UNKNOWN: Final = "This URL is not valid, or not any more. Ask for a new one: POST /v1/files:sign."


@dataclass(frozen=True, slots=True)
class FilePermit:
    """What a URL permits."""

    client_id: str
    uri: str
    method: Literal["GET", "PUT"]
    expires: int
    """Seconds since 1970."""
    overwrite: bool = False


def seal(permit: FilePermit, secret: bytes) -> str:
    """A permit as a part of a path."""
    said = json.dumps(
        [permit.client_id, permit.uri, permit.method, permit.expires, permit.overwrite], separators=(",", ":")
    ).encode()
    return base64.urlsafe_b64encode(_signature(said, secret) + said).decode().rstrip("=")


def unseal(token: str, secret: bytes) -> FilePermit:
    """The permit in a part of a path.

    Raises:
        NotFound: it was not made with this secret, or is over.
    """
    try:
        sent = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", b"-_", validate=True)
    except (binascii.Error, ValueError):
        sent = b""
    signature, said = sent[:_SIGNATURE_BYTES], sent[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(said, secret)):
        raise NotFound(_UNKNOWN)
    permit = FilePermit(*json.loads(said))
    if permit.expires < time.time():
        raise NotFound(_UNKNOWN)
    return permit


def _signature(said: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, said, hashlib.sha256).digest()
