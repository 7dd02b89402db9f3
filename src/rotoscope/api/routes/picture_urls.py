"""Signed picture URLs, for blogs: made with a key, opened without one."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from rotoscope.api.access import Admin, Runner
from rotoscope.api.easel import UseEasel
from rotoscope.api.link_pictures import link_picture
from rotoscope.api.models.picture_urls import PictureUrl, PictureUrlRequest, SigningKey, UrlOptions
from rotoscope.api.picture_links import LinkKeys, check_signature, link_path, read_options
from rotoscope.api.pictures import PICTURE_ANSWER, kept_answer, problems
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits

router = APIRouter(prefix="/v1/picture-urls", tags=["images"])
open_router = APIRouter(tags=["images"])
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = (
    PICTURE_ANSWER | {304: {"description": "It has not changed."}} | problems(403, 404, 409, 415, 422)
)
Signature = Annotated[str, Path(max_length=80, description="The key's id, a dot, and the signature.")]
LookPart = Annotated[str, Path(max_length=500, description="A filter, or the id of a stored look.")]
OptionsPart = Annotated[str, Path(max_length=200, description="Such as `w:800,q:80,f:webp,s:0.7`, or `-`.")]
UriPart = Annotated[str, Path(max_length=2048, description="URI of the photograph, percent-encoded.")]


@router.post(
    "",
    operation_id="create_picture_url",
    summary="Make a picture URL",
    status_code=201,
    responses=problems(404),
)
def create_picture_url(
    services: UseServices, easel: UseEasel, caller: Runner, wanted: PictureUrlRequest, request: Request
) -> PictureUrl:
    """Makes a URL that anybody may open: a stored photograph, painted.

    The painting is made when it is first asked for, and has none of the photograph's EXIF. The URL holds as
    long as the photograph is there and your signing key is not replaced.
    """
    options = UrlOptions(**wanted.model_dump(include=set(UrlOptions.model_fields)))
    link_picture(services, easel, caller.client_id, wanted.look, options, wanted.source)
    key = LinkKeys(services.database).of_client(caller.client_id)
    path = link_path(key, wanted.look, options, wanted.source)
    return PictureUrl(url=f"{str(request.base_url).rstrip('/')}{path}", path=path)


@router.post("/rotate", operation_id="rotate_picture_urls", summary="Replace the key of picture URLs")
@traits(Traits(shows_secret=True))
def rotate_picture_urls(services: UseServices, caller: Admin) -> SigningKey:
    """A new signing key: all picture URLs so far end at once. With it, a site can sign its URLs by itself."""
    key = LinkKeys(services.database).rotate(caller.client_id)
    return SigningKey(id=key.id, secret=key.secret)


@open_router.get(
    "/i/{signature}/{look}/{options}/{uri:path}",
    operation_id="get_signed_picture",
    summary="Open a picture URL",
    response_class=Response,
    responses=_ANSWERS,
)
def get_signed_picture(
    services: UseServices,
    easel: UseEasel,
    signature: Signature,
    look: LookPart,
    options: OptionsPart,
    uri: UriPart,
    request: Request,
) -> Response:
    """The painting. It needs no key: the signature says that its client wanted it to be seen.

    What is painted for it is paid for by that client; what is kept is not painted again.
    """
    client_id = check_signature(LinkKeys(services.database), signature, look, options, uri)
    picture = link_picture(services, easel, client_id, look, read_options(options), uri)
    return kept_answer(picture, request)


@open_router.head(
    "/i/{signature}/{look}/{options}/{uri:path}",
    operation_id="head_signed_picture",
    summary="Look at a picture URL",
    response_class=Response,
    responses=_ANSWERS,
)
def head_signed_picture(
    services: UseServices,
    easel: UseEasel,
    signature: Signature,
    look: LookPart,
    options: OptionsPart,
    uri: UriPart,
    request: Request,
) -> Response:
    """What opening it would answer, without the picture."""
    return get_signed_picture(services, easel, signature, look, options, uri, request)
