"""The gallery in a real browser: accessible, whole, and its wipe worked by keyboard."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser

from browser import DESKTOP, PHONE, hold_accessible, open_page, running_browser
from gallery_samples import make_walks, published

PAGES = (
    "index.html",
    "collections/walks/index.html",
    "collections/walks/dusk.html",
    "collections/walks/night.html",
    "collections/walks/flight.html",
    "filters/index.html",
    "filters/great-wave.html",
    "filters/silicon-die.html",
    "updates/index.html",
    "updates/walks-first-print.html",
    "404.html",
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Of a published gallery that is served as files."""
    root = tmp_path_factory.mktemp("gallery")
    published([make_walks(root)], root / "served" / "gallery")  # as its address says
    handler = functools.partial(_Quiet, directory=str(root / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/gallery/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_whole(browser: Browser, address: str, path: str, scheme: str) -> None:
    with open_page(browser, screen=DESKTOP | {"color_scheme": scheme}) as page:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        hold_accessible(page)
        assert page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).length") == 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_on_a_phone(browser: Browser, address: str, path: str) -> None:
    with open_page(browser, screen=PHONE) as page:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        hold_accessible(page)


def test_the_wipe_is_worked_by_keyboard(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        page.goto(address + "collections/walks/dusk.html")
        page.wait_for_selector("before-after[ready]")
        shown = "document.querySelector('before-after').style.getPropertyValue('--wipe')"
        assert page.evaluate(shown) == "50%"
        wipe = page.get_by_role("slider", name="How much of the photograph is shown")
        wipe.focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate(shown) == "51%"
        page.keyboard.press("End")
        assert page.evaluate(shown) == "100%"
        assert wipe.get_attribute("aria-valuetext") == "100 percent"
        page.keyboard.press("Home")
        assert page.evaluate(shown) == "0%"
        clip = "getComputedStyle(document.querySelector('before-after .before')).clipPath"
        assert page.evaluate(clip) == "inset(0px 100% 0px 0px)"  # nothing of the photograph is left


def test_without_scripts_there_are_two_pictures(browser: Browser, address: str) -> None:
    with open_page(browser, screen=DESKTOP | {"java_script_enabled": False}) as page:
        page.goto(address + "collections/walks/dusk.html")
        boxes = [page.locator(f"before-after .{side} img").bounding_box() for side in ("before", "after")]
        first, second = boxes
        assert first is not None
        assert second is not None
        assert second["x"] >= first["x"] + first["width"]
        assert page.get_by_role("slider").count() == 0


def test_the_video_plays(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        page.goto(address + "collections/walks/flight.html")
        page.evaluate(
            """new Promise((done) => {
              const video = document.querySelector("video");
              video.addEventListener("timeupdate", () => video.currentTime > 0.2 && done());
              video.play();
            })"""
        )
        assert page.evaluate("document.querySelector('video').textTracks[0].cues.length") == 1


def test_everything_is_reached_by_links(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        page.goto(address + "index.html")
        page.get_by_role("link", name="Two walks").first.click()
        page.get_by_role("link", name="Dusk & <dawn>").last.click()
        page.get_by_role("link", name="Great Wave").click()
        page.get_by_role("link", name="Dusk & <dawn>").click()
        page.get_by_role("link", name="Next").click()
        assert page.title() == "Night · Gallery"
