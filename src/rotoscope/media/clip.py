"""A clip: the frames of one source, read lazily, upright, at their exact times."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias

from rotoscope.errors import InvalidOptions, TruncatedError, UnsupportedMedia
from rotoscope.media.decoding import Tally
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaInfo
from rotoscope.media.lazy import FrameTimes, LazyFrame, Probed
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.planes import PlanarFrame, StoredPlanes
from rotoscope.media.probe import probe
from rotoscope.media.readers import open_reader
from rotoscope.media.selection import WHOLE_CLIP, Picked, Picker, Selection

OnTruncated: TypeAlias = Literal["fail", "keep"]
"""What to do with a source that ends before what it claims, or of which frames cannot be decoded."""

_WHAT_TO_DO = "Copy or export it again, or paint what is there with on_truncated='keep'."


def open_clip(
    source: str | Path,
    *,
    selection: Selection = WHOLE_CLIP,
    on_truncated: OnTruncated = "fail",
    limits: Limits = DEFAULT_LIMITS,
) -> Clip:
    """Open a video, animated picture, still, folder of stills or numbered pattern for reading frames.

    The source is counted (its packets are read once, nothing is decoded but one picture), so the number of
    frames and what is wrong with it are known before the work begins.

    Args:
        source: Told by its content, not its name. Stills whose times no manifest states are shown
            ``selection.fps`` (25 by default) a second.
        selection: Which frames.
        on_truncated: ``fail``: a source that lacks frames raises, here where its header tells, or at the end
            of :meth:`Clip.frames`. ``keep``: what is there is read, and :attr:`Clip.problems` tells.
        limits: Size and time limits.

    Raises:
        OpenError: it cannot be opened.
        DecodeError: not one picture can be decoded.
        TruncatedError: frames that are wanted are missing, and ``on_truncated`` is ``fail``.
        UnsupportedMedia: stills of different sizes, a layout that is not read, or too many frames.
        ManifestError: a folder's manifest is broken.
        InvalidOptions: the selection has no frame in it.
    """
    path = Path(source)
    probed = probe(path, count=True, rate=selection.fps, limits=limits)
    return Clip(path, probed, selection=selection, on_truncated=on_truncated, limits=limits)


class Clip:
    """Frames of one source. Made by :func:`open_clip`.

    Nothing is held open between calls, and no more than the frame at hand is in memory, so a clip may be
    read several times, and by several threads with a :meth:`frames` each.
    """

    def __init__(
        self, source: Path, probed: Probed, *, selection: Selection, on_truncated: OnTruncated, limits: Limits
    ) -> None:
        assert probed.times is not None
        self.source: Path = source
        self.info: MediaInfo = probed.info
        self.selection: Selection = selection
        self._probed = probed
        self._on_truncated: OnTruncated = on_truncated
        self._limits = limits
        self._picker = Picker(selection, probed.times)
        self._found_problems: tuple[str, ...] = ()
        self.expected_frames: int = self._picker.count
        """Frames that :meth:`frames` will yield, where the source is whole."""
        self._refuse_nothing(probed.times)
        self._refuse_too_many()
        self._refuse_truncated(probed.times)

    @property
    def time_base(self) -> Fraction:
        """Seconds a unit of the frames' ``pts``."""
        return 1 / self.selection.fps if self.selection.fps is not None else self._picker.times.time_base

    @property
    def origin_seconds(self) -> Fraction:
        """What the frames' ``time_seconds`` are counted from: of the clip's first frame, selected or not."""
        if self.selection.fps is not None:  # times begin anew at the selection's first frame
            return -(self.selection.start or Fraction(0))
        times = self._picker.times
        return times.pts[0] * times.time_base if times.pts else Fraction(0)

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what is wrong: known before decoding, and found by the last :meth:`frames`."""
        return (*self.info.problems, *self._found_problems)

    def frames(self, *, planar: bool = False) -> Generator[Frame]:
        """The selected frames in the order in which they are shown.

        Pixels are upright (H, W, 3 or 4), uint8, or uint16 for sources deeper than 8 bits; ``pts`` is the
        source's own unless the selection has ``fps``; ``index`` counts from 0. With ``fps``, a frame that
        is repeated shares its pixels with the one before.

        Args:
            planar: Give upright 8-bit 4:2:0 pictures as :class:`~rotoscope.media.planes.PlanarFrame`, which
                saves the conversion for whoever works on planes.

        Raises:
            TruncatedError: at the end, where fewer frames could be decoded than the packets promised; with
                ``on_truncated="keep"`` :attr:`problems` tells instead.
            OpenError: the source is gone.
            DecodeError: a picture has another size than the first, or a still cannot be read.
        """
        tally = Tally()
        self._found_problems = ()
        reader = open_reader(self.source, self._probed, limits=self._limits)
        counted = _Counted(reader.lazy_frames(first_pts=self._picker.first_pts, tally=tally), self._picker)
        shown: LazyFrame | None = None
        picture: Pixels | StoredPlanes | None = None
        for index, picked in enumerate(self._picker.pick(counted, pts_of=_pts)):
            if picture is None or picked.item is not shown:
                shown, picture = picked.item, _read(picked.item, planar=planar)
            yield self._frame(index, picked, picture)
        self._settle(counted.count, tally)

    def _frame(self, index: int, picked: Picked[LazyFrame], picture: Pixels | StoredPlanes) -> Frame:
        lazy = picked.item
        if picked.slot is not None:
            pts, duration = picked.slot, 1
        else:
            # A thinned frame stands for its whole interval, so its own short duration says nothing any more.
            pts, duration = lazy.pts, lazy.duration if self.selection.every is None else None
        if not isinstance(picture, StoredPlanes):
            return Frame(picture, index, pts, self.time_base, duration=duration, is_corrupt=lazy.is_corrupt)
        return PlanarFrame(
            picture.planes,
            picture.encoding,
            index=index,
            pts=pts,
            time_base=self.time_base,
            duration=duration,
            is_corrupt=lazy.is_corrupt,
        )

    def _settle(self, decoded: int, tally: Tally) -> None:
        wanted = len(self._picker.wanted_pts)
        # Where each field of an interlaced picture has a packet of its own, two packets make one picture.
        by_fields = self.info.video.is_interlaced and 2 * decoded >= wanted - 1
        sentences = tally.sentences()
        if decoded + self._probed.unsure_count < wanted and not by_fields:
            if self._on_truncated == "fail":
                raise TruncatedError(
                    f"{self.source}: of {wanted} frames, {decoded} could be decoded; the file is damaged "
                    f"or cut off. {_WHAT_TO_DO}",
                    claimed_frames=wanted,
                    decoded_frames=decoded,
                )
            sentences = (f"Of {wanted} frames, {decoded} could be decoded.", *sentences)
        self._found_problems = sentences

    def _refuse_nothing(self, times: FrameTimes) -> None:
        if self.expected_frames == 0:
            raise InvalidOptions(
                f"The selection has no frame in it: {self.source} has {len(times.pts)} frames and lasts "
                f"{float(times.duration_seconds):.3f} s from its first one. Give an earlier start, or a "
                "wider span."
            )

    def _refuse_too_many(self) -> None:
        most = self._limits.max_frames
        if most is not None and self.expected_frames > most:
            raise UnsupportedMedia(
                f"{self.source} would give {self.expected_frames:,} frames; at most {most:,} are read. "
                "Select a shorter span, or a lower rate."
            )

    def _refuse_truncated(self, times: FrameTimes) -> None:
        stop = self.selection.stop
        needs_the_end = stop is None or stop > times.duration_seconds
        if self._probed.truncation is not None and self._on_truncated == "fail" and needs_the_end:
            raise TruncatedError(
                f"{self.source}: {self._probed.truncation} {_WHAT_TO_DO}",
                claimed_frames=self._probed.claimed_frames,
                decoded_frames=len(times.pts),
            )


class _Counted:
    """Passes lazy frames on and counts those within start and stop."""

    def __init__(self, frames: Iterator[LazyFrame], picker: Picker) -> None:
        self._frames = frames
        self._first = picker.first_pts
        self._stop = picker.stop_pts if picker.selection.stop is not None else None
        self.count = 0

    def __iter__(self) -> Iterator[LazyFrame]:
        for lazy in self._frames:
            self.count += self._first <= lazy.pts and (self._stop is None or lazy.pts < self._stop)
            yield lazy


def _read(lazy: LazyFrame, *, planar: bool) -> Pixels | StoredPlanes:
    stored = lazy.read_planes() if planar and lazy.read_planes is not None else None
    return lazy.read() if stored is None else stored


def _pts(lazy: LazyFrame) -> int:
    return lazy.pts
