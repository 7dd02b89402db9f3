"""The palette of this machine's user, for those who do not want to say where things are."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rotoscope.errors import RecipeMismatch
from rotoscope.filters.base import Filter
from rotoscope.motion.flicker import WIDTH
from rotoscope.palette.palette import Palette
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.building import Overrides, build_look, open_look
from rotoscope.render.looks.reading import parse_look
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.recipe_line import RecipeLine, load_same, read_recipe
from rotoscope.render.score import FRAMES, Score
from rotoscope.render.segments.store import SegmentStore
from rotoscope.settings import load_settings
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
