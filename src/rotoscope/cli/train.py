"""``rotoscope train``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import training_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, print_json
from rotoscope.errors import InvalidOptions, MissingExtra

if TYPE_CHECKING:
    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.settings import Settings
    from rotoscope.training.content import ContentSet
    from rotoscope.training.progress import Budget
    from rotoscope.training.recipe import Recipe

HELP = """Make a filter of a picture.

Needs the extra "train" (pip install "rotoscope[train]") and the weights of a feature network: fetched from
torchvision's server the first time, or given with --feature-weights. A preview picture is renewed every
minute. Ctrl-C stops and keeps the filter as it is by then; the same command continues an interrupted run.

Examples:

  rotoscope train poster.jpg --name poster --content holiday-photos/

  rotoscope train poster.jpg --name poster --content frames/ --minutes 10 --style-weight 2

  rotoscope stylize drone.mp4 painted.mp4 --filter poster
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("train", help=flow(HELP))(train)


def train(
    style: Annotated[Path, typer.Argument(metavar="STYLE", help="The style image.")],
    *,
    name: Annotated[str, typer.Option(help="The filter's name: words joined by hyphens.")],
    content: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER|VIDEO",
            help="Photographs or footage to learn on; default: built-in procedural pictures.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Filter file; default: into your palette.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", "--budget-minutes", min=0.01, help="How long to train; default: 30."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="How many steps, instead of minutes.")] = None,
    budget_dollars: Annotated[
        float | None, typer.Option(min=0.0001, help="How much to spend, instead of minutes.")
    ] = None,
    rate_per_hour: Annotated[
        float | None, typer.Option(min=0.0001, help="What an hour of this machine costs, for that.")
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A recipe, .toml or .json; default: the built-in one."),
    ] = None,
    style_weight: Annotated[
        float | None, typer.Option(min=0, help="More of the style, less of the photograph; default: 1.")
    ] = None,
    stroke_scale: Annotated[
        float | None,
        typer.Option(min=0.25, max=4, help="Size of strokes; 2 makes them twice as large; default: 1."),
    ] = None,
    features: Annotated[
        Literal["vgg19", "vgg16", "squeezenet1_1"] | None,
        typer.Option(help="Feature network; SqueezeNet is five times as quick and has finer strokes."),
    ] = None,
    feature_weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its weights: .safetensors, or torchvision's .pth.")
    ] = None,
    normalization: Annotated[
        Literal["torchvision", "caffe"] | None,
        typer.Option(help="What the weights expect, for files that do not say."),
    ] = None,
    init_from: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Filter file to start from; default: the bundled great-wave."),
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Start from random numbers: it takes longer.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="For the card: title of the style image.")] = None,
    artist: Annotated[str | None, typer.Option(help="For the card: who made it.")] = None,
    year: Annotated[str | None, typer.Option(help="For the card: when it was made.")] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="For the card: terms of use of the style image.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="For the card: where the style image was found, e.g. an address.")
    ] = None,
    collection: Annotated[
        str | None, typer.Option(help="For the card: museum or collection that holds it.")
    ] = None,
    meaning: Annotated[str | None, typer.Option(help="For the card: why this picture.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="For the card: a word to find it by; repeat.")] = None,
    threads: options.Threads = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    require_torch()
    from rotoscope.filters.card import StyleImage, card_errors  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.settings import load_settings  # noqa: PLC0415
    from rotoscope.training.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.training.made_card import CardWords, require_name  # noqa: PLC0415
    from rotoscope.training.trainer import SessionOptions, train_filter  # noqa: PLC0415

    require_name(name)
    settings = load_settings(os.environ)
    budget = make_budget(steps=steps, minutes=minutes, dollars=budget_dollars, dollars_per_hour=rate_per_hour)
    numbers = make_recipe(recipe, style_weight=style_weight, stroke_scale=stroke_scale, features=features)
    start = choose_start(init_from, numbers, from_scratch=from_scratch)
    with card_errors():
        image = StyleImage(
            title=title, artist=artist, year=year, license=license_, source=source, collection=collection
        )
    place = output or own_filter_file(settings, name)
    preview = Path(f"{name}-preview.png")
    with stop_on_interrupt() as should_stop, training_bar(shown=not (quiet or as_json)) as on_progress:
        result = train_filter(
            style,
            name=name,
            recipe=numbers,
            content=make_content(content, numbers),
            encoder=make_encoder(settings, numbers, feature_weights, normalization),
            output=place,
            budget=budget,
            words=CardWords(style=image, meaning=meaning, tags=tuple(tag or ())),
            checkpoint_dir=settings.cache_dir / "training" / name,
            init_from=start,
            overwrite=overwrite,
            options=SessionOptions(threads=threads, preview=preview),
            on_progress=on_progress,
            should_stop=should_stop,
        )
    if as_json:
        print_json({"output": result.output, "steps": result.steps, "seconds": result.seconds})
    elif not quiet:
        taken = human_duration(result.seconds)
        typer.echo(f"{result.output}: {result.steps} steps in {taken}, preview in {preview}")
        typer.echo(f"try it: rotoscope stylize photo.jpg painted.png --filter {output or name}")


def require_torch() -> None:
    """Say what to install where torch is missing.

    Raises:
        MissingExtra: the extra ``train`` is not installed.
    """
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [package for package in ("torch", "safetensors") if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"Training needs {' and '.join(missing)}, which painting does not: "
            'install the extra with pip install "rotoscope[train]".'
        )


def own_filter_file(settings: Settings, name: str) -> Path:
    """Where a filter of that name lies in the user's palette; its folder is made."""
    settings.filters_dir.mkdir(parents=True, exist_ok=True)
    return settings.filters_dir / f"{name}.onnx"


def make_budget(
    *, steps: int | None, minutes: float | None, dollars: float | None, dollars_per_hour: float | None
) -> Budget:
    """How long to train, from what was said.

    Raises:
        InvalidOptions: a sum without a rate, a rate without a sum, or more than one way of saying it.
    """
    from rotoscope.training.progress import Budget  # noqa: PLC0415

    if (dollars is None) != (dollars_per_hour is None):
        raise InvalidOptions(
            "--budget-dollars and --rate-per-hour belong together: how much to spend, and what an hour costs."
        )
    if dollars is not None and dollars_per_hour is not None:
        if minutes is not None:
            raise InvalidOptions("Give --minutes or --budget-dollars, not both.")
        minutes = 60 * dollars / dollars_per_hour
    return Budget.of(steps=steps, minutes=minutes)


def make_recipe(
    file: Path | None, *, style_weight: float | None, stroke_scale: float | None, features: str | None
) -> Recipe:
    """The recipe of a file or the built-in one, with what was said on the command line."""
    from rotoscope.training.recipe import Recipe  # noqa: PLC0415

    base = Recipe() if file is None else Recipe.load(file)
    style_side = None if stroke_scale is None else round(base.style_side * stroke_scale)
    given = {"style_weight": style_weight, "style_side": style_side, "features": features}
    return base.revised({key: value for key, value in given.items() if value is not None})


def choose_start(given: Path | None, recipe: Recipe, *, from_scratch: bool) -> Path | None:
    """The filter file to start from: the given one, or the bundled one if its network is of that size.

    Raises:
        InvalidOptions: a file was given, and that none is to be used.
    """
    if from_scratch:
        if given is not None:
            raise InvalidOptions("Give --init-from or --from-scratch, not both.")
        return None
    from rotoscope.training.start import bundled_start  # noqa: PLC0415

    return given or bundled_start(recipe)


def make_content(source: Path | None, recipe: Recipe) -> ContentSet:
    """The photographs of a folder, the frames of a video, or the built-in pictures."""
    from rotoscope.training.content import load_content, procedural_content  # noqa: PLC0415

    return procedural_content(recipe) if source is None else load_content(source, recipe)


def make_encoder(
    settings: Settings, recipe: Recipe, weights: Path | None, normalization: str | None
) -> FeatureNetwork:
    """The recipe's feature network, with the weights of a file or fetched ones."""
    from rotoscope.training.weights import fetch_feature_network, load_feature_network  # noqa: PLC0415

    if weights is not None:
        return load_feature_network(weights, architecture=recipe.features, normalization=normalization)
    return fetch_feature_network(recipe.features, cache_dir=settings.cache_dir)
