"""Textures as files: a still, or a moving picture that loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.output import OutputKind, WriteReport, output_kind
from rotoscope.media.writer import open_writer

DEFAULT_SECONDS = 4.0
"""How long a moving texture is where nothing is said."""
DEFAULT_RATE = Fraction(24)
"""Frames a second."""
LEAST_SIDE = 32
MOST_SIDE = 16384
"""Pixels."""


@dataclass(frozen=True, slots=True)
class TextureTiming:
    """How many frames, and when each is shown."""

    frames: int
    """1: a still."""
    rate: Fraction = DEFAULT_RATE
    seconds: float = 0.0

    @property
    def is_moving(self) -> bool:
        """Whether there are several."""
        return self.frames > 1


def texture_timing(output: Path, *, seconds: float | None, rate: Fraction | None) -> TextureTiming:
    """What a name asks for: a still, or a loop of ``seconds``.

    Args:
        output: name of the result.
        seconds: how long; None: DEFAULT_SECONDS of what moves.
        rate: frames a second; None: DEFAULT_RATE.

    Raises:
        UnsupportedMedia: no writer goes by that name.
        InvalidOptions: a length for a still, one that is none, or less than two frames.
    """
    if output_kind(output, moving=seconds is not None) is OutputKind.STILL:
        if seconds is not None or rate is not None:
            raise InvalidOptions(
                f"{output} is the name of a still, which has no --duration or --fps. End it in .mp4, .gif or "
                f"another name of what moves, or leave them out."
            )
        return TextureTiming(1)
    length, pace = DEFAULT_SECONDS if seconds is None else seconds, rate or DEFAULT_RATE
    frames = round(length * pace)
    if frames < 2:
        raise InvalidOptions(
            f"A texture of {length:g} seconds at {float(pace):g} frames a second has {frames} frames; what "
            f"moves has two or more. Give a longer --duration, or a higher --fps."
        )
    return TextureTiming(frames, pace, length)


def parse_size(text: str) -> tuple[int, int]:
    """``512x384`` to (width, height); ``512`` is a square.

    Raises:
        InvalidOptions: something else, or a side outside LEAST_SIDE to MOST_SIDE.
    """
    parts = text.lower().replace("×", "x").split("x")
    sides = [int(part) for part in parts if part.isdecimal()]
    if len(sides) != len(parts) or len(parts) > 2 or not LEAST_SIDE <= min(sides) <= max(sides) <= MOST_SIDE:
        raise InvalidOptions(
            f"The size of a texture was given as {text!r}; write WIDTHxHEIGHT in pixels, such as 512x384, "
            f"each {LEAST_SIDE} to {MOST_SIDE}."
        )
    return sides[0], sides[-1]


def require_multiples(width: int, height: int, multiple: int) -> None:
    """Refuse a tileable size that a network has no whole number of positions for.

    Raises:
        InvalidOptions: a side is no multiple.
    """
    if width % multiple or height % multiple:
        near = "x".join(str(max(1, round(side / multiple)) * multiple) for side in (width, height))
        raise InvalidOptions(
            f"A tileable texture of {width}x{height} was asked for; both sides of one are multiples of "
            f"{multiple} pixels. The nearest size is {near}."
        )


def refuse_texture(output: Path, sources: Sequence[Path], *, overwrite: bool) -> None:
    """What can be refused before any work is.

    Raises:
        OutputExists, EncodeError: the output is there, is a source, or its folder is missing.
    """
    refuse_source(output, *sources)
    if output_kind(output) is not OutputKind.STILLS:
        refuse_existing(output, overwrite=overwrite)


def write_texture(
    output: Path,
    frames: Iterable[Pixels],
    timing: TextureTiming,
    *,
    quality: float | None = None,
    overwrite: bool = False,
) -> WriteReport:
    """Write frames of a texture, or one.

    Args:
        output: its name says the format.
        frames: (H, W, 3) uint8 sRGB each.
        timing: how many there are, and their rate.
        quality: 0 to 100; None: visually lossless.
        overwrite: replace what is there.

    Raises:
        OutputExists, EncodeError, UnsupportedMedia: it cannot be written.
    """
    options = EncoderOptions(quality=quality)
    with open_writer(output, source=None, options=options, overwrite=overwrite) as writer:
        for index, pixels in enumerate(frames):
            writer.write(Frame(pixels, index=index, pts=index, time_base=1 / timing.rate, duration=1))
        return writer.close()
