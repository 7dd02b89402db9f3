"""``rotoscope train``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import train_options
from rotoscope.cli.bar import training_bar
from rotoscope.cli.feature_network import FeatureChoice, Running, require_torch
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, print_json
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.train_groups import Beginning, CardChoice, Numbers, Spending
from rotoscope.cli.train_plans import make_plans
from rotoscope.cli.train_texture import refuse_for_texture, train_texture_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.settings import Settings
    from rotoscope.training.content import ContentSet
    from rotoscope.training.recipe import Recipe
    from rotoscope.training.trainer import TrainingResult

HELP = """Make a filter of a picture, or of several.

Needs the extra "train" of the package, and the weights of a feature network: fetched from torchvision's
server the first time, or given with --feature-weights. A preview picture is renewed every
minute. A run ends before its time when its losses are flat. Ctrl-C stops and keeps the filter as it is by
then; the same command continues an interrupted run. With --texture it makes a texture file, NAME.onnx, for
rotoscope texture; such a run is not continued.

Examples:

  rotoscope train poster.jpg --name poster --content holiday-photos/

  rotoscope train poster.jpg --name poster --content frames/ --minutes 10 --style-weight 2

  rotoscope train wave.jpg:2 poster.jpg@0,0.5,1,0.5 --name wave-and-poster --content photos/

  rotoscope train sea.jpg sky.jpg woods.jpg --name northern --family --content photos/

  rotoscope stylize drone.mp4 painted.mp4 --filter poster

  rotoscope train bark.jpg --name bark --texture --minutes 20
"""

WHY_IT_ENDED = {
    "budget": "its whole budget",
    "flat": "its losses were flat, so it ended early",
    "request": "stopped; the same command goes on",
}
"""What is said of a run, by :class:`~rotoscope.training.progress.StopReason`."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("train", help=flow(HELP))(grouped(remotely(train)))


def train(
    style: train_options.Styles,
    *,
    name: train_options.Name,
    family: train_options.Family = False,
    texture: train_options.Texture = False,
    content: train_options.Content = None,
    output: train_options.Output = None,
    spending: Spending,
    numbers: Numbers,
    network: FeatureChoice,
    beginning: Beginning,
    card: CardChoice,
    running: Running,
) -> None:
    """Parse, call, present."""
    require_torch()
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.training.run import SessionOptions  # noqa: PLC0415
    from rotoscope.training.trainer import train_filters  # noqa: PLC0415

    settings = load_settings(os.environ)
    if texture:
        refuse_for_texture(spending, numbers, beginning, card, family=family, content=content)
        _train_texture(style, name, output, spending, numbers, network, running, settings)
        return
    plans = make_plans(
        style, name=name, is_family=family, output=output, palette=settings.filters_dir, card=card
    )
    budget, recipe = spending.budget(), numbers.made(features=network.features)
    start = beginning.file()
    preview = Path(f"{name}-preview.png")
    session = SessionOptions(
        device=running.device,
        threads=running.threads,
        preview=preview,
        dollars_per_hour=spending.rate_per_hour,
    )
    with stop_on_interrupt() as should_stop, training_bar(shown=running.is_shown) as on_progress:
        results = train_filters(
            plans,
            recipe=recipe,
            content=make_content(content, recipe),
            encoder=network.for_training(recipe, settings.cache_dir),
            budget=budget,
            checkpoint_dir=settings.cache_dir / "training" / name,
            init_from=start,
            overwrite=running.overwrite,
            options=session,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    if running.as_json:
        print_json(_facts(results))
    elif not running.quiet:
        _present(results, preview=preview, is_in_palette=output is None)


def _train_texture(
    styles: Sequence[str],
    name: str,
    output: Path | None,
    spending: Spending,
    numbers: Numbers,
    network: FeatureChoice,
    running: Running,
    settings: Settings,
) -> None:
    plain = Numbers().made(features=network.features)
    train_texture_file(
        styles,
        name=name,
        output=output,
        budget=spending.budget(),
        stroke_scale=numbers.stroke_scale,
        encoder=network.for_training(plain, settings.cache_dir),
        running=running,
    )


def _facts(results: Sequence[TrainingResult]) -> dict[str, object]:
    first, *more = results
    outputs = [result.output for result in results]
    return {
        **({"outputs": outputs} if more else {"output": first.output}),
        "steps": first.steps,
        "seconds": first.seconds,
        "dollars": first.dollars,
        "stopped_by": first.stopped_by,
    }


def _present(results: Sequence[TrainingResult], *, preview: Path, is_in_palette: bool) -> None:
    first, *more = results
    taken = human_duration(first.seconds)
    if first.dollars is not None:
        taken += f" for ${first.dollars:.2f}"
    outputs = ", ".join(str(result.output) for result in results)
    why = WHY_IT_ENDED[first.stopped_by]
    typer.echo(f"{outputs}: {first.steps} steps in {taken} ({why}), preview in {preview}")
    specs = [result.card.name if is_in_palette else str(result.output) for result in (first, *more[:1])]
    spec = "+".join(f"{one}:0.5" for one in specs) if more else specs[0]
    typer.echo(f"try it: rotoscope stylize photo.jpg painted.png --filter {spec}")


def make_content(source: Path | None, recipe: Recipe) -> ContentSet:
    """The photographs of a folder, the frames of a video, or the built-in pictures."""
    from rotoscope.training.content import load_content, procedural_content  # noqa: PLC0415

    return procedural_content(recipe) if source is None else load_content(source, recipe)
