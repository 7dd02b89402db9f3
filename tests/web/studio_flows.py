"""What a person does in the studio, for its tests."""

from __future__ import annotations

import io
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, open_page
from running_server import RunningServer


@contextmanager
def open_studio(
    server: RunningServer, browser: Browser, place: str = "#/paint", screen: dict[str, Any] = DESKTOP
) -> Generator[Page]:
    """The studio at a place, with a key in the browser."""
    with open_page(browser, key=server.key, screen=screen) as page:
        page.goto(f"{server.url}/studio/{place}")
        yield page


def await_painting(page: Page, times: int = 1) -> None:
    """Wait until the stage has shown so many paintings, and is at rest."""
    page.wait_for_function(
        "times => { const stage = document.querySelector('.stage');"
        " return Number(stage?.dataset.painted ?? 0) >= times && !stage.hasAttribute('aria-busy') }",
        arg=times,
    )


def paintings(page: Page) -> int:
    """How many the stage has shown."""
    return int(page.locator(".stage").get_attribute("data-painted") or 0)


def open_sample(page: Page, what: str) -> None:
    """Choose ``picture`` or ``clip``, and wait for the first painting."""
    page.get_by_role("button", name=f"Try the sample {what}").click()
    await_painting(page)


def shown_painting(page: Page) -> Image.Image:
    """The painting on the stage."""
    data = page.evaluate(
        "async () => { const found = await fetch(document.querySelector('.stage .after').src);"
        " return Array.from(new Uint8Array(await found.arrayBuffer())) }"
    )
    return Image.open(io.BytesIO(bytes(data))).convert("RGB")


def result_uri(page: Page) -> str:
    """Where the result is, once there is one."""
    result = page.locator(".result[data-uri]")
    expect(result).to_be_visible(timeout=180_000)
    return result.get_attribute("data-uri") or ""


def fetch(server: RunningServer, path: str, **query: str | int) -> httpx.Response:
    """Ask the API what the studio did."""
    answer = httpx.get(
        f"{server.url}{path}", params=query, headers={"Authorization": f"Bearer {server.key}"}, timeout=60
    )
    answer.raise_for_status()
    return answer


def keep_picture(page: Page, name: str, *, top: str = "body") -> None:
    """Let the page as it stands be a picture of the documentation, where ``make studio-pictures`` asks.

    Args:
        page: the page.
        name: of the picture.
        top: a selector; the picture begins at what it finds.
    """
    folder = os.environ.get("ROTOSCOPE_STUDIO_PICTURES")
    if folder:
        page.evaluate(
            "top => { document.getElementById('notices').replaceChildren();"
            " scrollTo(0, 0); scrollTo(0, document.querySelector(top).getBoundingClientRect().top - 80) }",
            top,
        )
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.save(Path(folder) / f"{name}.webp", quality=82, method=6)


def save_picture(folder: Path, name: str, size: tuple[int, int] = (320, 200)) -> Path:
    """A photograph of one's own: a gradient with a red disk."""
    width, height = size
    image = Image.linear_gradient("L").resize(size)
    picture = Image.merge("RGB", (image, image.transpose(Image.Transpose.FLIP_TOP_BOTTOM), image))
    disk = Image.new("RGB", (height // 2, height // 2), (200, 30, 20))
    picture.paste(disk, (width // 3, height // 4))
    place = folder / name
    picture.save(place)
    return place
