"""Projects of a server: begun, shown, changed and deleted there, told as the command tells its own."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import typer

from rotoscope.cli import project_lines
from rotoscope.cli.present import print_json
from rotoscope.cli.remote.following import follow
from rotoscope.cli.remote.places import sent
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.errors import InvalidOptions, ServiceError

if TYPE_CHECKING:
    from rotoscope.client import Client, Job
    from rotoscope.client.projects import Project, ProjectChange
    from rotoscope.projects.history import ProjectDiff

_CLIPS: Final = "data://clips/"
"""Where clips of projects are sent: they are needed for as long as their projects are."""
_HERE: Final = "To work with a project of this machine, leave --server out and unset ROTOSCOPE_SERVER."
_THERE: Final = (
    "init, list, status, log, diff, paint, override, fork, switch, merge, restore, export, import and delete"
)


def project_there(typed: Path | str | None, url: str) -> str:
    """The name of a server's project that was typed where a folder goes here.

    Raises:
        InvalidOptions: none was typed, or it cannot be one.
    """
    from rotoscope.jobs.projects import NAME_PATTERN  # noqa: PLC0415 - see cli.main

    text = "" if typed is None or Path(typed) == Path() else str(typed)
    if not text:
        raise InvalidOptions(
            f"{url} has projects by name, and none was given. Name one, such as flight; "
            f"rotoscope project list --server {url} lists them. {_HERE}"
        )
    if not re.fullmatch(NAME_PATTERN, text):
        raise InvalidOptions(
            f"{text} is no name of a project at {url}: names have small letters, digits and -. "
            f"rotoscope project list --server {url} lists them. {_HERE}"
        )
    return text


def refuse_there(at: ServerChoice, doing: str) -> None:
    """Refuse a command that needs the project's folder, where a server was named.

    Raises:
        InvalidOptions: one was.
    """
    if at.url is not None:
        raise InvalidOptions(
            f"rotoscope project {doing} cannot be asked of a server, and {at.url} was named. A server can be "
            f"asked for {_THERE}. Its projects are Git repositories in the folder projects of its data: "
            f"clone, push and pull work there, on its machine. {_HERE}"
        )


def require_server(at: ServerChoice, otherwise: str) -> None:
    """Refuse a command that there is at a server alone, where none was named.

    Raises:
        InvalidOptions: none was.
    """
    if at.url is None:
        raise InvalidOptions(
            f"No server was named. {otherwise} Of a server give its address with --server, such as "
            "http://127.0.0.1:8000, or set ROTOSCOPE_SERVER."
        )


def create_painting(client: Client, params: dict[str, Any]) -> Job:
    """The job that paints a project."""
    name = project_there(params.pop("project", None), client.url)
    return client.projects.paint(name, params.pop("output"), **params)


def init_there(at: ServerChoice, clip: str, folder: Path | None, *, as_json: bool, quiet: bool) -> None:
    """Make a project of a clip at a server."""
    shown = not (quiet or as_json)
    with at.connect() as client:
        name = None if folder is None else project_there(folder, client.url)
        uri = sent(client, clip, shown=shown, below=_CLIPS)
        job = follow(client, client.projects.begin(uri, name=name), shown=shown, as_json=as_json)
        made = job.result or {}
        file = client.projects.get(made["project"]).file
    if as_json or not quiet:
        project_lines.present_begun(made["project"], made["frames"], file, made["commit"], as_json=as_json)


def list_there(at: ServerChoice, *, as_json: bool) -> None:
    """List a server's projects."""
    with at.connect() as client:
        found = list(client.projects.list())
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(_line(one))
    if not found:
        typer.echo(f"no projects at {at.url}")


def _line(project: Project) -> str:
    facts = f"{project.frames} frames of {project.file}, on {project.branch}, {project.changed:%Y-%m-%d}"
    return f"{project.name:24} {facts}: {project.title}"


def status_there(at: ServerChoice, folder: Path, *, as_json: bool) -> None:
    """Tell where a project stands; at a server everything is committed."""
    from rotoscope.projects.history import ProjectStatus  # noqa: PLC0415 - see cli.main

    with at.connect() as client:
        found = client.projects.get(project_there(folder, client.url))
    told = ProjectStatus(
        branch=found.branch,
        branches=found.branches,
        commit=found.commit,
        title=found.title,
        uncommitted=(),
        clip=found.source,
        source=found.file,
        frames=found.frames,
        painted=found.painted,
        overridden=found.retouched,
        looks=tuple(sorted(found.looks)),
        results=len(found.results),
    )
    project_lines.present_status(told, as_json=as_json)


def log_there(at: ServerChoice, folder: Path, start: str, limit: int | None, *, as_json: bool) -> None:
    """Tell what was done."""
    from rotoscope.projects.repository import CommitFacts  # noqa: PLC0415 - see cli.main

    with at.connect() as client:
        found = list(islice(client.projects.log(project_there(folder, client.url), at=start), limit))
    commits = [CommitFacts(one.id, one.parents, one.author, one.when, one.message) for one in found]
    project_lines.present_log(commits, as_json=as_json)


def diff_there(
    at: ServerChoice,
    folder: Path,
    between: tuple[str | None, str],
    sheet: Path | None,
    *,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Tell what changed between two states."""
    from rotoscope.media.atomic import refuse_existing, write_new_file  # noqa: PLC0415 - see cli.main

    before, after = between
    if sheet is not None:
        if sheet.suffix.lower() != ".png":
            raise InvalidOptions(f"A server draws its sheet as PNG, and {sheet} is none: name it .png.")
        refuse_existing(sheet, overwrite=overwrite)
    shown: tuple[int, ...] = ()
    with at.connect() as client:
        name = project_there(folder, client.url)
        told = _diff(client, name, before, after)
        if sheet is not None:
            drawn = client.projects.diff_sheet(name, before=told.before, after=told.after)
            shown = drawn.frames
            write_new_file(sheet, drawn.content, overwrite=overwrite)
    project_lines.present_diff(told, sheet, shown, as_json=as_json)


def _diff(client: Client, name: str, before: str | None, after: str) -> ProjectDiff:
    from rotoscope.projects.history import FrameRange, ProjectDiff  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.records import ResultRecord  # noqa: PLC0415

    found = client.projects.diff(name, before=before, after=after)
    repainted, retouched, recomputed = (
        tuple(FrameRange(one.first, one.stop, one.told) for one in ranges)
        for ranges in (found.repainted, found.retouched, found.recomputed)
    )
    return ProjectDiff(
        before=found.before,
        after=found.after,
        repainted=repainted,
        overridden=retouched,
        recomputed=recomputed,
        looks=tuple(sorted(found.looks.items())),
        results=tuple(ResultRecord.model_validate(one) for one in found.results),
    )


def branch_there(at: ServerChoice, folder: Path, name: str, *, is_new: bool, as_json: bool) -> None:
    """Begin a branch, or go to one."""
    with at.connect() as client:
        go = client.projects.fork if is_new else client.projects.switch
        commit = _commit(go(project_there(folder, client.url), name), client.url)
    project_lines.present_branch(name, commit, is_new=is_new, as_json=as_json)


def merge_there(at: ServerChoice, folder: Path, name: str, prefer: str | None, *, as_json: bool) -> None:
    """Merge a branch into the one at hand."""
    from rotoscope.projects.merging import Merged  # noqa: PLC0415 - see cli.main

    with at.connect() as client:
        made = client.projects.merge(project_there(folder, client.url), name, prefer=prefer)
        merged = Merged(cast("Any", made.kind), _commit(made, client.url))
    project_lines.present_merge(merged, name, as_json=as_json)


def restore_there(at: ServerChoice, folder: Path, commit: str, path: str | None, *, as_json: bool) -> None:
    """Bring a state back."""
    with at.connect() as client:
        made = client.projects.restore(project_there(folder, client.url), commit, path=path)
    project_lines.present_restored(made.commit, commit, path, as_json=as_json)


def override_there(at: ServerChoice, folder: Path, index: int, still: Path | None, *, as_json: bool) -> None:
    """Show a retouched still at a frame, or take it back."""
    with at.connect() as client:
        name = project_there(folder, client.url)
        if still is None:
            made = client.projects.take_back(name, index)
        else:
            made = client.projects.override(name, index, sent(client, still))
        commit = _commit(made, client.url)
    project_lines.present_override(index, commit, still, as_json=as_json)


def export_there(at: ServerChoice, folder: Path, otio: Path, *, overwrite: bool, as_json: bool) -> None:
    """Write a project's timeline to this machine."""
    from rotoscope.media.atomic import refuse_existing, write_new_file  # noqa: PLC0415 - see cli.main

    refuse_existing(otio, overwrite=overwrite)
    with at.connect() as client:
        content = client.projects.timeline(project_there(folder, client.url))
    write_new_file(otio, content, overwrite=overwrite)
    clips = sum(len(track["children"]) for track in json.loads(content)["tracks"]["children"])
    project_lines.present_export(otio, clips, as_json=as_json)


def import_there(at: ServerChoice, folder: Path, otio: Path, *, as_json: bool) -> None:
    """Give a project the looks and ranges of a timeline of this machine."""
    try:
        content = otio.read_bytes()
    except OSError as error:
        raise InvalidOptions(f"{otio} cannot be read: {error.strerror}. Give an .otio file.") from error
    with at.connect() as client:
        made = client.projects.import_timeline(project_there(folder, client.url), content, file=otio.name)
    project_lines.present_import(otio, made.commit, as_json=as_json)


def delete_there(at: ServerChoice, names: list[str], *, as_json: bool, quiet: bool) -> None:
    """Delete projects of a server."""
    with at.connect() as client:
        for name in [project_there(one, client.url) for one in names]:
            client.projects.delete(name)
            if not (quiet or as_json):
                typer.echo(f"{name}: deleted")
    if as_json:
        print_json({"deleted": names})


def _commit(made: ProjectChange, url: str) -> str:
    if made.commit is None:
        raise ServiceError(f"{url} named no commit of what it changed. It is a server of another version.")
    return made.commit
