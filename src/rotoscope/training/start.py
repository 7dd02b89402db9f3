"""Where a training run starts when nothing is said: from a filter that paints already.

Strokes, edges and how to leave a picture recognizable are common to all styles; a network that knows them has
less to learn for the next one. A network of another size takes over as much as finds room
(:mod:`rotoscope.networks.fitting`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rotoscope.palette.palette import BUNDLED_FOLDER

START_FILTER = "great-wave"
BUNDLED_START: Final[Path] = BUNDLED_FOLDER / f"{START_FILTER}.onnx"
"""The bundled filter to start from."""
