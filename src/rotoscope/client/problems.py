"""Problem documents (RFC 9457) as errors."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from rotoscope.errors import ApiError

_MOST_CHARACTERS = 200


def answer_error(answer: httpx.Response) -> ApiError:
    """The error of an answer that refuses; its message is the server's own."""
    document = _document(answer)
    told = document.get("detail") or document.get("title")
    code = document.get("code")
    faults = document.get("errors")
    return ApiError(
        told if isinstance(told, str) else _unexplained(answer),
        status=answer.status_code,
        code=code if isinstance(code, str) else "",
        request_id=answer.headers.get("X-Request-ID"),
        retry_after=_seconds(answer.headers.get("Retry-After")),
        faults=[(str(one.get("where", "")), str(one.get("told", ""))) for one in faults]
        if isinstance(faults, list)
        else (),
    )


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unexplained(answer: httpx.Response) -> str:
    try:
        phrase = HTTPStatus(answer.status_code).phrase
    except ValueError:
        phrase = "no status of HTTP"
    body = " ".join(answer.text.split())[:_MOST_CHARACTERS]
    return (
        f"{answer.request.method} {answer.url} was answered with {answer.status_code} ({phrase})"
        f"{': ' + body if body else ''}. No Rotoscope server refuses like that; look what is at that address."
    )


def _seconds(text: str | None) -> float | None:
    """Of ``Retry-After``: seconds, or the time of a date (RFC 9110)."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None
