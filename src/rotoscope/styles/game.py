"""Landscapes of a small video game."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.styles.canvas import Bytes, colors, enlarged, finished, noise

_DOTS = 128
"""Game pixels along a side."""
_COLORS = colors(
    "#171326", "#33274f", "#574b80", "#1f4a70", "#2f87a8", "#86d8cf", "#f6edd0", "#f0c65c",
    "#dc8640", "#b24a33", "#6d2c30", "#1d4436", "#3a853f", "#92c44c", "#7b8397", "#c3cacb",
)  # fmt: skip
"""All sixteen there are; sprites name them by hexadecimal digits."""
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16.0
_SPRITES = {
    "oak": "...000... ..0cdd0.. .0bccdd0. .0bcccd0. 0bbcccdd0 0bbccccd0 0bbbcccc0 .0bbbcc0. "
    "..00800.. ...0a0... ...000...",
    "fir": "...0... ..0d0.. ..0c0.. .0bcd0. .0bcc0. 0bbccd0 .0bcc0. 0bbccd0 0bbbcc0 .00800. ..0a0..",
    "house": "....000.... ...09990... ..0988890.. .098888890. 09999999990 00666666600 .063366a60. "
    ".063366a60. .066666a60. .000000000.",
    "coin": ".000. 07670 07780 07880 .000.",
    "tower": "0f00f00f0 0ff0f0ff0 0efffffe0 .0efffe0. .0ef0fe0. .0ef0fe0. .0efffe0. .0eeffe0. "
    ".0ef0fe0. .0e000e0. .0000000.",
    "chest": ".0000000. 089999980 098888890 077707770 08990998a 0a999999a 0aaaaaaa0 .0000000.",
    "rock": "..000.. .0ff60. 0effff0 0eefff0 0eeeef0 .00000.",
    "flower": ".9. 979 .9. .b.",
    "wave": "..55.... .5..5..5 5....55.",
    "crystal": "...0... ..060.. ..050.. .05640. .05440. 0554430 0544430 .04430. ..000..",
    "brick": "9999a999a 8889a888a aaaaaaaaa 99a9999a9 88a8889a8 aaaaaaaaa 9999a999a 8889a888a aaaaaaaaa",
}
_HABITAT = {
    0: ("wave", "wave", "crystal"),
    1: ("wave", "wave"),
    2: ("chest", "coin", "rock", "coin"),
    3: ("oak", "flower", "house", "flower", "oak", "coin"),
    4: ("oak", "fir", "fir", "oak", "tower"),
    5: ("peak", "peak", "fir", "tower", "brick"),
}
"""What stands on deep water, water, sand, grass, in woods and on rock."""


def pixel_tiles(side: int, seed: int) -> Bytes:
    """Seas, beaches, woods and mountains in sixteen colors, dithered, with sprites."""
    generator = np.random.default_rng([seed, 151])
    height = noise(generator, 256, 120.0, octaves=3)[::2, ::2]
    row, column = np.mgrid[0:_DOTS, 0:_DOTS]
    dither = _BAYER[row % 4, column % 4]
    rank = 2.6 + 1.65 * height
    land = np.clip(np.floor(rank), 0, 5).astype(np.int64)
    ground = np.array([3, 4, 7, 13, 12, 14])
    dark = np.array([1, 3, 8, 12, 11, 2])
    lit = (rank - land > 0.75 * dither + 0.12) | (land == 2)
    dots = np.where(lit, ground[land], dark[land])
    tufts = generator.random((_DOTS, _DOTS))
    dots = np.where((tufts < 0.05) & (land >= 1), np.array([3, 5, 8, 12, 13, 15])[land], dots)
    shore = (land == 1) & (np.roll(land, -1, axis=0) > 1) | (land == 1) & (np.roll(land, 1, axis=1) > 1)
    dots[shore] = 6
    _populate(generator, dots, land)
    picture = enlarged(_COLORS[dots], side)
    return finished(generator, picture, grain=0.004)


def _populate(generator: np.random.Generator, dots: NDArray[np.int64], land: NDArray[np.int64]) -> None:
    """Sprites on a jittered grid, from the back to the front."""
    step = 9
    for top in range(-6, _DOTS, step):
        for left in range(-6 + (top // step % 2) * 4, _DOTS, step + 1):
            y, x = top + int(generator.integers(-2, 3)), left + int(generator.integers(-2, 3))
            here = int(land[min(max(y + 8, 0), _DOTS - 1), min(max(x + 5, 0), _DOTS - 1)])
            kinds = _HABITAT[here]
            if generator.random() < (0.8, 0.6, 0.75, 0.85, 1.0, 1.0)[here]:
                _stamp(dots, y, x, _sprite(generator, kinds[int(generator.integers(len(kinds)))]))


def _sprite(generator: np.random.Generator, name: str) -> list[str]:
    return _peak(int(generator.integers(6, 10))) if name == "peak" else _SPRITES[name].split()


def _peak(height: int) -> list[str]:
    """A mountain, lit from the left, snow on top."""
    lines: list[str] = []
    for row in range(height):
        left = ("6" if row < height // 3 + 1 else "f") * row
        right = ("f" if row < height // 3 else "e" if row % 2 else "2") * row
        lines.append("." * (height - row - 1) + "0" + left + right + "0" + "." * (height - row - 1))
    return lines


def _stamp(dots: NDArray[np.int64], top: int, left: int, sprite: list[str]) -> None:
    for row, line in enumerate(sprite):
        for column, digit in enumerate(line):
            y, x = top + row, left + column
            if digit != "." and 0 <= y < _DOTS and 0 <= x < _DOTS:
                dots[y, x] = int(digit, 16)
