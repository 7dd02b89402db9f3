"""Watched folders over HTTP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rotoscope.jobs.happenings import EVENT_TYPES

from api_bench import Bench

URL = "/v1/watches"
WATCH: dict[str, Any] = {
    "inbox": "data://in/",
    "outbox": "data://out/",
    "painting": {"filter": "posterize", "strength": 0.5},
}


def test_a_folder_is_watched_paused_and_let_go(bench: Bench) -> None:
    ada = bench.client()
    made = ada.post(URL, json=WATCH)
    assert made.status_code == 201
    watch = made.json()
    assert made.headers["location"] == f"{URL}/{watch['id']}"
    assert watch["painting"] == WATCH["painting"]
    assert (watch["enabled"], watch["looked"], watch["trouble"]) == (True, None, None)
    assert ada.patch(f"{URL}/{watch['id']}", json={"enabled": False}).json()["enabled"] is False
    assert [item["id"] for item in ada.get(URL).json()["items"]] == [watch["id"]]
    assert ada.delete(f"{URL}/{watch['id']}").status_code == 204
    assert ada.get(f"{URL}/{watch['id']}").json()["code"] == "not-found"


def test_what_the_page_shows_is_taken(bench: Bench) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "watch-folders.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert bench.client().post(URL, content=shown, headers={"Content-Type": "application/json"}).is_success
    told = set(re.findall(r"`(watch\.\w+)`", page))
    assert told == {name for name in EVENT_TYPES if name.startswith("watch.")}


def test_what_cannot_be_watched_is_refused(bench: Bench) -> None:
    ada = bench.client()
    nowhere = ada.post(URL, json={**WATCH, "inbox": "s3://films/in/"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (403, "access-denied")
    assert "there is no connector for s3://" in nowhere.json()["detail"]
    same = ada.post(URL, json={**WATCH, "outbox": "data://in/"})
    assert (same.status_code, same.json()["code"]) == (422, "invalid-uri")
    nothing = ada.post(URL, json={**WATCH, "painting": {}})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "invalid-request")
    assert "give either filter or look" in nothing.json()["errors"][0]["told"]
