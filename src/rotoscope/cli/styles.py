"""``rotoscope styles``: pictures to make filters of, drawn here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json, print_notes

HELP = """Style images that Rotoscope draws itself: list, render, sheet.

Filters can be trained on them without asking anybody.

Examples:

  rotoscope styles list

  rotoscope styles render circuit-board circuits.png

  rotoscope styles sheet styles.jpg
"""

Still: TypeAlias = Annotated[
    Path, typer.Argument(metavar="OUTPUT", help="A still to write: .png, .jpg, .webp or .tif.")
]
Seed: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Another seed draws another picture in the same style.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(help=flow(HELP), no_args_is_help=True, rich_markup_mode="rich")
    group.command("list")(list_styles)
    group.command("render")(render)
    group.command("sheet")(sheet)
    app.add_typer(group, name="styles")


def list_styles(*, as_json: options.AsJson = False) -> None:
    """Name every style image that can be drawn, and what it means."""
    from rotoscope.styles.registry import STYLES  # noqa: PLC0415 - see cli.main

    styles = list(STYLES.values())
    if as_json:
        print_json(
            [
                {"name": one.name, "title": one.title, "category": one.category, "meaning": one.meaning}
                for one in styles
            ]
        )
        return
    width, shelf = max(len(one.name) for one in styles), max(len(one.category) for one in styles)
    for one in styles:
        typer.echo(f"{one.name:<{width}}  {one.category:<{shelf}}  {one.meaning}")


def render(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A style; see list.")],
    output: Still,
    *,
    side: Annotated[int, typer.Option(metavar="PX", help="Width and height, 64 to 2048.")] = 768,
    seed: Seed = 0,
    overwrite: options.Overwrite = False,
) -> None:
    """Draw one style image."""
    from rotoscope.render.style_pictures import write_style  # noqa: PLC0415 - see cli.main

    report = write_style(name, output, side=side, seed=seed, overwrite=overwrite)
    typer.echo(f"{report.path}: {name}, {side}x{side}, {human_size(report.size_bytes)}")
    print_notes(report.notes)


def sheet(output: Still, *, seed: Seed = 0, overwrite: options.Overwrite = False) -> None:
    """Draw every style image, small, on one sheet with their names."""
    from rotoscope.render.style_pictures import write_style_sheet  # noqa: PLC0415 - see cli.main

    report = write_style_sheet(output, seed=seed, overwrite=overwrite)
    typer.echo(f"{report.path}: {human_size(report.size_bytes)}")
    print_notes(report.notes)
