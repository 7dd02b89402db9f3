"""What a mask is while a clip is painted, and what can be done to every one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Protocol, TypeAlias, cast

import cv2
import numpy as np

from rotoscope.media.frame import Pixels
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.mask_schema import MaskPart
from rotoscope.render.looks.shots import Shots

Step: TypeAlias = Callable[[], object]


class Watcher(Protocol):
    """Sees the frames of a clip once, in order, before it is painted."""

    def see(self, time: Fraction, pixels: Pixels) -> None:
        """One frame: seconds from the clip's first one, and (H, W, 3) pixels."""
        ...

    def finish(self, step: Step) -> MaskSource:
        """The mask that needs the clip no more; ``step`` is called for each frame that is worked on again."""
        ...


class MaskSource(Protocol):
    """Where a mask comes from."""

    @property
    def is_still(self) -> bool:
        """Whether it depends on neither time nor picture."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether it can be had for any frame; else the clip has to be seen first."""
        ...

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """The mask of a frame, (h, w) of any size of about the frame's shape; 255 shows, 0 hides."""
        ...

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """SHA-256 of what decides it at ``start <= time < stop``."""
        ...

    def parts(self) -> Sequence[MaskSource]:
        """The sources that it is made of; itself where it is made of none."""
        ...

    def with_parts(self, made: Mapping[int, MaskSource]) -> MaskSource:
        """The same with some of its parts, by ``id``, exchanged."""
        ...

    def watch(self, shots: Shots | None) -> Watcher:
        """What is to see the clip; only of a part that is not complete."""
        ...


@dataclass(eq=False)
class Leaf:
    """What sources that are made of no others have in common."""

    is_still = False
    is_complete = True

    def parts(self) -> Sequence[MaskSource]:
        """See :class:`MaskSource`."""
        return (cast("MaskSource", self),)

    def with_parts(self, made: Mapping[int, MaskSource]) -> MaskSource:
        """See :class:`MaskSource`."""
        return made.get(id(self), cast("MaskSource", self))

    def watch(self, shots: Shots | None) -> Watcher:
        """See :class:`MaskSource`."""
        raise AssertionError("a complete mask needs to see no clip")


@dataclass(eq=False)
class FinishedMask:
    """A mask that is grown, softened and inverted, in this order, as its file says."""

    source: MaskSource
    told: MaskPart
    _kept: dict[tuple[int, int], Mask] = field(default_factory=dict[tuple[int, int], Mask], repr=False)

    @property
    def is_still(self) -> bool:
        """See :class:`MaskSource`."""
        return self.source.is_still

    @property
    def is_complete(self) -> bool:
        """See :class:`MaskSource`."""
        return self.source.is_complete

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """The mask at the frame's size."""
        size = (pixels.shape[1], pixels.shape[0])
        if self.is_still and size in self._kept:
            return self._kept[size]
        mask = enlarged(finish(self.source.at(pixels, time), self.told), size)
        if self.is_still:
            self._kept.clear()  # clips have one size; photographs come one after another
            self._kept[size] = mask
        return mask

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`MaskSource`."""
        told = f"{self.told.grow!r}:{self.told.feather!r}:{self.told.invert!r}"
        return digest_of("finished", told, self.source.digest_between(start, stop))

    def parts(self) -> Sequence[MaskSource]:
        """See :class:`MaskSource`."""
        return self.source.parts()

    def with_parts(self, made: Mapping[int, MaskSource]) -> FinishedMask:
        """See :class:`MaskSource`."""
        return FinishedMask(self.source.with_parts(made), self.told)

    def watch(self, shots: Shots | None) -> Watcher:
        """See :class:`MaskSource`."""
        return self.source.watch(shots)


def finish(mask: Mask, told: MaskPart) -> Mask:
    """Grow, soften, invert."""
    short = min(mask.shape)
    reach = round(abs(told.grow) * short)
    if reach:
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        mask = cast("Mask", (cv2.dilate if told.grow > 0 else cv2.erode)(mask, disk))
    if told.feather * short >= 0.5:
        # Two sigmas to each side make the width that was asked for.
        spread = told.feather * short / 4
        mask = cast("Mask", cv2.GaussianBlur(mask, (0, 0), max(spread, 0.3), borderType=cv2.BORDER_REPLICATE))
    return cast("Mask", cv2.bitwise_not(mask)) if told.invert else mask


def enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    """The mask at (width, height)."""
    if (mask.shape[1], mask.shape[0]) == size:
        return mask
    shrinks = mask.shape[0] > size[1]
    return cast("Mask", cv2.resize(mask, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def reduced_size(size: tuple[int, int], short_side: int) -> tuple[int, int]:
    """(width, height) with at most that short side."""
    scale = min(1.0, short_side / min(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def reduced(pixels: Pixels, short_side: int) -> Mask:
    """(H, W, 3) of either depth to (h, w, 3) uint8 with at most that short side."""
    size = reduced_size((pixels.shape[1], pixels.shape[0]), short_side)
    small = cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return cast("Mask", small if small.dtype == np.uint8 else (small >> 8).astype(np.uint8))


def digest_of(*told: str | bytes) -> str:
    """SHA-256 over several things, each of which counts apart."""
    digest = sha256()
    for part in told:
        digest.update(sha256(part if isinstance(part, bytes) else part.encode()).digest())
    return digest.hexdigest()
