"""``rotoscope texture``."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import optimize_options, options, train_options
from rotoscope.cli import texture_options as own
from rotoscope.cli.bar import optimizing_bar, share_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.optimize import load_encoder, parse_layers
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.cli.train import require_torch
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotoscope.media.frame import Pixels
    from rotoscope.optimize.texture_file import MadeTexture
    from rotoscope.render.texture_output import TextureTiming

HELP = """Make a texture of a style image: any size, tileable, still or moving.

After Gatys, Ecker and Bethge 2015: noise is changed, from coarse to fine, until a feature network finds the
style image's statistics in it. A name such as .mp4 or .gif makes a loop that ends where it began. Needs the
extra "train" of the package, and the weights of a feature network, as rotoscope optimize does. With a texture
file (.onnx), which rotoscope train --texture makes, it needs neither and takes a moment. Ctrl-C stops and
writes the texture as it is by then; the same command (with --overwrite) goes on.

Examples:

  rotoscope texture bark.jpg texture.png --size 512x384

  rotoscope texture bark.jpg pattern.png --size 256 --tileable --seed 3

  rotoscope texture bark.jpg living.mp4 --size 256 --duration 4

  rotoscope texture bark.onnx wall.png --size 2048x1024 --seed 7
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("texture", help=flow(HELP))(texture)


def texture(
    style: own.Styles,
    output: own.Output,
    *,
    size: own.Size = "512",
    tileable: own.Tileable = False,
    seed: own.Seed = 0,
    duration: own.Duration = None,
    fps: own.Rate = None,
    movement: own.Movement = None,
    style_size: own.StyleSize = None,
    style_layer: optimize_options.StyleLayers = None,
    style_loss: optimize_options.StyleLoss = None,
    pooling: optimize_options.Pooling = None,
    variation_weight: optimize_options.VariationWeight = None,
    iterations: optimize_options.Iterations = None,
    coarse_iterations: optimize_options.CoarseIterations = None,
    loop_iterations: own.LoopIterations = None,
    features: train_options.Features = None,
    feature_weights: train_options.FeatureWeights = None,
    normalization: train_options.Normalization = None,
    memory: optimize_options.Memory = None,
    restart: optimize_options.Restart = False,
    quality: options.Quality = None,
    device: train_options.Device = "auto",
    threads: options.Threads = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.texture_output import parse_size, texture_timing  # noqa: PLC0415 - see cli.main

    width, height = parse_size(size)
    timing = texture_timing(output, seconds=duration, rate=_rate(fps))
    of_recipe: dict[str, object] = {
        "features": features,
        "style_layers": parse_layers(style_layer),
        "style_loss": style_loss,
        "pooling": pooling,
        "variation_weight": variation_weight,
        "iterations": iterations,
        "coarse_iterations": coarse_iterations,
    }
    if generator := _generator(style):
        of_network = {"feature_weights": feature_weights, "normalization": normalization, "memory": memory}
        of_run = {"style_size": style_size, "loop_iterations": loop_iterations, "restart": restart or None}
        _refuse_given(generator, {**of_run, **of_recipe, **of_network})
        made = _generated(
            generator, output, (width, height), timing, seed=seed, tileable=tileable, movement=movement,
            quality=quality, threads=threads, overwrite=overwrite, shown=not (quiet or as_json),
        )  # fmt: skip
        _present(made, as_json=as_json, quiet=quiet)
        return
    require_torch("Making a texture of a style image")
    from rotoscope.optimize.memory import Memory  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415
    from rotoscope.optimize.texture import DEFAULT_MOVEMENT, Engine, TextureSize  # noqa: PLC0415
    from rotoscope.optimize.texture_file import LOOP_ITERATIONS, TextureOptions, texture_file  # noqa: PLC0415
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    texture_size = TextureSize(width, height, tileable)
    recipe = OptimizeRecipe.of_values(seed=seed, content_weight=0.0, **of_recipe)
    encoder = load_encoder(recipe, settings.cache_dir, feature_weights, normalization)
    with stop_on_interrupt() as should_stop, optimizing_bar(shown=not (quiet or as_json)) as on_progress:
        made = texture_file(
            [StyleSource.parse(text) for text in style],
            output,
            texture_size,
            encoder=encoder,
            recipe=recipe,
            options=TextureOptions(
                timing=timing,
                style_side=style_size,
                movement=DEFAULT_MOVEMENT if movement is None else movement,
                loop_iterations=loop_iterations or LOOP_ITERATIONS,
                quality=quality,
                engine=Engine(
                    memory=Memory() if memory is None else Memory.of_gigabytes(memory),
                    checkpoint_dir=settings.cache_dir / "optimize",
                    restart=restart,
                    on_progress=on_progress,
                    should_stop=should_stop,
                ),
                device=device,
                threads=threads,
                overwrite=overwrite,
            ),
        )
    _present(_told(made), as_json=as_json, quiet=quiet)
    if not (quiet or as_json):
        print_notes(made.notes)


def _generator(styles: list[str]) -> Path | None:
    """The texture file, where one was given instead of style images."""
    files = [text for text in styles if text.lower().endswith(".onnx")]
    if files and len(styles) > 1:
        raise InvalidOptions(
            f"{files[0]} is a texture file, and {len(styles)} things were given to make a texture of; a "
            f"texture file makes one alone."
        )
    return Path(files[0]) if files else None


def _refuse_given(generator: Path, given: dict[str, object]) -> None:
    odd = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if odd:
        raise InvalidOptions(
            f"{', '.join(odd)} says how a texture is made of a style image, but {generator} is a texture "
            f"file, which was trained. Leave it out, or give the style image."
        )


def _generated(
    generator: Path,
    output: Path,
    size: tuple[int, int],
    timing: TextureTiming,
    *,
    seed: int,
    tileable: bool,
    movement: float | None,
    quality: float | None,
    threads: int | None,
    overwrite: bool,
    shown: bool,
) -> dict[str, object]:
    """A texture of a texture file; what is told of it."""
    from rotoscope.render.texture_file import DEFAULT_MOVEMENT, TextureMaker  # noqa: PLC0415
    from rotoscope.render.texture_output import refuse_texture, write_texture  # noqa: PLC0415

    refuse_texture(output, [generator], overwrite=overwrite)
    maker = TextureMaker(generator, threads=threads)
    width, height = size

    def frames() -> Iterator[Pixels]:
        if not timing.is_moving:
            yield maker.still(width, height, seed=seed, tileable=tileable)
            return
        yield from maker.loop(
            width, height, frames=timing.frames, seed=seed, tileable=tileable,
            movement=DEFAULT_MOVEMENT if movement is None else movement,
        )  # fmt: skip

    with share_bar("texture", shown=shown) as update:

        def counted() -> Iterator[Pixels]:
            for done, pixels in enumerate(frames(), start=1):
                yield pixels
                if update is not None:
                    update(done / timing.frames, f"{done}/{timing.frames} frames")

        report = write_texture(output, counted(), timing, quality=quality, overwrite=overwrite)
    return {
        "output": output,
        "frame_size": size,
        "frames": timing.frames,
        "size_bytes": report.size_bytes,
        "texture": maker.card.name,
        "is_complete": True,
    }


def _told(made: MadeTexture) -> dict[str, object]:
    return {
        "output": made.output,
        "frame_size": made.frame_size,
        "frames": made.frames,
        "size_bytes": made.size_bytes,
        "iterations": made.iterations,
        "seconds": made.seconds,
        "losses": made.losses,
        "is_complete": made.is_complete,
        "notes": made.notes,
    }


def _present(told: dict[str, object], *, as_json: bool, quiet: bool) -> None:
    """One line, or JSON."""
    if as_json:
        print_json(told)
    elif not quiet:
        typer.echo(summary(told))


def summary(told: dict[str, object]) -> str:
    """``living.mp4: 256x256, 96 frames, 230 iterations in 4:12, style 0.021, 0.9 MB``."""
    width, height = told["frame_size"]  # pyright: ignore[reportGeneralTypeIssues]
    parts = [f"{width}x{height}"]
    if told["frames"] != 1:
        parts.append(f"{told['frames']} frames")
    if "iterations" in told:
        parts.append(f"{told['iterations']} iterations in {human_duration(float(str(told['seconds'])))}")
        losses = told["losses"]
        assert isinstance(losses, dict)
        parts += [f"{name} {value:.3g}" for name, value in losses.items()]
    else:
        parts.append(str(told["texture"]))
    parts.append(human_size(int(str(told["size_bytes"]))))
    ended = "" if told["is_complete"] else "; stopped, the same command with --overwrite goes on"
    return f"{told['output']}: {', '.join(parts)}{ended}"


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 240:
        raise InvalidOptions(
            f"A rate of {text!r} was given; it is frames a second, above 0 up to 240, such as 24 or "
            f"30000/1001."
        )
    return rate
