"""What the studio offers to a newcomer: a clip and a picture, rendered by Rotoscope itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from rotoscope.media.encoders import EncoderOptions
from rotoscope.render.flight_clip import write_flight
from rotoscope.scenes.flight import Flight, FlightOptions

SAMPLES: Final = Path(__file__).parents[2] / "src" / "rotoscope" / "web" / "samples"
_FRAME: Final = 50


def write_samples() -> None:
    """Write both, in place of those that were there."""
    SAMPLES.mkdir(exist_ok=True)
    clip = FlightOptions(frame_size=(640, 360))
    write_flight(SAMPLES / "flight.mp4", clip, overwrite=True, encoder=EncoderOptions(quality=60))
    frame = Flight(FlightOptions(frame_size=(1600, 900))).render(_FRAME)
    Image.fromarray(frame.pixels).save(SAMPLES / "lagoon.jpg", quality=88, optimize=True)
