"""Masks that need the clip, or another one: carried regions, mask videos, what a network finds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import IO, cast

import cv2
import numpy as np

from rotoscope.errors import FilterFailed
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Pixels
from rotoscope.motion.carrying import carry
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.mask_schema import RegionMask, SegmentationMask
from rotoscope.render.looks.masks.base import Leaf, Step, digest_of, reduced
from rotoscope.render.looks.masks.film import KEPT_SIDE, MaskFilm
from rotoscope.render.looks.masks.keys import FrameByFrame
from rotoscope.render.looks.masks.still import draw_region, mask_of_picture
from rotoscope.render.looks.shots import Shots
from rotoscope.runtime.segmentation import SegmentationGraph

_JPEG_QUALITY = 95
"""Of pictures that wait for a region to be carried over them: what it loses moves nothing."""


@dataclass(eq=False)
class Unseen(Leaf):
    """A mask that has to see the clip first."""

    is_complete = False

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`.

        Raises:
            FilterFailed: always; there is none yet.
        """
        raise FilterFailed(
            "A mask of this look needs the whole clip, and has not seen it. Paint with look.prepared(clip)."
        )


@dataclass(eq=False)
class CarriedSource(Unseen):
    """A region that is carried through its shot."""

    told: RegionMask

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of("carried", self.told.model_dump_json(include={"polygon", "ellipse", "at"}))

    def watch(self, shots: Shots | None) -> _Carrier:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return _Carrier(self.told, shots)


@dataclass(eq=False)
class _Carrier:
    """Keeps the pictures of a region's shot in a file, and carries it over them from where it was drawn."""

    told: RegionMask
    shots: Shots | None
    times: list[Fraction] = field(default_factory=list[Fraction])
    ends: list[int] = field(default_factory=list[int])
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def see(self, time: Fraction, pixels: Pixels) -> None:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        if self.shots is not None:
            begin, end = self.shots.span_at(self.told.at)
            if time < begin or (end is not None and time >= end):
                return
        # Kept in a file: a shot may be longer than memory.
        gray = cv2.cvtColor(reduced(pixels, KEPT_SIDE), cv2.COLOR_RGB2GRAY)
        _, encoded = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        self.file.write(encoded.tobytes())
        self.times.append(time)
        self.ends.append(self.file.tell())

    def finish(self, step: Step) -> MaskFilm:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        film = MaskFilm(is_empty_outside=True)
        with self.file:
            if not self.times:
                return film
            drawn_on = max(sum(time <= self.told.at for time in self.times) - 1, 0)
            height, width = self._picture(drawn_on).shape
            region = draw_region(self.told, (width, height))
            back = list(carry(region, self._pictures(range(drawn_on, -1, -1), step)))
            for offset, mask in reversed(list(enumerate(back, 1))):
                film.append(self.times[drawn_on - offset], mask)
            film.append(self.times[drawn_on], region)
            forth = carry(region, self._pictures(range(drawn_on, len(self.times)), step))
            for offset, mask in enumerate(forth, 1):
                film.append(self.times[drawn_on + offset], mask)
        return film

    def _pictures(self, indices: range, step: Step) -> Iterator[Mask]:
        for index in indices:
            step()
            yield self._picture(index)

    def _picture(self, index: int) -> Mask:
        begin = self.ends[index - 1] if index else 0
        self.file.seek(begin)
        encoded = np.frombuffer(self.file.read(self.ends[index] - begin), np.uint8)
        return cast("Mask", cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))


@dataclass(eq=False)
class VideoSource(Unseen):
    """A mask video."""

    path: Path
    digest: str
    """SHA-256 of the file."""

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of("video", self.digest)

    def watch(self, shots: Shots | None) -> _VideoReader:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return _VideoReader(self.path)


@dataclass(eq=False)
class _VideoReader:
    """Reads a mask video up to the end of what is painted."""

    path: Path
    last: Fraction = Fraction(0)

    def see(self, time: Fraction, pixels: Pixels) -> None:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        self.last = time

    def finish(self, step: Step) -> MaskFilm:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        film = MaskFilm()
        clip = open_clip(self.path)
        with closing(clip.frames()) as frames:
            for frame in frames:
                time = frame.time_seconds - clip.origin_seconds
                if time > self.last:
                    break
                film.append(time, mask_of_picture(frame.pixels))
        return film


@dataclass(eq=False)
class SegmentationSource(Unseen):
    """What a network finds in each frame."""

    told: SegmentationMask
    graph: SegmentationGraph
    digest: str
    """SHA-256 of the network's file."""

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        told = self.told.model_dump_json(exclude={"invert", "feather", "grow", "network"})
        return digest_of("segmentation", told, self.digest)

    def watch(self, shots: Shots | None) -> FrameByFrame:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return FrameByFrame(self.find, self.told.smooth, shots)

    def find(self, pixels: Pixels) -> Mask:
        """The mask of one picture, (h, w) as the network gives it."""
        told = self.told
        small = reduced(pixels, told.side)
        sides = [max(told.multiple, round(side / told.multiple) * told.multiple) for side in small.shape[:2]]
        seen = cv2.resize(small, (sides[1], sides[0]), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        seen = (seen - np.array(told.mean, np.float32)) / np.array(told.deviation, np.float32)
        return _shown(self.graph.run(np.ascontiguousarray(seen.transpose(2, 0, 1)[None], np.float32)), told)


def _shown(found: np.ndarray, told: SegmentationMask) -> Mask:
    """A network's output as a mask."""
    if np.issubdtype(found.dtype, np.integer):
        classes = found.reshape(found.shape[-2:])
        return np.asarray(np.where(classes == told.channel, 255, 0), np.uint8)
    channels = found.reshape(-1, *found.shape[-2:]).astype(np.float32)
    if told.channel >= len(channels):
        raise FilterFailed(
            f"The mask asks for class {told.channel} of {told.network}, which finds {len(channels)}: give "
            f"class 0 to {len(channels) - 1}."
        )
    is_logits = told.output == "logits" or (told.output is None and len(channels) > 1)
    if is_logits and len(channels) > 1:
        weights = np.exp(channels - channels.max(axis=0))
        channels = weights / weights.sum(axis=0)
    elif is_logits:
        channels = 1 / (1 + np.exp(-np.clip(channels, -60, 60)))
    return np.asarray(np.clip(channels[told.channel], 0, 1) * 255 + 0.5, np.uint8)
