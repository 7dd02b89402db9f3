"""A mask for each frame of a clip, kept as small pictures."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Final, cast

import cv2
import numpy as np

from rotoscope.media.frame import Pixels
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.masks.base import Leaf, reduced_size
from rotoscope.render.looks.shots import Shots

KEPT_SIDE: Final = 270
"""Short side, in pixels, at which masks of frames are kept."""


@dataclass(eq=False)
class MaskFilm(Leaf):
    """Masks of frames by their times; a frame has the last one that is not later than it."""

    times: list[Fraction] = field(default_factory=list[Fraction])
    """Rising."""
    pictures: list[bytes] = field(default_factory=list[bytes])
    """As many PNG files."""
    is_empty_outside: bool = False
    """Whether frames before the first mask and after the last one have an empty mask, not the nearest."""

    def append(self, time: Fraction, mask: Mask) -> None:
        """The mask of one more frame."""
        size = (mask.shape[1], mask.shape[0])
        kept = reduced_size(size, KEPT_SIDE)
        small = mask if kept == size else cv2.resize(mask, kept, interpolation=cv2.INTER_AREA)
        done, encoded = cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        assert done
        self.times.append(time)
        self.pictures.append(encoded.tobytes())

    def picture(self, index: int) -> Mask:
        """The mask of that number."""
        encoded = np.frombuffer(self.pictures[index], np.uint8)
        return cast("Mask", cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        index = bisect_right(self.times, time) - 1
        is_outside = index < 0 or (index == len(self.times) - 1 and time > self.times[-1])
        if not self.times or (is_outside and self.is_empty_outside):
            return np.zeros(pixels.shape[:2], np.uint8)
        return self.picture(max(index, 0))

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        first = max(bisect_right(self.times, start) - 1, 0)
        last = max(bisect_left(self.times, stop), first + 1)
        digest = sha256(f"film:{self.is_empty_outside}".encode())
        for time, picture in zip(self.times[first:last], self.pictures[first:last], strict=True):
            digest.update(f"{time}:".encode() + sha256(picture).digest())
        return digest.hexdigest()


def smoothed(film: MaskFilm, over: Fraction, shots: Shots | None) -> MaskFilm:
    """Each mask averaged with those within half of ``over`` seconds before and after it, of the same shot."""
    if over == 0 or len(film.times) < 2:
        return film
    result = MaskFilm()
    window: dict[int, Mask] = {}
    for index, time in enumerate(film.times):
        near = _near(film.times, index, over / 2, shots)
        window = {number: window[number] if number in window else film.picture(number) for number in near}
        result.append(time, np.mean([window[number] for number in near], axis=0).round().astype(np.uint8))
    return result


def _near(times: Sequence[Fraction], index: int, reach: Fraction, shots: Shots | None) -> range:
    time = times[index]
    low, high = bisect_left(times, time - reach), bisect_right(times, time + reach)
    if shots is not None:
        begin, end = shots.span_at(time)
        low = max(low, bisect_left(times, begin))
        high = high if end is None else min(high, bisect_left(times, end))
    return range(low, high)
