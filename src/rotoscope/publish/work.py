"""A work: one picture or video that is shown, and where it came from."""

from __future__ import annotations

import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rotoscope.filters.card import NAME_PATTERN
from rotoscope.storage.uri import is_uri

Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=64)]
"""Small letters and digits, words joined by hyphens; part of an address on the site."""
ShortText = Annotated[str, Field(min_length=1, max_length=500)]
LongText = Annotated[str, Field(min_length=1, max_length=100_000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Tags = Annotated[tuple[ShortText, ...], Field(max_length=50)]


def _place(value: str) -> str:
    path = PurePosixPath(value)
    if is_uri(value):
        return value
    if "://" in value or "\\" in value or path.is_absolute() or ".." in path.parts or path.name == "":
        raise ValueError(
            "a file is named by its path in the collection's folder, such as media/dusk.jpg, or by a URI"
        )
    return value


FilePlace = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_place)]
"""A path in the collection's folder, with ``/`` between folders, or a URI of storage."""


class Part(BaseModel):
    """Base of everything in a collection: what is not known is left out, and unknown keys are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )


class UsedFilter(Part):
    """A filter that a work was painted with."""

    filter: ShortText = Field(description="As typed after --filter: great-wave, posterize:levels=4.")
    digest: Sha256 | None = Field(
        default=None, description="SHA-256 of everything that decided what it painted."
    )


def _used(value: Any) -> Any:  # noqa: ANN401 - whatever a file says
    return {"filter": value} if isinstance(value, str) else value


Used = Annotated[UsedFilter, BeforeValidator(_used, json_schema_input_type=UsedFilter | str)]
"""A used filter; its bare name stands for one whose digest is not known."""


class WorkFacts(Part):
    """What is known of a work beside its name: what ``works/NAME.yaml`` says."""

    title: ShortText = Field(description="For people to read.")
    kind: Literal["picture", "video"] = Field(description="What the file is.")
    file: FilePlace = Field(
        description="The painted file: its path in the collection's folder (media/dusk.jpg), or its URI."
    )
    source: FilePlace | None = Field(
        default=None, description="The photograph or clip that it was painted from, likewise."
    )
    look: LongText | None = Field(
        default=None, description="Text of the look file that it was painted with, where filters are not all."
    )
    filters: Annotated[tuple[Used, ...], Field(max_length=100)] = Field(
        default=(), description="What painted it: names, or names with digests."
    )
    place: ShortText | None = Field(default=None, description="Where it was taken.")
    date: datetime.date | None = Field(
        default=None, description="When it was taken or painted, as 2026-11-27."
    )
    caption: LongText | None = Field(default=None, description="Its story in some sentences; Markdown.")
    alt: ShortText | None = Field(
        default=None, description="What is to be seen, for those who do not see it; by default the title."
    )
    captions: FilePlace | None = Field(
        default=None, description="What is said in a video, as WebVTT; its path or URI likewise."
    )
    tags: Tags = Field(default=(), description="Words to find it by.")
    square: tuple[Share, Share] | None = Field(
        default=None,
        description="The middle of a square crop, in shares of width and height; by default [0.5, 0.5].",
    )


class Work(WorkFacts):
    """One picture or video, with its provenance."""

    name: Name = Field(description="Its name in the collection, part of its address.")

    @property
    def described(self) -> str:
        """What is to be seen, for those who do not see it."""
        return self.alt or self.title


def square_box(size: tuple[int, int], middle: tuple[float, float] | None) -> tuple[int, int, int]:
    """The largest square of a picture whose middle is as near as may be to a point.

    Args:
        size: (width, height) in pixels.
        middle: shares of width and height, 0 to 1; None: the picture's own middle.

    Returns:
        Left, top and side, in pixels.
    """
    width, height = size
    side = min(width, height)
    x, y = middle or (0.5, 0.5)
    left = min(max(round(x * width - side / 2), 0), width - side)
    top = min(max(round(y * height - side / 2), 0), height - side)
    return left, top, side
