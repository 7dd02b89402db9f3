"""A clip: the frames of one source, read lazily, upright, at their exact times."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias

from rotoscope.errors import InvalidOptions, TruncatedError, UnsupportedMedia
from rotoscope.media.decoding import Tally
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.lazy import FrameTimes, LazyFrame, Probed
from rotoscope.media.mending import Mender, OnCorrupt
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.planes import PlanarFrame, StoredPlanes
from rotoscope.media.probe import probe
from rotoscope.media.readers import open_reader
from rotoscope.media.selection import WHOLE_CLIP, Picked, Picker, Selection

OnTruncated: TypeAlias = Literal["fail", "keep"]
"""What to do with a source that ends before what it claims, or of which frames cannot be decoded."""

_WHAT_TO_DO = "Copy or export it again, or paint what is there with --on-truncated keep."


def open_clip(
    source: str | Path,
    *,
    selection: Selection = WHOLE_CLIP,
    on_truncated: OnTruncated = "fail",
    on_corrupt: OnCorrupt | None = None,
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
        on_corrupt: What to do with pictures in the middle that are damaged or cannot be decoded; see
            :data:`rotoscope.media.mending.OnCorrupt`. None: as ``show``, but where some cannot be decoded,
            that is an error at the end.
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
    return Clip(
        path, probed, selection=selection, on_truncated=on_truncated, on_corrupt=on_corrupt, limits=limits
    )


class Clip:
    """Frames of one source. Made by :func:`open_clip`.

    Nothing is held open between calls, and no more than the frame at hand is in memory, so a clip may be
    read several times, and by several threads with a :meth:`frames` each.
    """

    def __init__(
        self,
        source: Path,
        probed: Probed,
        *,
        selection: Selection,
        on_truncated: OnTruncated,
        on_corrupt: OnCorrupt | None = None,
        limits: Limits,
    ) -> None:
        assert probed.times is not None
        self.source: Path = source
        self.info: MediaInfo = probed.info
        self.selection: Selection = selection
        self._probed = probed
        self._on_truncated: OnTruncated = on_truncated
        self.on_corrupt: OnCorrupt | None = on_corrupt
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

    def moment(self, index: int) -> tuple[int, int | None]:
        """When frame ``index`` is shown, as the packets say it: ``pts`` and, re-timed, the duration."""
        picked = self._picker.picks[index]
        return (picked.item, None) if picked.slot is None else (picked.slot, 1)

    def seconds_at(self, index: int) -> Fraction:
        """When frame ``index`` is shown, counted from the clip's first frame; the end, for the one after."""
        if index < self.expected_frames:
            pts, _ = self.moment(index)
        else:
            pts = self._picker.stop_pts if self.selection.fps is None else index
        return pts * self.time_base - self.origin_seconds

    @property
    def key_frames(self) -> tuple[int, ...]:
        """Frames at which reading can begin without reading what lies before, ascending, the first included.

        All of them, where pictures do not build on each other.
        """
        if self.info.kind is MediaKind.GIF or self.info.video.is_interlaced:
            return (0,)
        keys = set(self._picker.times.key_pts)
        if self.info.kind is not MediaKind.VIDEO:
            return tuple(range(self.expected_frames))
        starts = {0: None} | {i: None for i, picked in enumerate(self._picker.picks) if picked.item in keys}
        return tuple(starts)

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

    def frames(self, *, planar: bool = False, first: int = 0, stop: int | None = None) -> Generator[Frame]:
        """The selected frames in the order in which they are shown.

        Pixels are upright (H, W, 3 or 4), uint8, or uint16 for sources deeper than 8 bits; ``pts`` is the
        source's own unless the selection has ``fps``; ``index`` counts from 0. With ``fps``, a frame that
        is repeated shares its pixels with the one before.

        Args:
            planar: Give upright 8-bit 4:2:0 pictures as :class:`~rotoscope.media.planes.PlanarFrame`, which
                saves the conversion for whoever works on planes.
            first: Index of the first frame that is wanted; reading leaps to it where the container can.
            stop: Index of the first frame that is not wanted any more; None: to the end.

        Raises:
            TruncatedError: at the end, where fewer frames could be decoded than the packets promised; with
                ``on_truncated="keep"`` :attr:`problems` tells instead.
            OpenError: the source is gone.
            DecodeError: a picture has another size than the first, a still cannot be read, or a picture is
                damaged and ``on_corrupt`` is ``fail``.
        """
        tally = Tally()
        self._found_problems = ()
        since = self._picker.picks[first].item if first else self._picker.first_pts
        until = self._picker.picks[stop].item if stop is not None and stop < self.expected_frames else None
        reader = open_reader(self.source, self._probed, limits=self._limits)
        mender = Mender(self.source, self._picker.times, self.on_corrupt or "show")
        # What is to be held may lie before what is wanted.
        leap = since if self.on_corrupt != "hold" else self._picker.times.pts[0]
        read = _Counted(reader.lazy_frames(first_pts=leap, tally=tally), since, self._end(until))
        picks = self._picker.pick(mender.mend(iter(read)), pts_of=_pts, first=first)
        shown: LazyFrame | None = None
        picture: Pixels | StoredPlanes | None = None
        for index, picked in enumerate(picks, first):
            if until is not None and _is_past(picked, index, until, stop):
                break
            if picture is None or picked.item is not shown:
                shown, picture = picked.item, _read(picked.item, planar=planar)
            yield self._frame(index, picked, picture)
        self._settle(read, tally, mender)

    def _end(self, until: int | None) -> int | None:
        """First time that is not read any more; None: everything is."""
        if until is None and self.selection.stop is None:
            return None
        return self._picker.stop_pts if until is None else min(until, self._picker.stop_pts)

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

    def _settle(self, read: _Counted, tally: Tally, mender: Mender) -> None:
        wanted = sum(1 for pts in self._picker.wanted_pts if read.holds(pts))
        # Where each field of an interlaced picture has a packet of its own, two packets make one picture.
        by_fields = self.info.video.is_interlaced and 2 * read.count >= wanted - 1
        sentences = (*tally.sentences(), *mender.sentences())
        if read.count + self._probed.unsure_count < wanted and not by_fields:
            if self._on_truncated == "fail" and self.on_corrupt in ("fail", None):
                raise TruncatedError(
                    f"{self.source}: of {wanted} frames, {read.count} could be decoded; the file is damaged "
                    f"or cut off. {_WHAT_TO_DO}",
                    claimed_frames=wanted,
                    decoded_frames=read.count,
                )
            sentences = (f"Of {wanted} frames, {read.count} could be decoded.", *sentences)
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
    """Passes lazy frames on and counts those within a span."""

    def __init__(self, frames: Iterator[LazyFrame], since: int, until: int | None) -> None:
        self._frames = frames
        self._since = since
        self._until = until
        self.count = 0

    def holds(self, pts: int) -> bool:
        """Whether the span does."""
        return self._since <= pts and (self._until is None or pts < self._until)

    def __iter__(self) -> Iterator[LazyFrame]:
        for lazy in self._frames:
            self.count += self.holds(lazy.pts)
            yield lazy


def _is_past(picked: Picked[LazyFrame], index: int, until: int, stop: int | None) -> bool:
    """Whether a frame lies behind the span: by its time; by its number, where pictures are shown anew."""
    return index == stop if picked.slot is not None else picked.item.pts >= until


def _read(lazy: LazyFrame, *, planar: bool) -> Pixels | StoredPlanes:
    stored = lazy.read_planes() if planar and lazy.read_planes is not None else None
    return lazy.read() if stored is None else stored


def _pts(lazy: LazyFrame) -> int:
    return lazy.pts
