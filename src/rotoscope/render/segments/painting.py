"""Painting segments: frames in, pieces out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rotoscope.media.frame import Frame
from rotoscope.media.picture_encoder import PieceEncoder
from rotoscope.media.pieces import PieceFacts, PieceWriter
from rotoscope.media.timeline import Timeline
from rotoscope.media.video_plan import VideoPlan
from rotoscope.render.pipeline import Steady, paint_frames
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressMeter
from rotoscope.render.segments.frame_log import write_notes
from rotoscope.render.segments.job import SegmentJob
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.store import SegmentStore


def paint_segments(
    job: SegmentJob,
    segments: Sequence[Segment],
    store: SegmentStore,
    painter: FramePainter,
    meter: ProgressMeter,
) -> None:
    """Paint segments that follow on each other, and put each into the store when it is done.

    The source is read in one go. What is raised on the way loses the segment at hand and no other.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`.
    """
    clip = job.clip
    since, until = job.reach(segments[0]).since, job.reach(segments[-1]).until
    frames = clip.frames(planar=painter.wants_planes, first=since, stop=until)
    workers = painter.workers(clip.info.video.frame_size)
    sink = SegmentSink(job, segments, store)
    steadying = job.steadying(segments)
    if steadying is not None and any(segment.within for segment in segments):
        steadying = _only(steadying, segments[0].first, segments[-1].stop)
    try:
        paint_frames(frames, painter, sink, meter, workers=workers, steadying=steadying)
        sink.close()
    except BaseException:
        sink.abort()
        raise


def _only(steady: Steady, first: int, stop: int) -> Steady:
    """Of the frames that are steadied together, those in [first, stop)."""

    def steadied(pairs: Iterator[tuple[Frame, Frame]]) -> Iterator[Frame]:
        for frame in steady(pairs):
            if frame.index >= stop:
                return
            if frame.index >= first:
                yield frame

    return steadied


class SegmentSink:
    """Takes painted frames and makes a piece of every segment."""

    def __init__(self, job: SegmentJob, segments: Sequence[Segment], store: SegmentStore) -> None:
        """Expect the frames of ``segments``, which follow on each other."""
        self._job = job
        self._waiting = list(segments)
        self._store = store
        self._growing: _GrowingPiece | None = None
        self._written = 0

    @property
    def written_bytes(self) -> int:
        """Bytes of encoded pictures so far."""
        return self._written

    def write(self, frame: Frame) -> None:
        """Encode a frame into the piece it belongs to; the piece before is finished first.

        Raises:
            EncodeError: the frame does not fit the others, or the disk is full.
        """
        if self._growing is not None and frame.index >= self._growing.segment.stop:
            self._finish()
        if self._growing is None:
            while frame.index >= self._waiting[0].stop:
                self._put_empty(self._waiting.pop(0))
            self._growing = _GrowingPiece(self._job, self._waiting.pop(0), self._store, frame)
        self._written += self._growing.add(frame)

    def close(self) -> None:
        """Finish the last piece.

        Raises:
            EncodeError: the disk refuses.
        """
        if self._growing is not None:
            self._finish()
        while self._waiting:
            self._put_empty(self._waiting.pop(0))

    def abort(self) -> None:
        """Give up the piece at hand."""
        if self._growing is not None:
            self._growing.discard()
            self._growing = None

    def _put_empty(self, segment: Segment) -> None:
        """The piece of a segment of which not one frame could be decoded."""
        facts = PieceFacts(first=segment.first, stop=segment.stop, frames=0, shape=(0, 0, 3), is_deep=False)
        key = self._job.key(segment)
        place = self._store.place(key)
        if self._job.log is not None:
            write_notes(self._store.notes_place(key), {})
        PieceWriter(place).publish(facts)

    def _finish(self) -> None:
        assert self._growing is not None
        self._growing.finish()
        self._growing = None


class _GrowingPiece:
    """One piece while it is made."""

    def __init__(self, job: SegmentJob, segment: Segment, store: SegmentStore, first: Frame) -> None:
        self.segment = segment
        self._facts = PieceFacts(
            first=segment.first,
            stop=segment.stop,
            frames=0,
            shape=first.shape,
            is_deep=first.is_deep,
            first_duration=first.duration,
        )
        plan: VideoPlan = job.plan(self._facts)
        self._timeline: Timeline = plan.timeline(
            index=first.index, previous=job.seconds_before(segment.first)
        )
        self._damaged = 0
        self._log = job.log
        self._notes: dict[int, str] = {}
        self._notes_place = store.notes_place(job.key(segment))
        self._writer = PieceWriter(store.place(job.key(segment)))
        try:
            self._encoder = PieceEncoder(plan, self._timeline, output=job.output)
        except BaseException:
            self._writer.discard()
            raise

    def add(self, frame: Frame) -> int:
        """Encode a frame; gives how many bytes came out."""
        self._damaged += frame.is_corrupt
        if self._log is not None:
            frame = self._log.shown(frame)
            self._notes[frame.pts] = self._log.note(frame)
        return self._writer.add(self._encoder.encode(frame))

    def finish(self) -> None:
        """Put the piece into the store."""
        try:
            self._writer.add(self._encoder.flush())
            deviation: Fraction = self._timeline.max_deviation_seconds
            counted = {"frames": self._encoder.frames, "damaged": self._damaged, "deviation": str(deviation)}
            if self._log is not None:
                write_notes(self._notes_place, self._notes)
            self._writer.publish(self._facts.model_copy(update=counted))
        except BaseException:
            self._writer.discard()
            raise
        finally:
            self._encoder.close()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._encoder.close()
        self._writer.discard()
