"""The picture of docs/how-to/publish.md: pages of a published gallery, as a browser shows them."""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from pictures_of.folder import PICTURES
from rotoscope.media.frame import Pixels
from rotoscope.media.stills import read_still
from rotoscope.palette.palette import Palette
from rotoscope.publish.collection import Collection
from rotoscope.publish.publishing import palette_by_name, publish, to_publish
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.targets.folder import FolderTarget
from rotoscope.publish.work import UsedFilter, Work
from rotoscope.publish.writing import write_collection

_SIDE: Final = 1440
"""Pixels that photographs are enlarged to, and painted at."""
_HEIGHT: Final = 760
_GAP: Final = 24
_GROUND: Final = 214
_MAX_BYTES: Final = 300_000
_WORKS: Final = (
    ("otter", "great-wave", "Otter, high water", "Oakland"),
    ("sunset", "wheat-field", "Beacon Street", "Boston"),
    ("courtyard", "blueprint", "Casa Milà, as planned", "Barcelona"),
    ("dune", "zion", "The long way up", None),
    ("lagoon", "willow-bough", "Lagoon", None),
    ("astronaut", "red-wedge", "Commander", "Houston"),
)
"""Photograph, filter, title, place."""


def write_gallery(palette: Palette) -> None:
    """Paint a small collection, publish it, and take pictures of its pages."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        site = publish_sample(palette, root)
        with _served(site) as address, _browser() as browser:
            shots = [
                _shot(browser, address + "index.html", (1280, 900)),
                _shot(browser, address + "collections/low-water/otter.html", (1280, 900), dark=True, wipe=62),
                _shot(browser, address + "collections/low-water/index.html", (390, 844)),
            ]
    _write(PICTURES / "gallery.jpg", _beside(shots))


def publish_sample(palette: Palette, root: Path) -> Path:
    """A published site of photographs that the repository ships, each painted with a bundled filter.

    Args:
        palette: has the bundled filters.
        root: a folder for the collection and the site.
    """
    media = root / "low-water" / "media"
    media.mkdir(parents=True)
    works: list[Work] = []
    for name, spec, title, place in _WORKS:
        source = media / f"{name}-source.jpg"
        shutil.copy(PICTURES / "photographs" / f"{name}.jpg", source)
        painter = palette.load(spec)
        Image.fromarray(painter.apply(_enlarged(source))).save(media / f"{name}.jpg", quality=95)
        works.append(
            Work(
                name=name,
                title=title,
                kind="picture",
                file=f"media/{name}.jpg",
                source=f"media/{name}-source.jpg",
                filters=(UsedFilter(filter=spec, digest=painter.digest),),
                place=place,
                caption="Painted with a filter that learned from one picture." if name == "otter" else None,
            )
        )
    collection = Collection(
        name="low-water",
        title="Low water",
        description="Places that the sea will have, painted by those who saw it coming.",
        story="In 1831 Hokusai printed a wave so large that a mountain is small behind it. It has come "
        "nearer since.\n\nNothing in these pictures was drawn by hand, and everything in them was there.",
        date=date(2026, 6, 1),
        feature=True,
        works=tuple(works),
    )
    write_collection(root / "low-water", collection)
    described = "Photographs, painted by filters with a meaning."
    options = SiteOptions("Algorithmic rotoscope", described, "A. Painter")
    target = FolderTarget(root / "site")
    publish([to_publish(root / "low-water")], target, options, palette_by_name(palette))
    return root / "site"


def _enlarged(path: Path) -> Pixels:
    pixels = read_still(path).pixels
    height, width = pixels.shape[:2]
    size = (_SIDE, round(height * _SIDE / width))
    larger: Any = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
    return larger


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def _served(site: Path) -> Generator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def _browser() -> Generator[Browser]:
    place = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if place is None:
        raise SystemExit("The pages are shown by a browser: apt-get install chromium brings one.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield browser
        browser.close()


def _shot(
    browser: Browser, url: str, size: tuple[int, int], *, dark: bool = False, wipe: int | None = None
) -> Pixels:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    if wipe is not None:
        page.locator("before-after input").fill(str(wipe))
        page.locator("before-after input").blur()
    content = page.screenshot()
    context.close()
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


def _beside(shots: list[Pixels]) -> Pixels:
    """Pages side by side, of one height."""
    reduced = [
        cv2.resize(one, (round(one.shape[1] * _HEIGHT / one.shape[0]), _HEIGHT), interpolation=cv2.INTER_AREA)
        for one in shots
    ]
    width = sum(one.shape[1] for one in reduced) + _GAP * (len(reduced) + 1)
    sheet = np.full((_HEIGHT + 2 * _GAP, width, 3), _GROUND, np.uint8)
    left = _GAP
    for one in reduced:
        sheet[_GAP : _GAP + _HEIGHT, left : left + one.shape[1]] = one
        left += one.shape[1] + _GAP
    return sheet


def _write(path: Path, pixels: Pixels) -> None:
    content = b""
    for quality in range(90, 40, -4):
        buffer = BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        content = buffer.getvalue()
        if len(content) <= _MAX_BYTES:
            break
    path.write_bytes(content)
