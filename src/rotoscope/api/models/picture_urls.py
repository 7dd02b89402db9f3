"""Picture URLs, as they are asked for and shown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.api.models.images import FilterSpec, PictureFormat, Uri
from rotoscope.filters.controls import Colors


class UrlOptions(RequestBody):
    """How the picture of a URL is made; in the URL as ``w:800,q:80,f:webp,s:0.7``."""

    width: int | None = Field(default=None, ge=16, le=8192, description="Width in pixels, at most; `w`.")
    height: int | None = Field(default=None, ge=16, le=8192, description="Height in pixels, at most; `h`.")
    quality: float | None = Field(default=None, ge=0, le=100, description="null: visually lossless; `q`.")
    format: PictureFormat | None = Field(
        default=None, description="null: as the source's name says, else JPEG; `f`."
    )
    strength: float = Field(default=1, ge=0, le=1, description="0: the photograph, 1: the painting; `s`.")
    stroke_scale: float | None = Field(
        default=None, ge=0.25, le=4, description="Size of strokes beside the picture; `t`."
    )
    colors: Colors | None = Field(default=None, description="Whose colors the painting has; `c`.")


class PictureUrlRequest(UrlOptions):
    """A URL that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "data://photos/cliff.jpg", "look": "great-wave", "width": 800, "format": "webp"}
            ]
        }
    )

    source: Uri = Field(description="URI of the photograph.", examples=["data://photos/cliff.jpg"])
    look: FilterSpec = Field(
        description="A filter, with options after a colon, or the id of a stored look.",
        examples=["great-wave"],
    )


class PictureUrl(BaseModel):
    """A URL that anybody may open."""

    url: str = Field(description="As this service is reached now.")
    path: str = Field(
        description="The same without the service's address.", examples=["/i/k3.x9/great-wave/-/data%3A"]
    )


class SigningKey(BaseModel):
    """What picture URLs of your client are signed with."""

    id: str = Field(description="Stands in the URL before the signature.", examples=["3k9m2x7q"])
    secret: str = Field(description="Key of the HMAC-SHA256, as UTF-8. It is shown this once.")
