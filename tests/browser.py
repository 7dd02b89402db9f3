"""A real Chromium, driven by Playwright; tests that want one skip with a reason where there is none."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from bench.web.browser import NAMES, find_chromium, launched

_MILLISECONDS: Final = 60_000
_CALM: Final = {"reduced_motion": "reduce"}
WEBCAM: Final = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Options for a webcam that shows a test picture, and that needs no permission."""
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    **_CALM,
}
DESKTOP: Final[dict[str, Any]] = {"viewport": {"width": 1360, "height": 900}, **_CALM}


def chromium() -> str:
    """Where the browser is; the test that asks is skipped where there is none."""
    found = find_chromium()
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is there; apt-get install chromium brings one")
    return found


@contextmanager
def running_browser(*options: str) -> Generator[Browser]:
    """A browser for the time of a block; ``options`` are Chromium's own, such as ``WEBCAM``."""
    place = chromium()
    expect.set_options(timeout=_MILLISECONDS)
    with launched(place, ["--autoplay-policy=no-user-gesture-required", *options]) as browser:
        yield browser


@contextmanager
def open_page(
    browser: Browser,
    *,
    key: str | None = None,
    may_fail: tuple[int, ...] = (),
    may_say: tuple[str, ...] = (),
    screen: Mapping[str, Any] = DESKTOP,
) -> Generator[Page]:
    """A page in a context of its own; what it complains of is an error of the test.

    Args:
        browser: where.
        key: of the studio's service; kept in the browser before the page is opened.
        may_fail: statuses of answers that are expected, which a browser complains of.
        may_say: parts of other complaints that are expected.
        screen: of the context: ``DESKTOP``, ``PHONE``, or with more: ``DESKTOP | {"color_scheme": "dark"}``.
    """
    context = browser.new_context(**screen)
    if key is not None:
        context.add_init_script(f"localStorage.setItem('rotoscope.key', {key!r})")
    page = context.new_page()
    page.set_default_timeout(_MILLISECONDS)
    complaints: list[str] = []
    hosts: set[str] = set()

    def hear(message: ConsoleMessage) -> None:
        expected = any(
            part in message.text for part in (*(f"status of {code}" for code in may_fail), *may_say)
        )
        if message.type in ("error", "warning") and not expected:
            complaints.append(message.text)

    def see(request: Request) -> None:
        if request.url.startswith("http"):
            hosts.add(request.url.split("/")[2])

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", see)
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints
    assert all(host.startswith(("127.0.0.1:", "localhost:")) for host in hosts), hosts


def hold_accessible(page: Page) -> None:
    """Hold a page against WCAG 2.2, levels A and AA, with axe."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert found.violations_count == 0, found.generate_report()
