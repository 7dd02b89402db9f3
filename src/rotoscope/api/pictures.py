"""Pictures as answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from rotoscope.api.conditional import matches
from rotoscope.api.models.images import MEDIA_TYPES
from rotoscope.api.refusals import NotAcceptable, quoted
from rotoscope.render.still import PaintedStill

NOTES_HEADER: Final = "Rotoscope-Notes"
"""What was converted or left out: a JSON list of sentences in ASCII."""
_SUFFIX_OF: Final = {kind: suffix for suffix, kind in MEDIA_TYPES.items()}
_ETAG_DIGITS: Final = 32
_ANY: Final = ("*/*", "image/*")
PICTURE_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _SUFFIX_OF},
        "headers": {
            NOTES_HEADER: {
                "description": "What was converted or left out, as a JSON list of sentences.",
                "schema": {"type": "string"},
            }
        },
    }
}
"""How a route that answers with a picture is documented."""


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture that is made when it is needed."""

    key: str
    """SHA-256 of everything that decides it."""
    suffix: str
    content: Callable[[], bytes]
    seconds: int
    """How long others may keep it without asking."""
    is_public: bool = False


def kept_answer(picture: KeptPicture, request: Request) -> Response:
    """The answer to a GET or HEAD; nothing is made where who asks has it already."""
    kept = f"{'public' if picture.is_public else 'private'}, max-age={picture.seconds}"
    headers = {"ETag": f'"{picture.key[:_ETAG_DIGITS]}"', "Cache-Control": kept}
    if picture.is_public:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # other sites show it
    if matches(headers["ETag"], request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    content = picture.content()
    answer = Response(content, headers=headers, media_type=MEDIA_TYPES[picture.suffix])
    if request.method == "HEAD":
        answer.body = b""  # its length is told all the same
    return answer


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route documents errors that not every route has."""
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def picture_answer(picture: PaintedStill, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that is a picture."""
    told = {NOTES_HEADER: json.dumps(picture.notes)} if picture.notes else {}
    return Response(
        picture.content, headers={**told, **(headers or {})}, media_type=MEDIA_TYPES[picture.suffix]
    )


def accepted_suffix(accept: str | None) -> str | None:
    """What kind of picture a header Accept asks for.

    Returns:
        ``.png``, ``.jpg`` or ``.webp``; None: any will do.

    Raises:
        NotAcceptable: none of these.
    """
    offers = [_offer(part) for part in (accept or "*/*").split(",") if part.strip()]
    wanted = [kind for kind, weight in sorted(offers, key=lambda offer: -offer[1]) if weight > 0]
    for kind in wanted:
        if kind in _ANY:
            return None
        if kind in _SUFFIX_OF:
            return _SUFFIX_OF[kind]
    raise NotAcceptable(
        f"The header Accept is {quoted(accept or '')}, and the answer is one of {', '.join(_SUFFIX_OF)}. "
        "Accept one of them, or image/*."
    )


def _offer(part: str) -> tuple[str, float]:
    kind, *settings = (piece.strip().lower() for piece in part.split(";"))
    for setting in settings:
        name, _, value = setting.partition("=")
        if name.strip() == "q":
            try:
                return kind, float(value)
            except ValueError:
                return kind, 0.0
    return kind, 1.0
