"""The store in a bucket."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path, PosixPath
from typing import Any

import httpx
import obstore
import pytest
from obstore import exceptions
from obstore.store import MemoryStore as MemoryBucket
from obstore.store import S3Store

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StorageError,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage import cloud
from rotoscope.storage.cloud import KINDS, CloudStore, kind_of
from rotoscope.storage.store import Store, StoredFile

from battery import StorePromises, contents, paths
from s3_server import S3Server

MEBIBYTE = 1 << 20

PUTTING = """
import sys
from rotoscope.errors import StoredFileExists
from rotoscope.storage.connectors import ConnectorSettings
from rotoscope.storage.opening import connect

endpoint, bucket, mine = sys.argv[1:]
store = connect(
    ConnectorSettings.read(
        {"scheme": "s3", "place": bucket, "options": {"endpoint": endpoint}},
        {"access_key_id": "key", "secret_access_key": "secret"},
    )
).store
sys.stdin.readline()
for number in range(40):
    try:
        store.put(f"race/{number}", mine.encode() * 1000)
    except StoredFileExists:
        continue
    print(number)
"""


def in_parts_above(server: S3Server, bucket: str, single_bytes: int) -> CloudStore:
    """A store that sends what is larger than so many bytes in parts."""
    there = S3Store(
        bucket,
        config={"endpoint": server.endpoint, "region": "us-east-1", "copy_if_not_exists": "multipart"},
        client_options={"allow_http": True},
        credential_provider=lambda: {
            "access_key_id": "key",
            "secret_access_key": "secret",
            "token": None,
            "expires_at": None,
        },
    )
    return CloudStore(there, shown_as=f"s3://{bucket}/", single_bytes=single_bytes)


class TestS3Store(StorePromises):
    @pytest.fixture
    def store(self, s3_server: S3Server) -> Store:
        return s3_server.connector(f"{s3_server.new_bucket()}/some/folder").store


class TestS3StoreInParts(StorePromises):
    @pytest.fixture
    def store(self, s3_server: S3Server) -> Store:
        return in_parts_above(s3_server, s3_server.new_bucket(), 100)


class TestCloudStoreOverAnotherBucket(StorePromises):
    @pytest.fixture
    def store(self) -> Store:
        return CloudStore(MemoryBucket(), shown_as="s3://bucket/")


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    return s3_server.new_bucket()


def test_two_processes_never_store_the_same_path_twice(s3_server: S3Server, bucket: str) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", PUTTING, s3_server.endpoint, bucket, mine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine in "ab"
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.communicate(timeout=120)[0].split() for racer in racers]
    assert Counter(won[0] + won[1]) == {str(number): 1 for number in range(40)}
    store = s3_server.connector(bucket).store
    for mine, numbers in zip("ab", won, strict=True):
        assert all(contents(store, f"race/{number}") == mine.encode() * 1000 for number in numbers)


# -- large files ------------------------------------------------------------------------------------------


def test_a_large_file_goes_in_parts_and_stays_create_only(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    store = in_parts_above(s3_server, bucket, MEBIBYTE)
    large = tmp_path / "large.mov"
    large.write_bytes(bytes(range(256)) * (20 * MEBIBYTE // 256) + b"end")
    stored = store.put("out/large.mov", large)
    assert stored.size_bytes == 20 * MEBIBYTE + 3
    assert contents(store, "out/large.mov") == large.read_bytes()
    with pytest.raises(StoredFileExists, match=f"s3://{bucket}/out/large.mov is there already"):
        store.put("out/large.mov", large)
    assert s3_server.keys(bucket) == ["out/large.mov"]
    replaced = store.put("out/large.mov", large, overwrite=True)
    assert s3_server.backend.buckets[bucket].keys["out/large.mov"].multipart is not None
    assert store.stat("out/large.mov").sha256 == replaced.sha256 == stored.sha256


def test_of_two_large_files_one_wins_and_nothing_is_left(s3_server: S3Server, bucket: str) -> None:
    store = in_parts_above(s3_server, bucket, 1000)
    start = threading.Barrier(3)

    def put(mine: int) -> int | None:
        start.wait()
        try:
            store.put("out/a", bytes([mine]) * 5000)
        except StoredFileExists:
            return None
        return mine

    with ThreadPoolExecutor(3) as pool:
        won = [mine for mine in pool.map(put, range(3)) if mine is not None]
    assert len(won) == 1
    assert contents(store, "out/a") == bytes(won) * 5000
    assert s3_server.keys(bucket) == ["out/a"]
    assert not s3_server.backend.buckets[bucket].multiparts


class Changing(PosixPath):
    """A file that has other bytes each time it is opened."""

    def open(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  (as its parent, which has overloads)
        plain = Path(self)
        plain.write_bytes(bytes([plain.read_bytes()[0] + 1]) * 5000)
        return super().open(*args, **options)


class Competing(PosixPath):
    """A file that, when it is sent, somebody else has just stored."""

    bucket: tuple[S3Server, str, str]
    opened = 0

    def open(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  (as its parent, which has overloads)
        server, bucket, key = self.bucket
        Competing.opened += 1
        if Competing.opened == 2:  # first it is measured
            server.backend.put_object(bucket, key, b"theirs")
        return super().open(*args, **options)


def test_what_s3_cannot_copy_is_looked_at_again_at_the_end(
    s3_server: S3Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "_COPY_BYTES", 2000)
    store = in_parts_above(s3_server, bucket, 1000)
    (tmp_path / "huge.mov").write_bytes(b"m" * 3000)
    store.put("out/b.mov", tmp_path / "huge.mov")
    assert contents(store, "out/b.mov") == b"m" * 3000
    monkeypatch.setattr(Competing, "bucket", (s3_server, bucket, "out/a.mov"), raising=False)
    with pytest.raises(StoredFileExists):
        store.put("out/a.mov", Competing(tmp_path / "huge.mov"))
    assert contents(store, "out/a.mov") == b"theirs"
    assert s3_server.keys(bucket) == ["out/a.mov", "out/b.mov"]
    assert not s3_server.backend.buckets[bucket].multiparts


def test_what_others_left_beside_is_cleaned_up_after_a_day(s3_server: S3Server, bucket: str) -> None:
    old, new, theirs = (
        f"out/.rotoscope-{mark * 16}{end}" for mark, end in (("0", ".part"), ("1", ".part"), ("2", ""))
    )
    for key in (old, new, theirs):
        s3_server.backend.put_object(bucket, key, b"1")
    for key in (old, theirs):
        s3_server.backend.buckets[bucket].keys[key].last_modified -= timedelta(days=2)
    in_parts_above(s3_server, bucket, 100).put("out/a.mov", b"x" * 500)
    assert s3_server.keys(bucket) == sorted([new, theirs, "out/a.mov"])


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_source_that_changes_while_it_is_sent_is_refused(
    s3_server: S3Server, bucket: str, tmp_path: Path, *, overwrite: bool
) -> None:
    (tmp_path / "growing.mov").write_bytes(b"a" * 5000)
    store = in_parts_above(s3_server, bucket, 1000)
    with pytest.raises(CorruptTransfer, match=r"out/a\.mov changed while it was sent\. Nothing was stored"):
        store.put("out/a.mov", Changing(tmp_path / "growing.mov"), overwrite=overwrite)
    assert s3_server.keys(bucket) == []
    assert not s3_server.backend.buckets[bucket].multiparts


def test_marks_of_folders_and_unfinished_files_are_not_listed(s3_server: S3Server, bucket: str) -> None:
    for key in ("in/", "in/.rotoscope-0123456789abcdef.part", "in/a", "in/empty", "out/"):
        s3_server.backend.put_object(bucket, key, b"1" if key.endswith("a") else b"")
    assert paths(s3_server.connector(bucket).store) == ["in/a", "in/empty"]


@pytest.mark.parametrize("key", ["odd//key", "../up", "a/./b"])
def test_a_name_that_no_path_can_have_is_said(s3_server: S3Server, bucket: str, key: str) -> None:
    s3_server.backend.put_object(bucket, key, b"1")
    s3_server.backend.put_object(bucket, "in/a", b"1")
    store = s3_server.connector(bucket).store
    with pytest.raises(InvalidUri, match=r"cannot be listed: a name in it is none .*Rename or remove"):
        list(store.list())
    assert paths(store, "in/") == ["in/a"]


def test_ten_thousand_files_are_listed_as_they_are_asked_for(s3_server: S3Server, bucket: str) -> None:
    for number in range(10_000):
        s3_server.backend.put_object(bucket, f"frames/{number:05}.png", b"1")
    listing = s3_server.connector(bucket).store.list("frames/")
    first = next(listing)
    for number in range(9000, 10_000):
        s3_server.backend.delete_object(bucket, f"frames/{number:05}.png")  # not asked for yet
    rest = [file.path for file in listing]
    assert first.path == "frames/00000.png"
    assert (len(rest), rest[-1]) == (8999, "frames/08999.png")


def test_the_checksum_is_kept_with_the_file(s3_server: S3Server, bucket: str) -> None:
    store = s3_server.connector(bucket).store
    store.put("a", b"hello")
    assert store.stat("a").sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    sent = s3_server.written[-1]
    assert sent["PATH_INFO"] == f"/{bucket}/a"
    # With this, S3 refuses bytes that arrive damaged.
    assert sent["HTTP_X_AMZ_CHECKSUM_SHA256"] == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="


def test_a_connector_to_a_folder_of_a_bucket_stays_in_it(s3_server: S3Server, bucket: str) -> None:
    s3_server.backend.put_object(bucket, "mine/a", b"1")
    s3_server.backend.put_object(bucket, "mine-not/b", b"1")
    s3_server.backend.put_object(bucket, "c", b"1")
    store = s3_server.connector(f"{bucket}/mine").store
    assert paths(store) == ["a"]
    store.put("deep/d", b"1")
    assert s3_server.keys(bucket) == ["c", "mine-not/b", "mine/a", "mine/deep/d"]


def test_files_have_their_type_for_browsers(s3_server: S3Server, bucket: str) -> None:
    store = s3_server.connector(bucket).store
    for name, kind in (("a.png", "image/png"), ("a.mp4", "video/mp4"), ("a", "application/octet-stream")):
        store.put(name, b"1")
        signed = store.sign(name, "GET", seconds=60)
        assert signed is not None
        assert httpx.get(signed.url).headers["content-type"] == kind


def test_a_checksum_of_another_tool_is_not_taken_for_ours(s3_server: S3Server, bucket: str) -> None:
    for number, mark in enumerate(("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "", "A" * 64)):
        key = s3_server.backend.put_object(bucket, f"{number}", b"hello")
        key.set_metadata({"x-amz-meta-rotoscope-sha256": mark})
        assert s3_server.connector(bucket).store.stat(f"{number}").sha256 is None


class Blind(CloudStore):
    """A store whose keys may write and not look."""

    def stat(self, path: str) -> StoredFile:
        raise AccessDenied("You may not look.")


@pytest.mark.parametrize("single_bytes", [1000, 10])
def test_who_may_not_look_can_still_store(s3_server: S3Server, bucket: str, single_bytes: int) -> None:
    there = in_parts_above(s3_server, bucket, single_bytes)
    store = Blind(there._bucket, shown_as="s3://b/", single_bytes=single_bytes)  # pyright: ignore[reportPrivateUsage]
    assert store.put("a", b"x" * 100).size_bytes == 100
    with pytest.raises(StoredFileExists):
        store.put("a", b"y" * 100)
    assert contents(there, "a") == b"x" * 100
    store.put("a", b"z" * 100, overwrite=True)
    assert contents(there, "a") == b"z" * 100
    assert s3_server.keys(bucket) == ["a"]


# -- signed URLs ------------------------------------------------------------------------------------------


def test_a_signed_url_gets_and_puts(s3_server: S3Server, bucket: str) -> None:
    store = s3_server.connector(f"{bucket}/folder").store
    put = store.sign("in/a b.mp4", "PUT", seconds=60)
    assert put is not None
    httpx.put(put.url, content=b"by hand").raise_for_status()
    assert contents(store, "in/a b.mp4") == b"by hand"
    get = store.sign("in/a b.mp4", "GET", seconds=60)
    assert get is not None
    got = httpx.get(get.url)
    assert got.content == b"by hand"
    assert "X-Amz-Expires=60" in get.url
    assert "secret" not in get.url


def test_a_public_bucket_has_nothing_to_sign_with() -> None:
    store = CloudStore(S3Store("b", config={"region": "us-east-1"}), shown_as="s3://b/", signs=False)
    assert store.sign("a", "GET", seconds=60) is None


# -- errors -----------------------------------------------------------------------------------------------


def exceptions_of_obstore() -> list[type[Exception]]:
    return [kind for kind in vars(exceptions).values() if isinstance(kind, type)]


def test_no_exception_of_obstore_is_forgotten() -> None:
    named = {kind.__name__ for kind in exceptions_of_obstore()}
    assert len(named) >= 12
    assert named | {"FileNotFoundError", "PermissionError"} == set(KINDS)


@pytest.mark.parametrize("kind", exceptions_of_obstore())
def test_every_exception_of_obstore_becomes_an_error_of_storage(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("what happened\n\nDebug source:\nSecret { key: 1 }")

    for name in ("get", "put", "list", "delete", "sign"):
        monkeypatch.setattr(obstore, name, fail)
    store = CloudStore(S3Store("b", config={"region": "us-east-1"}), shown_as="s3://b/")
    for call in (
        lambda: store.stat("in/a"),
        lambda: store.read("in/a"),
        lambda: store.put("in/a", b"1"),
        lambda: list(store.list("in/")),
        lambda: store.sign("in/a", "GET", seconds=60),
    ):
        with pytest.raises(StorageError, match="s3://b/in/") as caught:
            call()
        assert "Secret" not in str(caught.value)
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("error", "done", "expected"),
    [
        (FileNotFoundError("Object not found"), "read", StoredFileNotFound),
        (exceptions.AlreadyExistsError(""), "stored", StoredFileExists),
        (exceptions.PreconditionError(""), "stored", StoredFileExists),
        (exceptions.NotModifiedError(""), "stored", StoredFileExists),
        (exceptions.PreconditionError(""), "read", CorruptTransfer),
        (exceptions.PermissionDeniedError(""), "read", AccessDenied),
        (exceptions.UnauthenticatedError(""), "read", AccessDenied),
        (exceptions.InvalidPathError(""), "read", InvalidUri),
        (exceptions.GenericError("<Code>BadDigest</Code>"), "stored", CorruptTransfer),
        (exceptions.GenericError("<Code>NoSuchBucket</Code>"), "listed", StoreUnavailable),
        (FileNotFoundError("<Code>NoSuchBucket</Code>"), "stored", StoreUnavailable),
        (exceptions.GenericError("operation timed out"), "read", StoreUnavailable),
        (exceptions.GenericError("Server returned non-2xx status code: 403 No"), "listed", AccessDenied),
        (type("NewError", (exceptions.BaseError,), {})("new"), "read", StoreUnavailable),
    ],
)
def test_which_error_stands_for_which(error: Exception, done: str, expected: type[StorageError]) -> None:
    assert kind_of(error, done) is expected


def test_a_bucket_that_is_not_there_is_said(s3_server: S3Server) -> None:
    store = s3_server.connector("no-such-bucket").store
    for call in (lambda: store.put("in/a", b"1"), lambda: list(store.list("in/"))):
        with pytest.raises(StoreUnavailable, match=r"s3://no-such-bucket/in/a? .*there is no such bucket\."):
            call()


def test_a_server_that_does_not_answer_is_said() -> None:
    silent = S3Store(
        "b",
        config={"endpoint": "http://127.0.0.1:9", "region": "us-east-1", "skip_signature": True},
        client_options={"allow_http": True},
        retry_config={"max_retries": 1},
    )
    store = CloudStore(silent, shown_as="s3://b/")
    with pytest.raises(
        StoreUnavailable,
        match=r"s3://b/in/a cannot be read: the server cannot be reached\. Check",
    ):
        store.stat("in/a")


def test_a_file_that_changes_while_it_is_read_in_ranges_is_refused(s3_server: S3Server, bucket: str) -> None:
    store = s3_server.connector(bucket).store
    store.put("a", b"first")
    found = store.stat("a")
    store.put("a", b"other", overwrite=True)
    assert store.stat("a").etag != found.etag
    assert contents(store, "a", start=1, stop=3) == b"th"
