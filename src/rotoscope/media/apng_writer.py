"""Writes frames as an animated PNG: lossless, in full color, with smooth transparency."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from rotoscope.media.animation_writer import (
    Canvas,
    MuxedAnimation,
    animation_notes,
    size_of,
    tell_provenance,
)
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import WriteReport
from rotoscope.media.picture import as_video_frame
from rotoscope.media.provenance import Provenance

_TICKS = 1000
_SIGNATURE_BYTES = 8


class ApngWriter(MuxedAnimation):
    """An animated PNG (PNG specification, third edition), which browsers show as they show a GIF."""

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
            output, source=source, options=options, overwrite=overwrite, provenance=provenance, ticks=_TICKS
        )

    def _write(self, frame: Frame) -> None:
        if self._canvas is None:
            self._canvas = Canvas.for_frame(frame, source=self._source, wanted_width=self._options.width)
        start = self._delays.add(frame)
        picture = as_video_frame(self._canvas.fit(frame.pixels))
        picture.pts, picture.time_base = start, Fraction(1, _TICKS)
        if self._muxer is None:
            self._muxer = self._begin(picture)
        self._muxer.mux(self._stream.encode(picture))

    def _begin(self, picture: av.VideoFrame) -> OutputContainer:
        muxer = av.open(
            str(self._staged.part), "w", format="apng", options={"plays": str(self._options.loop)}
        )
        stream: Any = muxer.add_stream("apng", rate=_TICKS, options={"pred": "mixed"})
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, picture.format.name
        stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream = stream
        return muxer

    def _finish(self) -> WriteReport:
        self._end()
        _set_last_delay(self._staged.part, self._delays.last_delay)
        tell_provenance(self._staged.part, self._provenance)
        size = self._staged.publish()
        notes = animation_notes(self._delays, self._source)
        return WriteReport(
            self._output, len(self._delays.starts), size, "apng", notes, frame_size=size_of(self._canvas)
        )


def _set_last_delay(path: Path, ticks: int) -> None:
    """State how long the last frame is shown, which the muxer is told before it is known.

    A PNG is chunks of length, name, content and checksum; ``fcTL`` holds a frame's delay as two 16-bit
    numbers at byte 20 of 26.
    """
    with path.open("r+b") as file:
        place = last = _SIGNATURE_BYTES
        while len(head := (file.seek(place), file.read(8))[1]) == 8:
            length, name = struct.unpack(">I4s", head)
            last = place if name == b"fcTL" else last
            place += length + 12
        file.seek(last + 4)
        chunk = bytearray(file.read(4 + 26))
        delay = Fraction(ticks, _TICKS).limit_denominator(_TICKS)
        chunk[24:28] = struct.pack(">HH", delay.numerator, delay.denominator)
        file.seek(last + 4)
        file.write(chunk + struct.pack(">I", zlib.crc32(chunk)))
