"""``rotoscope project clone``, ``push`` and ``pull``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json
from rotoscope.cli.project_history import PreferSide, ProjectFolder
from rotoscope.cli.project_lines import present_merge, short
from rotoscope.cli.remote import projects as remote
from rotoscope.cli.remote.server import ServerChoice

CLONE_HELP = """Get a project from another Git repository.

The clip does not come along: say where it is when you paint.

Examples:

  rotoscope project clone flight.git copy/

  rotoscope project clone https://example.com/team/flight.git --branch bolder
"""

PUSH_HELP = """Bring the branch at hand to another Git repository. Where to is said once, and kept.

Examples:

  rotoscope project push flight.git --create --project flight/

  rotoscope project push --project flight/
"""

PULL_HELP = """Get what is new on the branch at hand elsewhere, and merge it.

Examples:

  rotoscope project pull --project copy/

  rotoscope project pull flight.git --prefer theirs --project flight/
"""


def register(group: typer.Typer) -> None:
    """Add the commands to ``rotoscope project``."""
    group.command("clone", help=flow(CLONE_HELP))(grouped(clone))
    group.command("push", help=flow(PUSH_HELP))(grouped(push))
    group.command("pull", help=flow(PULL_HELP))(grouped(pull))


def clone(
    url: Annotated[str, typer.Argument(metavar="URL", help="A folder, or the URL of a Git repository.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Made; default: named as the repository.")
    ] = None,
    *,
    branch: Annotated[str | None, typer.Option(metavar="NAME", help="The branch to stand on.")] = None,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    remote.refuse_there(at, "clone")
    from rotoscope.projects.remotes import clone_project  # noqa: PLC0415 - see cli.main

    project = clone_project(url, folder, branch=branch)
    state = project.state
    if as_json:
        print_json({"project": project.folder, "commit": state.commit.decode()})
    else:
        typer.echo(f"{project.folder}: {len(state.frames)} frames, at {short(state.commit.decode())}")


def push(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="Where to; default: where it went last.")
    ] = None,
    *,
    create: Annotated[
        bool, typer.Option("--create", help="Make an empty repository in the folder URL.")
    ] = False,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    remote.refuse_there(at, "push")
    from rotoscope.projects.project import open_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.remotes import create_remote, push_project  # noqa: PLC0415

    if create and url is None:
        raise typer.BadParameter("--create makes a repository in a folder: say which.")
    project = open_project(folder)
    if create and url is not None:
        create_remote(Path(url))
    pushed = push_project(project, url)
    if as_json:
        print_json(pushed)
    else:
        typer.echo(f"{pushed.branch} is at {short(pushed.commit)} in {pushed.remote}")


def pull(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="Where from; default: where it came from last.")
    ] = None,
    *,
    prefer: PreferSide = None,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    remote.refuse_there(at, "pull")
    from rotoscope.projects.project import open_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.remotes import pull_project  # noqa: PLC0415

    merged = pull_project(open_project(folder), url, prefer=prefer)
    present_merge(merged, "the other repository", as_json=as_json)
