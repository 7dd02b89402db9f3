"""``rotoscope cache``: the finished segments of videos that are kept."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json
from rotoscope.settings import load_settings

if TYPE_CHECKING:
    from rotoscope.render.segments.store import SegmentStore

HELP = """Finished segments of videos: what makes a run that was cut off go on.

After every video the segments that were not used for longest are removed, until 8 GB are left
(ROTOSCOPE_CACHE_GB says another number).
"""

SHOW_HELP = """Tell where segments are kept, how many there are and how large they are.

Example:

  rotoscope cache show
"""

PRUNE_HELP = """Remove the segments that were not used for longest.

Examples:

  rotoscope cache prune --keep 2

  rotoscope cache prune --keep 0
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("show", help=flow(SHOW_HELP))(show)
    group.command("prune", help=flow(PRUNE_HELP))(prune)
    app.add_typer(group, name="cache")


def show(*, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    store = _store()
    usage = store.usage()
    if as_json:
        print_json({"folder": store.folder, "segments": usage.pieces, "size_bytes": usage.size_bytes})
    else:
        typer.echo(f"{store.folder}: {_count(usage.pieces)}, {human_size(usage.size_bytes)}")


def prune(
    *,
    keep: Annotated[
        float | None, typer.Option(min=0, metavar="GB", help="How much may stay; default: as after a video.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    limit = load_settings(os.environ).segments_bytes if keep is None else round(keep * 1e9)
    removed = _store().prune(limit, young_seconds=0)
    if as_json:
        print_json({"removed": removed.pieces, "size_bytes": removed.size_bytes})
    else:
        typer.echo(f"removed {_count(removed.pieces)}, {human_size(removed.size_bytes)}")


@contextmanager
def kept_segments(no_cache: bool) -> Generator[SegmentStore | None]:
    """The user's store while a video is painted, pruned afterwards; None where nothing is to be kept."""
    if no_cache:
        yield None
        return
    store = _store()
    try:
        yield store
    except KeyboardInterrupt:
        typer.echo(
            "Stopped. Nothing unfinished was left behind; finished segments of a video are kept, and the "
            "same command goes on from them.",
            err=True,
        )
        raise typer.Exit(130) from None
    store.prune(load_settings(os.environ).segments_bytes)


def _count(pieces: int) -> str:
    return "1 segment" if pieces == 1 else f"{pieces} segments"


def _store() -> SegmentStore:
    from rotoscope.standard import standard_store  # noqa: PLC0415 - see cli.main

    return standard_store()
