"""Jobs over HTTP: made by a path for each operation, listed, waited for, followed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from rotoscope.api import streams
from rotoscope.api.pages import encode_cursor
from rotoscope.database.tables import SegmentRecord
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.operations.registry import OPERATIONS
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task

from api_bench import Bench, TestClient

INSPECT = {"source": "data://in/drone.mp4"}


PATHS = {
    "train": "trainings",
    "quote": "quotes",
    "quote-training": "quotes/trainings",
    "project-begin": "projects",
}
"""Where a path is not called as its operation."""
NAMES = [name for name in OPERATIONS if name != "project-paint"]  # which wants a project that is there


def path_of(operation: str) -> str:
    return f"/v1/{PATHS.get(operation, operation)}"


def made_by(client: TestClient, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = client.post("/v1/inspect", json={**INSPECT, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_each_operation_makes_a_job(bench: Bench, name: str) -> None:
    ada = bench.client()
    answer = ada.post(path_of(name), json={**OPERATIONS[name].example, "priority": 7, "budget_micros": 10})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert (job["operation"], job["state"], job["priority"], job["budget_micros"]) == (name, "queued", 7, 10)
    assert job["params"] == OPERATIONS[name].example
    assert ada.get(answer.headers["location"]).json() == job


def test_parameters_that_are_not_known_are_refused(bench: Bench) -> None:
    answer = bench.client().post("/v1/inspect", json={**INSPECT, "sauce": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "body.sauce", "told": "extra inputs are not permitted"}]


def test_a_place_that_may_not_be_used_is_refused_at_once(bench: Bench) -> None:
    ada = bench.client()
    closed = ada.post("/v1/inspect", json={"source": "file:///etc/passwd"})
    assert (closed.status_code, closed.json()["code"]) == (403, "access-denied")
    wanted = {"source": "data://a.mp4", "output": "https://example.org/b.mp4", "filter": "great-wave"}
    assert ada.post("/v1/renders", json=wanted).status_code == 403
    assert ada.get("/v1/jobs").json()["items"] == []


def test_a_step_that_is_sent_twice_makes_one_job(bench: Bench) -> None:
    ada = bench.client()
    answers = [ada.post("/v1/inspect", json=INSPECT, headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["location"] == answers[0].headers["location"]
    assert len(ada.get("/v1/jobs").json()["items"]) == 1


def test_jobs_are_listed_the_newest_first_in_pages(bench: Bench) -> None:
    ada = bench.client()
    ids = [made_by(ada)["id"] for _ in range(5)]
    first = ada.get("/v1/jobs?limit=3").json()
    second = ada.get("/v1/jobs", params={"limit": 3, "after": first["next"]}).json()
    assert [job["id"] for job in first["items"] + second["items"]] == sorted(ids, reverse=True)
    assert second["next"] is None


def test_jobs_are_listed_by_state_and_operation(bench: Bench) -> None:
    ada = bench.client()
    cancelled, queued = made_by(ada), made_by(ada)
    ada.post(f"/v1/jobs/{cancelled['id']}/cancel")
    check = ada.post("/v1/check", json=OPERATIONS["check"].example).json()

    def listed(query: str) -> set[str]:
        return {job["id"] for job in ada.get(f"/v1/jobs?{query}").json()["items"]}

    assert listed("state=cancelled") == {cancelled["id"]}
    assert listed("state=queued&operation=inspect") == {queued["id"]}
    assert listed("state=queued&state=cancelled") == {cancelled["id"], queued["id"], check["id"]}
    assert ada.get("/v1/jobs?state=odd").status_code == 422


def test_a_job_is_cancelled_and_tried_again(bench: Bench) -> None:
    ada = bench.client()
    url = f"/v1/jobs/{made_by(ada)['id']}"
    refused = ada.post(f"{url}/retry", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal-transition")
    cancelled = ada.post(f"{url}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    again = ada.post(f"{url}/retry", json={"budget_micros": 99})
    assert again.status_code == 202
    assert (again.json()["state"], again.json()["attempt"], again.json()["budget_micros"]) == (
        "queued",
        2,
        99,
    )
    stopped = ada.post(f"{url}/stop")
    assert stopped.status_code == 409
    assert "Cancel it instead" in stopped.json()["detail"]


def end_soon(bench: Bench, job_id: str, attempt: int = 1) -> threading.Thread:
    """End a job in a moment, as a worker does."""

    def work() -> None:
        recorder = Recorder(bench.database, bench.services.prices, "worker")
        task = Task("probe", "work", job_id, attempt)
        recorder.begin(task)
        recorder.succeeded(task, {"frames": 3})

    timer = threading.Timer(0.3, work)
    timer.start()
    return timer


def test_who_prefers_to_wait_gets_the_end(bench: Bench) -> None:
    ada = bench.client()
    job = made_by(ada)
    timer = end_soon(bench, job["id"])
    answer = ada.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "respond-async, wait=20"})
    timer.join()
    assert answer.headers["preference-applied"] == "wait=20"
    assert (answer.json()["state"], answer.json()["result"]) == ("succeeded", {"frames": 3})


def test_a_step_that_ends_in_time_answers_its_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    create = JobBook.create

    def create_and_end(book: JobBook, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        job = create(book, *args, **named)
        end_soon(bench, job.id)
        return job

    monkeypatch.setattr(JobBook, "create", create_and_end)
    answer = bench.client().post("/v1/inspect", json=INSPECT, headers={"Prefer": "wait=20"})
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["state"] == "succeeded"


def test_a_step_that_does_not_end_in_time_answers_how_it_is(bench: Bench) -> None:
    answer = bench.client().post("/v1/inspect", json=INSPECT, headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers
    assert answer.json()["state"] == "queued"


def told(text: str) -> list[tuple[str, str]]:
    """Ids and types of server-sent events."""
    events = [block.split("\n") for block in text.split("\n\n") if block.startswith("event:")]
    return [(lines[-1].removeprefix("id: "), lines[0].removeprefix("event: ")) for lines in events]


def test_a_job_is_followed_to_its_end(bench: Bench) -> None:
    ada = bench.client()
    job = made_by(ada)
    made_by(ada)
    timer = end_soon(bench, job["id"])
    with ada.stream("GET", f"/v1/jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = answer.read().decode()
    timer.join()
    events = told(text)
    assert [kind for _, kind in events] == ["job.queued", "job.running", "job.succeeded"]
    again = ada.get(f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": events[0][0]})
    assert told(again.text) == events[1:]


def test_a_job_that_is_tried_again_is_followed_beyond_its_first_end(bench: Bench) -> None:
    ada = bench.client()
    job = made_by(ada)
    assert ada.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert ada.post(f"/v1/jobs/{job['id']}/retry", json={}).status_code == 202
    timer = end_soon(bench, job["id"], attempt=2)
    events = told(ada.get(f"/v1/jobs/{job['id']}/events").text)
    timer.join()
    assert [kind for _, kind in events] == [
        "job.queued",
        "job.cancelled",
        "job.queued",
        "job.running",
        "job.succeeded",
    ]


def test_streams_and_waits_end_when_the_server_does(bench: Bench) -> None:
    ada = bench.client()
    job = made_by(ada)
    end = threading.Timer(0.5, bench.app.state.ending.set)
    end.start()
    assert [kind for _, kind in told(ada.get(f"/v1/jobs/{job['id']}/events").text)] == ["job.queued"]
    assert told(ada.get("/v1/events/stream").text) == []
    waited = ada.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "wait=60"})
    assert (waited.status_code, waited.json()["state"]) == (200, "queued")
    end.join()


def test_all_events_are_listed_in_pages(bench: Bench) -> None:
    ada = bench.client()
    jobs = [made_by(ada)["id"] for _ in range(3)]
    first = ada.get("/v1/events?limit=2").json()
    second = ada.get("/v1/events", params={"limit": 2, "after": first["next"]}).json()
    assert [event["subject"] for event in first["items"] + second["items"]] == jobs
    assert [one["subject"] for one in ada.get(f"/v1/events?subject={jobs[1]}").json()["items"]] == [jobs[1]]
    other = ada.get("/v1/jobs?limit=1").json()["next"]
    assert ada.get("/v1/events", params={"after": other}).status_code == 422


def test_a_stream_of_events_begins_after_the_last_one_read(bench: Bench) -> None:
    book = bench.services.book
    jobs = [book.create("cli_ada", "inspect", INSPECT) for _ in range(3)]
    events = book.events_after("cli_ada", 0)
    assert streams.start_of_stream(book, "cli_ada", events[0].id, from_now=True) == events[0].sequence
    assert streams.start_of_stream(book, "cli_ada", None, from_now=True) == events[2].sequence
    assert streams.start_of_stream(book, "cli_ada", "evt_unknown", from_now=True) == events[2].sequence
    assert streams.start_of_stream(book, "cli_ada", None, from_now=False) == 0
    assert [event.subject for event in events] == [job.id for job in jobs]


def test_segments_of_a_job_are_listed(bench: Bench) -> None:
    ada = bench.client()
    assert ada.get(f"/v1/jobs/{made_by(ada)['id']}/segments").json() == {"items": [], "next": None}


def test_segments_come_in_pages(bench: Bench) -> None:
    ada = bench.client()
    job_id = made_by(ada)["id"]
    with bench.database.writing() as session:
        session.add_all(
            SegmentRecord(job_id=job_id, number=number, first=number, stop=number + 1, key="a")
            for number in range(450)
        )
    url, found, after, sizes = f"/v1/jobs/{job_id}/segments", [], None, []
    while True:
        page = ada.get(url, params={"limit": 200} | ({"after": after} if after else {})).json()
        found += [one["number"] for one in page["items"]]
        sizes.append(len(page["items"]))
        after = page["next"]
        if after is None:
            break
    assert (found, sizes) == (list(range(450)), [200, 200, 50])
    assert len(ada.get(url).json()["items"]) == 50
    beyond = ada.get(url, params={"after": encode_cursor(10**30)})
    assert (beyond.status_code, beyond.json()) == (200, {"items": [], "next": None})
    assert ada.get(url, params={"after": encode_cursor("x")}).json()["items"][0]["number"] == 0
    refused = ada.get(url, params={"after": "?"})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "query.after")


def test_a_job_shows_how_it_is_going(bench: Bench) -> None:
    ada = bench.client()
    job_id = made_by(ada)["id"]
    missing = ada.get(f"/v1/jobs/{job_id}/preview")
    assert missing.status_code == 404
    assert "shows no picture yet" in missing.json()["detail"]
    early = ada.get(f"/v1/jobs/{job_id}/partial")
    assert (early.status_code, early.json()["code"]) == (404, "not-found")
    assert "has nothing to show yet" in early.json()["detail"]
    bench.services.store.put(f"previews/{job_id}", b"a clip")
    assert ada.get(f"/v1/jobs/{job_id}/partial").content == b"a clip"
    bench.services.store.put(f"previews/{job_id}.png", b"a picture")
    shown = ada.get(f"/v1/jobs/{job_id}/preview")
    assert (shown.content, shown.headers["content-type"]) == (b"a picture", "image/png")


def test_a_look_that_was_put_away_goes_into_the_job(bench: Bench) -> None:
    ada = bench.client()
    document = {"look": 1, "layers": [{"filter": "posterize", "strength": {"0": 0, "1:02.5": 1}}]}
    look = ada.post("/v1/looks", json={"name": "dusk", "document": document}).json()["id"]
    asked = {"source": "data://in/a.mp4", "output": "data://out/a.mp4", "look": look}
    job = ada.post("/v1/renders", json=asked).json()
    assert job["params"]["look"]["layers"][0]["filter"] == "posterize"
    assert job["params"]["look"]["layers"][0]["strength"] == {"0": 0.0, "62.5": 1.0}
    others = bench.client("bob").post("/v1/renders", json=asked)
    assert (others.status_code, others.json()["code"]) == (404, "not-found")


def test_a_job_of_another_client_is_not_there(bench: Bench) -> None:
    url = f"/v1/jobs/{made_by(bench.client('bob'))['id']}"
    ada = bench.client("ada")
    for answer in (
        ada.get(url),
        ada.get(f"{url}/segments"),
        ada.get(f"{url}/preview"),
        ada.get(f"{url}/events"),
        ada.post(f"{url}/cancel"),
        ada.post(f"{url}/stop"),
        ada.post(f"{url}/retry", json={}),
    ):
        assert answer.status_code == 404, answer.request.url
        assert answer.json()["code"] == "job-not-found"
    assert ada.get("/v1/jobs").json()["items"] == []
    assert ada.get("/v1/events").json()["items"] == []
