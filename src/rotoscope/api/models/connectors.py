"""Connectors, as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from rotoscope.database.tables import ConnectorRecord
from rotoscope.storage.connectors import ConnectorSettings

EXAMPLES: Final[dict[str, Example]] = {
    "bucket": {
        "summary": "A folder in a bucket on S3",
        "value": {
            "scheme": "s3",
            "label": "archive",
            "place": "my-bucket/drone",
            "rights": ["read"],
            "title": "The archive",
            "options": {"region": "eu-central-1"},
            "secrets": {"access_key_id": "AKIA…", "secret_access_key": "…"},
        },
    },
    "public": {
        "summary": "A public bucket",
        "value": {
            "scheme": "s3",
            "place": "open-pictures",
            "rights": ["read"],
            "options": {"anonymous": True},
        },
    },
}


class ConnectorView(BaseModel):
    """A configured place, without its secrets."""

    id: str = Field(examples=["con_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    uri: str = Field(description="What its URIs begin with.", examples=["s3+archive://my-bucket/drone/"])
    scheme: str
    label: str | None
    place: str
    rights: list[str]
    title: str
    options: dict[str, Any]
    secrets: list[str] = Field(description="Names of the secrets that are kept; they are never shown.")
    created: datetime

    @classmethod
    def of(cls, record: ConnectorRecord, settings: ConnectorSettings) -> ConnectorView:
        """The view of a record."""
        return cls(
            id=record.id,
            uri=settings.base,
            scheme=settings.scheme,
            label=settings.label,
            place=settings.place,
            rights=sorted(settings.rights),
            title=settings.title,
            options=settings.options.model_dump(mode="json", exclude_defaults=True),
            secrets=sorted(settings.hidden()),
            created=record.created,
        )


class ConnectorTest(BaseModel):
    """Whether a place can be reached."""

    works: bool
    told: str = Field(description="What was found, or what is wrong.")
