"""Painting in the studio, as a person does it, in a real browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Request, Route, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from running_server import RunningServer, running_server
from studio_flows import (
    await_painting,
    fetch,
    keep_picture,
    open_sample,
    open_studio,
    paintings,
    result_uri,
    save_picture,
    shown_painting,
)

SERVICE = {"ROTOSCOPE_RATE": "0.40 USD"}
pytestmark = pytest.mark.timeout(600)


def latest_job(server: RunningServer, operation: str) -> dict[str, Any]:
    items = fetch(server, "/v1/jobs", limit=200).json()["items"]
    return max((job for job in items if job["operation"] == operation), key=lambda job: job["created"])


def test_the_link_of_the_first_start_leads_to_the_first_painting(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path / "service") as server, open_page(browser) as page:
        page.goto(f"{server.url}/start?token={server.token}")
        page.get_by_role("link", name="Open the studio").click()
        expect(page.get_by_role("heading", name="Paint")).to_be_visible()
        assert "token" not in page.url
        open_sample(page, "picture")
        expect(page.get_by_role("heading", name="Great Wave")).to_be_visible()
        page.reload()
        await_painting(page)


def test_a_used_link_and_a_wrong_key_are_told(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, may_fail=(401,)) as page:
        page.goto(f"{server.url}/studio/#token=nonsense")
        expect(page.get_by_role("alert")).to_contain_text("This link is not known, was used already")
        page.get_by_label("Your key").fill("rk_wrong")
        page.get_by_role("button", name="Open the studio").click()
        expect(page.get_by_role("alert")).to_contain_text("This key is not known here, or was revoked.")
        hold_accessible(page)
        page.get_by_label("Your key").fill(server.key)
        page.get_by_role("button", name="Open the studio").click()
        expect(page.get_by_role("heading", name="Paint")).to_be_visible()


def test_a_picture_of_ones_own_is_painted_in_full(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    mine = save_picture(tmp_path, "my shore.png")
    with open_studio(server, browser) as page:
        page.locator("input[type=file]").set_input_files(mine)
        await_painting(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("my-shore.png")
        full = np.asarray(shown_painting(page)).astype(float)
        before = paintings(page)
        page.get_by_role("slider", name="Strength").fill("0.2")
        await_painting(page, before + 1)
        weak = np.asarray(shown_painting(page)).astype(float)
        photograph = np.asarray(Image.open(mine).convert("RGB")).astype(float)
        assert np.abs(weak - photograph).mean() < 0.5 * np.abs(full - photograph).mean()

        page.get_by_role("button", name="Paint it in full size").click()
        uri = result_uri(page)
        assert re.fullmatch(r"data://painted/my-shore-great-wave-\d{8}T\d{6}\.png", uri)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        downloaded = download.value.path().read_bytes()
        assert downloaded == fetch(server, "/v1/files/content", uri=uri).content
        result = Image.open(io.BytesIO(downloaded)).convert("RGB")
        assert result.size == (320, 200)
        assert np.abs(np.asarray(result).astype(float) - weak).mean() < 6  # the preview told the truth
    asked = latest_job(server, "stylize")["params"]["look"]["layers"]
    assert [(layer["filter"], layer["strength"]) for layer in asked] == [("great-wave", 0.2)]


def test_filters_are_found_and_shown_from_this_very_picture(browser: Browser, server: RunningServer) -> None:
    with open_studio(server, browser) as page:
        open_sample(page, "picture")
        palette = page.get_by_role("region", name="Filters")
        items = fetch(server, "/v1/filters", limit=200).json()["items"]
        names = {item["name"] for item in items if item["kind"] != "lut"}  # which needs a file
        expect(palette.get_by_role("listitem")).to_have_count(len(names))
        palette.get_by_label("Loudness").select_option("subtle")
        tiles = palette.get_by_role("listitem").all_inner_texts()
        assert tiles
        assert all("subtle" in tile for tile in tiles)
        palette.get_by_label("Loudness").select_option("")
        palette.get_by_label("Search filters").fill("starry")
        tile = palette.get_by_role("button", name="Starry Night")
        expect(palette.get_by_role("listitem")).to_have_count(1)
        expect(tile.locator("img")).to_be_visible()
        wave = np.asarray(shown_painting(page)).astype(float)
        before = paintings(page)
        tile.click()
        await_painting(page, before + 1)
        expect(page.get_by_role("heading", name="Starry Night")).to_be_visible()
        assert np.abs(np.asarray(shown_painting(page)).astype(float) - wave).mean() > 10
        palette.get_by_label("Search filters").fill("no such thing")
        expect(palette.get_by_role("status")).to_have_text("Nothing fits; try another word.")


def test_layers_with_masks_become_a_look(browser: Browser, server: RunningServer) -> None:
    with open_studio(server, browser) as page:
        open_sample(page, "picture")
        page.get_by_role("button", name="Add a layer").click()
        page.get_by_label("Search filters").fill("starry")
        page.get_by_role("button", name="Starry Night").click()
        page.get_by_role("button", name="Add a mask").click()
        mask = page.get_by_role("region", name="Mask")
        mask.get_by_label("Shows").select_option("luma")
        mask.get_by_role("slider", name="From").fill("0.7")
        mask.get_by_label("Shows").select_option("color")
        page.locator(".overlay svg").click(position={"x": 300, "y": 300})
        key = mask.get_by_label("Color; click")
        expect(key).not_to_have_value("#3f7d4a")
        expect(key).to_have_value(re.compile(r"#[0-9a-f]{6}"))
        mask.get_by_label("Shows").select_option("linear")
        mask.get_by_role("slider", name="Fully at, down").fill("0.1")
        before = paintings(page)
        mask.get_by_label("Shows").select_option("picture")
        area = page.locator(".overlay canvas").bounding_box()
        assert area is not None
        page.mouse.move(area["x"] + 100, area["y"] + 100)
        page.mouse.down()
        page.mouse.move(area["x"] + 300, area["y"] + 120, steps=5)
        page.mouse.up()
        await_painting(page, before + 1)
        mask.get_by_role("slider", name="Grow").fill("0.02")
        await_painting(page)
        keep_picture(page, "mask")
        hold_accessible(page)
        mask.get_by_role("button", name="Done").click()
        page.get_by_label("Meets what is below").select_option("screen")
        page.get_by_role("button", name="Paint it in full size").click()
        result_uri(page)
    below, above = latest_job(server, "stylize")["params"]["look"]["layers"]
    assert (below["filter"], above["filter"], above["blend"]) == ("great-wave", "starry-night", "screen")
    assert above["mask"]["kind"] == "picture"
    assert above["mask"]["grow"] == 0.02
    drawn = Image.open(io.BytesIO(fetch(server, "/v1/files/content", uri=above["mask"]["file"]).content))
    white = np.asarray(drawn.convert("L")) > 200
    assert 0.01 < white.mean() < 0.5


def test_a_clip_changes_over_time_and_comes_back_whole(browser: Browser, server: RunningServer) -> None:
    with open_studio(server, browser) as page:
        open_sample(page, "clip")
        page.get_by_role("button", name="Keyframe for strength here").click()
        keys = page.get_by_role("list", name="Keyframes of strength")
        keys.get_by_role("slider").first.fill("0.1")
        page.get_by_role("slider", name="Moment").fill("3")
        page.get_by_role("button", name="Another filter from here").click()
        over = page.get_by_role("list", name="Filters over time")
        over.get_by_role("combobox").nth(1).select_option("starry-night")
        page.get_by_role("slider", name="Cross-fade").fill("0.5")
        page.get_by_label("Coherence").select_option("off")
        await_painting(page)
        keep_picture(page, "timeline", top=".scrubber")
        hold_accessible(page)
        page.get_by_role("button", name="Paint the whole clip").click()
        uri = result_uri(page)
        report = page.locator(".report")
        expect(report).to_contain_text("14 of 14 properties kept", timeout=120_000)
        expect(report).to_contain_text("the source's own from frame to frame")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.result video')].every(video => video.currentTime > 0.2)"
        )
        page.get_by_role("button", name="Pause").click()
        page.wait_for_function(
            "() => { const [one, other] = document.querySelectorAll('.result video');"
            " return one.paused && other.paused && Math.abs(one.currentTime - other.currentTime) < 0.05 }"
        )
    job = latest_job(server, "renders")
    assert job["params"]["output"] == uri
    (layer,) = job["params"]["look"]["layers"]
    assert layer["filter"] == {"0": "great-wave", "3": "starry-night"}
    assert layer["strength"] == {"2": 0.1, "4": 1}
    assert layer["fade"] == "0.5"


def test_looks_are_saved_and_opened_on_something_else(browser: Browser, server: RunningServer) -> None:
    with open_studio(server, browser) as page:
        open_sample(page, "picture")
        page.get_by_role("slider", name="Strength").fill("0.45")
        page.get_by_text("Looks", exact=True).click()
        page.get_by_label("Save this look as").fill("half a wave")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The look “half a wave” is saved.")).to_be_visible()
        page.get_by_role("link", name="another source").click()
        open_sample(page, "clip")
        expect(page.get_by_role("slider", name="Strength")).to_have_value("1")
        page.get_by_text("Looks", exact=True).click()
        page.get_by_label("Open a look").select_option("half a wave")
        expect(page.get_by_role("slider", name="Strength")).to_have_value("0.45")


def test_the_wipe_goes_by_keys(browser: Browser, server: RunningServer) -> None:
    with open_studio(server, browser) as page:
        open_sample(page, "picture")
        edge = page.get_by_role("slider", name="Where the painting begins")
        edge.focus()
        page.keyboard.press("Home")
        expect(edge).to_have_attribute("aria-valuetext", "0 % photograph")
        page.keyboard.press("ArrowRight")
        expect(edge).to_have_value("0.5")


def test_an_upload_goes_on_where_the_line_broke(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    mine = tmp_path / "noise.png"
    noise = np.random.default_rng(5).integers(0, 255, (1500, 1500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(mine)
    assert mine.stat().st_size > 5_000_000  # more than one slice
    sent: list[str] = []

    def hear(request: Request) -> None:
        if "/v1/uploads" in request.url:
            sent.append(request.method)

    def break_later_parts(route: Route) -> None:
        if route.request.headers.get("upload-offset", "0") == "0":
            route.continue_()
        else:
            route.abort()

    with open_page(browser, key=server.key, may_say=("net::ERR_FAILED",)) as page:
        page.goto(f"{server.url}/studio/")
        page.route("**/v1/uploads/*", break_later_parts)
        with page.expect_event("requestfailed"):
            page.locator("input[type=file]").set_input_files(mine)
        page.unroute("**/v1/uploads/*")
        page.reload()  # whoever sent it closed the page, and comes again
        page.on("request", hear)
        page.locator("input[type=file]").set_input_files(mine)
        await_painting(page)
    assert sent[0] == "HEAD"  # it asked how much had arrived
    assert "POST" not in sent


def test_what_cannot_be_opened_is_told_in_the_services_words(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key, may_fail=(404, 422)) as page:
        page.goto(f"{server.url}/studio/")
        page.get_by_text("Open by URI").click()
        page.get_by_label("URI of a picture or video").fill("data://in/nothing.mp4")
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("data://in/nothing.mp4")
        page.goto(f"{server.url}/studio/#/paint/med_unknown")
        expect(page.get_by_role("alert")).to_contain_text("med_unknown")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    browser: Browser, server: RunningServer, screen: dict[str, Any], scheme: str
) -> None:
    with open_studio(server, browser, screen=screen | {"color_scheme": scheme}) as page:
        expect(page.get_by_role("button", name="Try the sample clip")).to_be_visible()
        hold_accessible(page)
        open_sample(page, "clip")
        page.get_by_role("button", name="Keyframe for strength here").click()
        expect(page.get_by_role("region", name="Filters").locator("img").nth(1)).to_be_visible()
        if (scheme, screen) in (("light", DESKTOP), ("dark", PHONE)):
            keep_picture(page, f"paint-{scheme}-{screen['viewport']['width']}")
        hold_accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0
