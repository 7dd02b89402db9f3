"""Clips painted with every coherence, and what they measure against the same filter frame by frame."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from rotoscope.filters.base import Filter
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.selection import Selection
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.score import measure
from rotoscope.render.stylize import stylize

COHERENCES: Final[tuple[Coherence, ...]] = ("off", "smooth", "flow", "best")
FRAMES: Final = 48
_CLIPS: Final = {
    "paragliding": "video/davis_paragliding.mp4",
    "beach": "video/drone_kohlipe_beach1.mp4",
    "foreman": "video/foreman_h264.mp4",
    "juggle": "video/people_juggle.mp4",
    "Sintel": "flow/sintel_raft_demo_10frames",
}


class Row(BaseModel):
    """One clip, painted with one filter in one coherence."""

    clip: str
    filter: str
    coherence: str
    short_left: float
    """Share of the flicker between neighbors that is left."""
    long_left: float
    """The same over 8 frames."""
    sharpness_kept: float
    speed: float
    """Frames a second beside those without coherence."""


class Report(BaseModel):
    """What was measured."""

    machine: str
    frames: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip and how it is read."""

    path: Path
    selection: Selection


def footage(flight: Path, references: Path | None) -> dict[str, Footage]:
    """The clips at hand: the rendered flight, and those of the reference data."""
    found = {"flight": Footage(flight, Selection())}
    if references is not None:
        places = {name: references / place for name, place in _CLIPS.items()}
        # Stills have no rate of their own.
        rates = {name: Fraction(24) if path.is_dir() else None for name, path in places.items()}
        found |= {name: Footage(path, Selection(fps=rates[name])) for name, path in places.items()}
    return found


def measure_clip(name: str, clip: Footage, filters: Sequence[Filter]) -> list[Row]:
    """Paint a clip in every coherence, and measure all of them.

    Args:
        name: of the clip.
        clip: where it is.
        filters: each paints it.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.mkv"
        _copy(clip, source)
        for filter in filters:
            rows += _measure_filter(name, source, filter, Path(folder))
    return rows


def _measure_filter(name: str, source: Path, filter: Filter, folder: Path) -> list[Row]:
    rates: dict[str, float] = {}
    for coherence in COHERENCES:
        result = stylize(
            source,
            folder / f"{coherence}.mkv",
            Look((filter,)),
            overwrite=True,
            options=RenderOptions(coherence=coherence),
        )
        rates[coherence] = result.frames_per_second
    return [_row(name, filter.name, coherence, source, folder, rates) for coherence in COHERENCES[1:]]


def _row(
    name: str, filter: str, coherence: str, source: Path, folder: Path, rates: Mapping[str, float]
) -> Row:
    score = measure(source, folder / f"{coherence}.mkv", base=folder / "off.mkv", frames=FRAMES)
    return Row(
        clip=name,
        filter=filter,
        coherence=coherence,
        short_left=score.short_left or 0.0,
        long_left=score.long_left or 0.0,
        sharpness_kept=score.sharpness_kept or 0.0,
        speed=rates[coherence] / rates["off"],
    )


def _copy(clip: Footage, target: Path) -> None:
    """The frames that are measured, without loss."""
    opened = open_clip(clip.path, selection=clip.selection)
    stop = opened.seconds_at(min(FRAMES, opened.expected_frames))
    selection = replace(clip.selection, stop=stop)
    stylize(clip.path, target, Look(), selection=selection, encoder=EncoderOptions(codec="ffv1"))
