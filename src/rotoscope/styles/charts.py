"""Charts of the sky and of the land."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    arc,
    blended,
    blurred,
    color,
    colors,
    contours,
    finished,
    laid,
    lit,
    noise,
    paper,
    places,
    printed,
    smoothstep,
    stripe,
    turned,
)
from rotoscope.styles.packing import Ground, anywhere
from rotoscope.styles.parts import star


def star_chart(side: int, seed: int) -> Bytes:
    """Constellations, orbits and graduated circles in gold and ivory on an engraved night."""
    generator = np.random.default_rng([seed, 191])
    gold, ivory = Plate(side), Plate(side)
    for column in range(3):
        for row in range(3):
            spot = np.array([column + 0.5 * (row % 2), row]) * 205.0 + generator.uniform(-40, 40, 2)
            _circles(generator, gold, spot)
    _constellations(generator, gold, ivory)
    x, y = places(side)
    cloud = noise(generator, side, 120.0, octaves=5, gain=0.6)
    veil = smoothstep(-0.4, 1.6, cloud)
    bend = 7.0 * noise(generator, side, 110.0, octaves=2)
    share = 0.12 + 0.5 * veil
    lines = stripe((y + bend) / 3.6, share, 0.28, side)
    across = stripe((x * 0.6 + y * 0.8 + bend) / 4.4, 0.42 * smoothstep(0.55, 1.0, veil), 0.24, side)
    night = blended(colors("#0a1330", "#142650", "#2b5180"), 0.4 + 0.16 * cloud)
    sheet = night * paper(generator, side, color("#ffffff"), grain=0.06)
    sheet = laid(sheet, color("#5d93b5"), 0.5 * np.maximum(lines, across) * (0.35 + 0.65 * veil))
    dust = smoothstep(1.9, 2.5, noise(generator, side, 4.0) + 0.9 * veil)
    sheet = laid(sheet, color("#f3ead0"), 0.85 * dust)
    halo = blurred(np.maximum(gold.mask(), ivory.mask()), 1.6)
    sheet = sheet * (1.0 - 0.6 * np.clip(halo, 0, 1))[..., None]
    sheet = laid(
        sheet, color("#dba54a"), 0.95 * printed(generator, gold.mask(), spread=0.25, rough=0.1, wear=0.12)
    )
    sheet = laid(
        sheet, color("#f6eed8"), 0.96 * printed(generator, ivory.mask(), spread=0.3, rough=0.1, wear=0.1)
    )
    return finished(generator, sheet)


def _circles(generator: np.random.Generator, gold: Plate, center: Field) -> None:
    """Circles about one pole: plain, double, and graduated in black and gold."""
    radius = float(generator.uniform(14, 24))
    while radius < 118:
        kind = int(generator.integers(4))
        gold.ring(center, radius, 1.3)
        if kind == 0:
            gold.ring(center, radius + 5.5, 1.3)
            for angle in np.arange(0, 2 * np.pi, 5.0 / radius):
                gold.line(turned([(radius, 0), (radius + 5.5, 0)], angle, center), 1.0)
        elif kind == 1:
            gold.ring(center, radius + 6.0, 1.1)
            step = 9.0 / radius
            for angle in np.arange(0, 2 * np.pi, 2 * step):
                gold.line(arc(center, radius + 3.0, angle, angle + step), 3.4)
        elif kind == 2:
            for at in np.arange(0, 2 * np.pi, np.pi / 6):
                gold.disk(turned([(radius, 0)], at, center)[0], 2.4)
        radius += float(generator.uniform(16, 34))
    for angle in np.arange(0, 2 * np.pi, np.pi / 6) + generator.uniform(0, 1):
        gold.line(turned([(14, 0), (118, 0)], angle, center), 0.8, value=0.8)


def _constellations(generator: np.random.Generator, gold: Plate, ivory: Plate) -> None:
    """Stars of five sizes; each of the larger is joined to its nearest neighbors."""
    ground, bright = Ground(), []
    for size, tries in ((8.0, 90), (5.4, 260), (3.4, 900), (1.8, 1500)):
        for _ in range(tries):
            at = anywhere(generator, 20.0)
            if ground.take_disk(at, size + 7.0):
                turn = float(generator.uniform(0, 6.28))
                if size > 2:
                    bright.append(at)
                    ivory.polygon(star(at, size, 8 if size > 7 else 6 if size > 5 else 5, turn, inner=0.42))
                else:
                    ivory.disk(at, size * 0.8)
                if size > 7:
                    ivory.ring(at, size + 3.5, 1.1)
    spots = np.array(bright)
    for at in spots:
        apart = np.linalg.norm(spots - at, axis=1)
        for other in np.argsort(apart)[1 : 1 + int(generator.choice([1, 2, 2]))]:
            if apart[other] < 85:
                way = (spots[other] - at) / apart[other]
                ivory.line([at + 8 * way, spots[other] - 8 * way], 1.4)


def topographic_map(side: int, seed: int) -> Bytes:
    """Contour lines over tints of height, lakes with their water lines, woods, and roads."""
    generator = np.random.default_rng([seed, 201])
    x, y = places(side)
    height = noise(generator, side, 170.0, octaves=4, gain=0.42)
    tint = colors("#b9cf9c", "#d6dba6", "#efe3b4", "#e6c48a", "#d29d6b", "#b87a58")
    step = np.clip(np.floor(2.1 * height + 2.4), 0, 5).astype(np.int64)
    sheet = tint[step] * paper(generator, side, color("#ffffff"), grain=0.022)
    shade = lit(9.0 * height, strength=0.42) * 0.5 + 0.5
    sheet = sheet * np.clip(shade, 0.62, 1.16)[..., None]
    water = smoothstep(-0.93, -0.97, height)
    wood = smoothstep(0.35, 0.45, noise(generator, side, 80.0, octaves=3) - 0.35 * np.abs(height)) * (
        1.0 - water
    )
    sheet = laid(sheet, color("#8fb96f"), 0.7 * wood)
    trees = np.asarray(
        0.5 + 0.25 * (np.cos(x / 1.35 + 2.0 * height) + np.cos(y / 1.35 + np.sin(x / 3.0))), np.float32
    )
    sheet = laid(sheet, color("#2f6b43"), 0.85 * smoothstep(0.66, 0.8, trees) * wood)
    brown = color("#8a4a24")
    phase = 5.5 * height
    sheet = laid(sheet, brown, 0.8 * contours(phase, 1.0) * (1.0 - water))
    sheet = laid(sheet, brown, 0.95 * contours(phase / 5.0, 2.2) * (1.0 - water))
    sheet = laid(sheet, color("#7db7d6"), water)
    lines = contours(14.0 * height, 0.8 + 0.5 * smoothstep(-1.6, -1.0, height))
    sheet = laid(sheet, color("#23618f"), 0.75 * lines * water)
    sheet = laid(sheet, color("#1c5484"), contours(np.clip(height + 0.95, -0.4, 0.4), 2.2))
    streams = contours(np.clip(noise(generator, side, 110.0, octaves=4), -0.4, 0.4), 2.0) * smoothstep(
        0.9, 0.3, height
    )
    sheet = laid(sheet, color("#2f79ab"), streams * (1.0 - water))
    return finished(generator, _roads(generator, sheet, water))


def _roads(generator: np.random.Generator, sheet: Field, water: Field) -> Field:
    """Red and white roads, a fine grid, and houses along the roads."""
    side = len(sheet)
    x, y = places(side)
    course = noise(generator, side, 240.0, octaves=2, gain=0.4)
    road = contours(course, 4.6) * (1.0 - water)
    sheet = laid(sheet, color("#3a1a16"), road)
    sheet = laid(sheet, color("#d8402f"), contours(course, 2.8) * (1.0 - water))
    path = contours(1.3 * course + 0.4 * noise(generator, side, 130.0) + 0.5, 1.5)
    dashes = smoothstep(-0.2, 0.2, np.asarray(np.sin((x + y) / 1.6), np.float32))
    sheet = laid(sheet, color("#3a1a16"), 0.9 * path * dashes * (1.0 - water))
    houses = Plate(side)
    near = np.asarray(blurred(road, 9.0))
    for place in generator.uniform(0, UNITS, (2600, 2)):
        column, row = (np.minimum(place * side / UNITS, side - 1)).astype(int)
        if 0.18 < near[row, column] < 0.34 and water[row, column] < 0.1:
            size = generator.uniform(1.4, 2.6)
            houses.polygon(
                turned([(-1, -0.7), (1, -0.7), (1, 0.7), (-1, 0.7)], generator.uniform(0, 3.1), place, size)
            )
    sheet = laid(sheet, color("#2a1613"), houses.mask())
    grid = np.maximum(stripe(x / 64.0 + 0.3, 0.012, 0.016, side), stripe(y / 64.0 + 0.3, 0.012, 0.016, side))
    return laid(sheet, color("#2b3d66"), 0.7 * grid)
