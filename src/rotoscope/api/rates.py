"""How often a client may ask."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rotoscope.api.access import caller_in
from rotoscope.api.problems import problem_answer
from rotoscope.api.refusals import TooManyRequests
from rotoscope.api.traits import traits_in

_SECONDS: Final = 60


class RateLimit:
    """Counts the requests of each client, and of each address that shows no key, in this process."""

    def __init__(self, app: ASGIApp, *, per_minute: int) -> None:
        self._app = app
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not traits_in(scope).counted:
            await self._app(scope, receive, send)
            return
        who = _who(scope)
        served = self._limiter.hit(self._item, who)
        headers = self._headers(who)

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if served:
            await self._app(scope, receive, send_counted)
        else:
            wait = headers["RateLimit-Reset"]
            refusal = TooManyRequests(
                f"More than {self._item.amount} requests came within a minute. Wait {wait} seconds.",
                headers={"Retry-After": wait},
            )
            await problem_answer(refusal, scope)(scope, receive, send_counted)

    def _headers(self, who: str) -> dict[str, str]:
        stats = self._limiter.get_window_stats(self._item, who)
        return {
            "RateLimit-Policy": f"{self._item.amount};w={_SECONDS}",
            "RateLimit-Limit": str(self._item.amount),
            "RateLimit-Remaining": str(max(0, stats.remaining)),
            "RateLimit-Reset": str(max(1, math.ceil(stats.reset_time - time.time()))),
        }


def _who(scope: Scope) -> str:
    caller = caller_in(scope)
    if caller is not None:
        return caller.client_id
    return f"address:{scope['client'][0] if scope.get('client') else ''}"
