"""Collections and works over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from rotoscope.database.tables import JobRecord

from api_bench import Bench, TestClient

URL = "/v1/collections"
COAST: dict[str, Any] = {
    "name": "coast",
    "title": "The coast",
    "description": "Six places.",
    "story": "A *wave*.",
    "tags": ["water"],
    "date": "2026-06-01",
}


def work(ada: TestClient, stem: str, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = ada.post(f"{URL}/coast/works", json={"file": f"data://out/{stem}.jpg", **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def ada(bench: Bench) -> TestClient:
    """A client with a collection ``coast``."""
    client = bench.client()
    assert client.post(URL, json=COAST).status_code == 201
    return client


def test_a_collection_is_made_read_changed_and_thrown_away(bench: Bench) -> None:
    ada = bench.client()
    made = ada.post(URL, json=COAST)
    assert (made.status_code, made.headers["location"]) == (201, f"{URL}/coast")
    facts = {**COAST, "cover": None, "published": True, "feature": False, "works": []}
    assert made.json() == ada.get(f"{URL}/coast").json() == facts
    changed = ada.patch(f"{URL}/coast", json={"title": "Low water", "description": None, "feature": True})
    assert changed.json() == {**facts, "title": "Low water", "description": None, "feature": True}
    assert [one["name"] for one in ada.get(URL).json()["items"]] == ["coast"]
    assert ada.delete(f"{URL}/coast").status_code == 204
    gone = ada.get(f"{URL}/coast")
    assert (gone.status_code, gone.json()["code"]) == (404, "collection-not-found")


def test_a_clients_collection_is_a_folder_as_the_command_line_makes_it(bench: Bench, ada: TestClient) -> None:
    work(ada, "dusk")
    folder = bench.settings.data_dir / "clients" / "cli_ada" / "collections" / "coast"
    assert (folder / "story.md").read_text() == "A *wave*."
    assert "file: data://out/dusk.jpg" in (folder / "works" / "dusk.yaml").read_text()


def test_a_name_is_taken_once_for_each_client(bench: Bench, ada: TestClient) -> None:
    again = ada.post(URL, json=COAST)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-collection")
    assert bench.client("bob").post(URL, json=COAST).status_code == 201


def test_anothers_collections_are_not_there(bench: Bench, ada: TestClient) -> None:
    work(ada, "dusk")
    bob = bench.client("bob")
    answers = [
        bob.get(f"{URL}/coast"),
        bob.patch(f"{URL}/coast", json={"title": "x"}),
        bob.delete(f"{URL}/coast"),
        bob.get(f"{URL}/coast/works"),
        bob.post(f"{URL}/coast/works", json={"file": "data://out/a.jpg"}),
        bob.get(f"{URL}/coast/works/dusk"),
        bob.patch(f"{URL}/coast/works/dusk", json={"title": "x"}),
        bob.delete(f"{URL}/coast/works/dusk"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert bob.get(URL).json() == {"items": [], "next": None}


def test_works_are_added_read_changed_ordered_and_taken_out(ada: TestClient) -> None:
    dusk = work(ada, "dusk", source="data://in/dusk.jpg", filters=["great-wave"], date="2026-05-01")
    assert (dusk["name"], dusk["title"], dusk["kind"]) == ("dusk", "Dusk", "picture")
    assert dusk["filters"] == [{"filter": "great-wave", "digest": None}]
    flight = ada.post(f"{URL}/coast/works", json={"file": "data://out/over the sea.mp4"}).json()
    assert (flight["name"], flight["title"], flight["kind"]) == ("over-the-sea", "Over the sea", "video")
    assert ada.get(f"{URL}/coast").json()["works"] == ["dusk", "over-the-sea"]
    answer = ada.patch(f"{URL}/coast", json={"works": ["over-the-sea", "dusk"], "cover": "dusk"})
    assert answer.json()["works"] == ["over-the-sea", "dusk"]
    changed = ada.patch(f"{URL}/coast/works/dusk", json={"caption": "The sea.", "source": None})
    assert changed.json() == {**dusk, "caption": "The sea.", "source": None}
    assert ada.get(f"{URL}/coast/works/dusk").json() == changed.json()
    assert ada.delete(f"{URL}/coast/works/dusk").status_code == 204
    after = ada.get(f"{URL}/coast").json()
    assert (after["works"], after["cover"]) == (["over-the-sea"], None)
    assert ada.get(f"{URL}/coast/works/dusk").json()["code"] == "collection-not-found"


def test_an_order_names_every_work_once(ada: TestClient) -> None:
    work(ada, "dusk")
    work(ada, "dawn")
    for order in (["dusk"], ["dusk", "dusk"], ["dusk", "dawn", "noon"]):
        answer = ada.patch(f"{URL}/coast", json={"works": order})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-collection")
        assert "names each of them once: dusk, dawn" in answer.json()["detail"]


def test_a_work_of_that_name_is_refused(ada: TestClient) -> None:
    work(ada, "dusk")
    again = ada.post(f"{URL}/coast/works", json={"file": "data://other/dusk.jpg"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-collection")
    assert work(ada, "dusk", name="dusk-2")["name"] == "dusk-2"


@pytest.mark.parametrize(
    "asked",
    [
        {"file": "media/dusk.jpg"},
        {"file": "/etc/passwd"},
        {"file": "data://a.jpg", "source": "../secret"},
        {"file": "data://a.jpg", "filters": ["/etc/own.onnx"]},
        {"file": "data://a.jpg", "filters": ["lut:file=/etc/passwd"]},
        {"file": "data://a.jpg", "job": "job_1"},
        {"file": "data://a.jpg", "square": [2, 0]},
        {"file": "data://a.jpg", "name": "No Name"},
        {"title": "no file"},
    ],
)
def test_what_is_outside_is_refused(ada: TestClient, asked: dict[str, Any]) -> None:
    assert ada.post(f"{URL}/coast/works", json=asked).status_code == 422
    assert ada.get(f"{URL}/coast").json()["works"] == []


def test_a_cover_is_one_of_the_works(ada: TestClient) -> None:
    answer = ada.patch(f"{URL}/coast", json={"cover": "dusk"})
    assert answer.status_code == 422
    assert "the cover 'dusk' is none of the works" in answer.json()["detail"]


def test_a_work_is_made_of_what_a_job_has_painted(bench: Bench, ada: TestClient) -> None:
    asked = {"source": "data://in/drone.mp4", "output": "data://out/painted.mp4", "filter": ["comic", "dusk"]}
    job = ada.post("/v1/renders", json=asked).json()["id"]
    early = ada.post(f"{URL}/coast/works", json={"job": job})
    assert early.status_code == 422
    assert f"The job {job} has not succeeded" in early.json()["detail"]
    with bench.database.writing() as session:
        done = {"state": "succeeded", "result": {"output": "data://out/painted.mp4"}}
        session.execute(update(JobRecord).where(JobRecord.id == job).values(**done))
    made = ada.post(f"{URL}/coast/works", json={"job": job, "place": "Cassis"}).json()
    assert (made["name"], made["kind"], made["place"]) == ("painted", "video", "Cassis")
    assert (made["file"], made["source"]) == ("data://out/painted.mp4", "data://in/drone.mp4")
    assert [one["filter"] for one in made["filters"]] == ["comic", "dusk"]
    assert bench.client("bob").post(URL, json=COAST).status_code == 201
    assert bench.client("bob").post(f"{URL}/coast/works", json={"job": job}).status_code == 404


def test_a_looks_filters_are_the_works(bench: Bench, ada: TestClient) -> None:
    look = {"look": 1, "layers": [{"filter": {"0": "comic", "0:02": ["dusk", "film"]}}, {"filter": "comic"}]}
    asked = {"source": "data://in/drone.mp4", "output": "data://out/a.mp4", "look": look}
    job = ada.post("/v1/renders", json=asked).json()["id"]
    with bench.database.writing() as session:
        done = {"state": "succeeded", "result": {"output": "data://out/a.mp4"}}
        session.execute(update(JobRecord).where(JobRecord.id == job).values(**done))
    made = ada.post(f"{URL}/coast/works", json={"job": job}).json()
    assert [one["filter"] for one in made["filters"]] == ["comic", "dusk", "film"]
    assert made["look"].startswith("look: 1")


def test_a_change_that_others_made_is_not_lost(ada: TestClient) -> None:
    read = ada.get(f"{URL}/coast")
    etag = read.headers["etag"]
    assert ada.get(f"{URL}/coast", headers={"If-None-Match": etag}).status_code == 304
    changed = ada.patch(f"{URL}/coast", json={"title": "Mine"}, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] == ada.get(f"{URL}/coast").headers["etag"] != etag
    for answer in (
        ada.patch(f"{URL}/coast", json={"title": "Theirs"}, headers={"If-Match": etag}),
        ada.post(f"{URL}/coast/works", json={"file": "data://a.jpg"}, headers={"If-Match": etag}),
        ada.delete(f"{URL}/coast", headers={"If-Match": etag}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition-failed")
    assert ada.get(f"{URL}/coast").json()["title"] == "Mine"


def test_lists_come_in_pages(bench: Bench, ada: TestClient) -> None:
    for name in ("c", "a", "b"):
        ada.post(URL, json={"name": name, "title": name})
        work(ada, name)
    ada.patch(f"{URL}/coast", json={"works": ["b", "c", "a"]})

    def all_of(path: str) -> list[str]:
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = ada.get(path, params={"limit": 2, **after}).json()
            found += [item["name"] for item in page["items"]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    assert all_of(URL) == ["a", "b", "c", "coast"]
    assert all_of(f"{URL}/coast/works") == ["b", "c", "a"]


def test_sent_twice_with_a_key_it_is_made_once(ada: TestClient) -> None:
    headers = {"Idempotency-Key": "one"}
    first = ada.post(f"{URL}/coast/works", json={"file": "data://a.jpg"}, headers=headers)
    again = ada.post(f"{URL}/coast/works", json={"file": "data://a.jpg"}, headers=headers)
    assert first.json() == again.json()
    assert ada.get(f"{URL}/coast").json()["works"] == ["a"]


def test_scopes(bench: Bench, ada: TestClient) -> None:
    reader, writer = bench.client("ada", "read"), bench.client("ada", "write")
    assert reader.get(f"{URL}/coast").status_code == 200
    assert reader.patch(f"{URL}/coast", json={"title": "x"}).status_code == 403
    assert writer.patch(f"{URL}/coast", json={"title": "x"}).status_code == 200
    assert writer.get(f"{URL}/coast").status_code == 403
    asked = {"collections": ["coast"], "output": "data://site/"}
    assert reader.post("/v1/publish", json=asked).status_code == 403
    assert bench.client("ada", "run").post("/v1/publish", json=asked).status_code == 202


def test_damaged_files_are_told_without_paths_of_the_machine(bench: Bench, ada: TestClient) -> None:
    folder = bench.settings.data_dir / "clients" / "cli_ada" / "collections" / "coast"
    (folder / "collection.yaml").write_text("collection: 1\ntitel: x\n")
    answer = ada.get(f"{URL}/coast")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-collection")
    assert "line 2, titel: there is no such key. Did you mean title" in answer.json()["detail"]
    assert str(Path(bench.settings.data_dir)) not in answer.text


def test_a_sites_address_is_one_of_the_web(ada: TestClient) -> None:
    answer = ada.post(
        "/v1/publish", json={"collections": ["coast"], "output": "data://s/", "url": "example.org"}
    )
    assert answer.status_code == 422
    assert "it is that of its first page, such as" in answer.text


def test_a_site_goes_where_the_client_may_write(ada: TestClient) -> None:
    asked = {"collections": ["coast"], "output": "s3://elsewhere/site/"}
    answer = ada.post("/v1/publish", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "access-denied")
