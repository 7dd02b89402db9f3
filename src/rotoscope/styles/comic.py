"""Comic books."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    Plate,
    color,
    colors,
    finished,
    laid,
    moved,
    noise,
    overprinted,
    paper,
    places,
    printed,
    smoothstep,
    stripe,
)
from rotoscope.styles.packing import packed_disks
from rotoscope.styles.parts import star
from rotoscope.styles.voronoi import cells

_TINTS = colors("#f7d21e", "#e5281f", "#f9efd8", "#49b6dd", "#f9efd8", "#f7a98a", "#2b4fa3", "#f7d21e")
_DOTS = colors("#e5281f", "#a3151c", "#2b8fd0", "#2b4fa3", "#e5281f", "#e5281f", "#49b6dd", "#f7d21e")


def comic_dots(side: int, seed: int) -> Bytes:
    """Ben Day dots, flat reds and yellows, bursts and speed lines within brushed black outlines."""
    generator = np.random.default_rng([seed, 161])
    x, y = places(side)
    bend_x, bend_y = (14.0 * noise(generator, side, 90.0) for _ in range(2))
    edge, region = cells(generator, x + bend_x, y + bend_y, 72.0)
    kind = generator.integers(0, 8, 4096)
    turn = generator.uniform(0, np.pi, 4096).astype(np.float32)[region]
    pitch = 7.0
    u, v = (x + y) * (np.pi / pitch), (x - y) * (np.pi / pitch)
    grow = np.asarray(
        0.42 + 0.3 * np.sin(turn * 5 + (x * np.cos(turn) + y * np.sin(turn)) / 26.0), np.float32
    )
    screen = smoothstep(-0.16, 0.16, np.asarray(0.5 * (np.cos(u) + np.cos(v)) - 1.0 + 1.5 * grow, np.float32))
    which = kind[region]
    picture = paper(generator, side, color("#ffffff"), grain=0.018) * moved(_TINTS[which], 1.4, -0.9)
    ink = moved(_DOTS[which], 1.2, 0.8)
    picture = (
        picture
        + (ink - picture)
        * (printed(generator, screen, spread=0.4, rough=0.1, wear=0.05) * (which != 7))[..., None]
    )
    along = x * np.cos(turn) + y * np.sin(turn)
    taper = np.clip(0.65 - edge / 40.0 + 0.1 * noise(generator, side, 30.0), 0.0, 0.7)
    hatch = stripe(along / 5.5 + 0.2 * noise(generator, side, 60.0), taper, 0.18, side)
    black = np.maximum(
        hatch * np.isin(which, (6, 7, 1)),
        smoothstep(0.9, -0.1, edge - 2.4 - 1.2 * noise(generator, side, 40.0)),
    )
    return _burst(generator, picture, np.asarray(black, np.float32))


def _burst(generator: np.random.Generator, picture: Field, black: Field) -> Bytes:
    """Explosions over it all, then the black plate."""
    side = len(black)
    outer, inner, core, lines = Plate(side), Plate(side), Plate(side), Plate(side)
    for at, radius in packed_disks(generator, [(34, 46, 50), (20, 30, 160)], gap=22.0):
        points, turn = int(generator.integers(9, 15)), float(generator.uniform(0, 6.28))
        jag = star(at, radius, points, turn, inner=0.6)
        jag = at + (jag - at) * generator.uniform(0.82, 1.15, (len(jag), 1))
        outer.polygon(jag)
        lines.line(jag, 3.4, closed=True)
        small = at + 0.66 * (jag - at)
        inner.polygon(small)
        lines.line(small, 2.0, closed=True)
        core.polygon(at + 0.34 * (jag - at))
        for angle in np.linspace(0, 2 * np.pi, points * 2, endpoint=False):
            way = np.array([np.cos(turn + angle), np.sin(turn + angle)])
            start, stop = 1.2 * radius, radius * generator.uniform(1.35, 1.7)
            lines.polygon(
                [
                    at + start * way + 1.5 * way[::-1] * [-1, 1],
                    at + stop * way,
                    at + start * way - 1.5 * way[::-1] * [-1, 1],
                ]
            )
    body = outer.mask()
    picture = laid(picture, color("#f9efd8"), moved(body, 0.8, 0.6))
    picture = laid(picture, color("#f7d21e"), moved(inner.mask(), 1.3, -1.0))
    picture = laid(picture, color("#e5281f"), moved(core.mask(), 1.3, -1.0))
    key = np.maximum(black * (1.0 - body), lines.mask())
    return finished(
        generator,
        overprinted(
            picture, color("#16121a"), 0.97 * printed(generator, key, spread=0.45, rough=0.2, wear=0.08)
        ),
    )
