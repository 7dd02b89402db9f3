"""The studio's pages of costs, in a browser."""

from __future__ import annotations

import csv
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
from desk_records import add_spending
from running_server import RunningServer, running_server
from samples import make_clip
from studio_flows import keep_picture

DARK: Final = {"color_scheme": "dark"}
RATES: Final = {
    "rates": 1,
    "currency": "EUR",
    "costs": {"cpu_second": 1_000_000},
    "plans": {"studio": {"per_video_minute": 60_000_000, "wholesale_discount": "50"}},
}
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def api(server: RunningServer, folder: Path) -> Generator[httpx.Client]:
    """With two paintings that cost something: two seconds of video each."""
    clip = make_clip(folder / "clip.mp4", frames=50, size=(160, 90))
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=120
    ) as client:
        client.put("/v1/rates", json=RATES).raise_for_status()
        client.put(
            "/v1/files/content", params={"uri": "data://in/clip.mp4"}, content=clip.read_bytes()
        ).raise_for_status()
        for name in ("lineart", "posterize"):
            job = client.post(
                "/v1/renders",
                json={"source": "data://in/clip.mp4", "output": f"data://out/{name}.mp4", "filter": name},
                headers={"Prefer": "wait=60"},
            ).json()
            assert job["state"] == "succeeded", job
        yield client


def _open(page: Page, server: RunningServer, part: str = "") -> None:
    page.goto(f"{server.url}/studio/#/costs{part}")
    expect(page.get_by_role("heading", name="Costs", exact=True)).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_costs_are_for_everybody(
    browser: Browser, server: RunningServer, api: httpx.Client, screen: dict[str, Any]
) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        for part, seen in (
            ("", page.get_by_role("region", name="By day")),
            ("/budgets", page.get_by_role("heading", name="Make a budget")),
            ("/rates", page.get_by_role("heading", name="Price plans")),
            ("/statements", page.get_by_role("button", name="Make the statement")),
        ):
            _open(page, server, part)
            expect(seen).to_be_visible()
            expect(page.locator(".loading")).to_have_count(0)
            hold_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_usage_is_counted_by_filter_work_and_key(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    told = api.get("/v1/usage", params={"by": "filter"}).json()
    with open_page(browser, key=server.key) as page:
        _open(page, server)
        rows = page.get_by_role("region", name="Usage by filter").get_by_role("row")
        expect(rows).to_have_count(3)
        for number, row in enumerate(told["items"], start=1):
            expect(rows.nth(number)).to_contain_text(row["name"])
            expect(rows.nth(number)).to_contain_text(f"{row['cost_micros'] / 1e6:.2f} EUR")
            expect(rows.nth(number)).to_contain_text("50")
        days = page.get_by_role("region", name="By day").get_by_role("row")
        expect(days).to_have_count(30)
        expect(days.last).to_contain_text(f"{told['total']['cost_micros'] / 1e6:.2f} EUR")
        page.get_by_label("Bars show").select_option("Painted frames")
        expect(days.last).to_contain_text("100")
        page.get_by_role("button", name="Key", exact=True).click()
        keys = page.get_by_role("region", name="Usage by key").get_by_role("row")
        expect(keys.nth(1)).to_contain_text("first key")
        page.get_by_label("Days").select_option("from … to …")
        page.get_by_label("From", exact=True).fill("2020-01-01")
        page.get_by_label("To, included").fill("2020-01-02")
        expect(page.get_by_role("heading", name="Nothing was used")).to_be_visible()
        hold_accessible(page)
        page.get_by_label("Days").select_option("the last 7 days")
        page.get_by_role("button", name="Work", exact=True).click()
        expect(days).to_have_count(7)
        page.get_by_role("link", name="Paint clip.mp4 with lineart").click()
        expect(page.get_by_role("heading", name="Paint clip.mp4 with lineart")).to_be_visible()


def test_costs_of_a_month_are_bars_by_day(browser: Browser, folder: Path) -> None:
    with running_server(folder / "month", OMP_NUM_THREADS="1") as server:
        costs = add_spending(folder / "month", 29) if server.key else []
        with open_page(browser, key=server.key) as page:
            _open(page, server)
            expect(page.get_by_text(f"{sum(costs) / 1e6:.2f} USD", exact=True)).to_be_visible()
            days = page.get_by_role("region", name="By day").get_by_role("row")
            expect(days).to_have_count(30)
            for row, cost in zip(range(29), costs, strict=True):
                expect(days.nth(row)).to_contain_text(f"{cost / 1e6:.2f} USD")
            expect(days.last).to_contain_text("0.00 USD")
            keep_picture(page, "costs")


def test_a_budget_is_made_changed_and_removed(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/budgets")
        expect(page.get_by_role("heading", name="No budgets yet")).to_be_visible()
        page.get_by_label("At most, in EUR").fill("0.5")
        page.get_by_label(re.compile("^Of")).select_option("first key")
        page.get_by_role("button", name="Make the budget").click()
        row = page.get_by_role("list", name="Budgets").get_by_role("listitem")
        expect(row.get_by_text("for the key first key")).to_be_visible()
        (made,) = api.get("/v1/budgets").json()["items"]
        assert (made["limit_micros"], made["period"]) == (500_000, "month")
        expect(row.get_by_role("meter")).to_have_attribute(
            "aria-valuenow", str(min(100, round(100 * made["spent_micros"] / 500_000)))
        )
        hold_accessible(page)
        row.get_by_role("button", name="Change").click()
        page.get_by_role("dialog").get_by_label("At most, in EUR").fill("900")
        page.get_by_role("button", name="Change it").click()
        expect(row.get_by_role("heading", name="900.00 EUR a month")).to_be_visible()
        assert api.get(f"/v1/budgets/{made['id']}").json()["limit_micros"] == 900_000_000
        row.get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Remove the budget").click()
        expect(page.get_by_role("heading", name="No budgets yet")).to_be_visible()
    assert api.get("/v1/budgets").json()["items"] == []


def test_rates_and_plans_are_put(browser: Browser, server: RunningServer, api: httpx.Client) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/rates")
        rates = page.get_by_role("region", name="Rates")
        expect(rates.get_by_role("row", name="A second of one processor 1.00 EUR")).to_be_visible()
        rates.get_by_text("Change the rates").click()
        rates.get_by_label("A call of the API").fill("0.000002")
        rates.get_by_role("button", name="Put these rates").click()
        expect(rates.get_by_role("row", name="A call of the API 0.000002 EUR")).to_be_visible()
        found = api.get("/v1/rates").json()
        assert (found["costs"]["call"], found["costs"]["cpu_second"]) == (2, 1_000_000)
        assert [plan["name"] for plan in found["plans"]] == ["studio"]

        page.get_by_role("button", name="New plan").click()
        page.get_by_label("Name", exact=True).fill("museum")
        pictures = page.get_by_role("group", name="A picture")
        pictures.get_by_label("Each, in EUR").fill("0.02")
        pictures.get_by_role("button", name="Another price beyond so many").click()
        pictures.get_by_label("Each, in EUR").last.fill("0.01")
        hold_accessible(page)
        page.get_by_role("button", name="Put the plan").click()
        row = page.get_by_role("list", name="Price plans").get_by_role("listitem").filter(has_text="museum")
        expect(row.get_by_text("0.01 EUR beyond 100 pictures")).to_be_visible()
        made = api.get("/v1/plans/museum").json()
        assert made["per_picture"] == [{"above": 0, "micros": 20_000}, {"above": 100, "micros": 10_000}]
        row.get_by_role("button", name="Change the plan museum").click()
        page.get_by_role("region", name="The plan museum").get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Put the plan").click()
        expect(row.get_by_text("beyond 100 pictures")).to_have_count(0)
        assert api.get("/v1/plans/museum").json()["per_picture"] == [{"above": 0, "micros": 20_000}]
        row.get_by_role("button", name="Remove the plan museum").click()
        page.get_by_role("button", name="Remove the plan", exact=True).click()
        expect(row).to_have_count(0)
    assert api.get("/v1/rates").json()["costs"]["call"] == 2


def test_a_statement_is_made_and_downloaded(
    browser: Browser, server: RunningServer, api: httpx.Client, tmp_path: Path
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/statements")
        page.get_by_label("Days").select_option("the last 7 days")
        page.get_by_role("button", name="Make the statement").click()
        made = page.get_by_role("region", name="Statement", exact=True)
        expect(made.get_by_role("strong")).to_have_text("4.00 EUR")
        expect(made.get_by_role("row")).to_have_count(3)
        hold_accessible(page)
        with page.expect_download() as download:
            made.get_by_role("button", name="Download as CSV").click()
        assert re.fullmatch(r"statement-studio-[\d-]+\.csv", download.value.suggested_filename)
        download.value.save_as(tmp_path / "made.csv")
        rows = list(csv.DictReader((tmp_path / "made.csv").read_text().splitlines()))
        assert [(row["filter"], int(row["price_micros"])) for row in rows] == [
            ("lineart", 2_000_000),
            ("posterize", 2_000_000),
        ]
        page.get_by_label("At wholesale").check()
        page.get_by_role("button", name="Make the statement").click()
        expect(made.get_by_role("strong")).to_have_text("2.00 EUR")
        with page.expect_download() as download:
            made.get_by_role("button", name="Download as JSON").click()
        download.value.save_as(tmp_path / "made.json")
        found = json.loads((tmp_path / "made.json").read_text())
        assert (found["price_micros"], found["wholesale"]) == (2_000_000, True)


def test_without_plans_a_statement_leads_to_them(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    api.delete("/v1/plans/studio").raise_for_status()
    try:
        with open_page(browser, key=server.key) as page:
            _open(page, server, "/statements")
            page.get_by_role("link", name="Make a plan").click()
            expect(page.get_by_role("heading", name="No price plans")).to_be_visible()
            hold_accessible(page)
    finally:
        api.put("/v1/rates", json=RATES).raise_for_status()


def test_who_may_not_set_rates_is_told(browser: Browser, server: RunningServer, api: httpx.Client) -> None:
    made = api.post("/v1/clients", json={"name": "somebody"}).json()
    with open_page(browser, key=made["key"]["key"], may_fail=(403,)) as page:
        _open(page, server, "/rates")
        page.get_by_text("Change the rates").click()
        page.get_by_role("button", name="Put these rates").click()
        expect(page.get_by_role("alert")).to_be_visible()
        _open(page, server)
        expect(page.get_by_role("heading", name="Nothing was used")).to_be_visible()


def test_pictures_that_were_painted_at_once_are_counted(
    browser: Browser, server: RunningServer, api: httpx.Client, folder: Path
) -> None:
    Image.new("RGB", (48, 32), (200, 30, 20)).save(folder / "red.png")
    for _ in range(2):
        api.post(
            "/v1/images:stylize",
            params={"filter": "halftone"},
            content=(folder / "red.png").read_bytes(),
            headers={"Content-Type": "image/png"},
        ).raise_for_status()
    with open_page(browser, key=server.key) as page:
        _open(page, server)
        page.get_by_role("button", name="Work", exact=True).click()
        row = page.get_by_role("row", name=re.compile("^Pictures painted at once"))
        expect(row).to_be_visible()
        expect(row.get_by_role("link")).to_have_count(0)
        _open(page, server, "/statements")
        page.get_by_role("button", name="Make the statement").click()
        line = page.get_by_role("region", name="Statement", exact=True).get_by_role("row").last
        expect(line).to_contain_text("Pictures painted at oncehalftone2")
        expect(line.get_by_role("link")).to_have_count(0)
