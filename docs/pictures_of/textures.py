"""Textures of style images drawn here, and what VGG-19 sees; both take minutes, and its weights.

The weights are those of the reference data where ROTOSCOPE_REFERENCE_DATA names them, else torchvision's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import torch

from pictures_of.folder import PICTURES, write_picture
from pictures_of.photographs import palette_photographs
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels
from rotoscope.networks.features import FeatureNetwork
from rotoscope.networks.weights import fetch_feature_network, load_feature_network
from rotoscope.optimize.activation import (
    ActivationOptions,
    channel_count,
    channel_pictures,
    spread_channels,
)
from rotoscope.optimize.pictures import to_pixels, to_tensor
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.reconstruction import reconstruct, reconstruction_recipe
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.subject import Style
from rotoscope.optimize.texture import TextureSize, synthesize, texture_recipe
from rotoscope.palette.palette import Palette
from rotoscope.render.look import resize_short_side
from rotoscope.render.texture_file import TextureMaker
from rotoscope.render.texture_output import TextureTiming, write_texture
from rotoscope.settings import load_settings
from rotoscope.styles.registry import render_style
from rotoscope.training.progress import Budget
from rotoscope.training.texture import train_texture

_STYLES = ("marbled-paper", "mosaic")
_STYLE_SIDE = 192
_SIDE, _TILE = 128, 64
"""Pixels, of a texture and of one that is laid side by side."""
_ITERATIONS = 60
_TRAINED = "marbled-paper"
_STEPS = 250
_LOOP = TextureTiming(24, Fraction(12), 2.0)
_PHOTOGRAPH = "lagoon"
_SEEN_SIDE = 80
_LAYERS = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_1")
_FEATURE_LAYERS = ("relu1_2", "relu2_1", "relu3_1", "relu4_1")
_CHANNELS, _CHANNEL_SIDE, _CHANNEL_STEPS = 8, 64, 64
_SEEN_ITERATIONS = 60


def write_textures(_: Palette) -> None:
    """Style images, textures of them, tileable ones, and what a trained network makes."""
    layers = OptimizeRecipe().layers
    rows = [_row(name, _vgg19(layers)) for name in _STYLES]
    with tempfile.TemporaryDirectory() as folder:
        style, network = Path(folder) / "style.png", Path(folder) / f"{_TRAINED}.onnx"
        write_picture(style, render_style(_TRAINED, 512, 0))
        encoder = _vgg19(("relu1_1", "relu2_1", "relu3_1", "relu4_1"), None)
        train_texture(
            StyleSource(style), network, name=_TRAINED, encoder=encoder, budget=Budget(steps=_STEPS)
        )
        maker = TextureMaker(network)
        made = [maker.still(_SIDE, _SIDE, seed=seed) for seed in range(3)]
        rows.append([Tile(pixels, f"network, seed {seed}") for seed, pixels in enumerate(made)])
        frames = maker.loop(128, 96, frames=_LOOP.frames, tileable=True)
        write_texture(PICTURES / "living-texture.gif", frames, _LOOP, overwrite=True)
    sheet = contact_sheet(rows, width=900, tile_height=_SIDE)
    write_picture(PICTURES / "textures.jpg", sheet, quality=60)


def write_sight(_: Palette) -> None:
    """A photograph as layers know it, and what their channels look for."""
    photograph = resize_short_side(palette_photographs()[_PHOTOGRAPH], _SEEN_SIDE)
    seen = [Tile(photograph, "the photograph"), *(_reconstructed(photograph, layer) for layer in _LAYERS)]
    sheet = contact_sheet([seen[:3], seen[3:]], width=1000, tile_height=_SEEN_SIDE)
    write_picture(PICTURES / "reconstructions.jpg", sheet, quality=70)
    rows = [_channels(layer) for layer in _FEATURE_LAYERS]
    sheet = contact_sheet(rows, row_headings=_FEATURE_LAYERS, width=1000, tile_height=_CHANNEL_SIDE)
    write_picture(PICTURES / "features.jpg", sheet, quality=70)


def _row(name: str, encoder: FeatureNetwork) -> list[Tile]:
    drawn = render_style(name, _STYLE_SIDE, 0)
    style = Style(to_tensor(drawn))
    shown = [Tile(drawn[:_SIDE, :_SIDE], f"style: {name}")]
    for caption, seed, size in (
        ("a texture", 1, TextureSize(_SIDE, _SIDE)),
        ("tileable, four times", 2, TextureSize(_TILE, _TILE, tileable=True)),
    ):
        numbers = OptimizeRecipe(iterations=_ITERATIONS, coarse_iterations=_ITERATIONS, seed=seed)
        recipe = texture_recipe(numbers, size, [style])
        pixels = _pixels(synthesize([style], size, encoder=encoder, recipe=recipe).picture)
        shown.append(Tile(_beside_itself(pixels) if size.tileable else pixels, caption))
    return shown


def _beside_itself(pixels: Pixels) -> Pixels:
    return cast("Pixels", np.tile(pixels, (2, 2, 1)))


def _reconstructed(photograph: Pixels, layer: str) -> Tile:
    recipe = reconstruction_recipe(layer, iterations=_SEEN_ITERATIONS)
    return Tile(
        _pixels(reconstruct(to_tensor(photograph), encoder=_vgg19([layer]), recipe=recipe).picture), layer
    )


def _channels(layer: str) -> list[Tile]:
    encoder = _vgg19([layer], None)
    channels = spread_channels(channel_count(encoder, layer), _CHANNELS)
    options = ActivationOptions(side=_CHANNEL_SIDE, steps=_CHANNEL_STEPS)
    made = channel_pictures(encoder, layer, channels, options=options)
    return [Tile(_pixels(one.picture[None]), str(one.channel)) for one in made]


def _pixels(picture: torch.Tensor) -> Pixels:
    return to_pixels(picture, np.zeros(1, np.uint8))


def _vgg19(layers: Sequence[str], precision: torch.dtype | None = torch.float32) -> FeatureNetwork:
    given = (
        Path(os.environ.get("ROTOSCOPE_REFERENCE_DATA", "none")) / "weights" / "vgg19_conv_f16.safetensors"
    )
    if given.is_file():
        return load_feature_network(
            given, architecture="vgg19", normalization="caffe", precision=precision, layers=layers
        )
    cache = load_settings(os.environ).cache_dir
    return fetch_feature_network("vgg19", cache_dir=cache, precision=precision, layers=layers)
