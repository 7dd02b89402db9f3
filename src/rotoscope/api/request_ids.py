"""Every request has a name: its sender's, or one of ours."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from rotoscope.database.identity import new_id

HEADER: Final = "X-Request-ID"
_ALLOWED: Final = re.compile(r"[A-Za-z0-9._:+/=-]{1,128}")


def name_request(scope: Scope) -> str:
    """The sender's id of a request where it is one, else a new one; kept in the scope."""
    sent = Headers(scope=scope).get(HEADER, "")
    name = sent if _ALLOWED.fullmatch(sent) else new_id("req")
    scope.setdefault("state", {})["request_id"] = name
    return name


def request_id_of(scope: Scope) -> str:
    """The id that :func:`name_request` gave."""
    return str(scope["state"]["request_id"])
