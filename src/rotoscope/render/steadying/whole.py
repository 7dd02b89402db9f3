"""A whole clip made steady at once, which may be one that is played again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from rotoscope.media.clip import Clip
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.render.any_look import AnyLook
from rotoscope.render.holding import cut_frames, held_within_shots
from rotoscope.render.planar import FramePainter
from rotoscope.render.steadying.pictures import at_index
from rotoscope.render.steadying.span import Span
from rotoscope.render.steadying.steady import Seen, Steadying


def steady_whole(
    clip: Clip,
    look: AnyLook,
    mode: CoherenceMode | None,
    *,
    painter_from: Callable[[int], FramePainter] | None,
) -> Steadying | None:
    """What keeps all frames of a clip alike; None where each is painted for itself.

    Args:
        clip: what is painted.
        look: prepared for it.
        mode: how.
        painter_from: where the clip is a loop, makes what paints its last frames, from an index on, so that
            the first frame continues them: what has no seam gets none. A clip that ends elsewhere than it
            began has a cut there, which is noticed.
    """
    if mode is None or look.is_invisible:
        return None
    count = clip.expected_frames
    loop = count if painter_from is not None and count > 1 else None
    before: Sequence[Seen] = ()
    if painter_from is not None and loop is not None:
        first = max(0, count - mode.lead_in)
        before = _frames_from(clip, first, painter_from(first))
    return Steadying(
        mode,
        [Span(0, count, -len(before), count if loop is None else count + mode.lead_out)],
        frozenset(cut_frames(clip, look)),
        held_within_shots(clip, look),
        before,
        loop,
    )


def _frames_from(clip: Clip, first: int, painter: FramePainter) -> Sequence[Seen]:
    """The last frames, before the first one."""
    count = clip.expected_frames
    seen: list[Seen] = []
    with closing(clip.frames(planar=painter.wants_planes, first=first)) as frames:
        for source in frames:
            index = source.index - count
            seen.append((at_index(source, index), at_index(painter.paint(source), index)))
    return seen
