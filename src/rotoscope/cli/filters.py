"""``rotoscope filters``: the palette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import audition, options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json

if TYPE_CHECKING:
    from rotoscope.filters.kind import OptionInfo
    from rotoscope.palette.entry import PaletteEntry
    from rotoscope.palette.palette import Palette

HELP = """The filters at hand: list, show, suggest, import, export, verify, remove.

Examples:

  rotoscope filters list

  rotoscope filters suggest photo.jpg

  rotoscope filters import old-network.onnx --name candy

  rotoscope filters import checkpoints/fns.ckpt --name propaganda

  rotoscope filters export great-wave great-wave.onnx
"""

Range: TypeAlias = Literal["0..1", "0..255", "-1..1"]
Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="A filter of the palette.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(help=flow(HELP), no_args_is_help=True, rich_markup_mode="rich")
    group.command("list")(list_filters)
    group.command("show")(show)
    audition.register_suggest(group)
    group.command("import")(import_filter)
    group.command("export")(export)
    group.command("verify")(verify)
    group.command("remove")(remove)
    app.add_typer(group, name="filters")


def standard_palette() -> Palette:
    """The palette, imported when a command needs it."""
    from rotoscope.standard import standard_palette as palette  # noqa: PLC0415 - see cli.main

    return palette()


def list_filters(*, as_json: options.AsJson = False) -> None:
    """Name every filter at hand."""
    entries = standard_palette().list()
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        whose = "" if entry.bundled else "  (own)"
        typer.echo(f"{entry.name:<{width}}  {entry.kind:<9}  {entry.problem or entry.title or ''}{whose}")


def show(name: Name, *, as_json: options.AsJson = False) -> None:
    """Tell what is known of one filter."""
    from rotoscope.filters.kinds import KINDS  # noqa: PLC0415

    entry = standard_palette().get(name)
    facts = _summary(entry)
    if entry.card is not None:
        facts["card"] = entry.card.model_dump(mode="json", exclude_none=True)
    if entry.path is None:
        facts["options"] = [_option(info) for info in KINDS[entry.kind].option_infos()]
    if as_json:
        print_json(facts)
        return
    for key, value in _flatten(facts):
        typer.echo(f"{key:<24} {value}")


def import_filter(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A filter file, another maker's ONNX style network, or weights of a known one: a PyTorch or"
            " safetensors state dict, a TensorFlow checkpoint (its folder, one of its files, or their common"
            " name).",
        ),
    ],
    *,
    name: Annotated[
        str | None, typer.Option(help="Its name in the palette; default: from the card or file.")
    ] = None,
    input_range: Annotated[Range | None, typer.Option(help="Values it takes; default: found out.")] = None,
    output_range: Annotated[Range | None, typer.Option(help="Values it gives; default: found out.")] = None,
    bgr: Annotated[bool, typer.Option("--bgr", help="Its color channels run blue, green, red.")] = False,
    title: Annotated[str | None, typer.Option(help="Name for people to read.")] = None,
    author: Annotated[str | None, typer.Option(help="Who made the network.")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="Terms of use of the network.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Bring a filter file, another maker's network or the weights of a known one into the palette."""
    from rotoscope.palette.third_party import ImportOptions  # noqa: PLC0415 - see cli.main

    wanted = ImportOptions(
        input_range=input_range,
        output_range=output_range,
        channels="bgr" if bgr else None,
        title=title,
        author=author,
        license=license_,
    )
    given = None if wanted == ImportOptions() else wanted
    entry = standard_palette().import_file(file, name=name, options=given)
    if as_json:
        print_json(_summary(entry))
        return
    typer.echo(f"{entry.name}: imported to {entry.path}")
    if entry.card is not None and entry.card.imported is not None:
        for finding in entry.card.imported.evidence:
            typer.echo(f"  {finding}")


def export(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, or a folder for NAME.onnx.")],
    *,
    overwrite: options.Overwrite = False,
) -> None:
    """Copy a filter's file out of the palette; it runs in any ONNX runtime."""
    typer.echo(standard_palette().export(name, file, overwrite=overwrite))


def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE]...", help="Default: every filter that has a file."),
    ] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Hold filter files against everything the format promises; exit code 1 where one breaks a promise."""
    palette = standard_palette()
    wanted = names or [entry.name for entry in palette.list() if entry.path is not None]
    reports = [palette.verify(name) for name in wanted]
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            typer.echo(f"{report.name or report.path}: {'in order' if report.passed else 'NOT in order'}")
            for check in report.checks:
                typer.echo(f"  {'ok ' if check.passed else 'BAD'} {check.name}: {check.detail}")
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def remove(name: Name) -> None:
    """Delete one of your own filters."""
    standard_palette().remove(name)
    typer.echo(f"{name}: removed")


def _summary(entry: PaletteEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "version": entry.version,
        "bundled": entry.bundled,
        "title": entry.title,
        "path": None if entry.path is None else str(entry.path),
        "digest": entry.digest,
        "problem": entry.problem,
    }


def _option(info: OptionInfo) -> str:
    by_default = "" if info.default is None else f", by default {info.default}"
    return f"{info.name}: {info.description} ({info.values}{by_default})"


def _flatten(value: object, path: str = "") -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [
            row
            for key, item in value.items()
            for row in _flatten(item, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list):
        return [(path, item) for item in value]
    return [] if value is None else [(path, value)]
