"""``rotoscope project``: a video in Git. Making and painting; the rest is in ``project_history``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from rotoscope.cli import options, project_history, project_lines, project_remotes
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.cache import kept_segments
from rotoscope.cli.grouping import grouped
from rotoscope.cli.groups import Arithmetic
from rotoscope.cli.help_text import flow
from rotoscope.cli.project_history import Folder, ProjectFolder
from rotoscope.cli.remote import projects as remote
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.cli.requests import make_time

if TYPE_CHECKING:
    from rotoscope.projects.looks import LookFile

HELP = """A video in Git: one clip's frames, looks and results, with their whole history.

A project is a Git repository of small text files. The clip itself stays where it is. Every painting is a
commit; looks can be forked, merged, pushed and pulled, and any state brought back.

With --server the project is one of a server, and is named where a folder goes otherwise.
"""

INIT_HELP = """Make a project of a clip. Every frame is decoded once, and its hash noted.

Examples:

  rotoscope project init drone.mp4

  rotoscope project init drone.mp4 flight/
"""

PAINT_HELP = """Paint the clip of a project, and commit what came of it.

The look is laid over the whole clip, or over the part between --start and --stop. The output is always the
whole clip as it is then: what was painted before is found again, and what no look is over stays as it was.
Without a look, the clip is painted by the looks it has.

Examples:

  rotoscope project paint flight/ --filter great-wave --output painted.mp4

  rotoscope project paint flight/ --look dusk.yaml --start 1 --stop 2 --output dusk.mp4

  rotoscope project paint flight/ --with-frames --output again.mp4 --overwrite
"""

LIST_HELP = """List the projects of a server.

Example:

  rotoscope project list --server http://127.0.0.1:8000
"""

DELETE_HELP = """Delete projects of a server, with their whole history. Clips and painted videos stay.

A project that is being painted is not deleted.

Example:

  rotoscope project delete flight --server http://127.0.0.1:8000
"""

OVERRIDE_HELP = """Show a still that a person retouched at one frame, or take that back.

The still is kept in the project, and shown from the next painting on.

Examples:

  rotoscope project override 12 photo.png --project flight/

  rotoscope project override 12 --remove --project flight/
"""

EXPORT_HELP = """Write the timeline for editing programs: clips of the source, with their looks.

Example:

  rotoscope project export --otio flight.otio --project flight/
"""

IMPORT_HELP = """Take looks and their ranges from a timeline, as an editing program may have moved them.

Example:

  rotoscope project import --otio flight.otio --project flight/
"""

Clip: TypeAlias = Annotated[
    Path | None,
    typer.Option("--clip", metavar="FILE", help="Where the clip is now; default: where it was last."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("init", help=flow(INIT_HELP))(grouped(init))
    group.command("paint", help=flow(PAINT_HELP))(grouped(remotely(paint)))
    group.command("override", help=flow(OVERRIDE_HELP))(grouped(override))
    project_history.register(group)
    project_remotes.register(group)
    group.command("export", help=flow(EXPORT_HELP))(grouped(export))
    group.command("import", help=flow(IMPORT_HELP))(grouped(import_))
    group.command("list", help=flow(LIST_HELP))(grouped(list_projects))
    group.command("delete", help=flow(DELETE_HELP))(grouped(delete))
    app.add_typer(group, name="project")


def init(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A video, GIF, or folder of stills.")],
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Made; default: the clip's name with .project, beside it. At a server: a name.",
        ),
    ] = None,
    *,
    at: ServerChoice,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.init_there(at, clip, folder, as_json=as_json, quiet=quiet)
        return
    from rotoscope.projects.project import init_project  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        project = init_project(clip, folder, on_progress=on_progress)
    state = project.state
    if as_json or not quiet:
        file, commit = state.manifest.source.file, state.commit.decode()
        project_lines.present_begun(project.folder, len(state.frames), file, commit, as_json=as_json)


def paint(
    folder: Folder = Path(),
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The video to write.")],
    filter_names: options.Filters = None,
    look_file: options.LookFile = None,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Of --filter: 0 is the source, 1 the full painting.")
    ] = 1.0,
    start: options.Start = None,
    stop: options.Stop = None,
    clip: Clip = None,
    with_frames: Annotated[
        bool, typer.Option("--with-frames", help="Commit every painted frame as a still, too.")
    ] = False,
    coherence: options.Coherence = None,
    quality: options.Quality = None,
    codec: options.Codec = None,
    preset: options.Preset = None,
    no_cache: options.NoCache = False,
    arithmetic: Arithmetic,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from functools import partial  # noqa: PLC0415 - see cli.main

    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415
    from rotoscope.projects.painting import Range, paint_project  # noqa: PLC0415
    from rotoscope.projects.project import open_project  # noqa: PLC0415
    from rotoscope.render.options import RenderOptions  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    look = _look(filter_names or [], look_file, strength)
    if look is None and (start, stop, coherence) != (None, None, None):
        raise typer.BadParameter("--start, --stop and --coherence go with a look: give --look or --filter.")
    over = Range(None if start is None else make_time(start), None if stop is None else make_time(stop))
    render_options = RenderOptions() if coherence is None else RenderOptions(coherence=coherence)
    load = partial(standard_palette().load, threads=arithmetic.threads, precision=arithmetic.precision)
    with progress_bar(shown=not (quiet or as_json)) as on_progress, kept_segments(no_cache) as store:
        made = paint_project(
            open_project(folder),
            output,
            load,
            look=look,
            over=over,
            clip=clip,
            encoder=EncoderOptions(codec=codec, quality=quality, preset=preset),
            options=replace(render_options, store=store),
            overwrite=overwrite,
            with_frames=with_frames,
            on_progress=on_progress,
        )
    project_lines.present_painting(made, as_json=as_json, quiet=quiet)


def override(
    index: Annotated[int, typer.Argument(metavar="INDEX", help="Of the frame, counted from 0.")],
    still: Annotated[
        Path | None, typer.Argument(metavar="[STILL]", help="A picture of the painted frames' size.")
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Show the painted frame again.")] = False,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if remove == (still is not None):
        raise typer.BadParameter("give a retouched still, or --remove to take one back.")
    if at.url is not None:
        remote.override_there(at, folder, index, still, as_json=as_json)
        return
    from rotoscope.projects.project import open_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.retouching import override_frame  # noqa: PLC0415

    commit = override_frame(open_project(folder), index, still)
    project_lines.present_override(index, commit, still, as_json=as_json)


def list_projects(*, at: ServerChoice, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    remote.require_server(at, "Projects of this machine are folders, each wherever it was made.")
    remote.list_there(at, as_json=as_json)


def delete(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Of the projects.")],
    *,
    at: ServerChoice,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    remote.require_server(at, "A project of this machine is its folder: remove that.")
    remote.delete_there(at, names, as_json=as_json, quiet=quiet)


Otio: TypeAlias = Annotated[
    Path, typer.Option("--otio", metavar="FILE", help="A timeline of OpenTimelineIO.")
]


def export(
    *,
    otio: Otio,
    folder: ProjectFolder = Path(),
    at: ServerChoice,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.export_there(at, folder, otio, overwrite=overwrite, as_json=as_json)
        return
    from rotoscope.projects.interchange import export_timeline  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    clips = export_timeline(open_project(folder), otio, overwrite=overwrite)
    project_lines.present_export(otio, clips, as_json=as_json)


def import_(
    *, otio: Otio, folder: ProjectFolder = Path(), at: ServerChoice, as_json: options.AsJson = False
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.import_there(at, folder, otio, as_json=as_json)
        return
    from rotoscope.projects.interchange import import_timeline  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = import_timeline(open_project(folder), otio)
    project_lines.present_import(otio, commit, as_json=as_json)


def _look(filter_names: list[str], look_file: Path | None, strength: float) -> LookFile | None:
    from rotoscope.projects.looks import look_of_file, look_of_filters  # noqa: PLC0415 - see cli.main

    if filter_names and look_file is not None:
        raise typer.BadParameter("--filter and --look were given together: give filters, or one look file.")
    if strength != 1 and not filter_names:
        raise typer.BadParameter("--strength goes with --filter; a look file says its own.")
    if look_file is not None:
        return look_of_file(look_file)
    return look_of_filters(filter_names, strength=strength) if filter_names else None
