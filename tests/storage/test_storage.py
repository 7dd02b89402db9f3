"""What one client can reach, by URI."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from rotoscope.errors import AccessDenied, InvalidUri, StorageError, StoredFileNotFound
from rotoscope.settings import Settings, load_settings
from rotoscope.storage.cloud import CloudStore
from rotoscope.storage.connectors import Connector
from rotoscope.storage.local import LocalStore
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.storage import Storage, client_storage, system_store
from rotoscope.storage.uri import parse_uri

from s3_server import S3Server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        {"ROTOSCOPE_DATA_DIR": str(tmp_path / "data"), "ROTOSCOPE_CACHE_DIR": str(tmp_path / "cache")}
    )


@pytest.fixture
def storage() -> Storage:
    return Storage(
        [
            Connector("data", MemoryStore()),
            Connector("s3", MemoryStore(), None, "films", "", frozenset({"read"})),
            Connector("s3", MemoryStore(), None, "films", "out/", frozenset({"write"})),
            Connector("s3", MemoryStore(), "tapes", "films"),
        ]
    )


def test_everything_goes_by_uri(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "b.mp4").write_bytes(b"12345")
    storage.put("data://in/a.mp4", b"1")
    stored = storage.put("data://in/b.mp4", tmp_path / "b.mp4")
    assert storage.stat("data://in/b.mp4").etag == stored.etag
    assert b"".join(storage.read("data://in/b.mp4", start=1, stop=3)) == b"23"
    assert [(str(uri), file.size_bytes) for uri, file in storage.list("data://")] == [
        ("data://in/a.mp4", 1),
        ("data://in/b.mp4", 5),
    ]
    assert [str(uri) for uri, _ in storage.list("data://in/", after="data://in/a.mp4")] == ["data://in/b.mp4"]
    assert storage.sign("data://in/b.mp4", "GET", seconds=60) is None
    storage.delete(parse_uri("data://in/a.mp4"))
    assert [str(uri) for uri, _ in storage.list("data://")] == ["data://in/b.mp4"]


def test_the_connector_of_the_longest_prefix_counts(storage: Storage) -> None:
    storage.put("s3://films/out/a.mp4", b"1")
    with pytest.raises(AccessDenied):
        storage.put("s3://films/a.mp4", b"1")
    with pytest.raises(StoredFileNotFound):
        storage.stat("s3://films/a.mp4")


def test_a_label_names_another_place(storage: Storage) -> None:
    storage.put("s3+tapes://films/a.mp4", b"1")
    assert [str(uri) for uri, _ in storage.list("s3+tapes://films/")] == ["s3+tapes://films/a.mp4"]
    assert list(storage.list("s3://films/")) == []


def test_a_right_that_is_missing_is_told(storage: Storage) -> None:
    reading = "s3://films/out/a.mp4 cannot be read: the connector s3://films/out/ (write) does not allow that"
    for call in (
        lambda: storage.stat("s3://films/out/a.mp4"),
        lambda: storage.read("s3://films/out/a.mp4"),
        lambda: storage.list("s3://films/out/a.mp4"),
        lambda: storage.sign("s3://films/out/a.mp4", "GET", seconds=60),
    ):
        with pytest.raises(AccessDenied) as caught:
            call()
        assert str(caught.value).startswith(reading)
        assert str(caught.value).endswith("Choose another place, or give it the right to read.")
    for call in (
        lambda: storage.put("s3://films/a.mp4", b"1"),
        lambda: storage.put("s3://films/a.mp4", b"1", overwrite=True),
        lambda: storage.delete("s3://films/a.mp4"),
        lambda: storage.sign("s3://films/a.mp4", "PUT", seconds=60),
    ):
        with pytest.raises(AccessDenied, match=r"s3://films/a\.mp4 cannot be written: the connector"):
            call()


def test_every_method_of_a_storage_asks_for_a_right() -> None:
    public = [name for name, _ in inspect.getmembers(Storage, inspect.isfunction) if not name.startswith("_")]
    assert sorted(public) == ["delete", "list", "locate", "put", "read", "sign", "stat"]  # all tried above


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        (
            "s3://other/a.mp4",
            "s3://other/a.mp4 cannot be read: no connector leads there. For s3:// there are "
            "s3://films/ (read), s3://films/out/ (write), s3+tapes://films/ (read, write). Use one of them, "
            "or add another.",
        ),
        (
            "dropbox://in/a.mp4",
            "dropbox://in/a.mp4 cannot be read: there is no connector for dropbox://. There are some for "
            "data://, s3://; add one, or use those.",
        ),
        (
            "file:///etc/passwd",
            "file:///etc/passwd cannot be read: files of the service's own machine are closed. Whoever runs "
            "it opens folders with ROTOSCOPE_FILE_ROOTS.",
        ),
        ("https://example.org/a.mp4", "there is no connector for https://"),
    ],
)
def test_where_nothing_leads_it_is_told_what_there_is(storage: Storage, uri: str, told: str) -> None:
    with pytest.raises(AccessDenied) as caught:
        storage.stat(uri)
    assert told in str(caught.value)


def test_what_is_no_uri_is_told(storage: Storage) -> None:
    with pytest.raises(InvalidUri, match="is not a URI of a stored file"):
        storage.stat("in/a.mp4")
    with pytest.raises(InvalidUri, match="it names a folder, and a file is meant"):
        storage.stat("data://in/")


# -- clients of the service -------------------------------------------------------------------------------


def reachable(storage: Storage) -> list[str]:
    return [str(uri) for connector in storage.connectors for uri, _ in storage.list(connector.base)]


def test_clients_see_their_own_files_alone(settings: Settings) -> None:
    one, two = client_storage(settings, "cli_1"), client_storage(settings, "cli_2")
    system = system_store(settings)
    system.put("pieces/ab/abc.piece", b"piece")
    one.put("data://in/a.mp4", b"1")
    two.put("data://in/a.mp4", b"2")
    assert reachable(one) == reachable(two) == ["data://in/a.mp4"]
    assert [b"".join(client.read("data://in/a.mp4")) for client in (one, two)] == [b"1", b"2"]
    assert [file.path for file in system.list()] == [
        "clients/cli_1/in/a.mp4",
        "clients/cli_2/in/a.mp4",
        "pieces/ab/abc.piece",
    ]
    for uri in (
        "data://../cli_2/in/a.mp4",
        "data://%2e%2e/cli_2/in/a.mp4",
        "data:///../cli_2/in/a.mp4",
        "data://in/..%2f..%2f..%2fcli_2/in/a.mp4",
    ):
        with pytest.raises(InvalidUri):
            one.stat(uri)
    with pytest.raises(StoredFileNotFound, match=r"Nothing is stored at data://clients/cli_2/in/a\.mp4"):
        one.stat("data://clients/cli_2/in/a.mp4")
    with pytest.raises(StoredFileNotFound):
        one.stat("data://pieces/ab/abc.piece")


def test_messages_do_not_tell_where_the_store_is(settings: Settings, tmp_path: Path) -> None:
    client = client_storage(settings, "cli_1")
    client.put("data://in/a.mp4", b"1")
    for call in (
        lambda: client.stat("data://nothing"),
        lambda: client.put("data://in/a.mp4", b"2"),
        lambda: client.put("data://in", b"2"),
        lambda: client.put("data://in/a.mp4/b", b"2"),
    ):
        with pytest.raises(StorageError) as caught:
            call()
        assert str(tmp_path) not in str(caught.value)
        assert "data://" in str(caught.value)


@pytest.mark.parametrize("client_id", ["", "..", "../cli_2", "a/b", "cli 1", ".hidden", "x" * 65])
def test_a_clients_id_cannot_lead_elsewhere(settings: Settings, client_id: str) -> None:
    with pytest.raises(StorageError, match="is no client's id"):
        client_storage(settings, client_id)


def test_own_files_can_be_in_a_bucket(
    settings: Settings, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = s3_server.new_bucket()
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    settings = replace(settings, store_place=f"s3://{bucket}/service")
    one, two = client_storage(settings, "cli_1"), client_storage(settings, "cli_2")
    system = system_store(settings)
    assert isinstance(system, CloudStore)
    system.put("pieces/p", b"piece")
    one.put("data://in/a.mp4", b"1")
    two.put("data://in/a.mp4", b"2")
    assert reachable(one) == ["data://in/a.mp4"]
    assert b"".join(one.read("data://in/a.mp4")) == b"1"
    assert s3_server.keys(bucket) == [
        "service/clients/cli_1/in/a.mp4",
        "service/clients/cli_2/in/a.mp4",
        "service/pieces/p",
    ]
    signed = one.sign("data://in/a.mp4", "GET", seconds=60)
    assert signed is not None
    assert signed.url.startswith(s3_server.endpoint)


@pytest.mark.parametrize("place", ["https://host/a", "data://a", "s3+label://bucket/a", "ftp://host"])
def test_a_store_that_is_neither_a_folder_nor_a_bucket_is_told(settings: Settings, place: str) -> None:
    with pytest.raises(InvalidUri, match=r"ROTOSCOPE_STORE is|is not a URI of a stored file"):
        system_store(replace(settings, store_place=place))


# -- folders that are opened ------------------------------------------------------------------------------


def test_opened_folders_are_reached_by_file_uris(settings: Settings, tmp_path: Path) -> None:
    videos = tmp_path / "my videos"
    (videos / "drone").mkdir(parents=True)
    (videos / "drone/a.mp4").write_bytes(b"1")
    (tmp_path / "other.txt").write_bytes(b"2")
    client = client_storage(replace(settings, file_roots=(videos,)), "cli_1")
    uri = videos.as_uri()
    assert [str(found) for found, _ in client.list(f"{uri}/")] == [f"{uri}/drone/a.mp4"]
    client.put(f"{uri}/out/b.mp4", b"3")
    assert (videos / "out/b.mp4").read_bytes() == b"3"
    with pytest.raises(AccessDenied, match=r"no connector leads there\. For file:// there are file:///"):
        client.stat((tmp_path / "other.txt").as_uri())
    with pytest.raises(InvalidUri):
        client.stat(f"{uri}/../other.txt")


def test_a_folder_around_the_service_keeps_the_service_closed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_bytes(b"1")
    settings = replace(
        settings, file_roots=(tmp_path,), database_url=f"sqlite:///{tmp_path}/elsewhere.sqlite"
    )
    for private in ("data/rotoscope.sqlite", "cache/a", "elsewhere.sqlite", "elsewhere.sqlite-wal"):
        (tmp_path / private).parent.mkdir(exist_ok=True)
        (tmp_path / private).write_bytes(b"secret")
    two = client_storage(settings, "cli_2")
    two.put("data://in/a.mp4", b"2")
    one = client_storage(settings, "cli_1")
    assert reachable(one) == [f"file://{tmp_path}/mine.txt"]
    for private in ("data/rotoscope.sqlite", "elsewhere.sqlite", "data/store/clients/cli_2/in/a.mp4"):
        with pytest.raises(StoredFileNotFound):
            one.stat(f"file://{tmp_path}/{private}")


def test_a_folder_within_the_service_cannot_be_opened(settings: Settings) -> None:
    root = Path(settings.store) / "clients"
    with pytest.raises(StorageError, match=r"ROTOSCOPE_FILE_ROOTS opens .* every client would reach"):
        client_storage(replace(settings, file_roots=(root,)), "cli_1")


def test_local_stores_of_clients_hold_files_that_nobody_writes_into(settings: Settings) -> None:
    client = client_storage(settings, "cli_1")
    client.put("data://a", b"1")
    located = client.locate("data://a", "read")
    assert isinstance(located.store, LocalStore)
    assert located.store.local_path("a").stat().st_mode & 0o222 == 0


# -- hosts ------------------------------------------------------------------------------------------------


def test_the_web_is_read_only_and_guarded(settings: Settings) -> None:
    client = client_storage(settings, "cli_1")
    with pytest.raises(AccessDenied, match=r"https://example\.org/a\.mp4 cannot be written: the"):
        client.put("https://example.org/a.mp4", b"1")
    for uri in ("https://127.0.0.1/a.mp4", "https://169.254.169.254/latest/meta-data", "https://[::1]/a"):
        with pytest.raises(AccessDenied):
            client.stat(uri)


def test_connectors_of_a_client_are_his(settings: Settings, s3_server: S3Server) -> None:
    bucket = s3_server.new_bucket()
    with_rights = s3_server.settings(f"{bucket}/mine", rights=["read", "write"], label="own", title="Mine")
    one = client_storage(settings, "cli_1", [with_rights])
    one.put(f"s3+own://{bucket}/mine/a.mp4", b"1")
    assert s3_server.keys(bucket) == ["mine/a.mp4"]
    with pytest.raises(AccessDenied, match=rf"For s3:// there are s3\+own://{bucket}/mine/ \(read, write\)"):
        one.put(f"s3+own://{bucket}/other/a.mp4", b"1")
    with pytest.raises(AccessDenied, match="there is no connector for s3://"):
        client_storage(settings, "cli_2").stat(f"s3+own://{bucket}/mine/a.mp4")
