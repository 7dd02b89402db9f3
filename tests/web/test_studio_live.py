"""Filters in the browser itself: on a picture, on the webcam, and held against what the service paints."""

from __future__ import annotations

import io
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from rotoscope.api.browser_runtime import FOLDER, RUNTIME_FILES
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import write_filter_file

from browser import DESKTOP, PHONE, WEBCAM, hold_accessible, open_page, running_browser
from graph_samples import tint_model
from onnxruntime_web import lay_runtime
from running_server import RunningServer, running_server

pytestmark = pytest.mark.timeout(600)
LONG = 180_000


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with running_browser(*WEBCAM) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServer]:
    folder = tmp_path_factory.mktemp("live")
    lay_runtime(folder / "cache")
    with running_server(folder) as server:
        yield server


def await_painting(page: Page, times: int = 1) -> None:
    page.wait_for_function(
        "times => Number(document.querySelector('.live-stage')?.dataset.painted ?? 0) >= times",
        arg=times,
        timeout=LONG,
    )


def paintings(page: Page) -> int:
    return int(page.locator(".live-stage").get_attribute("data-painted") or 0)


def save_photograph(folder: Path, size: tuple[int, int]) -> Path:
    """Smooth and busy parts, and a hard edge; of a size that is no multiple of 4."""
    across, down = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    waves = 0.5 + 0.5 * np.sin(40 * across * down + 6 * across)
    pixels = np.stack([waves, down, np.where(across > 0.5, 1 - down, across)], axis=-1)
    place = folder / "photograph.png"
    Image.fromarray((255 * pixels).astype(np.uint8)).save(place)
    return place


def saved(page: Page) -> np.ndarray[Any, Any]:
    """What the page shows, as it is saved."""
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save what is shown").click()
    with Image.open(waited.value.path()) as image:
        return np.asarray(image.convert("RGB")).astype(float)


def painted_by_service(server: RunningServer, photograph: Path, name: str) -> np.ndarray[Any, Any]:
    answer = httpx.post(
        f"{server.url}/v1/images:stylize",
        headers={"Authorization": f"Bearer {server.key}"},
        data={"filter": name, "format": "png"},
        files={"picture": (photograph.name, photograph.read_bytes())},
        timeout=60,
    )
    answer.raise_for_status()
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(float)


def open_live(page: Page, server: RunningServer, name: str) -> None:
    page.goto(f"{server.url}/studio/#/live?filter={name}")
    await_painting(page)


@pytest.mark.parametrize("name", ["starry-night", "padded-tint"])
def test_the_browser_paints_what_the_service_paints(
    browser: Browser, server: RunningServer, name: str, tmp_path: Path
) -> None:
    if name == "padded-tint":
        own = tmp_path / "own.onnx"
        write_filter_file(
            own,
            tint_model(),
            Card(name=name, padding=Padding(multiple=32, margin=5, minimum=200, mode="edge")),
        )
        with server.client() as client:
            client.filters.add(own)
    photograph = save_photograph(tmp_path, (217, 144))
    with open_page(browser, key=server.key) as page:
        open_live(page, server, name)
        page.get_by_label("Short side").fill("144")
        page.get_by_label("Choose a picture").set_input_files(photograph)
        expect(page.get_by_text("217 × 144 · painted in")).to_be_visible(timeout=LONG)
        here = saved(page)
        there = painted_by_service(server, photograph, name)
        assert here.shape == there.shape == (144, 217, 3)
        assert np.abs(here - there).mean() < 2
        source = np.asarray(Image.open(photograph).convert("RGB")).astype(float)
        assert np.abs(here - source).mean() > 10
        page.get_by_label("Strength").fill("0")
        assert np.abs(saved(page) - source).mean() < 0.5
        page.get_by_label("Strength").fill("0.5")
        assert np.abs(saved(page) - (source + here) / 2).mean() < 1


def test_nothing_is_sent_until_it_is_painted_in_full(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.url) if asked.method != "GET" else None)
        open_live(page, server, "great-wave")
        page.get_by_label("Choose a picture").set_input_files(save_photograph(tmp_path, (300, 200)))
        expect(page.get_by_text("300 × 200 · painted in")).to_be_visible(timeout=LONG)
        page.get_by_label("Filter").select_option("kiss")
        expect(page.locator(".live-stage")).to_have_attribute("data-filter", "kiss", timeout=LONG)
        assert page.url.endswith("#/live?filter=kiss")
        assert sent == []
        page.get_by_role("button", name="Paint it in full").click()
        expect(page).to_have_url(re.compile(r"#/paint/med_\w+\?filter=kiss$"), timeout=LONG)
        assert any("/v1/uploads" in url for url in sent)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | {"color_scheme": "dark"}], ids=["desktop", "phone"])
def test_the_webcam_is_painted_frame_by_frame(
    browser: Browser, server: RunningServer, screen: dict[str, Any]
) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        open_live(page, server, "woodcut")
        page.get_by_label("Short side").fill("144")
        page.get_by_role("button", name="Use the webcam").click()
        expect(page.get_by_text("frames a second")).to_be_visible(timeout=LONG)
        await_painting(page, paintings(page) + 5)
        first = saved(page)
        await_painting(page, paintings(page) + 5)
        assert np.abs(saved(page) - first).mean() > 0.01
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        hold_accessible(page)


def test_several_threads_are_used_where_the_page_is_isolated(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        open_live(page, server, "woodcut")
        assert page.evaluate("crossOriginIsolated")
        threads = page.evaluate("Math.min(4, navigator.hardwareConcurrency)")
        expect(page.get_by_text(f"Runs on {threads} thread")).to_be_visible()


def test_a_calculated_filter_is_said_not_to_run_here(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        open_live(page, server, "halftone")
        expect(page.get_by_text("Halftone is calculated by the service")).to_be_visible()
        assert page.get_by_label("Filter").input_value() == "great-wave"
        assert "halftone" not in page.get_by_label("Filter").inner_text().lower()


def test_what_is_no_picture_is_told(browser: Browser, server: RunningServer, tmp_path: Path) -> None:
    odd = tmp_path / "odd.png"
    odd.write_text("not a picture")
    with open_page(browser, key=server.key) as page:
        open_live(page, server, "woodcut")
        page.get_by_label("Choose a picture").set_input_files(odd)
        expect(page.get_by_role("alert")).to_contain_text("no picture that this browser can open")


def refusing(why: str) -> str:
    """A script after which a browser gives no webcam."""
    return f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{why}') }}"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (
            refusing("NotAllowedError"),
            "The webcam was not allowed. Allow it in the browser's address bar",
        ),
        (
            refusing("NotFoundError"),
            "There is no webcam here. Drop a picture instead.",
        ),
        (
            "Object.defineProperty(window, 'isSecureContext', { value: false })",
            "A browser gives the webcam to secure pages only: open the studio by https",
        ),
    ],
    ids=["denied", "none", "insecure"],
)
def test_why_there_is_no_webcam_is_told(
    browser: Browser, server: RunningServer, before: str, told: str
) -> None:
    with open_page(browser, key=server.key) as page:
        page.add_init_script(before)
        open_live(page, server, "woodcut")
        page.get_by_role("button", name="Use the webcam").click()
        expect(page.get_by_role("alert")).to_contain_text(told)


def test_a_service_that_cannot_fetch_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    with (
        running_server(tmp_path, https_proxy="http://127.0.0.1:1") as server,
        open_page(browser, key=server.key, may_fail=(502,)) as page,
    ):
        page.goto(f"{server.url}/studio/#/live")
        offer = page.get_by_role("region", name="One thing is missing")
        expect(offer).to_contain_text("14 MB. The service fetches it once from cdn.jsdelivr.net")
        for name in RUNTIME_FILES:
            expect(offer).to_contain_text(name)
        hold_accessible(page)
        page.get_by_role("button", name="Fetch it").click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be fetched", timeout=LONG)
        expect(page.get_by_role("alert")).to_contain_text(f"into the folder {FOLDER}")
        lay_runtime(tmp_path / "cache")
        page.get_by_role("button", name="Try again").click()
        await_painting(page)
