"""Files over HTTP."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator

import pytest

from rotoscope.api.file_urls import SECRET_NAME, FilePermit, seal
from rotoscope.api.shared_secrets import shared_secret

from api_bench import Bench, TestClient

DATA = bytes(range(256)) * 10


def put(client: TestClient, uri: str, data: bytes = DATA, **query: str) -> str:
    answer = client.put("/v1/files/content", params={"uri": uri, **query}, content=data)
    assert answer.status_code == 201, answer.text
    return answer.json()["etag"]


def test_a_file_that_was_put_can_be_got(bench: Bench) -> None:
    ada = bench.client()
    answer = ada.put("/v1/files/content?uri=data://in/a.bin", content=DATA)
    assert answer.status_code == 201
    assert answer.json()["uri"] == "data://in/a.bin"
    assert answer.json()["size_bytes"] == len(DATA)
    got = ada.get("/v1/files/content?uri=data://in/a.bin")
    assert got.content == DATA
    assert got.headers["content-length"] == str(len(DATA))
    assert ada.get("/v1/files/stat?uri=data://in/a.bin").json() == {**answer.json(), "sha256": None}
    assert answer.json()["sha256"] == hashlib.sha256(DATA).hexdigest()


def test_a_large_body_is_not_held_in_memory_and_arrives_whole(bench: Bench) -> None:
    ada = bench.client()
    pieces = [bytes([number]) * 1_000_003 for number in range(5)]

    def body() -> Iterator[bytes]:
        yield from pieces

    answer = ada.put("/v1/files/content?uri=data://large", content=body())
    assert answer.json()["size_bytes"] == sum(map(len, pieces))
    assert ada.get("/v1/files/content?uri=data://large").content == b"".join(pieces)
    assert list((bench.settings.staging_dir / "received").iterdir()) == []


def test_what_is_there_is_replaced_only_where_that_is_asked_for(bench: Bench) -> None:
    ada = bench.client()
    put(ada, "data://a.txt", b"old")
    refused = ada.put("/v1/files/content?uri=data://a.txt", content=b"new")
    assert (refused.status_code, refused.json()["code"]) == (409, "stored-file-exists")
    assert "replace it with ?overwrite=true" in refused.json()["detail"]
    assert ada.get("/v1/files/content?uri=data://a.txt").content == b"old"
    assert ada.put("/v1/files/content?uri=data://a.txt&overwrite=true", content=b"new").status_code == 200
    assert ada.get("/v1/files/content?uri=data://a.txt").content == b"new"


def test_bytes_with_another_checksum_are_not_stored(bench: Bench) -> None:
    ada = bench.client()

    def digest(data: bytes) -> dict[str, str]:
        return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}

    url = "/v1/files/content?uri=data://a.bin"
    refused = ada.put(url, content=DATA, headers=digest(b"other"))
    assert (refused.status_code, refused.json()["code"]) == (460, "checksum-differs")
    assert hashlib.sha256(DATA).hexdigest() in refused.json()["detail"]
    assert ada.get(url).status_code == 404
    assert ada.put(url, content=DATA, headers=digest(DATA)).status_code == 201
    for wrong in ("sha-256=:x:", "md5=:YQ==:", "sha-256=:YQ==:"):
        answer = ada.put(url, content=DATA, headers={"Content-Digest": wrong})
        assert answer.status_code in (400, 409)
    answer = ada.put("/v1/files/content?uri=data://b", content=DATA, headers={"Content-Digest": "sha-256=::"})
    assert answer.status_code == 400
    assert "sha-256=:<base64 of the 32 bytes>:" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=0-9", slice(0, 10), "bytes 0-9/2560"),
        ("bytes=2550-", slice(2550, None), "bytes 2550-2559/2560"),
        ("bytes=2550-9999", slice(2550, None), "bytes 2550-2559/2560"),
        ("bytes=-4", slice(-4, None), "bytes 2556-2559/2560"),
        ("bytes=-9999", slice(None), "bytes 0-2559/2560"),
    ],
)
def test_a_part_of_a_file(bench: Bench, wanted: str, part: slice, told: str) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    answer = ada.get("/v1/files/content?uri=data://a.bin", headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == DATA[part]
    assert answer.headers["content-range"] == told


@pytest.mark.parametrize("wanted", ["bytes=9-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,4-5"])
def test_a_range_that_cannot_be_read_is_none(bench: Bench, wanted: str) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    answer = ada.get("/v1/files/content?uri=data://a.bin", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (200, DATA)


@pytest.mark.parametrize("wanted", ["bytes=2560-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(bench: Bench, wanted: str) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    answer = ada.get("/v1/files/content?uri=data://a.bin", headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */2560"
    assert answer.json()["detail"] == (
        f"The file has 2,560 bytes, and none of them is in the range {wanted}."
    )


def test_a_part_of_a_file_that_has_changed_since_is_the_whole_file(bench: Bench) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    answer = ada.get(
        "/v1/files/content?uri=data://a.bin", headers={"Range": "bytes=0-3", "If-Range": '"other"'}
    )
    assert answer.status_code == 200


def test_a_file_that_has_not_changed_is_not_sent_again(bench: Bench) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    url = "/v1/files/content?uri=data://a.bin"
    etag = ada.get(url).headers["etag"]
    again = ada.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    head = ada.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "2560"
    assert head.headers["etag"] == etag


@pytest.mark.parametrize(
    ("name", "kind", "how"),
    [
        ("a.png", "image/png", "inline"),
        ("a.MP4", "video/mp4", "inline"),
        ("a.html", "application/octet-stream", "attachment"),
        ("a.svg", "application/octet-stream", "attachment"),
        ("a.json", "text/plain; charset=utf-8", "inline"),
        ("none", "application/octet-stream", "attachment"),
    ],
)
def test_nothing_is_served_that_a_browser_would_run(bench: Bench, name: str, kind: str, how: str) -> None:
    ada = bench.client()
    put(ada, f"data://{name}", b"<script>alert(1)</script>")
    answer = ada.get(f"/v1/files/content?uri=data://{name}")
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f"{how}; filename*=UTF-8''{name}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_name_cannot_write_into_a_header(bench: Bench) -> None:
    ada = bench.client()
    put(ada, 'data://a"; x=ü.png')
    answer = ada.get("/v1/files/content", params={"uri": 'data://a"; x=ü.png'})
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''a%22%3B%20x%3D%C3%BC.png"


def test_files_are_listed_in_pages(bench: Bench) -> None:
    ada = bench.client()
    for name in ("in/c.bin", "in/a.bin", "other.bin", "in/deep/b.bin"):
        put(ada, f"data://{name}", b"1")
    first = ada.get("/v1/files?uri=data://in/&limit=2").json()
    assert [file["uri"] for file in first["items"]] == ["data://in/a.bin", "data://in/c.bin"]
    second = ada.get("/v1/files", params={"uri": "data://in/", "limit": 2, "after": first["next"]}).json()
    assert [file["uri"] for file in second["items"]] == ["data://in/deep/b.bin"]
    assert second["next"] is None
    assert len(ada.get("/v1/files").json()["items"]) == 4


def test_a_deleted_file_is_gone(bench: Bench) -> None:
    ada = bench.client()
    put(ada, "data://a.bin")
    assert ada.delete("/v1/files/content?uri=data://a.bin").status_code == 204
    for answer in (
        ada.get("/v1/files/content?uri=data://a.bin"),
        ada.delete("/v1/files/content?uri=data://a.bin"),
        ada.get("/v1/files/stat?uri=data://a.bin"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "stored-file-not-found")


def test_a_file_of_another_client_is_not_there(bench: Bench) -> None:
    put(bench.client("bob"), "data://in/a.bin")
    ada = bench.client("ada")
    assert ada.get("/v1/files/content?uri=data://in/a.bin").status_code == 404
    assert ada.get("/v1/files").json()["items"] == []
    climbing = ada.get("/v1/files/content?uri=data://../cli_bob/in/a.bin")
    assert (climbing.status_code, climbing.json()["code"]) == (422, "invalid-uri")


def test_the_services_own_machine_is_closed(bench: Bench) -> None:
    answer = bench.client().get("/v1/files/content?uri=file:///etc/passwd")
    assert (answer.status_code, answer.json()["code"]) == (403, "access-denied")
    assert "ROTOSCOPE_FILE_ROOTS" in answer.json()["detail"]


def sign(client: TestClient, uri: str, **more: object) -> str:
    answer = client.post("/v1/files:sign", json={"uri": uri, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["url"]


def test_a_signed_url_gets_one_file_without_a_key(bench: Bench) -> None:
    ada = bench.client()
    put(ada, "data://a.png")
    url = sign(ada, "data://a.png")
    assert url.startswith("http://testserver/v1/signed/")
    answer = bench.anonymous.get(url, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, DATA[:4])
    assert bench.anonymous.put(url, content=b"x").status_code == 404
    assert bench.anonymous.get(f"{url[:-1]}{'A' if url[-1] != 'A' else 'B'}").status_code == 404


def test_a_signed_url_puts_one_file_without_a_key(bench: Bench) -> None:
    ada = bench.client()
    url = sign(ada, "data://in/b.bin", method="PUT")
    assert bench.anonymous.get(url).json()["detail"] == "This URL is for PUT."
    assert bench.anonymous.put(url, content=DATA).status_code == 201
    assert bench.anonymous.put(url, content=b"again").status_code == 409
    assert ada.get("/v1/files/content?uri=data://in/b.bin").content == DATA


def test_a_signed_url_ends(bench: Bench) -> None:
    put(bench.client(), "data://a.bin")
    over = FilePermit("cli_ada", "data://a.bin", "GET", int(time.time()) - 1)
    token = seal(over, shared_secret(bench.database, SECRET_NAME))
    answer = bench.anonymous.get(f"/v1/signed/{token}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "This URL is not valid, or not any more. Ask for a new one: POST /v1/files:sign."
    )


def test_signing_wants_the_scope_of_what_is_signed(bench: Bench) -> None:
    reads = bench.client("ada", "read")
    answer = reads.post("/v1/files:sign", json={"uri": "data://a", "method": "PUT"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
    assert reads.post("/v1/files:sign", json={"uri": "data://a"}).status_code == 404
    assert bench.client("ada", "write").post("/v1/files:sign", json={"uri": "data://a"}).status_code == 403
