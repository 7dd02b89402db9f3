"""What style pictures are drawn with: plates of ink, seeded noise, paper, and wear.

Distances are in *units*, 512 to the side of a picture, so that a picture looks the same at every size.
A *mask* says how much of a color lies where: (side, side) float32, 0 to 1. A *picture* is (side, side, 3)
float32 sRGB, 0 to 1, until :func:`finished` makes bytes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

UNITS = 512.0
"""Units along a side."""
_FINE = 1536
"""Pixels along a side that are drawn at the least, before they are averaged."""
_SHIFT = 4
"""Bits behind the point in the coordinates that OpenCV draws with."""

Field: TypeAlias = NDArray[np.floating[Any]]
"""(side, side), (side, side, 3) or (N, 2); float32 or float64."""
Bytes: TypeAlias = NDArray[np.uint8]
Color: TypeAlias = Field
"""(3,) float32 sRGB, 0 to 1."""


def color(code: str) -> Color:
    """``"#1f2a36"`` as (3,) float32, 0 to 1."""
    digits = code.lstrip("#")
    return np.array([int(digits[place : place + 2], 16) / 255.0 for place in (0, 2, 4)], np.float32)


def colors(*codes: str) -> Field:
    """Several colors, (N, 3) float32, 0 to 1."""
    return np.stack([color(code) for code in codes])


class Plate:
    """A mask to draw on, antialiased; coordinates and widths in units, x to the right and y downward."""

    def __init__(self, side: int) -> None:
        """An empty plate for a mask of ``side`` pixels; drawn finer, so that widths keep at every size."""
        over = max(2, -(-_FINE // side))
        self._side, self._scale = side, side * over / UNITS
        self._ink: Any = np.zeros((side * over, side * over), np.uint8)

    def line(self, points: ArrayLike, width: float, *, value: float = 1.0, closed: bool = False) -> None:
        """A stroke with round ends through points (N, 2)."""
        thick = max(1, round(width * self._scale))
        level = float(255 * value * min(1.0, width * self._scale))
        cv2.polylines(self._ink, [self._fixed(points)], closed, level, thick, cv2.LINE_AA, _SHIFT)

    def polygon(self, points: ArrayLike, *, value: float = 1.0) -> None:
        """A filled outline of points (N, 2)."""
        cv2.fillPoly(self._ink, [self._fixed(points)], 255 * value, cv2.LINE_AA, _SHIFT)

    def polygons(self, outlines: Sequence[ArrayLike], *, value: float = 1.0) -> None:
        """Outlines filled by the even-odd rule: one within another is a hole."""
        cv2.fillPoly(
            self._ink, [self._fixed(points) for points in outlines], 255 * value, cv2.LINE_AA, _SHIFT
        )

    def box(self, left: float, top: float, width: float, height: float, *, value: float = 1.0) -> None:
        """A filled rectangle."""
        right, bottom = left + width, top + height
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], value=value)

    def disk(self, center: ArrayLike, radius: float, *, value: float = 1.0) -> None:
        """A filled circle."""
        x, y = self._fixed(center)[0, 0]
        size = round(radius * self._scale * (1 << _SHIFT))
        cv2.circle(self._ink, (int(x), int(y)), size, 255 * value, -1, cv2.LINE_AA, _SHIFT)

    def ring(self, center: ArrayLike, radius: float, width: float, *, value: float = 1.0) -> None:
        """A circle's outline."""
        self.line(arc(center, radius, 0.0, 2.0 * np.pi), width, value=value, closed=True)

    def mask(self) -> Field:
        """What was drawn, (side, side) float32, 0 to 1."""
        small = cv2.resize(self._ink, (self._side, self._side), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255)

    def _fixed(self, points: ArrayLike) -> NDArray[np.int32]:
        # OpenCV's pixel 0 has its middle at 0; ours has it at a half.
        pixels = np.asarray(points, np.float64).reshape(-1, 1, 2) * self._scale - 0.5
        return np.rint(pixels * (1 << _SHIFT)).astype(np.int32)


def arc(center: ArrayLike, radius: float, start: float, stop: float) -> Field:
    """Points (N, 2) along a part of a circle; angles in radians, clockwise from the right."""
    count = max(8, int(abs(stop - start) * (4.0 + 1.6 * np.sqrt(radius))))
    angles = np.linspace(start, stop, count)
    return np.asarray(center, np.float64) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def turned(points: ArrayLike, angle: float, center: ArrayLike = (0.0, 0.0), scale: float = 1.0) -> Field:
    """Points (N, 2) scaled, turned clockwise about the origin and moved to ``center``."""
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    return scale * np.asarray(points, np.float64) @ turn + np.asarray(center, np.float64)


def places(side: int) -> tuple[Field, Field]:
    """Where each pixel's middle is: x and y, (side, side) float32 each, in units."""
    steps = (np.arange(side, dtype=np.float32) + np.float32(0.5)) * np.float32(UNITS / side)
    x, y = np.meshgrid(steps, steps)
    return x, y


def blurred(field: Field, radius: float, *, upward: float | None = None) -> Field:
    """A map under a Gaussian of ``radius`` units (``upward``: that of the other axis)."""
    scale = field.shape[0] / UNITS
    across, down = radius * scale, (radius if upward is None else upward) * scale
    if max(across, down) < 0.2:
        return field
    soft = cv2.GaussianBlur(field, (0, 0), sigmaX=max(across, 0.01), sigmaY=max(down, 0.01))
    return np.asarray(soft, np.float32)


def noise(
    generator: np.random.Generator,
    side: int,
    size: float,
    *,
    octaves: int = 1,
    gain: float = 0.5,
    stretch: float = 1.0,
) -> Field:
    """Band-limited noise: spots about ``size`` units across, and finer ones on top.

    Args:
        generator: where the randomness comes from.
        side: pixels.
        size: of the largest spots, in units.
        octaves: how many sizes, each half of the one before.
        gain: strength of an octave over that of the larger one.
        stretch: spots are so many times longer than high.

    Returns:
        (side, side) float32, mean 0, standard deviation 1.
    """
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        texel = size / 2**octave / 4.0
        rows = int(min(UNITS / texel, 2 * UNITS)) + 8
        columns = int(min(UNITS / (texel * stretch), 2 * UNITS)) + 8
        white = generator.standard_normal((rows, columns), dtype=np.float32)
        spots = cv2.GaussianBlur(white, (0, 0), 1.3) - cv2.GaussianBlur(white, (0, 0), 2.6)
        spots = np.ascontiguousarray(spots[4:-4, 4:-4])
        method = cv2.INTER_AREA if side < min(spots.shape) else cv2.INTER_CUBIC
        total += gain**octave * _normal(
            np.asarray(cv2.resize(spots, (side, side), interpolation=method), np.float32)
        )
    return _normal(total)


def _normal(field: Field) -> Field:
    return np.asarray((field - field.mean()) / (field.std() + 1e-9), np.float32)


def smoothstep(low: float, high: float, values: Field) -> Field:
    """0 below ``low``, 1 above ``high``, and a smooth cubic between; ``low`` > ``high`` turns it round."""
    ramp = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), np.float32)


def stripe(phase: Field, share: Field | float, per_unit: float, side: int) -> Field:
    """Antialiased lines where ``phase`` is near a whole number.

    Args:
        phase: (side, side); one line a whole number.
        share: how much of a period a line takes, 0 to 1.
        per_unit: how fast the phase grows, periods a unit, for the softness of edges.
        side: pixels.
    """
    off = np.abs(phase - np.rint(phase))
    soft = max(0.7 * per_unit * UNITS / side, 1e-4)
    return np.asarray(np.clip((0.5 * share - off) / soft + 0.5, 0.0, 1.0), np.float32)


def moved(field: Field, across: Field | float, down: Field | float) -> Field:
    """A map or picture read at places moved by so many units; beyond its edges it is mirrored."""
    side = field.shape[0]
    scale = np.float32(side / UNITS)
    steps = np.arange(side, dtype=np.float32)
    column, row = np.meshgrid(steps, steps)
    column = np.asarray(column + across * scale, np.float32)
    row = np.asarray(row + down * scale, np.float32)
    read = cv2.remap(field, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(read, np.float32)


def wobbled(generator: np.random.Generator, mask: Field, *, size: float, by: float) -> Field:
    """A mask as an unsteady hand draws it: moved by about ``by`` units, in waves of ``size`` units."""
    side = mask.shape[0]
    return moved(mask, by * noise(generator, side, size), by * noise(generator, side, size))


def printed(
    generator: np.random.Generator,
    mask: Field,
    *,
    spread: float = 0.6,
    rough: float = 0.25,
    wear: float = 0.12,
) -> Field:
    """A mask as ink on paper: rounded and rough at its edges, worn in specks.

    Args:
        generator: where the randomness comes from.
        mask: what is to be printed.
        spread: how far edges are rounded, in units.
        rough: how uneven edges are, 0 to 1.
        wear: share of specks where the ink did not take, 0 to 1.
    """
    side = mask.shape[0]
    edge = blurred(mask, spread) + 0.5 * rough * noise(generator, side, 4.0, octaves=2) * _on_edge(
        mask, spread
    )
    ink = smoothstep(0.32, 0.68, edge)
    specks = noise(generator, side, 3.5, octaves=2, gain=0.8) + 0.7 * noise(generator, side, 70.0)
    return ink * (1.0 - (0.25 + 0.75 * wear) * smoothstep(2.4 - 2.2 * wear, 3.1 - 2.0 * wear, specks))


def _on_edge(mask: Field, spread: float) -> Field:
    soft = blurred(mask, 1.5 * spread)
    return 4.0 * soft * (1.0 - soft)


def laid(picture: Field, ink: Color, mask: Field) -> Field:
    """A picture with an opaque color over it where the mask says."""
    return np.asarray(picture + (ink - picture) * mask[..., None], np.float32)


def overprinted(picture: Field, ink: Color, mask: Field) -> Field:
    """A picture with a transparent color over it: what is below shines through."""
    return np.asarray(picture * (1.0 - mask[..., None] * (1.0 - ink)), np.float32)


def blended(palette: Field, position: Field) -> Field:
    """Colors of a ramp.

    Args:
        palette: (N, 3), from 0 to 1 at even distances.
        position: (side, side), clipped to 0..1.

    Returns:
        (side, side, 3) float32.
    """
    stops = np.linspace(0.0, 1.0, len(palette))
    return np.stack([np.interp(position, stops, palette[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def paper(generator: np.random.Generator, side: int, tone: Color, *, grain: float = 0.03) -> Field:
    """A sheet with tooth, fibers and clouds; (side, side, 3)."""
    tooth = noise(generator, side, 3.0, octaves=2, gain=0.7)
    fibers = noise(generator, side, 2.0, stretch=7.0) + noise(generator, side, 2.0, stretch=7.0).T
    clouds = noise(generator, side, 90.0, octaves=3)
    light = 1.0 + grain * (tooth + 0.4 * fibers + 0.6 * clouds)
    return np.asarray(tone * light[..., None], np.float32)


def lit(height: Field, *, strength: float = 1.0, angle: float = -2.3) -> Field:
    """How bright a relief is under light from an angle, about 1 where it is level.

    Args:
        height: (side, side), in units.
        strength: of light and shade.
        angle: where the light comes from, radians clockwise from the right.
    """
    scale = height.shape[0] / UNITS
    down, across = np.gradient(height.astype(np.float32))
    slope = -(across * np.cos(angle) + down * np.sin(angle)) * scale
    return np.asarray(1.0 + strength * slope / np.sqrt(1.0 + slope * slope), np.float32)


def finished(generator: np.random.Generator, picture: Field, *, grain: float = 0.012) -> Bytes:
    """A picture as (side, side, 3) uint8, under a faint grain."""
    side = picture.shape[0]
    speckle = noise(generator, side, 2.5, octaves=2, gain=0.8)
    values = picture + np.float32(grain) * speckle[..., None]
    return np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)


def distance(mask: Field) -> Field:
    """Units from each pixel to the nearest one where the mask is more than a half; (side, side)."""
    empty = np.asarray(mask < 0.5, np.uint8)
    far = cv2.distanceTransform(empty, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far, np.float32) * np.float32(UNITS / len(mask))


def enlarged(cells: Field, side: int) -> Field:
    """Square cells (n, n) or (n, n, 3) as a picture; each pixel is the mean of what it covers."""
    times = -(-side // len(cells))
    grown = np.repeat(np.repeat(cells, times, axis=0), times, axis=1).astype(np.float32)
    return np.asarray(cv2.resize(grown, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def contours(phase: Field, width: Field | float) -> Field:
    """Lines of even width where ``phase`` is a whole number, however fast it grows; ``width`` in units."""
    scale = len(phase) / UNITS
    down, across = np.gradient(phase)
    slope = np.sqrt(across * across + down * down) * scale + 1e-4
    away = np.abs(phase - np.rint(phase)) / slope
    return np.asarray(np.clip((0.5 * width - away) * scale + 0.5, 0.0, 1.0), np.float32)
