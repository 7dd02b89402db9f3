"""Loops: some seconds of a clip as a GIF, WebP or APNG that is no larger than it may be."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from math import log
from pathlib import Path
from typing import Final, cast

import cv2

from rotoscope.errors import EncodeError, InvalidOptions, UnsupportedMedia
from rotoscope.media.atomic import StagedFile, encode_errors, refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.output import WriteReport, output_kind
from rotoscope.media.provenance import Provenance
from rotoscope.media.selection import Selection
from rotoscope.media.writer import open_writer
from rotoscope.motion.flow import Picture
from rotoscope.palette.palette import Palette
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.recipe_line import recipe_of
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.shown import ANIMATED, ShownClip, require_moving, resized
from rotoscope.render.sharing.told import provenance_of_recipe

LONGEST_SECONDS: Final = 60
"""Of a loop."""
LEAST_WIDTH: Final = 160
"""Pixels below which nobody sees what is painted."""
_WIDTHS: Final = {".gif": 640, ".apng": 480, ".webp": 720}
"""Pixels that are tried first."""
_RATES: Final = (Fraction(25), Fraction(20), Fraction(50, 3), Fraction(25, 2), Fraction(10), Fraction(25, 3))
"""Frames a second whose delays a GIF holds exactly."""
_FIRST_RATES: Final = {".gif": Fraction(50, 3), ".apng": Fraction(25, 2), ".webp": Fraction(20)}
_THINNER_BELOW: Final = (0.8, 0.62, 0.48)
"""Shares of the first width below each of which the next lower rate is taken."""
_FADE: Final = Fraction(1, 2)
_TRIES: Final = 5
_USUAL_SPREAD: Final = 0.9
"""The power of the pixels with which sizes grow, as was found on painted clips."""
_AIM: Final = 0.92
"""Share of the size allowed that is aimed at."""
_NEAR_ENOUGH: Final = 0.8
"""Share of the size allowed that a result has at least before the search ends."""


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How a loop is made; validated when made.

    Raises:
        InvalidOptions: a number outside what is allowed.
    """

    seconds: Fraction = Fraction(3)
    """How long it is at most."""
    megabytes: float = 8.0
    """How large it is at most, in millions of bytes."""
    fade: Fraction | None = None
    """Seconds for which its end fades into what comes before its beginning, so that it is seamless. None:
    half a second, or a quarter of the loop where that is less."""
    width: int | None = None
    """Pixels; None: as many as fit."""
    fps: Fraction | None = None
    """Frames a second; None: as many as fit."""
    quality: float | None = None
    """0 to 100, for WebP."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= LONGEST_SECONDS:
            raise InvalidOptions(
                f"A loop of {float(self.seconds):g} s was asked for; give more than 0 and at most "
                f"{LONGEST_SECONDS} s."
            )
        if not self.megabytes > 0:
            raise InvalidOptions(f"{self.megabytes:g} MB were allowed; give more than 0.")
        if not 0 <= self.fade_seconds <= self.seconds / 2:
            raise InvalidOptions(
                f"The fade of {float(self.fade_seconds):g} s is outside 0 to {float(self.seconds / 2):g} s, "
                "half of the loop. Give a shorter one."
            )
        if self.width is not None and self.width < LEAST_WIDTH:
            raise InvalidOptions(f"The width {self.width} is too small: give {LEAST_WIDTH} pixels or more.")

    @property
    def fade_seconds(self) -> Fraction:
        """How long the fade is."""
        return min(_FADE, self.seconds / 4) if self.fade is None else self.fade


@dataclass(frozen=True, slots=True)
class _Rung:
    """One way to make it."""

    width: int
    fps: Fraction

    @property
    def pixels(self) -> float:
        """In a second, for comparisons: the heights go with the widths."""
        return self.width**2 * float(self.fps)

    def __str__(self) -> str:
        return f"{self.width} pixels wide at {float(self.fps):.4g} frames a second"


@dataclass(frozen=True, slots=True)
class _Made:
    rung: _Rung
    report: WriteReport


def make_loop(
    source: str | Path,
    output: str | Path,
    *,
    palette: Palette | None = None,
    start: Fraction | None = None,
    options: LoopOptions | None = None,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Make a loop of a part of a clip.

    Width and rate are the largest that were found to fit in a few tries: the result is seldom much smaller
    than it may be, unless all of the clip's own size fits.

    Args:
        source: a video, an animation or a folder of frames.
        output: a name that ends in ``.gif``, ``.webp`` or ``.apng``.
        palette: whose filters are asked for their cards: the loop says how its source was painted. None: it
            says nothing.
        start: seconds from the clip's first frame; None: 0.
        options: how.
        overwrite: replace what is there.
        on_progress: called after every frame of every try.

    Raises:
        InvalidOptions: the source is one picture, or there is nothing at that time.
        UnsupportedMedia: the output's name is not that of an animation.
        EncodeError: even the smallest one is too large.
        RotoscopeError: the source cannot be read, or the result not be written.
    """
    options = options or LoopOptions()
    output = Path(output)
    _require_animation(output)
    refuse_source(output, Path(source))
    refuse_existing(output, overwrite=overwrite)
    meter = ProgressMeter("loop", frames_expected=None, on_progress=on_progress)
    span = replace(_span(source, start or Fraction(0), options), provenance=_told(source, palette))
    staged = StagedFile(output, overwrite=overwrite)
    try:
        made = _search(span, staged, options, meter)
        size = staged.publish()
    except BaseException:
        staged.discard()
        raise
    return RenderResult(
        output=output,
        frames=made.report.frames,
        frame_size=made.report.frame_size or (0, 0),
        size_bytes=size,
        elapsed_seconds=meter.elapsed_seconds,
        codec=made.report.codec,
        look=f"a loop of {float(span.seconds):.3g} s at {float(made.rung.fps):.4g} frames a second",
        notes=made.report.notes,
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """What of the clip is shown."""

    source: str | Path
    start: Fraction
    fade: Fraction
    """Seconds before the loop begins that its end fades into."""
    seconds: Fraction
    size: tuple[int, int]
    rate: Fraction | None
    """Of the source, where it says."""
    provenance: Provenance | None = None
    """What the loop says on how it was painted."""

    def first_rung(self, options: LoopOptions, suffix: str) -> _Rung:
        """The largest that is tried."""
        own = [rate for rate in _RATES if rate <= _FIRST_RATES[suffix]]
        slower = [rate for rate in own if self.rate is None or rate <= self.rate] or own[-1:]
        width = options.width or min(self.size[0], _WIDTHS[suffix])
        return _Rung(width, options.fps or slower[0])

    def rung_of(self, width: int, first: _Rung, options: LoopOptions) -> _Rung:
        """What goes with a width: the smaller, the fewer frames."""
        if options.fps is not None:
            return _Rung(width, options.fps)
        slower = [rate for rate in _RATES if rate <= first.fps]
        down = sum(width < share * first.width for share in _THINNER_BELOW)
        if options.width is not None:  # the rate alone gives way
            down = 0
        return _Rung(width, slower[min(down, len(slower) - 1)])


def _span(source: str | Path, start: Fraction, options: LoopOptions) -> _Span:
    whole = ShownClip(source)
    require_moving(whole, "a loop")
    left = whole.length_seconds - start
    if left <= 0:
        raise InvalidOptions(
            f"{source} lasts {float(whole.length_seconds):.3f} s, and the loop was to begin at "
            f"{float(start):g} s. Give an earlier start."
        )
    fade = min(options.fade_seconds, left / 3)
    seconds = min(options.seconds, left - fade)
    return _Span(source, start, fade, seconds, whole.size, whole.clip.info.video.average_rate)


def _told(source: str | Path, palette: Palette | None) -> Provenance | None:
    recipe = recipe_of(ShownClip(source).clip.info)
    if recipe is None or palette is None:
        return None
    return provenance_of_recipe(recipe, palette, Path(source))


def _search(span: _Span, staged: StagedFile, options: LoopOptions, meter: ProgressMeter) -> _Made:
    """The largest that fits, in ``staged.part``."""
    most = options.megabytes * 1_000_000
    first = rung = span.first_rung(options, staged.output.suffix.lower())
    best: _Made | None = None
    too_large: _Made | None = None
    for _ in range(_TRIES):
        attempt = staged.part.with_name(f"{staged.part.stem}.try{staged.output.suffix}")
        try:
            made = _Made(rung, _write(span, rung, attempt, options, meter))
            if made.report.size_bytes <= most:
                best = made
                with encode_errors(staged.output):
                    attempt.replace(staged.part)
            else:
                too_large = made
        finally:
            attempt.unlink(missing_ok=True)
        following = _next(span, first, best, too_large, most, options)
        if following is None or (best is not None and best.report.size_bytes >= _NEAR_ENOUGH * most):
            break
        rung = following
    if best is None:
        assert too_large is not None
        raise EncodeError(
            f"{staged.output} would be {too_large.report.size_bytes / 1e6:.1f} MB, {too_large.rung}, and "
            f"{options.megabytes:g} MB are allowed. Make the loop shorter, allow more, leave the width or "
            "the rate to be chosen, or give a name that ends in .webp, which is smaller."
        )
    return best


def _next(
    span: _Span,
    first: _Rung,
    best: _Made | None,
    too_large: _Made | None,
    most: float,
    options: LoopOptions,
) -> _Rung | None:
    """What is tried next; None: nothing more is to be found."""
    if too_large is None:
        return None  # the first one fits
    if options.width is not None:
        slower = [rate for rate in _RATES if rate < too_large.rung.fps]
        return _Rung(options.width, slower[0]) if slower and options.fps is None and best is None else None
    smallest = LEAST_WIDTH if best is None else best.rung.width + 1
    spread = _spread(best, too_large)
    for width in range(too_large.rung.width - 1, smallest - 1, -4):
        rung = span.rung_of(width, first, options)
        expected = too_large.report.size_bytes * (rung.pixels / too_large.rung.pixels) ** spread
        if expected <= _AIM * most:
            return rung
    return None if best is not None or too_large.rung.width == LEAST_WIDTH else _least(span, first, options)


def _least(span: _Span, first: _Rung, options: LoopOptions) -> _Rung:
    return span.rung_of(LEAST_WIDTH, first, options)


def _spread(best: _Made | None, too_large: _Made) -> float:
    """The power of the pixels a second with which the size grows, from what was made so far."""
    if best is None:
        return _USUAL_SPREAD
    sizes = log(too_large.report.size_bytes / best.report.size_bytes)
    found = sizes / log(too_large.rung.pixels / best.rung.pixels)
    return min(max(found, 0.5), 1.5)


def _write(
    span: _Span, rung: _Rung, attempt: Path, options: LoopOptions, meter: ProgressMeter
) -> WriteReport:
    lead = round(span.fade * rung.fps)
    count = lead + max(1, round(span.seconds * rung.fps))
    selection = Selection(start=span.start, stop=span.start + count / rung.fps, fps=rung.fps)
    clip = ShownClip(span.source, selection)
    height = max(1, round(clip.size[1] * rung.width / clip.size[0]))
    with (
        closing(_faded(clip, lead, (rung.width, height))) as frames,
        open_writer(
            attempt,
            source=None,
            options=EncoderOptions(quality=options.quality),
            overwrite=True,
            provenance=span.provenance,
        ) as writer,
    ):
        for index, frame in enumerate(frames):
            writer.write(replace(frame, index=index, pts=index, duration=1))
            meter.advance((rung.width, height))
        return replace(writer.close(), frame_size=(rung.width, height))


def _faded(clip: ShownClip, lead: int, size: tuple[int, int]) -> Generator[Frame]:
    """The frames after the first ``lead``; the last ones fade into those."""
    count = clip.clip.expected_frames
    with closing(clip.frames()) as frames:
        small = _scaled(frames, size)
        before = [next(small) for _ in range(lead)]
        for place, frame in enumerate(small, start=lead):
            back = place - (count - lead)
            if back < 0:
                yield frame
                continue
            share = (back + 1) / (lead + 1)
            mixed = cv2.addWeighted(before[back].pixels, share, frame.pixels, 1 - share, 0)
            yield frame.with_pixels(cast("Picture", mixed))


def _scaled(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Frame]:
    for frame in frames:
        yield frame.with_pixels(resized(cast("Picture", frame.pixels), size))


def _require_animation(output: Path) -> None:
    if output.suffix.lower() not in _WIDTHS or output_kind(output) not in ANIMATED:
        raise UnsupportedMedia(
            f"{output} does not name an animation: a loop is written as {', '.join(sorted(_WIDTHS))}. Give a "
            "name that ends in one of them."
        )
