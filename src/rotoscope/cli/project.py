"""``rotoscope project``: a video in Git. Making and painting; the rest is in ``project_history``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from rotoscope.cli import options, project_history, project_remotes
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.cache import kept_segments
from rotoscope.cli.grouping import grouped
from rotoscope.cli.groups import Arithmetic
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json, print_notes, summary_line
from rotoscope.cli.project_history import ProjectFolder, short
from rotoscope.cli.requests import make_time

if TYPE_CHECKING:
    from rotoscope.projects.looks import LookFile

HELP = """A video in Git: one clip's frames, looks and results, with their whole history.

A project is a Git repository of small text files. The clip itself stays where it is. Every painting is a
commit; looks can be forked, merged, pushed and pulled, and any state brought back.
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

Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="[FOLDER]", help="The project; default: this folder.")
]
Clip: TypeAlias = Annotated[
    Path | None,
    typer.Option("--clip", metavar="FILE", help="Where the clip is now; default: where it was last."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("init", help=flow(INIT_HELP))(init)
    group.command("paint", help=flow(PAINT_HELP))(grouped(paint))
    group.command("override", help=flow(OVERRIDE_HELP))(override)
    project_history.register(group)
    project_remotes.register(group)
    group.command("export", help=flow(EXPORT_HELP))(export)
    group.command("import", help=flow(IMPORT_HELP))(import_)
    app.add_typer(group, name="project")


def init(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A video, GIF, or folder of stills.")],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Made; default: the clip's name with .project, beside it."),
    ] = None,
    *,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.project import init_project  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        project = init_project(clip, folder, on_progress=on_progress)
    state = project.state
    if as_json:
        print_json({"project": project.folder, "frames": len(state.frames), "commit": state.commit.decode()})
    elif not quiet:
        typer.echo(
            f"{project.folder}: {len(state.frames)} frames of {state.manifest.source.file}, commit "
            f"{short(state.commit.decode())}"
        )


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
    if as_json:
        print_json(made)
    elif not quiet:
        typer.echo(summary_line(made.result))
        print_notes(made.result.notes)
        count = made.frames_changed
        typer.echo(f"commit {short(made.commit)}: {count} frame{'s' if count != 1 else ''} changed")


def override(
    index: Annotated[int, typer.Argument(metavar="INDEX", help="Of the frame, counted from 0.")],
    still: Annotated[
        Path | None, typer.Argument(metavar="[STILL]", help="A picture of the painted frames' size.")
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Show the painted frame again.")] = False,
    folder: ProjectFolder = Path(),
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.project import open_project  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.retouching import override_frame  # noqa: PLC0415

    if remove == (still is not None):
        raise typer.BadParameter("give a retouched still, or --remove to take one back.")
    commit = override_frame(open_project(folder), index, still)
    if as_json:
        print_json({"index": index, "commit": commit})
    else:
        what = "is painted again" if remove else f"shows {still}"
        typer.echo(f"commit {short(commit)}: frame {index} {what} from the next painting on")


Otio: TypeAlias = Annotated[
    Path, typer.Option("--otio", metavar="FILE", help="A timeline of OpenTimelineIO.")
]


def export(
    *,
    otio: Otio,
    folder: ProjectFolder = Path(),
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.projects.interchange import export_timeline  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    clips = export_timeline(open_project(folder), otio, overwrite=overwrite)
    if as_json:
        print_json({"output": otio, "clips": clips})
    else:
        typer.echo(f"{otio}: {clips} clip{'s' if clips != 1 else ''}")


def import_(*, otio: Otio, folder: ProjectFolder = Path(), as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.projects.interchange import import_timeline  # noqa: PLC0415 - see cli.main
    from rotoscope.projects.project import open_project  # noqa: PLC0415

    commit = import_timeline(open_project(folder), otio)
    if as_json:
        print_json({"commit": commit})
    elif commit is None:
        typer.echo(f"{otio} says what the project has already")
    else:
        typer.echo(f"commit {short(commit)}: the timeline of {otio.name}; paint to see it")


def _look(filter_names: list[str], look_file: Path | None, strength: float) -> LookFile | None:
    from rotoscope.projects.looks import look_of_file, look_of_filters  # noqa: PLC0415 - see cli.main

    if filter_names and look_file is not None:
        raise typer.BadParameter("--filter and --look were given together: give filters, or one look file.")
    if strength != 1 and not filter_names:
        raise typer.BadParameter("--strength goes with --filter; a look file says its own.")
    if look_file is not None:
        return look_of_file(look_file)
    return look_of_filters(filter_names, strength=strength) if filter_names else None
