"""Media, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.api.models.images import PictureFormat, Uri
from rotoscope.database.tables import Medium
from rotoscope.media.shots import Shot


class MediumRequest(RequestBody):
    """A medium to register."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"uri": "data://in/drone.mp4"}]})

    uri: Uri | None = Field(
        default=None,
        description="Of a video, picture or animation, or of a folder of stills (it ends with `/`); left out "
        "where the file itself is sent.",
        examples=["data://in/drone.mp4"],
    )
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Of a file that is sent: what it is stored as, where the form does not say.",
        examples=["drone.mp4"],
    )


class MediumView(BaseModel):
    """A registered medium."""

    id: str = Field(examples=["med_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    uri: str = Field(examples=["data://in/drone.mp4"])
    sha256: str = Field(
        description="Of its contents, hexadecimal; of a folder, of the names and checksums of its files."
    )
    size_bytes: int
    info: dict[str, Any] = Field(description="What `rotoscope inspect --json` says of it.")
    created: datetime

    @classmethod
    def of(cls, medium: Medium) -> MediumView:
        """The view of a record."""
        return cls.model_validate(medium, from_attributes=True)


class FrameQuery(BaseModel):
    """Which frame, and as what picture."""

    model_config = ConfigDict(frozen=True)

    at: str | None = Field(
        default=None,
        max_length=40,
        description="The frame that is shown at this time: seconds (12.5) or timecode (0:12).",
        examples=["0:12"],
    )
    index: int | None = Field(
        default=None, ge=0, le=2**53, description="Instead of a time: the frame's number, from 0."
    )
    width: int | None = Field(
        default=None, ge=16, le=16384, description="Width in pixels, where the frame is wider."
    )
    format: PictureFormat = Field(default="jpeg", description="Of the picture.")
    quality: float | None = Field(default=None, ge=0, le=100, description="null: visually lossless.")


class PreviewQuery(FrameQuery):
    """Which frame of which medium."""

    medium: str = Field(max_length=64, description="Id of a medium.", examples=["med_01kb2v6c9t"])


class SheetQuery(BaseModel):
    """As what picture a sheet is wanted."""

    model_config = ConfigDict(frozen=True)

    format: PictureFormat = Field(default="png", description="Of the picture.")
    quality: float | None = Field(default=None, ge=0, le=100, description="null: visually lossless.")


class ShotView(BaseModel):
    """Frames between two cuts."""

    number: int = Field(description="Counted from 1, as a look's `shots` does.")
    first_frame: int = Field(description="From 0.")
    stop_frame: int = Field(description="The first frame after it.")
    start_seconds: float = Field(description="From the first frame.")
    stop_seconds: float

    @classmethod
    def of(cls, shot: Shot) -> ShotView:
        """The view of a shot."""
        return cls(
            number=shot.index + 1,
            first_frame=shot.first_frame,
            stop_frame=shot.stop_frame,
            start_seconds=float(shot.start_seconds),
            stop_seconds=float(shot.stop_seconds),
        )


class ShotList(BaseModel):
    """The shots of a medium."""

    items: list[ShotView]
