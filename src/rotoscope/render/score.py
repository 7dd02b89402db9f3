"""Scores of a painted clip against its source: how much it flickers, and how sharp it is."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import cv2

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import Clip, open_clip
from rotoscope.motion.flicker import WIDTH, Flicker, FlickerMeter, reduced, share_left
from rotoscope.motion.flow import Picture
from rotoscope.render.on_screen import OnScreen
from rotoscope.render.overlap import read_ahead
from rotoscope.render.progress import ProgressCallback, ProgressMeter

FRAMES: Final = 48
"""That are measured where nobody says otherwise: two seconds of film."""


@dataclass(frozen=True, slots=True)
class StyleScore:
    """How near paintings are to a style image: 0 is its own statistics, 1 as far as a black picture."""

    source: float
    """Of the source: where a painting begins."""
    result: float
    base: float | None = None
    kept: float | None = None
    """Share of the base's way from the source to the style image that the result goes as well."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a painted clip measures against its source."""

    frames: int
    """That were measured."""
    frame_size: tuple[int, int]
    """(width, height) at which they were."""
    source: Flicker
    """The source against itself: its noise, and what flow misses."""
    result: Flicker
    base: Flicker | None = None
    """The same filter frame by frame."""
    short_left: float | None = None
    """Share of the base's flicker that is left between neighbors: 0 is as steady as the source."""
    long_left: float | None = None
    """The same over 8 frames."""
    sharpness_kept: float | None = None
    """The result's sharpness as a share of the base's."""
    style: StyleScore | None = None
    notes: tuple[str, ...] = ()
    """Sentences on what is not told, and why, and on what is wrong with the files."""


def measure(
    source: str | Path | Clip,
    result: str | Path,
    *,
    base: str | Path | None = None,
    frames: int = FRAMES,
    skip: int = 0,
    width: int = WIDTH,
    on_progress: ProgressCallback | None = None,
) -> Score:
    """Measure how much a painted clip flickers; :mod:`rotoscope.motion.flicker` says how.

    Args:
        source: what was painted; a clip where that is a part of a file, or one at another rate.
        result: the painting, with as many frames; of another size, it is scaled to the source's.
        base: the same filter frame by frame: what would be without any steadying.
        frames: how many are measured.
        skip: how many are left out before; drift shows after hundreds.
        width: pixels at which they are measured.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: the clips differ in the number of frames, have fewer than two in the span, nothing in
            them can be followed, or a number is outside what is allowed.
        RotoscopeError: one of them cannot be read; see :mod:`rotoscope.errors`.
    """
    _require_numbers(frames=frames, skip=skip, width=width)
    clips = [source if isinstance(source, Clip) else open_clip(source)]
    clips += [open_clip(path) for path in (result, *([] if base is None else [base]))]
    count = min(_require_alike(clips) - skip, frames)
    if count < 2:
        raise InvalidOptions(
            f"{clips[0].source} has {clips[0].expected_frames} frames, and {skip} are left out: two or more "
            "have to remain. Give a longer clip, or leave out fewer."
        )
    progress = ProgressMeter("score", frames_expected=count, on_progress=on_progress)
    meter = FlickerMeter()
    size = (0, 0)
    with ExitStack() as stack:
        readers = [stack.enter_context(closing(_pictures(clip, skip, skip + count, width))) for clip in clips]
        for pictures in zip(*readers, strict=True):
            size = (pictures[0].shape[1], pictures[0].shape[0])
            meter.add(pictures[0], *(_as_large(picture, size) for picture in pictures[1:]))
            progress.advance(size)
    own, of_result, *of_base = meter.figures()
    notes = tuple(f"{clip.source}: {problem}" for clip in clips for problem in clip.problems)
    score = Score(progress.frames_done, size, own, of_result, notes=notes)
    return _against(score, of_base[0]) if of_base else score


def _against(score: Score, base: Flicker) -> Score:
    """The score beside what would be without any steadying."""
    source, result = score.source, score.result
    return replace(
        score,
        base=base,
        short_left=share_left(result.short, base.short, source.short),
        long_left=share_left(result.long, base.long, source.long),
        sharpness_kept=result.sharpness / base.sharpness if base.sharpness else None,
    )


def _require_numbers(**given: int) -> None:
    least = {"frames": 2, "skip": 0, "width": 32}
    for name, number in given.items():
        if number < least[name]:
            raise InvalidOptions(f"{name} was {number}; give {least[name]} or more.")


def _require_alike(clips: Sequence[Clip]) -> int:
    """How many frames all of them have.

    Raises:
        InvalidOptions: not the same number.
    """
    counts = [clip.expected_frames for clip in clips]
    if len(set(counts)) > 1:
        told = ", ".join(f"{clip.source} has {clip.expected_frames} frames" for clip in clips)
        raise InvalidOptions(
            f"The clips differ in the number of frames, so it is not known which belong together: {told}. "
            "Give results of the whole source, painted at its own rate."
        )
    return counts[0]


def _pictures(clip: Clip, first: int, stop: int, width: int) -> Generator[Picture]:
    """Frames of a clip as they are measured, read by a thread of its own."""
    screen = OnScreen(clip.info)
    with closing(read_ahead(clip.frames(first=first, stop=stop))) as frames:
        for frame in frames:
            yield reduced(screen.show(frame.pixels), width)


def _as_large(picture: Picture, size: tuple[int, int]) -> Picture:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return cast("Picture", cv2.resize(picture, size))
