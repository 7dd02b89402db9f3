"""A look at its interesting moments, photograph and painting side by side, before a clip is painted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.timecode import format_time
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import resize_short_side
from rotoscope.render.looks.layered import LayeredLook
from rotoscope.render.preview import frame_at
from rotoscope.render.progress import ProgressCallback, ProgressMeter

_COLUMNS = 4
_MOST = 12
_SIDE = 360
"""Short side, in pixels, of the pictures on a sheet."""


def look_sheet(
    look: AnyLook,
    source: str | Path,
    *,
    times: Sequence[Fraction] = (),
    width: int = 1600,
    on_progress: ProgressCallback | None = None,
) -> Pixels:
    """Frames of a clip at the moments where the look changes, each as it is and as it is painted.

    Args:
        look: what to paint.
        source: a clip or a still.
        times: moments instead of the look's own, in seconds from the first frame.
        width: of the sheet, in pixels, at most.
        on_progress: called for every frame that is looked at, and for every picture.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidOptions: a moment is not within the clip.
        RotoscopeError: the clip cannot be read, or a picture cannot be painted.
    """
    clip = open_clip(source, on_truncated="keep")
    end = clip.info.video.duration_seconds_from_content or Fraction(0)
    is_still = clip.info.kind is MediaKind.STILL or not end
    beyond = [moment for moment in times if moment >= end and not is_still]
    if beyond:
        raise InvalidOptions(
            f"The look was to be shown at {float(beyond[0]):g} s, and {source} ends at {float(end):g} s. "
            "Give an earlier moment."
        )
    ready = look.prepared(clip, on_progress=on_progress)
    moments = [Fraction(0)] if is_still else list(times) or interesting_moments(ready, end)
    meter = ProgressMeter("preview", frames_expected=len(moments), on_progress=on_progress)
    latest = max(Fraction(0), end - end / clip.expected_frames)  # the last frame is shown at or after it
    pairs: list[tuple[Tile, Tile]] = []
    for moment in moments:
        frame = frame_at(source, min(moment, latest))
        shown_at = frame.time_seconds - clip.origin_seconds
        caption = "" if is_still else format_time(shown_at)
        pairs.append(_pair(frame, ready.paint(frame.pixels, shown_at), caption))
        meter.advance((frame.shape[1], frame.shape[0]))
    rows: list[list[Tile]] = []
    for start in range(0, len(pairs), _COLUMNS):
        row = pairs[start : start + _COLUMNS]
        rows += [[photograph for photograph, _ in row], [painting for _, painting in row]]
    return contact_sheet(rows, title=look.description, width=width)


def interesting_moments(look: AnyLook, end: Fraction) -> list[Fraction]:
    """Where the look changes or a shot begins, and between; at most a dozen, rising, before the end."""
    changes = look.moments if isinstance(look, LayeredLook) else ()
    own = [moment for moment in (*changes, *look.known_cuts) if moment < end]
    steps = [*sorted({Fraction(0), *own}), end]
    between = [(before + after) / 2 for before, after in pairwise(steps)]
    found = sorted({*steps[:-1], *between, end * 99 / 100})
    if len(found) <= _MOST:
        return found
    return [found[round(place * (len(found) - 1) / (_MOST - 1))] for place in range(_MOST)]


def _pair(frame: Frame, painted: Pixels, caption: str) -> tuple[Tile, Tile]:
    return Tile(resize_short_side(frame.pixels, _SIDE)), Tile(resize_short_side(painted, _SIDE), caption)
