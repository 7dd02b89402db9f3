"""What a render has to say when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rotoscope.media.clip import Clip
from rotoscope.media.info import MediaKind
from rotoscope.render.score import Score


@dataclass(frozen=True, slots=True)
class RenderResult:
    """One finished separate, stylize or assemble."""

    output: Path
    frames: int
    """Pictures written; equal to the pictures read."""
    frame_size: tuple[int, int]
    """(width, height) as shown."""
    size_bytes: int
    elapsed_seconds: float
    codec: str
    """What the pictures were written with, e.g. ``h264`` or ``png``."""
    look: str
    """What was painted, e.g. ``great-wave at strength 0.8``."""
    notes: tuple[str, ...] = ()
    """Sentences on what was converted or left out, and on what is wrong with the source."""
    score: Score | None = None
    """How much it flickers, where that was asked for and could be measured."""
    cpu_seconds: float = 0.0
    """Processor time from opening the source to the finished result: all threads, and the processes that
    painted. What else the same process did meanwhile is in it, unless it is counted by a
    :class:`rotoscope.machine.WorkClock`."""
    video_seconds: float = 0.0
    """How long the result lasts, of what moves; 0 for pictures."""

    @property
    def frames_per_second(self) -> float:
        """Pictures a second, end to end."""
        return self.frames / self.elapsed_seconds if self.elapsed_seconds > 0 else 0.0


def video_seconds(clip: Clip) -> Fraction:
    """How long what is made of a clip lasts, of what moves; 0 for a still."""
    if clip.info.kind is MediaKind.STILL:
        return Fraction(0)
    return clip.seconds_at(clip.expected_frames) - clip.seconds_at(0)
