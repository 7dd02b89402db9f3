"""What the studio weighs, and how soon it does what it is told."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

from playwright.sync_api import Browser, Page, Response

from bench.api.server import Server

Row = dict[str, Any]
_SIDE: Final = 1024
_SETTLED_MS: Final = 2_000
_PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "video/mp4")
_AT_REST: Final = (
    "times => { const stage = document.querySelector('.stage');"
    " return Number(stage?.dataset.painted ?? 0) >= times && !stage.hasAttribute('aria-busy') }"
)


def measure_weight(browser: Browser, server: Server, places: Sequence[str]) -> list[Row]:
    """Bytes over the line, and time until there is something to do, of each place with an empty cache."""
    return [_loaded(browser, server, place) for place in places]


def measure_sliders(browser: Browser, server: Server, *, runs: int) -> list[Row]:
    """From a touch of a slider to the new picture on the screen, with a picture of 1024 pixels."""
    page = _page(browser, server)
    try:
        page.goto(f"{server.url}/studio/")
        page.get_by_role("button", name="Try the sample picture").click()
        page.wait_for_function(_AT_REST, arg=1)
        widths = page.evaluate(
            "[...document.querySelectorAll('.stage img')].map(image => image.naturalWidth)"
        )
        assert widths == [_SIDE, _SIDE], widths
        _await_thumbnails(page)
        return [
            {"case": f"{name}, to the new picture", **_spread(_moved(page, name, runs))}
            for name in ("Strength", "Stroke scale")
        ]
    finally:
        page.context.close()


def measure_list(browser: Browser, server: Server, count: int, *, runs: int) -> list[Row]:
    """The page of jobs, when there are many: until the first row is there."""
    page = _page(browser, server)
    try:
        page.goto(f"{server.url}/studio/#/settings")
        taken: list[float] = []
        for _ in range(runs):
            page.goto(f"{server.url}/studio/#/settings")
            page.get_by_role("heading", level=1).wait_for()
            began = time.perf_counter()
            page.goto(f"{server.url}/studio/#/jobs")
            page.locator("main a[href^='#/jobs/']").first.wait_for()
            taken.append(time.perf_counter() - began)
        rows = page.locator("main a[href^='#/jobs/']").count()
        return [{"case": f"the list of {count:,} jobs", **_spread(taken), "links": rows}]
    finally:
        page.context.close()


def _loaded(browser: Browser, server: Server, place: str) -> Row:
    page = _page(browser, server)
    sent: list[tuple[int, bool]] = []

    def count(answer: Response) -> None:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        sizes = answer.request.sizes()
        total = max(0, sizes["responseBodySize"]) + max(0, sizes["responseHeadersSize"])
        sent.append((total, kind in _PICTURES))

    page.on("requestfinished", lambda request: count(request.response() or _nothing()))
    try:
        began = time.perf_counter()
        page.goto(f"{server.url}/studio/{place}")
        page.get_by_role("heading", level=1).wait_for()
        ready = time.perf_counter() - began
        page.wait_for_timeout(_SETTLED_MS)  # events of jobs keep a line open, so the network is never idle
        return {
            "case": place,
            "ready_ms": round(1000 * ready),
            "kilobytes": round(sum(size for size, is_picture in sent if not is_picture) / 1000, 1),
            "files": sum(not is_picture for _, is_picture in sent),
            "kilobytes_of_pictures": round(sum(size for size, is_picture in sent if is_picture) / 1000, 1),
        }
    finally:
        page.context.close()


def _moved(page: Page, name: str, runs: int) -> list[float]:
    """Seconds from a slider's event to the picture, as the page itself measures them."""
    slider = page.get_by_role("slider", name=name)
    low, high = float(slider.get_attribute("min") or 0), float(slider.get_attribute("max") or 1)
    taken: list[float] = []
    for run in range(runs):
        before = int(page.locator(".stage").get_attribute("data-painted") or 0)
        share = 0.25 + 0.5 * (run % 8) / 8
        taken.append(
            slider.evaluate(
                "async (slider, [value, before]) => {"
                " const stage = document.querySelector('.stage'); const began = performance.now();"
                " slider.value = value; slider.dispatchEvent(new Event('input'));"
                " await new Promise(done => { const look = () =>"
                " Number(stage.dataset.painted) > before ? done() : requestAnimationFrame(look); look(); });"
                " return (performance.now() - began) / 1000 }",
                [low + share * (high - low), before],
            )
        )
        page.wait_for_function(_AT_REST, arg=before + 1)
    return taken


def _await_thumbnails(page: Page) -> None:
    """Until those on the screen are painted: what is measured is one picture, not the queue."""
    page.wait_for_function("() => !document.querySelector('.strip [data-state=waiting]')")


def _page(browser: Browser, server: Server) -> Page:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('rotoscope.key', {server.key!r})")
    page = context.new_page()
    page.set_default_timeout(120_000)
    return page


def _nothing() -> Response:
    raise RuntimeError("a request has finished without an answer")


def _spread(seconds: Sequence[float]) -> Row:
    """In milliseconds."""
    return {
        "median_ms": round(1000 * statistics.median(seconds)),
        "slowest_ms": round(1000 * max(seconds)),
        "runs": len(seconds),
    }
