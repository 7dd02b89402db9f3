"""The server that commands use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from rotoscope.client import Client
from rotoscope.errors import ApiError, InvalidOptions, RotoscopeError
from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

_SECONDS: Final = 10.0
_CLOCKS_APART: Final = 120
"""Seconds that a server's clock may be off."""
_NO_KEY: Final = (401, 403)


def check_server(of: Installation) -> Iterator[Finding]:
    """The server that commands use answers, and takes the key."""
    url, key = of.env.get(SERVER_VARIABLE), of.env.get(KEY_VARIABLE)
    if not url:
        return
    try:
        with Client(url, key or None, tries=1, timeout=_SECONDS) as client:
            yield from _clocks(client.url)
            if not key:
                yield warning(
                    "server",
                    f"{url} answers, but there is no key to show to it.",
                    f"Set {KEY_VARIABLE}, or give commands --key-file.",
                )
                return
            found = client.keys.self()
    except ApiError as error:
        advice = (
            f"Set {KEY_VARIABLE} to a key of that server." if error.status in _NO_KEY else "Look at its log."
        )
        yield fault("server", f"{url} refuses the key: {sentence(error)}.", advice)
    except (RotoscopeError, httpx.HTTPError) as error:
        yield fault(
            "server",
            f"The server {url} does not answer: {sentence(error)}.",
            f"Start it (rotoscope serve), or correct {SERVER_VARIABLE}.",
        )
    else:
        yield ok("server", f"{url} takes the key {found.name!r}; it may {', '.join(found.scopes)}.")


def _clocks(url: str) -> Iterator[Finding]:
    answer = httpx.get(f"{url}/healthz", timeout=_SECONDS)
    if not answer.is_success:
        raise InvalidOptions(f"/healthz was answered with {answer.status_code}")
    date = answer.headers.get("date")
    if date is None:
        return
    apart = abs(parsedate_to_datetime(date).timestamp() - time.time())
    if apart > _CLOCKS_APART:
        yield warning(
            "clock",
            f"This machine's clock and that of {url} are {apart:.0f} s apart.",
            "Keep both right with NTP; signed URLs rest on it.",
        )
