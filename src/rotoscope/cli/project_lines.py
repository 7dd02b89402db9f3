"""What ``rotoscope project`` prints, whoever did the work."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rotoscope.cli.present import print_json, print_notes, summary_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rotoscope.projects.history import ProjectDiff, ProjectStatus
    from rotoscope.projects.merging import Merged
    from rotoscope.projects.painting import PaintedProject
    from rotoscope.projects.repository import CommitFacts


def short(commit: str) -> str:
    """The first digits of a commit's id."""
    return commit[:10]


def present_begun(project: Path | str, frames: int, file: str, commit: str, *, as_json: bool) -> None:
    """Print what a project was made of."""
    if as_json:
        print_json({"project": project, "frames": frames, "commit": commit})
    else:
        typer.echo(f"{project}: {frames} frames of {file}, commit {short(commit)}")


def present_painting(made: PaintedProject, *, as_json: bool, quiet: bool) -> None:
    """Print what a painting has made."""
    if as_json:
        print_json(made)
    elif not quiet:
        typer.echo(summary_line(made.result))
        print_notes(made.result.notes)
        typer.echo(commit_line(made.commit, made.frames_changed))


def commit_line(commit: str, frames_changed: int) -> str:
    """``commit 0123456789: 5 frames changed``."""
    return f"commit {short(commit)}: {frames_changed} frame{'s' if frames_changed != 1 else ''} changed"


def present_override(index: int, commit: str, still: Path | None, *, as_json: bool) -> None:
    """Print that a frame shows a retouched still, or the painted one again."""
    if as_json:
        print_json({"index": index, "commit": commit})
    else:
        what = "is painted again" if still is None else f"shows {still}"
        typer.echo(f"commit {short(commit)}: frame {index} {what} from the next painting on")


def present_export(otio: Path, clips: int, *, as_json: bool) -> None:
    """Print where a timeline was written."""
    if as_json:
        print_json({"output": otio, "clips": clips})
    else:
        typer.echo(f"{otio}: {clips} clip{'s' if clips != 1 else ''}")


def present_import(otio: Path, commit: str | None, *, as_json: bool) -> None:
    """Print what became of a timeline that was taken."""
    if as_json:
        print_json({"commit": commit})
    elif commit is None:
        typer.echo(f"{otio} says what the project has already")
    else:
        typer.echo(f"commit {short(commit)}: the timeline of {otio.name}; paint to see it")


def present_status(told: ProjectStatus, *, as_json: bool) -> None:
    """Print where a project stands."""
    if as_json:
        print_json(told)
        return
    rows = [
        ("branch", f"{told.branch} (of {', '.join(told.branches)})"),
        ("commit", f"{short(told.commit)} {told.title}"),
        ("clip", f"{told.source}, last at {told.clip}" if told.clip else f"{told.source}, not known where"),
        ("frames", f"{told.frames}, {told.painted} painted, {told.overridden} retouched"),
        ("looks", ", ".join(told.looks) or "none"),
        ("results", str(told.results)),
        ("uncommitted", ", ".join(told.uncommitted) or "nothing"),
    ]
    for name, value in rows:
        typer.echo(f"{name:<12} {value}")


def present_log(commits: Iterable[CommitFacts], *, as_json: bool) -> None:
    """Print a history."""
    if as_json:
        print_json(list(commits))
        return
    for commit in commits:
        typer.echo(f"{short(commit.id)}  {commit.when:%Y-%m-%d %H:%M}  {commit.title}")


def present_diff(told: ProjectDiff, sheet: Path | None, shown: Iterable[int], *, as_json: bool) -> None:
    """Print what changed; with a sheet, which frames are on it."""
    if as_json:
        results: list[Any] = [result.model_dump(mode="json") for result in told.results]
        facts = {one.name: getattr(told, one.name) for one in fields(told)}
        print_json({**facts, "results": results})
        return
    for line in _lines(told):
        typer.echo(line)
    if sheet is not None:
        typer.echo(f"{sheet}: frames {', '.join(map(str, shown))}, before and after")


def present_branch(name: str, commit: str, *, is_new: bool, as_json: bool) -> None:
    """Print which branch is at hand."""
    if as_json:
        print_json({"branch": name, "commit": commit})
    else:
        typer.echo(f"on the {'new ' if is_new else ''}branch {name}, at {short(commit)}")


def present_merge(merged: Merged, name: str, *, as_json: bool) -> None:
    """Print what became of a merge."""
    told = {
        "nothing": f"nothing new in {name}",
        "forward": f"went forward to {name}, at {short(merged.commit)}",
        "merge": f"commit {short(merged.commit)}: {name} was merged",
    }
    if as_json:
        print_json(merged)
    else:
        typer.echo(told[merged.kind])


def present_restored(made: str | None, commit: str, path: str | None, *, as_json: bool) -> None:
    """Print what was brought back."""
    if as_json:
        print_json({"commit": made})
    elif made is None:
        typer.echo(f"{path or 'everything'} is as the last commit has it")
    else:
        typer.echo(f"commit {short(made)}: {path or 'everything'} as in {commit}")


def _lines(diff: ProjectDiff) -> Iterator[str]:
    """What changed, a line each."""
    yield f"{short(diff.before)} to {short(diff.after)}"
    if diff.is_empty:
        yield "  nothing changed"
    ranges = (("repainted", diff.repainted), ("retouched", diff.overridden), ("recomputed", diff.recomputed))
    for what, found in ranges:
        yield from (f"  {what:<11} {one.told}" for one in found)
    yield from (f"  {how:<11} {name}" for name, how in diff.looks)
    for result in diff.results:
        yield f"  {'made':<11} {result.output}, {result.frames} frames, in {result.cost_seconds:.1f} s"
