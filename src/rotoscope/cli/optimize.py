"""``rotoscope optimize``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import optimize_options as own
from rotoscope.cli import options
from rotoscope.cli.bar import optimizing_bar
from rotoscope.cli.feature_network import FeatureChoice, Running, require_torch
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.optimize_clip import is_clip, optimize_clip, refuse_for_stills
from rotoscope.cli.optimize_clip_options import ForClips
from rotoscope.cli.present import human_duration, human_size, print_notes
from rotoscope.cli.remote.running import remotely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.painting import Painting, PaintingOptions
    from rotoscope.optimize.recipe import OptimizeRecipe
    from rotoscope.optimize.style_source import StyleSource

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
    app.command("optimize", help=flow(HELP))(grouped(remotely(optimize)))


def optimize(
    photo: own.Photo,
    style: own.Styles,
    output: own.Output,
    *,
    size: own.Size = None,
    objective: own.Objective,
    beginning: own.Beginning,
    descent: own.Descent,
    network: FeatureChoice,
    watching: own.Watching,
    asked: ForClips,
    restart: own.Restart = False,
    quality: options.Quality = None,
    no_provenance: options.NoProvenance = False,
    running: Running,
) -> None:
    """Parse, call, present."""
    require_torch("Optimizing a picture")
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    is_moving = is_clip(photo)
    if not is_moving:
        refuse_for_stills(photo, asked)
    recipe = OptimizeRecipe.of_values(features=network.features, **objective.values(), **descent.values())
    painting_options = _options(
        beginning,
        watching,
        running,
        size=size,
        quality=quality,
        checkpoint_dir=settings.cache_dir / "optimize",
        restart=restart,
        provenance=not no_provenance,
    )
    encoder = network.for_optimizing(recipe, settings.cache_dir)
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
            running=running,
        )
    else:
        _optimize_still(
            photo, styles, output, encoder=encoder, recipe=recipe, options=painting_options, running=running
        )


def _optimize_still(
    photo: Path,
    styles: Sequence[StyleSource],
    output: Path,
    *,
    encoder: FeatureNetwork,
    recipe: OptimizeRecipe,
    options: PaintingOptions,
    running: Running,
) -> None:
    """Call and present."""
    from rotoscope.optimize.painting import optimize_still  # noqa: PLC0415 - torch is heavy
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415

    with stop_on_interrupt() as should_stop, optimizing_bar(shown=running.is_shown) as on_progress:
        painting = optimize_still(
            photo,
            styles,
            output,
            encoder=encoder,
            recipe=recipe,
            options=options,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    running.present(painting, summary)
    if running.is_shown:
        print_notes(painting.notes)


def _options(
    beginning: own.Beginning,
    watching: own.Watching,
    running: Running,
    *,
    size: int | None,
    quality: float | None,
    checkpoint_dir: Path,
    restart: bool,
    provenance: bool,
) -> PaintingOptions:
    from rotoscope.optimize.memory import Memory  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.optimize.painting import PaintingOptions  # noqa: PLC0415

    return PaintingOptions(
        size=size,
        start=beginning.made(threads=running.threads),
        masks=beginning.masks,
        quality=quality,
        live=watching.live,
        trace=watching.trace,
        plot=watching.plot,
        checkpoint_dir=checkpoint_dir,
        restart=restart,
        provenance=provenance,
        memory=Memory() if watching.memory is None else Memory.of_gigabytes(watching.memory),
        device=running.device,
        threads=running.threads,
        overwrite=running.overwrite,
    )


def summary(painting: Painting) -> str:
    """``painted.png: 768x512, 300 iterations in 4:12, style 0.0210, content 0.0093, 0.9 MB``."""
    losses = ", ".join(f"{name} {value:.3g}" for name, value in painting.losses.items())
    ended = "" if painting.is_complete else "; stopped, the same command with --overwrite goes on"
    width, height = painting.frame_size
    return (
        f"{painting.output}: {width}x{height}, {painting.iterations} iterations in "
        f"{human_duration(painting.seconds)}, {losses}, {human_size(painting.size_bytes)}{ended}"
    )
