"""``rotoscope files``: the files of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import share_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json
from rotoscope.cli.remote.places import teller
from rotoscope.cli.remote.server import ServerChoice

HELP = """Files of a server, by URI: its own ones (data://), and those of places that were connected to it.

The server is named with --server or by ROTOSCOPE_SERVER, its key by --key-file or ROTOSCOPE_API_KEY.
"""

LIST_HELP = """List files below a folder, by default all of the server's own.

Examples:

  rotoscope files list

  rotoscope files list data://in/ --json
"""

PUT_HELP = """Send a file, or the files of a folder. Where the line breaks, it goes on from there.

Examples:

  rotoscope files put drone.mp4 data://in/drone.mp4

  rotoscope files put drone.mp4 data://in/

  rotoscope files put frames/ data://frames/drone/
"""

GET_HELP = """Get a file, or a folder (its URI ends with /): whole, or not at all.

What was cut off is gone on with when the same file is got again.

Examples:

  rotoscope files get data://out/painted.mp4 painted.mp4

  rotoscope files get data://frames/drone/ frames/
"""

DELETE_HELP = """Delete files. There is no way back.

Example:

  rotoscope files delete data://out/painted.mp4
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("list", help=flow(LIST_HELP))(grouped(list_files))
    group.command("put", help=flow(PUT_HELP))(grouped(put))
    group.command("get", help=flow(GET_HELP))(grouped(get))
    group.command("delete", help=flow(DELETE_HELP))(grouped(delete))
    app.add_typer(group, name="files")


def list_files(
    uri: Annotated[str, typer.Argument(metavar="URI", help="Of a folder; it ends with /.")] = "data://",
    *,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        found = list(client.files.list(uri))
    if as_json:
        print_json(found)
        return
    for file in found:
        typer.echo(f"{human_size(file.size_bytes):>10}  {file.modified:%Y-%m-%d %H:%M}  {file.uri}")
    if not found:
        typer.echo(f"no files below {uri}")


def put(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder of files.")],
    uri: Annotated[str, typer.Argument(metavar="URI", help="Where it goes; a folder ends with /.")],
    *,
    at: ServerChoice,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client, share_bar("sending", shown=not (quiet or as_json)) as update:
        if path.is_dir():
            stored = client.files.upload_folder(path, uri, overwrite=overwrite, on_transfer=teller(update))
        else:
            stored = [client.files.upload(path, uri, overwrite=overwrite, on_transfer=teller(update))]
    if as_json:
        print_json(stored)
    elif not quiet:
        for file in stored:
            typer.echo(f"{file.uri}: {human_size(file.size_bytes)}")


def get(
    uri: Annotated[str, typer.Argument(metavar="URI", help="Of a file; of a folder where it ends with /.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where it goes.")],
    *,
    at: ServerChoice,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client, share_bar("getting", shown=not (quiet or as_json)) as update:
        fetch = client.files.download_folder if uri.endswith("/") else client.files.download
        place = fetch(uri, path, overwrite=overwrite, on_transfer=teller(update))
    if as_json:
        print_json({"uri": uri, "path": place})
    elif not quiet:
        size = sum(one.stat().st_size for one in place.rglob("*")) if place.is_dir() else place.stat().st_size
        typer.echo(f"{place}: {human_size(size)}")


def delete(
    uris: Annotated[list[str], typer.Argument(metavar="URI…", help="Of the files.")],
    *,
    at: ServerChoice,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        for uri in uris:
            client.files.delete(uri)
    if as_json:
        print_json({"deleted": uris})
    elif not quiet:
        for uri in uris:
            typer.echo(f"{uri}: deleted")
