"""Stores from settings: the one place that knows how each kind of store is made."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from rotoscope.errors import InvalidUri, StorageError
from rotoscope.settings import STORE_VARIABLE
from rotoscope.storage.connectors import Connector, ConnectorSettings
from rotoscope.storage.local import LocalStore
from rotoscope.storage.store import Store
from rotoscope.storage.uri import is_uri, parse_uri

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

    from rotoscope.storage.cloud import CloudStore
    from rotoscope.storage.tokens import TokenSource

_Config: TypeAlias = dict[str, Any]
_CLOUDS: Final = ("s3", "gs", "az")
_RETRIES: Final = {"max_retries": 6, "seconds": 60}


def connect(settings: ConnectorSettings) -> Connector:
    """A connector by its settings. Nothing is asked of the store yet.

    Raises:
        StorageError: what is given makes no store, such as a key that cannot be read.
    """
    written = json.dumps([settings.shown(), settings.hidden()], sort_keys=True)
    return Connector(
        scheme=settings.scheme,
        store=_store_of(written),
        label=settings.label,
        authority=settings.bucket,
        prefix=settings.prefix,
        rights=settings.rights,
        title=settings.title,
        place=hashlib.sha256(written.encode()).hexdigest(),
    )


def open_store(place: str, below: str = "", *, shown_as: str) -> Store:
    """The service's own store, or a folder of it.

    Args:
        place: a folder, or ``s3://bucket/prefix``, ``gs://…``, ``az://…`` with the environment's keys.
        below: a folder in it; the store cannot reach out of that.
        shown_as: how messages write its root.

    Raises:
        InvalidUri: it is neither.
        StorageError: the store cannot be made.
    """
    if not is_uri(place) and "://" not in place:
        return LocalStore(Path(place).expanduser() / below, shown_as=shown_as, frozen=True)
    uri = parse_uri(place)
    if uri.scheme not in _CLOUDS or uri.label:
        raise InvalidUri(
            f"{STORE_VARIABLE} is {place!r}; it is a folder, or a place in a bucket such as "
            f"s3://bucket/prefix (gs:// and az:// likewise)."
        )
    prefix = "/".join(part for part in (uri.path.strip("/"), below) if part)
    return _own_cloud(uri.scheme, uri.authority, prefix, shown_as)


def open_host(host: str, allowed_hosts: frozenset[str]) -> Store:
    """What anybody can read of a host of the public internet, or of one that is allowed beside."""
    from rotoscope.storage.guard import Guard  # noqa: PLC0415
    from rotoscope.storage.https import HttpsStore  # noqa: PLC0415

    return HttpsStore(host, guard=Guard(allowed_hosts=allowed_hosts))


@lru_cache(maxsize=256)  # connections and access tokens are kept as long as the settings stay the same
def _store_of(written: str) -> Store:
    settings = ConnectorSettings.read(*json.loads(written))
    if settings.scheme in _CLOUDS:
        return _cloud(settings)
    if settings.scheme == "dropbox":
        from rotoscope.storage.dropbox import DropboxStore  # noqa: PLC0415  (as of all that loads httpx)
        from rotoscope.storage.tokens import DROPBOX_TOKEN_URL  # noqa: PLC0415

        return DropboxStore(_token(settings, DROPBOX_TOKEN_URL), settings.place)
    from rotoscope.storage.drive import DriveStore  # noqa: PLC0415
    from rotoscope.storage.tokens import GOOGLE_TOKEN_URL  # noqa: PLC0415

    return DriveStore(_token(settings, GOOGLE_TOKEN_URL), settings.place or "root")


def _token(settings: ConnectorSettings, token_url: str) -> TokenSource:
    from rotoscope.storage.tokens import FixedToken, RefreshedToken  # noqa: PLC0415

    secrets = settings.secrets
    if secrets.token:
        return FixedToken(secrets.text("token"))
    return RefreshedToken(
        token_url,
        secrets.text("client_id"),
        secrets.text("client_secret") or None,
        secrets.text("refresh_token"),
    )


@lru_cache(maxsize=256)
def _own_cloud(scheme: str, bucket: str, prefix: str, shown_as: str) -> CloudStore:
    return _cloud_store(scheme, bucket, prefix, {}, shown_as=shown_as, allow_http=True)


def _cloud(settings: ConnectorSettings) -> CloudStore:
    config = _CONFIGS[settings.scheme](settings)
    endpoint = settings.options.endpoint or ""
    return _cloud_store(
        settings.scheme,
        settings.bucket,
        settings.prefix.rstrip("/"),
        config,
        shown_as=settings.base,
        allow_http=settings.options.environment or urlsplit(endpoint).scheme == "http",
        credential=_credential(settings),
        signs=not (settings.options.anonymous or settings.secrets.sas_token),
    )


def _s3_config(settings: ConnectorSettings) -> _Config:
    """Everything is said, so that nothing of it comes from the environment unless the settings say so."""
    options = settings.options
    if options.environment:
        return {
            name: value
            for name, value in (("endpoint", options.endpoint), ("region", options.region))
            if value is not None
        }
    region = options.region or "us-east-1"
    endpoint = options.endpoint or f"https://s3.{region}.amazonaws.com"
    config: _Config = {
        "region": region,
        "endpoint": endpoint,
        "aws_endpoint_url_s3": endpoint,
        "virtual_hosted_style_request": False,
        "skip_signature": options.anonymous,
    }
    return config


def _credential(settings: ConnectorSettings) -> _Config | None:
    """Keys as obstore asks for them: what is given so counts, whatever the environment has."""
    secrets = settings.secrets
    if secrets.account_key:
        return {"access_key": secrets.text("account_key"), "expires_at": None}
    if secrets.sas_token:
        return {"sas_token": secrets.text("sas_token").removeprefix("?"), "expires_at": None}
    if not secrets.access_key_id:
        return None
    return {
        "access_key_id": secrets.text("access_key_id"),
        "secret_access_key": secrets.text("secret_access_key"),
        "token": secrets.text("session_token") or None,
        "expires_at": None,
    }


def _gs_config(settings: ConnectorSettings) -> _Config:
    options = settings.options
    config: _Config = {} if options.environment else {"skip_signature": options.anonymous}
    if options.endpoint:
        config["base_url"] = options.endpoint
    if settings.secrets.service_account:
        config["service_account_key"] = settings.secrets.text("service_account")
    return config


def _az_config(settings: ConnectorSettings) -> _Config:
    options = settings.options
    config: _Config = {} if options.environment else {"skip_signature": options.anonymous}
    if options.account:
        config["account_name"] = options.account
        config["endpoint"] = options.endpoint or f"https://{options.account}.blob.core.windows.net"
    elif options.endpoint:
        config["endpoint"] = options.endpoint
    return config


_CONFIGS: Final = {"s3": _s3_config, "gs": _gs_config, "az": _az_config}


def _cloud_store(
    scheme: str,
    bucket: str,
    prefix: str,
    config: _Config,
    *,
    shown_as: str,
    allow_http: bool,
    credential: _Config | None = None,
    signs: bool = True,
) -> CloudStore:
    from datetime import timedelta  # noqa: PLC0415

    from obstore.exceptions import BaseError  # noqa: PLC0415  (a large library; only who uses clouds loads it)
    from obstore.store import AzureStore, GCSStore, S3Store  # noqa: PLC0415

    from rotoscope.storage.cloud import CloudStore  # noqa: PLC0415

    client: ClientConfig = {
        "allow_http": allow_http,
        "connect_timeout": timedelta(seconds=10),
        "read_timeout": timedelta(seconds=60),
        "timeout": timedelta(hours=6),
    }
    retry: RetryConfig = {
        "max_retries": _RETRIES["max_retries"],
        "retry_timeout": timedelta(seconds=_RETRIES["seconds"]),
    }
    if scheme == "s3":
        config = {"copy_if_not_exists": "multipart", "checksum_algorithm": "SHA256", **config}
    make: Any = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}[scheme]
    try:
        store = make(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options=client,
            retry_config=retry,
            credential_provider=None if credential is None else lambda: credential,
        )
    except (BaseError, ValueError, OSError) as error:
        detail = str(error).partition("\n")[0]
        raise StorageError(
            f"{shown_as} cannot be connected: {detail}. Check the connector's options and keys."
        ) from error
    return CloudStore(store, shown_as=shown_as, signs=signs)
