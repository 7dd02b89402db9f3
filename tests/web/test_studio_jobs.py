"""The studio's pages of jobs, in a browser."""

from __future__ import annotations

import re
from collections.abc import Generator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from desk_records import add_jobs, add_segments
from running_server import RunningServer
from samples import make_clip
from studio_flows import keep_picture

DARK: Final = {"color_scheme": "dark"}
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def api(server: RunningServer, folder: Path) -> Generator[httpx.Client]:
    clip = make_clip(folder / "clip.mp4", frames=24, size=(160, 90))
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=60
    ) as client:
        sent = client.put(
            "/v1/files/content", params={"uri": "data://in/clip.mp4"}, content=clip.read_bytes()
        )
        assert sent.status_code == 201
        yield client


def _render(api: httpx.Client, name: str, **more: object) -> dict[str, Any]:
    answer = api.post(
        "/v1/renders",
        json={
            "source": "data://in/clip.mp4",
            "output": f"data://out/{name}.mp4",
            "filter": "lineart",
            **more,
        },
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _sample(api: httpx.Client) -> str:
    """The URI of the studio's own clip."""
    clip = (resources.files("rotoscope") / "web" / "samples" / "flight.mp4").read_bytes()
    api.put("/v1/files/content", params={"uri": "data://samples/flight.mp4"}, content=clip)
    return "data://samples/flight.mp4"


def _open(page: Page, server: RunningServer, place: str) -> None:
    page.goto(f"{server.url}/studio/#/{place}")


def test_a_job_is_seen_to_come_in_and_to_end(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "jobs")
        expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
        page.wait_for_load_state("load")
        job = _render(api, "seen", source=_sample(api), filter="great-wave", size=180, score=True)
        row = page.get_by_role("listitem").filter(has=page.locator(f"a[href='#/jobs/{job['id']}']"))
        expect(row.get_by_text("Paint flight.mp4 with great-wave")).to_be_visible()
        expect(row.get_by_text("done")).to_be_visible(timeout=180_000)
        row.get_by_role("link").click()
        result = page.get_by_role("region", name="Result")
        expect(result.get_by_label("The result")).to_be_visible()
        expect(result.get_by_text(re.compile("the source's own from frame to frame"))).to_be_visible()
        page.wait_for_function(
            "() => [...document.querySelectorAll('video')].every((one) => one.readyState > 2)"
        )
        keep_picture(page, "job")
        with page.expect_download() as download:
            result.get_by_role("link", name=re.compile("Download")).click()
        assert download.value.suggested_filename == "seen.mp4"
        happened = page.get_by_role("region", name="What happened")
        expect(happened.get_by_text("Asked for")).to_be_visible()
        expect(happened.get_by_text("Done")).to_be_visible()
        asked = page.get_by_role("region", name="What was asked")
        expect(asked.get_by_text("data://out/seen.mp4")).to_be_visible()
        page.get_by_text("The job as JSON").click()
        expect(page.get_by_role("region", name="The job as JSON")).to_contain_text('"operation": "renders"')


def test_what_is_painted_is_shown_while_the_rest_is_painted(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    clip = make_clip(folder / "long.mp4", size=(96, 64), pts=range(240 * 8), time_base=None)
    place = {"uri": "data://in/long.mp4"}
    api.put("/v1/files/content", params=place, content=clip.read_bytes()).raise_for_status()
    job = _render(api, "long", source=place["uri"], filter="great-wave")
    with open_page(browser, key=server.key) as page:
        _open(page, server, f"jobs/{job['id']}")
        progress = page.get_by_role("region", name="Progress")
        expect(progress.get_by_role("progressbar")).to_be_visible()
        expect(progress.get_by_label("What is painted so far")).to_be_visible(timeout=180_000)
        map_ = page.get_by_role("region", name="Segments of the clip")
        expect(map_.get_by_role("button", name=re.compile("^Segment "))).to_have_count(8)
        expect(map_.get_by_text("8 of 8 segments done.")).to_be_visible(timeout=180_000)
        expect(page.get_by_role("region", name="Result").get_by_label("The result")).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_pages_of_jobs_are_for_everybody(
    browser: Browser, server: RunningServer, api: httpx.Client, screen: dict[str, Any]
) -> None:
    job = _render(api, f"everybody-{screen['viewport']['width']}")
    api.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "wait=60"}).raise_for_status()
    with open_page(browser, key=server.key, screen=screen) as page:
        _open(page, server, "jobs")
        expect(page.get_by_role("link", name="Paint clip.mp4 with lineart").first).to_be_visible()
        hold_accessible(page)
        _open(page, server, f"jobs/{job['id']}")
        expect(page.get_by_role("region", name="Result").get_by_label("The result")).to_be_visible()
        hold_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_job_is_cancelled_after_a_question_and_tried_again(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _render(api, "first-in-line", filter="great-wave", size=720)
    job = _render(api, "cancelled", filter="great-wave", size=1080)
    with open_page(browser, key=server.key) as page:
        _open(page, server, f"jobs/{job['id']}")
        page.get_by_role("button", name="Cancel", exact=True).click()
        page.get_by_role("button", name="No, leave it").click()
        assert api.get(f"/v1/jobs/{job['id']}").json()["state"] in ("queued", "running")
        page.get_by_role("button", name="Cancel", exact=True).click()
        page.get_by_role("button", name="Cancel the job").click()
        expect(page.get_by_role("heading", name="It was cancelled")).to_be_visible()
        assert api.get(f"/v1/jobs/{job['id']}").json()["state"] == "cancelled"
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text(re.compile("Taken up again, attempt 2"))).to_be_visible()
        assert api.get(f"/v1/jobs/{job['id']}").json()["attempt"] == 2
        expect(page.get_by_role("region", name="Progress").get_by_role("progressbar")).to_be_visible()
    api.post(f"/v1/jobs/{job['id']}/cancel").raise_for_status()


def test_a_job_whose_budget_ran_out_goes_on_with_a_larger_one(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    fault = {"code": "budget-exhausted", "message": "Its budget of 0.05 USD is used up.", "retryable": True}
    (job_id,) = add_jobs(folder, 1, state="failed", budget_micros=50_000, cost_micros=50_000, error=fault)
    with open_page(browser, key=server.key) as page:
        _open(page, server, f"jobs/{job_id}")
        trouble = page.get_by_role("region", name="What went wrong")
        expect(trouble.get_by_text("Its budget of 0.05 USD is used up.")).to_be_visible()
        expect(trouble.get_by_text(re.compile("Give it a larger budget"))).to_be_visible()
        hold_accessible(page)
        expect(trouble.get_by_label("New budget in USD")).to_have_value("0.1")
        trouble.get_by_label("New budget in USD").fill("0.25")
        trouble.get_by_role("button", name="Go on with this budget").click()
        expect(page.get_by_text(re.compile("attempt 2")).first).to_be_visible()
    assert api.get(f"/v1/jobs/{job_id}").json()["budget_micros"] == 250_000


def test_what_went_wrong_is_told_with_what_to_do(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    api.put("/v1/files/content", params={"uri": "data://in/none.mp4"}, content=b"no clip" * 99)
    job = _render(api, "none", source="data://in/none.mp4")
    api.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "wait=60"})
    with open_page(browser, key=server.key) as page:
        _open(page, server, "jobs?state=failed")
        expect(page.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("link", name="Paint none.mp4 with lineart").click()
        trouble = page.get_by_role("region", name="What went wrong")
        expect(trouble.get_by_text(re.compile("is a text file, not a video or picture"))).to_be_visible()
        expect(trouble.get_by_text(re.compile("Open it in another program"))).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_segments_are_a_map_that_keys_go_through(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path, screen: dict[str, Any]
) -> None:
    (job_id,) = add_jobs(folder, 1, state="cancelled")
    add_segments(folder, job_id, 2500)
    with open_page(browser, key=server.key, screen=screen) as page:
        _open(page, server, f"jobs/{job_id}")
        map_ = page.get_by_role("region", name="Segments of the clip")
        expect(map_.get_by_text("2,499 of 2,500 segments done.")).to_be_visible()
        expect(map_.locator("button.cell")).to_have_count(2400)
        map_.get_by_role("button", name=re.compile("^Segment 1,")).focus()
        page.keyboard.press("ArrowRight")
        said = map_.get_by_role("status")
        expect(said).to_have_text("Segment 2, frames 13 to 24: 0.6 s, 0.052 s a frame, on worker-1")
        page.keyboard.press("ArrowDown")
        expect(said).not_to_contain_text("Segment 2,")
        page.keyboard.press("Home")
        expect(said).to_contain_text("Segment 1,")
        page.keyboard.press("ArrowLeft")
        expect(said).to_contain_text("Segment 1,")
        map_.get_by_role("button", name="Later segments").click()
        expect(
            map_.get_by_role("button", name="Segment 2500, frames 29989 to 30000: waiting")
        ).to_be_visible()
        map_.get_by_label("Color by").select_option("state")
        expect(map_.get_by_text("at work")).to_be_visible()
        hold_accessible(page)


def test_two_thousand_segments_are_one_map(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    (job_id,) = add_jobs(folder, 1, state="cancelled")
    add_segments(folder, job_id, 2000)
    with open_page(browser, key=server.key) as page:
        _open(page, server, f"jobs/{job_id}")
        map_ = page.get_by_role("region", name="Segments of the clip")
        expect(map_.locator("button.cell")).to_have_count(2000)
        expect(map_.locator("button.cell[data-state=queued]")).to_have_count(1)
        expect(map_.get_by_role("button", name="Later segments")).to_have_count(0)
        map_.locator("button.cell").first.focus()
        page.keyboard.press("End")
        said = map_.get_by_role("status")
        expect(said).to_have_text("Segment 2000, frames 23989 to 24000: waiting")


def test_a_thousand_jobs_come_in_pages_and_the_newest_live(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    add_jobs(folder, 1000, operation="score", params={"source": "data://a.mp4", "result": "data://b.mp4"})
    with open_page(browser, key=server.key) as page:
        _open(page, server, "jobs?operation=score")
        rows = page.get_by_role("list", name="Jobs").get_by_role("listitem")
        expect(rows).to_have_count(50)
        for shown in (100, 150):
            page.get_by_role("button", name="Show older ones").click()
            expect(rows).to_have_count(shown)
        expect(page.get_by_text("150 jobs, and there are more")).to_be_visible()
        job = api.post(
            "/v1/score", json={"source": "data://in/clip.mp4", "result": "data://in/clip.mp4"}
        ).json()
        expect(rows.first.locator(f"a[href='#/jobs/{job['id']}']")).to_be_visible()
        expect(rows).to_have_count(151)
        page.get_by_label("Kind of work").select_option("train")
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
        page.get_by_role("button", name="Show all jobs").click()
        expect(rows).to_have_count(50)


def test_who_has_no_jobs_is_led_to_paint(browser: Browser, server: RunningServer, api: httpx.Client) -> None:
    made = api.post("/v1/clients", json={"name": "newcomer"}).json()
    with open_page(browser, key=made["key"]["key"]) as page:
        _open(page, server, "jobs")
        expect(page.get_by_role("heading", name="No jobs yet")).to_be_visible()
        hold_accessible(page)
        page.get_by_role("link", name="Paint something").click()
        expect(page.get_by_role("heading", name="Paint", exact=True)).to_be_visible()


def test_a_job_that_is_not_there_is_told(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key, may_fail=(404,)) as page:
        _open(page, server, "jobs/job_nothing")
        expect(page.get_by_role("alert")).to_contain_text("There is no job")
        hold_accessible(page)
