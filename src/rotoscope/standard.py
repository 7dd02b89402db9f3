"""The palette of this machine's user, for those who do not want to say where things are."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rotoscope.errors import RecipeMismatch
from rotoscope.filters.base import Filter
from rotoscope.palette.palette import Palette
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.building import Overrides, build_look, open_look
from rotoscope.render.looks.reading import parse_look
from rotoscope.render.recipe_line import RecipeLine, load_same, read_recipe
from rotoscope.render.segments.store import SegmentStore
from rotoscope.settings import load_settings


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
