"""Before and after: a source and its painting in one picture or clip, in step."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast, get_args

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.output import OutputKind, Writer, output_kind
from rotoscope.media.writer import open_writer
from rotoscope.motion.flow import Picture
from rotoscope.render.look import scaled_size
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.lettering import label
from rotoscope.render.sharing.shown import ShownClip, even, resized
from rotoscope.render.stylize import finish, require_output_name

Form: TypeAlias = Literal["wipe", "split", "beside", "stacked"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
_USUAL_SIDE: Final = 1080
_LONGEST_SIDE: Final = 3840
"""Pixels of a result's longer side."""
_WIPE_SECONDS: Final = 6
"""About how long it takes there and back."""
_STILL_SECONDS: Final = 4
"""For which two stills are wiped."""
_STILL_RATE: Final = Fraction(25)
_HELD: Final = 0.12
"""Share of the way for which each of the two is seen whole."""
_LINE: Final = 1 / 240
"""Width of the line between the two, beside the short side."""
_PAPER: Final = 250


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How a source and its painting are shown; validated when made.

    Raises:
        InvalidOptions: a number outside what is allowed.
    """

    form: Form = "wipe"
    """``wipe``: a line moves across, there and back; ``split``: it stays in the middle; with ``beside`` and
    ``stacked`` both are whole."""
    size: int | None = None
    """Short side of each picture; None: 1080, or the painting's where that is less."""
    offset: Fraction = Fraction(0)
    """Seconds from the source's first frame to the moment that the painting begins with."""
    labels: bool = False
    """Whether ``before`` and ``after`` are written on them."""
    seconds: Fraction | None = None
    """How long two stills are wiped for; None: 4."""
    quality: float | None = None
    """0 to 100; None: visually lossless."""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InvalidOptions(f"The form {self.form!r} is not known. Known are {', '.join(FORMS)}.")
        if self.size is not None and self.size < 16:
            raise InvalidOptions(f"The size {self.size} is too small: give 16 pixels or more.")
        if self.offset < 0 or (self.seconds is not None and not 0 < self.seconds <= 60):
            raise InvalidOptions(
                "The offset is 0 s or more, and the length of wiped stills more than 0 and at most 60 s."
            )


@dataclass(frozen=True, slots=True)
class _Pair:
    """A moment of both."""

    frame: Frame
    """Of the painting, with its time."""
    before: Picture
    share: float
    """How far the moment is into the clip, 0 to 1."""


def compare(
    source: str | Path,
    painted: str | Path,
    output: str | Path,
    options: ComparisonOptions | None = None,
    *,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Show a source and its painting together.

    The painting says when frames are shown, and its sound is heard, or the source's where it has none. Each
    of its frames meets the frame of the source that is shown at that moment.

    Args:
        source: what was painted.
        painted: the painting; of another size, the source is brought to it.
        output: its name decides what is written: a video, an animation, and of two stills a still.
        options: how.
        overwrite: replace what is there.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: one of them is a still and the other moves, or the source ends before the painting
            begins.
        RotoscopeError: one of them cannot be read, or the result not be written.
    """
    require_output_name(output)
    output, options = Path(output), options or ComparisonOptions()
    before, after = ShownClip(source), ShownClip(painted)
    _refuse_unlike(before, after, options)
    refuse_source(output, Path(source), Path(painted))
    picture = even(scaled_size(after.size, options.size or min(*after.size, _USUAL_SIDE)))
    board = _Board(_fitting(picture, options.form), options)
    is_moving = output_kind(output, moving=after.moves) is not OutputKind.STILL
    if not after.moves:
        pairs, count = _of_stills(before, after, board, options, is_moving=is_moving)
    else:
        pairs, count = _in_step(before, after, board, options), after.clip.expected_frames
    if after.moves and not is_moving:
        raise InvalidOptions(
            f"{output} is one still, and {painted} moves. Give the name of a video or an animation."
        )
    meter = ProgressMeter("share", frames_expected=count, on_progress=on_progress)
    writing = _writer(before, after, output, options, is_moving=is_moving, overwrite=overwrite)
    with writing as writer, closing(pairs):
        for pair in pairs:
            writer.write(pair.frame.with_pixels(board.lay(pair)))
            meter.advance(board.size, written_bytes=writer.written_bytes)
        report = writer.close()
    notes = (*after.clip.problems, *report.notes)
    return finish(report, meter, look=f"before and after ({options.form})", notes=notes)


class _Board:
    """Lays two pictures together."""

    def __init__(self, picture: tuple[int, int], options: ComparisonOptions) -> None:
        self.picture = picture
        """(width, height) of each."""
        self._form = options.form
        width, height = picture
        self._gap = 2 * max(1, round(min(picture) * _LINE))
        self.size: tuple[int, int] = {
            "beside": (2 * width + self._gap, height),
            "stacked": (width, 2 * height + self._gap),
        }.get(options.form, picture)
        """(width, height) of the result."""
        self._is_labeled = options.labels

    def fitted(self, picture: Picture, word: Literal["before", "after"]) -> Picture:
        """At the size of the board's pictures, with its word where that is wanted."""
        picture = resized(picture, self.picture)
        if not self._is_labeled:
            return picture
        is_right = word == "after" and self._form in ("wipe", "split")
        corner = (self.picture[0] if is_right else 0, self.picture[1])
        return label(picture, text=word, size=max(11, min(self.picture) // 28), corner=corner, right=is_right)

    def lay(self, pair: _Pair) -> Picture:
        """The two as one picture."""
        before, after = pair.before, cast("Picture", pair.frame.pixels)
        if self._form in ("wipe", "split"):
            place = 1 - wipe_place(pair.share) if self._form == "wipe" else 0.5
            return wiped(before, after, place, line=max(1.5, min(self.picture) * _LINE))
        axis = 1 if self._form == "beside" else 0
        gap = list(before.shape)
        gap[axis] = self._gap
        paper = np.full(gap, _PAPER, np.uint8)
        return np.concatenate([before, paper, after], axis=axis)


def wiped(before: Picture, after: Picture, place: float, *, line: float) -> Picture:
    """Two pictures of one size, the first one up to a line and the second one from there.

    Args:
        before: (H, W, 3) uint8.
        after: likewise.
        place: of the line: 1, all is ``before``; 0, all is ``after``. It may lie between two pixels.
        line: its width in pixels; it is white, and not drawn at the edges.
    """
    width = before.shape[1]
    at = place * width
    whole = math.floor(at)
    board = after.copy()
    board[:, :whole] = before[:, :whole]
    if whole < width:
        both = np.stack([after[:, whole], before[:, whole]]).astype(np.float32)
        board[:, whole] = np.rint(both[0] + (at - whole) * (both[1] - both[0])).astype(np.uint8)
    if not 0 < place < 1:
        return board
    first, last = max(0, math.floor(at - 2 * line)), min(width, math.ceil(at + 2 * line) + 1)
    columns = np.arange(first, last) + 0.5
    apart = np.abs(columns - at)
    white = np.clip(line / 2 + 0.5 - apart, 0, 1)[None, :, None]
    shade = (np.clip(1 - (apart - line / 2) / (1.5 * line), 0, 1) * 0.35)[None, :, None]
    part = board[:, first:last].astype(np.float64) * (1 - shade)
    board[:, first:last] = np.rint(part * (1 - white) + 255 * white).astype(np.uint8)
    return board


def wipe_place(share: float) -> float:
    """How far the line is, 0 to 1, at a moment of its way there and back, 0 to 1; both ends are held."""
    share %= 1
    there = share if share < 0.5 else 1 - share  # 0 to 0.5
    way = (2 * there - _HELD) / (1 - 2 * _HELD)
    way = min(max(way, 0.0), 1.0)
    return way * way * (3 - 2 * way)


def _fitting(picture: tuple[int, int], form: Form) -> tuple[int, int]:
    """Smaller where two side by side would be too long for a codec."""
    width, height = picture
    longest = max(2 * width if form == "beside" else width, 2 * height if form == "stacked" else height)
    scale = min(1.0, _LONGEST_SIDE / longest)
    return even((width * scale, height * scale))


def _in_step(
    before: ShownClip, after: ShownClip, board: _Board, options: ComparisonOptions
) -> Generator[_Pair]:
    """Each frame of the painting with what the source shows then."""
    length = float(after.length_seconds)
    ways = max(1, round(length / _WIPE_SECONDS))
    with closing(before.frames()) as sources, closing(after.frames()) as paintings:
        shown = _At(sources, before.clip.origin_seconds)
        for frame in paintings:
            since = frame.time_seconds - after.clip.origin_seconds
            picture = shown.at(since + options.offset)
            share = float(since) / length * ways if length else 0.0
            fitted = board.fitted(cast("Picture", frame.pixels), "after")
            yield _Pair(frame.with_pixels(fitted), board.fitted(picture, "before"), share)


class _At:
    """Gives what a clip shows at moments that do not go back."""

    def __init__(self, frames: Iterator[Frame], origin: Fraction) -> None:
        self._frames = frames
        self._origin = origin
        self._now = next(frames)
        self._then: Frame | None = next(frames, None)

    def at(self, seconds: Fraction) -> Picture:
        """The picture at that moment; after the end, the last one."""
        while self._then is not None and self._then.time_seconds - self._origin <= seconds + _EARLY:
            self._now, self._then = self._then, next(self._frames, None)
        return cast("Picture", self._now.pixels)


_EARLY: Final = Fraction(1, 1000)
"""Seconds by which containers round a time."""


def _of_stills(
    before: ShownClip, after: ShownClip, board: _Board, options: ComparisonOptions, *, is_moving: bool
) -> tuple[Generator[_Pair], int]:
    """One picture of both, or, where the line is to move, many."""
    count = round((options.seconds or _STILL_SECONDS) * _STILL_RATE) if is_moving else 1

    def made() -> Generator[_Pair]:
        source = board.fitted(cast("Picture", before.frame_at(0).pixels), "before")
        frame = after.frame_at(0)
        painting = board.fitted(cast("Picture", frame.pixels), "after")
        for index in range(count):
            share = index / count if is_moving else 0.25
            shown = Frame(painting, index=index, pts=index, time_base=1 / _STILL_RATE, duration=1)
            yield _Pair(shown, source, share)

    return made(), count


def _refuse_unlike(before: ShownClip, after: ShownClip, options: ComparisonOptions) -> None:
    if before.moves != after.moves:
        still, moving = (before, after) if after.moves else (after, before)
        raise InvalidOptions(
            f"{still.clip.source} is one picture, and {moving.clip.source} moves. Give a source and its own "
            "painting."
        )
    if before.moves and options.offset >= before.length_seconds:
        raise InvalidOptions(
            f"{before.clip.source} lasts {float(before.length_seconds):.3f} s, and the painting was to begin "
            f"at {float(options.offset):g} s of it. Give a smaller offset."
        )


def _writer(
    before: ShownClip,
    after: ShownClip,
    output: Path,
    options: ComparisonOptions,
    *,
    is_moving: bool,
    overwrite: bool,
) -> Writer:
    """With the painting's sound, or the source's where the painting has none."""
    encoder = EncoderOptions(quality=options.quality)
    if is_moving and not after.moves:
        return open_writer(output, source=None, options=encoder, overwrite=overwrite)
    if after.clip.info.audio or not before.clip.info.audio:
        return after.writer(output, encoder=encoder, overwrite=overwrite)
    span = (options.offset, options.offset + after.length_seconds)
    return after.writer(output, encoder=encoder, overwrite=overwrite, sound_of=before, span=span)
