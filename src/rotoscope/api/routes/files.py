"""``/v1/files``: bytes by URI."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from rotoscope.api.access import Reader, Writer, require
from rotoscope.api.file_urls import SECRET_NAME, FilePermit, seal, unseal
from rotoscope.api.models.files import FileUri, FileView, Overwrite, SignedView, SignRequest
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.receiving import DIGEST_HEADER, store_body
from rotoscope.api.refusals import NotFound
from rotoscope.api.services import Services, UseServices
from rotoscope.api.serving import OPAQUE, serve_file
from rotoscope.api.shared_secrets import shared_secret
from rotoscope.api.traits import Traits, traits

router = APIRouter(tags=["files"])
_BYTES: Final[dict[str, Any]] = {OPAQUE: {"schema": {"type": "string", "format": "binary"}}}
_GOT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file", "content": _BYTES},
    206: {"description": "The part of the file that Range asked for", "content": _BYTES},
    304: {"description": "The file has not changed"},
    416: {"$ref": "#/components/responses/Problem416"},
}
_PUT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "What was there has been replaced", "model": FileView},
    409: {"$ref": "#/components/responses/Problem409"},
    460: {"$ref": "#/components/responses/Problem460"},
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "description": "The file's bytes", "content": _BYTES},
    "parameters": [
        {
            "name": DIGEST_HEADER,
            "in": "header",
            "description": "SHA-256 of the body by RFC 9530; where it differs, nothing is stored.",
            "schema": {"type": "string"},
            "example": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        }
    ],
}
_STREAM: Final = Traits(largest_body=None, keeps_answer=False)


@router.get("/v1/files", operation_id="list_files", summary="List files")
def list_files(
    services: UseServices,
    caller: Reader,
    page: UsePage,
    uri: Annotated[
        str, Query(max_length=2048, description="What their URIs begin with; a folder ends with `/`.")
    ] = "data://",
) -> Page[FileView]:
    """Files below a folder, folders within included, in the order of their paths."""
    found = services.storage_of(caller.client_id).list(uri, after=page.after)
    rows = list(islice(found, page.limit + 1))
    return page.cut(rows, lambda row: FileView.of(*row), lambda row: str(row[0]))


@router.get("/v1/files/stat", operation_id="stat_file", summary="Get what is known of a file")
def stat_file(services: UseServices, caller: Reader, uri: FileUri) -> FileView:
    """Size, time, ETag and, where the store knows it, SHA-256; not its bytes."""
    return FileView.of(uri, services.storage_of(caller.client_id).stat(uri))


@router.get(
    "/v1/files/content",
    operation_id="get_file",
    summary="Get a file",
    response_class=Response,
    responses=_GOT,
)
@router.head(
    "/v1/files/content",
    operation_id="head_file",
    summary="Get a file's headers",
    response_class=Response,
    responses={200: {"description": "What GET would answer, without the bytes"}},
)
def get_file(services: UseServices, caller: Reader, uri: FileUri, request: Request) -> Response:
    """The bytes of a file, or the part of them that `Range` asks for.

    Pictures, videos and sound can be shown in a page; everything else is a download.
    """
    return serve_file(services.storage_of(caller.client_id), uri, request)


@router.put(
    "/v1/files/content",
    operation_id="put_file",
    summary="Put a file",
    status_code=201,
    responses=_PUT,
    openapi_extra=_BODY,
)
@traits(_STREAM)
async def put_file(
    services: UseServices,
    caller: Writer,
    uri: FileUri,
    request: Request,
    response: Response,
    overwrite: Overwrite = False,
) -> FileView:
    """Store the body, whole or not at all.

    What is there already is not replaced unless `overwrite` is given. For large files over lines that break,
    `/v1/uploads` goes on where it stopped.
    """
    return await _put(services, caller.client_id, uri, request, response, overwrite=overwrite)


@router.delete("/v1/files/content", operation_id="delete_file", summary="Delete a file", status_code=204)
def delete_file(services: UseServices, caller: Writer, uri: FileUri) -> None:
    """Remove a file. There is no way back."""
    services.storage_of(caller.client_id).delete(uri)


@router.post("/v1/files:sign", operation_id="sign_file", summary="Make a signed URL")
def sign_file(services: UseServices, caller: Reader, wanted: SignRequest, request: Request) -> SignedView:
    """A URL with which one file can be got or put without a key, for a while: for a page, or for others.

    One for putting needs the scope `write`, too.
    """
    storage = services.storage_of(caller.client_id)
    if wanted.method == "GET":
        storage.stat(wanted.uri)
    else:
        require(caller, ["write"])
    signed = storage.sign(wanted.uri, wanted.method, seconds=wanted.seconds)
    if signed is not None:
        return SignedView(url=signed.url, method=signed.method, expires=signed.expires)
    expires = int(time.time()) + wanted.seconds
    permit = FilePermit(caller.client_id, wanted.uri, wanted.method, expires, wanted.overwrite)
    url = request.url_for("get_signed_file", permit=seal(permit, _secret(services)))
    return SignedView(url=str(url), method=wanted.method, expires=datetime.fromtimestamp(expires, UTC))


@router.get(
    "/v1/signed/{permit}",
    operation_id="get_signed_file",
    summary="Get a file by a signed URL",
    response_class=Response,
    responses=_GOT,
)
def get_signed_file(services: UseServices, permit: str, request: Request) -> Response:
    """What a URL leads to that `/v1/files:sign` made for getting. It needs no key."""
    found = _permitted(services, permit, "GET")
    return serve_file(services.storage_of(found.client_id), found.uri, request)


@router.put(
    "/v1/signed/{permit}",
    operation_id="put_signed_file",
    summary="Put a file by a signed URL",
    status_code=201,
    responses=_PUT,
    openapi_extra=_BODY,
)
@traits(_STREAM)
async def put_signed_file(
    services: UseServices, permit: str, request: Request, response: Response
) -> FileView:
    """What a URL leads to that `/v1/files:sign` made for putting. It needs no key."""
    found = await to_thread.run_sync(_permitted, services, permit, "PUT")
    return await _put(services, found.client_id, found.uri, request, response, overwrite=found.overwrite)


async def _put(
    services: Services, client_id: str, uri: str, request: Request, response: Response, *, overwrite: bool
) -> FileView:
    storage = await to_thread.run_sync(services.storage_of, client_id)
    file, is_new = await store_body(services, storage, uri, request, overwrite=overwrite)
    response.status_code = 201 if is_new else 200
    return FileView.of(uri, file)


def _permitted(services: Services, token: str, method: str) -> FilePermit:
    permit = unseal(token, _secret(services))
    if permit.method != method:
        raise NotFound(f"This URL is for {permit.method}.")
    return permit


def _secret(services: Services) -> bytes:
    return shared_secret(services.database, SECRET_NAME)
