"""The ``pencil`` kind: graphite or colored pencils on paper with a tooth."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, cast

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from rotoscope.filters.colorspace import color_to_unit, parse_color
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, from_unit, options_digest, require_rgb
from rotoscope.filters.texture import clipped, luma_of, smooth_step, steady_noise, to_unit, wide_blur
from rotoscope.media.frame import Pixels

_VERSION = 1

_LAYERS = (
    # angle in degrees, darkness at which strokes begin, at which they are dense, weight
    (56.0, 0.08, 1.00, 0.52),
    (42.0, 0.40, 1.05, 0.26),
    (122.0, 0.58, 1.10, 0.36),
)
"""Hatchings over each other: lights stay paper, middle tones get one direction, shadows are crossed."""
_HATCH_LINES = 560
"""Samples of the strokes' noise across the short side: about half as many strokes."""
_STROKE_LENGTH = 14.0
"""Samples that a stroke is drawn out along its direction."""
_PAPER_LINES = 560
_OUTLINES = ((0.0018, 3.6), (0.006, 1.5))
"""Radius over the short side, and weight, of what is drawn as line and as soft shade beside it."""
_DARKEST = 0.93
"""Graphite shines: it never gets quite as dark as its color."""

Color = Annotated[str, AfterValidator(parse_color)]


class PencilOptions(KindOptions):
    """What ``pencil`` can be told."""

    hatching: float = Field(
        default=0.6, ge=0, le=1, description="How far tones are strokes, and not rubbed smooth."
    )
    outline: float = Field(default=0.6, ge=0, le=1, description="How strongly contours are drawn.")
    darkness: float = Field(default=0.5, ge=0, le=1, description="How hard the pencil is pressed.")
    tooth: float = Field(default=0.5, ge=0, le=1, description="Roughness of the paper.")
    hues: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How much color the pencils have: 0 is graphite, 1 the picture's.",
    )
    lead: Color = Field(default="#2b2b31", description="Color of the graphite, #rrggbb.")
    paper: Color = Field(default="#f6f2e8", description="Color of the paper, #rrggbb.")


class PencilFilter:
    """Draws a picture with pencils.

    Lines are where the picture is darker than its surroundings, by their ratio; tones are laid down in three
    directions, each from a darkness of its own, as Praun, Hoppe, Webb & Finkelstein, "Real-time hatching",
    2001, layer theirs. Strokes and paper keep their places from frame to frame.
    """

    kind = "pencil"

    def __init__(self, options: PencilOptions) -> None:
        self._options = options
        self.name = "pencil"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        paper, lead = color_to_unit(self._options.paper), color_to_unit(self._options.lead)
        values = to_unit(pixels)
        tone = luma_of(values)
        pencils: list[Floats | np.float32] = list(lead)
        if self._options.hues > 0:
            planes = cv2.split(wide_blur(values, 0.004 * min(tone.shape)))
            pencils, least = _colored(cast("list[Floats]", planes), lead, self._options.hues)
            # Yellow is as light as paper, and must be drawn all the same.
            tone = cast("Floats", tone + np.float32(0.7 * self._options.hues) * (least - tone))
        cover = self._graphite(tone)
        drawn = [paper[c] + cover * (pencils[c] - paper[c]) for c in range(3)]
        return from_unit(cast("Floats", cv2.merge(drawn)), pixels)

    def _graphite(self, tone: Floats) -> Floats:
        """(H, W) 0..1: how much of the paper is covered, for a picture's luma."""
        options = self._options
        side = min(tone.shape)
        soft = wide_blur(tone, 0.0035 * side)
        # Contrast against the wide surroundings: a drawing spends its few tones where things differ.
        level = wide_blur(tone, 0.09 * side)
        dark = np.float32(1) - clipped(soft + np.float32(0.2) * (soft - level))
        dark = smooth_step(dark, 0.06, 1.1) * np.float32(0.5) + dark * np.float32(0.5)
        fields, tooth = _strokes(tone.shape, options.hatching, options.tooth)
        pressed = np.float32(0.44 + 0.8 * options.darkness)
        cover = np.zeros_like(tone)
        for field, (_, begin, dense, weight) in zip(fields, _LAYERS, strict=True):
            laid = smooth_step(cast("Floats", dark), begin, dense) * np.float32(weight) * pressed
            cover += laid * field
        lines = self._lines(tone)
        cover = np.float32(1) - (np.float32(1) - clipped(cover)) * (np.float32(1) - lines)
        # The tooth takes graphite in full only where it is pressed into the valleys.
        cover *= np.float32(1) + tooth * (np.float32(1) - cover)
        return cast("Floats", clipped(cover) * np.float32(_DARKEST))

    def _lines(self, tone: Floats) -> Floats:
        side = min(tone.shape)
        total = np.zeros_like(tone)
        for radius, weight in _OUTLINES:
            inner = wide_blur(tone, 0.45 * radius * side)
            around = wide_blur(tone, 1.6 * radius * side)
            ratio = np.float32(1) - (inner + np.float32(0.06)) / (around + np.float32(0.06))
            total += np.maximum(ratio - np.float32(0.03), 0) * np.float32(weight)
        drawn = total * np.float32(1.4 * self._options.outline * (0.6 + 0.8 * self._options.darkness))
        return cast("Floats", np.float32(0.95) * drawn / (drawn + np.float32(0.55)))


def _colored(planes: list[Floats], lead: Floats, hues: float) -> tuple[list[Floats | np.float32], Floats]:
    """Colors of the pencils, pure and neither very dark nor very light, and each pixel's least component.

    Args:
        planes: red, green and blue, (H, W) 0..1 each.
        lead: (3,) color of the graphite.
        hues: 0 (graphite) to 1.
    """
    red, green, blue = planes
    grey = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    most = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    most = most + np.float32(0.8) * (most - grey)
    gain = np.float32(0.42) + np.float32(0.38) / np.maximum(most, np.float32(0.25))
    pencils: list[Floats | np.float32] = []
    for plane, graphite in zip(planes, lead, strict=True):
        pure = clipped((plane + np.float32(0.8) * (plane - grey)) * gain, 0.05)
        pencils.append(cast("Floats", graphite + np.float32(hues) * (pure - graphite)))
    return pencils, cast("Floats", least)


@lru_cache(maxsize=2)
def _strokes(size: tuple[int, int], hatching: float, tooth: float) -> tuple[tuple[Floats, ...], Floats]:
    """One field of strokes a layer, about 1 in the mean, and the tooth of the paper about 0; read-only."""
    fields: list[Floats] = []
    for number, (angle, *_) in enumerate(_LAYERS):
        streaks = steady_noise(
            f"hatch {number}", size, lines=_HATCH_LINES, spread=(_STROKE_LENGTH, 0.75), angle=angle
        )
        pressure = steady_noise(f"pressure {number}", size, lines=60, spread=(4.0, 1.5), angle=angle)
        swing = streaks + np.float32(0.3) * pressure
        field = clipped(np.float32(1) + np.float32(0.5 * hatching) * swing, 0.2, 1.9)
        fields.append(field)
    fine = steady_noise("tooth fine", size, lines=_PAPER_LINES, spread=(0.7, 0.7))
    coarse = steady_noise("tooth coarse", size, lines=_PAPER_LINES / 2, spread=(0.9, 0.9))
    rough = (np.float32(0.7) * fine + np.float32(0.5) * coarse) * np.float32(0.5 * tooth)
    return tuple(fields), clipped(rough, -0.8, 0.8)


KIND = FilterKind("pencil", "Graphite or colored pencils, hatched by tone.", PencilOptions, PencilFilter)
