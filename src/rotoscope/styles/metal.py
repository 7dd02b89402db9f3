"""Plates of steel."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    blended,
    blurred,
    color,
    colors,
    finished,
    lit,
    noise,
    smoothstep,
)

_PAINTS = colors("#5d6f7a", "#2f6f73", "#8c979b", "#c79a3b", "#3c4a57", "#8f3a2a")


def split(
    generator: np.random.Generator, box: tuple[float, float, float, float], least: float, most: float
) -> list[tuple[float, float, float, float]]:
    """A box (left, top, right, bottom) cut into boxes, none longer than ``most`` nor cut below ``least``."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    longer = max(width, height)
    if longer < 2 * least or (longer < most and generator.random() < 0.3):
        return [box]
    share = float(generator.uniform(0.36, 0.64))
    if width >= height:
        middle = left + share * width
        return split(generator, (left, top, middle, bottom), least, most) + split(
            generator, (middle, top, right, bottom), least, most
        )
    middle = top + share * height
    return split(generator, (left, top, right, middle), least, most) + split(
        generator, (left, middle, right, bottom), least, most
    )


def pixels_of(box: tuple[float, float, float, float], side: int) -> tuple[slice, slice]:
    """Rows and columns of the pixels in a box (left, top, right, bottom) of units; none beyond the sheet."""
    left, top, right, bottom = (round(min(max(edge, 0.0), UNITS) * side / UNITS) for edge in box)
    return slice(top, bottom), slice(left, right)


def riveted_steel(side: int, seed: int) -> Bytes:
    """Painted plates and their rivets, eaten by rust that runs down from every seam."""
    generator = np.random.default_rng([seed, 101])
    seams, rivets = Plate(side), Plate(side)
    tint, lift = np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32)
    for left, top, right, bottom in split(generator, (-30, -30, UNITS + 30, UNITS + 30), 40.0, 130.0):
        at = pixels_of((left, top, right, bottom), side)
        tint[at] = _PAINTS[int(generator.integers(len(_PAINTS)))] * generator.uniform(0.85, 1.15)
        lift[at] = generator.uniform(0, 2.4)
        seams.line([(left, top), (right, top), (right, bottom), (left, bottom)], 1.6, closed=True)
        _rivet(generator, rivets, (left, top, right, bottom))
    return _rusted(generator, tint, lift, seams.mask(), rivets.mask())


def _rivet(generator: np.random.Generator, rivets: Plate, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    radius, inset = float(generator.choice([2.2, 2.9])), 6.5
    across = np.linspace(left + inset, right - inset, max(2, round((right - left - 2 * inset) / 11.0)))
    down = np.linspace(top + inset, bottom - inset, max(2, round((bottom - top - 2 * inset) / 11.0)))
    for x in across:
        rivets.disk((x, top + inset), radius)
        rivets.disk((x, bottom - inset), radius)
    for y in down:
        rivets.disk((left + inset, y), radius)
        rivets.disk((right - inset, y), radius)


def _rusted(generator: np.random.Generator, tint: Field, lift: Field, seams: Field, rivets: Field) -> Bytes:
    side = len(tint)
    damp = 5.0 * blurred(seams, 7.0) + 2.2 * blurred(rivets, 4.0)
    runs = blurred(
        np.maximum(seams, rivets) * smoothstep(-0.3, 1.2, noise(generator, side, 12.0)), 0.8, upward=16.0
    )
    runs = np.roll(runs, round(14 * side / UNITS), axis=0)
    patches = noise(generator, side, 90.0, octaves=6, gain=0.62)
    rot = smoothstep(0.5, 1.25, 0.62 * patches + 0.55 * damp + 3.4 * runs)
    edge = 4.0 * rot * (1.0 - rot)
    crust = noise(generator, side, 9.0, octaves=4, gain=0.75)
    shade = noise(generator, side, 50.0, octaves=4)
    rust = blended(
        colors("#2a1310", "#5e2415", "#9c4519", "#d27a2c", "#e9ab62"), 0.48 + 0.15 * crust + 0.1 * shade
    )
    brushed = 1.0 + 0.05 * noise(generator, side, 3.0, stretch=9.0) + 0.08 * shade
    scratches = smoothstep(2.2, 2.9, noise(generator, side, 4.0, stretch=14.0))
    paint = tint * brushed[..., None] + 0.25 * scratches[..., None]
    paint += edge[..., None] * (0.55 * color("#d9d2bf") - 0.25)
    picture = paint + (rust - paint) * rot[..., None]
    stain = np.clip(2.6 * runs, 0.0, 0.75)[..., None]
    picture = picture * (1.0 - stain) + picture * color("#a8562a") * stain * 1.2
    dome = np.sqrt(np.clip(blurred(rivets, 1.1), 0.0, 1.0))
    height = 0.55 * blurred(lift, 0.9) + 2.3 * dome - 1.2 * blurred(seams, 0.7) + 0.35 * rot * crust
    picture *= lit(height, strength=0.62)[..., None]
    picture *= (1.0 - 0.55 * np.clip(2.0 * blurred(rivets, 2.4) - 1.2 * rivets, 0, 1) * (1 - rivets))[
        ..., None
    ]
    return finished(generator, picture * (1.0 - 0.75 * seams[..., None]))
