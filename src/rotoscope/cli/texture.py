"""``rotoscope texture``."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import optimize_options, options
from rotoscope.cli import texture_options as own
from rotoscope.cli.bar import optimizing_bar, share_bar
from rotoscope.cli.feature_network import FeatureChoice, Running, require_torch
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, human_size, print_notes
from rotoscope.cli.remote.running import remotely
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rotoscope.media.frame import Pixels
    from rotoscope.optimize.texture_file import MadeTexture

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
    app.command("texture", help=flow(HELP))(grouped(remotely(texture)))


def texture(
    style: own.Styles,
    output: own.Output,
    *,
    wanted: own.Wanted,
    synthesis: own.Synthesis,
    network: FeatureChoice,
    memory: optimize_options.Memory = None,
    restart: optimize_options.Restart = False,
    quality: options.Quality = None,
    running: Running,
) -> None:
    """Parse, call, present."""
    if generator := _generator(style):
        of_run = {"memory": memory, "restart": restart or None}
        _refuse_given(generator, {**asdict(synthesis), **asdict(network), **of_run})
        running.present(_generated(generator, output, wanted, quality=quality, running=running), summary)
        return
    require_torch("Making a texture of a style image")
    made = _synthesized(
        style,
        output,
        wanted,
        synthesis,
        network,
        memory=memory,
        restart=restart,
        quality=quality,
        running=running,
    )
    running.present(_told(made), summary)
    if running.is_shown:
        print_notes(made.notes)


def _synthesized(
    styles: Sequence[str],
    output: Path,
    wanted: own.Wanted,
    synthesis: own.Synthesis,
    network: FeatureChoice,
    *,
    memory: float | None,
    restart: bool,
    quality: float | None,
    running: Running,
) -> MadeTexture:
    """A texture of style images."""
    from rotoscope.optimize.memory import Memory  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415
    from rotoscope.optimize.texture import DEFAULT_MOVEMENT, Engine, TextureSize  # noqa: PLC0415
    from rotoscope.optimize.texture_file import LOOP_ITERATIONS, TextureOptions, texture_file  # noqa: PLC0415
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    size, timing = TextureSize(*wanted.frame_size, wanted.tileable), wanted.timing(output)
    recipe = OptimizeRecipe.of_values(
        seed=wanted.seed, content_weight=0.0, features=network.features, **synthesis.values()
    )
    encoder = network.for_optimizing(recipe, settings.cache_dir)
    with stop_on_interrupt() as should_stop, optimizing_bar(shown=running.is_shown) as on_progress:
        engine = Engine(
            memory=Memory() if memory is None else Memory.of_gigabytes(memory),
            checkpoint_dir=settings.cache_dir / "optimize",
            restart=restart,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        texture_options = TextureOptions(
            timing=timing,
            style_side=synthesis.style_size,
            movement=DEFAULT_MOVEMENT if wanted.movement is None else wanted.movement,
            loop_iterations=synthesis.loop_iterations or LOOP_ITERATIONS,
            quality=quality,
            engine=engine,
            device=running.device,
            threads=running.threads,
            overwrite=running.overwrite,
        )
        sources = [StyleSource.parse(text) for text in styles]
        return texture_file(sources, output, size, encoder=encoder, recipe=recipe, options=texture_options)


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
    generator: Path, output: Path, wanted: own.Wanted, *, quality: float | None, running: Running
) -> dict[str, object]:
    """A texture of a texture file; what is told of it."""
    from rotoscope.render.texture_file import DEFAULT_MOVEMENT, TextureMaker  # noqa: PLC0415
    from rotoscope.render.texture_output import refuse_texture, write_texture  # noqa: PLC0415

    (width, height), timing = wanted.frame_size, wanted.timing(output)
    refuse_texture(output, [generator], overwrite=running.overwrite)
    maker = TextureMaker(generator, threads=running.threads)

    def frames() -> Iterator[Pixels]:
        seed, tileable = wanted.seed, wanted.tileable
        if not timing.is_moving:
            yield maker.still(width, height, seed=seed, tileable=tileable)
            return
        movement = DEFAULT_MOVEMENT if wanted.movement is None else wanted.movement
        yield from maker.loop(
            width, height, frames=timing.frames, seed=seed, tileable=tileable, movement=movement
        )

    with share_bar("texture", shown=running.is_shown) as update:

        def counted() -> Iterator[Pixels]:
            for done, pixels in enumerate(frames(), start=1):
                yield pixels
                if update is not None:
                    update(done / timing.frames, f"{done}/{timing.frames} frames")

        report = write_texture(output, counted(), timing, quality=quality, overwrite=running.overwrite)
    return {
        "output": output,
        "frame_size": (width, height),
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
