"""One span of frames made steady, from the frames before it that count to those after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rotoscope.media.frame import Frame
from rotoscope.motion.coherence.finishing import Finisher
from rotoscope.motion.coherence.matching import Match
from rotoscope.motion.coherence.memory import Levels, Memory, Remembered, as_blended, combine
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.render.steadying.pictures import PaintedPlanes, planes_of, with_planes


@dataclass(frozen=True, slots=True)
class Span:
    """Frames that are decided together: their result is the same whatever else is painted."""

    first: int
    """Index of the first one."""
    stop: int
    """Index after the last one."""
    since: int
    """Index of the first frame that counts for it."""
    until: int
    """Index after the last frame that counts for it."""


@dataclass(slots=True)
class Moment:
    """One painting, and the frames that show it."""

    frames: list[Frame]
    """Painted; more than one where a painting is held."""
    planes: PaintedPlanes
    behind: Match | None
    """How it continues the moment before; None: it does not."""
    ahead: Match | None
    """How the moment before is continued by it, seen from there."""


@dataclass(slots=True)
class SpanSteadier:
    """Takes the moments of a span in their order, and gives its frames."""

    span: Span
    mode: CoherenceMode
    _memory: Memory = field(init=False)
    _finisher: Finisher = field(init=False)
    _waiting: list[Moment] = field(init=False, default_factory=list[Moment])
    _has_begun: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Begin without a past."""
        self._memory = Memory(self.mode)
        self._finisher = Finisher(self.mode)

    def take(self, moment: Moment) -> Iterator[Frame]:
        """Take the next moment; gives the frames that are decided with it."""
        index = moment.frames[0].index
        if not self.span.since <= index < self.span.until:
            return
        if self.mode.block and index >= self.span.first:
            self._waiting.append(moment)
            if len(self._waiting) == self.mode.block + self.mode.lead_out:
                yield from self._decide(self.mode.block)
            return
        now = as_blended(moment.planes, self.mode)
        before = self._before(moment, now)
        if not self.mode.block:
            shown = self._finished(moment, now, before)
            if self._is_wanted(moment):
                yield from shown

    def finish(self) -> Iterator[Frame]:
        """Gives the frames that waited for others to come."""
        while self._waiting and self._is_wanted(self._waiting[0]):
            yield from self._decide(min(self.mode.block, len(self._waiting)))
        self._waiting.clear()

    def _is_wanted(self, moment: Moment) -> bool:
        return self.span.first <= moment.frames[0].index < self.span.stop

    def _decide(self, count: int) -> Iterator[Frame]:
        """Frames of the first ``count`` moments that wait, each by what is before and what is after it."""
        backward = Memory(self.mode)
        after: list[Remembered] = []
        later: Moment | None = None
        for place, moment in reversed(list(enumerate(self._waiting))):
            now = as_blended(moment.planes, self.mode)
            seen_back = backward.advance(later.ahead if later else None, now)
            if place < count:  # averages are large: none is kept that is not wanted now
                after.append(seen_back)
            later = moment
        for moment in self._waiting[:count]:
            now = as_blended(moment.planes, self.mode)
            shown = self._finished(moment, now, combine(self._before(moment, now), after.pop(), now))
            if self._is_wanted(moment):
                yield from shown
        del self._waiting[:count]

    def _before(self, moment: Moment, now: tuple[Levels, ...]) -> Remembered:
        """The average of what came before, at the next moment."""
        match = moment.behind if self._has_begun else None
        self._has_begun = True
        return self._memory.advance(match, now)

    def _finished(self, moment: Moment, now: tuple[Levels, ...], remembered: Remembered) -> list[Frame]:
        if moment.behind is None:
            self._finisher.forget()
        planes = self._finisher.finish(remembered, now, moment.planes)
        return [with_planes(frame, planes) for frame in moment.frames]


def moment_of(frame: Frame, behind: Match | None, ahead: Match | None) -> Moment:
    """The moment that a painted frame begins."""
    return Moment([frame], planes_of(frame), behind, ahead)


def span_of(
    first: int,
    stop: int,
    mode: CoherenceMode,
    *,
    frames: int,
    cuts: Sequence[int] = (),
    held_from: Callable[[int], int],
) -> Span:
    """A span with the frames that count for it: none from beyond a cut.

    Args:
        first: index of its first frame.
        stop: index after its last one.
        mode: says how far it looks.
        frames: how many the clip has.
        cuts: indices of frames that begin a new shot, as far as they are known.
        held_from: the frame whose painting is shown at a frame.
    """
    since = max([held_from(max(0, first - mode.lead_in)), *(cut for cut in cuts if cut <= first)])
    until = min([frames, stop + mode.lead_out, *(cut for cut in cuts if cut >= stop)])
    return Span(first, stop, since, max(until, stop))
