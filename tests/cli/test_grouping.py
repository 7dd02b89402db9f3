"""Groups of options: users see them one by one, commands get them together."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

import typer
from typer.testing import CliRunner

from rotoscope.cli.grouping import Without, grouped
from rotoscope.cli.groups import Rendering, Telling
from rotoscope.render.options import RenderOptions


@dataclass(frozen=True)
class Brush:
    """A group."""

    width: Annotated[int, typer.Option(min=1)] = 5
    soft: Annotated[bool, typer.Option("--soft")] = False


def dab(
    place: Annotated[str, typer.Argument()],
    *,
    first: Annotated[int, typer.Option()] = 1,
    brush: Brush,
    last: Annotated[int, typer.Option()] = 2,
) -> None:
    typer.echo(f"{place} {first} {brush} {last}")


def dot(*, brush: Annotated[Brush, Without("soft")]) -> None:
    typer.echo(f"{brush}")


app = typer.Typer()
app.command("dab")(grouped(dab))
app.command("dot")(grouped(dot))


def told(*arguments: str) -> str:
    return CliRunner().invoke(app, arguments).output


def test_a_command_gets_what_was_typed_and_defaults() -> None:
    assert told("dab", "here", "--soft", "--last", "3") == "here 1 Brush(width=5, soft=True) 3\n"
    assert told("dab", "here", "--width", "7") == "here 1 Brush(width=7, soft=False) 2\n"


def test_bounds_of_options_are_kept() -> None:
    ran = CliRunner().invoke(app, ("dab", "here", "--width", "0"))
    assert ran.exit_code == 2
    assert "--width" in ran.output


def test_help_lists_options_where_their_group_stands() -> None:
    shown = told("dab", "--help")
    places = [shown.index(option) for option in ("--first", "--width", "--soft", "--last")]
    assert places == sorted(places)


def test_an_option_that_a_command_lacks_has_its_default() -> None:
    assert told("dot", "--width", "2") == "Brush(width=2, soft=False)\n"
    assert "No such option: --soft" in told("dot", "--soft")


def test_every_option_of_a_render_can_be_typed() -> None:
    typed = {field.name for field in fields(Rendering)} | Telling().made().keys() | {"credentials"}
    assert typed == {field.name for field in fields(RenderOptions)} - {"frame_log", "store"}
    assert Rendering().made() == RenderOptions()
