"""What can be turned on every filter: size of strokes, clarity, and whose colors it has.

Strength, the fourth, is in :mod:`rotoscope.filters.strength`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from hashlib import sha256
from typing import ClassVar, Literal, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.pixels import Floats, from_unit, full_scale, strips
from rotoscope.filters.recombining import enlarge
from rotoscope.filters.wrapper import FilterWrapper
from rotoscope.media.frame import Pixels

Colors: TypeAlias = Literal["style", "photo", "matched"]
"""Whose colors a painting has."""
_CLARITY_RADIUS = 1 / 180
"""Of the picture's short side: what is finer counts as detail."""
STROKE_SIDE = 720
"""Short side, in pixels, of the pictures that ``stroke_scale`` takes its measure from."""
_LEAST_SIDE = 8
"""A picture is not made smaller than this for larger strokes."""


class Controls(BaseModel):
    """How a filter is turned from what it was made to be."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    stroke: float = Field(default=1, ge=0.25, le=4)
    """Size of strokes: the filter paints a picture so many times smaller, which is then enlarged."""
    stroke_scale: float | None = Field(default=None, ge=0.25, le=4)
    """Size of strokes beside the picture, whatever its resolution: at 1 they are as large as on one with a
    short side of :data:`STROKE_SIDE`; None: as many pixels as the filter learned."""
    clarity: float = Field(default=1, ge=0, le=3)
    """Contrast of what is fine in the painting: 0 is soft, 2 is crisp."""
    color: Colors = "style"
    """``style``: as painted. ``photo``: brightness as painted, colors of the photograph (luminance-only
    transfer, Gatys et al. 2016). ``matched``: as painted, with the photograph's mean and spread of every
    component (Reinhard et al. 2001)."""

    @classmethod
    def taken_from(cls, values: MutableMapping[str, str]) -> Controls:
        """The controls among options as typed; they are taken out, the others stay.

        Raises:
            InvalidOptions: a value outside what is allowed.
        """
        given = {name: values.pop(name) for name in cls.model_fields if name in values}
        return controls_of(**given)


_ALLOWED = {
    "stroke": "a number from 0.25 (fine strokes) to 4 (large ones)",
    "stroke_scale": f"a number from 0.25 (fine strokes) to 4 (large ones); 1 is as on {STROKE_SIDE} pixels",
    "clarity": "a number from 0 (soft) to 3 (crisp)",
    "color": "style (as painted), photo (the photograph's own) or matched (painted, brought near them)",
}


def controls_of(**values: object) -> Controls:
    """Controls of values as a program gives them.

    Raises:
        InvalidOptions: a value outside what is allowed.
    """
    try:
        return Controls.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise InvalidOptions(f"{name} was {values[name]!r}; it is {_ALLOWED[name]}.") from error


class ControlledFilter(FilterWrapper):
    """A filter with its controls turned."""

    def __init__(self, filter: Filter, controls: Controls) -> None:
        super().__init__(filter)
        self._controls = controls

    @property
    def digest(self) -> str:
        """SHA-256 of the filter's digest and the controls."""
        return sha256(f"controls:{self._controls!r}:{self._filter.digest}".encode()).hexdigest()

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        controls = self._controls
        painted = _paint_at_scale(self._filter, pixels, _factor(controls, pixels))
        if controls.clarity != 1:
            painted = change_clarity(painted, controls.clarity)
        if controls.color == "photo":
            return keep_colors(painted, pixels)
        if controls.color == "matched":
            return match_colors(painted, pixels)
        return painted


def with_controls(filter: Filter, controls: Controls) -> Filter:
    """The filter with its controls turned; the filter itself where none is."""
    return filter if controls == Controls() else ControlledFilter(filter, controls)


def _factor(controls: Controls, pixels: Pixels) -> float:
    """How many times smaller the filter is to paint the picture."""
    if controls.stroke_scale is None:
        return controls.stroke
    return controls.stroke * controls.stroke_scale * min(pixels.shape[:2]) / STROKE_SIDE


def _paint_at_scale(filter: Filter, pixels: Pixels, stroke: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = tuple(max(min(side, _LEAST_SIDE), round(side / stroke)) for side in (width, height))
    if size == (width, height):
        return filter.apply(pixels)
    if stroke > 1:
        reduced = cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
        return enlarge(filter.apply(reduced), reduced, pixels)
    grown = cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC))
    return cast("Pixels", cv2.resize(filter.apply(grown), (width, height), interpolation=cv2.INTER_AREA))


def change_clarity(pixels: Pixels, amount: float) -> Pixels:
    """Multiply what differs from the picture's blurred self; (H, W, 3) to the same."""
    radius = max(0.8, min(pixels.shape[:2]) * _CLARITY_RADIUS)
    base = cv2.GaussianBlur(pixels, (0, 0), radius)
    return cast("Pixels", cv2.addWeighted(pixels, amount, base, 1 - amount, 0))


def keep_colors(painted: Pixels, source: Pixels) -> Pixels:
    """Luma of the painting, chroma of the source; both (H, W, 3) of one type."""
    result = np.empty_like(painted)
    for rows in strips(len(painted)):
        mixed = cv2.cvtColor(painted[rows], cv2.COLOR_RGB2YCrCb)
        mixed[..., 1:] = cv2.cvtColor(source[rows], cv2.COLOR_RGB2YCrCb)[..., 1:]
        result[rows] = cv2.cvtColor(mixed, cv2.COLOR_YCrCb2RGB)
    return result


def match_colors(painted: Pixels, source: Pixels) -> Pixels:
    """The painting with the source's mean and standard deviation in each component of CIE Lab."""
    mean, spread = _mean_and_spread(painted)
    wanted_mean, wanted_spread = _mean_and_spread(source)
    # A painting in one color has no spread to stretch.
    gain = np.minimum(wanted_spread / np.maximum(spread, 1e-3), _MOST_GAIN)
    result = np.empty_like(painted)
    for rows in strips(len(painted)):
        lab = ((_to_lab(painted[rows]) - mean) * gain + wanted_mean).astype(np.float32)
        result[rows] = from_unit(cast("Floats", cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)), painted)
    return result


def _mean_and_spread(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each component of CIE Lab."""
    count = pixels.shape[0] * pixels.shape[1]
    labs = (_to_lab(pixels[rows]) for rows in strips(len(pixels)))
    mean = sum((lab.sum((0, 1), np.float64) for lab in labs), np.zeros(3)) / count
    labs = (_to_lab(pixels[rows]) for rows in strips(len(pixels)))
    squares = sum((((lab - mean) ** 2).sum((0, 1)) for lab in labs), np.zeros(3))
    return mean, np.sqrt(squares / count)


_MOST_GAIN = 4.0
"""How much of a painting's spread may be stretched: beyond, noise becomes color."""


def _to_lab(pixels: Pixels) -> Floats:
    unit = pixels.astype(np.float32) / np.float32(full_scale(pixels))
    return cast("Floats", cv2.cvtColor(unit, cv2.COLOR_RGB2Lab))
