"""Stored files, as they are shown and asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.storage.store import StoredFile
from rotoscope.storage.uri import StorageUri, parse_uri

_LONGEST: int = 2048
FileUri: TypeAlias = Annotated[
    str,
    Query(
        max_length=_LONGEST,
        description="URI of a file.",
        openapi_examples={"video": {"value": "data://in/drone.mp4"}},
    ),
]
Overwrite: TypeAlias = Annotated[bool, Query(description="Replace what is there already.")]


class FileView(BaseModel):
    """A stored file."""

    uri: str = Field(examples=["data://in/drone.mp4"])
    name: str = Field(description="The last part of its path.", examples=["drone.mp4"])
    size_bytes: int
    modified: datetime
    etag: str = Field(description="Changes when the contents do.")
    sha256: str | None = Field(description="Of the contents, in hex, where the store knows it.")

    @classmethod
    def of(cls, uri: str | StorageUri, file: StoredFile) -> FileView:
        """The view of a file."""
        parsed = parse_uri(uri) if isinstance(uri, str) else uri
        return cls(
            uri=str(parsed),
            name=parsed.name,
            size_bytes=file.size_bytes,
            modified=file.modified,
            etag=file.etag,
            sha256=file.sha256,
        )


class SignRequest(RequestBody):
    """A signed URL that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"uri": "data://out/painted.mp4", "method": "GET", "seconds": 3600}]}
    )

    uri: str = Field(max_length=_LONGEST, description="Of the file.")
    method: Literal["GET", "PUT"] = Field(default="GET", description="Whether it is for getting or putting.")
    seconds: int = Field(default=3600, ge=1, le=604_800, description="How long it works, up to a week.")
    overwrite: bool = Field(
        default=False,
        description="For PUT: replace what is there. URLs of other stores always do.",
    )


class SignedView(BaseModel):
    """A URL that works without a key."""

    url: str
    method: Literal["GET", "PUT"]
    expires: datetime
