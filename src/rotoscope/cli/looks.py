"""``rotoscope look``: look files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json, print_notes
from rotoscope.cli.requests import make_time

HELP = """Looks that are files: layers of filters with masks, that change over time.

Examples:

  rotoscope look init dusk.yaml

  rotoscope look validate dusk.yaml

  rotoscope look preview dusk.yaml drone.mp4 -o sheet.png

  rotoscope stylize drone.mp4 painted.mp4 --look dusk.yaml
"""

INIT_HELP = """Write a look file to start from, with comments; it paints as it is.

Example:

  rotoscope look init dusk.yaml
"""

VALIDATE_HELP = """Say what is wrong with a look file, with line and key; exit code 1 where something is.

Example:

  rotoscope look validate dusk.yaml
"""

PREVIEW_HELP = """Paint the frames at a look's keyframes on a contact sheet, below the photographs.

Examples:

  rotoscope look preview dusk.yaml drone.mp4 -o sheet.png

  rotoscope look preview dusk.yaml drone.mp4 -o sheet.png --at 0:02 --at 0:05
"""

LookFile: TypeAlias = Annotated[Path, typer.Argument(metavar="LOOK", help="A look file (YAML).")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(help=flow(HELP), no_args_is_help=True, rich_markup_mode="rich")
    group.command("init", help=flow(INIT_HELP))(init)
    group.command("validate", help=flow(VALIDATE_HELP))(validate)
    group.command("preview", help=flow(PREVIEW_HELP))(preview)
    app.add_typer(group, name="look")


def init(
    path: Annotated[Path, typer.Argument(metavar="LOOK", help="Name of the file, e.g. dusk.yaml.")],
    *,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.looks.starting import write_starting_look  # noqa: PLC0415 - see cli.main

    write_starting_look(path, overwrite=overwrite)
    if as_json:
        print_json({"output": path})
    else:
        typer.echo(f"{path}: a look to start from; try `rotoscope look preview {path} CLIP -o sheet.png`")


def validate(path: LookFile, *, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.errors import InvalidLook  # noqa: PLC0415
    from rotoscope.standard import load_look  # noqa: PLC0415

    try:
        look = load_look(path)
    except InvalidLook as error:
        if not error.faults:
            raise
        if as_json:
            print_json({"look": path, "is_valid": False, "faults": error.faults})
        else:
            for fault in error.faults:
                typer.echo(f"{path}: {fault}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        print_json({"look": path, "is_valid": True, "faults": [], "description": look.description})
    else:
        typer.echo(f"{path}: {look.description}, in order")


def preview(
    path: LookFile,
    source: options.Source,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The sheet: .png, .jpg, .webp or .tif.")
    ] = Path("sheet.png"),
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME", help="A moment to show; give it several times. Default: where the look changes."
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415
    from rotoscope.media.frame import Frame  # noqa: PLC0415
    from rotoscope.media.stills_writer import StillWriter  # noqa: PLC0415
    from rotoscope.render.looks.sheet import look_sheet  # noqa: PLC0415
    from rotoscope.standard import load_look  # noqa: PLC0415

    look = load_look(path)
    times = [make_time(text) for text in at or ()]
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        with progress_bar(shown=not (quiet or as_json)) as on_progress:
            sheet = look_sheet(look, source, times=times, on_progress=on_progress)
        writer.write(Frame(sheet, index=0, pts=0, time_base=make_time("1")))
        report = writer.close()
    if as_json:
        print_json(report)
    elif not quiet:
        typer.echo(f"{report.path}: {look.description}, {human_size(report.size_bytes)}")
        print_notes(report.notes)
