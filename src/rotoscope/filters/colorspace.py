"""Colors as text, and Oklab: a space in which distances look as large as they are.

Oklab: Björn Ottosson, "A perceptual color space for image processing", 2020; the matrices are his.
"""

from __future__ import annotations

import re

import numpy as np

from rotoscope.filters.pixels import Floats

_LINEAR_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def parse_color(text: str) -> str:
    """A color in its one spelling, ``#rrggbb``.

    Args:
        text: ``#rrggbb`` or ``#rgb``, in either case, with or without the ``#`` (which some shells eat).

    Raises:
        ValueError: anything else; options' validators turn it into InvalidOptions.
    """
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text.strip()!r} is no color; write #rrggbb or #rgb, e.g. #1f2d3d")
    digits = match.group(1).lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def color_to_unit(color: str) -> Floats:
    """``#rrggbb`` to (3,) sRGB 0..1."""
    return np.array(list(bytes.fromhex(parse_color(color)[1:])), dtype=np.float32) / np.float32(255)


def unit_to_color(rgb: Floats) -> str:
    """(3,) sRGB 0..1, clipped, to ``#rrggbb``."""
    return "#" + bytes(np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8).tolist()).hex()


def srgb_to_oklab(rgb: Floats) -> Floats:
    """(…, 3) sRGB 0..1 to (…, 3) Oklab: lightness 0..1, then green-red and blue-yellow about -0.4..0.4."""
    values = rgb.astype(np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return (np.cbrt(linear @ _LINEAR_TO_LMS.T) @ _LMS_TO_OKLAB.T).astype(np.float32)


def oklab_to_srgb(lab: Floats) -> Floats:
    """(…, 3) Oklab to (…, 3) sRGB, clipped to 0..1."""
    lms = (lab.astype(np.float64) @ np.linalg.inv(_LMS_TO_OKLAB).T) ** 3
    linear = np.clip(lms @ np.linalg.inv(_LINEAR_TO_LMS).T, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded.astype(np.float32)
