"""Access tokens: one that stays, and one that is renewed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from rotoscope.errors import AccessDenied, StoreUnavailable
from rotoscope.storage.https_retry import Retries
from rotoscope.storage.tokens import FixedToken, RefreshedToken

from local_server import Answer, Asked, LocalServer, cut, status

_HASTY = Retries(times=3, sleep=lambda _: None)


class TokenServer(LocalServer):
    """Gives token-1, token-2 … for a refresh token."""

    def __init__(self) -> None:
        super().__init__()
        self.refresh_token = "kept"
        self.rotates = False
        self.given = 0

    def respond(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        assert (form["grant_type"], form["client_id"]) == ("refresh_token", "app")
        if form["refresh_token"] != self.refresh_token or form.get("client_secret") not in (None, "s&cret"):
            return Answer(400, b'{"error": "invalid_grant", "error_description": "Token has been revoked."}')
        self.given += 1
        rotated = ""
        if self.rotates:
            self.refresh_token = f"kept-{self.given}"
            rotated = f', "refresh_token": "{self.refresh_token}"'
        return Answer(200, f'{{"access_token": "token-{self.given}", "expires_in": 3600{rotated}}}'.encode())


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def source_of(server: TokenServer, secret: str | None = "s&cret", now: Clock | None = None) -> RefreshedToken:
    return RefreshedToken(f"{server.url}/token", "app", secret, "kept", now=now or Clock(), retries=_HASTY)


def test_a_token_is_kept_until_shortly_before_it_ends(server: TokenServer) -> None:
    clock = Clock()
    source = source_of(server, now=clock)
    assert server.asked == []
    assert source.token() == source.token() == "token-1"
    clock.seconds += 3600 - 121
    assert source.token() == "token-1"
    clock.seconds += 2
    assert source.token() == "token-2"


def test_a_token_that_was_refused_is_renewed_by_one_thread(server: TokenServer) -> None:
    source = source_of(server)
    refused = source.token()
    renewed: list[bool] = []
    threads = [threading.Thread(target=lambda: renewed.append(source.renew(refused))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert renewed == [True] * 8
    assert source.token() == "token-2"
    assert server.given == 2


def test_a_refresh_token_that_changes_is_followed(server: TokenServer) -> None:
    server.rotates = True
    source = source_of(server, secret=None)
    assert source.token() == "token-1"
    assert source.renew("token-1")
    assert source.renew("token-2")
    assert source.token() == "token-3"


def test_a_grant_that_was_withdrawn_is_told(server: TokenServer) -> None:
    server.refresh_token = "another"
    with pytest.raises(
        AccessDenied, match=r"gives no access token: Token has been revoked.*connect the account"
    ):
        source_of(server).token()


def test_a_server_that_does_not_answer_is_asked_again(server: TokenServer) -> None:
    server.fail("/token", cut)
    server.fail("/token", status(503))
    assert source_of(server).token() == "token-1"
    server.fail("/token", status(500), times=3)
    with pytest.raises(StoreUnavailable, match="3 times"):
        source_of(server).token()
    server.fail("/token", status(200, b"<html>"))
    with pytest.raises(StoreUnavailable, match="gave no access token"):
        source_of(server).token()


def test_secrets_are_not_shown() -> None:
    sources = [FixedToken("hidden"), RefreshedToken("https://host/", "app", "hidden", "hidden")]
    assert "hidden" not in repr(sources)


@pytest.mark.parametrize("token", ["", " ", "two words", "späße", "line\nbreak"])
def test_what_is_no_token_is_told_without_showing_it(token: str) -> None:
    with pytest.raises(AccessDenied, match="Copy it once more") as told:
        FixedToken(token)
    assert not token.strip() or token not in str(told.value)
    assert FixedToken(" sesame\n").token() == "sesame"


def test_a_fixed_token_stays() -> None:
    source = FixedToken("sesame")
    assert source.token() == "sesame"
    assert not source.renew("sesame")
