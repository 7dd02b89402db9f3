"""``rotoscope project status``, ``log``, ``diff``, ``fork``, ``switch``, ``merge`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import options, project_lines
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.remote import projects as remote
from rotoscope.cli.remote.server import ServerChoice

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
    Path,
    typer.Option(
        "--project", metavar="FOLDER", help="The project; default: this folder. At a server: its name."
    ),
]
PreferSide: TypeAlias = Annotated[
    Literal["ours", "theirs"] | None,
    typer.Option(
        "--prefer", help="Whose side to take where both changed the same: this branch's, or the other's."
    ),
]
Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="[FOLDER]", help="The project; default: this folder. At a server: its name.")
]


def register(group: typer.Typer) -> None:
    """Add the commands to ``rotoscope project``."""
    group.command("status", help=flow(STATUS_HELP))(grouped(status))
    group.command("log", help=flow(LOG_HELP))(grouped(log))
    group.command("diff", help=flow(DIFF_HELP))(grouped(diff))
    group.command("fork", help=flow(FORK_HELP))(grouped(fork))
    group.command("switch", help=flow(SWITCH_HELP))(grouped(switch))
    group.command("merge", help=flow(MERGE_HELP))(grouped(merge))
    group.command("restore", help=flow(RESTORE_HELP))(grouped(restore))


def status(folder: Folder = Path(), *, at: ServerChoice, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.status_there(at, folder, as_json=as_json)
        return
    from rotoscope.projects.history import project_status  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    project_lines.present_status(project_status(open_project(folder)), as_json=as_json)


def log(
    folder: Folder = Path(),
    *,
    start: Annotated[str, typer.Option("--from", metavar="COMMIT", help="Where to begin.")] = "HEAD",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="How many at most.")] = None,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.log_there(at, folder, start, limit, as_json=as_json)
        return
    from rotoscope.projects.history import project_log  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commits = project_log(open_project(folder), start, limit=limit)
    project_lines.present_log(commits, as_json=as_json)


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
    at: ServerChoice,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.diff_there(at, folder, (before, after), sheet, overwrite=overwrite, as_json=as_json)
        return
    from rotoscope.projects.history import project_diff  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415
    from rotoscope.projects.sheet import write_diff_sheet  # noqa: PLC0415

    project = open_project(folder)
    told = project_diff(project, before, after)
    shown = () if sheet is None else write_diff_sheet(project, told, sheet, overwrite=overwrite)
    project_lines.present_diff(told, sheet, shown, as_json=as_json)


def fork(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the new branch.")],
    *,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.branch_there(at, folder, name, is_new=True, as_json=as_json)
        return
    from rotoscope.projects.merging import fork_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = fork_project(open_project(folder), name)
    project_lines.present_branch(name, commit, is_new=True, as_json=as_json)


def switch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the branch.")],
    *,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.branch_there(at, folder, name, is_new=False, as_json=as_json)
        return
    from rotoscope.projects.merging import switch_branch  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = switch_branch(open_project(folder), name)
    project_lines.present_branch(name, commit, is_new=False, as_json=as_json)


def merge(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the other branch.")],
    *,
    prefer: PreferSide = None,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.merge_there(at, folder, name, prefer, as_json=as_json)
        return
    from rotoscope.projects.merging import merge_branch  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    merged = merge_branch(open_project(folder), name, prefer=prefer)
    project_lines.present_merge(merged, name, as_json=as_json)


def restore(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="Which state.")],
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A file or folder; default: everything.")
    ] = None,
    *,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.restore_there(at, folder, commit, path, as_json=as_json)
        return
    from rotoscope.projects.history import restore_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    made = restore_project(open_project(folder), commit, path)
    project_lines.present_restored(made, commit, path, as_json=as_json)
