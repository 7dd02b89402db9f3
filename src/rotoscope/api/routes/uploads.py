"""``/v1/uploads``: resumable uploads by tus 1.0."""

from __future__ import annotations

import hashlib
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from rotoscope.api import tus
from rotoscope.api.access import Writer
from rotoscope.api.models.fields import IdPath
from rotoscope.api.refusals import ChecksumDiffers, Conflict, ContentTooLarge
from rotoscope.api.services import Services, UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.api.upload_book import UploadBook
from rotoscope.database.tables import Upload

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
_SLICE_BYTES: Final = 8 * 1024 * 1024
"""What arrived is kept at least so often."""
_STREAM: Final = Traits(largest_body=None, keeps_answer=False)


def _header(name: str, told: str, example: str, *, required: bool = False) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "description": told,
        "required": required,
        "schema": schema,
        "example": example,
    }


_VERSION: Final = _header("Tus-Resumable", "The protocol's version.", tus.VERSION, required=True)
_CHECKSUM: Final = _header(
    "Upload-Checksum",
    "Of the body: `sha1` or `sha256`, a space, base64.",
    "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
)
_BODY: Final = {"content": {tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"$ref": f"#/components/responses/Problem{status}"} for status in (400, 409, 410, 412)
}
_SENDING: Final[dict[int | str, dict[str, Any]]] = {
    status: {"$ref": f"#/components/responses/Problem{status}"} for status in (413, 415, 460)
}


@router.options("", operation_id="describe_uploads", summary="Get what uploads can do", status_code=204)
def describe_uploads() -> Response:
    """Version, extensions, checksum algorithms and the largest size of tus, in headers. It needs no key."""
    return Response(status_code=204, headers=tus.capabilities())


@router.post(
    "",
    operation_id="create_upload",
    summary="Begin an upload",
    status_code=201,
    response_class=Response,
    responses={201: {"description": "The upload; its URL is in Location"}, **_PROBLEMS, **_SENDING},
    openapi_extra={
        "parameters": [
            _VERSION,
            _header("Upload-Length", "Of the whole, in bytes.", "1048576", required=True),
            _header(
                "Upload-Metadata",
                "Pairs of a name and a value in base64: `uri`, and where wanted `overwrite` (true or false) "
                "and `sha256` (hex, of the whole).",
                "uri ZGF0YTovL2luL2Ryb25lLm1wNA==",
                required=True,
            ),
            _CHECKSUM,
        ],
        "requestBody": _BODY,
    },
)
@traits(_STREAM)
async def create_upload(services: UseServices, caller: Writer, request: Request) -> Response:
    """Begin a resumable upload by [tus 1.0](https://tus.io/protocols/resumable-upload).

    The body may be the first part. When all has arrived the file is put to the `uri` of Upload-Metadata.
    """
    tus.check_version(request)
    book = UploadBook(services)
    wish = tus.wish_of(request)
    has_body = int(request.headers.get("Content-Length", "0") or 0) > 0
    if has_body:
        tus.check_content_type(request)
    upload = await to_thread.run_sync(book.create, caller.client_id, wish)
    location = {"Location": str(request.url_for("patch_upload", upload_id=upload.id))}
    if not has_body and wish.size_bytes > 0:
        return _answer(201, upload, location)
    return _answer(201, upload, location, await _receive(services, upload, 0, request))


@router.head(
    "/{upload_id}",
    operation_id="head_upload",
    summary="Ask how much has arrived",
    response_class=Response,
    responses={200: {"description": "Upload-Offset and Upload-Length are headers"}, **_PROBLEMS},
    openapi_extra={"parameters": [_VERSION]},
)
def head_upload(services: UseServices, caller: Writer, upload_id: IdPath, request: Request) -> Response:
    """Where to go on after a line broke."""
    tus.check_version(request)
    book = UploadBook(services)
    upload = book.get(caller.client_id, upload_id)
    more = {"Upload-Length": str(upload.size_bytes), "Upload-Metadata": upload.settings["metadata"]}
    return _answer(200, upload, more, book.offset(upload))


@router.patch(
    "/{upload_id}",
    operation_id="patch_upload",
    summary="Send a part of an upload",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Upload-Offset says how much has arrived"}, **_PROBLEMS, **_SENDING},
    openapi_extra={
        "parameters": [
            _VERSION,
            _header("Upload-Offset", "Where the body begins: what has arrived.", "0", required=True),
            _CHECKSUM,
        ],
        "requestBody": {**_BODY, "required": True},
    },
)
@traits(_STREAM)
async def patch_upload(
    services: UseServices, caller: Writer, upload_id: IdPath, request: Request
) -> Response:
    """Go on with an upload.

    With the last part the file is put to its URI; where that fails, sending an empty part tries again.
    """
    tus.check_version(request)
    tus.check_content_type(request)
    book = UploadBook(services)
    upload = await to_thread.run_sync(book.get, caller.client_id, upload_id)
    arrived = await to_thread.run_sync(book.offset, upload)
    if (offset := tus.number_in(request, "Upload-Offset")) != arrived:
        raise Conflict(
            f"The upload {upload_id} goes on at byte {arrived}, and not at {offset}.",
            headers={"Upload-Offset": str(arrived), "Tus-Resumable": tus.VERSION},
        )
    return _answer(204, upload, {}, await _receive(services, upload, offset, request))


@router.delete(
    "/{upload_id}",
    operation_id="delete_upload",
    summary="Give an upload up",
    status_code=204,
    response_class=Response,
    responses=_PROBLEMS,
    openapi_extra={"parameters": [_VERSION]},
)
def delete_upload(services: UseServices, caller: Writer, upload_id: IdPath, request: Request) -> Response:
    """Forget what has arrived. A file that is whole already stays where it is."""
    tus.check_version(request)
    book = UploadBook(services)
    book.remove(book.get(caller.client_id, upload_id))
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


async def _receive(services: Services, upload: Upload, offset: int, request: Request) -> int:
    """Keep a body's bytes slice by slice; put the file to its URI where it is whole. Gives the new offset."""
    book = UploadBook(services)
    announced = tus.checksum_of(request)
    digest = hashlib.new(announced[0]) if announced else None
    end, held = offset, bytearray()
    try:
        async for piece in request.stream():
            if end + len(held) + len(piece) > upload.size_bytes:
                raise ContentTooLarge(
                    f"The upload {upload.id} has {upload.size_bytes:,} bytes, and more were sent."
                )
            if digest is not None:
                digest.update(piece)
            held += piece
            while len(held) >= _SLICE_BYTES:
                end = await _keep(book, upload, end, held, _SLICE_BYTES)
        end = await _keep(book, upload, end, held, len(held))
    except ClientDisconnect:
        await _salvage(book, upload, offset, end, held, checked=announced is not None)
        raise
    if announced is not None and digest is not None and digest.digest() != announced[1]:
        await to_thread.run_sync(book.drop, upload, offset)
        raise ChecksumDiffers(
            f"The body has the {announced[0]} {digest.hexdigest()}, and {announced[1].hex()} was announced. "
            "It was dropped. Send it again.",
            headers={"Tus-Resumable": tus.VERSION},
        )
    if end == upload.size_bytes:
        await to_thread.run_sync(book.finish, upload)
    return end


async def _keep(book: UploadBook, upload: Upload, end: int, held: bytearray, size: int) -> int:
    if size:
        await to_thread.run_sync(book.add, upload, end, bytes(held[:size]))
        del held[:size]
    return end + size


async def _salvage(
    book: UploadBook, upload: Upload, offset: int, end: int, held: bytearray, *, checked: bool
) -> None:
    """The line broke: what arrived is kept, unless its checksum can now never be known."""
    if checked:
        await to_thread.run_sync(book.drop, upload, offset)
    else:
        await _keep(book, upload, end, held, len(held))


def _answer(status: int, upload: Upload, more: dict[str, str], offset: int | None = None) -> Response:
    headers = {
        "Tus-Resumable": tus.VERSION,
        "Upload-Expires": format_datetime(upload.expires.astimezone(UTC), usegmt=True),
        "Cache-Control": "no-store",
        **more,
    }
    if offset is not None:
        headers["Upload-Offset"] = str(offset)
    return Response(status_code=status, headers=headers)
