"""The frames of a clip in any order, as what paints them is shown them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from types import TracebackType
from typing import Self, cast

import numpy as np

from rotoscope.errors import DecodeError
from rotoscope.media.clip import Clip
from rotoscope.media.frame import Frame, Pixels
from rotoscope.render.look import resize_short_side
from rotoscope.render.views import View


class ShownFrames:
    """Reads frames forward without reading any twice, and leaps where it must; keeps a few of them."""

    def __init__(self, clip: Clip, view: View | None, size: int | None, *, keep: int) -> None:
        """Read nothing yet.

        Args:
            clip: the source.
            view: what stands between its pictures and what paints them.
            size: short side, pixels; None: the clip's.
            keep: how many pictures stay in memory.
        """
        self._clip = clip
        self._view = view
        self._size = size
        self._keep = keep
        self._kept: OrderedDict[int, Pixels] = OrderedDict()
        self._reader: Generator[Frame] | None = None
        self._next = 0

    def __call__(self, index: int) -> Pixels:
        """A frame as it is painted, (H, W, 3) uint8 or uint16 sRGB.

        Raises:
            DecodeError, TruncatedError, OpenError: it cannot be read.
        """
        if index not in self._kept:
            self._kept[index] = shown_in(self._view, color_of(self._read(index)))
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        self._kept.move_to_end(index)
        return self._kept[index]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _read(self, index: int) -> Pixels:
        if self._reader is None or self._next != index:
            self._close()
            self._reader = self._clip.frames(first=index)
        frame = next(self._reader, None)
        if frame is None:
            raise DecodeError(
                f"{self._clip.source} ended before frame {index}, though it promised "
                f"{self._clip.expected_frames}; copy or export it again."
            )
        self._next = index + 1
        return resize_short_side(frame.pixels, self._size)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def color_of(pixels: Pixels) -> Pixels:
    """(H, W, 3 or 4) without its alpha."""
    return cast("Pixels", np.ascontiguousarray(pixels[..., :3]))


def shown_in(view: View | None, color: Pixels) -> Pixels:
    """What a view shows of a picture, (H, W, 3)."""
    if view is None:
        return color
    seen: list[Pixels] = []

    def look(shown: Pixels) -> Pixels:
        seen.append(shown)
        return shown

    view.paint(color, look)
    return seen[0]
