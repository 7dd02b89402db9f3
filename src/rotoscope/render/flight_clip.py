"""The project's own footage as a file: a rendered flight over a landscape, with sound."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.sound import write_sound
from rotoscope.media.writer import open_writer
from rotoscope.render.overlap import WriteBehind
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.scenes.flight import Flight, FlightOptions
from rotoscope.scenes.sound import flight_sound

SAMPLE_RATE = 48_000
"""Hz."""
FOOTAGE = EncoderOptions(quality=90)
"""Cameras record at a generous rate."""


def write_flight(
    output: Path,
    options: FlightOptions,
    *,
    overwrite: bool = False,
    encoder: EncoderOptions = FOOTAGE,
    on_progress: ProgressCallback | None = None,
) -> Path:
    """Render a flight and write it as a video with stereo sound.

    Args:
        output: where; its name decides the container.
        options: size, rate, length and seed.
        overwrite: replace what is there already.
        encoder: how it is written.
        on_progress: called after every frame.

    Returns:
        ``output``.

    Raises:
        EncodeError: it cannot be written.
    """
    flight = Flight(options)
    meter = ProgressMeter("render", frames_expected=options.frame_count, on_progress=on_progress)
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.mp4"
        write_sound(sound, flight_sound(options, SAMPLE_RATE), sample_rate=SAMPLE_RATE)
        with open_writer(
            output, source=None, options=encoder, overwrite=overwrite, copy_streams_from=sound
        ) as writer:
            with WriteBehind(writer.write) as behind:
                for index in range(options.frame_count):
                    behind.put(_frame(flight, index, options.frame_rate))
                    meter.advance(options.frame_size, written_bytes=writer.written_bytes)
            writer.close()
    return output


def _frame(flight: Flight, index: int, frame_rate: Fraction) -> Frame:
    pixels = flight.render(index).pixels
    return Frame(pixels, index=index, pts=index, time_base=1 / frame_rate, duration=1)
