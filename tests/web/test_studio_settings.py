"""The studio's settings, in a browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from browser import DESKTOP, PHONE, hold_accessible, open_page
from running_server import RunningServer
from s3_server import S3Server, running_s3_server

SERVICE = {"ROTOSCOPE_ALLOWED_HOSTS": "127.0.0.1"}
DARK: Final = {"color_scheme": "dark"}
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def api(server: RunningServer) -> Generator[httpx.Client]:
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=60
    ) as client:
        yield client


def _open(page: Page, server: RunningServer, part: str = "") -> None:
    page.goto(f"{server.url}/studio/#/settings{part}")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


def _items(api: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(path).json()["items"]
    return found


@pytest.mark.parametrize("screen", [DESKTOP, PHONE | DARK], ids=["desktop", "phone in the dark"])
def test_settings_are_for_everybody(browser: Browser, server: RunningServer, screen: dict[str, Any]) -> None:
    with open_page(browser, key=server.key, screen=screen) as page:
        for part, heading in (
            ("", "This browser's key"),
            ("/keys", "Your keys"),
            ("/connectors", "Add a connector"),
            ("/webhooks", "Add a webhook"),
            ("/watches", "Watch a folder"),
        ):
            _open(page, server, part)
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
            expect(page.locator(".loading")).to_have_count(0)
            hold_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_key_is_made_shown_once_rotated_and_revoked(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/keys")
        page.get_by_label("What it is for").fill("laptop")
        page.get_by_label("It ends").select_option("in 30 days")
        page.get_by_role("checkbox", name=re.compile("^write")).uncheck()
        page.get_by_role("button", name="Make the key").click()
        secret = page.get_by_label("The key laptop", exact=True).get_by_role("textbox").input_value()
        own = {"Authorization": f"Bearer {secret}"}
        made = httpx.get(f"{server.url}/v1/keys/self", headers=own).json()
        assert (made["name"], made["scopes"]) == ("laptop", ["read", "run"])
        assert made["expires"] is not None
        hold_accessible(page)
        page.get_by_role("button", name="I have it").click()
        expect(page.get_by_label("The key laptop", exact=True)).to_have_count(0)

        page.get_by_role("button", name="Rotate laptop").click()
        page.get_by_label("This one ends").select_option("in an hour")
        page.get_by_role("button", name="Rotate the key").click()
        again = page.get_by_label("The key laptop", exact=True).get_by_role("textbox")
        expect(again).not_to_have_value(secret)
        assert httpx.get(f"{server.url}/v1/keys/self", headers=own).status_code == 200

        row = page.get_by_role("list", name="Keys").get_by_role("listitem").filter(has_text="laptop").last
        row.get_by_role("button", name="Revoke laptop").click()
        page.get_by_role("button", name="Revoke the key").click()
        expect(page.get_by_text("laptop lets nobody in any more.")).to_be_visible()
        other = {"Authorization": f"Bearer {again.input_value()}"}
        assert httpx.get(f"{server.url}/v1/keys/self", headers=other).status_code == 401
    assert sorted(key["name"] for key in _items(api, "/v1/keys")) == ["first key", "laptop", "laptop"]


def test_a_connector_is_added_tried_and_deleted(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key, may_fail=(422,)) as page:
        _open(page, server, "/connectors")
        expect(page.get_by_role("heading", name="No connectors yet")).to_be_visible()
        page.get_by_label(re.compile("^Kind")).select_option("az")
        expect(page.get_by_label("Storage account")).to_be_visible()
        expect(page.get_by_label("Access key id")).to_have_count(0)
        page.get_by_label(re.compile("^Kind")).select_option("s3")
        page.get_by_label("Bucket, or bucket/folder").fill("Not A Bucket")
        page.get_by_label("Access key id").fill("AKIAEXAMPLE")
        page.get_by_label("Secret access key").fill("not-shown-again")
        page.get_by_role("button", name="Add the connector").click()
        expect(page.get_by_role("alert")).to_contain_text("Not A Bucket")
        page.get_by_label("Bucket, or bucket/folder").fill("my-bucket/drone")
        page.get_by_label("Region").fill("eu-central-1")
        page.get_by_label("Endpoint, where it is not the maker's own").fill("http://127.0.0.1:9")
        page.get_by_label(re.compile("^Label")).fill("archive")
        page.get_by_label("Title").fill("The archive")
        page.get_by_role("checkbox", name="write").uncheck()
        page.get_by_role("button", name="Add the connector").click()
        row = page.get_by_role("list", name="Connectors").get_by_role("listitem")
        expect(row.get_by_text("s3+archive://my-bucket/drone/")).to_be_visible()
        (made,) = _items(api, "/v1/connectors")
        assert made["rights"] == ["read"]
        assert made["secrets"] == ["access_key_id", "secret_access_key"]
        assert made["options"] == {"endpoint": "http://127.0.0.1:9", "region": "eu-central-1"}
        expect(page.get_by_text("not-shown-again")).to_have_count(0)
        row.get_by_role("button", name=re.compile("^Delete")).click()
        page.get_by_role("button", name="Delete the connector").click()
        expect(page.get_by_role("heading", name="No connectors yet")).to_be_visible()
    assert _items(api, "/v1/connectors") == []


def _connector(api: httpx.Client, s3: S3Server, label: str, place: str, endpoint: str = "") -> None:
    api.post(
        "/v1/connectors",
        json={
            "scheme": "s3",
            "label": label,
            "place": place,
            "options": {"endpoint": endpoint or s3.endpoint, "region": "us-east-1"},
            "secrets": {"access_key_id": "key", "secret_access_key": "secret"},
        },
    ).raise_for_status()


def test_trying_a_connector_tells_that_it_works_or_why_not(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with running_s3_server() as s3, open_page(browser, key=server.key) as page:
        bucket = s3.new_bucket()
        _connector(api, s3, "works", bucket)
        _connector(api, s3, "lost", "no-such-bucket")
        _connector(api, s3, "closed", bucket, "http://127.0.0.1:9")
        _open(page, server, "/connectors")
        rows = page.get_by_role("list", name="Connectors").get_by_role("listitem")

        def told(label: str) -> Locator:
            row = rows.filter(has_text=f"s3+{label}://")
            row.get_by_role("button", name=re.compile("^Test")).click()
            expect(row.get_by_role("status")).not_to_have_text(re.compile("^(Trying …)?$"))
            return row.get_by_role("status")

        expect(told("works")).to_have_text(f"It works. s3+works://{bucket}/ answers, and has no files yet.")
        s3.backend.put_object(bucket, "dusk.png", b"a picture")
        expect(told("works")).to_have_text(f"It works. s3+works://{bucket}/ answers, and has files.")
        for label, why in (
            ("lost", "no-such-bucket"),
            ("closed", "Check the connector's endpoint and region"),
        ):
            expect(told(label)).to_contain_text("It does not work.")
            expect(told(label)).to_contain_text(why)
        hold_accessible(page)
    for one in _items(api, "/v1/connectors"):
        api.delete(f"/v1/connectors/{one['id']}").raise_for_status()


class _Hook(BaseHTTPRequestHandler):
    """Takes what is sent, and says 500 to the first."""

    heard: Final[list[str]] = []

    def do_POST(self) -> None:
        _Hook.heard.append(self.headers["webhook-id"])
        self.send_response(500 if len(_Hook.heard) == 1 else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Generator[str]:
    listening = HTTPServer(("127.0.0.1", 0), _Hook)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}/hook"
    listening.shutdown()
    listening.server_close()


def test_a_webhook_is_added_tested_and_sent_again(
    browser: Browser, server: RunningServer, api: httpx.Client, hook: str
) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server, "/webhooks")
        page.get_by_label("URL").fill(hook)
        page.get_by_role("checkbox", name="a job is done").check()
        page.get_by_role("button", name="Add the webhook").click()
        once = page.get_by_role("group", name=re.compile("^The secret that messages"))
        expect(once.get_by_role("textbox")).to_have_value(re.compile("^whsec_"))
        row = page.get_by_role("list", name="Webhooks").get_by_role("listitem").filter(has_text=hook)
        expect(row.get_by_text("job.succeeded")).to_be_visible()
        row.get_by_role("button", name="Test").click()
        sent = page.get_by_role("list", name=f"Deliveries to {hook}").get_by_role("listitem")
        expect(sent).to_have_count(1)
        expect(sent.get_by_text(re.compile("^(on its way|delivered)$"))).to_be_visible()
        hold_accessible(page)
        sent.get_by_role("button", name="Send again").click()
        expect(page.get_by_text("It is sent once more.")).to_be_visible()
        row.get_by_role("button", name="Pause").click()
        expect(row.get_by_text("paused")).to_be_visible()
        (made,) = _items(api, "/v1/webhooks")
        assert (made["events"], made["enabled"]) == (["job.succeeded"], False)
        row.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete the webhook").click()
        expect(page.get_by_role("heading", name="No webhooks yet")).to_be_visible()
    assert _items(api, "/v1/webhooks") == []


def test_a_folder_is_watched_paused_and_let_go(
    browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    with open_page(browser, key=server.key, may_fail=(422,)) as page:
        _open(page, server, "/watches")
        page.get_by_label("Folder that is watched").fill("nowhere")
        page.get_by_label("Folder of results").fill("data://painted/")
        page.get_by_role("button", name="Watch it", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("nowhere")
        page.get_by_label("Folder that is watched").fill("data://inbox/")
        page.get_by_label(re.compile("^Filter")).select_option("lineart")
        page.get_by_role("button", name="Watch it", exact=True).click()
        row = page.get_by_role("list", name="Watched folders").get_by_role("listitem")
        expect(row.get_by_text("painted with lineart into data://painted/")).to_be_visible()
        row.get_by_role("button", name="Pause data://inbox/").click()
        expect(row.get_by_text("paused")).to_be_visible()
        (made,) = _items(api, "/v1/watches")
        assert made["painting"] == {"filter": "lineart", "strength": 1}
        assert not made["enabled"]
        row.get_by_role("button", name="Watch data://inbox/ no more").click()
        page.get_by_role("button", name="Watch it no more").click()
        expect(page.get_by_role("heading", name="No folder is watched")).to_be_visible()
    assert _items(api, "/v1/watches") == []


def test_appearance_is_kept(browser: Browser, server: RunningServer) -> None:
    with open_page(browser, key=server.key) as page:
        _open(page, server)
        light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
        page.get_by_label("Colors of the studio").select_option("dark")
        dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
        assert dark != light
        hold_accessible(page)
        page.reload()
        expect(page.get_by_label("Colors of the studio")).to_have_value("dark")
        assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == dark


def test_signing_out_forgets_the_key(browser: Browser, server: RunningServer) -> None:
    with open_page(browser) as page:
        page.goto(f"{server.url}/studio/#/settings")
        page.get_by_label("Your key").fill(server.key)
        page.get_by_role("button", name="Open the studio").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="No, leave it").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Your key")).to_be_visible()
        assert page.evaluate("localStorage.getItem('rotoscope.key')") is None


def test_a_service_that_does_not_answer_is_told(browser: Browser, server: RunningServer) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=503, json={"detail": "The database does not answer now."})

    with open_page(browser, key=server.key, may_fail=(503,)) as page:
        page.route("**/v1/keys/self", answer)
        page.goto(f"{server.url}/studio/#/settings")
        expect(page.get_by_role("alert")).to_contain_text("The database does not answer now.")
        hold_accessible(page)
        page.unroute("**/v1/keys/self")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="This browser's key")).to_be_visible()


def test_a_key_without_rights_is_told_so(browser: Browser, server: RunningServer, api: httpx.Client) -> None:
    made = api.post("/v1/clients", json={"name": "looks only", "scopes": ["read"]}).json()
    with open_page(browser, key=made["key"]["key"], may_fail=(403,)) as page:
        _open(page, server, "/keys")
        expect(page.get_by_role("alert")).to_contain_text("admin")
        hold_accessible(page)
