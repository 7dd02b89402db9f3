"""``/v1/filters``: the palette."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import FileResponse, Response

from rotoscope.api.access import Reader, Writer
from rotoscope.api.conditional import matches
from rotoscope.api.easel import UseEasel
from rotoscope.api.file_bodies import BodyRules, described
from rotoscope.api.models.filters import (
    FilterDetail,
    FilterQuery,
    FilterView,
    ImportRequest,
    SampleList,
    VersionList,
    chosen,
    samples_of,
)
from rotoscope.api.pages import Page, page_request
from rotoscope.api.pictures import problems
from rotoscope.api.refusals import NotFound, quoted
from rotoscope.api.sent_files import SentFiles, sent_files
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.errors import PaletteError
from rotoscope.filters.card import NAME_PATTERN
from rotoscope.palette.card_edit import CardChanges
from rotoscope.palette.card_pictures import card_pictures
from rotoscope.storage.naming import told_as

router = APIRouter(prefix="/v1/filters", tags=["filters"])
RULES: Final = BodyRules(320_000_000, raw=("application/octet-stream", "application/x-onnx"))
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
Name = Annotated[str, Path(pattern=NAME_PATTERN, max_length=64, description="A filter of the palette.")]
Sent = Annotated[SentFiles[ImportRequest], Depends(sent_files(ImportRequest, RULES, "write"))]


@router.get("", operation_id="list_filters", summary="List and search filters")
def list_filters(
    services: UseServices, caller: Reader, wanted: Annotated[FilterQuery, Query()]
) -> Page[FilterView]:
    """The bundled filters, the classical kinds and your own, by name."""
    page = page_request(wanted.limit, wanted.after)
    entries = chosen(services.palette_of(caller.client_id).list(), wanted)
    rows = [entry for entry in entries if entry.name > (page.after or "")]
    return page.cut(rows[: page.limit + 1], FilterView.of, lambda entry: entry.name)


@router.get("/{name}", operation_id="get_filter", summary="Get a filter's card")
def get_filter(services: UseServices, caller: Reader, name: Name) -> FilterDetail:
    """All that is known of a filter; of a classical kind, its options."""
    return FilterDetail.of(services.palette_of(caller.client_id).get(name))


@router.get("/{name}/versions", operation_id="list_filter_versions", summary="List versions of a filter")
def list_filter_versions(services: UseServices, caller: Reader, name: Name) -> VersionList:
    """Those at hand. A palette holds one under a name: a filter that is made anew is imported anew."""
    return VersionList.of(services.palette_of(caller.client_id).get(name))


@router.get(
    "/{name}/file",
    operation_id="get_filter_file",
    summary="Download a filter",
    response_class=FileResponse,
    responses={200: {"description": "The filter file.", "content": {"application/octet-stream": _BINARY}}},
)
def get_filter_file(services: UseServices, caller: Reader, name: Name, request: Request) -> Response:
    """One ONNX file with its card. It needs no Rotoscope to be run, and can be imported elsewhere."""
    entry = services.palette_of(caller.client_id).get(name)
    if entry.path is None:
        raise PaletteError(f"{name!r} is a classical kind: it is made by the program and has no filter file.")
    headers = {"ETag": f'"{entry.digest}"', "Cache-Control": "private, no-cache"}
    if matches(headers["ETag"], request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        entry.path, media_type="application/octet-stream", filename=f"{name}.onnx", headers=headers
    )


@router.get("/{name}/samples", operation_id="list_filter_samples", summary="List pictures on a filter's card")
def list_filter_samples(services: UseServices, caller: Reader, name: Name) -> SampleList:
    """What its strokes look like, and what it was made of, where the card has them."""
    return SampleList(items=samples_of(services.palette_of(caller.client_id).get(name)))


@router.get(
    "/{name}/samples/{picture}",
    operation_id="get_filter_sample",
    summary="Get a picture on a filter's card",
    response_class=Response,
    responses={
        200: {"description": "The picture.", "content": {"image/webp": _BINARY, "image/jpeg": _BINARY}}
    },
)
def get_filter_sample(
    services: UseServices,
    caller: Reader,
    name: Name,
    picture: Annotated[str, Path(pattern="^[a-z0-9-]{1,40}$", description="Its name.")],
) -> Response:
    """A small picture, at most 256 pixels along a side."""
    entry = services.palette_of(caller.client_id).get(name)
    for found in card_pictures(entry.card) if entry.card is not None else []:
        if found.name == picture:
            kind = "image/webp" if found.suffix == ".webp" else "image/jpeg"
            return Response(
                found.content, media_type=kind, headers={"Cache-Control": "private, max-age=3600"}
            )
    raise NotFound(f"The card of {name!r} has no picture {quoted(picture)}. GET /v1/filters/{name}/samples.")


@router.post(
    "",
    operation_id="import_filter",
    summary="Bring a filter into the palette",
    status_code=201,
    responses=problems(404, 409, 415),
    openapi_extra=described(
        ImportRequest, RULES, files="file", example={"source": "data://filters/candy.onnx", "name": "candy"}
    ),
)
@traits(Traits(largest_body=RULES.most_bytes))
def import_filter(
    services: UseServices, easel: UseEasel, caller: Writer, sent: Sent, response: Response
) -> FilterDetail:
    """Takes a filter file, another maker's ONNX style network, or weights of a known one.

    Weights are PyTorch or safetensors state dicts, or a TensorFlow checkpoint, whose files are sent together
    in one form. What is found out about a network is noted on its card. Nothing in a file is ever run but
    the arithmetic of its graph.
    """
    asked, palette = sent.asked, services.palette_of(caller.client_id)
    with sent.staging.naming(), easel.turns.turn(caller.client_id):
        several = len(sent.files) > 1 and asked.source is None
        path = sent.staging.folder if several else sent.one(asked.source, "filter")
        entry = palette.import_file(path, name=asked.name, options=asked.options)
        services.filters.share(caller.client_id, entry.name)
    response.headers["Location"] = f"/v1/filters/{entry.name}"
    return FilterDetail.of(entry)


@router.patch("/{name}", operation_id="edit_filter_card", summary="Change what a filter's card tells")
def edit_filter_card(services: UseServices, caller: Writer, name: Name, changes: CardChanges) -> FilterDetail:
    """Title, author, terms, tags, meaning and style of one of your own filters.

    What is left out stays; null takes away. It paints the same, but is another file with another digest.
    """
    with told_as({services.settings.data_dir: ""}):
        entry = services.palette_of(caller.client_id).edit_card(name, changes)
        services.filters.share(caller.client_id, name)
        return FilterDetail.of(entry)


@router.delete("/{name}", operation_id="delete_filter", summary="Delete a filter", status_code=204)
def delete_filter(services: UseServices, caller: Writer, name: Name) -> None:
    """One of your own; bundled ones stay."""
    with told_as({services.settings.data_dir: ""}):
        services.palette_of(caller.client_id).remove(name)
        services.filters.withdraw(caller.client_id, name)
