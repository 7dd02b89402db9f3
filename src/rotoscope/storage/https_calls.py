"""Calls of web services with a token that is renewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from rotoscope.storage.https_retry import DEFAULT_RETRIES, Retries, again_and_again, shared_client
from rotoscope.storage.tokens import TokenSource


class Caller:
    """Sends requests with a token. Any thread may use it."""

    def __init__(
        self,
        service: str,
        token: TokenSource,
        *,
        client: httpx.Client | None = None,
        retries: Retries = DEFAULT_RETRIES,
        is_passing: Callable[[httpx.Response], bool] = lambda _: False,
    ) -> None:
        self.service = service
        self.retries = retries
        self._token = token
        self._client = client or shared_client()
        self._is_passing = is_passing

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        stream: bool = False,
        once: bool = False,
        failures: list[str] | None = None,
    ) -> httpx.Response:
        """The answer to a request; one that says "later" is asked for again.

        A token that was refused is renewed once. ``once``: whoever calls deals with failures.

        Raises:
            StoreUnavailable: there was no answer.
            AccessDenied: no token can be had.
        """

        def attempt() -> httpx.Response:
            token = self._token.token()
            response = self._sent(method, url, token, headers, params, content, stream=stream)
            if response.status_code == 401 and self._token.renew(token):
                response.close()
                token = self._token.token()
                response = self._sent(method, url, token, headers, params, content, stream=stream)
            if stream and response.status_code >= 400:
                response.read()
            return response

        if once:
            return attempt()
        return again_and_again(
            attempt,
            service=self.service,
            retries=self.retries,
            is_passing=self._is_passing,
            failures=failures,
        )

    def _sent(
        self,
        method: str,
        url: str,
        token: str,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        content: bytes | None,
        *,
        stream: bool,
    ) -> httpx.Response:
        request = self._client.build_request(
            method,
            url,
            headers={"Accept-Encoding": "identity", **(headers or {}), "Authorization": f"Bearer {token}"},
            params=params,
            content=content,
        )
        return self._client.send(request, stream=stream)
