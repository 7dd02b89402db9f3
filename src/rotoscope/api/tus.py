"""What the headers of tus 1.0 say: https://tus.io/protocols/resumable-upload (version 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from rotoscope.api.refusals import (
    ContentTooLarge,
    InvalidHeader,
    PreconditionFailed,
    UnsupportedContent,
    quoted,
)
from rotoscope.api.upload_book import UploadWish

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS: Final = ("sha1", "sha256")
CONTENT_TYPE: Final = "application/offset+octet-stream"
MOST_BYTES: Final = 1 << 40
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def capabilities() -> dict[str, str]:
    """What ``OPTIONS`` answers."""
    return {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(MOST_BYTES),
    }


def check_version(request: Request) -> None:
    """Refuse other versions of the protocol.

    Raises:
        PreconditionFailed: it is another one, or none.
    """
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed(
            f"Uploads speak tus {VERSION}. Send the header Tus-Resumable: {VERSION}.",
            headers={"Tus-Version": VERSION, "Tus-Resumable": VERSION},
        )


def check_content_type(request: Request) -> None:
    """Refuse bodies of another type.

    Raises:
        UnsupportedContent: it is another one.
    """
    if request.headers.get("Content-Type") != CONTENT_TYPE:
        raise UnsupportedContent(f"The body's Content-Type is {CONTENT_TYPE} here.")


def number_in(request: Request, header: str) -> int:
    """A header's number from 0.

    Raises:
        InvalidHeader: it is left out, or is none.
    """
    text = request.headers.get(header, "")
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise InvalidHeader(f"{header} is a number of bytes from 0, and not {quoted(text)}.")
    return int(text)


def wish_of(request: Request) -> UploadWish:
    """What an upload is to become.

    Raises:
        InvalidHeader: Upload-Length or Upload-Metadata is not in order.
        ContentTooLarge: it is too long.
    """
    if "Upload-Defer-Length" in request.headers:
        raise InvalidHeader("The length has to be known: send Upload-Length.")
    size = number_in(request, "Upload-Length")
    if size > MOST_BYTES:
        raise ContentTooLarge(f"An upload has at most {MOST_BYTES:,} bytes, and this one {size:,}.")
    sent = request.headers.get("Upload-Metadata", "")
    said = _metadata(sent)
    if not said.get("uri"):
        raise InvalidHeader(
            "Upload-Metadata needs uri, in base64: where the upload is to go, such as data://in/drone.mp4."
        )
    if said.get("overwrite", "false") not in ("true", "false"):
        raise InvalidHeader("Upload-Metadata's overwrite is true or false, in base64.")
    sha256 = said.get("sha256")
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise InvalidHeader("Upload-Metadata's sha256 is 64 hexadecimal digits, in base64.")
    return UploadWish(said["uri"], size, said.get("overwrite") == "true", sha256, sent)


def checksum_of(request: Request) -> tuple[str, bytes] | None:
    """Algorithm and digest that were announced for a part; None where none were.

    Raises:
        InvalidHeader: the algorithm is not known, or the digest cannot be read.
    """
    sent = request.headers.get("Upload-Checksum")
    if sent is None:
        return None
    algorithm, _, text = sent.partition(" ")
    digest = _decoded(text)
    if algorithm not in ALGORITHMS or digest is None or len(digest) != hashlib.new(algorithm).digest_size:
        raise InvalidHeader(
            f"Upload-Checksum is one of {', '.join(ALGORITHMS)}, a space, and the digest in base64."
        )
    return algorithm, digest


def _metadata(sent: str) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in sent.split(","))):
        name, _, value = pair.partition(" ")
        decoded = _decoded(value)
        try:
            said[name] = b"".decode() if decoded is None else decoded.decode()
        except UnicodeDecodeError:
            decoded = None
        if decoded is None:
            raise InvalidHeader(
                f"Upload-Metadata is pairs of a name and a value in base64, and {quoted(pair)} is none."
            )
    return said


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
