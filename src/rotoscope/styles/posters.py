"""Posters of the avant-garde."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    Plate,
    arc,
    color,
    finished,
    laid,
    noise,
    paper,
    printed,
    smoothstep,
    turned,
)

_INKS = ("#c8201c", "#15120f", "#efe3c8", "#d9a032", "#76726a")
"""Red, black, cream, ochre, gray."""
_PAIRS = ((0, 2), (1, 2), (2, 1), (2, 0), (0, 1), (1, 0), (3, 1), (1, 3), (4, 1), (2, 4), (1, 2), (0, 2))
"""Ground and figure of a field, as inks."""


class _Poster:
    """Plates of five inks; later shapes cover earlier ones."""

    def __init__(self, generator: np.random.Generator, side: int) -> None:
        self.generator = generator
        self.plates = [_Tilted(side) for _ in _INKS]
        self.figures: list[Callable[[Field, Field, int], None]] = [
            self.bars,
            self.bars,
            self.rays,
            self.rings,
            self.wedge,
            self.wedge,
            self.steps,
            self.checks,
        ]

    def fill(self, ink: int, points: Field) -> None:
        """One shape in one ink, and nothing of the others."""
        for number, plate in enumerate(self.plates):
            plate.polygon(points, value=float(number == ink))

    def divide(self, low: Field, high: Field) -> None:
        """A field, or two halves of it."""
        size = high - low
        if size.max() > 150 or (size.max() > 62 and self.generator.random() < 0.82):
            axis = int(size[1] > size[0])
            at = low[axis] + size[axis] * self.generator.choice([0.32, 0.5, 0.62])
            middle_low, middle_high = low.copy(), high.copy()
            middle_low[axis], middle_high[axis] = at, at
            self.divide(low, middle_high)
            self.divide(middle_low, high)
            return
        ground, figure = _PAIRS[int(self.generator.integers(len(_PAIRS)))]
        self.fill(ground, _box(low, high))
        self.figures[int(self.generator.integers(len(self.figures)))](low, high, figure)

    def bars(self, low: Field, high: Field, ink: int) -> None:
        """Stripes along one side."""
        axis = int(self.generator.integers(2))
        count = max(2, round((high - low)[axis] / self.generator.choice([5.0, 8.0, 13.0])))
        step = (high - low)[axis] / count
        for number in range(count):
            start, stop = low.copy(), high.copy()
            start[axis] = low[axis] + step * number
            stop[axis] = start[axis] + 0.52 * step
            self.fill(ink, _box(start, stop))

    def rays(self, low: Field, high: Field, ink: int) -> None:
        """A fan from a corner."""
        corners = _box(low, high)
        corner = int(self.generator.integers(4))
        count = int(self.generator.integers(5, 10))
        far = [corners[(corner + 1) % 4], corners[(corner + 2) % 4], corners[(corner + 3) % 4]]
        edge = np.vstack(
            [np.linspace(far[0], far[1], count + 1)[:-1], np.linspace(far[1], far[2], count + 1)]
        )
        for number in range(0, 2 * count, 2):
            self.fill(ink, np.array([corners[corner], edge[number], edge[number + 1]]))

    def rings(self, low: Field, high: Field, ink: int) -> None:
        """Circles within one another."""
        center, radius = 0.5 * (low + high), 0.48 * float((high - low).min())
        _, other = _PAIRS[int(self.generator.integers(len(_PAIRS)))]
        for number, share in enumerate(np.linspace(1.0, 0.2, max(2, int(radius / 7.0)))):
            self.fill((ink, other)[number % 2], arc(center, share * radius, 0, 2 * np.pi))

    def wedge(self, low: Field, high: Field, ink: int) -> None:
        """A spike driven through the field."""
        corners = _box(low, high)
        first = int(self.generator.integers(4))
        tip = 0.5 * (corners[(first + 2) % 4] + corners[(first + 3) % 4])
        self.fill(ink, np.array([corners[first], corners[(first + 1) % 4], tip]))

    def steps(self, low: Field, high: Field, ink: int) -> None:
        """A stair of blocks."""
        count = int(self.generator.integers(3, 6))
        step = (high - low) / count
        for number in range(count):
            self.fill(
                ink,
                _box(
                    low + step * [number, count - 1 - number],
                    np.array([low[0] + step[0] * (number + 1), high[1]]),
                ),
            )

    def checks(self, low: Field, high: Field, ink: int) -> None:
        """A board of squares."""
        count = np.maximum(2, np.rint((high - low) / self.generator.choice([8.0, 12.0]))).astype(int)
        step = (high - low) / count
        for column in range(int(count[0])):
            for row in range(column % 2, int(count[1]), 2):
                corner = low + step * [column, row]
                self.fill(ink, _box(corner, corner + step))

    def beams(self) -> None:
        """Long bars, disks and wedges over everything, across the grain of the fields."""
        for _ in range(13):
            at, ink = self.generator.uniform(-330, 330, 2), int(self.generator.choice([0, 1, 2, 1, 0, 3]))
            length, width = self.generator.uniform(70, 190), self.generator.uniform(4, 15)
            angle = self.generator.choice([0.0, np.pi / 2, np.pi / 4, -np.pi / 4])
            self.fill(
                ink,
                turned(
                    np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * [0.5 * length, 0.5 * width], angle, at
                ),
            )
        for _ in range(9):
            at, radius = self.generator.uniform(-330, 330, 2), float(self.generator.uniform(18, 44))
            ink = int(self.generator.choice([0, 1, 2]))
            self.fill(ink, arc(at, radius, 0, 2 * np.pi))
            self.fill(int(self.generator.choice([1, 2, 3])), arc(at, 0.62 * radius, 0, np.pi))
            self.fill(2 if ink != 2 else 0, turned([(-1.6, -0.5), (0.3, 0.0), (-1.6, 0.5)], 0.6, at, radius))


def _box(low: Field, high: Field) -> Field:
    return np.array([low, (high[0], low[1]), high, (low[0], high[1])])


class _Tilted(Plate):
    """A plate whose drawing is turned about the sheet's middle."""

    def polygon(self, points: object, *, value: float = 1.0) -> None:
        super().polygon(turned(np.asarray(points), -0.52, (256.0, 256.0)), value=value)


def constructivist(side: int, seed: int) -> Bytes:
    """Red and black wedges, bars, disks and stairs on a diagonal, printed on coarse paper."""
    generator = np.random.default_rng([seed, 81])
    poster = _Poster(generator, side)
    poster.divide(np.array([-375.0, -375.0]), np.array([375.0, 375.0]))
    poster.beams()
    picture = paper(generator, side, color(_INKS[2]), grain=0.02)
    for number, plate in enumerate(poster.plates):
        if number != 2:
            picture = laid(
                picture,
                color(_INKS[number]),
                0.95 * printed(generator, plate.mask(), spread=0.5, rough=0.3, wear=0.3),
            )
    scuffs = smoothstep(1.9, 2.5, noise(generator, side, 9.0, octaves=3, gain=0.8, stretch=3.0))
    picture = laid(picture, color("#e8dcc2"), 0.4 * scuffs)
    return finished(generator, picture * (1.0 + 0.02 * noise(generator, side, 2.5, octaves=2))[..., None])
