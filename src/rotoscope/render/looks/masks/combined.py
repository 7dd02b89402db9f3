"""Several masks as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Literal, cast

import cv2

from rotoscope.media.frame import Pixels
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.masks.base import FinishedMask, MaskSource, Watcher, digest_of
from rotoscope.render.looks.shots import Shots


@dataclass(eq=False)
class CombinedSource:
    """What all of several masks show, or any of them."""

    how: Literal["intersection", "union"]
    masks: tuple[FinishedMask, ...]

    @property
    def is_still(self) -> bool:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return all(mask.is_still for mask in self.masks)

    @property
    def is_complete(self) -> bool:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return all(mask.is_complete for mask in self.masks)

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        join = cv2.min if self.how == "intersection" else cv2.max
        return cast("Mask", reduce(join, (mask.at(pixels, time) for mask in self.masks)))

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of(self.how, *(mask.digest_between(start, stop) for mask in self.masks))

    def parts(self) -> Sequence[MaskSource]:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return [part for mask in self.masks for part in mask.parts()]

    def with_parts(self, made: Mapping[int, MaskSource]) -> CombinedSource:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return CombinedSource(self.how, tuple(mask.with_parts(made) for mask in self.masks))

    def watch(self, shots: Shots | None) -> Watcher:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        raise AssertionError("its parts see the clip")
