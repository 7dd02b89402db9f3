"""From what was typed to the values the library takes."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rotoscope.filters.controls import Colors
    from rotoscope.media.selection import Selection
    from rotoscope.render.any_look import AnyLook


def make_look(
    filter_names: Sequence[str],
    look_file: str | Path | None = None,
    like: str | Path | None = None,
    *,
    strength: float,
    size: int | None,
    threads: int | None,
    precision: str,
    stroke_scale: float | None = None,
    colors: Colors = "style",
) -> AnyLook:
    """Load filters by name and put them in order, or a look file, or the look of a result.

    Raises:
        typer.BadParameter: more than one way was given, or none.
        RotoscopeError: a filter or the look file is not in order.
    """
    from rotoscope.render.look import Look  # noqa: PLC0415
    from rotoscope.render.looks.building import Overrides  # noqa: PLC0415
    from rotoscope.render.recipe_line import RecipeLine  # noqa: PLC0415
    from rotoscope.standard import load_filter, load_like, load_look  # noqa: PLC0415

    given = [bool(filter_names), look_file is not None, like is not None]
    if sum(given) != 1:
        told = "were given together" if any(given) else "were all left out"
        raise typer.BadParameter(
            f"--filter, --look and --like {told}: give filters by name, one look file, or one result."
        )
    if like is not None:
        if (strength, size, stroke_scale, colors) != (1.0, None, None, "style"):
            raise typer.BadParameter(
                "--like repeats a result as it was; leave --strength, --size, --stroke-scale, --colors out."
            )
        return load_like(like, threads=threads, precision=precision)
    if look_file is not None:
        said = Overrides(strength, size, stroke_scale, None if colors == "style" else colors)
        return load_look(look_file, threads=threads, precision=precision, overrides=said)
    filters = [load_filter(name, threads=threads, precision=precision) for name in filter_names]
    recipe = RecipeLine(
        look=json.dumps({"look": 1, "layers": [{"filter": list(filter_names)}]}),
        filters={name: filter.digest for name, filter in zip(filter_names, filters, strict=True)},
        strength=strength,
        size=size,
        stroke_scale=stroke_scale,
        colors=None if colors == "style" else colors,
    ).to_json()
    return Look(
        filters, strength=strength, size=size, stroke_scale=stroke_scale, colors=colors, recipe=recipe
    )


def make_selection(start: str | None, stop: str | None, every: str | None, fps: str | None) -> Selection:
    """The part of a clip that four options name."""
    from rotoscope.media.selection import Selection  # noqa: PLC0415
    from rotoscope.media.timecode import parse_rate  # noqa: PLC0415

    return Selection(
        start=None if start is None else make_time(start),
        stop=None if stop is None else make_time(stop),
        every=None if every is None else make_time(every),
        fps=None if fps is None else parse_rate(fps),
    )


def make_time(text: str) -> Fraction:
    """Seconds or timecode to seconds."""
    from rotoscope.media.timecode import parse_time  # noqa: PLC0415

    return parse_time(text)
