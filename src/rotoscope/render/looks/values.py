"""Values of a look file as people type them: times, colors, points."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from rotoscope.errors import InvalidOptions
from rotoscope.media.timecode import decimal_text, parse_time

_COLOR = re.compile(r"#?([0-9a-fA-F]{6})")


def _time(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Fraction)):
        raise ValueError("a time is seconds (12.5, 500ms) or timecode (1:02.5)")
    try:
        return value if isinstance(value, Fraction) else parse_time(str(value))
    except InvalidOptions as error:
        raise ValueError(str(error)) from error


def _color(value: object) -> str:
    match = _COLOR.fullmatch(str(value))
    if match is None:
        raise ValueError(f"{value!r} is no color; write six hexadecimal digits in quotes, such as '#3f7d4a'")
    return f"#{match[1].lower()}"


Time = Annotated[
    Fraction,
    PlainValidator(_time),
    PlainSerializer(decimal_text),
    WithJsonSchema({"type": ["string", "number"], "description": "A time: 12.5, 500ms, 1:02.5."}),
]
"""Seconds from the clip's first frame, or a duration."""
Color = Annotated[
    str, PlainValidator(_color), WithJsonSchema({"type": "string", "pattern": "^#?[0-9a-fA-F]{6}$"})
]
"""``#rrggbb``."""
Share = Annotated[float, Field(ge=0, le=1)]
Coordinate = Annotated[float, Field(ge=-2, le=3)]
Point = tuple[Coordinate, Coordinate]
"""Shares of the picture's width and height; [0, 0] is the top left corner."""


class Part(BaseModel):
    """Base of everything in a look file: unknown keys are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )
