"""Resumable uploads by tus 1.0."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import update

from rotoscope.api.routes import uploads
from rotoscope.api.upload_book import UploadBook
from rotoscope.database.columns import now
from rotoscope.database.tables import Upload

from api_bench import Bench, TestClient

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
DATA = bytes(range(256)) * 4
URI = "data://in/a.bin"


def encoded(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def begin(client: TestClient, size: int = len(DATA), **said: str) -> str:
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": encoded(**{"uri": URI, **said})}
    answer = client.post("/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["upload-expires"].endswith("GMT")
    return answer.headers["location"].removeprefix("http://testserver")


def stored(client: TestClient) -> bytes | None:
    answer = client.get("/v1/files/content", params={"uri": URI})
    return answer.content if answer.status_code == 200 else None


def test_an_upload_in_parts_becomes_a_file(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    first = ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA[:300])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "300")
    assert stored(ada) is None
    last = ada.patch(url, headers={**PART, "Upload-Offset": "300"}, content=DATA[300:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, "1024")
    assert stored(ada) == DATA
    assert ada.head(url, headers=TUS).headers["upload-offset"] == "1024"
    assert list(bench.services.store.list("uploads/")) == []


def test_what_has_arrived_is_asked_for(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA[:7])
    answer = ada.head(url, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["upload-offset"] == "7"
    assert answer.headers["upload-length"] == "1024"
    assert answer.headers["upload-metadata"] == encoded(uri=URI)
    assert answer.headers["cache-control"] == "no-store"


def test_the_first_part_may_come_with_the_beginning(bench: Bench) -> None:
    ada = bench.client()
    headers = {**PART, "Upload-Length": str(len(DATA)), "Upload-Metadata": encoded(uri=URI)}
    answer = ada.post("/v1/uploads", headers=headers, content=DATA)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "1024")
    assert stored(ada) == DATA


def test_an_empty_file_is_whole_at_once(bench: Bench) -> None:
    ada = bench.client()
    begin(ada, 0)
    assert stored(ada) == b""


def break_off(bench: Bench, path: str, headers: dict[str, str], sent: bytes) -> None:
    """Begin to send a body, and go away."""
    messages = [
        {"type": "http.request", "body": sent, "more_body": True},
        {"type": "http.disconnect"},
    ]
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        pytest.fail(f"nobody is there to be told {message}")

    scope = {"type": "http", "method": "PATCH", "path": path, "query_string": b"", "headers": raw}
    anyio.run(bench.app, scope, receive, send)


def test_what_a_broken_line_brought_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_SLICE_BYTES", 100)
    ada = bench.client()
    url = begin(ada)

    headers = {**PART, "Upload-Offset": "0", "Authorization": ada.headers["Authorization"]}
    break_off(bench, url, headers, DATA[:250])
    parts = [part.size_bytes for part in bench.services.store.list("uploads/")]
    arrived = int(ada.head(url, headers=TUS).headers["upload-offset"])
    assert (parts, arrived) == ([100, 100, 50], 250)
    ada.patch(url, headers={**PART, "Upload-Offset": str(arrived)}, content=DATA[arrived:])
    assert stored(ada) == DATA


def test_another_process_goes_on_with_it(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA[:300])
    bench.restart()
    again = bench.client()
    assert again.head(url, headers=TUS).headers["upload-offset"] == "300"
    again.patch(url, headers={**PART, "Upload-Offset": "300"}, content=DATA[300:])
    assert stored(again) == DATA


def test_another_offset_is_refused(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    answer = ada.patch(url, headers={**PART, "Upload-Offset": "5"}, content=DATA)
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "0")
    assert "goes on at byte 0, and not at 5" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_part_with_another_checksum_is_dropped(bench: Bench, name: str) -> None:
    ada = bench.client()
    url = begin(ada)
    digest = base64.b64encode(hashlib.new(name, DATA).digest()).decode()
    headers = {**PART, "Upload-Offset": "0", "Upload-Checksum": f"{name} {digest}"}
    refused = ada.patch(url, headers=headers, content=DATA[::-1])
    assert (refused.status_code, refused.json()["code"]) == (460, "checksum-differs")
    assert ada.head(url, headers=TUS).headers["upload-offset"] == "0"
    assert ada.patch(url, headers=headers, content=DATA).status_code == 204
    assert stored(ada) == DATA


@pytest.mark.parametrize("checksum", ["md5 YQ==", "sha1", "sha1 ?", "sha256 YQ=="])
def test_a_checksum_that_cannot_be_read_is_refused(bench: Bench, checksum: str) -> None:
    ada = bench.client()
    answer = ada.patch(
        begin(ada), headers={**PART, "Upload-Offset": "0", "Upload-Checksum": checksum}, content=DATA
    )
    assert answer.status_code == 400
    assert "one of sha1, sha256, a space, and the digest in base64" in answer.json()["detail"]


def test_the_whole_may_have_a_checksum_too(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada, sha256="0" * 64)
    answer = ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA)
    assert answer.status_code == 460
    assert hashlib.sha256(DATA).hexdigest() in answer.json()["detail"]
    assert stored(ada) is None
    url = begin(ada, sha256=hashlib.sha256(DATA).hexdigest())
    assert ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA).status_code == 204


def test_nothing_is_replaced_unless_that_is_asked_for(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    ada.put("/v1/files/content", params={"uri": URI}, content=b"first")
    answer = ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA)
    assert (answer.status_code, answer.json()["code"]) == (409, "stored-file-exists")
    headers = {**TUS, "Upload-Length": "1", "Upload-Metadata": encoded(uri=URI)}
    assert ada.post("/v1/uploads", headers=headers).status_code == 409
    ada.delete("/v1/files/content", params={"uri": URI})
    again = ada.patch(url, headers={**PART, "Upload-Offset": "1024"}, content=b"")
    assert again.status_code == 204
    assert stored(ada) == DATA
    url = begin(ada, size=3, overwrite="true")
    ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=b"new")
    assert stored(ada) == b"new"


def test_more_than_was_announced_is_refused(bench: Bench) -> None:
    ada = bench.client()
    answer = ada.patch(begin(ada, 10), headers={**PART, "Upload-Offset": "0"}, content=DATA)
    assert answer.status_code == 413
    assert "has 10 bytes, and more were sent" in answer.json()["detail"]
    assert stored(ada) is None


def test_another_version_of_the_protocol_is_refused(bench: Bench) -> None:
    ada = bench.client()
    for answer in (
        ada.post("/v1/uploads", headers={"Upload-Length": "1"}),
        ada.post("/v1/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"}),
        ada.patch(begin(ada), headers={**PART, "Tus-Resumable": "2.0.0"}),
    ):
        assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
        assert answer.json()["detail"] == "Uploads speak tus 1.0.0. Send the header Tus-Resumable: 1.0.0."


def test_another_type_of_body_is_refused(bench: Bench) -> None:
    ada = bench.client()
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "text/plain"}
    assert ada.patch(begin(ada), headers=headers, content=b"a").status_code == 415


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({}, 400, "Upload-Length is a number of bytes from 0, and not ''"),
        ({"Upload-Length": "-1"}, 400, "Upload-Length is a number"),
        ({"Upload-Defer-Length": "1"}, 400, "The length has to be known"),
        ({"Upload-Length": "9999999999999"}, 413, "An upload has at most 1,099,511,627,776 bytes"),
        ({"Upload-Length": "1"}, 400, "Upload-Metadata needs uri"),
        ({"Upload-Length": "1", "Upload-Metadata": "uri ?"}, 400, "'uri ?' is none"),
        ({"Upload-Length": "1", "Upload-Metadata": "uri /w=="}, 400, "'uri /w==' is none"),
        ({"Upload-Length": "1", "Upload-Metadata": encoded(uri="a.mp4")}, 422, "is not a URI of a stored"),
        ({"Upload-Length": "1", "Upload-Metadata": encoded(uri="file:///a")}, 403, "are closed"),
        (
            {"Upload-Length": "1", "Upload-Metadata": encoded(uri=URI, overwrite="yes")},
            400,
            "overwrite is true or false",
        ),
        (
            {"Upload-Length": "1", "Upload-Metadata": encoded(uri=URI, sha256="1")},
            400,
            "sha256 is 64 hexadecimal digits",
        ),
    ],
)
def test_a_beginning_that_is_not_in_order_is_refused(
    bench: Bench, headers: dict[str, str], status: int, told: str
) -> None:
    answer = bench.client().post("/v1/uploads", headers={**TUS, **headers})
    assert answer.status_code == status
    assert told in answer.json()["detail"]


def test_an_upload_that_was_given_up_is_gone(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA[:5])
    assert ada.delete(url, headers=TUS).status_code == 204
    assert ada.head(url, headers=TUS).status_code == 404
    assert list(bench.services.store.list("uploads/")) == []


def test_an_upload_that_took_too_long_is_over(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=DATA[:5])
    with bench.database.writing() as session:
        session.execute(update(Upload).values(expires=now() - timedelta(seconds=1)))
    answer = ada.patch(url, headers={**PART, "Upload-Offset": "5"}, content=DATA[5:])
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert UploadBook(bench.services).clear(now()) == 1
    assert ada.head(url, headers=TUS).status_code == 404
    assert list(bench.services.store.list("uploads/")) == []


def test_an_upload_of_another_client_is_not_there(bench: Bench) -> None:
    url = begin(bench.client("bob"))
    ada = bench.client("ada")
    for answer in (
        ada.head(url, headers=TUS),
        ada.patch(url, headers={**PART, "Upload-Offset": "0"}, content=b""),
        ada.delete(url, headers=TUS),
    ):
        assert answer.status_code == 404


def test_what_uploads_can_do_is_told_to_everybody(bench: Bench) -> None:
    answer = bench.anonymous.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload,expiration,checksum,termination"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_where_patch_is_not_possible_a_post_says_so(bench: Bench) -> None:
    ada = bench.client()
    url = begin(ada)
    headers = {**PART, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert ada.post(url, headers=headers, content=DATA).status_code == 204
    assert stored(ada) == DATA
