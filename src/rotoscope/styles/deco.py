"""Art deco."""

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
    finished,
    laid,
    lit,
    noise,
)

_INKS = ("#0d1b24", "#0f5a5c", "#efe2c2", "#a3352c")
_RADIUS = 44.0


def art_deco(side: int, seed: int) -> Bytes:
    """Scales of fans and sunbursts, brass lines inlaid in black, peacock and ivory lacquer."""
    generator = np.random.default_rng([seed, 181])
    lacquer, brass = [Plate(side) for _ in _INKS], Plate(side)
    rows = int(UNITS / (_RADIUS / 2)) + 4
    for row in range(-1, rows):
        for column in range(-1, int(UNITS / (2 * _RADIUS)) + 2):
            at = np.array([(2 * column + row % 2) * _RADIUS, row * _RADIUS / 2])
            _fan(generator, lacquer, brass, at)
    cloud = noise(generator, side, 70.0, octaves=3)
    picture = np.full((side, side, 3), color(_INKS[0]))
    for plate, ink in zip(lacquer, _INKS, strict=True):
        picture = laid(picture, color(ink), plate.mask())
    crackle = noise(generator, side, 12.0, octaves=3, gain=0.7)
    picture = picture * (1.0 + 0.1 * cloud + 0.06 * crackle)[..., None]
    metal = brass.mask()
    raised = lit(1.5 * blurred(metal, 0.6), strength=0.55)
    gold = blended(
        colors("#5e3d12", "#b98a34", "#e9c76c", "#fff3c4"), 0.55 * raised + 0.09 * cloud + 0.05 * crackle
    )
    picture = picture * (1.0 - 0.4 * blurred(metal, 1.6) * (1.0 - metal))[..., None]
    picture = picture + (gold - picture) * metal[..., None]
    return finished(generator, picture)


def _cover(plates: list[Plate], brass: Plate, ink: int, points: Field) -> None:
    for number, plate in enumerate(plates):
        plate.polygon(points, value=float(number == ink))
    brass.polygon(points, value=0.0)


def _fan(generator: np.random.Generator, plates: list[Plate], brass: Plate, at: Field) -> None:
    """A scale that covers those above it."""
    ground, figure = generator.permutation([0, 0, 1, 1, 2, 3])[:2]
    disk = arc(at, _RADIUS, 0, 2 * np.pi)
    _cover(plates, brass, int(ground), disk)
    kind = int(generator.integers(4))
    if kind in (0, 1):  # a sunburst
        count = 9 if kind else 13
        for number in range(count):
            middle = -np.pi + np.pi * (number + 0.5) / count
            half = 0.27 * np.pi / count
            outer = 0.9 * _RADIUS if number % 2 == 0 else 0.72 * _RADIUS
            ray = np.vstack([at[None], arc(at, outer, middle - half, middle + half)])
            _cover(plates, brass, int(figure), ray)
            brass.line(ray, 0.9, closed=True)
        _cover(plates, brass, int(figure), arc(at, 0.3 * _RADIUS, 0, 2 * np.pi))
        brass.ring(at, 0.3 * _RADIUS, 1.4)
        brass.ring(at, 0.22 * _RADIUS, 1.0)
    elif kind == 2:  # arcs within arcs
        for number, share in enumerate(np.arange(0.9, 0.15, -0.13)):
            _cover(
                plates, brass, int((ground, figure)[(number + 1) % 2]), arc(at, share * _RADIUS, 0, 2 * np.pi)
            )
            brass.ring(at, share * _RADIUS, 1.2)
    else:  # a feather
        for number in range(7):
            middle = -np.pi + np.pi * (number + 0.5) / 7
            way = np.array([np.cos(middle), np.sin(middle)])
            eye = at + 0.76 * _RADIUS * way
            brass.line([at + 0.2 * _RADIUS * way, eye], 1.0)
            _cover(plates, brass, int(figure), arc(eye, 0.13 * _RADIUS, 0, 2 * np.pi))
            brass.ring(eye, 0.13 * _RADIUS, 1.1)
            brass.disk(eye, 1.4)
        for share in (0.26, 0.42, 0.55):
            brass.ring(at, share * _RADIUS, 1.2)
    brass.ring(at, 0.97 * _RADIUS, 2.0)
