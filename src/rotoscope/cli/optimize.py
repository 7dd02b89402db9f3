"""``rotoscope optimize``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import optimize_clip_options as clip
from rotoscope.cli import optimize_options as own
from rotoscope.cli import options, train_options
from rotoscope.cli.bar import optimizing_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.optimize_clip import Asked, is_clip, optimize_clip, refuse_for_stills
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.cli.train import require_torch
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.painting import Painting
    from rotoscope.optimize.recipe import OptimizeRecipe
    from rotoscope.optimize.start import Start

HELP = """Paint a photograph or a clip by optimizing its pixels, without a filter.

After Gatys, Ecker and Bethge: the picture is changed, from coarse to fine, until a feature network finds the
style image's textures and the photograph's content in it. It takes minutes where a filter takes a blink, and
needs no training. Needs the extra "train" of the package, and the weights of a feature network: fetched from
torchvision's server the first time, or given with --feature-weights. Ctrl-C stops and writes the picture as
it is by then; the same command (with --overwrite) goes on.

Of a clip, every frame is optimized with regard to those before (Ruder, Dosovitskiy and Brox): the painted
frame before, moved along the flow, is where it begins, and a temporal loss holds to it what can be followed.
--coherence names other ways, cheaper and more thorough ones. Finished frames are kept: Ctrl-C loses the one
at hand, and the same command goes on.

Examples:

  rotoscope optimize photo.jpg poster.jpg painted.png --size 512

  rotoscope optimize photo.jpg wave.jpg poster.jpg:2 painted.png --colors photo --live now.png

  rotoscope optimize photo.jpg sea.jpg sky.jpg painted.png --mask water.png --mask rest

  rotoscope optimize photo.jpg poster.jpg painted.png --filter great-wave --plot losses.svg

  rotoscope optimize drone.mp4 poster.jpg painted.mp4 --size 256 --to 2

  rotoscope optimize drone.mp4 poster.jpg painted.mp4 --coherence passes --passes 6
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("optimize", help=flow(HELP))(optimize)


def optimize(
    photo: own.Photo,
    style: own.Styles,
    output: own.Output,
    *,
    size: own.Size = None,
    style_weight: own.StyleWeight = None,
    content_weight: own.ContentWeight = None,
    variation_weight: own.VariationWeight = None,
    style_layer: own.StyleLayers = None,
    content_layer: own.ContentLayers = None,
    style_loss: own.StyleLoss = None,
    pooling: own.Pooling = None,
    style_scale: own.StyleScale = None,
    colors: own.Colors = None,
    mask: own.Masks = None,
    start: own.Start = None,
    start_filter: own.StartFilter = None,
    iterations: own.Iterations = None,
    coarse_iterations: own.CoarseIterations = None,
    levels: own.Levels = None,
    method: own.Method = None,
    learning_rate: own.LearningRate = None,
    average: own.Average = None,
    seed: own.Seed = None,
    features: train_options.Features = None,
    feature_weights: train_options.FeatureWeights = None,
    normalization: train_options.Normalization = None,
    memory: own.Memory = None,
    live: own.Live = None,
    trace: own.Trace = None,
    plot: own.Plot = None,
    coherence: clip.Coherence = None,
    following_iterations: clip.FollowingIterations = None,
    temporal_weight: clip.TemporalWeight = None,
    opacity: clip.Opacity = None,
    offset: clip.Offsets = None,
    passes: clip.Passes = None,
    flow_engine: clip.Engine = None,
    begin: clip.From = None,
    end: clip.To = None,
    restart: own.Restart = False,
    quality: options.Quality = None,
    device: train_options.Device = "auto",
    threads: options.Threads = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    require_torch("Optimizing a picture")
    from rotoscope.optimize.memory import Memory  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.optimize.painting import PaintingOptions, optimize_still  # noqa: PLC0415
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    asked = Asked(
        coherence,
        following_iterations,
        temporal_weight,
        opacity,
        None if offset is None else tuple(offset),
        passes,
        flow_engine,
        begin,
        end,
    )
    is_moving = is_clip(photo)
    if not is_moving:
        refuse_for_stills(photo, asked)
    recipe = OptimizeRecipe.of_values(
        features=features,
        pooling=pooling,
        style_loss=style_loss,
        style_layers=parse_layers(style_layer),
        content_layers=parse_layers(content_layer),
        style_weight=style_weight,
        content_weight=content_weight,
        variation_weight=variation_weight,
        colors=colors,
        style_scale=style_scale,
        method=method,
        learning_rate=learning_rate,
        iterations=iterations,
        coarse_iterations=coarse_iterations,
        levels=levels,
        averaged=average,
        seed=seed,
    )
    painting_options = PaintingOptions(
        size=size,
        start=_start(start, start_filter, threads=threads),
        masks=[None if name == "rest" else Path(name) for name in mask or ()],
        quality=quality,
        live=live,
        trace=trace,
        plot=plot,
        checkpoint_dir=settings.cache_dir / "optimize",
        restart=restart,
        memory=Memory() if memory is None else Memory.of_gigabytes(memory),
        device=device,
        threads=threads,
        overwrite=overwrite,
    )
    encoder = load_encoder(recipe, settings.cache_dir, feature_weights, normalization)
    styles = [StyleSource.parse(text) for text in style]
    if is_moving:
        optimize_clip(
            photo,
            styles,
            output,
            asked,
            encoder=encoder,
            recipe=recipe,
            still=painting_options,
            settings=settings,
            as_json=as_json,
            quiet=quiet,
        )
        return
    with stop_on_interrupt() as should_stop, optimizing_bar(shown=not (quiet or as_json)) as on_progress:
        painting = optimize_still(
            photo,
            styles,
            output,
            encoder=encoder,
            recipe=recipe,
            options=painting_options,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    if as_json:
        print_json(painting)
    elif not quiet:
        typer.echo(summary(painting))
        print_notes(painting.notes)


def summary(painting: Painting) -> str:
    """``painted.png: 768x512, 300 iterations in 4:12, style 0.0210, content 0.0093, 0.9 MB``."""
    losses = ", ".join(f"{name} {value:.3g}" for name, value in painting.losses.items())
    ended = "" if painting.is_complete else "; stopped, the same command with --overwrite goes on"
    width, height = painting.frame_size
    return (
        f"{painting.output}: {width}x{height}, {painting.iterations} iterations in "
        f"{human_duration(painting.seconds)}, {losses}, {human_size(painting.size_bytes)}{ended}"
    )


def parse_layers(texts: Sequence[str] | None) -> dict[str, float] | None:
    """``relu3_1:2`` to names and weights; None where there is nothing.

    Raises:
        InvalidOptions: a weight that is no number.
    """
    if not texts:
        return None
    layers: dict[str, float] = {}
    for text in texts:
        name, _, weight = text.partition(":")
        try:
            layers[name] = float(weight or 1)
        except ValueError:
            raise InvalidOptions(
                f"A layer was given as {text!r}; write LAYER or LAYER:WEIGHT, such as relu3_1:2."
            ) from None
    return layers


def load_encoder(
    recipe: OptimizeRecipe, cache_dir: Path, weights: Path | None, normalization: str | None
) -> FeatureNetwork:
    """The recipe's feature network with its layers in float32, with the weights of a file or fetched ones."""
    import torch  # noqa: PLC0415

    from rotoscope.networks.weights import fetch_feature_network, load_feature_network  # noqa: PLC0415

    if weights is None:
        return fetch_feature_network(
            recipe.features,
            cache_dir=cache_dir,
            precision=torch.float32,
            layers=recipe.layers,
            pooling=recipe.pooling,
        )
    return load_feature_network(
        weights,
        architecture=recipe.features,
        normalization=normalization,
        precision=torch.float32,
        layers=recipe.layers,
        pooling=recipe.pooling,
    )


def _start(named: str | None, filter_name: str | None, *, threads: int | None) -> Start:
    if filter_name is not None:
        if named is not None:
            raise InvalidOptions("Give --start or --filter, not both: either says what to begin with.")
        from rotoscope.standard import load_filter  # noqa: PLC0415

        return load_filter(filter_name, threads=threads)
    match named:
        case None | "photo":
            return "photo"
        case "noise" | "style":
            return named
        case _:
            return Path(named)
