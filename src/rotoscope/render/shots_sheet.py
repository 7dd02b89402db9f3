"""The shots of a clip, and a sheet of them: the first and the middle frame of each, with its times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.output import WriteReport
from rotoscope.media.shots import Shot, find_shots
from rotoscope.media.still_codecs import known_suffix
from rotoscope.media.stills_writer import StillWriter
from rotoscope.media.timecode import format_time
from rotoscope.render.look import resize_short_side
from rotoscope.render.progress import ProgressCallback, ProgressMeter

_PER_ROW = 3
"""Shots side by side, two pictures each."""
_SHORT_SIDE = 160
"""Pixels of the pictures that are kept for a sheet."""


@dataclass(frozen=True, slots=True)
class ShotsReport:
    """What was found, and where the sheet is."""

    source: Path
    shots: tuple[Shot, ...]
    sheet: WriteReport | None
    """None where none was asked for."""
    problems: tuple[str, ...]
    """What is wrong with the clip."""


def list_shots(
    source: str | Path,
    sheet: str | Path | None = None,
    *,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> ShotsReport:
    """Find the shots of a clip; with ``sheet``, also draw them.

    Args:
        source: a video, an animation, a folder of frames.
        sheet: a still to write, e.g. ``shots.png``; its frames are decoded in a second run over the clip.
        overwrite: replace the sheet that is there.
        on_progress: called after every frame.

    Raises:
        RotoscopeError: the clip cannot be read, or the sheet cannot be written.
    """
    if sheet is not None:
        known_suffix(Path(sheet).suffix)
        refuse_source(Path(sheet), Path(source))
        refuse_existing(Path(sheet), overwrite=overwrite)
    clip = open_clip(source)
    runs = 1 if sheet is None else 2
    size = clip.info.video.frame_size
    meter = ProgressMeter("shots", frames_expected=runs * clip.expected_frames, on_progress=on_progress)
    shots = find_shots(clip, on_progress=lambda _: meter.advance(size))
    problems = clip.problems
    if sheet is None:
        return ShotsReport(clip.source, shots, None, problems)
    pictures = pictures_of_shots(clip, shots, on_frame=lambda: meter.advance(size))
    drawn = draw_shots(shots, pictures, title=clip.source.name)
    with StillWriter(Path(sheet), source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(drawn, index=0, pts=0, time_base=Fraction(1)))
    return ShotsReport(clip.source, shots, writer.close(), problems)


def draw_shots(shots: Sequence[Shot], pictures: dict[int, Pixels], *, title: str = "") -> Pixels:
    """A contact sheet, (H, W, 3) uint8: the first and the middle frame of each shot.

    Args:
        shots: one or more.
        pictures: the frames' pixels by their index.
        title: a line above everything.
    """
    tiles = [tile for shot in shots for tile in _tiles(shot, pictures)]
    step = 2 * _PER_ROW
    rows = [tiles[start : start + step] for start in range(0, len(tiles), step)]
    return contact_sheet(rows, tile_height=240, title=title)


def pictures_of_shots(
    clip: Clip, shots: Sequence[Shot], *, on_frame: Callable[[], None] | None = None
) -> dict[int, Pixels]:
    """What :func:`draw_shots` shows, small; the clip is read once.

    Args:
        clip: whose shots they are.
        shots: one or more.
        on_frame: called after every frame.
    """
    wanted = {frame for shot in shots for frame in _shown(shot)}
    found: dict[int, Pixels] = {}
    with closing(clip.frames(planar=True)) as frames:
        for frame in frames:
            if frame.index in wanted:
                found[frame.index] = resize_short_side(frame.pixels, min(_SHORT_SIDE, *frame.shape[:2]))
            if on_frame is not None:
                on_frame()
    return found


def _tiles(shot: Shot, pictures: dict[int, Pixels]) -> Iterable[Tile]:
    start, stop = format_time(shot.start_seconds), format_time(shot.stop_seconds)
    count = f"{shot.frames} frame{'s' * (shot.frames > 1)}"
    captions = (f"{start} to {stop}", count)
    for frame, heading, caption in zip(_shown(shot), (f"{shot.index + 1}", ""), captions, strict=True):
        yield Tile(pictures[frame], caption, heading or " ")


def _shown(shot: Shot) -> tuple[int, int]:
    return shot.first_frame, shot.middle_frame
