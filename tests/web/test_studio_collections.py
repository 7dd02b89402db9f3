"""The studio's pages of collections, in a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Generator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from running_server import RunningServer
from samples import make_clip
from studio_flows import keep_picture

DARK: Final = {"color_scheme": "dark"}
STORY: Final = "A print of **a wave**.\n\n## The lagoon\n\n<b>no HTML</b>, and ![a wave](photo)\n"
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def api(server: RunningServer, folder: Path) -> Generator[httpx.Client]:
    """With a painted photograph and a painted clip."""
    lagoon = resources.files("rotoscope") / "web" / "samples" / "lagoon.jpg"
    Image.open(io.BytesIO(lagoon.read_bytes())).resize((640, 360)).save(folder / "photo.png")
    make_clip(folder / "clip.mp4", frames=12, size=(160, 90))
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=120
    ) as client:
        for name, step in (("photo.png", "stylize"), ("clip.mp4", "renders")):
            client.put(
                "/v1/files/content",
                params={"uri": f"data://in/{name}"},
                content=(folder / name).read_bytes(),
            ).raise_for_status()
            job = client.post(
                f"/v1/{step}",
                json={
                    "source": f"data://in/{name}",
                    "output": f"data://out/painted-{name}",
                    "filter": "watercolor",
                },
                headers={"Prefer": "wait=60"},
            ).json()
            assert job["state"] == "succeeded", job
        yield client


def _open(page: Page, server: RunningServer, part: str = "") -> None:
    page.goto(f"{server.url}/studio/#/collections{part}")


def _make(api: httpx.Client, name: str, *works: str) -> None:
    api.post("/v1/collections", json={"name": name, "title": name.title()}).raise_for_status()
    for work in works:
        wanted = {"name": work, "title": work.title(), "file": "data://out/painted-photo.png"}
        api.post(f"/v1/collections/{name}/works", json=wanted).raise_for_status()


def test_a_collection_is_made_filled_and_told(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server)
        expect(page.get_by_role("heading", name="No collections yet")).to_be_visible()
        hold_accessible(page)
        page.get_by_label("Title").fill("The Drowned Coast")
        page.get_by_role("button", name="Make the collection").click()
        expect(page.get_by_role("heading", name="The Drowned Coast", level=1)).to_be_visible()
        expect(page.get_by_role("heading", name="No works yet")).to_be_visible()
        page.get_by_text("Choose from what was painted").click()
        results = page.get_by_role("list", name="Painted results")
        expect(results.get_by_role("button")).to_have_count(2)
        results.get_by_role("button", name=re.compile("painted-photo.png")).click()
        works = page.get_by_role("list", name="Works in their order").get_by_role("listitem")
        expect(works).to_have_count(1)
        results.get_by_role("button", name=re.compile("painted-clip.mp4")).click()
        expect(works).to_have_count(2)
        page.get_by_label("Choose files").set_input_files(folder / "photo.png")
        expect(works).to_have_count(3)

        about = page.get_by_role("region", name="About it")
        about.get_by_label("In a sentence").fill("Six places that are going under.")
        about.get_by_label("Story, in Markdown").fill(STORY)
        about.get_by_text("How the story reads").click()
        expect(about.get_by_role("heading", name="The lagoon")).to_be_visible()
        expect(about.get_by_text("<b>no HTML</b>, and")).to_be_visible()
        about.get_by_label("Tags, with commas between them").fill("water, coast")
        about.get_by_label(re.compile("^Cover")).select_option("Painted clip")
        about.get_by_label("Day").fill("2026-06-01")
        about.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(works.first.locator(".thumb")).to_have_attribute("data-state", "shown")
        keep_picture(page, "collection")
    made = api.get("/v1/collections/the-drowned-coast").json()
    assert made["story"] == STORY.strip()
    assert (made["tags"], made["cover"], made["date"]) == (["water", "coast"], "painted-clip", "2026-06-01")
    painted = api.get("/v1/collections/the-drowned-coast/works/painted-photo").json()
    assert painted["filters"][0]["filter"] == "watercolor"
    assert painted["source"] == "data://in/photo.png"


def test_works_are_put_in_order_by_keys_and_by_dragging(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _make(api, "order", "one", "two", "three")

    def order() -> list[str]:
        found: list[str] = api.get("/v1/collections/order").json()["works"]
        return found

    with open_page(browser, key=server.key) as page:
        _open(page, server, "/order")
        grip = page.get_by_role("button", name="Move One: arrow up, arrow down")
        grip.focus()
        with page.expect_response("**/v1/collections/order"):
            page.keyboard.press("ArrowDown")
        expect(page.get_by_text("One is number 2 of 3.")).to_be_attached()
        assert order() == ["two", "one", "three"]
        expect(grip).to_be_focused()
        grip.hover()
        page.mouse.down()
        last = page.get_by_role("list", name="Works in their order").get_by_role("listitem").last
        box = last.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=8)
        with page.expect_response("**/v1/collections/order"):
            page.mouse.up()
        assert order() == ["two", "three", "one"]


def test_what_is_said_of_a_work_is_changed_and_it_is_taken_out(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _make(api, "said", "dusk")
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/said")
        page.get_by_text("Change what is said of it").click()
        form = page.get_by_role("form", name="About Dusk")
        form.get_by_label("What is to be seen, for those who do not see it").fill("A bay in the evening.")
        form.get_by_label("Caption, in Markdown").fill("The sea.")
        form.get_by_label("Place").fill("Cassis")
        form.get_by_label("Day").fill("2026-05-01")
        hold_accessible(page)
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Cassis · ")).to_be_visible()
        work = api.get("/v1/collections/said/works/dusk").json()
        assert (work["alt"], work["caption"], work["place"]) == (
            "A bay in the evening.",
            "The sea.",
            "Cassis",
        )
        assert work["date"] == "2026-05-01"
        page.get_by_role("button", name="Take Dusk out").click()
        page.get_by_role("button", name="Take it out").click()
        expect(page.get_by_role("heading", name="No works yet")).to_be_visible()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete the collection").click()
        expect(page.get_by_role("heading", name="Collections", exact=True)).to_be_visible()
    assert api.get("/v1/collections/said").status_code == 404


def test_what_others_wrote_meanwhile_is_not_written_over(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _make(api, "shared", "dusk")

    def now() -> tuple[str, str]:
        found = api.get("/v1/collections/shared").json()
        return found["title"], found["description"]

    with open_page(browser, key=server.key, may_fail=(412,)) as page:
        _open(page, server, "/shared")
        about = page.get_by_role("region", name="About it")
        about.get_by_label("Title").fill("Mine")
        api.patch("/v1/collections/shared", json={"description": "Theirs."}).raise_for_status()
        about.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Mine", level=1)).to_be_visible()
        assert now() == ("Mine", "Theirs.")
        for answer, kept in (("Keep mine", "Ours"), ("Take theirs", "Other")):
            about.get_by_label("Title").fill("Ours" if kept == "Ours" else "Again")
            api.patch("/v1/collections/shared", json={"title": "Other"}).raise_for_status()
            about.get_by_role("button", name="Save").click()
            question = about.get_by_role("alert")
            expect(question).to_contain_text("Somebody else changed this meanwhile")
            expect(question).to_contain_text("Other")
            assert now()[0] == "Other"
            hold_accessible(page)
            question.get_by_role("button", name=answer).click()
            expect(page.get_by_role("heading", name=kept, level=1)).to_be_visible()
            assert now() == (kept, "Theirs.")


def test_a_collection_is_published_as_a_site(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _make(api, "shown", "wave")
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/shown")
        panel = page.get_by_role("region", name="Publish")
        expect(panel.get_by_label("Folder of the site, as a URI")).to_have_value("data://sites/shown/")
        panel.get_by_role("button", name="Publish").click()
        expect(panel.get_by_role("heading", name="Published")).to_be_visible()
        panel.get_by_text("Files of the site").click()
        with page.expect_download() as download:
            panel.get_by_role("link", name="index.html", exact=True).click()
        assert download.value.suggested_filename == "index.html"
        hold_accessible(page)
    found = api.get("/v1/files/content", params={"uri": "data://sites/shown/index.html"})
    assert "Shown" in found.text


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_collections_are_for_everybody(
    browser: Browser, server: RunningServer, api: httpx.Client, screen: dict[str, Any]
) -> None:
    name = f"everybody-{screen['viewport']['width']}"
    _make(api, name, "one", "two")
    with open_page(browser, key=server.key, screen=screen) as page:
        _open(page, server)
        expect(page.get_by_role("link", name=name.title())).to_be_visible()
        hold_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        _open(page, server, f"/{name}")
        expect(page.get_by_role("heading", name="One")).to_be_visible()
        hold_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_collection_that_is_not_there_is_told(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key, may_fail=(404,)) as page:
        _open(page, server, "/none")
        expect(page.get_by_role("alert")).to_contain_text("none")
        hold_accessible(page)
