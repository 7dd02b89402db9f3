"""Painted frames in, steady ones out, in the same order and number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rotoscope.media.frame import Frame
from rotoscope.motion.coherence.matching import Match, match_neighbors, reduce_luma
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.motion.flow import Gray
from rotoscope.render.steadying.pictures import at_index, luma_of
from rotoscope.render.steadying.span import Moment, Span, SpanSteadier, moment_of

Seen: TypeAlias = tuple[Frame, Frame]
"""One frame: its source, and its painting."""


@dataclass(frozen=True, slots=True)
class Steadying:
    """How a run of frames is made steady."""

    mode: CoherenceMode
    spans: Sequence[Span]
    """Those wanted; they follow on each other."""
    cuts: frozenset[int]
    """Indices of frames that begin a new shot, as far as they are known; others are noticed."""
    held_from: Callable[[int], int]
    """The frame whose painting is shown at a frame."""
    before: Sequence[Seen] = ()
    """What is seen before the first frame, where a clip is played again and again: its last ones."""
    loop: int | None = None
    """Frames after which the first one is seen again; None: never."""

    def __call__(self, frames: Iterable[Seen]) -> Iterator[Frame]:
        """Make painted frames steady.

        Args:
            frames: source and painting of each, from the first that counts for a span to the last.

        Yields:
            The frames of the spans, painted, in their order.
        """
        watcher = _Watcher(self.mode, self.cuts)
        steadiers = [SpanSteadier(span, self.mode) for span in self.spans]
        moment: Moment | None = None
        for source, painted in self._round(frames):
            if moment is not None and self._is_held(painted.index):
                moment.frames.append(painted)
                continue
            if moment is not None:
                yield from _pass_on(moment, steadiers)
            moment = moment_of(painted, *watcher.see(source))
        if moment is not None:
            yield from _pass_on(moment, steadiers)
        for steadier in steadiers:
            yield from steadier.finish()

    def _is_held(self, index: int) -> bool:
        return index >= 0 and self.held_from(index) != index

    def _round(self, frames: Iterable[Seen]) -> Iterator[Seen]:
        """The frames, with those that are seen before and after them where the clip is a loop."""
        yield from self.before
        again: list[Seen] = []
        for seen in frames:
            if self.loop is not None and len(again) < self.mode.lead_out:
                again.append(seen)
            yield seen
        for seen in again:
            source, painted = (at_index(frame, frame.index + (self.loop or 0)) for frame in seen)
            yield source, painted


def _pass_on(moment: Moment, steadiers: list[SpanSteadier]) -> Iterator[Frame]:
    while steadiers and moment.frames[0].index >= steadiers[0].span.until:
        yield from steadiers.pop(0).finish()
    for steadier in steadiers:
        if moment.frames[0].index < steadier.span.since:
            break
        yield from steadier.take(moment)


class _Watcher:
    """Sees how each frame continues the one before."""

    def __init__(self, mode: CoherenceMode, cuts: frozenset[int]) -> None:
        self._mode = mode
        self._cuts = cuts
        self._last: tuple[Gray, int] | None = None

    def see(self, source: Frame) -> tuple[Match | None, Match | None]:
        """How it continues the last one, and the other way round; None at a cut."""
        luma = reduce_luma(luma_of(source), self._mode)
        last, self._last = self._last, (luma, source.index)
        if last is None or last[0].shape != luma.shape:
            return None, None
        if any(last[1] < cut <= source.index for cut in self._cuts):
            return None, None
        behind, ahead = match_neighbors(last[0], luma, self._mode)
        return (None, None) if behind.is_cut else (behind, ahead)
