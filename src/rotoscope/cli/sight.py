"""``rotoscope reconstruct`` and ``rotoscope features``: what a feature network sees."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from rotoscope.cli import texture_options as own
from rotoscope.cli.bar import optimizing_bar, share_bar
from rotoscope.cli.feature_network import FeatureChoice, Running, require_torch
from rotoscope.cli.grouping import Without, grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, human_size

if TYPE_CHECKING:
    from rotoscope.optimize.feature_sheet import FeatureSheet
    from rotoscope.optimize.reconstruction import Reconstruction

RECONSTRUCT_HELP = """Paint what a layer of a feature network still knows of a photograph.

After Mahendran and Vedaldi 2015: noise is changed until the layer cannot tell it from the photograph.
Shallow layers keep every pixel, deep ones shapes without their places. Needs the extra "train" of the
package, and the weights of a feature network, as rotoscope optimize does.

Examples:

  rotoscope reconstruct photo.jpg seen.png --layer relu4_2

  rotoscope reconstruct photo.jpg deep.png --layer relu5_1 --size 192 --variation-weight 0.3
"""
FEATURES_HELP = """Show what channels of a layer of a feature network look for.

By activation maximization: a picture is changed until a channel answers to it as much as it can. One sheet
shows several channels with their numbers. Needs the extra "train" of the package, and the weights of a
feature network, as rotoscope optimize does.

Examples:

  rotoscope features features.png --layer relu3_1

  rotoscope features three.png --layer relu4_1 --channels 0,5,9 --size 128
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("reconstruct", help=flow(RECONSTRUCT_HELP))(grouped(reconstruct))
    app.command("features", help=flow(FEATURES_HELP))(grouped(show_features))


def reconstruct(
    photo: own.Photo,
    output: own.Still,
    *,
    layer: own.Layer = "relu4_2",
    size: own.PhotoSize = 256,
    variation_weight: own.Variation = None,
    iterations: own.PhotoIterations = None,
    seed: own.Seed = 0,
    network: FeatureChoice,
    running: Running,
) -> None:
    """Parse, call, present."""
    require_torch("Reconstructing a photograph")
    from rotoscope.optimize.reconstruction import (  # noqa: PLC0415 - torch is heavy, and only needed here
        ITERATIONS,
        VARIATION_WEIGHT,
        reconstruct_file,
        reconstruction_recipe,
    )
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    running.limit_threads()
    recipe = reconstruction_recipe(
        layer,
        features=network.features or "vgg19",
        variation_weight=VARIATION_WEIGHT if variation_weight is None else variation_weight,
        iterations=iterations or ITERATIONS,
        seed=seed,
    )
    encoder = network.for_optimizing(recipe, load_settings(os.environ).cache_dir)
    with stop_on_interrupt() as should_stop, optimizing_bar(shown=running.is_shown) as on_progress:
        made = reconstruct_file(
            photo,
            output,
            layer=layer,
            encoder=encoder,
            recipe=recipe,
            side=size,
            device=running.device,
            overwrite=running.overwrite,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    running.present(made, reconstruct_summary)


def show_features(
    output: own.Still,
    *,
    layer: own.Layer,
    channels: own.Channels = None,
    size: own.Side = 96,
    steps: own.Steps = 128,
    seed: own.Seed = 0,
    network: FeatureChoice,
    running: Annotated[Running, Without("device")],
) -> None:
    """Parse, call, present."""
    require_torch("Showing what channels look for")
    from rotoscope.optimize.activation import ActivationOptions  # noqa: PLC0415 - torch is heavy
    from rotoscope.optimize.feature_sheet import parse_channels, write_feature_sheet  # noqa: PLC0415
    from rotoscope.optimize.reconstruction import reconstruction_recipe  # noqa: PLC0415
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    running.limit_threads()
    wanted = None if channels is None else parse_channels(channels)
    recipe = reconstruction_recipe(layer, features=network.features or "vgg19")
    encoder = network.for_optimizing(recipe, load_settings(os.environ).cache_dir)
    with stop_on_interrupt() as should_stop, share_bar("features", shown=running.is_shown) as update:

        def tell(done: int, total: int) -> None:
            if update is not None:
                update(done / total, f"{layer} · step {done}/{total}")

        made = write_feature_sheet(
            output,
            layer=layer,
            encoder=encoder,
            channels=wanted,
            options=ActivationOptions(side=size, steps=steps, seed=seed),
            overwrite=running.overwrite,
            on_progress=tell,
            should_stop=should_stop,
        )
    running.present(made, features_summary)


def reconstruct_summary(made: Reconstruction) -> str:
    """``seen.png: 384x256, relu4_2, 150 iterations in 1:12, content 0.0213, variation 0.00311, 0.2 MB``."""
    losses = ", ".join(f"{name} {value:.3g}" for name, value in made.losses.items())
    width, height = made.frame_size
    ended = "" if made.is_complete else "; stopped before its last iteration"
    return (
        f"{made.output}: {width}x{height}, {made.layer}, {made.iterations} iterations in "
        f"{human_duration(made.seconds)}, {losses}, {human_size(made.size_bytes)}{ended}"
    )


def features_summary(made: FeatureSheet) -> str:
    """``features.png: relu3_1, channels 0, 21, 42, 730x310, 0.3 MB``."""
    told = ", ".join(map(str, made.channels))
    width, height = made.frame_size
    silent = f"; silent: {', '.join(map(str, made.silent))}" if made.silent else ""
    ended = "" if made.is_complete else "; stopped before its last channel"
    return (
        f"{made.output}: {made.layer}, channels {told}, {width}x{height}, "
        f"{human_size(made.size_bytes)}{silent}{ended}"
    )
