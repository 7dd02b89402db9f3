"""A photograph of 100 megapixels: memory and time of whole commands, and tiled against untiled."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from bench.memory import peak_and_seconds
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.tiling import TileLimits
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.writer import open_writer
from rotoscope.palette.palette import Palette
from rotoscope.scenes.flight import Flight, FlightOptions
from rotoscope.settings import load_settings

WIDTH, HEIGHT = 11552, 8664
"""100.1 megapixels, as medium-format cameras have."""
_SCALE = 8
_COMPARED = (3840, 2160)
"""What is painted both whole and in tiles: both must fit."""
_CASES: dict[str, tuple[str, list[str]]] = {
    "JPEG": ("jpg", []),
    "PNG": ("png", []),
    "TIFF": ("tif", []),
    "JPEG, --stroke-scale 1": ("jpg", ["--stroke-scale", "1"]),
}


def measure_large(folder: Path, name: str) -> list[dict[str, Any]]:
    """Megabytes and seconds of `rotoscope stylize` on 100 megapixels, in and out of three formats."""
    rows: list[dict[str, Any]] = []
    for case, (suffix, options) in _CASES.items():
        source, output = large_photograph(folder, suffix), folder / f"large-painted.{suffix}"
        peak, seconds = peak_and_seconds(
            [sys.executable, "-m", "rotoscope.cli.main", "stylize", str(source), str(output),
             "--filter", name, "--overwrite", "--quiet", *options]
        )  # fmt: skip
        output.unlink()
        rows.append({"case": f"{WIDTH}x{HEIGHT}, {case}", "peak_mb": round(peak / 1e6), "s": round(seconds)})
    return rows


def compare_tiles(name: str) -> list[dict[str, Any]]:
    """Levels of 255 by which a painting in tiles differs from the same picture painted whole."""
    picture = detailed_picture(*_COMPARED)
    rows: list[dict[str, Any]] = []
    for precision in ("f32", "auto"):
        whole = Palette(load_settings(os.environ).filters_dir).load(name, precision=precision)
        assert isinstance(whole, NeuralFilter)
        tiled = NeuralFilter(whole.file, options=whole.options, limits=TileLimits(most_whole_bytes=0))
        difference = cv2.absdiff(whole.apply(picture), tiled.apply(picture))
        rows.append(
            {
                "case": f"{_COMPARED[0]}x{_COMPARED[1]}, {whole.runtime.precision}",
                "most": int(difference.max()),
                "mean": round(float(difference.mean()), 4),
            }
        )
    return rows


def large_photograph(folder: Path, suffix: str) -> Path:
    """The picture as a file; made once and kept."""
    path = folder / f"large.{suffix}"
    if not path.exists():
        options = EncoderOptions(quality=90)
        with open_writer(path, source=None, options=options, overwrite=True) as writer:
            writer.write(Frame(detailed_picture(WIDTH, HEIGHT), index=0, pts=0, time_base=Fraction(1)))
    return path


def detailed_picture(width: int, height: int) -> Pixels:
    """A rendered flight enlarged, with a fine texture over it as photographs have; (height, width, 3)."""
    small = Flight(FlightOptions(frame_size=(width // _SCALE, height // _SCALE), frame_count=96)).render(60)
    picture = cast("Pixels", cv2.resize(small.pixels, (width, height), interpolation=cv2.INTER_CUBIC))
    random = np.random.default_rng(0)
    texture = cv2.GaussianBlur(random.normal(0, 40, (1024, 1024, 1)).astype(np.float32), (0, 0), 1.2)
    for top in range(0, height, 1024):
        for left in range(0, width, 1024):
            part = picture[top : top + 1024, left : left + 1024]
            grain = texture[: part.shape[0], : part.shape[1], None]
            part[...] = np.clip(part + grain, 0, 255).astype(np.uint8)
    return picture
