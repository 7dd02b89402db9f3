"""Cloth: woven, knotted and stitched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    blurred,
    color,
    colors,
    enlarged,
    finished,
    noise,
    places,
    smoothstep,
)

Pattern = NDArray[np.int64]
"""(n, n): which color each knot or stitch has."""

_KILIM = colors("#8e1f24", "#1c2a4a", "#e8d9b5", "#d0892b", "#2f6a63", "#2a1714", "#b9512f")
_KNOTS = 128


def kilim(side: int, seed: int) -> Bytes:
    """Stepped diamonds and hooks in madder, indigo, ochre and wool white, woven in slits."""
    generator = np.random.default_rng([seed, 111])
    pattern = _diamonds(generator)
    abrash = 1.0 + 0.07 * generator.standard_normal((_KNOTS, 1)).cumsum(axis=0).clip(-2, 2) / 1.4
    knots = _KILIM[pattern] * abrash[..., None] * generator.normal(1.0, 0.05, (_KNOTS, _KNOTS, 1))
    picture = enlarged(knots, side)
    x, y = places(side)
    pitch = UNITS / _KNOTS
    sway = 0.35 * noise(generator, side, 30.0)
    weft = np.abs(np.sin(2.0 * np.pi * (y + sway) / pitch))
    warp = np.abs(np.sin(np.pi * (x + 0.3 * sway) / pitch))
    relief = 0.62 + 0.26 * np.sqrt(weft) + 0.2 * np.sqrt(warp)
    fuzz = (
        1.0
        + 0.07 * noise(generator, side, 2.5, octaves=2, stretch=3.0)
        + 0.05 * noise(generator, side, 80.0, octaves=3)
    )
    return finished(generator, picture * (relief * fuzz)[..., None])


def _diamonds(generator: np.random.Generator) -> Pattern:
    """A lattice of stepped diamonds in diamonds, each field in its own colors, with hooks and crosses."""
    row, column = np.mgrid[0:_KNOTS, 0:_KNOTS] // 2
    rising, falling = row + column + 256, row - column + 256
    sets = np.array([generator.permutation(len(_KILIM)) for _ in range(16)])
    field = ((rising // 16) * 5 + (falling // 16) * 3) % 16
    across, down = np.abs(2 * (rising % 16) - 15) // 2, np.abs(2 * (falling % 16) - 15) // 2
    far, near = np.maximum(across, down), np.minimum(across, down)
    depth = np.array([0, 1, 1, 2, 3, 3, 4, 5])[far]
    pattern = sets[field, depth]
    hooks = (far == 5) & (near % 3 == 1)
    pattern[hooks] = sets[field, 4][hooks]
    teeth = (far == 7) & (near % 2 == 0)
    pattern[teeth] = 2
    pattern[(far == 3) & (near == 3)] = 5
    cross = (far <= 2) & (near == 0)
    pattern[cross] = sets[field, 6][cross]
    return pattern


_FLOSS = colors("#efe4cd", "#a3212b", "#1f3f6e", "#2e7350", "#e0a030", "#d9666f", "#38211d")
_STITCHES = 80


def cross_stitch(side: int, seed: int) -> Bytes:
    """Crosses of floss on linen: rows of stars, zigzags, hearts and fir trees."""
    generator = np.random.default_rng([seed, 121])
    pattern = _sampler(generator)
    floss = _FLOSS[pattern] * generator.normal(1.0, 0.05, (_STITCHES, _STITCHES, 1))
    pitch = UNITS / _STITCHES
    x, y = places(side)
    x, y = x + 0.22 * noise(generator, side, 7.0), y + 0.22 * noise(generator, side, 7.0)
    u, v = 2.0 * (x / pitch % 1.0) - 1.0, 2.0 * (y / pitch % 1.0) - 1.0
    linen = (
        color("#d9c9a6")
        * (1.0 + 0.12 * np.sin(4 * np.pi * x / pitch) * np.sin(4 * np.pi * y / pitch))[..., None]
    )
    picture = linen * (0.88 + 0.08 * noise(generator, side, 3.0, octaves=2))[..., None]
    tint = enlarged(floss, side)
    for sign, height in ((-1.0, 0.86), (1.0, 1.08)):
        off = (u + sign * v) / np.sqrt(2.0)
        body = smoothstep(0.44, 0.34, np.abs(off)) * smoothstep(1.3, 1.16, np.abs(u - sign * v) / 1.55)
        round_ = np.sqrt(np.clip(1.0 - (off / 0.5) ** 2, 0.0, 1.0)) + 0.25 * off
        ply = 0.08 * np.sin(14.0 * off + 9.0 * (u - sign * v))
        picture *= (1.0 - 0.45 * blurred(body, 0.9))[..., None]
        thread = tint * (height * (0.46 + 0.6 * round_ + ply))[..., None]
        picture += (thread - picture) * body[..., None]
    return finished(generator, picture)


def _sampler(generator: np.random.Generator) -> Pattern:
    """Bands of motifs that repeat along each row, another pair of colors in each band."""
    pattern = np.zeros((_STITCHES, _STITCHES), np.int64)
    top, last = -int(generator.integers(6)), -1
    while top < _STITCHES:
        kind = int(generator.choice([one for one in range(len(_MOTIFS)) if one != last]))
        last, motif = kind, _MOTIFS[kind].split()
        ground, first, second = generator.permutation(len(_FLOSS))[:3]
        inks = {".": ground, "a": first, "b": second}
        shift = int(generator.integers(20))
        for number, line in enumerate(motif):
            if 0 <= top + number < _STITCHES:
                cells = [inks[line[(place + shift) % len(line)]] for place in range(_STITCHES)]
                pattern[top + number] = cells
        top += len(motif)
    return pattern


_MOTIFS = (
    """............ ......a..... .a...aaa...a .aa..aba..aa ..aa.aba.aa. ...aaababaaa
    ....abbbbba. .aaabbabbaaa
    aabbba.abbba .aaabbabbaaa ....abbbbba. ...aaababaaa
    ..aa.aba.aa. .aa..aba..aa .a...aaa...a ......a.....""",
    "bbbbbbbb a...a... .a.a.a.a ..a...a. .a.a.a.a a...a... bbbbbbbb",
    """......... ..aa.aa.. .aaaaaaa. .aabbbaa. .aabbbaa. ..aabaa.. ...aaa... ....a.... .........""",
    """........... .....b..... .....a..... ....aaa.... ...aaaaa... ....aaa.... ...aaaaa... ..aaaaaaa..
    ...aaaaa...
    ..aaaaaaa.. .aaaaaaaaa. .....b..... .....b..... ...........""",
    "aaaa.... .aaaa... ..aaaa.. ...aaaa. ....aaaa ...aaaa. ..aaaa.. .aaaa...",
    "........ ..a..... .aba.... abbba.b. .aba.... ..a..... ........ bbbbbbbb",
    "aabb aabb bbaa bbaa",
)
"""Motifs of cross stitch, a word a row."""


_SETT = (
    ("#1d3a34", 22),
    ("#b3302c", 10),
    ("#1d3a34", 6),
    ("#efe0b8", 3),
    ("#16233d", 24),
    ("#d39a2d", 4),
    ("#16233d", 10),
)
"""Colors and widths (threads) of the plaid's stripes; it is mirrored at both ends."""


def plaid(side: int, seed: int) -> Bytes:
    """A twill of wool: bottle green, navy and red, with fine lines of gold and white."""
    generator = np.random.default_rng([seed, 131])
    widths = [max(2, round(count * generator.uniform(0.42, 0.62))) for _, count in _SETT]
    half = np.concatenate(
        [np.repeat(color(code)[None], count, axis=0) for (code, _), count in zip(_SETT, widths, strict=True)]
    )
    sett = np.concatenate([half, half[::-1]])
    pitch = 3.2
    x, y = places(side)
    x, y = x + 0.5 * noise(generator, side, 40.0), y + 0.5 * noise(generator, side, 40.0)
    end, pick = np.floor(x / pitch).astype(np.int64), np.floor(y / pitch).astype(np.int64)
    over = ((end - pick) % 4 < 2)[..., None]
    shade = generator.normal(1.0, 0.09, (2, 512))
    warp = sett[end % len(sett)] * shade[0][end % 512][..., None]
    weft = sett[(pick + 17) % len(sett)] * shade[1][pick % 512][..., None]
    u, v = x / pitch % 1.0 - 0.5, y / pitch % 1.0 - 0.5
    ply = (
        0.1 * np.sin(2 * np.pi * (2.0 * u + 1.2 * y / pitch)),
        0.1 * np.sin(2 * np.pi * (2.0 * v + 1.2 * x / pitch)),
    )
    round_ = np.where(over[..., 0], np.cos(2.4 * u) + ply[0], np.cos(2.4 * v) + ply[1])
    picture = np.where(over, warp, weft) * (0.45 + 0.72 * round_)[..., None]
    fuzz = (
        noise(generator, side, 3.0, octaves=2, stretch=4.0)
        + noise(generator, side, 3.0, octaves=2, stretch=4.0).T
    )
    picture = picture * (1.0 + 0.07 * fuzz)[..., None] + 0.012 * np.clip(fuzz, 0, 3)[..., None]
    return finished(generator, 1.12 * np.asarray(picture, np.float32))
