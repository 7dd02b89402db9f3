"""The palette of this machine's user, for those who do not want to say where things are."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Final

from rotoscope.economics.plans import Plan
from rotoscope.economics.quotes import Quote, chosen_plan, priced
from rotoscope.economics.rates import Rates, rates_of_settings
from rotoscope.economics.usage import Usage
from rotoscope.errors import RecipeMismatch
from rotoscope.filters.base import Filter
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.motion.flicker import WIDTH
from rotoscope.palette.palette import Palette
from rotoscope.render.any_look import AnyLook
from rotoscope.render.library import painted_name
from rotoscope.render.looks.building import Overrides, build_look, open_look
from rotoscope.render.looks.reading import parse_look
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.photographs import are_photographs
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.quoting import Measured, measure_render
from rotoscope.render.quoting_library import measure_library
from rotoscope.render.recipe_line import RecipeLine, load_same, read_recipe
from rotoscope.render.score import FRAMES, Score
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import DEFAULT_ENCODER
from rotoscope.settings import Settings, load_settings
from rotoscope.training import scoring


def standard_palette() -> Palette:
    """The bundled filters and the user's own, where the platform (or ``ROTOSCOPE_DATA_DIR``) keeps them."""
    return Palette(load_settings(os.environ).filters_dir)


def standard_store() -> SegmentStore:
    """Where the command line keeps finished segments; see :func:`rotoscope.render.stylize.stylize`."""
    return SegmentStore(load_settings(os.environ).segments_dir)


def load_filter(spec: str, *, precision: str = "auto", threads: int | None = None) -> Filter:
    """A filter of the standard palette, ready to paint.

    Args:
        spec: as typed after ``--filter``: ``great-wave``, ``posterize:levels=4``, ``./own.onnx``.
        precision: ``auto``, ``f32`` or ``bf16``.
        threads: threads that paint one picture; None: one a core.

    Raises:
        UnknownFilter: no filter of that name; the nearest are named.
        RotoscopeError: its file is not in order, or an option is not known.
    """
    return standard_palette().load(spec, precision=precision, threads=threads)


def load_look(
    path: str | Path,
    *,
    precision: str = "auto",
    threads: int | None = None,
    overrides: Overrides | None = None,
) -> AnyLook:
    """The look of a look file, ready to paint with filters of the standard palette.

    Args:
        path: a YAML file; docs/how-to/look-files.md says what is in it.
        precision: ``auto``, ``f32`` or ``bf16``.
        threads: threads that paint one picture; None: one a core.
        overrides: what is to be otherwise than in the file.

    Raises:
        InvalidLook: the file is not in order; every fault is named with its line.
    """
    load = partial(standard_palette().load, precision=precision, threads=threads)
    return open_look(Path(path), load, overrides=overrides or Overrides())


def load_like(
    result: str | Path,
    *,
    precision: str = "auto",
    threads: int | None = None,
) -> AnyLook:
    """The look that a result of Rotoscope was painted with, as its tags say.

    Raises:
        RecipeMismatch: the result does not say how it was made, or a filter or a mask is not at hand or has
            changed since.
        OpenError: the result cannot be opened.
    """
    path = Path(result)
    recipe = read_recipe(path)
    load = partial(standard_palette().load, precision=precision, threads=threads)
    loaded = load_same(recipe, load, result=path)
    overrides = Overrides(recipe.strength, recipe.size, recipe.stroke_scale, recipe.colors)
    text = parse_look(recipe.look, name=f"the look of {path}")
    look = build_look(text, path.parent, lambda spec: loaded.get(spec) or load(spec), overrides=overrides)
    if look.recipe is None or RecipeLine.model_validate_json(look.recipe).digest != recipe.digest:
        raise RecipeMismatch(
            f"{path} was painted with masks or arithmetic that have changed since. Paint with a look file."
        )
    return look


def score(
    source: str | Path,
    result: str | Path,
    *,
    base: str | Path | None = None,
    frames: int = FRAMES,
    skip: int = 0,
    width: int = WIDTH,
    style: str | Path | None = None,
    feature_weights: str | Path | None = None,
    normalization: str | None = None,
    on_progress: ProgressCallback | None = None,
) -> Score:
    """Measure how much a painted clip flickers, how sharp it is, and how much style it has.

    Args:
        source: what was painted.
        result: the painting, with as many frames; of another size, it is scaled to the source's.
        base: the same filter frame by frame: what would be without any steadying.
        frames: how many are measured.
        skip: how many are left out before; drift shows after hundreds.
        width: pixels at which flicker is measured.
        style: the style image; None: that of the filter, where Rotoscope can draw it itself.
        feature_weights: VGG-19's, as training takes them; None: those that a training has fetched, if any.
        normalization: how pictures are prepared for them, where the file does not say.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: the clips do not belong together, nothing in them can be followed, a number is outside
            what is allowed, or style was asked for without weights.
        RotoscopeError: something cannot be read; see :mod:`rotoscope.errors`.
    """
    settings = load_settings(os.environ)
    weights = None if feature_weights is None else Path(feature_weights)
    return scoring.score(
        source,
        result,
        palette=Palette(settings.filters_dir),
        cache_dir=settings.cache_dir,
        base=base,
        frames=frames,
        skip=skip,
        width=width,
        style=None if style is None else Path(style),
        features=scoring.Features(weights, normalization),
        on_progress=on_progress,
    )


_FREE: Final = (
    "nothing has a price here: name a rates file with ROTOSCOPE_RATES, or give the price of an hour in "
    "ROTOSCOPE_RATE"
)


def standard_rates(settings: Settings | None = None) -> Rates:
    """What things cost here: the file that ``ROTOSCOPE_RATES`` names, or the one price of ``ROTOSCOPE_RATE``.

    Args:
        settings: where it says so; None: the environment.

    Raises:
        InvalidRates: the file is not there, or not in order.
        InvalidOptions: the one price is none.
    """
    return rates_of_settings(settings or load_settings(os.environ))


def quote(
    source: str | Path,
    look: AnyLook,
    *,
    output: str | Path | None = None,
    selection: Selection = WHOLE_CLIP,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    options: RenderOptions = DEFAULT_OPTIONS,
    rates: Rates | None = None,
    plan: str | None = None,
    on_progress: ProgressCallback | None = None,
) -> Quote:
    """Say what painting takes, costs and is sold for, by painting a few frames of this source with this look.

    Args:
        source: a video, an animation, a still, a folder of stills, or a folder of videos and photographs.
        look: what would be painted.
        output: the name that the result would have, which decides its kind; nothing is written there. None:
            of the source's own kind; of a folder, another folder.
        selection: which part, and at what rate.
        encoder: codec and quality.
        options: how the source would be read and rendered.
        rates: what things cost; None: :func:`standard_rates`.
        plan: name of the price plan; None: the only one of the rates, or at cost.
        on_progress: called after every sampled frame.

    Raises:
        InvalidRates: the rates are not in order, or there is no such plan.
        RotoscopeError: what painting would raise; see :mod:`rotoscope.errors`.
    """
    rates = standard_rates() if rates is None else rates
    by = chosen_plan(rates, plan)
    path = Path(source)
    named = Path("painted" if path.is_dir() else painted_name(path, True)) if output is None else Path(output)
    if are_photographs(path, named, selection):
        found = measure_library(path, look, encoder=encoder, options=options, on_progress=on_progress)
    else:
        found = measure_render(
            source,
            named,
            look,
            selection=selection,
            encoder=encoder,
            options=options,
            on_progress=on_progress,
        )
    return _priced_quote(str(source), found, rates, by)


def _priced_quote(work: str, found: Measured, rates: Rates, by: Plan | None) -> Quote:
    """What was measured, with its prices."""
    prices = priced(
        found.cpu_seconds,
        lambda seconds: Usage(
            cpu_seconds=seconds, pictures=found.pictures, video_seconds=found.video_seconds
        ),
        rates,
        by,
    )
    return Quote(
        work=work,
        look=found.look,
        frames=found.frames,
        video_seconds=float(found.video_seconds),
        sampled_frames=found.sampled_frames,
        cpu_seconds=found.cpu_seconds,
        elapsed_seconds=found.elapsed_seconds,
        currency=rates.currency,
        cost=prices.cost,
        retail=prices.retail,
        wholesale=prices.wholesale,
        plan=None if by is None else by.name,
        notes=(*found.notes, *(() if any(rates.costs.values()) else (_FREE,))),
    )
