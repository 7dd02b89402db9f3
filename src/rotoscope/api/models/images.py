"""What is asked of one picture."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rotoscope.filters.controls import Colors

PictureFormat: TypeAlias = Literal["png", "jpeg", "webp"]
SUFFIXES: Final[dict[PictureFormat, str]] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
MEDIA_TYPES: Final[dict[str, str]] = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
FilterSpec: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
LookGiven: TypeAlias = dict[str, Any] | Annotated[str, Field(min_length=1, max_length=1_000_000)]
"""A look as JSON, as YAML text, or the id of a stored one."""
Uri: TypeAlias = Annotated[str, Field(min_length=1, max_length=2048)]


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


class PaintOptions(BaseModel):
    """How a picture is painted."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    filter: Annotated[list[FilterSpec], BeforeValidator(_as_list)] = Field(
        default=[],
        max_length=8,
        description="Filters of the palette or classical kinds, with options after a colon; several form a "
        "chain.",
        examples=[["great-wave"]],
    )
    look: LookGiven | None = Field(
        default=None,
        description="Instead of filter: a look, as JSON or as YAML text, or the id of a stored one.",
    )
    strength: float = Field(
        default=1, ge=0, le=1, description="0 gives the source back, 1 the full painting."
    )
    stroke_scale: float | None = Field(
        default=None,
        ge=0.25,
        le=4,
        description="Size of strokes beside the picture: 1 is as on a short side of 720 pixels.",
    )
    colors: Colors | None = Field(
        default=None,
        description="style: as painted; photo: the photograph's own; matched: brought near these.",
    )
    size: int | None = Field(
        default=None, ge=16, le=16384, description="Short side of the result in pixels; null: the source's."
    )
    quality: float | None = Field(
        default=None, ge=0, le=100, description="0 to 100; null: visually lossless. PNG is lossless."
    )
    format: PictureFormat | None = Field(
        default=None,
        description="Of the result; null: what the header Accept says, else as the source is, else PNG.",
    )

    @model_validator(mode="after")
    def _filters_or_look(self) -> PaintOptions:
        if bool(self.filter) == (self.look is not None):
            told = "are given together" if self.filter else "are both missing"
            raise ValueError(f"filter and look {told}; give one of the two")
        return self


class StylizeImage(PaintOptions):
    """A picture to paint, and how."""

    source: Uri | None = Field(
        default=None,
        description="URI of the picture; left out where the picture itself is sent.",
        examples=["data://photos/cliff.jpg"],
    )
    preview: bool = Field(
        default=False,
        description="For a look at what it would be: the result has at most 1024 pixels along its long side. "
        "Its processor time is counted, and it counts as no picture.",
    )
