"""Training a filter in the studio: begun, watched, stopped, resumed, kept and discarded."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from feature_weights import write_weights
from running_server import RunningServer
from samples import picture

pytestmark = pytest.mark.timeout(1500)
LONG = 400_000


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights") / "toy.safetensors")


def ask(server: RunningServer, path: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers={"Authorization": f"Bearer {server.key}"}, timeout=60)


def await_step(server: RunningServer, job: str, attempt: int) -> None:
    """Wait until an attempt has taken a step: before, there is nothing to keep."""
    end = time.monotonic() + LONG / 1000
    while time.monotonic() < end:
        items = ask(server, f"/v1/events?subject={job}&limit=200").json()["items"]
        if any(one["type"] == "job.progressed" and one["data"]["attempt"] == attempt for one in items):
            return
        time.sleep(0.5)
    raise AssertionError("it takes no step")


def fill_form(page: Page, style: Path, weights: Path, *, steps: int) -> None:
    """Give a style picture, toy weights and a number of steps."""
    page.get_by_label("Choose a picture").set_input_files(style)
    expect(page.get_by_role("list", name="Style pictures").get_by_role("listitem")).to_have_count(1)
    page.get_by_label("It trains for").fill(str(steps))
    page.get_by_label("Minutes or steps").select_option("steps")
    page.get_by_text("The feature network").click()
    page.get_by_label("Network").select_option("squeezenet1_1")
    page.get_by_label("Choose weights").set_input_files(weights)
    expect(page.get_by_label("URI of its weights")).to_have_value(re.compile(r"toy\.safetensors$"))


def style_picture(folder: Path, name: str) -> Path:
    place = folder / name
    Image.fromarray(picture(3, (96, 64))).save(place)
    return place


def job_of(page: Page) -> str:
    expect(page).to_have_url(re.compile(r"#/train/job_"), timeout=LONG)
    return page.url.rpartition("/")[2]


def test_a_training_is_begun_watched_stopped_and_kept(
    browser: Browser, server: RunningServer, weights: Path, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        page.goto(f"{server.url}/studio/#/train")
        expect(page.get_by_role("heading", name="No trainings yet")).to_be_visible()
        fill_form(page, style_picture(tmp_path, "My_poster-2.png"), weights, steps=5000)
        expect(page.get_by_label("Title")).to_have_value("My poster 2")
        expect(page.get_by_label("Name in the palette")).to_have_value("my-poster-2")
        page.get_by_label("Meaning").fill("It hung in the kitchen.")
        page.get_by_label("Tags").fill("print, subtle")
        page.get_by_role("textbox", name="Its terms").fill("CC0-1.0")
        page.get_by_label("Show it, small, on the card").check()
        hold_accessible(page)
        page.get_by_role("button", name="Begin training").click()
        job = job_of(page)
        asked = ask(server, f"/v1/jobs/{job}").json()["params"]
        assert (asked["steps"], asked["features"]) == (5000, "squeezenet1_1")
        expect(page.get_by_role("img", name=re.compile(r"^Style: from .* over \d+ steps"))).to_be_visible(
            timeout=LONG
        )
        expect(page.get_by_text(re.compile(r"training · \d+ % · \d+ step"))).to_be_visible()
        hold_accessible(page)
        page.get_by_role("button", name="Stop, and keep what there is").click()
        keep = page.get_by_role("link", name="Keep it: it is in the palette")
        expect(keep).to_be_visible(timeout=LONG)
        shown = page.get_by_role("img", name="A photograph beside its painting")
        expect(shown).to_be_visible(timeout=LONG)
        told = ask(server, f"/v1/jobs/{job}").json()
        assert (told["state"], told["result"]["stopped_by"]) == ("succeeded", "request")
        events = ask(server, f"/v1/events?subject={job}&limit=200").json()["items"]
        losses = [one["data"]["progress"]["losses"] for one in events if one["type"] == "job.progressed"]
        assert losses
        assert all({"style", "content"} <= set(one) for one in losses)
        keep.click()
        expect(page.get_by_role("heading", name="My poster 2", level=1)).to_be_visible()
        card = ask(server, "/v1/filters/my-poster-2").json()["card"]
        assert (card["meaning"], card["style"]["license"]) == ("It hung in the kitchen.", "CC0-1.0")
        expect(
            page.get_by_role("region", name="The image behind it").locator("figure.style img")
        ).to_be_visible()
        page.goto(f"{server.url}/studio/#/train")
        row = page.get_by_role("list", name="Trainings").get_by_role("listitem").first
        expect(row).to_contain_text("My poster 2")
        expect(row).to_contain_text("done")
        row.scroll_into_view_if_needed()
        expect(row).to_have_attribute("data-state", "painted", timeout=LONG)


def test_a_training_is_quoted_by_a_few_steps_of_it(
    browser: Browser, server: RunningServer, weights: Path, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        page.goto(f"{server.url}/studio/#/train")
        quote = page.get_by_role("button", name="What will it take?")
        quote.click()
        expect(page.get_by_text("First give a style picture.")).to_be_visible()
        fill_form(page, style_picture(tmp_path, "quoted.png"), weights, steps=40)
        page.get_by_label("Name in the palette").fill("quoted")
        quote.click()
        expect(page.get_by_text(re.compile(r"^About .*, give or take \d+ %\."))).to_be_visible(timeout=LONG)
        expect(quote).to_be_hidden()
        page.get_by_label("It trains for").fill("50")
        expect(quote).to_be_visible()
        assert ask(server, "/v1/filters/quoted").status_code == 404


def test_a_training_is_discarded_goes_on_and_its_filter_leaves(
    browser: Browser, server: RunningServer, weights: Path, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key, screen=PHONE) as page:
        page.goto(f"{server.url}/studio/#/train")
        fill_form(page, style_picture(tmp_path, "fleeting.png"), weights, steps=5000)
        page.get_by_role("button", name="Begin training").click()
        job = job_of(page)
        stop = page.get_by_role("button", name="Stop, and keep what there is")
        curve = page.get_by_role("img", name=re.compile("^Style: from"))
        expect(curve).to_be_visible(timeout=LONG)
        page.get_by_role("button", name="Discard", exact=True).click()
        page.get_by_role("button", name="Discard it").click()
        expect(page.get_by_text("It was stopped, and made no filter.")).to_be_visible(timeout=LONG)
        assert ask(server, f"/v1/jobs/{job}").json()["state"] == "cancelled"
        hold_accessible(page)
        page.get_by_role("button", name="Go on").click()
        expect(stop).to_be_visible(timeout=LONG)
        assert ask(server, f"/v1/jobs/{job}").json()["attempt"] == 2
        await_step(server, job, attempt=2)
        stop.click()
        discard = page.get_by_role("button", name="Discard the filter")
        expect(discard).to_be_visible(timeout=LONG)
        discard.click()
        page.get_by_role("button", name="Discard it").click()
        expect(page.get_by_role("heading", name="Train a filter")).to_be_visible()
        assert ask(server, "/v1/filters/fleeting").status_code == 404
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_training_that_fails_says_why(
    browser: Browser, server: RunningServer, weights: Path, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        page.goto(f"{server.url}/studio/#/train")
        fill_form(page, style_picture(tmp_path, "hapless.png"), weights, steps=5)
        page.get_by_label("Content").select_option("own")
        page.get_by_label("Its URI").fill("data://nowhere/")
        page.get_by_role("button", name="Begin training").click()
        job = job_of(page)
        expect(page.get_by_role("alert")).to_contain_text("data://nowhere/", timeout=LONG)
        assert ask(server, f"/v1/jobs/{job}").json()["state"] == "failed"
        expect(page.get_by_role("button", name="Go on")).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | {"color_scheme": "dark"}], ids=["desktop", "phone"])
def test_what_is_missing_is_said(browser: Browser, server: RunningServer, screen: dict[str, Any]) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        page.goto(f"{server.url}/studio/#/train")
        page.get_by_label("Name in the palette").fill("nothing")
        page.get_by_role("button", name="Begin training").click()
        expect(page.get_by_role("alert")).to_contain_text("There is no style picture yet.")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        hold_accessible(page)


def test_steps_that_are_taken_anew_replace_those_before(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        page.goto(f"{server.url}/studio/#/filters")
        steps = page.evaluate(
            """async () => {
                const { LossHistory } = await import("/studio/js/train/history.js");
                const history = new LossHistory();
                const told = (progress) => history.note({ data: { progress } });
                const note = (steps_done, losses) => told({ steps_done, losses });
                for (const step of [10, 20, 30, 40]) note(step, { style: step });
                note(null, null);
                note(25, { style: 1 });
                note(26, null);
                return history.records.map(({ step, style }) => [step, style]);
            }"""
        )
        assert steps == [[10, 10], [20, 20], [25, 1]]
