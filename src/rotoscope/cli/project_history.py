"""``rotoscope project log``, ``status``, ``diff``, ``fork``, ``switch``, ``merge`` and ``restore``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotoscope.projects.history import ProjectDiff
    from rotoscope.projects.merging import Merged

LOG_HELP = """Tell what was done, the newest first.

Examples:

  rotoscope project log flight/

  rotoscope project log flight/ --limit 3 --json
"""

STATUS_HELP = """Tell where a project stands: its branch, what is painted, what is not committed.

Example:

  rotoscope project status flight/
"""

DIFF_HELP = """Tell which frames, looks and results changed: since the commit before, or between two.

Commits are named by the first digits of their id, by a branch, or by HEAD~1 for the one before the last.

Examples:

  rotoscope project diff --project flight/

  rotoscope project diff HEAD~2 HEAD --sheet changed.png --project flight/
"""

FORK_HELP = """Begin a branch at the last commit, and go to it. The branch one came from stays as it is.

Example:

  rotoscope project fork bolder --project flight/
"""

SWITCH_HELP = """Go to another branch; the files of the folder become its own.

Example:

  rotoscope project switch main --project flight/
"""

MERGE_HELP = """Bring another branch's frames, looks and results into the one at hand.

Frames are merged one by one. Where both branches changed the same, it is said and nothing is merged.

Examples:

  rotoscope project merge bolder --project flight/

  rotoscope project merge bolder --prefer theirs --project flight/
"""

RESTORE_HELP = """Bring back the files of a commit, or one file or folder of it.

That makes a new commit, so nothing is lost.

Examples:

  rotoscope project restore HEAD~1 --project flight/

  rotoscope project restore HEAD looks --project flight/
"""

ProjectFolder: TypeAlias = Annotated[
    Path, typer.Option("--project", metavar="FOLDER", help="The project; default: this folder.")
]
PreferSide: TypeAlias = Annotated[
    Literal["ours", "theirs"] | None,
    typer.Option(
        "--prefer", help="Whose side to take where both changed the same: this branch's, or the other's."
    ),
]
Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="[FOLDER]", help="The project; default: this folder.")
]


def register(group: typer.Typer) -> None:
    """Add the commands to ``rotoscope project``."""
    group.command("status", help=flow(STATUS_HELP))(status)
    group.command("log", help=flow(LOG_HELP))(log)
    group.command("diff", help=flow(DIFF_HELP))(diff)
    group.command("fork", help=flow(FORK_HELP))(fork)
    group.command("switch", help=flow(SWITCH_HELP))(switch)
    group.command("merge", help=flow(MERGE_HELP))(merge)
    group.command("restore", help=flow(RESTORE_HELP))(restore)


def short(commit: str) -> str:
    """The first digits of a commit's id."""
    return commit[:10]


def status(folder: Folder = Path(), *, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.projects.history import project_status  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    told = project_status(open_project(folder))
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


def log(
    folder: Folder = Path(),
    *,
    start: Annotated[str, typer.Option("--from", metavar="COMMIT", help="Where to begin.")] = "HEAD",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="How many at most.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.history import project_log  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commits = project_log(open_project(folder), start, limit=limit)
    if as_json:
        print_json(commits)
        return
    for commit in commits:
        typer.echo(f"{short(commit.id)}  {commit.when:%Y-%m-%d %H:%M}  {commit.title}")


def diff(
    before: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A commit or branch; default: the one before B.")
    ] = None,
    after: Annotated[str, typer.Argument(metavar="[B]", help="Likewise; default: the last one.")] = "HEAD",
    *,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw some changed frames, before and after, where stills are kept."
        ),
    ] = None,
    folder: ProjectFolder = Path(),
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.history import project_diff  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415
    from rotoscope.projects.sheet import write_diff_sheet  # noqa: PLC0415

    project = open_project(folder)
    told = project_diff(project, before, after)
    shown = () if sheet is None else write_diff_sheet(project, told, sheet, overwrite=overwrite)
    if as_json:
        results = [result.model_dump(mode="json") for result in told.results]
        facts = {one.name: getattr(told, one.name) for one in fields(told)}
        print_json({**facts, "results": results})
        return
    for line in _lines(told):
        typer.echo(line)
    if sheet is not None:
        typer.echo(f"{sheet}: frames {', '.join(map(str, shown))}, before and after")


def fork(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the new branch.")],
    *,
    folder: ProjectFolder = Path(),
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.merging import fork_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = fork_project(open_project(folder), name)
    if as_json:
        print_json({"branch": name, "commit": commit})
    else:
        typer.echo(f"on the new branch {name}, at {short(commit)}")


def switch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the branch.")],
    *,
    folder: ProjectFolder = Path(),
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.merging import switch_branch  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = switch_branch(open_project(folder), name)
    if as_json:
        print_json({"branch": name, "commit": commit})
    else:
        typer.echo(f"on the branch {name}, at {short(commit)}")


def merge(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the other branch.")],
    *,
    prefer: PreferSide = None,
    folder: ProjectFolder = Path(),
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.merging import merge_branch  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    present_merge(merge_branch(open_project(folder), name, prefer=prefer), name, as_json=as_json)


def restore(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="Which state.")],
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A file or folder; default: everything.")
    ] = None,
    *,
    folder: ProjectFolder = Path(),
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.history import restore_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    made = restore_project(open_project(folder), commit, path)
    if as_json:
        print_json({"commit": made})
    elif made is None:
        typer.echo(f"{path or 'everything'} is as the last commit has it")
    else:
        typer.echo(f"commit {short(made)}: {path or 'everything'} as in {commit}")


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
