"""What a look has to know of a whole clip before any frame of it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction

from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.info import MediaKind
from rotoscope.media.selection import Selection
from rotoscope.render.looks.masks.base import FinishedMask, MaskSource
from rotoscope.render.looks.masks.footage import CarriedSource
from rotoscope.render.looks.shots import Shots
from rotoscope.render.progress import ProgressCallback, ProgressMeter

_AROUND = Fraction(1)
"""Seconds before and after what is painted that are looked at too: masks are averaged over them."""


def prepare_masks(
    masks: Sequence[FinishedMask],
    clip: Clip,
    *,
    shots: Shots | None,
    on_progress: ProgressCallback | None,
) -> list[FinishedMask]:
    """The same masks, complete: the clip is read once, up to what is painted and what regions were drawn on.

    A frame's mask does not depend on which part of the clip is painted.
    """
    parts = {id(part): part for mask in masks for part in mask.parts() if not part.is_complete}
    if not parts:
        return list(masks)
    drawn_at = [part.told.at for part in parts.values() if isinstance(part, CarriedSource)]
    seen = open_clip(clip.source, selection=_widened(clip, drawn_at), on_truncated="keep")
    watchers = {number: part.watch(shots) for number, part in parts.items()}
    meter = ProgressMeter(
        "prepare", frames_expected=seen.expected_frames * (1 + len(drawn_at)), on_progress=on_progress
    )
    size = clip.info.video.frame_size
    with closing(seen.frames()) as frames:
        for frame in frames:
            for watcher in watchers.values():
                watcher.see(frame.time_seconds - seen.origin_seconds, frame.pixels[..., :3])
            meter.advance(size)
    made: dict[int, MaskSource] = {
        number: watcher.finish(lambda: meter.advance(size)) for number, watcher in watchers.items()
    }
    return [mask.with_parts(made) for mask in masks]


def _widened(clip: Clip, drawn_at: Sequence[Fraction]) -> Selection:
    """The part of the clip to look at."""
    chosen = clip.selection
    start, stop = chosen.start, chosen.stop
    if start is not None:
        start = max(Fraction(0), min([start, *drawn_at]) - _AROUND)
    if stop is not None:
        stop = max([stop, *drawn_at]) + _AROUND
    # Only stills have no times of their own, and take them from the rate that was asked for.
    rate = chosen.fps if clip.info.kind is MediaKind.IMAGES else None
    return replace(chosen, start=start, stop=stop, every=None, fps=rate)
