"""``/start``: where the one-time link of the first start leads."""

from __future__ import annotations

import html
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse

from rotoscope.api.first_key import exchange
from rotoscope.api.models.keys import KeyMade, StartRequest
from rotoscope.api.refusals import NotAuthenticated
from rotoscope.api.services import UseServices
from rotoscope.api.traits import Traits, traits

router = APIRouter(tags=["keys"])
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rotoscope</title>
<h1>Rotoscope</h1>
{body}
</html>
"""
_ASK: Final = """<p>This link gives you a key, once. Whoever has the key can use this service.</p>
<p><a href="/studio/#token={token}">Open the studio</a>, which keeps the key in this browser.</p>
<p>Or have it shown, for programs:</p>
<form method="post" action="/start">
<input type="hidden" name="token" value="{token}">
<button>Show my key</button>
</form>"""
_GIVE: Final = """<p>Your key, shown this once:</p>
<p><code>{key}</code></p>
<p>Send it with every request:</p>
<pre>curl -H "Authorization: Bearer {key}" {base}/v1/keys/self</pre>
<p><a href="/studio/">The studio</a> asks for it. <a href="/docs">All paths</a></p>"""


@router.post(
    "/v1/start",
    operation_id="start",
    summary="Get the first key",
    status_code=201,
    responses={401: {"$ref": "#/components/responses/Problem401"}},
)
@traits(Traits(keeps_answer=False))
def start(services: UseServices, wanted: StartRequest) -> KeyMade:
    """Exchange the token of the link that the first start printed for a key with all scopes.

    A token works once.
    """
    return KeyMade.of(exchange(services.database, wanted.token))


@router.get("/start", include_in_schema=False)
def show_start(token: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """A page that asks before the token is used: whatever looks at links in passing uses none up."""
    return _page(_ASK.format(token=html.escape(token)))


@router.post("/start", include_in_schema=False)
@traits(Traits(keeps_answer=False, largest_body=4096))
def show_first_key(
    services: UseServices, request: Request, token: Annotated[str, Form(max_length=200)] = ""
) -> HTMLResponse:
    """The page with the key."""
    try:
        made = exchange(services.database, token)
    except NotAuthenticated as refusal:
        return _page(f"<p>{html.escape(str(refusal))}</p>", 401)
    return _page(
        _GIVE.format(key=html.escape(made.secret), base=html.escape(str(request.base_url).rstrip("/")))
    )


def _page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(body=body), status, _HEADERS)
