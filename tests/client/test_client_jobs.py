"""Jobs, events, pictures and everything else through the client."""

from __future__ import annotations

import io
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from PIL import Image
from standardwebhooks.webhooks import Webhook

from rotoscope import client as client_package
from rotoscope.client import Client, Job, verify_webhook
from rotoscope.client.connection import Connection
from rotoscope.client.events import read_events
from rotoscope.errors import (
    ApiError,
    InvalidOptions,
    InvalidSignature,
    JobCancelled,
    JobFailed,
    ServerUnreachable,
    ServiceError,
)
from rotoscope.jobs.operations.registry import OPERATIONS

from running_server import BreakingLine, RunningServer
from samples import make_clip, picture


@pytest.fixture
def clip(client: Client, place: str, tmp_path: Path) -> str:
    """A stored clip of 20 frames."""
    return client.files.upload(make_clip(tmp_path / "clip.mp4"), place).uri


def stored_picture(client: Client, place: str, tmp_path: Path) -> str:
    Image.fromarray(picture(0)).save(tmp_path / "photo.png")
    return client.files.upload(tmp_path / "photo.png", place).uri


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.size


def test_a_job_is_made_waited_for_and_looked_at(client: Client, clip: str, place: str) -> None:
    told: list[Job] = []
    job = client.jobs.create("renders", source=clip, output=f"{place}painted.mp4", filter="posterize")
    done = client.jobs.wait(job.id, on_progress=told.append)
    assert done.state == "succeeded"
    assert done.result is not None
    assert (done.result["output"], done.result["frames"]) == (f"{place}painted.mp4", 20)
    assert told[-1] == done
    assert [segment.state for segment in client.jobs.segments(job.id)] == ["succeeded"]
    types = [event.type for event in client.jobs.events(job.id)]
    assert (types[0], types[-1]) == ("job.queued", "job.succeeded")
    assert job.id in [one.id for one in client.jobs.list(states=["succeeded"], operation="renders")]
    assert [event.type for event in client.events.list(subject=job.id)] == types


def test_a_short_job_can_be_waited_for_at_once(client: Client, clip: str) -> None:
    job = client.jobs.create("inspect", source=clip, wait=30)
    assert job.state == "succeeded"
    assert job.result is not None
    assert job.result["media"]["video"]["frame_count_from_content"] == 20


def test_the_same_idempotency_key_is_the_same_job(client: Client, clip: str) -> None:
    made = [client.jobs.create("inspect", source=clip, idempotency_key="once") for _ in range(2)]
    assert made[0].id == made[1].id


def test_a_lost_answer_makes_no_second_job(
    server: RunningServer, line: BreakingLine, clip: str, client: Client
) -> None:
    before = {job.id for job in client.jobs.list(operation="inspect")}
    line.breaks_down = [20]
    with server.client(line.url) as broken:
        job = broken.jobs.create("inspect", source=clip)
    assert not line.breaks_down
    assert {one.id for one in client.jobs.list(operation="inspect")} - before == {job.id}


def test_a_job_that_fails_says_why(client: Client) -> None:
    job = client.jobs.create("inspect", source="data://nowhere.mp4")
    with pytest.raises(
        JobFailed, match=rf"The job {job.id} failed: Nothing is stored at data://nowhere\.mp4"
    ):
        client.jobs.wait(job.id)
    assert client.jobs.get(job.id).error is not None


def test_a_job_is_cancelled_and_tried_again(client: Client, place: str, tmp_path: Path) -> None:
    source = client.files.upload(make_clip(tmp_path / "long.mp4", frames=400, size=(320, 240)), place).uri
    job = client.jobs.create("renders", source=source, output=f"{place}p.mp4", filter="watercolor")
    assert client.jobs.cancel(job.id).state == "cancelled"
    with pytest.raises(JobCancelled, match=rf"The job {job.id} was cancelled\. Retry it"):
        client.jobs.wait(job.id)
    assert client.jobs.retry(job.id).attempt == 2
    assert client.jobs.wait(job.id, timeout=0.1).id == job.id
    client.jobs.cancel(job.id)


def test_what_a_server_refuses_has_a_code_and_faults(client: Client) -> None:
    with pytest.raises(ApiError, match=r"The request does not fit its description: body\.output: ") as caught:
        client.jobs.create("renders", source="data://a.mp4", output="b.mp4", filter="posterize")
    assert (caught.value.status, caught.value.code) == (422, "invalid-request")
    assert [where for where, _ in caught.value.faults] == ["body.output"]
    with pytest.raises(ApiError, match=r"There is no job 'job_no'") as caught:
        client.jobs.get("job_no")
    assert (caught.value.status, caught.value.code) == (404, "job-not-found")


def test_events_go_on_after_the_line_broke(
    server: RunningServer, line: BreakingLine, client: Client, clip: str
) -> None:
    job = client.jobs.wait(client.jobs.create("inspect", source=clip).id)
    whole = [event.id for event in client.jobs.events(job.id)]
    line.breaks_down = [900]  # in the middle of the first or second event
    with server.client(line.url) as broken:
        seen = [event.id for event in broken.jobs.events(job.id)]
    assert seen == whole
    assert line.connections >= 2


def test_events_begin_after_the_one_that_was_seen(client: Client, clip: str) -> None:
    job = client.jobs.wait(client.jobs.create("inspect", source=clip).id)
    first, *rest = client.jobs.events(job.id)
    assert list(client.jobs.events(job.id, last_event_id=first.id)) == rest


def test_all_that_happens_can_be_followed(client: Client, server: RunningServer, clip: str) -> None:
    made: list[Job] = []

    def later() -> None:
        time.sleep(0.5)
        with server.client() as other:
            made.append(other.jobs.create("inspect", source=clip))

    thread = threading.Thread(target=later)
    thread.start()
    event = next(one for one in client.events.follow() if one.type == "job.queued")
    thread.join()
    assert event.subject == made[0].id


def test_what_the_end_of_a_stream_cuts_off_is_no_event() -> None:
    data = '{"id": "evt_1", "type": "t", "subject": "s", "data": {}, "created": "2026-01-01T00:00:00Z"}'
    lines = [": keep-alive", "", "event: t", "id: evt_1", f"data: {data}", "", f"data: {data}"]
    assert [event.id for event in read_events(iter(lines))] == ["evt_1"]


def test_a_picture_is_painted_from_bytes_a_file_and_a_uri(client: Client, place: str, tmp_path: Path) -> None:
    uri = stored_picture(client, place, tmp_path)
    local = tmp_path / "photo.png"
    painted = [
        client.images.stylize(source, filter=["posterize:levels=3"], strength=0.5)
        for source in (local.read_bytes(), local, uri)
    ]
    assert {one.media_type for one in painted} == {"image/png"}
    pixels = [
        Image.open(io.BytesIO(one.content)).tobytes() for one in painted
    ]  # they say where they came from
    assert len(set(pixels)) == 1
    assert size_of(painted[0].content) == size_of(local.read_bytes())
    by_look = client.images.stylize(local, look={"look": 1, "layers": [{"filter": "posterize:levels=3"}]})
    assert by_look.save(tmp_path / "painted.png").read_bytes() == by_look.content


def test_media_have_frames_shots_and_sheets(client: Client, clip: str) -> None:
    medium = client.media.register(clip)
    assert client.media.register(clip) == medium == client.media.get(medium.id)
    assert medium in list(client.media.list())
    frame = client.media.frame(medium.id, index=3, width=32, format="png")
    assert (frame.media_type, size_of(frame.content)) == ("image/png", (32, 24))
    shots = client.media.shots(medium.id)
    assert (shots[0].first_frame, shots[-1].stop_frame) == (0, 20)
    assert client.media.sheet(medium.id).media_type == "image/png"
    client.media.delete(medium.id)
    with pytest.raises(ApiError, match=medium.id):
        client.media.get(medium.id)


def test_looks_are_kept_checked_and_tried(client: Client, clip: str, place: str) -> None:
    document = {"look": 1, "layers": [{"filter": "posterize"}]}
    assert client.looks.validate(document).is_valid
    report = client.looks.validate({"look": 1, "layers": [{"filtre": "posterize"}]})
    assert "layers.1.filtre" in [fault.where for fault in report.faults]
    look = client.looks.create(f"dusk {place}"[:60], document)
    assert look in list(client.looks.list())
    medium = client.media.register(clip)
    assert client.looks.preview(look.id, medium.id, index=0, format="png").media_type == "image/png"
    changed = client.looks.replace(look.id, look.name, {"look": 1, "layers": [{"filter": "lineart"}]})
    assert client.looks.get(look.id) == changed
    client.looks.delete(look.id)


def test_filters_are_found_and_brought_along(client: Client, tmp_path: Path) -> None:
    assert [one.name for one in client.filters.list("wave", kind="neural")] == ["great-wave"]
    assert [one.name for one in client.filters.list(kind="posterize")] == ["posterize"]
    detail = client.filters.get("posterize")
    assert "levels" in [option.name for option in detail.options]
    assert client.filters.versions("great-wave")[0].is_current
    assert client.filters.sample("great-wave", "texture").media_type.startswith("image/")
    file = client.filters.download("great-wave", tmp_path / "wave.onnx")
    own = client.filters.add(file, name="my-wave")
    assert (own.name, own.bundled) == ("my-wave", False)
    assert client.filters.edit("my-wave", title="Yours").title == "Yours"
    client.filters.delete("my-wave")
    with pytest.raises(ApiError, match=r"There is no filter 'my-wave'"):
        client.filters.get("my-wave")


def test_picture_urls_can_be_opened_by_anybody(client: Client, place: str, tmp_path: Path) -> None:
    made = client.picture_urls.create(
        stored_picture(client, place, tmp_path), "posterize", width=32, format="png"
    )
    answer = httpx.get(made.url)
    assert (answer.headers["Content-Type"], size_of(answer.content)[0]) == ("image/png", 32)
    assert client.picture_urls.rotate().secret not in repr(client.picture_urls.rotate())
    assert httpx.get(made.url).status_code == 403


def test_keys_are_made_rotated_and_revoked(server: RunningServer, client: Client) -> None:
    ends = datetime.now(UTC) + timedelta(days=1)
    made = client.keys.create("laptop", ["read"], expires=ends)
    assert made.key not in repr(made)
    assert (made.record.scopes, made.record.expires) == (("read",), ends)
    with Client(server.url, made.key) as reader:
        assert reader.keys.self().id == made.record.id
        with pytest.raises(ApiError, match=r"needs the scope|scope") as caught:
            reader.jobs.create("inspect", source="data://a.mp4")
        assert caught.value.status == 403
    assert made.record.id in [key.id for key in client.keys.list()]
    other = client.keys.rotate(made.record.id)
    client.keys.revoke(other.record.id)
    assert client.keys.get(other.record.id).revoked is not None
    with Client(server.url, other.key) as late, pytest.raises(ApiError) as caught:
        late.keys.self()
    assert caught.value.status == 401


def test_connectors_are_made_and_deleted(client: Client) -> None:
    made = client.connectors.create(
        "s3", label="archive", place="my-bucket/drone", rights=["read"], options={"region": "eu-central-1"},
        secrets={"access_key_id": "AKIA", "secret_access_key": "x"},
    )  # fmt: skip
    assert made.uri == "s3+archive://my-bucket/drone/"
    assert client.connectors.get(made.id) == made
    assert made in list(client.connectors.list())
    client.connectors.delete(made.id)


def test_folders_are_watched(client: Client, place: str) -> None:
    made = client.watches.create(f"{place}inbox/", f"{place}painted/", filter="posterize", strength=0.5)
    assert (made.enabled, made.painting["filter"]) == (True, "posterize")
    assert client.watches.update(made.id, enabled=False).enabled is False
    assert made.id in [watch.id for watch in client.watches.list()]
    assert client.watches.get(made.id).inbox == f"{place}inbox/"
    client.watches.delete(made.id)


def test_whoever_runs_the_server_makes_clients(server: RunningServer, client: Client) -> None:
    made = client.clients.create("City museum", scopes=["read"])
    assert made.key.key not in repr(made)
    assert client.clients.get(made.client.id) == made.client
    assert made.client in list(client.clients.list())
    with Client(server.url, made.key.key) as other:
        assert list(other.jobs.list()) == []
        with pytest.raises(ApiError) as caught:
            other.clients.create("another")
        assert caught.value.status == 403


def test_webhooks_are_made_changed_and_tested(client: Client) -> None:
    made = client.webhooks.create("https://example.org/hook", events=["job.failed"])
    assert made.secret not in repr(made)
    assert client.webhooks.update(made.webhook.id, enabled=False).enabled is False
    assert client.webhooks.rotate(made.webhook.id).secret != made.secret
    delivery = client.webhooks.test(made.webhook.id)
    assert delivery.id in [one.id for one in client.webhooks.deliveries(made.webhook.id)]
    assert made.webhook.id in [one.id for one in client.webhooks.list()]
    client.webhooks.delete(made.webhook.id)


def test_messages_are_believed_only_when_they_are_signed() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = (
        '{"type":"job.succeeded","timestamp":"2026-01-01T00:00:00+00:00",'
        '"data":{"id":"evt_1","subject":"job_1","state":"succeeded"}}'
    )

    def headers(moment: datetime) -> dict[str, str]:
        return {
            "Webhook-Id": "evt_1",
            "Webhook-Timestamp": str(int(moment.timestamp())),
            "Webhook-Signature": Webhook(secret).sign("evt_1", moment, body),
        }

    now = datetime.now(UTC)
    event = verify_webhook(secret, headers(now), body.encode())
    assert (event.id, event.type, event.subject) == ("evt_1", "job.succeeded", "job_1")
    assert event.data == {"state": "succeeded"}
    odd = [
        (headers(now), body.replace("succeeded", "failed")),
        (headers(now - timedelta(hours=1)), body),
        ({**headers(now), "Webhook-Signature": "nonsense"}, body),
        ({}, body),
    ]
    for given, told in odd:
        with pytest.raises(InvalidSignature, match=r"Answer it with 401, and do nothing of what it says"):
            verify_webhook(secret, given, told)


def test_an_address_or_a_key_that_cannot_be_one_is_refused() -> None:
    for url in ("127.0.0.1:8000", "ftp://a", "http://", "http://me:secret@a"):
        with pytest.raises(InvalidOptions, match=r"write its address, such as http://127\.0\.0\.1:8000"):
            Client(url)
    with pytest.raises(InvalidOptions, match=r"The key is not one that a server gave"):
        Client("http://a", "two words")


def test_a_server_that_is_away_is_said_to_be() -> None:
    with (
        Client("http://127.0.0.1:9", tries=2) as client,
        pytest.raises(ServerUnreachable, match=r"http://127\.0\.0\.1:9 does not answer: .* rotoscope serve"),
    ):
        client.keys.self()


def test_what_is_no_server_is_said_to_be(server: RunningServer) -> None:
    line = Connection(server.url, None, tries=1, timeout=10)
    with pytest.raises(
        ServiceError, match=r"GET http\S+/docs answered with no JSON object\. Either no Rotoscope"
    ):
        line.read(Job, "GET", "/docs")
    with pytest.raises(ServiceError, match=r"answered with no Job \('id'\)"):
        line.read(Job, "GET", "/openapi.json")
    line.close()


def test_the_reference_names_what_there_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\* `client\.(\w+)`: (.*)$", text, re.MULTILINE)
    with Client("http://127.0.0.1:9") as client:
        resources = {name: value for name, value in vars(client).items() if not name.startswith("_")}
    assert {name for name, _ in rows} == set(resources)
    for name, stated in rows:
        own = {method for method in vars(type(resources[name])) if not method.startswith("_")}
        assert set(re.findall(r"`(\w+)`", stated)) == own


def test_every_path_of_the_api_is_reached(server: RunningServer) -> None:
    samples = "/v1/filters/{}/samples"  # those are told with the card
    made = {"/v1/trainings", "/v1/quotes", "/v1/quotes/trainings"}  # by jobs.create, as all operations
    plans = "/v1/plans"  # those are told with the rates
    elsewhere = {"/v1/signed/{}", samples, plans, *made, *(f"/v1/{name}" for name in OPERATIONS)}
    sources = Path(client_package.__file__).parent.glob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    reached = {re.sub(r"{.*?}", "{}", path) for path in re.findall(r'"(/v1/[^"?]*)"', text)}
    document = httpx.get(f"{server.url}/openapi.json").json()
    paths = {re.sub(r"{.*?}", "{}", path) for path in document["paths"] if path.startswith("/v1/")}
    assert reached <= paths | {"/v1/{}", "/v1/uploads"}
    assert paths - reached - elsewhere <= {"/v1/uploads/{}"}
