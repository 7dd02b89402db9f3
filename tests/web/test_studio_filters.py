"""The palette in the studio: cards, one filter, bringing filters in, and comparing them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from safetensors.numpy import save_file

from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import write_filter_file

from browser import DESKTOP, PHONE, hold_accessible, open_page
from graph_samples import tint_model
from running_server import RunningServer
from samples import make_clip, picture
from studio_flows import keep_picture

pytestmark = pytest.mark.timeout(600)
LONG = 120_000


def ask(server: RunningServer, path: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers={"Authorization": f"Bearer {server.key}"}, timeout=60)


def go(page: Page, server: RunningServer, place: str) -> None:
    page.goto(f"{server.url}/studio/{place}")


def bring_in(server: RunningServer, folder: Path, name: str) -> None:
    """A filter of one's own, by the API."""
    with server.client() as client:
        client.filters.add(save_tint(folder / f"{name}.onnx", name))


def save_tint(place: Path, name: str) -> Path:
    """A filter file that makes pictures warm."""
    write_filter_file(place, tint_model(), Card(name=name, padding=Padding(multiple=1)))
    return place


def save_pictures(folder: Path, count: int) -> list[Path]:
    places = [folder / f"picture-{number}.png" for number in range(count)]
    for number, place in enumerate(places):
        Image.fromarray(picture(number, (96, 64))).save(place)
    return places


def test_the_palette_is_narrowed_and_cards_tell_what_is_known(
    browser: Browser, server: RunningServer
) -> None:
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters")
        cards = page.get_by_role("list", name="Filters").get_by_role("listitem")
        total = len(ask(server, "/v1/filters?limit=200").json()["items"])
        expect(cards).to_have_count(total)
        wave = cards.filter(has_text="Great Wave")
        expect(wave).to_contain_text("Three boats, and a mountain that looks small.")
        expect(wave).to_contain_text("Apache-2.0")
        expect(wave).to_contain_text("multiplications a pixel")
        expect(wave).to_have_attribute("data-state", "shown", timeout=LONG)
        assert wave.locator("img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")
        page.get_by_label("Search filters").fill("wave woodblock")
        expect(page.get_by_text(f"1 of {total}")).to_be_visible()
        page.get_by_label("Search filters").fill("no such thing")
        expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
        page.get_by_label("Search filters").fill("")
        page.get_by_label("Shelf").select_option("space")
        shelf = [one["name"] for one in ask(server, "/v1/filters?category=space").json()["items"]]
        expect(cards).to_have_count(len(shelf))
        page.get_by_label("Shelf").select_option("")
        page.get_by_label("Loudness").select_option("subtle")
        expect(cards.filter(has_text="Bayeux")).to_have_count(1)
        expect(wave).to_have_count(0)
        hold_accessible(page)


def test_favorites_stay_in_the_browser(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters")
        page.get_by_role("button", name="Favorite: Kiss").click()
        page.reload()
        expect(page.get_by_role("button", name="Favorite: Kiss")).to_have_attribute("aria-pressed", "true")
        page.get_by_label("Favorites").check()
        cards = page.get_by_role("list", name="Filters").get_by_role("listitem")
        expect(cards).to_have_count(1)
        page.get_by_role("button", name="Favorite: Kiss").click()
        expect(page.get_by_role("heading", name="No favorites here")).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP | {"color_scheme": "dark"}, PHONE], ids=["dark", "phone"])
def test_the_page_of_a_filter_shows_the_image_behind_it(
    browser: Browser, server: RunningServer, screen: dict[str, Any]
) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        go(page, server, "#/filters/great-wave")
        expect(page.get_by_role("heading", name="Great Wave", level=1)).to_be_visible()
        behind = page.get_by_role("region", name="The image behind it")
        expect(behind).to_contain_text("The Great Wave off Kanagawa, Katsushika Hokusai, c. 1831")
        expect(page.get_by_role("heading", name="Recipe")).to_be_visible()
        expect(page.get_by_role("heading", name="Measured")).to_be_visible()
        expect(page.get_by_role("img", name="Style: from 0.374")).to_be_visible()
        digest = ask(server, "/v1/filters/great-wave").json()["digest"]
        expect(page.get_by_text(digest, exact=True)).to_be_visible()
        expect(page.get_by_role("table", name="Versions")).to_contain_text(digest[:12])
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)
        expect(page.get_by_role("link", name="Try it live")).to_have_attribute(
            "href", "#/live?filter=great-wave"
        )
        expect(page.locator(".trial[data-state=painted]")).to_be_visible(timeout=LONG)
        page.wait_for_function("() => document.querySelector('.trial .after')?.naturalWidth > 0")
        if screen != PHONE:
            keep_picture(page, "filter")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        hold_accessible(page)
        with page.expect_download() as waited:
            page.get_by_role("button", name="Download the file").click()
        assert waited.value.suggested_filename == "great-wave.onnx"
        assert Path(waited.value.path()).read_bytes() == ask(server, "/v1/filters/great-wave/file").content
        page.get_by_role("link", name="Paint with it").click()
        expect(page.get_by_role("heading", name="Paint", level=1)).to_be_visible()
        assert page.url.endswith("#/paint?filter=great-wave")


def test_a_classical_kind_shows_its_options(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters/halftone")
        expect(page.get_by_text("It is calculated; no image is behind it.")).to_be_visible()
        expect(page.get_by_text("cmyk or mono; by default cmyk.")).to_be_visible()
        expect(page.get_by_role("link", name="Try it live")).to_have_count(0)
        hold_accessible(page)


def test_a_filter_that_is_not_there_is_told(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key, may_fail=(404,)) as page:
        go(page, server, "#/filters/nothing")
        expect(page.get_by_role("alert")).to_contain_text("nothing")


def test_an_own_filter_is_edited_and_deleted(browser: Browser, server: RunningServer, tmp_path: Path) -> None:
    bring_in(server, tmp_path, "my-tint")
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters/my-tint")
        page.get_by_role("button", name="Edit").click()
        page.get_by_label("Title").fill("Warm evening")
        page.get_by_label("Meaning").fill("The light at nine.")
        page.get_by_label("Tags").fill("space, subtle")
        hold_accessible(page)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Warm evening", level=1)).to_be_visible()
        told = ask(server, "/v1/filters/my-tint").json()
        assert (told["title"], told["category"], told["loudness"]) == ("Warm evening", "space", "subtle")
        assert told["card"]["meaning"] == "The light at nine."
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="No, leave it").click()
        assert ask(server, "/v1/filters/my-tint").status_code == 200
        page.get_by_role("button", name="Delete").click()
        hold_accessible(page)
        page.get_by_role("button", name="Delete it").click()
        expect(page.get_by_role("heading", name="Filters", level=1)).to_be_visible()
        assert ask(server, "/v1/filters/my-tint").status_code == 404


def test_a_filter_file_is_dropped_and_comes_in(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    file = save_tint(tmp_path / "dropped.onnx", "dropped-tint")
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters?view=import")
        expect(page.get_by_role("heading", name="Drop a filter here")).to_be_visible()
        hold_accessible(page)
        page.get_by_label("Choose a file").set_input_files(file)
        expect(page.get_by_role("heading", name="Dropped-tint", level=1)).to_be_visible(timeout=LONG)
        assert ask(server, "/v1/filters/dropped-tint").json()["bundled"] is False


def test_another_makers_network_is_told_what_is_known(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "candy.onnx"
    file.write_bytes(tint_model().SerializeToString())
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters?view=import")
        page.get_by_text("What you know of it").click()
        page.get_by_label("Name in the palette").fill("their-candy")
        page.get_by_label("Made by").fill("Someone")
        page.get_by_label("Values it takes").select_option("0..1")
        page.get_by_label("Values it gives").select_option("0..1")
        page.get_by_label("Choose a file").set_input_files(file)
        expect(page.get_by_role("heading", name="Their-candy", level=1)).to_be_visible(timeout=LONG)
        card = ask(server, "/v1/filters/their-candy").json()["card"]
        assert card["author"] == "Someone"
        assert card["imported"]["input_range"] == card["imported"]["output_range"] == "0..1"


def test_what_is_no_filter_is_refused_in_the_services_words(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "odd.safetensors"
    save_file({"x": np.zeros(1, np.float32)}, file)
    with open_page(browser, key=server.key, may_fail=(400, 415, 422)) as page:
        go(page, server, "#/filters?view=import")
        page.get_by_label("Choose a file").set_input_files(file)
        refused = page.get_by_role("alert")
        expect(refused).to_contain_text("odd.safetensors", timeout=LONG)
        expect(page.get_by_label("Name in the palette")).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_filters_are_compared_and_ranked_on_own_pictures(
    browser: Browser, server: RunningServer, screen: dict[str, Any], tmp_path: Path
) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        go(page, server, "#/filters?view=compare&filter=kiss&filter=nebula&filter=woodcut")
        rows = page.get_by_role("list", name="Filters, the best first").get_by_role("listitem")
        expect(rows).to_have_count(3)
        page.get_by_label("Choose pictures").set_input_files(save_pictures(tmp_path, 2))
        pictures = page.get_by_role("list", name="Pictures").get_by_role("listitem")
        expect(pictures).to_have_count(2)
        rows.last.scroll_into_view_if_needed()
        expect(rows.last.locator("[data-state=painted]")).to_have_count(2, timeout=LONG)
        first = rows.first.get_by_role("heading").inner_text()
        page.get_by_role("button", name=f"Move down {first}").click()
        expect(rows.nth(1)).to_contain_text(first)
        page.get_by_role("button", name="Favorite: Nebula").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        hold_accessible(page)
        page.reload()
        expect(rows.nth(1)).to_contain_text(first)
        with page.expect_download() as waited:
            page.get_by_role("button", name="Export the ranking").click()
        told = json.loads(Path(waited.value.path()).read_text())
        assert [one["place"] for one in told["ranking"]] == [1, 2, 3]
        assert told["ranking"][1]["title"] == first
        assert [one["filter"] for one in told["ranking"] if one["favorite"]] == ["nebula"]


def test_pairs_lead_to_an_order(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters?view=compare&filter=kiss&filter=nebula&filter=woodcut")
        wanted = ["Woodcut", "Kiss", "Nebula"]
        page.get_by_role("button", name="Rank them by pairs").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Question 1 of 3 at most")
        hold_accessible(page)
        while dialog.count():
            pair = dialog.locator(".duel .name").all_inner_texts()
            said = dialog.get_by_role("status").inner_text()
            dialog.get_by_role("button", name=min(pair, key=wanted.index)).click()
            page.wait_for_function(
                "said => document.querySelector('dialog [role=status]')?.textContent !== said", arg=said
            )
        rows = page.get_by_role("list", name="Filters, the best first")
        assert rows.get_by_role("heading").all_inner_texts() == wanted


def test_a_clip_gives_three_frames_and_the_sheet_is_kept(
    browser: Browser, server: RunningServer, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "mine.mp4", frames=10)
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters?view=compare&filter=kiss&filter=nebula")
        page.get_by_label("Choose pictures").set_input_files(clip)
        pictures = page.get_by_role("list", name="Pictures").get_by_role("listitem")
        expect(pictures).to_have_count(3, timeout=LONG)
        page.get_by_role("button", name="Keep it as a picture").click()
        kept = page.locator("[data-uri]")
        expect(kept).to_be_visible(timeout=LONG)
        stat = ask(server, f"/v1/files?uri={kept.get_attribute('data-uri')}")
        assert stat.status_code == 200
        page.wait_for_function("() => document.querySelector('[data-uri] img').naturalWidth > 200")


def test_what_is_no_picture_is_told(browser: Browser, server: RunningServer, tmp_path: Path) -> None:
    odd = tmp_path / "odd.png"
    odd.write_text("not a picture")
    with open_page(browser, key=server.key) as page:
        go(page, server, "#/filters?view=compare")
        page.get_by_label("Choose pictures").set_input_files(odd)
        expect(page.get_by_role("alert")).to_contain_text("odd.png is no picture that this browser can open")
