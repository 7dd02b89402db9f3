"""``rotoscope audition``, and ``rotoscope filters suggest``: choosing among filters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.cli.remote.running import remotely
from rotoscope.errors import InvalidOptions
from rotoscope.plain import to_plain

if TYPE_CHECKING:
    from rotoscope.media.output import WriteReport
    from rotoscope.render.audition import AuditionResult, FilterRow

HELP = """Try many filters on photographs or frames of clips, side by side, with figures under each painting.

Style says how far the texture moves from the photograph's, detail how well its edges are kept, color how far
its colors move, all 0 to 100; flicker says what changes between frames of a clip beyond the source. Without
--output the figures alone are printed.

Examples:

  rotoscope audition photo.jpg --output sheet.png

  rotoscope audition photos/ drone.mp4 --output sheet.html --sort detail

  rotoscope audition drone.mp4 --filters great-wave,lineart:over=photo --frames 4 -o frames.jpg --sort flicker
"""

SUGGEST_HELP = """Say which filters suit a photograph, best first, and why.

Every filter is tried on it. Those that look much like one before them come last.

Examples:

  rotoscope filters suggest photo.jpg

  rotoscope filters suggest photo.jpg --subtle --count 3
"""

Sort: TypeAlias = Literal["name", "style", "detail", "color", "flicker"]
Size: TypeAlias = Annotated[
    int, typer.Option(min=16, metavar="PX", help="Short side to paint at; smaller pictures stay as they are.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("audition", help=flow(HELP))(grouped(remotely(audition)))


def register_suggest(group: typer.Typer) -> None:
    """Add ``suggest`` to ``rotoscope filters``."""
    group.command("suggest", help=flow(SUGGEST_HELP))(suggest)


def audition(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Photographs, clips, or folders of photographs."),
    ],
    *,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,NAME…",
            help="Filters to try, joined by commas, with options as in --filter; default: all.",
        ),
    ] = None,
    frames: Annotated[
        int, typer.Option(min=1, help="Frames of each clip, or photographs of each folder.")
    ] = 3,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="sheet.png, sheet.jpg or sheet.html."),
    ] = None,
    size: Size = 360,
    sort: Annotated[
        Sort,
        typer.Option(help="name: a to z; style, detail: most first; color, flicker: least first."),
    ] = "name",
    threads: options.Threads = None,
    precision: options.Precision = "auto",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render import audition as auditioning  # noqa: PLC0415 - see cli.main
    from rotoscope.render.audition_sheet import write_audition  # noqa: PLC0415
    from rotoscope.render.candidates import load_candidates, read_pictures, split_specs  # noqa: PLC0415
    from rotoscope.render.sheet_file import require_output  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    if output is not None:
        require_output(output, [Path(source) for source in sources], overwrite=overwrite)
    specs = None if filters is None else [spec for text in filters for spec in split_specs(text)]
    candidates, notes = load_candidates(standard_palette(), specs, threads=threads, precision=precision)
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        pictures = read_pictures(sources, frames=frames, size=size)
        result = auditioning.audition(
            pictures, candidates, size=size, sort=sort, notes=notes, on_progress=on_progress
        )
    report = None if output is None else write_audition(result, output, overwrite=overwrite)
    if as_json:
        print_json(_record(result, report))
    elif not quiet:
        _present(result, report)


def suggest(
    photo: Annotated[str, typer.Argument(metavar="INPUT", help="A photograph; of a clip, a frame.")],
    *,
    count: Annotated[int, typer.Option(min=1, help="How many, at most.")] = 6,
    subtle: Annotated[bool, typer.Option("--subtle", help="Those that leave the most as it is.")] = False,
    loud: Annotated[bool, typer.Option("--loud", help="Those that change the most.")] = False,
    size: Size = 360,
    threads: options.Threads = None,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.audition import audition as try_out  # noqa: PLC0415 - see cli.main
    from rotoscope.render.candidates import load_candidates, read_pictures  # noqa: PLC0415
    from rotoscope.render.suggestions import suggest as rank  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    if subtle and loud:
        raise InvalidOptions("--subtle and --loud were given together; give one of them, or none.")
    candidates, notes = load_candidates(standard_palette(), threads=threads)
    with progress_bar(shown=not as_json) as on_progress:
        pictures = read_pictures([photo], frames=1, size=size)
        result = try_out(pictures, candidates, size=size, notes=notes, on_progress=on_progress)
    suggestions = rank(result, count=count, mood="subtle" if subtle else "loud" if loud else "balanced")
    if as_json:
        print_json(suggestions)
        return
    width = max(len(one.name) for one in suggestions)
    for place, one in enumerate(suggestions, start=1):
        typer.echo(f"{place:>2}  {one.name:<{width}}  {one.reason}")
    print_notes(result.notes)


def _present(result: AuditionResult, report: WriteReport | None) -> None:
    if report is None:
        width = max(len(row.name) for row in result.rows)
        keys = ["style", "detail", "color", *(["flicker"] if result.has_flicker else [])]
        typer.echo(f"{'':<{width}}" + "".join(f"{key:>9}" for key in keys))
        for row in result.rows:
            figures = "".join(f"{row.figures.shown(key):>9}" for key in keys)
            typer.echo(f"{row.name:<{width}}{figures}")
    else:
        of = f"{_counted(len(result.rows), 'filter')} on {_counted(len(result.pictures), 'picture')}"
        typer.echo(
            f"{report.path}: {of}, {human_size(report.size_bytes)}, "
            f"in {human_duration(result.elapsed_seconds)}"
        )
    print_notes((*result.notes, *(() if report is None else report.notes)))


def _counted(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"


def _record(result: AuditionResult, report: WriteReport | None) -> dict[str, object]:
    """Everything but the pixels."""
    return {
        "output": None if report is None else str(report.path),
        "size_bytes": None if report is None else report.size_bytes,
        "sort": result.sort,
        "pictures": [
            {
                "name": picture.name,
                "source": None if picture.source is None else str(picture.source),
                "time_seconds": None if picture.time_seconds is None else str(picture.time_seconds),
                "size": [picture.pixels.shape[1], picture.pixels.shape[0]],
            }
            for picture in result.pictures
        ],
        "filters": [_row_record(row) for row in result.rows],
        "elapsed_seconds": result.elapsed_seconds,
        "notes": list(result.notes),
    }


def _row_record(row: FilterRow) -> dict[str, object]:
    return {
        "name": row.name,
        "kind": row.kind,
        "figures": to_plain(row.figures),
        "paintings": [to_plain(painting.figures) for painting in row.paintings],
    }
