"""Frames that changed, before and after, side by side on one sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import ProjectError
from rotoscope.media.atomic import refuse_existing
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.stills import read_still
from rotoscope.media.stills_writer import StillWriter
from rotoscope.media.timecode import format_time
from rotoscope.projects.history import ProjectDiff
from rotoscope.projects.project import Project, State
from rotoscope.projects.records import OVERRIDES, STILLS, FrameRecord

_MOST: Final = 6
"""Frames on one sheet."""


@dataclass(frozen=True, slots=True)
class _Seen:
    index: int
    before: Pixels | None
    after: Pixels | None


def write_diff_sheet(
    project: Project, diff: ProjectDiff, output: Path, *, overwrite: bool = False
) -> tuple[int, ...]:
    """Draw some of the changed frames before and after; gives their indices.

    Stills come from the commits: those that ``paint --with-frames`` committed, and retouched ones.

    Args:
        project: whose.
        diff: of two of its states.
        output: a picture's name.
        overwrite: replace what is there.

    Raises:
        ProjectError: no frame changed, or no still of a changed one is in either commit.
        OutputExists, EncodeError, UnsupportedMedia: the sheet cannot be written.
    """
    refuse_existing(output, overwrite=overwrite)
    ranges = (*diff.repainted, *diff.overridden)
    changed = sorted({index for one in ranges for index in range(one.first, one.stop)})
    old, new = project.state_at(diff.before), project.state_at(diff.after)
    seen = [one for index in changed if (one := _look_at(old, new, index, probe=True))]
    if not seen:
        raise ProjectError(
            "No still of a changed frame is in these commits, so there is nothing to show side by side. "
            "Paint with --with-frames, which commits the stills."
            if changed
            else "No frame changed between these commits, so there is nothing to show side by side."
        )
    chosen = [seen[at] for at in _spread(len(seen))]
    shown = [one for index in chosen if (one := _look_at(old, new, index.index))]
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(_draw(shown, old, new), index=0, pts=0, time_base=Fraction(1)))
    return tuple(one.index for one in shown)


def _spread(count: int) -> list[int]:
    return sorted({round(at) for at in np.linspace(0, count - 1, min(count, _MOST))})


def _look_at(old: State, new: State, index: int, *, probe: bool = False) -> _Seen | None:
    """A frame before and after; None where neither still is at hand. ``probe`` reads no pixels."""
    names = [_still_of(state, index) for state in (old, new)]
    if not any(names):
        return None
    if probe:
        return _Seen(index, None, None)
    before, after = (
        _pixels(state, name) if name else None for state, name in zip((old, new), names, strict=True)
    )
    return _Seen(index, before, after)


def _still_of(state: State, index: int) -> str | None:
    """Name of the still that shows a frame, where the commit has it."""
    if index >= len(state.frames):
        return None
    frame: FrameRecord = state.frames[index]
    wanted = [f"{OVERRIDES}/{frame.override}.png"] if frame.override else []
    wanted += [f"{STILLS}/{frame.painted.sha256}.png"] if frame.painted else []
    return next((name for name in wanted if name in state.files), None)


def _pixels(state: State, name: str) -> Pixels:
    content = state.repository.blob(state.files[name])
    with tempfile.TemporaryDirectory() as folder:  # pictures are opened by one way, which takes files
        path = Path(folder) / "still.png"
        path.write_bytes(content)
        return read_still(path).pixels


def _draw(shown: Sequence[_Seen], old: State, new: State) -> NDArray[np.uint8]:
    size = next(one.shape for seen in shown for one in (seen.before, seen.after) if one is not None)
    blank = np.full((*size[:2], 3), 236, np.uint8)
    rows = [
        [Tile(blank if one is None else one, caption="" if one is not None else "no still") for one in side]
        for side in ([seen.before for seen in shown], [seen.after for seen in shown])
    ]
    headings = [f"{seen.index} · {format_time(new.seconds_at(seen.index))}" for seen in shown]
    commits = [f"{state.commit.decode()[:10]}" for state in (old, new)]
    return contact_sheet(
        rows, tile_height=240, title="What changed", column_headings=headings, row_headings=commits
    )
