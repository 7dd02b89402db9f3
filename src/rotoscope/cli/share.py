"""``rotoscope share``: short forms of what was painted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.requests import make_selection, make_time

HELP = (
    """Make what is shared of paintings: loops, squares, upright clips, before and after, sheets, posters."""
)

LOOP_HELP = """Make a GIF, WebP or APNG of some seconds of a clip, no larger than it may be.

Width and rate are chosen so that it fits. Its end fades into what comes before its beginning, so that nothing
jumps; --fade 0 leaves that out.

Examples:

  rotoscope share loop painted.mp4 loop.gif

  rotoscope share loop painted.mp4 loop.webp --start 0:05 --seconds 4 --megabytes 2
"""

SQUARE_HELP = """Cut a picture or a clip to a square.

The window rests on what stands out and moves. Over a clip it stands still for a whole shot where that shows
nearly as much as following would, and glides otherwise.

Examples:

  rotoscope share square painted.mp4 square.mp4

  rotoscope share square painted.jpg square.jpg --center 0.3,0.5
"""

VERTICAL_HELP = """Cut a picture or a clip to 9:16, for telephones.

Examples:

  rotoscope share vertical painted.mp4 vertical.mp4

  rotoscope share vertical painted.mp4 vertical.mp4 --start 3 --stop 12 --size 720
"""

BEFORE_AFTER_HELP = """Show a source and its painting in one picture or clip, in step, with sound.

wipe: a line moves across, there and back; split: it stays in the middle; beside and stacked: both are whole.

Examples:

  rotoscope share before-after drone.mp4 painted.mp4 before-after.mp4

  rotoscope share before-after photo.jpg painted.jpg both.jpg --as beside --labels

  rotoscope share before-after drone.mp4 part.mp4 wipe.mp4 --offset 0:12
"""

SHEET_HELP = """Lay frames of a clip, or several pictures, out on one sheet.

Examples:

  rotoscope share sheet painted.mp4 sheet.jpg --frames 9

  rotoscope share sheet a.jpg b.jpg c.mp4 sheet.png --title "Three walks"
"""

POSTER_HELP = """Make a poster: one picture, large, with its title, what painted it, and why.

Of a clip, the frame is taken that looks best; --at takes another one. The filter is told by the painting's
own recipe, the words on its meaning by the filter's card.

Examples:

  rotoscope share poster painted.mp4 poster.png --title "The drowned coast"

  rotoscope share poster painted.jpg poster.png --text "What the sea left behind."
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("loop", help=flow(LOOP_HELP))(grouped(remotely(loop)))
    group.command("square", help=flow(SQUARE_HELP))(grouped(remotely(square)))
    group.command("vertical", help=flow(VERTICAL_HELP))(grouped(remotely(vertical)))
    group.command("before-after", help=flow(BEFORE_AFTER_HELP))(grouped(remotely(before_after)))
    group.command("sheet", help=flow(SHEET_HELP))(sheet)
    group.command("poster", help=flow(POSTER_HELP))(grouped(remotely(poster)))
    app.add_typer(group, name="share")


def loop(
    source: options.Source,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="A .gif, .webp or .apng.")],
    *,
    start: options.Start = None,
    seconds: Annotated[str, typer.Option(metavar="TIME", help="How long it is at most.")] = "3",
    megabytes: Annotated[float, typer.Option(metavar="MB", help="How large it is at most.")] = 8.0,
    fade: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="For how long the end fades; default: 0.5, or a quarter of a short loop."
        ),
    ] = None,
    width: Annotated[
        int | None, typer.Option(metavar="PX", help="Its width; default: as much as fits.")
    ] = None,
    fps: Annotated[
        str | None, typer.Option(metavar="RATE", help="Frames a second; default: as many as fit.")
    ] = None,
    quality: options.Quality = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.timecode import parse_rate  # noqa: PLC0415 - see cli.main
    from rotoscope.render.sharing.loop import LoopOptions, make_loop  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    how = LoopOptions(
        seconds=make_time(seconds),
        megabytes=megabytes,
        fade=None if fade is None else make_time(fade),
        width=width,
        fps=None if fps is None else parse_rate(fps),
        quality=quality,
    )
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = make_loop(
            source,
            output,
            palette=standard_palette(),
            start=None if start is None else make_time(start),
            options=how,
            overwrite=overwrite,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)


Center = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y",
        help="What stays in the middle, as shares of width and height; default: what matters is followed.",
    ),
]
ShortSide = Annotated[
    int | None,
    typer.Option(min=16, metavar="PX", help="Short side; default: 1080, or what there is if that is less."),
]


def square(
    source: options.Source,
    output: options.Output,
    *,
    center: Center = None,
    size: ShortSide = None,
    start: options.Start = None,
    stop: options.Stop = None,
    quality: options.Quality = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    _crop("square", source, output, center, size, (start, stop), quality, overwrite, (as_json, quiet))


def vertical(
    source: options.Source,
    output: options.Output,
    *,
    center: Center = None,
    size: ShortSide = None,
    start: options.Start = None,
    stop: options.Stop = None,
    quality: options.Quality = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    _crop("vertical", source, output, center, size, (start, stop), quality, overwrite, (as_json, quiet))


def _crop(
    form: Literal["square", "vertical"],
    source: str,
    output: Path,
    center: str | None,
    size: int | None,
    span: tuple[str | None, str | None],
    quality: float | None,
    overwrite: bool,
    shown: tuple[bool, bool],
) -> None:
    from rotoscope.render.sharing.crop import SHAPES, CropOptions, crop, parse_center  # noqa: PLC0415

    as_json, quiet = shown
    how = CropOptions(
        aspect=SHAPES[form],
        size=size,
        center=None if center is None else parse_center(center),
        quality=quality,
    )
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = crop(
            source,
            output,
            how,
            selection=make_selection(*span, None, None),
            overwrite=overwrite,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)


def before_after(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="What was painted.")],
    painted: Annotated[str, typer.Argument(metavar="PAINTED", help="The painting.")],
    output: options.Output,
    *,
    form: Annotated[
        Literal["wipe", "split", "beside", "stacked"], typer.Option("--as", help="How both are shown.")
    ] = "wipe",
    offset: Annotated[
        str, typer.Option(metavar="TIME", help="Where in the source the painting begins.")
    ] = "0",
    labels: Annotated[bool, typer.Option("--labels", help="Write before and after on them.")] = False,
    size: ShortSide = None,
    seconds: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long two stills are wiped in a video or GIF; default: 4."),
    ] = None,
    quality: options.Quality = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.sharing.comparison import ComparisonOptions, compare  # noqa: PLC0415

    how = ComparisonOptions(
        form=form,
        size=size,
        offset=make_time(offset),
        labels=labels,
        seconds=None if seconds is None else make_time(seconds),
        quality=quality,
    )
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = compare(source, painted, output, how, overwrite=overwrite, on_progress=on_progress)
    present_render(result, as_json=as_json, quiet=quiet)


def sheet(
    words: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT... OUTPUT", help="A clip, or several pictures; then a still."),
    ],
    *,
    frames: Annotated[int, typer.Option(min=2, help="How many of one clip.")] = 12,
    columns: Annotated[int | None, typer.Option(min=1, help="Side by side; default: as suits them.")] = None,
    title: Annotated[str, typer.Option(help="A line above everything.")] = "",
    width: Annotated[int, typer.Option(min=320, metavar="PX", help="Of the sheet, at most.")] = 1600,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.sharing.sheet import make_sheet  # noqa: PLC0415

    if len(words) < 2:
        raise typer.BadParameter(
            "name a clip or some pictures, and then the sheet: rotoscope share sheet painted.mp4 sheet.jpg"
        )
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = make_sheet(
            words[:-1],
            words[-1],
            frames=frames,
            columns=columns,
            title=title,
            width=width,
            overwrite=overwrite,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)


def poster(
    source: options.Source,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="A still: poster.png, .jpg …")],
    *,
    title: Annotated[str | None, typer.Option(help="Large; default: made of the source's name.")] = None,
    text: Annotated[
        str | None, typer.Option(help="Some sentences; default: what the filter's card says it means.")
    ] = None,
    moment: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="The frame; default: the one that looks best.")
    ] = None,
    width: Annotated[int, typer.Option(min=400, max=6000, metavar="PX", help="Of the poster.")] = 1600,
    quality: options.Quality = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.sharing.poster import make_poster  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = make_poster(
            source,
            output,
            palette=standard_palette(),
            title=title,
            text=text,
            at=None if moment is None else make_time(moment),
            width=width,
            quality=quality,
            overwrite=overwrite,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)
