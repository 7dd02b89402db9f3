"""The ``comic`` kind: flat colors, ink lines, and Ben-Day dots in the middle tones."""

from __future__ import annotations

from typing import Annotated, cast

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from rotoscope.filters.colorspace import color_to_unit, parse_color
from rotoscope.filters.halftone import screen
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.lineart import line_response
from rotoscope.filters.pixels import Floats, from_unit, options_digest, require_rgb
from rotoscope.filters.posterize import soft_steps
from rotoscope.filters.regions import RegionSmoother
from rotoscope.filters.texture import as_deep, smooth_step
from rotoscope.media.frame import Pixels

_VERSION = 1

_DOT_ANGLE = 45.0
_DOT_REACH = 1.0
"""How far dots blur the border between two tones, in distances of tones, at ``dots=1``."""
_RIM = 0.16
"""Half the width of a dot's rim, of the screen's limits."""
_LINE_GAIN = 42.0
_BLACK_UP_TO = 0.11
"""Tone below which ``darkness=0.5`` fills with ink."""

Color = Annotated[str, AfterValidator(parse_color)]


class ComicOptions(KindOptions):
    """What ``comic`` can be told."""

    tones: int = Field(default=4, ge=2, le=10, description="Flat tones from the darkest to the lightest.")
    dots: float = Field(default=0.7, ge=0, le=1, description="How far tones turn into each other by dots.")
    cell: float = Field(
        default=1.2,
        ge=0.3,
        le=10,
        description="Distance between dots, in hundredths of the picture's short side.",
    )
    lines: float = Field(default=0.5, ge=0, le=1, description="How strongly contours are inked.")
    weight: float = Field(default=1.5, ge=0.25, le=4, description="Thickness of the lines.")
    darkness: float = Field(
        default=0.5, ge=0, le=1, description="How much of the shadows is filled with ink."
    )
    saturation: float = Field(default=1.6, ge=0, le=3, description="1 keeps the picture's own, 0 is grey.")
    ink: Color = Field(default="#14131a", description="Color of lines and shadows, #rrggbb.")
    paper: Color = Field(default="#fff9ea", description="Color of the paper, #rrggbb.")


class ComicFilter:
    """Prints a picture as a panel of a comic.

    Regions as ``posterize`` makes them, lines as ``lineart`` finds them. Between two flat tones the darker
    one ends in dots that shrink, as Benjamin Day's shading sheets (1879) did it.
    """

    kind = "comic"

    def __init__(self, options: ComicOptions) -> None:
        self._options = options
        self._smoother = RegionSmoother(0.75)
        self.name = "comic"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        ycrcb = cast("Pixels", cv2.cvtColor(as_deep(pixels), cv2.COLOR_RGB2YCrCb))
        luma = cast("Pixels", cv2.extractChannel(ycrcb, 0))
        planes = cv2.split(self._smoother.ycrcb(ycrcb).astype(np.float32) * np.float32(1 / 65535))
        tone, red, blue = (cast("Floats", plane) for plane in planes)
        flat = self._flat_tones(tone)
        gain = np.float32(self._options.saturation)
        chroma = [np.float32(0.5) + gain * (plane - np.float32(0.5)) for plane in (red, blue)]
        colored = cv2.split(cv2.cvtColor(cv2.merge([flat, *chroma]), cv2.COLOR_YCrCb2RGB))
        bare = np.float32(1) - self._ink(luma, tone)
        ink, paper = color_to_unit(self._options.ink), color_to_unit(self._options.paper)
        printed = [
            ink[c] + bare * (np.clip(plane, 0, 1) * paper[c] - ink[c]) for c, plane in enumerate(colored)
        ]
        return from_unit(cast("Floats", cv2.merge(printed)), pixels)

    def _flat_tones(self, tone: Floats) -> Floats:
        """(H, W) 0..1: the tone of the paint, dots included."""
        options = self._options
        cell = options.cell / 100 * min(tone.shape)
        limit = screen(tone.shape, angle=_DOT_ANGLE, cell=cell, shape="dot")
        distance = 1 / (options.tones - 1)
        # Lights are flat and shadows are ink: dots are for what lies between.
        middle = smooth_step(tone, 0.08, 0.3) * (np.float32(1) - smooth_step(tone, 0.8, 0.97))
        swing = middle * np.float32(_DOT_REACH * options.dots * distance)
        lifted = tone ** np.float32(0.8) * np.float32(0.95) + np.float32(0.05)
        moved = lifted - (limit - np.float32(0.5)) * swing
        steps = soft_steps(np.linspace(0, 1, 4097, dtype=np.float32), levels=options.tones, softness=_RIM)
        index = np.clip(moved * np.float32(4096) + np.float32(0.5), 0, 4096).astype(np.uint16)
        return np.take(steps, index)

    def _ink(self, luma: Pixels, tone: Floats) -> Floats:
        """(H, W) 0..1: where lines and black shadows are."""
        options = self._options
        cover = np.zeros_like(tone)
        if options.lines > 0:
            response = line_response(luma, weight=options.weight, detail=0.2 + 0.5 * options.lines)
            if response.shape != luma.shape:
                size = (luma.shape[1], luma.shape[0])
                response = cast("Floats", cv2.resize(response, size, interpolation=cv2.INTER_CUBIC))
            cover = smooth_step(-response * np.float32(_LINE_GAIN * (0.5 + options.lines)), 0.15, 0.75)
        if options.darkness > 0:
            limit = 2 * _BLACK_UP_TO * options.darkness
            filled = np.float32(1) - smooth_step(tone, limit - 0.012, limit + 0.012)
            cover = np.maximum(cover, filled)
        return cast("Floats", cover)


KIND = FilterKind("comic", "Flat colors, ink lines, and dots between.", ComicOptions, ComicFilter)
