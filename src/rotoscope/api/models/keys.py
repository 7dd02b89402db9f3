"""Keys and clients, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rotoscope.api.key_book import KeyScope, NewKey
from rotoscope.api.models.fields import Name, RequestBody
from rotoscope.database.tables import Client, Key

Scopes = Annotated[
    list[KeyScope],
    Field(min_length=1, max_length=4, description="What the key may do.", examples=[["read", "run"]]),
]


class KeyRequest(RequestBody):
    """A key that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "laptop", "scopes": ["read", "write", "run"]}]}
    )

    name: Name = Field(description="What it is for.", examples=["laptop"])
    scopes: Scopes
    expires: AwareDatetime | None = Field(
        default=None, description="When it ends; left out: when it is revoked."
    )


class RotateRequest(RequestBody):
    """How a key is rotated."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"grace_seconds": 3600}]})

    grace_seconds: int = Field(
        default=0, ge=0, le=604_800, description="How long the old key still works, up to a week."
    )


class KeyView(BaseModel):
    """A key, without what lets in."""

    id: str = Field(examples=["key_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    name: str = Field(examples=["laptop"])
    hint: str = Field(description="Its first characters, to know it by.", examples=["rk_Jx3kQ"])
    scopes: list[KeyScope]
    created: datetime
    expires: datetime | None = Field(description="When it ends; null: when it is revoked.")
    revoked: datetime | None = Field(description="Since when, or from when, it lets nobody in.")
    used: datetime | None = Field(description="When it was last used, to the minute.")

    @classmethod
    def of(cls, key: Key) -> KeyView:
        """The view of a record."""
        return cls.model_validate(key, from_attributes=True)


class KeyMade(BaseModel):
    """A key that was just made."""

    key: str = Field(
        description="What to send as `Authorization: Bearer …`. It is shown this once.",
        examples=["rk_Jx3kQ…"],
    )
    record: KeyView

    @classmethod
    def of(cls, made: NewKey) -> KeyMade:
        """The view of a new key."""
        return cls(key=made.secret, record=KeyView.of(made.record))


class ClientRequest(RequestBody):
    """A client that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "City museum", "scopes": ["read", "write", "run"]}]}
    )

    name: Name = Field(description="Who it is; no two have the same.", examples=["City museum"])
    scopes: Scopes = Field(default=["read", "write", "run"], description="Of its first key.")


class ClientView(BaseModel):
    """Somebody the service works for."""

    id: str = Field(examples=["cli_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    name: str
    created: datetime

    @classmethod
    def of(cls, client: Client) -> ClientView:
        """The view of a record."""
        return cls.model_validate(client, from_attributes=True)


class ClientMade(BaseModel):
    """A client that was just made, and its first key."""

    client: ClientView
    key: KeyMade


class StartRequest(RequestBody):
    """What a one-time link carries."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "Q0nSdx1…"}]})

    token: str = Field(min_length=1, max_length=200, description="From the link that the server printed.")
