"""Requests that are made again where that can help, and answers that go on where they broke off."""

from __future__ import annotations

import atexit
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final, cast

import httpx

from rotoscope.errors import CorruptTransfer, StoreUnavailable

PIECE_BYTES: Final = 1 << 20
"""Size of what a store's ``read`` yields at once."""
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that mean "later"."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often something is tried, and how long is waited between."""

    times: int = 6
    first_seconds: float = 0.5
    most_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def wait(self, failures: int, response: httpx.Response | None) -> None:
        """Wait before the next try: as the server says, else twice as long each time, a little off."""
        said = None if response is None else _retry_after(response)
        longer = self.first_seconds * 2 ** (failures - 1) * random.uniform(0.8, 1.2)
        self.sleep(min(said if said is not None else longer, self.most_seconds))


DEFAULT_RETRIES: Final = Retries()


@cache
def shared_client() -> httpx.Client:
    """The client of this process for the services that it knows by name; closed with the process."""
    client = httpx.Client(timeout=httpx.Timeout(60, connect=10), follow_redirects=False)
    atexit.register(client.close)
    return client


def again_and_again(
    attempt: Callable[[], httpx.Response],
    *,
    service: str,
    retries: Retries,
    is_passing: Callable[[httpx.Response], bool] = lambda _: False,
    failures: list[str] | None = None,
) -> httpx.Response:
    """An answer, after some tries where the connection breaks or the server says that it will pass.

    Args:
        attempt: sends the request.
        service: named in the error.
        retries: how often.
        is_passing: whether an answer says "later" by other means than its status.
        failures: told of each attempt that may have been carried out without our knowing.

    Raises:
        StoreUnavailable: no try brought an answer.
    """
    told = "nothing"
    for tried in range(1, retries.times + 1):
        response = None
        try:
            response = attempt()
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            # It may quote the headers, and with them the token.
            raise StoreUnavailable(f"{service} cannot be asked so ({type(error).__name__}).") from None
        except httpx.TransportError as error:
            told = f"{type(error).__name__}: {error}"
            if failures is not None and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                failures.append(told)
        else:
            if response.status_code not in PASSING and not is_passing(response):
                return response
            told = f"status {response.status_code}"
            if failures is not None and response.status_code >= 500:
                failures.append(told)
            response.close()
        if tried < retries.times:
            retries.wait(tried, response)
    raise StoreUnavailable(
        f"{service} did not answer as it should, {retries.times} times ({told[:200]}). Check the connection, "
        "and try again later."
    )


def read_on(
    open_at: Callable[[int], httpx.Response],
    first: httpx.Response,
    *,
    start: int,
    end: int | None,
    service: str,
    retries: Retries,
    check: Callable[[bytes], None] | None = None,
    finish: Callable[[], None] | None = None,
) -> Iterator[bytes]:
    """The bytes of a streamed answer, which goes on where it was when the connection breaks.

    Args:
        open_at: asks for the bytes from a position on.
        first: the answer for ``start``, already there.
        start: the position it begins at.
        end: where it must end; None: unknown.
        service: named in errors.
        retries: how often in a row a connection may break without a byte.
        check: shown every piece.
        finish: called after the last one; raises where the whole is wrong.

    Returns:
        Pieces of about 1 MiB; the connection is closed with the iterator.
    """
    pieces = _reading(open_at, first, start, end, service, retries, check, finish)
    next(pieces)  # so that its end, and with it the connection's, is certain
    return pieces


def _reading(
    open_at: Callable[[int], httpx.Response],
    response: httpx.Response,
    position: int,
    end: int | None,
    service: str,
    retries: Retries,
    check: Callable[[bytes], None] | None,
    finish: Callable[[], None] | None,
) -> Iterator[bytes]:
    failures = 0
    try:
        yield b""
        while True:
            try:
                for piece in response.iter_raw(PIECE_BYTES):
                    failures = 0
                    position += len(piece)
                    if check is not None:
                        check(piece)
                    yield piece
                if end is None or position >= end:
                    break
                told = f"{end - position:,} bytes are missing"
            except httpx.TransportError as error:
                told = f"{type(error).__name__}: {error}"
            response.close()
            failures += 1
            if failures >= retries.times:
                raise StoreUnavailable(
                    f"{service} broke off {failures} times ({told[:200]}). Try again later."
                )
            retries.wait(failures, None)
            response = open_at(position)
        if end is not None and position > end:
            raise CorruptTransfer(f"{service} sent more bytes than it said. Try again.")
        if finish is not None:
            finish()
    finally:
        response.close()


def answer_of(response: httpx.Response) -> dict[str, object]:
    """The JSON object of an answer; empty where there is none."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        return {}
    return cast("dict[str, object]", answer) if isinstance(answer, dict) else {}


def range_header(start: int, stop: int | None) -> dict[str, str]:
    """The header that asks for some of the bytes; none where all are wanted."""
    if start == 0 and stop is None:
        return {}
    return {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After")
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
