"""One render in segments: what is painted, and how, for whoever paints a part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av

from rotoscope._version import __version__
from rotoscope.filters.base import arithmetic_of
from rotoscope.media.clip import Clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.output import container_of
from rotoscope.media.pieces import Piece, PieceFacts
from rotoscope.media.video_plan import Opening, VideoPlan, plan_video
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import Grading
from rotoscope.render.holding import cut_frames, held_within_shots
from rotoscope.render.segments.frame_log import FrameLog
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.steadying.span import Span, span_of
from rotoscope.render.steadying.steady import Steadying

PIPELINE_VERSION: Final = 2
"""Counted up when the same sources and settings give other bytes."""


@dataclass(frozen=True, slots=True)
class SegmentJob:
    """Everything that decides the bytes of a render's pieces. Can be sent to another process."""

    clip: Clip
    output: Path
    """Its suffix names the container."""
    look: AnyLook
    grading: Grading
    """How filters see the pictures, and what they become."""
    encoder: EncoderOptions
    """With a fixed number of threads."""
    span: tuple[Fraction, Fraction | None] | None
    """See :func:`rotoscope.media.video_plan.plan_video`; likewise:"""
    earliest: Fraction | None
    source_digest: str
    """SHA-256 of the source's contents."""
    painter_threads: int
    """That paint one picture."""
    coherence: CoherenceMode | None = None
    """How neighbors are kept alike; None: each frame is painted for itself."""
    log: FrameLog | None = None
    """What is noted of painted frames, and which are retouched."""

    def reach(self, segment: Segment) -> Span:
        """The frames of a segment, and those around them that decide how they look."""
        if self.coherence is None:
            return Span(segment.first, segment.stop, segment.first, segment.stop)
        first, stop = segment.within or (segment.first, segment.stop)
        return span_of(
            first,
            stop,
            self.coherence,
            frames=self.clip.expected_frames,
            cuts=cut_frames(self.clip, self.look),
            held_from=held_within_shots(self.clip, self.look),
        )

    def steadying(self, segments: Sequence[Segment]) -> Steadying | None:
        """What keeps the frames of segments alike that follow on each other."""
        if self.coherence is None:
            return None
        return Steadying(
            self.coherence,
            [self.reach(segment) for segment in segments],
            frozenset(cut_frames(self.clip, self.look)),
            held_within_shots(self.clip, self.look),
        )

    def key(self, segment: Segment) -> str:
        """SHA-256 of everything that decides the bytes of a segment's piece."""
        reach = self.reach(segment)
        start, stop = self.clip.seconds_at(reach.since), self.clip.seconds_at(reach.until)
        facts = {
            "pipeline": [PIPELINE_VERSION, __version__],
            "source": self.source_digest,
            "selection": repr(self.clip.selection),
            "on_corrupt": self.clip.on_corrupt,
            "frames": [segment.first, segment.stop, self.clip.expected_frames],
            "coherence": self.coherence and [self.coherence.identity, reach.since, reach.until],
            "cuts": self.coherence and cut_frames(self.clip, self.look),
            "look": self.look.digest_between(start, stop),
            "view": [repr(self.grading.view), repr(self.grading.source.video)],
            "arithmetic": [arithmetic_of(painter) for painter in self.look.painters],
            "threads": self.painter_threads,
            "encoder": repr(self.encoder),
            "container": container_of(self.output).name,
            "span": repr(self.span),
            "earliest": str(self.earliest),
            "ffmpeg": sorted((name, list(version)) for name, version in av.library_versions.items()),
        }
        within = {"within": segment.within} if self.coherence and segment.within else {}
        told = json.dumps({**facts, **within, **self._retouched(segment)}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def find(self, segment: Segment, store: SegmentStore) -> Piece | None:
        """The piece of a segment; None where there is none, or not all is noted of it that is wanted."""
        piece = store.find(key := self.key(segment))
        known = self.log is None or self.log.is_complete(store.notes(key))
        return piece if known else None

    def _retouched(self, segment: Segment) -> dict[str, object]:
        """The retouched frames in a segment, where there are any."""
        if self.log is None or not self.log.retouched:
            return {}
        first, last = self.clip.moment(segment.first)[0], self.clip.moment(segment.stop - 1)[0]
        within = self.log.retouched_between(first, last)
        return {"retouched": within} if within else {}

    def plan(self, facts: PieceFacts) -> VideoPlan:
        """How pictures like those of a piece are encoded.

        Raises:
            UnsupportedMedia: the wanted codec does not go with the container or the size.
            EncodeError: the frames' times cannot be held.
        """
        pts, duration = self.clip.moment(0)
        opening = Opening(
            facts.shape,
            facts.is_deep,
            self.clip.time_base,
            pts,
            facts.first_duration if facts.first == 0 else duration,
            self.clip.moment(1)[0] if self.clip.expected_frames > 1 else None,
        )
        return plan_video(
            container_of(self.output),
            self.encoder,
            source=self.grading.source,
            opening=opening,
            span=self.span,
            earliest=self.earliest,
        )

    def seconds_before(self, index: int) -> Fraction | None:
        """When the frame before frame ``index`` is shown, on the frames' clock; None before the first."""
        return self.clip.moment(index - 1)[0] * self.clip.time_base if index else None
