"""Configured places: which URIs they answer for, and what may be done there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from rotoscope.errors import InvalidUri, StorageError
from rotoscope.storage.paths import path_fault
from rotoscope.storage.store import Store
from rotoscope.storage.uri import StorageUri, parse_uri

Right: TypeAlias = Literal["read", "write"]
RIGHTS: Final[tuple[Right, ...]] = ("read", "write")
"""All that may be allowed."""
ConnectorScheme: TypeAlias = Literal["s3", "gs", "az", "dropbox", "gdrive"]
"""What can be configured; ``data``, ``file`` and ``https`` are there without."""
_BUCKETS: Final = frozenset({"s3", "gs", "az"})

OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "s3": ("endpoint", "region", "anonymous", "environment"),
    "gs": ("endpoint", "anonymous", "environment"),
    "az": ("endpoint", "account", "anonymous", "environment"),
    "dropbox": (),
    "gdrive": (),
}
"""What connectors of a scheme can be told beside their place."""
SECRETS: Final[Mapping[str, tuple[str, ...]]] = {
    "s3": ("access_key_id", "secret_access_key", "session_token"),
    "gs": ("service_account",),
    "az": ("account_key", "sas_token"),
    "dropbox": ("token", "refresh_token", "client_id", "client_secret"),
    "gdrive": ("token", "refresh_token", "client_id", "client_secret"),
}
"""What lets connectors of a scheme in."""
_OAUTH: Final = (("token",), ("refresh_token", "client_id"))
_WAYS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "s3": (("access_key_id", "secret_access_key"),),
    "gs": (("service_account",),),
    "az": (("account_key",), ("sas_token",)),
    "dropbox": _OAUTH,
    "gdrive": _OAUTH,
}
"""Which secrets let one in, by scheme."""
_KNOWN_ENDPOINTS: Final = (
    ".amazonaws.com",
    ".r2.cloudflarestorage.com",
    ".digitaloceanspaces.com",
    ".backblazeb2.com",
    ".wasabisys.com",
    ".googleapis.com",
    ".blob.core.windows.net",
)
"""Hosts of public clouds: to send requests there reaches nothing of the house."""


@dataclass(frozen=True, slots=True)
class Connector:
    """A place that some URIs lead to."""

    scheme: str
    store: Store
    """Its root is where ``prefix`` ends."""
    label: str | None = None
    authority: str = ""
    """The bucket or container; empty for schemes that have none."""
    prefix: str = ""
    """The URIs' paths begin with it; ends with ``/`` or is empty."""
    rights: frozenset[Right] = frozenset(RIGHTS)
    title: str = ""
    """For people."""
    place: str = ""
    """Tells it from another client's connector of the same URIs, in a cache that they share."""

    @property
    def base(self) -> str:
        """What its URIs begin with."""
        return str(StorageUri(self.scheme, self.label, self.authority, self.prefix))

    def path_of(self, uri: StorageUri) -> str | None:
        """Where in the store a URI leads; None: it is not one of this connector's."""
        if (uri.scheme, uri.label, uri.authority) != (self.scheme, self.label, self.authority):
            return None
        if uri.path.startswith(self.prefix):
            return uri.path[len(self.prefix) :]
        return "" if f"{uri.path}/" == self.prefix else None

    def uri_of(self, path: str) -> StorageUri:
        """The URI of a path in the store."""
        return StorageUri(self.scheme, self.label, self.authority, self.prefix + path)

    def __str__(self) -> str:
        return f"{self.base} ({', '.join(right for right in RIGHTS if right in self.rights) or 'no rights'})"


class _Parts(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    def given(self) -> tuple[str, ...]:
        """Names of what is not left out."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))


class ConnectorOptions(_Parts):
    """What a connector needs to know beside its place. Which of these a scheme has is checked."""

    endpoint: str | None = Field(
        default=None,
        max_length=500,
        description="Where the store answers, for stores that speak the protocol but are others' than its "
        "maker's: `https://minio.example.org`.",
    )
    region: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]{1,32}$", description="The bucket's region (s3)."
    )
    account: str | None = Field(
        default=None, pattern=r"^[a-z0-9]{3,24}$", description="The storage account (az)."
    )
    anonymous: bool = Field(default=False, description="Ask without keys: for public buckets.")
    environment: bool = Field(
        default=False,
        description="Use the keys of the machine that the service runs on: its environment's, or its role's.",
    )

    @field_validator("endpoint")
    @classmethod
    def _an_endpoint(cls, endpoint: str | None) -> str | None:
        if endpoint:
            parts = urlsplit(endpoint)
            if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
                raise ValueError(
                    f"{endpoint!r} is no endpoint. Write it like https://minio.example.org:9000."
                )
        return endpoint or None


class ConnectorSecrets(_Parts):
    """What lets one in. Never shown, and kept apart from the other settings."""

    access_key_id: SecretStr | None = Field(default=None, description="s3")
    secret_access_key: SecretStr | None = Field(default=None, description="s3")
    session_token: SecretStr | None = Field(default=None, description="s3; of keys that end")
    service_account: SecretStr | None = Field(default=None, description="gs; the JSON of a service account")
    account_key: SecretStr | None = Field(default=None, description="az")
    sas_token: SecretStr | None = Field(default=None, description="az; a shared access signature")
    token: SecretStr | None = Field(default=None, description="dropbox, gdrive; an access token")
    refresh_token: SecretStr | None = Field(default=None, description="dropbox, gdrive")
    client_id: SecretStr | None = Field(default=None, description="dropbox, gdrive; the app's key")
    client_secret: SecretStr | None = Field(default=None, description="dropbox, gdrive; the app's secret")

    def text(self, name: str) -> str:
        """One of them, in the clear; empty: it is not given."""
        secret: SecretStr | None = getattr(self, name)
        return secret.get_secret_value() if secret is not None else ""


def _as_rights(value: object) -> object:
    """JSON has no sets, and a repeated right is the same right."""
    return frozenset(value) if isinstance(value, list | tuple | set) else value


class ConnectorSettings(_Parts):
    """A configured place, as it is written down."""

    scheme: ConnectorScheme = Field(description="What its URIs begin with.")
    label: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="Names it where several have the same scheme: `archive` makes it `s3+archive://`.",
    )
    place: str = Field(
        default="",
        max_length=500,
        description="s3, gs, az: the bucket or container, or `bucket/folder` to allow that folder alone. "
        "dropbox: a folder, by default all. gdrive: the id of a folder, by default My Drive.",
    )
    rights: Annotated[
        frozenset[Right], BeforeValidator(_as_rights), PlainSerializer(sorted, return_type=list[str])
    ] = Field(default=frozenset(RIGHTS), min_length=1, description="What may be done there.")
    title: str = Field(default="", max_length=200, description="For people.")
    options: ConnectorOptions = ConnectorOptions()
    secrets: ConnectorSecrets = ConnectorSecrets()

    @field_validator("label", mode="before")
    @classmethod
    def _no_label(cls, label: object) -> object:
        return label or None

    @field_validator("place")
    @classmethod
    def _no_slashes(cls, place: str) -> str:
        place = place.strip("/")
        fault = path_fault(place) if place else None
        if fault is not None:
            raise ValueError(f"{place!r} is no place: {fault}.")
        return place

    @model_validator(mode="after")
    def _fits_the_scheme(self) -> Self:
        _check_names(self.scheme, "option", self.options.given(), OPTIONS[self.scheme])
        _check_names(self.scheme, "secret", self.secrets.given(), SECRETS[self.scheme])
        if self.scheme in _BUCKETS and not self.place:
            what = "container" if self.scheme == "az" else "bucket"
            raise ValueError(f"a connector for {self.scheme}:// needs a place: the name of its {what}.")
        if self.scheme in _BUCKETS:
            _check_bucket(self.scheme, self.place)
        if self.scheme == "az" and not (self.options.account or self.options.environment):
            raise ValueError("a connector for az:// needs the option account: the storage account's name.")
        ways = [way for way in _WAYS[self.scheme] if set(way) <= set(self.secrets.given())]
        free = [name for name in ("anonymous", "environment") if getattr(self.options, name)]
        if len(ways) + len(free) != 1:
            raise ValueError(_which_way(self.scheme, self.secrets.given(), free))
        return self

    @property
    def base(self) -> str:
        """What its URIs begin with."""
        if self.scheme not in _BUCKETS:
            return str(StorageUri(self.scheme, self.label, "", ""))
        return str(StorageUri(self.scheme, self.label, self.bucket, self.prefix))

    @property
    def bucket(self) -> str:
        """The bucket or container; empty for schemes that have none."""
        return self.place.partition("/")[0] if self.scheme in _BUCKETS else ""

    @property
    def prefix(self) -> str:
        """The folder in the bucket, with ``/`` at its end; empty: all of it."""
        folder = self.place.partition("/")[2] if self.scheme in _BUCKETS else ""
        return f"{folder}/" if folder else ""

    @property
    def needs_operator(self) -> str | None:
        """Why only whoever runs the service may set this up; None: any client may.

        A client must not reach with the service's own keys, or from its place in the network, what the
        client could not reach.
        """
        if self.options.environment:
            return "it uses the keys of the machine that the service runs on"
        if self.options.endpoint:
            parts = urlsplit(self.options.endpoint)
            if parts.scheme != "https" or not f".{parts.hostname}".endswith(_KNOWN_ENDPOINTS):
                return f"its endpoint {self.options.endpoint} may lie within the service's own network"
        if _names_an_address(self.secrets.text("service_account")):
            return "its service account names an address, which may lie within the service's own network"
        return None

    def shown(self) -> dict[str, Any]:
        """JSON of all but the secrets, of which the names are told: what is kept openly, and shown."""
        return self.model_dump(mode="json", exclude={"secrets"}, exclude_defaults=True) | {
            "rights": [right for right in RIGHTS if right in self.rights]
        }

    def hidden(self) -> dict[str, str]:
        """The secrets in the clear, for the database alone."""
        return {name: self.secrets.text(name) for name in self.secrets.given()}

    @classmethod
    def read(cls, settings: Mapping[str, Any], secrets: Mapping[str, Any] | None = None) -> Self:
        """Settings from what :meth:`shown` and :meth:`hidden` gave, or from what somebody wrote.

        Raises:
            StorageError: they are not in order; the message has every fault.
        """
        try:
            return cls.model_validate(dict(settings) | ({"secrets": dict(secrets)} if secrets else {}))
        except ValidationError as error:
            faults = "; ".join(_fault(dict(found)) for found in error.errors(include_input=False))
            raise StorageError(
                f"This is no connector: {faults}. See docs/how-to/store-files.md."
            ) from None  # the cause would show secrets


def _names_an_address(service_account: str) -> bool:
    """Whether the JSON of a service account says where requests go; it may, for emulators."""
    try:
        return "gcs_base_url" in json.loads(service_account or "{}")
    except (ValueError, TypeError):
        return False  # then no store can be made of it


def _check_bucket(scheme: str, place: str) -> None:
    try:
        parse_uri(f"{scheme}://{place}")
    except InvalidUri as error:
        raise ValueError(str(error)) from None


def _check_names(scheme: str, what: str, given: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    wrong = [name for name in given if name not in allowed]
    if wrong:
        offered = f"it has {', '.join(allowed)}" if allowed else "it has none"
        raise ValueError(f"a connector for {scheme}:// has no {what} {', '.join(wrong)}; {offered}.")


def _which_way(scheme: str, secrets: tuple[str, ...], free: list[str]) -> str:
    ways = [f"the secret{'s' if len(way) > 1 else ''} {' and '.join(way)}" for way in _WAYS[scheme]]
    ways += [f"the option {name}" for name in ("anonymous", "environment") if name in OPTIONS[scheme]]
    given = ", ".join([*secrets, *free]) or "none of them"
    return f"a connector for {scheme}:// needs one way in: {', or '.join(ways)}; given: {given}."


def _fault(found: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in found["loc"])
    told = str(found["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {told}" if where else told
