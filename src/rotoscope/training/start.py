"""Where a training run starts when nothing is said: from a filter that paints already.

Strokes, edges and how to leave a picture recognizable are common to all styles; a network that knows them has
less to learn for the next one.
"""

from __future__ import annotations

from pathlib import Path

from rotoscope.networks.style_network import StyleNetworkSize
from rotoscope.palette.palette import BUNDLED_FOLDER
from rotoscope.training.export import load_starting_weights
from rotoscope.training.recipe import Recipe

START_FILTER = "great-wave"


def bundled_start(recipe: Recipe) -> Path | None:
    """The bundled filter to start from, or None where the recipe's network is of another size.

    Raises:
        TrainingError: the bundled filter cannot be read; the installation is damaged.
    """
    path = BUNDLED_FOLDER / f"{START_FILTER}.onnx"
    size = StyleNetworkSize.of_state(load_starting_weights(path).state)
    return path if size == recipe.network_size else None
