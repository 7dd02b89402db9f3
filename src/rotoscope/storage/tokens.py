"""Access tokens of OAuth 2.0 (RFC 6749, RFC 6750): one that stays, and one that is renewed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol, cast

import httpx

from rotoscope.errors import AccessDenied, StoreUnavailable
from rotoscope.storage.https_retry import DEFAULT_RETRIES, Retries, again_and_again, shared_client

DROPBOX_TOKEN_URL: Final = "https://api.dropboxapi.com/oauth2/token"
"""Where Dropbox gives access tokens for a refresh token."""
GOOGLE_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"
"""Where Google gives access tokens for a refresh token."""
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_MARGIN_SECONDS: Final = 120.0
_USUAL_SECONDS: Final = 3600.0


class TokenSource(Protocol):
    """Where a store gets the token that it sends along. Any thread may ask."""

    def token(self) -> str:
        """A token that should be valid.

        Raises:
            AccessDenied: the grant was withdrawn.
            StoreUnavailable: none can be had at the moment.
        """
        ...

    def renew(self, refused: str) -> bool:
        """Told that a token was refused; whether :meth:`token` now gives another one."""
        ...


class FixedToken:
    """A token that stays as it is, such as one from a console for developers; these last for hours."""

    def __init__(self, token: str) -> None:
        """Nothing is asked for.

        Raises:
            AccessDenied: it holds what no token has; space around it is left out.
        """
        self._token = _checked(token)

    def token(self) -> str:
        """See :class:`TokenSource`."""
        return self._token

    def renew(self, refused: str) -> bool:
        """See :class:`TokenSource`; there is no other."""
        return False


class RefreshedToken:
    """A token got for a refresh token, and got anew two minutes before it ends or when it was refused."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str | None,
        refresh_token: str,
        *,
        client: httpx.Client | None = None,
        now: Callable[[], float] = time.monotonic,
        retries: Retries = DEFAULT_RETRIES,
    ) -> None:
        """Nothing is asked for before the first use.

        Args:
            token_url: such as :data:`DROPBOX_TOKEN_URL`.
            client_id: of the app.
            client_secret: of the app; None for an app without one (PKCE).
            refresh_token: of the person who granted access.
            client: sends the requests.
            now: a clock in seconds.
            retries: how often a server that does not answer is asked.
        """
        self._url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._refresh_token = refresh_token
        self._client = client or shared_client()
        self._now = now
        self._retries = retries
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def token(self) -> str:
        """See :class:`TokenSource`."""
        with self._lock:
            if not self._token or self._now() >= self._ends - _MARGIN_SECONDS:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> bool:
        """See :class:`TokenSource`."""
        with self._lock:
            if self._token == refused:  # else another thread was told the same, and has renewed it
                self._fetch()
            return self._token != refused

    def _fetch(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh_token,
            "client_id": self._client_id,
        }
        if self._client_secret:
            form["client_secret"] = self._client_secret
        asked = self._now()
        host = httpx.URL(self._url).host
        response = again_and_again(
            lambda: self._client.post(self._url, data=form), service=host, retries=self._retries
        )
        answer = _json(response)
        token = answer.get("access_token")
        if response.status_code != 200 or not isinstance(token, str) or not token:
            raise _refused(host, response, answer)
        self._token = _checked(token)
        self._ends = asked + _seconds(answer.get("expires_in"))
        rotated = answer.get("refresh_token")
        if isinstance(rotated, str) and rotated:
            self._refresh_token = rotated


def _checked(token: str) -> str:
    """The token without space around it.

    Raises:
        AccessDenied: it is none. The message does not show it.
    """
    token = token.strip()
    if _TOKEN.fullmatch(token) is None:
        raise AccessDenied(
            "The access token is empty, or holds a space or a character that no token has. Copy it once more."
        )
    return token


def _refused(host: str, response: httpx.Response, answer: dict[str, object]) -> Exception:
    reason = str(answer.get("error_description") or answer.get("error") or f"status {response.status_code}")
    if response.status_code in (400, 401, 403):
        return AccessDenied(
            f"{host} gives no access token: {reason[:200]}. Access was withdrawn, or the app's key is "
            "another one: connect the account again, and enter the new refresh token."
        )
    return StoreUnavailable(f"{host} gave no access token: {reason[:200]}. Try again later.")


def _json(response: httpx.Response) -> dict[str, object]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return cast("dict[str, object]", answer) if isinstance(answer, dict) else {}


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else _USUAL_SECONDS
