"""Frames a second from file to file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from rotoscope.media.encoders import VISUALLY_LOSSLESS, codec_named
from rotoscope.media.frame import Pixels
from rotoscope.palette.palette import Palette
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize
from rotoscope.settings import load_settings


def measure_speed(clip: Path, folder: Path, name: str, *, runs: int) -> list[dict[str, Any]]:
    """Plain transcodes and a painted one, alternating; the best of each, as a share of plain through RGB."""
    output = folder / "speed.mp4"
    palette = Palette(load_settings(os.environ).filters_dir)
    painter, exact = palette.load(name), palette.load(name, precision="f32")
    cases: dict[str, Callable[[], int]] = {
        "plain PyAV loop through RGB": lambda: transcode(clip, output),
        "rotoscope through RGB, nothing painted": lambda: (
            stylize(clip, output, Look([Untouched()]), overwrite=True).frames
        ),
        "rotoscope in planes, nothing painted": lambda: stylize(clip, output, Look(), overwrite=True).frames,
        f"rotoscope, {name}": lambda: stylize(clip, output, Look([painter]), overwrite=True).frames,
        # What a processor without bf16 does.
        f"rotoscope, {name}, f32": lambda: stylize(clip, output, Look([exact]), overwrite=True).frames,
    }
    rates = dict.fromkeys(cases, 0.0)
    for _ in range(runs):
        for case, run in cases.items():
            began = time.perf_counter()
            frames = run()
            rates[case] = max(rates[case], frames / (time.perf_counter() - began))
    output.unlink()
    plain = max(rate for case, rate in rates.items() if "through RGB" in case)
    return [
        {"case": case, "frames_per_second": round(rate, 1), "of_plain": round(rate / plain, 3)}
        for case, rate in rates.items()
    ]


class Untouched:
    """A filter that paints nothing, so that pictures go over RGB for nothing."""

    name = kind = "untouched"
    digest = "0"

    def apply(self, pixels: Pixels) -> Pixels:
        """The same picture."""
        return pixels


def transcode(source: Path, output: Path) -> int:
    """Decode, convert to RGB and back, and encode with the product's own default settings."""
    with av.open(str(source)) as read, av.open(str(output), "w") as written:
        pictures = read.streams.video[0]
        pictures.thread_type = "AUTO"
        stream: Any = written.add_stream("libx264", rate=pictures.average_rate, options=same_options())
        stream.width, stream.height, stream.pix_fmt = pictures.width, pictures.height, "yuv420p"
        frames = 0
        for frame in read.decode(pictures):
            again = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"), format="rgb24")
            again.pts, again.time_base = frame.pts, frame.time_base
            written.mux(stream.encode(again.reformat(format="yuv420p")))
            frames += 1
        written.mux(stream.encode(None))
    return frames


def same_options() -> dict[str, str]:
    """The encoder settings that stylize uses when nothing is said."""
    codec = codec_named("h264")
    assert codec.quality is not None
    assert codec.preset is not None
    return {codec.quality.option: f"{codec.quality.knob(VISUALLY_LOSSLESS):g}", "preset": codec.preset}
