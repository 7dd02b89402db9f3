"""The studio's pages of projects, in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from running_server import RunningServer
from samples import make_clip

DARK: Final = {"color_scheme": "dark"}
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def api(server: RunningServer, folder: Path) -> Generator[httpx.Client]:
    """With a stored clip of 24 frames, one second."""
    clip = make_clip(folder / "clip.mp4", frames=24, size=(160, 90))
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=120
    ) as client:
        client.put(
            "/v1/files/content", params={"uri": "data://in/clip.mp4"}, content=clip.read_bytes()
        ).raise_for_status()
        yield client


def _done(api: httpx.Client, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    job = api.post(path, json=wanted, headers={"Prefer": "wait=60"}).json()
    while job["state"] in ("queued", "running"):
        job = api.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "wait=60"}).json()
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = job["result"]
    return found


def _project(api: httpx.Client, name: str, *parts: tuple[str, str | None]) -> None:
    """A project, painted with filters, each from a moment on."""
    _done(api, "/v1/projects", {"name": name, "source": "data://in/clip.mp4"})
    for number, (used, start) in enumerate(parts):
        wanted = {"output": f"data://projects/{name}/{number}.mp4", "filter": used}
        _done(api, f"/v1/projects/{name}/paint", wanted | ({"start": start} if start else {}))


def _open(page: Page, server: RunningServer, part: str = "") -> None:
    page.goto(f"{server.url}/studio/#/projects{part}")


def test_a_project_is_made_of_a_clip_and_painted(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server)
        expect(page.get_by_role("heading", name="No projects yet")).to_be_visible()
        hold_accessible(page)
        page.get_by_label("Name").fill("first")
        page.get_by_label("URI of the clip").fill("data://in/clip.mp4")
        page.get_by_role("button", name="Make the project").click()
        expect(page.get_by_role("heading", name="first", level=1)).to_be_visible()
        paint = page.get_by_role("region", name="Paint")
        paint.get_by_label(re.compile("^Filter")).select_option("lineart")
        paint.get_by_label(re.compile("^Until")).fill("0.48")
        paint.get_by_role("button", name="Paint it").click()
        expect(page.get_by_role("region", name="Made last").get_by_label("The result")).to_be_visible()
        history = page.get_by_role("region", name="History")
        expect(history.get_by_text(re.compile("with lineart"))).to_be_visible()
        expect(page.get_by_role("list", name="Looks over the clip")).to_contain_text("lineart")
    found = api.get("/v1/projects/first").json()
    assert [(one["first"], one["stop"]) for one in found["timeline"]] == [(0, 12)]
    assert found["painted"] == 12


def test_a_project_is_deleted_when_that_was_confirmed(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _project(api, "forsaken")
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/forsaken")
        page.get_by_role("button", name="Delete").click()
        question = page.get_by_role("dialog", name="Delete forsaken?")
        hold_accessible(page)
        question.get_by_role("button", name="No, leave it").click()
        expect(question).to_be_hidden()
        assert api.get("/v1/projects/forsaken").status_code == 200
        page.get_by_role("button", name="Delete").click()
        question.get_by_role("button", name="Delete the project").click()
        expect(page.get_by_text("The project forsaken is gone.")).to_be_visible()
        expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
        expect(page.get_by_role("link", name="forsaken")).to_have_count(0)
    assert api.get("/v1/projects/forsaken").status_code == 404


def test_two_versions_are_seen_side_by_side(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _project(api, "versions", ("lineart", None), ("posterize", "0.5"))
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/versions")
        compare = page.get_by_role("region", name="Compare versions")
        changed = compare.get_by_role("list", name="Frames that changed")
        told = api.get("/v1/projects/versions/diff").json()["repainted"]
        expect(changed.get_by_role("button")).to_have_text([one["told"] for one in told])
        changed.get_by_role("button").first.click()
        expect(compare.get_by_text(f"frame {told[0]['first']}", exact=True)).to_be_visible()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.versions video')].every((one) => one.currentTime > 0.4)"
        )
        expect(compare.get_by_text("added looks/posterize.yaml")).to_be_visible()
        compare.get_by_role("button", name="Side by side").click()
        expect(compare.get_by_label("The version before")).to_be_visible()
        expect(compare.get_by_label("The version after")).to_be_visible()
        hold_accessible(page)
        page.get_by_role("button", name=re.compile("^What changed with Paint with lineart")).click()
        expect(changed.get_by_role("button")).to_have_text([re.compile("frames 0 to 23")])


def test_a_branch_is_forked_left_and_merged(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _project(api, "branches", ("lineart", None))
    with open_page(browser, key=server.key, may_fail=(422,)) as page:
        _open(page, server, "/branches")
        page.get_by_label("Name of the branch").fill("bolder")
        page.get_by_role("button", name="Fork").click()
        branch = page.get_by_label("Branch", exact=False).first
        expect(branch).to_have_value("bolder")
        _done(api, "/v1/projects/branches/paint", {"output": "data://projects/b.mp4", "filter": "posterize"})
        branch.select_option("main")
        expect(page.get_by_role("button", name="Merge into main")).to_be_visible()
        assert api.get("/v1/projects/branches").json()["branch"] == "main"
        page.get_by_role("button", name="Merge into main").click()
        expect(page.get_by_text("bolder is merged into main.")).to_be_visible()
    looks = [one["look"] for one in api.get("/v1/projects/branches").json()["timeline"]]
    assert looks == ["looks/posterize.yaml"]


def test_whose_version_stays_is_asked_where_both_branches_changed_the_same(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _project(api, "disputed", ("lineart", None))
    api.post("/v1/projects/disputed/fork", json={"branch": "bolder"}).raise_for_status()
    _done(api, "/v1/projects/disputed/paint", {"output": "data://projects/d1.mp4", "filter": "posterize"})
    api.post("/v1/projects/disputed/switch", json={"branch": "main"}).raise_for_status()
    _done(api, "/v1/projects/disputed/paint", {"output": "data://projects/d2.mp4", "filter": "halftone"})
    before = api.get("/v1/projects/disputed").json()
    with open_page(browser, key=server.key, may_fail=(409,)) as page:
        _open(page, server, "/disputed")
        merge = page.get_by_role("region", name="Merge")
        merge.get_by_role("button", name="Merge into main").click()
        question = merge.get_by_role("alert")
        expect(question).to_contain_text("Both main and bolder changed the same")
        expect(question.get_by_role("listitem")).to_have_text(
            [re.compile(r"^frames 0 to 23 .*were painted$")]
        )
        expect(question).to_contain_text("Nothing was merged yet")
        expect(question).to_be_focused()
        assert "--prefer" not in question.inner_text()
        hold_accessible(page)
        assert api.get("/v1/projects/disputed").json() == before
        refused = api.post("/v1/projects/disputed/merge", json={"branch": "bolder"}).json()
        assert [one["where"] for one in refused["errors"]] == ["body.branch"]
        expect(question.get_by_role("listitem")).to_have_text([one["told"] for one in refused["errors"]])
        question.get_by_role("button", name="Look at both first").click()
        compare = page.get_by_role("region", name="Compare versions")
        expect(compare.get_by_label(re.compile("^Before"))).to_have_value("main")
        expect(compare.get_by_label(re.compile("^After"))).to_have_value("bolder")
        expect(compare.get_by_text("added looks/posterize.yaml")).to_be_visible()
        expect(compare.get_by_role("list", name="Frames that changed").get_by_role("button")).to_be_enabled()
        question.get_by_role("button", name="Keep that of bolder").click()
        expect(page.get_by_text("bolder is merged into main.")).to_be_visible()
        expect(page.get_by_role("list", name="Looks over the clip")).to_contain_text("posterize")
    after = api.get("/v1/projects/disputed").json()
    assert [one["look"] for one in after["timeline"]] == ["looks/posterize.yaml"]
    titles = [one["title"] for one in api.get("/v1/projects/disputed/log").json()["items"]]
    assert titles[0] == "Merge bolder into main"
    assert any("halftone" in title for title in titles)


def test_the_timeline_is_handed_to_editing_programs(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    _project(api, "edited", ("lineart", None), ("posterize", "0.5"))
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/edited")
        with page.expect_download() as waited:
            page.get_by_role("button", name="Timeline for editing programs").click()
        expect(page.get_by_text("edited.otio is an OpenTimelineIO file")).to_be_visible()
        assert waited.value.suggested_filename == "edited.otio"
        timeline = json.loads(Path(waited.value.path()).read_text(encoding="utf-8"))
    assert timeline["OTIO_SCHEMA"] == "Timeline.1"
    clips = timeline["tracks"]["children"][0]["children"]
    spans = [
        (clip["source_range"]["start_time"]["value"], clip["source_range"]["duration"]["value"])
        for clip in clips
    ]
    told = api.get("/v1/projects/edited").json()["timeline"]
    assert spans == [(one["first"], one["stop"] - one["first"]) for one in told]
    assert all(name in json.dumps(clip) for name, clip in zip(("lineart", "posterize"), clips, strict=True))


def test_a_frame_is_retouched_and_a_state_brought_back(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    _project(api, "retouched", ("lineart", None))
    Image.new("RGB", (160, 90), (200, 30, 20)).save(folder / "red.png")
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/retouched")
        page.get_by_label("Number of the frame, from 0").fill("7")
        page.get_by_label("Choose a still").set_input_files(folder / "red.png")
        expect(page.get_by_role("region", name="Where it stands").get_by_text("1 frame")).to_be_visible()
        frames = api.get("/v1/projects/retouched/frames", params={"limit": 20}).json()["items"]
        assert [one["index"] for one in frames if one["override"]] == [7]
        page.get_by_role("button", name=re.compile("^Bring back Paint with lineart")).click()
        page.get_by_role("button", name="Bring it back", exact=True).last.click()
        expect(page.get_by_text("That state is back, as a new commit.")).to_be_visible()
    assert api.get("/v1/projects/retouched").json()["retouched"] == 0


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_projects_are_for_everybody(
    browser: Browser, server: RunningServer, api: httpx.Client, screen: dict[str, Any]
) -> None:
    name = f"everybody-{screen['viewport']['width']}"
    _project(api, name, ("lineart", None))
    with open_page(browser, key=server.key, screen=screen) as page:
        _open(page, server)
        expect(page.get_by_role("link", name=name)).to_be_visible()
        hold_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        _open(page, server, f"/{name}")
        expect(page.get_by_role("region", name="Made last").get_by_label("The result")).to_be_visible()
        hold_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_project_that_is_not_there_is_told(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key, may_fail=(404,)) as page:
        _open(page, server, "/none")
        expect(page.get_by_role("alert")).to_contain_text("none")
        hold_accessible(page)
