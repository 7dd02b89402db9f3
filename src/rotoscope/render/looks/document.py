"""A look as its file states it. docs/look.schema.json is made of these classes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from rotoscope.filters.controls import Colors
from rotoscope.render.looks.blending import BlendMode
from rotoscope.render.looks.easing import Easing
from rotoscope.render.looks.mask_schema import AnyMask
from rotoscope.render.looks.values import Part, Share, Time

FilterNames: TypeAlias = str | tuple[str, ...]
"""What one types after ``--filter``; several form a chain."""
StrokeScale = Annotated[float, Field(ge=0.25, le=4)]
Value = TypeVar("Value")


class NumberKey(Part):
    """A number at a moment, and how it is reached."""

    to: Share = Field(description="The number.")
    easing: Easing | None = Field(default=None, description="Of the way to it; by default the layer's.")


def _shape_of(value: object) -> str:
    if isinstance(value, Mapping):
        return "keyframe" if "to" in value else "keyframes"
    if isinstance(value, NumberKey):
        return "keyframe"
    return "chain" if isinstance(value, (list, tuple)) else "one"


KeyedNumber: TypeAlias = Annotated[
    Annotated[Share, Tag("one")] | Annotated[NumberKey, Tag("keyframe")], Discriminator(_shape_of)
]
Number: TypeAlias = Annotated[
    Annotated[Share, Tag("one")]
    | Annotated[Annotated[dict[Time, KeyedNumber], Field(min_length=1)], Tag("keyframes")],
    Discriminator(_shape_of),
]
"""0 to 1, or keyframes: times and numbers."""
Name = Annotated[str, Field(min_length=1)]
Names: TypeAlias = Annotated[
    Annotated[Name, Tag("one")] | Annotated[Annotated[tuple[Name, ...], Field(min_length=1)], Tag("chain")],
    Discriminator(_shape_of),
]
TimedNames: TypeAlias = Annotated[
    Annotated[Name, Tag("one")]
    | Annotated[Annotated[tuple[Name, ...], Field(min_length=1)], Tag("chain")]
    | Annotated[Annotated[dict[Time, Names], Field(min_length=1)], Tag("keyframes")],
    Discriminator(_shape_of),
]
"""A filter, a chain, or keyframes: times and either."""


class Layer(Part):
    """One painting, and how it is laid on those below."""

    filter: TimedNames = Field(
        description="A filter as typed after --filter; a list is a chain; times with filters cross-fade."
    )
    strength: Number = Field(
        default=1.0, description="How much of the painting shows, 0 to 1; or times with numbers."
    )
    easing: Easing = Field(default="linear", description="How values go from keyframe to keyframe.")
    fade: Time | None = Field(
        default=None,
        description="How long filters cross-fade before the time of the next one; by default all the way "
        "from the one before. 0: at once.",
    )
    stroke_scale: StrokeScale | None = Field(
        default=None, description="Size of strokes beside the picture, 0.25 to 4; 1 is as on 720 pixels."
    )
    colors: Colors | None = Field(
        default=None, description="Whose colors the painting has: style, photo or matched."
    )
    paints: Literal["photo", "below"] = Field(
        default="photo",
        description="What the filter paints: the photograph, or the result of the layers below.",
    )
    blend: BlendMode = Field(default="normal", description="How the painting meets what is below.")
    mask: AnyMask | None = Field(default=None, description="Where the layer shows; by default everywhere.")
    shots: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] | None = Field(
        default=None, description="Numbers of the shots that it shows in, counted from 1; by default all."
    )


class LookDocument(Part):
    """A look file."""

    look: Literal[1] = Field(description="Version of this format.")
    title: str | None = Field(
        default=None, min_length=1, max_length=200, description="Name for people to read."
    )
    strength: Share = Field(default=1.0, description="How much of the whole shows, 0 to 1.")
    size: Annotated[int, Field(ge=16, le=16384)] | None = Field(
        default=None, description="Short side of the result in pixels; by default the source's."
    )
    stroke_scale: StrokeScale | None = Field(default=None, description="For layers that state none.")
    colors: Colors = Field(default="style", description="For layers that state none.")
    hold: Annotated[int, Field(ge=1, le=24)] = Field(
        default=1, description="Each painting stays for so many frames: 2 paints on twos, as animators draw."
    )
    cuts: tuple[Time, ...] | None = Field(
        default=None, description="Times at which shots begin, the first one's left out; by default found."
    )
    layers: Annotated[tuple[Layer, ...], Field(min_length=1, max_length=32)] = Field(
        description="From the bottom to the top."
    )

    @model_validator(mode="after")
    def _cuts_rise(self) -> LookDocument:
        if any(later <= earlier for earlier, later in pairwise((Fraction(0), *(self.cuts or ())))):
            raise ValueError("cuts are times that rise, each later than the one before and than 0")
        return self


def look_schema() -> dict[str, Any]:
    """The JSON Schema of look files, as docs/look.schema.json has it."""
    return LookDocument.model_json_schema(by_alias=True)


def in_order(keyframes: Mapping[Fraction, Value]) -> list[tuple[Fraction, Value]]:
    """Keyframes by time."""
    return sorted(keyframes.items(), key=lambda item: item[0])
