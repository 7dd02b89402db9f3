"""Writes frames as a GIF with a color table made for the clip, or as an animated WebP."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError

from rotoscope.errors import EncodeError
from rotoscope.media.animation_tags import embed_packet
from rotoscope.media.atomic import StagedFile
from rotoscope.media.color_table import ColorTable
from rotoscope.media.encoders import EncoderOptions, QualityScale
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaInfo
from rotoscope.media.opening import open_container
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import WriteReport
from rotoscope.media.picture import as_video_frame
from rotoscope.media.provenance import Provenance
from rotoscope.media.still_codecs import as_bytes
from rotoscope.media.writing import TransactionalWriter
from rotoscope.media.xmp import painted_packet

_GIF_TICKS = 100
_WEBP_TICKS = 1000
_SHORTEST_GIF_DELAY = 2
"""Browsers show anything shorter for a tenth of a second."""
_WEBP_QUALITY = QualityScale("quality", 5, 85, 100)
_HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})


class Delays:
    """Presentation times in whole ticks; rounding never adds up, because times are rounded and not delays."""

    def __init__(self, ticks_per_second: int, *, shortest: int) -> None:
        self._unit = Fraction(1, ticks_per_second)
        self._shortest = shortest
        self._first: Fraction | None = None
        self.starts: list[int] = []
        """When each frame is shown, in ticks from the first."""
        self.max_deviation_seconds = Fraction(0)
        """How far a time was rounded, at most."""
        self._last_length = Fraction(1, 10)

    def add(self, frame: Frame) -> int:
        """The tick at which the next frame is shown.

        Raises:
            EncodeError: it comes too soon after the one before to be shown.
        """
        seconds = frame.time_seconds
        if self._first is None:
            self._first = seconds
        at = (seconds - self._first) / self._unit
        start = round(at)
        if self.starts and start - self.starts[-1] < self._shortest:
            least = self._shortest * self._unit
            most = int(1 / least)
            raise EncodeError(
                f"Frame {frame.index} follows the one before it after less than {float(least):g} s, the "
                f"shortest delay that is shown as it is here. Give --fps {most // 2}, or another rate up to "
                f"{most}."
            )
        if frame.duration:
            self._last_length = frame.duration * frame.time_base
        elif self.starts:
            self._last_length = (start - self.starts[-1]) * self._unit
        self.starts.append(start)
        self.max_deviation_seconds = max(self.max_deviation_seconds, abs(at - start) * self._unit)
        return start

    @property
    def last_delay(self) -> int:
        """How long the last frame is shown, in ticks."""
        return max(self._shortest, round(self._last_length / self._unit))

    def note(self) -> str | None:
        """A sentence on the rounding, or None where times are exact."""
        if not self.max_deviation_seconds:
            return None
        return (
            f"presentation times moved by at most {float(self.max_deviation_seconds * 1000):.3f} ms: delays "
            f"are whole {float(self._unit):g} s (the rounding does not add up)"
        )


@dataclass(frozen=True, slots=True)
class Canvas:
    """Size of the result, in square pixels."""

    width: int
    height: int

    @classmethod
    def for_frame(cls, frame: Frame, *, source: MediaInfo | None, wanted_width: int | None) -> Canvas:
        """The frame's own size, widened where its pixels are not square, or scaled to the wanted width."""
        height, width = frame.pixels.shape[:2]
        shown = Fraction(width)
        if source is not None:
            turn = Orientation(source.video.rotation_degrees, source.video.is_mirrored)
            shown *= turn.upright_aspect(source.video.sample_aspect_ratio)
        if wanted_width is None:
            return cls(round(shown), height)
        return cls(wanted_width, max(1, round(height * wanted_width / shown)))

    def fit(self, pixels: Pixels) -> Any:  # noqa: ANN401  # NumPy's stubs lose the dtype
        """(height, width, C) uint8, scaled by area."""
        small = as_bytes(pixels)
        if small.shape[:2] == (self.height, self.width):
            return np.ascontiguousarray(small)
        shrinks = self.width < small.shape[1]
        return cv2.resize(
            small, (self.width, self.height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        )


def size_of(canvas: Canvas | None) -> tuple[int, int] | None:
    """(width, height) of what is written on it; None where nothing was."""
    return None if canvas is None else (canvas.width, canvas.height)


class GifWriter(TransactionalWriter):
    """An animated GIF.

    The color table wants all frames before the first is encoded: they wait, losslessly compressed, in a
    hidden file beside the result; memory does not grow with the clip.
    """

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        provenance: Provenance | None = None,
    ) -> None:
        super().__init__(output)
        self._source = source
        self._options = options
        self._provenance = provenance
        self._staged = StagedFile(output, overwrite=overwrite)
        self._spool_path = self._staged.part.with_suffix(".spool")
        self._spool: OutputContainer | None = None
        self._stream: Any = None
        self._canvas: Canvas | None = None
        self._delays = Delays(_GIF_TICKS, shortest=_SHORTEST_GIF_DELAY)
        self._table: ColorTable | None = None

    def _write(self, frame: Frame) -> None:
        if self._canvas is None:
            self._begin(frame)
        assert self._canvas is not None
        assert self._spool is not None
        assert self._table is not None
        self._delays.add(frame)
        pixels = self._canvas.fit(frame.pixels)
        self._table.add(pixels)
        picture = as_video_frame(pixels).reformat(format="bgra")
        # Numbered, not timed: Matroska's ticks hold numbers exactly; the times wait in memory.
        picture.pts, picture.time_base = len(self._delays.starts) - 1, Fraction(1, 1000)
        self._spool.mux(self._stream.encode(picture))

    def _begin(self, frame: Frame) -> None:
        self._canvas = Canvas.for_frame(frame, source=self._source, wanted_width=self._options.width)
        self._table = ColorTable(has_alpha=frame.pixels.shape[2] == 4)
        self._spool = av.open(str(self._spool_path), "w", format="matroska")
        stream: Any = self._spool.add_stream("ffv1", rate=1000, options={"level": "3", "coder": "range_def"})
        stream.width, stream.height, stream.pix_fmt = self._canvas.width, self._canvas.height, "bgra"
        stream.codec_context.time_base = Fraction(1, 1000)
        self._stream = stream

    def _finish(self) -> WriteReport:
        if self._spool is None or self._table is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        self._spool.mux(self._stream.encode(None))
        self._spool.close()
        self._encode(self._table)
        self._spool_path.unlink()
        tell_provenance(self._staged.part, self._provenance)
        size = self._staged.publish()
        notes = animation_notes(self._delays, self._source)
        return WriteReport(
            self._output, len(self._delays.starts), size, "gif", notes, frame_size=size_of(self._canvas)
        )

    def _encode(self, table: ColorTable) -> None:
        assert self._canvas is not None
        # FFmpeg counts repetitions: 0 for ever, -1 none.
        loop = {0: 0, 1: -1}.get(self._options.loop, self._options.loop - 1)
        settings = {"loop": str(loop), "final_delay": str(self._delays.last_delay)}
        with av.open(str(self._staged.part), "w", format="gif", options=settings) as muxer:
            stream: Any = muxer.add_stream("gif", rate=_GIF_TICKS)
            stream.width, stream.height, stream.pix_fmt = self._canvas.width, self._canvas.height, "pal8"
            stream.codec_context.time_base = Fraction(1, _GIF_TICKS)
            for start, picture in zip(self._delays.starts, table.apply(self._spooled()), strict=True):
                picture.pts, picture.time_base = start, Fraction(1, _GIF_TICKS)
                muxer.mux(stream.encode(picture))
            muxer.mux(stream.encode(None))

    def _spooled(self) -> Iterator[av.VideoFrame]:
        with open_container(self._spool_path) as spool:
            yield from spool.decode(video=0)

    def _discard(self) -> None:
        close_quietly(self._spool)
        self._spool_path.unlink(missing_ok=True)
        self._staged.discard()


class MuxedAnimation(TransactionalWriter):
    """An animated picture whose frames go straight into its file; formats say how a frame is encoded."""

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        provenance: Provenance | None,
        ticks: int,
    ) -> None:
        """Stage the file; ``ticks``: those a second of the format's delays."""
        super().__init__(output)
        self._source = source
        self._options = options
        self._provenance = provenance
        self._staged = StagedFile(output, overwrite=overwrite)
        self._muxer: OutputContainer | None = None
        self._stream: Any = None
        self._canvas: Canvas | None = None
        self._delays = Delays(ticks, shortest=1)

    def _end(self) -> None:
        """Write what the encoder holds, and close the file.

        Raises:
            EncodeError: there was no frame.
        """
        if self._muxer is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        self._muxer.mux(self._stream.encode(None))
        self._muxer.close()

    def _discard(self) -> None:
        close_quietly(self._muxer)
        self._staged.discard()


class WebpWriter(MuxedAnimation):
    """An animated WebP, in full color and with smooth transparency."""

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        provenance: Provenance | None = None,
    ) -> None:
        super().__init__(
            output,
            source=source,
            options=options,
            overwrite=overwrite,
            provenance=provenance,
            ticks=_WEBP_TICKS,
        )

    def _write(self, frame: Frame) -> None:
        if self._canvas is None:
            self._begin(frame)
        assert self._canvas is not None
        assert self._muxer is not None
        start = self._delays.add(frame)
        picture = as_video_frame(self._canvas.fit(frame.pixels)).reformat(format="bgra")
        picture.pts, picture.time_base = start, Fraction(1, _WEBP_TICKS)
        self._muxer.mux(self._stream.encode(picture))

    def _begin(self, frame: Frame) -> None:
        self._canvas = Canvas.for_frame(frame, source=self._source, wanted_width=self._options.width)
        quality = self._options.quality_or_default
        settings = {"quality": f"{_WEBP_QUALITY.knob(quality):.0f}", "lossless": str(int(quality >= 100))}
        self._muxer = av.open(
            str(self._staged.part), "w", format="webp", options={"loop": str(self._options.loop)}
        )
        stream: Any = self._muxer.add_stream("libwebp_anim", rate=_WEBP_TICKS, options=settings)
        stream.width, stream.height, stream.pix_fmt = self._canvas.width, self._canvas.height, "bgra"
        stream.codec_context.time_base = Fraction(1, _WEBP_TICKS)
        self._stream = stream

    def _finish(self) -> WriteReport:
        self._end()
        frames = len(self._delays.starts)
        merged = frames - _set_last_webp_delay(
            self._staged.part, end=self._delays.starts[-1] + self._delays.last_delay
        )
        notes = list(animation_notes(self._delays, self._source))
        if merged:
            notes.append(
                f"{merged} frames like the one before them are shown as its longer delay: WebP does so"
            )
        tell_provenance(self._staged.part, self._provenance)
        size = self._staged.publish()
        return WriteReport(self._output, frames, size, "webp", tuple(notes), frame_size=size_of(self._canvas))


def _set_last_webp_delay(path: Path, *, end: int) -> int:
    """Correct the last frame's delay, which the encoder guesses as the mean; gives the number of frames.

    A WebP file is RIFF chunks; an ``ANMF`` chunk holds a frame, its delay (24 bits, ms) at byte 12.

    Args:
        path: An animated WebP.
        end: When the last frame stops being shown, in ms from the first.
    """
    with path.open("r+b") as file:
        file.seek(12)
        frames = elapsed = last = place = 0
        while len(head := file.read(8)) == 8:
            name, size = head[:4], struct.unpack("<I", head[4:])[0]
            start = file.tell()
            if name == b"ANMF":
                place = start + 12
                last = int.from_bytes(file.read(16)[12:15], "little")
                elapsed += last
                frames += 1
            file.seek(start + size + size % 2)
        if frames:
            file.seek(place)
            file.write((end - (elapsed - last)).to_bytes(3, "little"))
    return max(frames, 1)


def tell_provenance(path: Path, provenance: Provenance | None) -> None:
    """Have a finished file say how it was painted; None: it says nothing."""
    if provenance is not None:
        embed_packet(path, painted_packet(None, provenance))


def animation_notes(delays: Delays, source: MediaInfo | None) -> tuple[str, ...]:
    """Sentences on what an animated picture could not hold."""
    moved = delays.note()
    notes = [moved] if moved else []
    if source is not None and source.video.color.transfer in _HDR_TRANSFERS:
        notes.append(
            "HDR colors written as they are, and so look flat: animated pictures state no transfer function"
        )
    if source is not None and source.audio:
        notes.append("sound left out: animated pictures are silent")
    return tuple(notes)


def close_quietly(muxer: OutputContainer | None) -> None:
    """Close a muxer whose file is thrown away."""
    with contextlib.suppress(FFmpegError, OSError):  # an unfinished file cannot always be finished
        if muxer is not None:
            muxer.close()
