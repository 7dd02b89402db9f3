"""Printing: results, errors, JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from rotoscope.plain import to_plain

if TYPE_CHECKING:
    from rotoscope.render.result import RenderResult
    from rotoscope.render.score import Score


def fail(kind: str, message: str, *, code: int, as_json: bool) -> NoReturn:
    """Print one paragraph (or a JSON object) about an error of that type, and exit with that code."""
    if as_json:
        typer.echo(json.dumps({"error": {"type": kind, "message": message}}))
    else:
        typer.secho(f"rotoscope: {message}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
    sys.exit(code)


def print_json(value: object) -> None:
    """Print a record as JSON: dataclasses as objects, fractions as ``"1001/30000"``, paths as text."""
    typer.echo(json.dumps(to_plain(value), indent=2, ensure_ascii=False))


def print_notes(notes: tuple[str, ...]) -> None:
    """Print what was converted, left out or found wrong, a line each."""
    for note in notes:
        typer.echo(f"  note: {note}", err=True)


def human_size(size_bytes: int) -> str:
    """``12.3 MB``, in powers of 1000 as disks are sold."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"


def human_duration(seconds: float) -> str:
    """``4.2 s`` or ``1:02:03``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def present_render(result: RenderResult, *, as_json: bool, quiet: bool) -> None:
    """Print one summary line and the notes, or the whole record as JSON."""
    if as_json:
        print_json(result)
    elif not quiet:
        typer.echo(summary_line(result))
        print_notes(result.notes)


def summary_line(result: RenderResult) -> str:
    """``painted.mp4: 96 frames, 1280x720, h264, 4.1 MB, great-wave, in 4.2 s (22.9 fps)``.

    Where it was measured, the flicker follows.
    """
    frames = "1 picture" if result.frames == 1 else f"{result.frames} frames"
    rate = f" ({result.frames_per_second:.1f} fps)" if result.frames > 1 else ""
    return (
        f"{result.output}: {frames}, {result.frame_size[0]}x{result.frame_size[1]}, {result.codec}, "
        f"{human_size(result.size_bytes)}, {result.look}, in {human_duration(result.elapsed_seconds)}{rate}"
        f"{'' if result.score is None else ', ' + flicker_facts(result.score)}"
    )


def flicker_facts(score: Score) -> str:
    """``flicker 0.00213 short, 0.00391 long (source 0.00046, 0.00102)``."""
    own, source = score.result, score.source
    if own.long is None or source.long is None:
        return f"flicker {own.short:.5f} short (source {source.short:.5f})"
    return (
        f"flicker {own.short:.5f} short, {own.long:.5f} long (source {source.short:.5f}, {source.long:.5f})"
    )
