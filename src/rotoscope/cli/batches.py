"""A library painted from the command line: bars, a summary, what went wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from rotoscope.cli.bar import batch_bar
from rotoscope.cli.cache import kept_segments
from rotoscope.cli.present import flicker_facts, human_duration, print_json, print_notes
from rotoscope.plain import to_plain

if TYPE_CHECKING:
    from rotoscope.media.encoders import EncoderOptions
    from rotoscope.render.any_look import AnyLook
    from rotoscope.render.batch import BatchResult
    from rotoscope.render.options import RenderOptions


def run_batch(
    source: Path,
    folder: Path,
    look: AnyLook,
    *,
    encoder: EncoderOptions,
    overwrite: bool,
    options: RenderOptions,
    no_cache: bool,
    on_error: Literal["continue", "stop"],
    as_json: bool,
    quiet: bool,
) -> None:
    """Paint a library and tell what became of it; exits with 1 where a result is missing."""
    from rotoscope.render.batch import stylize_folder  # noqa: PLC0415 - see cli.main

    with batch_bar(shown=not (quiet or as_json)) as on_progress, kept_segments(no_cache) as store:
        result = stylize_folder(
            source,
            folder,
            look,
            encoder=encoder,
            overwrite=overwrite,
            options=replace(options, store=store),
            on_error=on_error,
            on_progress=on_progress,
        )
    if as_json:
        print_json({**_facts(result), "items": to_plain(result.items)})
    else:
        _present(result, quiet=quiet)
    if not result.is_good:
        raise typer.Exit(1)


def _facts(result: BatchResult) -> dict[str, object]:
    return {
        "source": result.source,
        "folder": result.folder,
        "look": result.look,
        "counts": result.counts,
        "elapsed_seconds": result.elapsed_seconds,
    }


def _present(result: BatchResult, *, quiet: bool) -> None:
    if not quiet:
        counts = ", ".join(f"{count} {state}" for state, count in result.counts.items())
        seconds = human_duration(result.elapsed_seconds)
        typer.echo(f"{result.folder}: {counts}, {result.look}, in {seconds}")
        for item in result.items:
            notes = () if item.result is None else item.result.notes
            print_notes(tuple(f"{item.source}: {note}" for note in notes))
            if item.result is not None and item.result.score is not None:
                typer.echo(f"{item.source}: {flicker_facts(item.result.score)}")
    for item in result.items:
        if item.message is not None:
            typer.echo(f"{item.state.value}: {item.source}: {item.message}", err=True)
