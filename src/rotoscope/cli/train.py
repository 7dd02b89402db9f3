"""``rotoscope train``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import options, train_options
from rotoscope.cli.bar import training_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, print_json
from rotoscope.cli.train_plans import CardOptions, make_plans
from rotoscope.cli.train_texture import refuse_for_texture, train_texture_file
from rotoscope.errors import InvalidOptions, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.settings import Settings
    from rotoscope.training.content import ContentSet
    from rotoscope.training.progress import Budget
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
    app.command("train", help=flow(HELP))(train)


def train(
    style: train_options.Styles,
    *,
    name: train_options.Name,
    family: train_options.Family = False,
    texture: train_options.Texture = False,
    content: train_options.Content = None,
    output: train_options.Output = None,
    minutes: train_options.Minutes = None,
    steps: train_options.Steps = None,
    budget_dollars: train_options.Dollars = None,
    rate_per_hour: train_options.Rate = None,
    recipe: train_options.RecipeFile = None,
    size: train_options.Size = None,
    style_weight: train_options.StyleWeight = None,
    stroke_scale: train_options.StrokeScale = None,
    colors: train_options.Colors = None,
    features: train_options.Features = None,
    feature_weights: train_options.FeatureWeights = None,
    normalization: train_options.Normalization = None,
    init_from: train_options.InitFrom = None,
    from_scratch: train_options.FromScratch = False,
    title: train_options.Title = None,
    artist: train_options.Artist = None,
    year: train_options.Year = None,
    license_: train_options.License = None,
    source: train_options.Source = None,
    collection: train_options.Collection = None,
    thumbnail: train_options.Thumbnail = False,
    meaning: train_options.Meaning = None,
    tag: train_options.Tags = None,
    device: train_options.Device = "auto",
    threads: options.Threads = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    require_torch()
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.training.run import SessionOptions  # noqa: PLC0415
    from rotoscope.training.trainer import train_filters  # noqa: PLC0415

    settings = load_settings(os.environ)
    if texture:
        refuse_for_texture(
            family=family,
            content=content,
            budget_dollars=budget_dollars,
            rate_per_hour=rate_per_hour,
            recipe=recipe,
            size=size,
            style_weight=style_weight,
            colors=colors,
            init_from=init_from,
            from_scratch=from_scratch,
            title=title,
            artist=artist,
            year=year,
            license=license_,
            source=source,
            collection=collection,
            thumbnail=thumbnail,
            meaning=meaning,
            tag=tag,
        )
        train_texture_file(
            style,
            name=name,
            output=output,
            budget=make_budget(steps=steps, minutes=minutes, dollars=None, dollars_per_hour=None),
            stroke_scale=stroke_scale,
            encoder=make_encoder(
                settings,
                make_recipe(None, style_weight=None, stroke_scale=None, features=features),
                feature_weights,
                normalization,
            ),
            device=device,
            threads=threads,
            overwrite=overwrite,
            as_json=as_json,
            quiet=quiet,
        )
        return
    of_styles = {"title": title, "artist": artist, "year": year, "license": license_, "source": source}
    card = CardOptions({**of_styles, "collection": collection}, meaning, tuple(tag or ()), thumbnail)
    plans = make_plans(
        style, name=name, is_family=family, output=output, palette=settings.filters_dir, card=card
    )
    budget = make_budget(steps=steps, minutes=minutes, dollars=budget_dollars, dollars_per_hour=rate_per_hour)
    numbers = make_recipe(
        recipe,
        style_weight=style_weight,
        stroke_scale=stroke_scale,
        colors=colors,
        features=features,
        size=size,
    )
    start = choose_start(init_from, from_scratch=from_scratch)
    preview = Path(f"{name}-preview.png")
    session = SessionOptions(device=device, threads=threads, preview=preview, dollars_per_hour=rate_per_hour)
    with stop_on_interrupt() as should_stop, training_bar(shown=not (quiet or as_json)) as on_progress:
        results = train_filters(
            plans,
            recipe=numbers,
            content=make_content(content, numbers),
            encoder=make_encoder(settings, numbers, feature_weights, normalization),
            budget=budget,
            checkpoint_dir=settings.cache_dir / "training" / name,
            init_from=start,
            overwrite=overwrite,
            options=session,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    if as_json:
        print_json(_facts(results))
    elif not quiet:
        _present(results, preview=preview, is_in_palette=output is None)


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


def require_torch(work: str = "Training") -> None:
    """Say what to install where torch is missing.

    Args:
        work: what needs it, as a sentence begins.

    Raises:
        MissingExtra: the extra ``train`` is not installed.
    """
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [package for package in ("torch", "safetensors") if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"{work} needs {' and '.join(missing)}, which painting does not: "
            'install the extra with pip install "rotoscope[train]".'
        )


def make_budget(
    *, steps: int | None, minutes: float | None, dollars: float | None, dollars_per_hour: float | None
) -> Budget:
    """How long to train, from what was said.

    Raises:
        InvalidOptions: a sum without a rate, or more than one way of saying it.
    """
    from rotoscope.training.progress import Budget  # noqa: PLC0415

    if dollars is not None:
        if dollars_per_hour is None:
            raise InvalidOptions(
                "--budget-dollars says how much to spend; --rate-per-hour, what an hour costs, belongs to it."
            )
        if minutes is not None:
            raise InvalidOptions("Give --minutes or --budget-dollars, not both.")
        minutes = 60 * dollars / dollars_per_hour
    return Budget.of(steps=steps, minutes=minutes)


def make_recipe(
    file: Path | None,
    *,
    style_weight: float | None,
    stroke_scale: float | None,
    features: str | None,
    colors: str | None = None,
    size: str | None = None,
) -> Recipe:
    """The recipe of a file or the built-in one, with what was said on the command line."""
    from rotoscope.networks.style_network import SIZES  # noqa: PLC0415
    from rotoscope.training.recipe import Recipe  # noqa: PLC0415

    base = Recipe() if file is None else Recipe.load(file)
    if size is not None:
        base = base.of_size(SIZES[size])
    style_side = None if stroke_scale is None else round(base.style_side * stroke_scale)
    given = {
        "style_weight": style_weight,
        "style_side": style_side,
        "colors": colors,
        "features": features,
    }
    return base.revised({key: value for key, value in given.items() if value is not None})


def choose_start(given: Path | None, *, from_scratch: bool) -> Path | None:
    """The filter file to start from: the given one, or the bundled one.

    Raises:
        InvalidOptions: a file was given, and that none is to be used.
    """
    if from_scratch:
        if given is not None:
            raise InvalidOptions("Give --init-from or --from-scratch, not both.")
        return None
    from rotoscope.training.start import BUNDLED_START  # noqa: PLC0415

    return given or BUNDLED_START


def make_content(source: Path | None, recipe: Recipe) -> ContentSet:
    """The photographs of a folder, the frames of a video, or the built-in pictures."""
    from rotoscope.training.content import load_content, procedural_content  # noqa: PLC0415

    return procedural_content(recipe) if source is None else load_content(source, recipe)


def make_encoder(
    settings: Settings, recipe: Recipe, weights: Path | None, normalization: str | None
) -> FeatureNetwork:
    """The recipe's feature network, with the weights of a file or fetched ones."""
    from rotoscope.networks.weights import fetch_feature_network, load_feature_network  # noqa: PLC0415

    if weights is not None:
        return load_feature_network(weights, architecture=recipe.features, normalization=normalization)
    return fetch_feature_network(recipe.features, cache_dir=settings.cache_dir)
