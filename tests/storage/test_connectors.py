"""Connectors and their settings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import obstore
import pytest
from pydantic import ValidationError

from rotoscope.errors import StorageError
from rotoscope.storage.cloud import CloudStore
from rotoscope.storage.connectors import Connector, ConnectorSettings
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.opening import connect
from rotoscope.storage.store import Store
from rotoscope.storage.uri import parse_uri

KEYS = {"access_key_id": "AKIAHIDDEN", "secret_access_key": "very-hidden"}
OAUTH = {"refresh_token": "very-hidden", "client_id": "app"}


def inside(store: Store) -> Any:  # noqa: ANN401  (of obstore)
    """The bucket behind a store."""
    assert isinstance(store, CloudStore)
    return store._bucket  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("settings", "secrets", "base"),
    [
        ({"scheme": "s3", "place": "films"}, KEYS, "s3://films/"),
        ({"scheme": "s3", "place": "/films/2026/", "label": "archive"}, KEYS, "s3+archive://films/2026/"),
        ({"scheme": "s3", "place": "films", "options": {"anonymous": True}}, {}, "s3://films/"),
        ({"scheme": "gs", "place": "films", "label": ""}, {"service_account": "{}"}, "gs://films/"),
        ({"scheme": "az", "place": "c", "options": {"account": "mine"}}, {"sas_token": "?sv=1"}, "az://c/"),
        ({"scheme": "dropbox", "place": "Rotoscope"}, OAUTH, "dropbox://"),
        ({"scheme": "gdrive", "label": "team"}, {"token": "t"}, "gdrive+team://"),
    ],
)
def test_settings_are_written_and_read_back(
    settings: dict[str, Any], secrets: dict[str, str], base: str
) -> None:
    read = ConnectorSettings.read(settings, secrets)
    assert read.base == base
    shown, hidden = json.loads(json.dumps(read.shown())), json.loads(json.dumps(read.hidden()))
    assert ConnectorSettings.read(shown, hidden) == read
    assert hidden == secrets
    assert ConnectorSettings.model_validate(settings | {"secrets": secrets}) == read


def test_secrets_are_never_shown() -> None:
    settings = ConnectorSettings.read({"scheme": "s3", "place": "films"}, KEYS)
    connector = connect(settings)
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(connector), str(connector)):
        assert "hidden" not in text.lower()
    with pytest.raises(StorageError) as caught:
        ConnectorSettings.read(
            {"scheme": "dropbox", "label": "A B"}, {"token": "very-hidden", "other": "very-hidden"}
        )
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("settings", "secrets", "told"),
    [
        ({"scheme": "ftp"}, {}, "scheme: Input should be 's3', 'gs', 'az', 'dropbox' or 'gdrive'"),
        ({"scheme": "s3"}, KEYS, "a connector for s3:// needs a place: the name of its bucket"),
        (
            {"scheme": "az", "options": {"account": "mine"}},
            KEYS,
            "a connector for az:// has no secret access_key_id",
        ),
        (
            {"scheme": "s3", "place": "b"},
            {},
            "a connector for s3:// needs one way in: the secrets access_key_id and secret_access_key, or the "
            "option anonymous, or the option environment; given: none of them",
        ),
        ({"scheme": "s3", "place": "b"}, {"access_key_id": "k"}, "given: access_key_id"),
        (
            {"scheme": "s3", "place": "b", "options": {"anonymous": True}},
            KEYS,
            "given: access_key_id, secret_access_key, anonymous",
        ),
        (
            {"scheme": "s3", "place": "b", "options": {"account": "mine"}},
            KEYS,
            "a connector for s3:// has no option account; it has endpoint, region, anonymous, environment",
        ),
        ({"scheme": "dropbox", "options": {"region": "x"}}, OAUTH, "has no option region; it has none"),
        (
            {"scheme": "dropbox"},
            {"refresh_token": "t"},
            "the secret token, or the secrets refresh_token and client_id; given: refresh_token",
        ),
        ({"scheme": "az", "place": "c"}, {"account_key": "k"}, "needs the option account"),
        (
            {"scheme": "s3", "place": "b/../c"},
            KEYS,
            "place: 'b/../c' is no place: it has an empty part, . or ..",
        ),
        ({"scheme": "s3", "place": "b c"}, KEYS, "a bucket's name has letters, digits, . and - only"),
        ({"scheme": "s3", "place": "b", "label": "A b"}, KEYS, "label: String should match pattern"),
        ({"scheme": "s3", "place": "b", "rights": []}, KEYS, "rights: "),
        ({"scheme": "s3", "place": "b", "rights": ["delete"]}, KEYS, "rights"),
        (
            {"scheme": "s3", "place": "b", "options": {"region": "x.evil.org/"}},
            KEYS,
            "options.region: String should match pattern",
        ),
        (
            {"scheme": "az", "place": "b", "options": {"account": "evil.org/"}},
            {"account_key": "k"},
            "options.account: String should match pattern",
        ),
        (
            {"scheme": "s3", "place": "b", "options": {"endpoint": "minio"}},
            KEYS,
            "options.endpoint: 'minio' is no endpoint. Write it like https://minio.example.org:9000",
        ),
        ({"scheme": "s3", "place": "b", "colour": 1}, KEYS, "colour: Extra inputs are not permitted"),
    ],
)
def test_faults_are_told(settings: dict[str, Any], secrets: dict[str, str], told: str) -> None:
    with pytest.raises(StorageError) as caught:
        ConnectorSettings.read(settings, secrets)
    assert str(caught.value).startswith("This is no connector: ")
    assert told in str(caught.value)
    assert str(caught.value).endswith("See docs/how-to/store-files.md.")
    with pytest.raises(ValidationError):
        ConnectorSettings.model_validate(settings | {"secrets": secrets})


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, None),
        ({"endpoint": "https://abc.r2.cloudflarestorage.com"}, None),
        ({"endpoint": "https://s3.eu-central-1.amazonaws.com"}, None),
        ({"endpoint": "http://s3.eu-central-1.amazonaws.com"}, "may lie within the service's own network"),
        ({"endpoint": "https://evilamazonaws.com"}, "may lie within the service's own network"),
        ({"endpoint": "http://169.254.169.254"}, "may lie within the service's own network"),
        ({"endpoint": "https://minio.house.lan:9000"}, "may lie within the service's own network"),
    ],
)
def test_what_only_the_operator_may_set_up(options: dict[str, Any], why: str | None) -> None:
    told = ConnectorSettings.read({"scheme": "s3", "place": "b", "options": options}, KEYS).needs_operator
    assert (told is None) if why is None else why in (told or "")


def test_the_machines_own_keys_are_for_the_operator() -> None:
    settings = ConnectorSettings.read({"scheme": "s3", "place": "b", "options": {"environment": True}})
    assert settings.needs_operator == "it uses the keys of the machine that the service runs on"


def test_an_address_in_a_service_account_is_for_the_operator() -> None:
    for written, allowed in (
        ('{"client_email": "a@b"}', True),
        ('{"gcs_base_url": "http://10.0.0.1"}', False),
        (r'{"gcs\u005fbase_url": "http://10.0.0.1"}', False),
    ):
        settings = ConnectorSettings.read({"scheme": "gs", "place": "b"}, {"service_account": written})
        assert (settings.needs_operator is None) == allowed


def test_nothing_of_the_environment_gets_into_a_clients_connector(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "OPERATOR",
        "AWS_SECRET_ACCESS_KEY": "OPERATOR",
        "AWS_SESSION_TOKEN": "OPERATOR",
        "AWS_ENDPOINT": "http://operator",
        "AWS_ENDPOINT_URL": "http://operator",
        "AWS_ENDPOINT_URL_S3": "http://operator",
        "AWS_ALLOW_HTTP": "true",
        "AWS_SKIP_SIGNATURE": "true",
        "AZURE_STORAGE_ACCOUNT_NAME": "operator",
        "AZURE_STORAGE_ACCOUNT_KEY": "b3BlcmF0b3I=",
        "AZURE_STORAGE_ENDPOINT": "http://operator",
        "AZURE_STORAGE_SAS_KEY": "sig=operator",
    }.items():
        monkeypatch.setenv(name, value)
    s3 = connect(ConnectorSettings.read({"scheme": "s3", "place": "env-a"}, KEYS)).store
    url = obstore.sign(inside(s3), "GET", "a", timedelta(seconds=60))
    assert url.startswith("https://s3.us-east-1.amazonaws.com/env-a/a?")
    assert "AKIAHIDDEN" in url
    assert "operator" not in url.lower()
    az = connect(
        ConnectorSettings.read(
            {"scheme": "az", "place": "env-a", "options": {"account": "mine"}}, {"account_key": "bWluZQ=="}
        )
    ).store
    url = obstore.sign(inside(az), "GET", "a", timedelta(seconds=60))
    assert url.startswith("https://mine.blob.core.windows.net/env-a/a?")
    assert "operator" not in url


def test_only_a_connector_that_says_so_uses_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OPERATOR")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "OPERATOR")
    settings = {"scheme": "s3", "place": "env-b", "options": {"environment": True, "region": "eu-west-1"}}
    signed = connect(ConnectorSettings.read(settings)).store.sign("a", "GET", seconds=60)
    assert signed is not None
    assert "OPERATOR" in signed.url


def test_what_has_no_key_signs_nothing() -> None:
    for settings, secrets in (
        ({"scheme": "s3", "place": "b", "options": {"anonymous": True}}, {}),
        ({"scheme": "az", "place": "c", "options": {"account": "mine"}}, {"sas_token": "?sv=1&sig=x"}),
    ):
        assert connect(ConnectorSettings.read(settings, secrets)).store.sign("a", "GET", seconds=60) is None


def test_a_key_that_cannot_be_read_is_told() -> None:
    with pytest.raises(StorageError, match=r"gs://b/ cannot be connected: .*Check the connector's options"):
        connect(ConnectorSettings.read({"scheme": "gs", "place": "b"}, {"service_account": "junk"}))


def test_the_same_settings_share_one_store() -> None:
    settings = {"scheme": "s3", "place": "shared"}
    one, two = (connect(ConnectorSettings.read(settings, KEYS)) for _ in range(2))
    other = connect(ConnectorSettings.read(settings, KEYS | {"access_key_id": "other"}))
    assert one.store is two.store
    assert one.store is not other.store
    assert one.place == two.place != other.place


def test_a_connector_answers_for_its_uris_alone() -> None:
    connector = Connector("s3", MemoryStore(), "archive", "films", "2026/")
    for uri, path in {
        "s3+archive://films/2026/a/b.mp4": "a/b.mp4",
        "s3+archive://films/2026/": "",
        "s3+archive://films/2026": "",
        "s3+archive://films/2026-a/b.mp4": None,
        "s3+archive://films/a.mp4": None,
        "s3+archive://other/2026/a.mp4": None,
        "s3://films/2026/a.mp4": None,
        "gs+archive://films/2026/a.mp4": None,
    }.items():
        assert connector.path_of(parse_uri(uri)) == path
    assert str(connector.uri_of("a b.mp4")) == "s3+archive://films/2026/a%20b.mp4"
    assert str(connector) == "s3+archive://films/2026/ (read, write)"


def test_every_scheme_makes_its_store() -> None:
    for settings, secrets, kind in (
        ({"scheme": "dropbox", "place": "Rotoscope"}, OAUTH, "DropboxStore"),
        ({"scheme": "dropbox"}, {"token": "t"}, "DropboxStore"),
        ({"scheme": "gdrive", "place": "1aB-folder"}, OAUTH | {"client_secret": "s"}, "DriveStore"),
        ({"scheme": "gdrive"}, {"token": "t"}, "DriveStore"),
        ({"scheme": "s3", "place": "b"}, KEYS, "CloudStore"),
        ({"scheme": "gs", "place": "b", "options": {"anonymous": True}}, {}, "CloudStore"),
        ({"scheme": "az", "place": "b", "options": {"account": "mine"}}, {"sas_token": "sv=1"}, "CloudStore"),
    ):
        store = connect(ConnectorSettings.read(settings, secrets)).store
        assert isinstance(store, Store)
        assert type(store).__name__ == kind
