"""Circuit boards."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    Plate,
    blended,
    blurred,
    color,
    colors,
    finished,
    laid,
    lit,
    noise,
    places,
    smoothstep,
    stripe,
)
from rotoscope.styles.packing import Ground, anywhere, offset

_PITCH = 6.0
"""Units between traces."""
_TRACE = 2.7
_COMPASS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)], np.float64)


class _Board:
    """The plates of a board: copper, bare copper, holes, packages, print."""

    def __init__(self, generator: np.random.Generator, side: int) -> None:
        self.generator, self.ground = generator, Ground()
        self.copper, self.bare, self.holes = Plate(side), Plate(side), Plate(side)
        self.packages, self.bodies, self.print = Plate(side), Plate(side), Plate(side)

    def chips(self, tries: int) -> None:
        """Square packages with pins on four sides."""
        for _ in range(tries):
            pins = int(self.generator.choice([5, 6, 8, 10]))
            half = 0.5 * pins * _PITCH + 4.0
            center = np.rint(anywhere(self.generator) / _PITCH) * _PITCH
            outline = center + (half + 11.0) * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
            if self.ground.take_polygon(outline):
                self._chip(center, half, pins)

    def _chip(self, center: Field, half: float, pins: int) -> None:
        for quarter in range(4):
            ahead = _COMPASS[2 * quarter]
            aside = np.array([-ahead[1], ahead[0]])
            for pin in range(pins):
                at = center + ahead * (half + 3.0) + aside * _PITCH * (pin - 0.5 * (pins - 1))
                self.bare.line([at - 2.4 * ahead, at + 2.6 * ahead], 3.2)
        x, y = center - half + 2.0
        if self.generator.random() < 0.6:
            self.packages.box(x, y, 2 * half - 4, 2 * half - 4)
            self.bodies.disk((x + 7, y + 7), 2.6)
            for row in range(2, int((2 * half - 12) / 7)):
                self.bodies.line(
                    [(x + 9, y + 7 * row), (x + self.generator.uniform(0.5, 0.9) * 2 * half, y + 7 * row)],
                    1.2,
                )
        else:
            corners = center + (half - 3.0) * np.array([(-0.75, -1), (1, -1), (1, 1), (-1, 1), (-1, -0.75)])
            self.print.line(corners, 1.4, closed=True)
            self.bare.polygon(center + 0.5 * half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]))
            for column in np.linspace(-0.3, 0.3, 3):
                for row in np.linspace(-0.3, 0.3, 3):
                    self.holes.disk(center + half * np.array([column, row]), 1.5)

    def parts(self, tries: int) -> None:
        """Resistors and capacitors: two pads, some with a body, and a printed frame."""
        for _ in range(tries):
            center = np.rint(anywhere(self.generator) / _PITCH) * _PITCH
            ahead = _COMPASS[2 * int(self.generator.integers(4))]
            aside = np.array([-ahead[1], ahead[0]])
            frame = [center + 10 * a * ahead + 6 * b * aside for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            if not self.ground.take_polygon(frame):
                continue
            for sign in (-1, 1):
                pad = center + 5.5 * sign * ahead
                self.bare.polygon(
                    [pad + 2.4 * a * ahead + 3.6 * b * aside for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
                )
            if self.generator.random() < 0.55:
                self.packages.polygon(
                    [
                        center + 3.6 * a * ahead + 3.3 * b * aside
                        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
                    ]
                )
            self.print.line([f * 0.96 + center * 0.04 for f in map(np.asarray, frame)], 1.0, closed=True)

    def traces(self, lanes: int, tries: int, reach: tuple[int, int]) -> None:
        """Bundles of so many traces side by side, bent by 45 degrees, a via at the end of each."""
        for _ in range(tries):
            path = self._path(reach)
            width = _PITCH * lanes
            if self.ground.take_line(path, width + 0.6 * _PITCH):
                for lane in range(lanes):
                    self._trace(offset(path, _PITCH * (lane - 0.5 * (lanes - 1))), lane)

    def _path(self, reach: tuple[int, int]) -> Field:
        points = [np.rint(anywhere(self.generator, 50.0) / _PITCH) * _PITCH]
        way = int(self.generator.integers(8))
        for _ in range(int(self.generator.integers(1, 4))):
            points.append(points[-1] + _PITCH * int(self.generator.integers(*reach)) * _COMPASS[way % 8])
            way += int(self.generator.choice([-1, 1]))
        return np.array(points)

    def _trace(self, points: Field, lane: int) -> None:
        ends = points.copy()
        for end, inner in ((0, 1), (-1, -2)):
            way = points[inner] - points[end]
            far = float(np.linalg.norm(way))
            ends[end] = points[end] + way / far * min(0.35 * far, 7.0 * ((lane + (end != 0)) % 2))
        self.copper.line(ends, _TRACE)
        for end in (ends[0], ends[-1]):
            self.via(end)

    def via(self, at: Field) -> None:
        """A plated hole."""
        self.bare.disk(at, 2.9)
        self.holes.disk(at, 1.35)


def circuit_board(side: int, seed: int) -> Bytes:
    """Green solder mask over copper: bundles of traces, vias, gold pads, packages and white print."""
    generator = np.random.default_rng([seed, 11])
    board = _Board(generator, side)
    board.chips(40)
    board.traces(7, 500, (4, 13))
    board.traces(5, 700, (4, 12))
    board.parts(40)
    board.traces(3, 1200, (3, 11))
    board.parts(40)
    board.traces(2, 1800, (2, 9))
    board.traces(1, 4500, (2, 7))
    for _ in range(500):
        at = np.rint(anywhere(generator) / _PITCH) * _PITCH
        if board.ground.take_disk(at, 4.0):
            board.via(at)
    return _colored(generator, board, side)


def _colored(generator: np.random.Generator, board: _Board, side: int) -> Bytes:
    copper, bare, holes = board.copper.mask(), board.bare.mask(), board.holes.mask()
    print_, packages, marks = board.print.mask(), board.packages.mask(), board.bodies.mask()
    x, y = places(side)
    clear = smoothstep(0.10, 0.16, blurred(np.maximum(copper, bare), 1.5))
    hatch = np.maximum(stripe((x + y) / 7.0, 0.34, 0.2, side), stripe((x - y) / 7.0, 0.34, 0.2, side))
    pour = (1.0 - clear) * hatch
    height = 1.1 * blurred(np.maximum(copper, 0.8 * pour), 0.7) + 0.5 * blurred(bare, 0.6)
    light = lit(height, strength=0.42)
    cloud = 0.5 + 0.16 * noise(generator, side, 60.0, octaves=3)
    ground = blended(colors("#04231d", "#0a4436"), cloud)
    metal = blended(colors("#2b9157", "#74c878"), cloud + 0.05 * noise(generator, side, 5.0))
    picture = ground + (metal - ground) * np.maximum(copper, 0.42 * pour)[..., None]
    picture = picture * light[..., None]
    gold = blended(
        colors("#8a4a1c", "#d98d3a", "#f7d58b"), 0.5 * light + 0.1 * noise(generator, side, 8.0, octaves=3)
    )
    picture += (gold - picture) * bare[..., None]
    picture = laid(picture, color("#071512"), holes)
    picture = laid(
        picture, color("#f1ead6"), print_ * (0.9 - 0.12 * np.clip(noise(generator, side, 4.0), 0, 2))
    )
    shade = np.clip(blurred(packages, 3.0) - packages, 0.0, 1.0)
    picture *= 1.0 - 0.55 * shade[..., None]
    black = lit(2.5 * blurred(packages, 1.0), strength=0.9)[..., None] * color("#1b2022")
    black = black * (1.0 + 0.16 * noise(generator, side, 2.5, octaves=2)[..., None])
    picture += (black - picture) * packages[..., None]
    picture = laid(picture, color("#9aa39a"), 0.8 * marks)
    return finished(generator, picture)
