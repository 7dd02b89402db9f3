"""Blueprints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    arc,
    blended,
    color,
    colors,
    finished,
    laid,
    noise,
    paper,
    smoothstep,
    turned,
    wobbled,
)
from rotoscope.styles.packing import packed_disks
from rotoscope.styles.parts import around, gear, hexagon, slanted, windows


class _Drawing:
    """Lines of two weights and a wash, and the parts that are drawn with them."""

    def __init__(self, generator: np.random.Generator, side: int) -> None:
        self.generator = generator
        self.bold, self.fine, self.wash = Plate(side), Plate(side), Plate(side)
        self.kinds: list[Callable[[Field, float, float], None]] = [
            self.wheel,
            self.flange,
            self.bearing,
            self.turbine,
            self.section,
            self.section,
            self.spring,
            self.nut,
        ]

    def axes(self, at: Field, radius: float, turn: float) -> None:
        """Center lines: a long dash and a short one."""
        for angle in (turn, turn + np.pi / 2):
            for start, stop in ((-1.12, -0.5), (-0.42, -0.34), (-0.26, 0.26), (0.34, 0.42), (0.5, 1.12)):
                self.fine.line(turned([(start, 0), (stop, 0)], angle, at, radius), 0.8)

    def wheel(self, at: Field, radius: float, turn: float) -> None:
        """A toothed wheel with spokes."""
        teeth = int(self.generator.integers(14, 26))
        outline = gear(at, radius, teeth, turn)
        self.wash.polygon(outline, value=0.5)
        for hole in windows(at, 0.34 * radius, 0.66 * radius, int(self.generator.integers(4, 7)), turn):
            self.wash.polygon(hole, value=0)
            self.bold.line(hole, 1.3, closed=True)
        self.bold.line(outline, 2.0, closed=True)
        self.fine.ring(at, 0.91 * radius, 0.7)
        self.bold.ring(at, 0.74 * radius, 1.2)
        self.bold.ring(at, 0.2 * radius, 2.0)
        self.axes(at, radius, 0.0)

    def flange(self, at: Field, radius: float, turn: float) -> None:
        """A ring of bolts."""
        for share, width in ((1.0, 2.2), (0.93, 0.8), (0.58, 1.6), (0.5, 0.8), (0.34, 2.0)):
            self.bold.ring(at, share * radius, width)
        self.fine.ring(at, 0.75 * radius, 0.7)
        for bolt in around(at, 0.75 * radius, int(self.generator.integers(6, 11)), turn):
            self.bold.ring(bolt, 0.1 * radius, 1.4)
            self.axes(bolt, 0.13 * radius, turn)
        for angle in np.arange(0, 2 * np.pi, 0.16):
            self.fine.line(turned([(0.35, 0), (0.5, 0.06)], angle, at, radius), 0.8)
        self.axes(at, radius, 0.0)

    def bearing(self, at: Field, radius: float, turn: float) -> None:
        """Balls between two rings."""
        balls = int(self.generator.integers(9, 15))
        self.wash.disk(at, radius, value=0.4)
        self.wash.disk(at, 0.42 * radius, value=0)
        for share, width in ((1.0, 2.2), (0.86, 1.2), (0.56, 1.2), (0.42, 2.0)):
            self.bold.ring(at, share * radius, width)
        size = min(0.15, 2.0 / balls)
        for ball in around(at, 0.71 * radius, balls, turn):
            self.bold.ring(ball, size * radius, 1.5)
            self.fine.line(arc(ball, 0.6 * size * radius, 3.4, 4.9), 0.9)
        self.axes(at, radius, turn)

    def turbine(self, at: Field, radius: float, turn: float) -> None:
        """Bent blades around a hub."""
        blades = int(self.generator.integers(12, 20))
        for number in range(blades):
            bent = [(0.3 + 0.62 * t, 0.34 * t * t) for t in np.linspace(0, 1, 9)]
            back = [(0.3 + 0.62 * t, 0.34 * t * t + 0.11 * np.sin(np.pi * t)) for t in np.linspace(1, 0, 9)]
            blade = turned(bent + back, turn + 2 * np.pi * number / blades, at, radius)
            self.wash.polygon(blade, value=0.55)
            self.bold.line(blade, 1.1, closed=True)
        for share, width in ((1.0, 2.2), (0.95, 0.8), (0.29, 1.8), (0.14, 1.6)):
            self.bold.ring(at, share * radius, width)
        self.axes(at, radius, 0.0)

    def section(self, at: Field, radius: float, turn: float) -> None:
        """A block cut open: section lines, a stepped bore, and its measure."""
        quarter = (np.pi / 2) * round(turn)
        width, height = 1.6 * radius, float(self.generator.uniform(0.8, 1.15)) * radius
        half_w, half_h = 0.5 * width, 0.5 * height
        frame = [(-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h)]
        self.wash.polygon(turned(frame, quarter, at), value=0.35)
        for stroke in slanted(width, height, float(self.generator.uniform(3.6, 5.0))):
            self.fine.line(turned(stroke, quarter, at), 0.9)
        bore = [(-half_w, -0.2), (-0.1 * width, -0.2), (-0.1 * width, -0.32), (half_w, -0.32)]
        points = [(x, y * height) for x, y in bore] + [(x, -y * height) for x, y in reversed(bore)]
        self.fine.polygon(turned(points, quarter, at), value=0)
        self.wash.polygon(turned(points, quarter, at), value=0)
        self.bold.line(turned(points, quarter, at), 1.5, closed=True)
        self.bold.line(turned(frame, quarter, at), 2.2, closed=True)
        self.fine.line(turned([(-1.1 * half_w, 0), (1.1 * half_w, 0)], quarter, at), 0.8)
        low = half_h + 0.16 * radius
        self.fine.line(turned([(-half_w, low), (half_w, low)], quarter, at), 0.9)
        for sign in (-1, 1):
            self.fine.line(turned([(sign * half_w, half_h + 2), (sign * half_w, low + 3)], quarter, at), 0.8)
            tip = [(sign * half_w, low), (sign * (half_w - 6), low - 1.6), (sign * (half_w - 6), low + 1.6)]
            self.bold.polygon(turned(tip, quarter, at))

    def spring(self, at: Field, radius: float, turn: float) -> None:
        """A coil seen from the side."""
        coils = int(self.generator.integers(6, 9))
        pitch = 1.8 / coils
        for number in range(coils):
            left = -0.9 + pitch * number
            rod = [
                (left, 0.45),
                (left + 0.5 * pitch, -0.45),
                (left + 0.85 * pitch, -0.45),
                (left + 0.35 * pitch, 0.45),
            ]
            self.wash.polygon(turned(rod, turn, at, radius), value=0.5)
            self.bold.line(turned(rod, turn, at, radius), 1.3, closed=True)
        for height in (-0.52, 0.52):
            self.bold.line(turned([(-0.95, height), (0.98, height)], turn, at, radius), 1.8)
        self.axes(at, radius, turn)

    def nut(self, at: Field, radius: float, turn: float) -> None:
        """A nut and its thread."""
        self.wash.polygon(hexagon(at, radius, turn), value=0.45)
        self.wash.disk(at, 0.5 * radius, value=0)
        self.bold.line(hexagon(at, radius, turn), 2.0, closed=True)
        self.bold.ring(at, 0.82 * radius, 1.0)
        self.bold.ring(at, 0.5 * radius, 1.8)
        self.fine.line(arc(at, 0.6 * radius, turn, turn + 4.7), 0.9)
        self.axes(at, radius, turn)


def blueprint(side: int, seed: int) -> Bytes:
    """White lines of machine parts on Prussian blue: sections, center lines, measures, on a fine grid."""
    generator = np.random.default_rng([seed, 71])
    drawing, grid = _Drawing(generator, side), Plate(side)
    for place in np.arange(4.0, UNITS, 8.0):
        heavy = 0.9 if round(place - 4.0) % 40 == 0 else 0.4
        grid.line([(place, 0), (place, UNITS)], 0.7, value=heavy)
        grid.line([(0, place), (UNITS, place)], 0.7, value=heavy)
    disks = packed_disks(generator, [(36, 50, 160), (24, 34, 900), (14, 22, 2500), (7, 12, 4000)], gap=4.0)
    for at, radius in disks:
        kind = drawing.kinds[int(generator.integers(len(drawing.kinds)))] if radius > 12 else drawing.nut
        kind(at, radius, float(generator.uniform(0, 2 * np.pi)))
    return _exposed(generator, drawing, grid, side)


def _exposed(generator: np.random.Generator, drawing: _Drawing, grid: Plate, side: int) -> Bytes:
    uneven = (
        0.5
        + 0.17 * noise(generator, side, 130.0, octaves=4)
        + 0.03 * noise(generator, side, 12.0, octaves=2, stretch=5.0)
    )
    sheet = blended(colors("#0a1f4a", "#123a7c", "#2a61a8"), uneven)
    sheet = sheet * paper(generator, side, color("#ffffff"), grain=0.05)
    chalk = np.clip(
        0.88 + 0.14 * noise(generator, side, 3.5, octaves=2) - 0.1 * noise(generator, side, 60.0), 0.35, 1.0
    )
    white = color("#eef4f2")
    sheet = laid(sheet, white, 0.3 * grid.mask() * chalk)
    sheet = laid(sheet, color("#7fb2df"), 0.5 * drawing.wash.mask())
    lines = np.maximum(drawing.bold.mask(), 0.8 * drawing.fine.mask())
    sheet = laid(sheet, white, wobbled(generator, lines, size=20.0, by=0.25) * chalk)
    stains = smoothstep(1.3, 2.2, noise(generator, side, 150.0, octaves=5))
    return finished(generator, laid(sheet, color("#c9d7d2"), 0.16 * stains), grain=0.02)
