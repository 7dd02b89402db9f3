"""The ``halftone`` kind: tones as dots of ink, like a printed page seen closely."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from rotoscope.filters.colorspace import color_to_unit, parse_color
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, from_unit, options_digest, require_rgb
from rotoscope.filters.texture import clipped, luma_of, to_unit, wide_blur
from rotoscope.media.frame import Pixels

_VERSION = 1

_CMY = ("#00a3e0", "#e5127d", "#ffe600")
"""Cyan, magenta and yellow about as process inks look on coated paper."""
_ANGLES = (-30.0, 30.0, -45.0)
"""Of the cyan, magenta and yellow screens against that of black: thirty degrees between the strong ones make
the least moiré, yellow is faint enough to stand between."""
_BLACK_FROM = 0.32
"""Grey component that is still printed without black, 0..1."""
_SOFTENING = 0.22
"""Blur before the screen, in cells: what is finer than a dot only breaks dots."""

Color = Annotated[str, AfterValidator(parse_color)]


class HalftoneOptions(KindOptions):
    """What ``halftone`` can be told."""

    inks: Literal["cmyk", "mono"] = Field(
        default="cmyk", description="Four process inks, or one ink on paper."
    )
    cell: float = Field(
        default=1.0,
        ge=0.3,
        le=10,
        description="Distance between dots, in hundredths of the picture's short side.",
    )
    angle: float = Field(
        default=45.0, ge=0, le=90, description="Of the black screen, degrees; the others keep their distance."
    )
    shape: Literal["dot", "line"] = Field(default="dot", description="Round dots, or lines that swell.")
    crispness: float = Field(
        default=0.7, ge=0, le=1, description="How hard the rims of the dots are; 0 is ink that bleeds."
    )
    ink: Color = Field(default="#17161a", description="Color of the black or only ink, #rrggbb.")
    paper: Color = Field(default="#fbf7ec", description="Color of the paper, #rrggbb.")


class HalftoneFilter:
    """Prints a picture.

    Inks lie over each other as filters of light do, so that every pixel well inside or outside a dot has one
    of the sixteen colors of Neugebauer's equations (1937). A dot covers just the share of its cell that the
    tone asks for.
    """

    kind = "halftone"

    def __init__(self, options: HalftoneOptions) -> None:
        self._options = options
        self.name = "halftone"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        options = self._options
        cell = options.cell / 100 * min(pixels.shape[:2])
        values = wide_blur(to_unit(pixels), _SOFTENING * cell)
        paper, black = color_to_unit(options.paper), color_to_unit(options.ink)
        if options.inks == "mono":
            cover = self._cover(1 - luma_of(values), options.angle, cell)
            planes = [paper[c] + cover * (black[c] - paper[c]) for c in range(3)]
            return from_unit(np.stack(planes, axis=-1).astype(np.float32), pixels)
        printed = [np.full(pixels.shape[:2], level, np.float32) for level in paper]
        cyan, magenta, yellow, key = separate_inks(values)
        plates = zip((cyan, magenta, yellow), _CMY, _ANGLES, strict=True)
        inks = [(plate, color_to_unit(ink), options.angle + turn) for plate, ink, turn in plates]
        for plate, ink, angle in (*inks, (key, black, options.angle)):
            cover = self._cover(plate, angle, cell)
            for plane, level in zip(printed, ink, strict=True):
                cv2.multiply(plane, 1 - cover * np.float32(1 - level), dst=plane)
        return from_unit(np.stack(printed, axis=-1), pixels)

    def _cover(self, tone: Floats, angle: float, cell: float) -> Floats:
        """(H, W) 0..1: how much of each pixel is ink, for a share of ink wanted."""
        limit = screen(tone.shape, angle=angle, cell=cell, shape=self._options.shape)
        # A rim is about one pixel wide; dots that no pixel resolves become a tone again. Where a tone is so
        # near to paper or ink that its rim would reach over the cell, the rim is narrower.
        hard = 2.5 * 4 ** (self._options.crispness - 0.7)
        rim = np.float32(min(0.5, 2 / (cell * hard)) if cell >= 2 else 0.5)
        width = np.minimum(np.minimum(tone, np.float32(1) - tone), rim)
        gain = np.float32(0.5) / np.maximum(width, np.float32(1e-4))
        return clipped((tone - limit) * gain + np.float32(0.5))


def separate_inks(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """How much cyan, magenta, yellow and black a picture asks for.

    Args:
        values: (H, W, 3) RGB 0..1.

    Returns:
        Four (H, W), 0..1; black takes over a growing part of what the other three have in common.
    """
    wanted = [np.float32(1) - plane for plane in cv2.split(values)]
    grey = np.minimum(np.minimum(wanted[0], wanted[1]), wanted[2])
    key = clipped((grey - np.float32(_BLACK_FROM)) / np.float32(1 - _BLACK_FROM))
    cv2.pow(key, 1.25, dst=key)
    rest = np.float32(1) / np.maximum(np.float32(1) - key, np.float32(1e-4))
    cyan, magenta, yellow = (clipped((plane - key) * rest) for plane in wanted)
    return cyan, magenta, yellow, key


@lru_cache(maxsize=4)
def screen(size: tuple[int, int], *, angle: float, cell: float, shape: str) -> Floats:
    """Limits of a screen: where a tone is above its limit there is ink.

    Args:
        size: height and width.
        angle: of the rows of dots, degrees.
        cell: distance of dots, pixels.
        shape: ``dot`` (round in the lights, checkered in the middle, round holes in the shadows) or ``line``.

    Returns:
        (H, W) float32, evenly spread over 0..1, so that a tone of 0.3 covers 30 % of the paper. Read-only.
    """
    height, width = size
    turn, step = np.deg2rad(angle), 2 * np.pi / max(cell, 1e-6)
    x = (np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)) * np.float32(step)
    y = (np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2))[:, None] * np.float32(step)
    across = np.cos(x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn)))
    if shape == "line":
        limits = np.arccos(np.clip(across, -1, 1)) * np.float32(1 / np.pi)
    else:
        along = np.cos(y * np.float32(np.cos(turn)) - x * np.float32(np.sin(turn)))
        spot = (np.float32(2) - across - along) * np.float32(0.25)
        limits = np.interp(spot, np.linspace(0, 1, 513), _spot_shares()).astype(np.float32)
    # Neither bare paper nor full ink lies exactly at a limit.
    limits = clipped(limits, 0.001, 0.999)
    limits.flags.writeable = False
    return limits


@lru_cache(maxsize=1)
def _spot_shares() -> Floats:
    """Share of a cell in which the round spot function is below each of 513 levels."""
    turn = np.cos((np.arange(512) + 0.5) * (2 * np.pi / 512))
    spot = np.sort(((2 - turn[:, None] - turn[None]) * 0.25).ravel())
    return (np.searchsorted(spot, np.linspace(0, 1, 513)) / spot.size).astype(np.float32)


KIND = FilterKind("halftone", "Dots of printing ink, four or one.", HalftoneOptions, HalftoneFilter)
