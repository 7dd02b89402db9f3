"""Linocuts of work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    Plate,
    arc,
    color,
    distance,
    finished,
    laid,
    noise,
    paper,
    printed,
    smoothstep,
    stripe,
    turned,
    wobbled,
)
from rotoscope.styles.packing import packed_disks
from rotoscope.styles.parts import around, gear, hexagon, windows


class _Block:
    """What stands (black), what a second block prints red, and what is cut away around it."""

    def __init__(self, generator: np.random.Generator, side: int) -> None:
        self.generator = generator
        self.light, self.red, self.taken = Plate(side), Plate(side), Plate(side)
        self.kinds: list[Callable[[Field, float, float], None]] = [
            self.wheel,
            self.wheel,
            self.factory,
            self.factory,
            self.tools,
            self.bulb,
            self.bulb,
        ]

    def shape(self, points: Field, *, red: bool = False) -> None:
        """A form cut light or printed red."""
        self.light.polygon(points, value=float(not red))
        self.red.polygon(points, value=float(red))

    def wheel(self, at: Field, radius: float, turn: float) -> None:
        """A toothed wheel."""
        red = bool(self.generator.random() < 0.45)
        self.taken.disk(at, 1.04 * radius)
        self.shape(gear(at, radius, int(self.generator.integers(9, 15)), turn, depth=0.2), red=red)
        for hole in windows(
            at, 0.3 * radius, 0.62 * radius, int(self.generator.integers(4, 7)), turn, spoke=0.34
        ):
            self.shape(hole, red=False)
            self.light.polygon(hole, value=0)
        for tick in around(at, 0.71 * radius, 24, turn):
            self.light.line([tick, tick + 0.06 * (tick - at)], 1.4, value=float(red))
            self.red.line([tick, tick + 0.06 * (tick - at)], 1.4, value=0)
        self.light.disk(at, 0.15 * radius, value=0)
        self.red.disk(at, 0.15 * radius, value=0)
        self.light.polygon(hexagon(at, 0.09 * radius, turn), value=1)

    def factory(self, at: Field, radius: float, turn: float) -> None:
        """Saw-tooth roofs, windows, chimneys with smoke before a sun."""
        self.taken.disk(at, 1.04 * radius)
        for angle in np.arange(0, 2 * np.pi, np.pi / 14):
            spread = 0.05
            self.shape(turned([(0, 0), (1, -spread), (1, spread)], angle + turn, at, radius), red=True)
        self.shape(arc(at - np.array([0.0, 0.05 * radius]), 0.5 * radius, 0, 2 * np.pi), red=True)
        roof = [
            (-0.7, 0.6),
            (-0.7, 0.1),
            (-0.7, -0.12),
            (-0.35, 0.1),
            (-0.35, -0.12),
            (0, 0.1),
            (0, -0.12),
            (0.35, 0.1),
        ]
        hall = turned([*roof, (0.72, 0.1), (0.72, 0.6)], 0.0, at, radius)
        for share, height in ((0.16, 0.75), (0.42, 0.6), (0.62, 0.82)):
            stack = [
                (share - 0.07, 0.2),
                (share - 0.05, -height),
                (share + 0.05, -height),
                (share + 0.07, 0.2),
            ]
            points = turned(stack, 0.0, at, radius)
            self.light.polygon(points, value=0)
            self.red.polygon(points, value=0)
            self.light.line(points[:2] + np.array([1.6, 0.0]), 1.3)
            for puff in range(4):
                place = at + radius * np.array([share - 0.14 * puff - 0.05, -height - 0.06 - 0.05 * puff])
                self.shape(arc(place, (0.07 + 0.025 * puff) * radius, 0, 2 * np.pi), red=False)
                self.light.line(arc(place, (0.04 + 0.015 * puff) * radius, 0.2, 3.4), 1.1, value=0)
        self.red.polygon(hall, value=0)
        self.light.polygon(hall, value=0)
        for left in np.arange(-0.6, 0.6, 0.2):
            for top in (0.18, 0.38):
                pane = turned(
                    [(left, top), (left + 0.12, top), (left + 0.12, top + 0.14), (left, top + 0.14)],
                    0,
                    at,
                    radius,
                )
                self.shape(pane, red=bool(self.generator.random() < 0.25))

    def tools(self, at: Field, radius: float, turn: float) -> None:
        """A hammer across a wrench."""
        self.taken.disk(at, 1.02 * radius)
        self.shape(arc(at, 0.98 * radius, 0, 2 * np.pi), red=bool(self.generator.random() < 0.7))
        for ring in (0.9, 0.8):
            self.light.ring(at, ring * radius, 1.5, value=0)
            self.red.ring(at, ring * radius, 1.5, value=0)
        shaft = [(-0.06, -0.6), (0.06, -0.6), (0.08, 0.85), (-0.08, 0.85)]
        head = [(-0.42, -0.72), (0.2, -0.72), (0.48, -0.5), (0.2, -0.38), (-0.42, -0.38)]
        jaw = [(-0.07, 0.8), (-0.07, -0.4), (-0.26, -0.5), (-0.26, -0.85), (-0.1, -0.62), (0.1, -0.62)]
        wrench = [*jaw, (0.26, -0.85), (0.26, -0.5), (0.07, -0.4), (0.07, 0.8)]
        for points, angle in ((wrench, turn + 0.75), (shaft, turn - 0.75), (head, turn - 0.75)):
            form = turned(points, angle, at, radius)
            self.red.polygon(form, value=0)
            self.light.polygon(form, value=0)
            self.light.line(turned(np.array(points) * 0.8, angle, at, radius), 1.4, closed=True)

    def bulb(self, at: Field, radius: float, turn: float) -> None:
        """A lamp and its rays."""
        self.taken.disk(at, radius)
        for angle in np.arange(0.4, 5.9, 0.42):
            ray = [(0.6, -0.05), (1.0, -0.02), (1.0, 0.02), (0.6, 0.05)]
            self.shape(turned(ray, turn + angle + np.pi / 2, at, radius), red=True)
        glass = np.vstack([arc((0, -0.12), 0.46, 2.2, 7.2), [(0.2, 0.5), (-0.2, 0.5)]])
        self.shape(turned(glass, turn, at, radius))
        wire = [
            (-0.1, 0.45),
            (-0.16, 0.0),
            (-0.06, -0.14),
            (0.0, 0.0),
            (0.06, -0.14),
            (0.16, 0.0),
            (0.1, 0.45),
        ]
        self.light.line(turned(wire, turn, at, radius), 2.0, value=0)
        for height in (0.6, 0.72, 0.84):
            self.light.line(turned([(-0.18, height), (0.18, height - 0.04)], turn, at, radius), 2.2)


def linocut(side: int, seed: int) -> Bytes:
    """Wheels, factories, tools and wheat in black and red, with the marks of the gouge around them."""
    generator = np.random.default_rng([seed, 91])
    block = _Block(generator, side)
    for at, radius in packed_disks(generator, [(42, 54, 200), (27, 38, 900), (15, 22, 2500)], gap=7.0):
        kind = block.kinds[int(generator.integers(len(block.kinds)))] if radius > 24 else block.wheel
        kind = block.wheel if kind == block.factory and radius < 33 else kind
        kind(
            at,
            radius,
            float(generator.uniform(0, 2 * np.pi))
            if kind == block.wheel
            else float(generator.normal(0, 0.3)),
        )
    around_ = (
        distance(block.taken.mask()) + 2.5 * noise(generator, side, 60.0) + 0.5 * noise(generator, side, 10.0)
    )
    swell = 0.34 + 0.22 * noise(generator, side, 18.0, octaves=2)
    gouged = stripe(around_ / 5.2, np.clip(swell, 0.0, 0.62), 0.2, side) * smoothstep(1.5, 3.0, around_)
    light = np.maximum(block.light.mask(), gouged)
    red = np.minimum(wobbled(generator, block.red.mask(), size=16.0, by=0.5), 1.0)
    black = wobbled(generator, 1.0 - np.maximum(light, block.red.mask()), size=12.0, by=0.5)
    picture = paper(generator, side, color("#efe2c6"), grain=0.03)
    picture = laid(picture, color("#c5341f"), 0.94 * printed(generator, red, spread=0.6, wear=0.3))
    picture = laid(picture, color("#17130f"), 0.96 * printed(generator, black, spread=0.6, wear=0.2))
    return finished(generator, picture)
