"""Results of a server's work, as the command would print its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import typer

from rotoscope.cli import quote_lines
from rotoscope.cli.media_lines import describe, lines_of_rows
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes, summary_line
from rotoscope.cli.project_lines import commit_line
from rotoscope.cli.score_lines import lines_of
from rotoscope.plain import from_plain, to_plain

if TYPE_CHECKING:
    from rotoscope.client import Job

Lines: TypeAlias = Callable[["Job", dict[str, Any]], list[str]]


def present_job(job: Job, *, output: Path | None, as_json: bool, quiet: bool) -> None:
    """Print what a job has to say; exits with 1 where ``check`` found a loss.

    Args:
        job: succeeded.
        output: where the result is on this machine; None: at its URI, or nowhere.
        as_json: print it as JSON, with the job's id.
        quiet: print nothing.
    """
    told = dict(job.result or {})
    told.pop("delivered", None)
    if output is not None:
        told["output"] = str(output)
    if as_json:
        print_json({"job": job.id, **(_painted_project(job, told) if job.operation in _NESTED else told)})
    elif not quiet:
        for line in _LINES.get(job.operation, _usual)(job, told):
            typer.echo(line)
        print_notes(tuple(told.get("notes") or ()))
    if job.operation == "check" and told.get("lost"):
        raise typer.Exit(1)


def _render(job: Job, told: dict[str, Any]) -> list[str]:
    from rotoscope.render.result import RenderResult  # noqa: PLC0415 - see cli.main

    line = summary_line(from_plain(RenderResult, {**told, "elapsed_seconds": _seconds(job)}))
    # A Path has lost a slash of a URI.
    return [f"{told['output']}{line.removeprefix(str(Path(told['output'])))}"]


def _project(job: Job, told: dict[str, Any]) -> list[str]:
    return [*_render(job, told), commit_line(told["commit"], told["frames_changed"])]


def _painted_project(job: Job, told: dict[str, Any]) -> dict[str, Any]:
    """As ``PaintedProject`` has it."""
    from rotoscope.render.result import RenderResult  # noqa: PLC0415 - see cli.main

    result = from_plain(RenderResult, {**told, "elapsed_seconds": _seconds(job)})
    plain = cast("dict[str, Any]", to_plain(result))
    names = ("project", "commit", "frames_changed", "frames_painted")
    return {"result": {**plain, "output": told["output"]}, **{name: told[name] for name in names}}


def _inspect(_: Job, told: dict[str, Any]) -> list[str]:
    from rotoscope.media.info import MediaInfo  # noqa: PLC0415 - see cli.main

    # The path is that of the server's copy.
    info = from_plain(MediaInfo, {**told["media"], "path": Path(told["media"]["path"]).name})
    return [f"{name:<14} {value}" for name, value in describe(info)]


def _check(_: Job, told: dict[str, Any]) -> list[str]:
    from rotoscope.media.fidelity_rows import Row  # noqa: PLC0415 - see cli.main

    return lines_of_rows([from_plain(Row, row) for row in told["rows"]])


def _score(_: Job, told: dict[str, Any]) -> list[str]:
    from rotoscope.render.score import Score  # noqa: PLC0415 - see cli.main

    return lines_of(from_plain(Score, told))


def _train(job: Job, told: dict[str, Any]) -> list[str]:
    return [
        f"{told['filter']}: {told['steps']} steps in {human_duration(told['seconds'])}; it is in the "
        "server's palette",
        f"try it: rotoscope stylize photo.jpg painted.png --filter {told['filter']}",
    ]


def _quote(_: Job, told: dict[str, Any]) -> list[str]:
    from rotoscope.economics.quotes import Quote  # noqa: PLC0415 - see cli.main

    return quote_lines.lines_of(from_plain(Quote, told))


def _usual(job: Job, told: dict[str, Any]) -> list[str]:
    size = told.get("frame_size")
    parts = [f"{size[0]}x{size[1]}"] if size else []
    if told.get("frames", 1) != 1:
        parts.append(f"{told['frames']} frames")
    if told.get("filters"):
        parts.append(f"{len(told['filters'])} filters")
    if told.get("size_bytes"):
        parts.append(human_size(told["size_bytes"]))
    parts.append(f"in {human_duration(_seconds(job))}")
    return [f"{told.get('output', job.operation)}: {', '.join(parts)}"]


def _seconds(job: Job) -> float:
    """From the moment a worker began to the end."""
    return (job.ended - job.started).total_seconds() if job.started and job.ended else 0.0


_NESTED: Final = frozenset({"project-paint"})
"""Operations whose commands tell the render as a part of their result."""
_LINES: Final[Mapping[str, Lines]] = {
    **dict.fromkeys(("renders", "stylize", "separate", "assemble", "flow"), _render),
    "project-paint": _project,
    "inspect": _inspect,
    "check": _check,
    "score": _score,
    "train": _train,
    "quote": _quote,
}
