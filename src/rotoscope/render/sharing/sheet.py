"""Contact sheets: frames of a clip, or several pictures, on one sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.still_codecs import known_suffix
from rotoscope.media.stills_writer import StillWriter
from rotoscope.media.timecode import format_time
from rotoscope.render.look import resize_short_side
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.best_frame import best_frame
from rotoscope.render.sharing.shown import ShownClip
from rotoscope.render.stylize import finish

MOST_TILES: Final = 100
_SHORT_SIDE: Final = 480


def make_sheet(
    sources: Sequence[str | Path],
    output: str | Path,
    *,
    frames: int = 12,
    columns: int | None = None,
    title: str = "",
    width: int = 1600,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Lay frames of one clip, or one picture of each of several sources, out on a sheet.

    Args:
        sources: one clip, whose frames are taken all over it; or several pictures and clips, of each of which
            one is taken.
        output: the name of a still.
        frames: how many of one clip, 2 to 100.
        columns: side by side; None: as suits their shape.
        title: a line above everything.
        width: of the sheet at most, in pixels.
        overwrite: replace what is there.
        on_progress: called after every picture.

    Raises:
        InvalidOptions: no source, or a number outside what is allowed.
        RotoscopeError: a source cannot be read, or the sheet not be written.
    """
    output = Path(output)
    known_suffix(output.suffix)
    if not sources or len(sources) > MOST_TILES or not 2 <= frames <= MOST_TILES:
        raise InvalidOptions(
            f"A sheet holds 2 to {MOST_TILES} pictures, and {len(sources)} sources with {frames} frames were "
            "given. Give one clip, or some pictures."
        )
    if columns is not None and not 1 <= columns <= MOST_TILES:
        raise InvalidOptions(f"{columns} columns were asked for; give 1 to {MOST_TILES}.")
    refuse_source(output, *(Path(source) for source in sources))
    refuse_existing(output, overwrite=overwrite)
    meter = ProgressMeter("share", frames_expected=None, on_progress=on_progress)
    tiles = _of_clip(sources[0], frames, meter) if len(sources) == 1 else _of_each(sources, meter)
    across = columns or _columns(tiles)
    rows = [tiles[start : start + across] for start in range(0, len(tiles), across)]
    sheet = contact_sheet(rows, width=width, tile_height=_SHORT_SIDE, title=title)
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(sheet, index=0, pts=0, time_base=Fraction(1)))
        report = writer.close()
    meter.frames_done, meter.frame_size = 1, (sheet.shape[1], sheet.shape[0])
    return finish(report, meter, look=f"a sheet of {len(tiles)} pictures", notes=report.notes)


def _of_clip(source: str | Path, frames: int, meter: ProgressMeter) -> list[Tile]:
    clip = ShownClip(source)
    count = clip.clip.expected_frames
    places = sorted({round((number + 0.5) * count / frames - 0.5) for number in range(min(frames, count))})
    tiles: list[Tile] = []
    for frame in clip.picked(places):
        shown_at = frame.time_seconds - clip.clip.origin_seconds
        small = resize_short_side(frame.pixels, min(_SHORT_SIDE, *clip.size))
        tiles.append(Tile(small, format_time(shown_at) if clip.moves else Path(source).name))
        meter.advance(clip.size)
    return tiles


def _of_each(sources: Sequence[str | Path], meter: ProgressMeter) -> list[Tile]:
    tiles: list[Tile] = []
    for source in sources:
        clip = ShownClip(source)
        small = resize_short_side(best_frame(clip).pixels, min(_SHORT_SIDE, *clip.size))
        tiles.append(Tile(small, Path(source).name))
        meter.advance(clip.size)
    return tiles


def _columns(tiles: Sequence[Tile]) -> int:
    """So that the sheet is about as wide as a page is high."""
    aspect = sum(tile.aspect for tile in tiles) / len(tiles)
    return max(1, min(len(tiles), round(math.sqrt(len(tiles) / aspect * 1.25))))
