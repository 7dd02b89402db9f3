"""The command ``rotoscope``: parsing and presenting, nothing else.

Everything heavy is imported inside the commands, so that ``rotoscope --help`` answers at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rotoscope._version import __version__
from rotoscope.cli import (
    audition,
    backup,
    cache,
    collection,
    costs,
    demo,
    doctor,
    files,
    filters,
    flow,
    jobs,
    join,
    looks,
    media,
    optimize,
    project,
    publish,
    quote,
    score,
    scout,
    serve,
    share,
    shots,
    sight,
    steps,
    styles,
    stylize,
    texture,
    train,
    watch,
    worker,
)
from rotoscope.cli.arguments import normalize_arguments
from rotoscope.cli.present import fail
from rotoscope.errors import RotoscopeError

app = typer.Typer(
    name="rotoscope",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Paints photographs and video with neural filters, and gives back the video that went in.\n\n"
        "[bold]rotoscope stylize drone.mp4 painted.mp4 --filter great-wave[/bold]"
    ),
)

stylize.register(app)
watch.register(app)
looks.register(app)
steps.register(app)
media.register(app)
shots.register(app)
flow.register(app)
score.register(app)
join.register(app)
share.register(app)
audition.register(app)
cache.register(app)
filters.register(app)
styles.register(app)
optimize.register(app)
texture.register(app)
sight.register(app)
train.register(app)
scout.register(app)
serve.register(app)
worker.register(app)
jobs.register(app)
quote.register(app)
costs.register(app)
files.register(app)
project.register(app)
collection.register(app)
publish.register(app)
backup.register(app)
doctor.register(app)
demo.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rotoscope {__version__}")
        raise typer.Exit


@app.callback()
def _root(  # pyright: ignore[reportUnusedFunction]
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command line; exits with 0, 1 (an error that says what to do), 2 (usage) or 130 (Ctrl-C)."""
    arguments = normalize_arguments(sys.argv[1:])
    as_json = "--json" in arguments
    try:
        # Typer prints usage errors itself, for people; programs get them as they get other errors.
        sys.exit(app(arguments, prog_name="rotoscope", standalone_mode=not as_json))
    except RotoscopeError as error:
        fail(type(error).__name__, str(error), code=1, as_json=as_json)
    except typer.TyperException as error:
        fail("UsageError", error.format_message(), code=2, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Stopped. Nothing was left behind.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
