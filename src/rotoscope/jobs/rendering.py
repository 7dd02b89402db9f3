"""Painting a video segment by segment, each wherever there is a worker."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from rotoscope.errors import MachineDiffers
from rotoscope.jobs.bench import Bench
from rotoscope.jobs.charging import Took
from rotoscope.jobs.operations.painting import told
from rotoscope.jobs.operations.wishes import PaintingWish
from rotoscope.jobs.pieces import SharedPieces
from rotoscope.machine import processors
from rotoscope.media.joining import join_pieces
from rotoscope.media.probe import inspect_media
from rotoscope.render.photographs import are_photographs
from rotoscope.render.planar import MOST_PIXELS_AT_ONCE, PAINTED_AT_ONCE, FramePainter
from rotoscope.render.progress import ProgressMeter
from rotoscope.render.recipe_line import recipe_tags
from rotoscope.render.result import video_seconds
from rotoscope.render.segments.painting import paint_segments
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.planned import PlannedRender, open_render
from rotoscope.render.segments.video import join_render, required_piece
from rotoscope.render.stylize import finish, scored
from rotoscope.storage.uri import parse_uri

_KEPT: Final = 2
"""Renders that stay open on a worker: between two segments of one job nothing is opened anew."""


@dataclass(frozen=True, slots=True)
class _Open:
    planned: PlannedRender
    painter: FramePainter


class Renders:
    """A worker's open renders. One task at a time paints."""

    def __init__(self, pieces: SharedPieces) -> None:
        self._pieces = pieces
        self._open: OrderedDict[tuple[str, int], _Open] = OrderedDict()
        self._shown: dict[str, int] = {}
        self._lock = threading.Lock()

    def plan(
        self, params: PaintingWish, bench: Bench
    ) -> tuple[dict[str, Any], list[tuple[Segment, str]]] | None:
        """How a job is cut into segments, and their keys; None where it is not."""
        source = bench.take(params.source)
        output = Path(parse_uri(params.output).name)
        if params.output.endswith("/") or are_photographs(source, output, params.selection()):
            return None
        threads = painter_threads(inspect_media(source, count=False).video.frame_size)
        opened = self._opened(params, bench, threads=threads)
        if opened is None:
            return None
        job = opened.planned.job
        keys = [(segment, job.key(segment)) for segment in opened.planned.segments]
        return {"painter_threads": threads}, keys

    def paint(self, params: PaintingWish, bench: Bench, *, threads: int, number: int, key: str) -> Took:
        """Paint a segment and share its piece; gives what it took, nothing where it was painted already.

        Raises:
            MachineDiffers: this machine would make other bytes than the one that planned.
        """
        if self._pieces.find(key) is not None:
            return Took()
        opened = self._required(params, bench, threads)
        segment = opened.planned.segments[number]
        own = opened.planned.job.key(segment)
        if own != key:
            raise MachineDiffers(
                f"Segment {number} would come out otherwise on this machine than on the one that planned the "
                "job: another version of Rotoscope or its libraries, or another kind of processor. Give all "
                "workers the same version, and let them be alike; a retry plans the job anew."
            )
        meter = ProgressMeter("stylize", frames_expected=segment.frames, on_progress=bench.on_progress)
        with bench.clock.paused():  # waiting for another task's segment is nobody's work
            self._lock.acquire()
        try:
            began = time.monotonic()
            paint_segments(opened.planned.job, [segment], self._pieces.local, opened.painter, meter)
            seconds = time.monotonic() - began
        finally:
            self._lock.release()
        self._pieces.share(key)
        clip = opened.planned.job.clip
        lasts = clip.seconds_at(segment.stop) - clip.seconds_at(segment.first)
        return Took(
            cpu_seconds=bench.clock.seconds,
            elapsed_seconds=seconds,
            frames=segment.stop - segment.first,
            video_seconds=float(lasts),
        )

    def join(self, params: PaintingWish, bench: Bench, *, threads: int, keys: list[str]) -> dict[str, Any]:
        """The result of all segments, with sound and everything else of the source.

        Raises:
            EncodeError: a piece is missing.
        """
        opened = self._required(params, bench, threads)
        planned = opened.planned
        for key in keys:
            bench.check()
            self._pieces.find(key)
        output = bench.make(params.output, overwrite=params.overwrite)
        pieces = [required_piece(planned, segment, self._pieces.local) for segment in planned.segments]
        meter = ProgressMeter(
            "assemble", frames_expected=planned.job.clip.expected_frames, on_progress=bench.on_progress
        )
        height, width, _ = pieces[0].index.facts.shape
        meter.frame_size = (width, height)
        report = join_render(
            planned,
            pieces,
            output,
            overwrite=False,
            meter=meter,
            metadata=recipe_tags(output, planned.job.look.recipe, coherence=params.coherence),
        )
        notes = (*planned.job.clip.problems, *planned.job.grading.notes, *report.notes)
        result = finish(report, meter, look=planned.job.look.description, notes=notes)
        result = replace(result, video_seconds=float(video_seconds(planned.job.clip)))
        if params.score:
            result = scored(result, planned.job.clip, bench.on_progress)
        return told(result, params.output)

    def partial(
        self, params: PaintingWish, bench: Bench, *, threads: int, keys: Sequence[str]
    ) -> Path | None:
        """The beginning of the result, as far as it is painted without a gap, and without sound.

        It is made when it has become twice as long as the last one, so that all of them together take no
        longer than the result. None where there is nothing new to show.
        """
        planned = self._required(params, bench, threads).planned
        pieces = list(takewhile(lambda piece: piece is not None, map(self._pieces.find, keys)))
        count = len(pieces)
        if count < 1 or count & (count - 1) or self._shown.get(bench.job_id, 0) >= count:
            return None
        self._shown[bench.job_id] = count
        begun = [piece for piece in pieces if piece is not None]
        if not begun[0].index.facts.frames:
            return None
        output = bench.scratch / f"partial{Path(parse_uri(params.output).name).suffix}"
        join_pieces(
            begun,
            output,
            planned.job.plan(begun[0].index.facts),
            source=planned.job.grading.source,
            copier=None,
            overwrite=True,
            metadata={},
        )
        return output

    def _required(self, params: PaintingWish, bench: Bench, threads: int) -> _Open:
        opened = self._opened(params, bench, threads=threads)
        if opened is None:  # it was planned in segments, so this machine sees another source or version
            raise MachineDiffers("This machine cannot cut the source into segments, and another one could.")
        return opened

    def _opened(self, params: PaintingWish, bench: Bench, *, threads: int) -> _Open | None:
        place = (bench.job_id, threads)
        with self._lock:
            if place in self._open:
                self._open.move_to_end(place)
                return self._open[place]
        planned = open_render(
            bench.take(params.source),
            Path(parse_uri(params.output).name),
            params.opened(bench, threads=threads),
            selection=params.selection(),
            encoder=params.encoder(),
            options=params.options(self._pieces.local),
            store=self._pieces.local,
            painter_threads=threads,
            on_prepared=bench.on_progress,
        )
        if planned is None:
            return None
        opened = _Open(planned, planned.painter())
        with self._lock:
            self._open[place] = opened
            while len(self._open) > _KEPT:
                self._open.popitem(last=False)
        return opened


def painter_threads(frame_size: tuple[int, int]) -> int:
    """Threads that paint one picture, for all machines of a job: as many as suit the one that plans it."""
    at_once = PAINTED_AT_ONCE if frame_size[0] * frame_size[1] <= MOST_PIXELS_AT_ONCE else 1
    return max(1, processors() // at_once)
