"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from rotoscope.client.connection import Connection, may_be_served_later
from rotoscope.client.records import Event
from rotoscope.errors import ApiError
from rotoscope.plain import from_plain

_TRIES: Final = 10
"""In a row without an event; half a minute or so."""
_LONGEST_WAIT: Final = 5.0


class Events:
    """What happened: ``client.events``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def list(self, *, subject: str | None = None) -> Iterator[Event]:
        """All that happened, in its order; or what happened to one thing."""
        return self._line.pages(Event, "/v1/events", {"subject": subject})

    def follow(self, *, last_event_id: str | None = None) -> Iterator[Event]:
        """What happens from now on, or from after an event on; without an end.

        Raises:
            ApiError, ServerUnreachable: the server refuses, or stays away too long.
        """
        return follow(self._line, "/v1/events/stream", last_event_id=last_event_id, is_over=lambda: False)


def follow(
    line: Connection, path: str, *, last_event_id: str | None, is_over: Callable[[], bool]
) -> Iterator[Event]:
    """Events of a stream; where the line breaks, from after the last one that came.

    Args:
        line: to the server.
        path: of the stream.
        last_event_id: after which the stream begins; None: where the server begins it.
        is_over: asked when the server has ended the stream: whether that is its end.

    Raises:
        ApiError: the server refuses.
        ServerUnreachable: it stays away too long.
    """
    last = last_event_id
    failures = 0
    while True:
        try:
            headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
            with line.stream(path, headers=headers) as answer:
                for event in read_events(answer.iter_lines()):
                    last, failures = event.id, 0
                    yield event
            if is_over():
                return
            failures += 1
        except (httpx.TransportError, ApiError) as error:
            if isinstance(error, ApiError) and not may_be_served_later(error):
                raise
            failures += 1
            if failures >= _TRIES:
                raise error if isinstance(error, ApiError) else line.unreachable(error) from error
        time.sleep(min(0.1 * 2**failures, _LONGEST_WAIT))


def read_events(lines: Iterator[str]) -> Iterator[Event]:
    """The events in the lines of a stream. What the end cut off is no event."""
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line and name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield from_plain(Event, json.loads("\n".join(data)))
            data = []
