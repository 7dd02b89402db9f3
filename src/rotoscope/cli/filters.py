"""``rotoscope filters``: the palette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import audition, options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json
from rotoscope.errors import PaletteError

if TYPE_CHECKING:
    from rotoscope.filters.file import FilterFile
    from rotoscope.filters.kind import OptionInfo
    from rotoscope.palette.entry import PaletteEntry
    from rotoscope.palette.palette import Palette

HELP = """The filters at hand: list, show, suggest, import, edit, export, verify, add-texture, remove.

Examples:

  rotoscope filters list

  rotoscope filters list --tag art --tag loud

  rotoscope filters show great-wave

  rotoscope filters suggest photo.jpg

  rotoscope filters import old-network.onnx --name candy

  rotoscope filters import checkpoints/fns.ckpt --name propaganda

  rotoscope filters export great-wave great-wave.onnx
"""

EDIT_HELP = """Change what the card of one of your own filters tells. It paints the same, but is another file.

What is not said stays; an empty text takes away.

Examples:

  rotoscope filters edit poster --title "The poster" --tag propaganda --tag loud

  rotoscope filters edit poster --author ""
"""

ADD_TEXTURE_HELP = """Copy filter files, with a sample of what each paints on its card.

The copies paint the same, but are other files with other digests.

Examples:

  rotoscope filters add-texture great-wave --into with-samples/

  rotoscope filters add-texture one.onnx two.onnx --into with-samples/
"""

Range: TypeAlias = Literal["0..1", "0..255", "-1..1"]
Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="A filter of the palette.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(help=flow(HELP), no_args_is_help=True, rich_markup_mode="rich")
    group.command("list")(list_filters)
    group.command("show")(show)
    audition.register_suggest(group)
    group.command("import")(import_filter)
    group.command("edit", help=flow(EDIT_HELP))(edit)
    group.command("export")(export)
    group.command("verify")(verify)
    group.command("add-texture", help=flow(ADD_TEXTURE_HELP))(add_texture)
    group.command("remove")(remove)
    app.add_typer(group, name="filters")


def standard_palette() -> Palette:
    """The palette, imported when a command needs it."""
    from rotoscope.standard import standard_palette as palette  # noqa: PLC0415 - see cli.main

    return palette()


def list_filters(
    *,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Only filters with this tag; repeat it for those that have all."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Name every filter at hand by category, loud or subtle."""
    from rotoscope.palette.categories import sort_by_category, with_tags  # noqa: PLC0415 - see cli.main

    entries = sort_by_category(with_tags(standard_palette().list(), tag or ()))
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    rows = [_row(entry) for entry in entries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        typer.echo("  ".join((*cells, row[3])).rstrip())


def show(
    name: Name,
    *,
    save_pictures: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the pictures of its card into this folder."),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Tell what is known of one filter."""
    from rotoscope.filters.kinds import KINDS  # noqa: PLC0415

    entry = standard_palette().get(name)
    saved = None if save_pictures is None else _save_pictures(entry, save_pictures, overwrite=overwrite)
    facts = _summary(entry)
    if entry.card is not None:
        facts["card"] = entry.card.model_dump(mode="json", exclude_none=True)
    if entry.path is None:
        facts["options"] = [_option(info) for info in KINDS[entry.kind].option_infos()]
    if saved is not None:
        facts["saved"] = [str(path) for path in saved]
    if as_json:
        print_json(facts)
        return
    for key, value in _flatten(facts):
        typer.echo(f"{key:<24} {_shown(value)}")


def import_filter(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A filter file, another maker's ONNX style network, or weights of a known one: a PyTorch or"
            " safetensors state dict, a TensorFlow checkpoint (its folder, one of its files, or their common"
            " name).",
        ),
    ],
    *,
    name: Annotated[
        str | None, typer.Option(help="Its name in the palette; default: from the card or file.")
    ] = None,
    input_range: Annotated[Range | None, typer.Option(help="Values it takes; default: found out.")] = None,
    output_range: Annotated[Range | None, typer.Option(help="Values it gives; default: found out.")] = None,
    bgr: Annotated[bool, typer.Option("--bgr", help="Its color channels run blue, green, red.")] = False,
    title: Annotated[str | None, typer.Option(help="Name for people to read.")] = None,
    author: Annotated[str | None, typer.Option(help="Who made the network.")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="Terms of use of the network.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Bring a filter file, another maker's network or the weights of a known one into the palette."""
    from rotoscope.palette.third_party import ImportOptions  # noqa: PLC0415 - see cli.main

    wanted = ImportOptions(
        input_range=input_range,
        output_range=output_range,
        channels="bgr" if bgr else None,
        title=title,
        author=author,
        license=license_,
    )
    given = None if wanted == ImportOptions() else wanted
    entry = standard_palette().import_file(file, name=name, options=given)
    if as_json:
        print_json(_summary(entry))
        return
    typer.echo(f"{entry.name}: imported to {entry.path}")
    if entry.card is not None and entry.card.imported is not None:
        for finding in entry.card.imported.evidence:
            typer.echo(f"  {finding}")


def edit(
    name: Name,
    *,
    title: Annotated[str | None, typer.Option(help="Name for people to read.")] = None,
    author: Annotated[str | None, typer.Option(help="Who made the filter.")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="Terms of use of the filter.")] = None,
    meaning: Annotated[str | None, typer.Option(help="Why this picture: the maker's own words.")] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="A word to find it by; those said take the place of all."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.palette.card_edit import card_changes  # noqa: PLC0415 - see cli.main

    said = {"title": title, "author": author, "license": license_, "meaning": meaning}
    told: dict[str, object] = {key: text or None for key, text in said.items() if text is not None}
    if tag is not None:
        told["tags"] = [word for word in tag if word]
    entry = standard_palette().edit_card(name, card_changes(told))
    if as_json:
        print_json(_summary(entry))
    else:
        typer.echo(f"{entry.name}: {', '.join(told) or 'nothing'} changed")


def export(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, or a folder for NAME.onnx.")],
    *,
    overwrite: options.Overwrite = False,
) -> None:
    """Copy a filter's file out of the palette; it runs in any ONNX runtime."""
    typer.echo(standard_palette().export(name, file, overwrite=overwrite))


def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE]...", help="Default: every filter that has a file."),
    ] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Hold filter files against everything the format promises; exit code 1 where one breaks a promise."""
    palette = standard_palette()
    wanted = names or [entry.name for entry in palette.list() if entry.path is not None]
    reports = [palette.verify(name) for name in wanted]
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            typer.echo(f"{report.name or report.path}: {'in order' if report.passed else 'NOT in order'}")
            for check in report.checks:
                typer.echo(f"  {'ok ' if check.passed else 'BAD'} {check.name}: {check.detail}")
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def add_texture(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME|FILE...", help="Filters of the palette, or filter files.")
    ],
    *,
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the copies are written; made if it is missing.")
    ],
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.palette.texture_sample import SAMPLE_SIDE  # noqa: PLC0415 - see cli.main
    from rotoscope.render.progress import ProgressMeter  # noqa: PLC0415

    palette = standard_palette()
    made: list[FilterFile] = []
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        meter = ProgressMeter("add-texture", frames_expected=len(names), on_progress=on_progress)
        for name in names:
            made.append(palette.add_texture(name, into, overwrite=overwrite))
            meter.advance((SAMPLE_SIDE, SAMPLE_SIDE))
    if as_json:
        print_json([{"name": f.card.name, "digest": f.digest, "size_bytes": len(f.model)} for f in made])
    elif not quiet:
        for file in made:
            typer.echo(f"{into / file.card.name}.onnx: {human_size(len(file.model))}")


def remove(name: Name) -> None:
    """Delete one of your own filters."""
    standard_palette().remove(name)
    typer.echo(f"{name}: removed")


def _row(entry: PaletteEntry) -> tuple[str, str, str, str]:
    from rotoscope.palette.categories import category_of, loudness_of  # noqa: PLC0415

    category = category_of(entry) or ("classical" if entry.path is None else "")
    whose = "" if entry.bundled else "  (own)"
    return entry.name, category, loudness_of(entry) or "", f"{entry.problem or entry.title or ''}{whose}"


def _save_pictures(entry: PaletteEntry, folder: Path, *, overwrite: bool) -> list[Path]:
    from rotoscope.palette.card_pictures import save_card_pictures  # noqa: PLC0415

    if entry.card is None:
        raise PaletteError(
            entry.problem or f"{entry.name!r} is a classical kind: it has no card, and so no pictures on it."
        )
    return save_card_pictures(entry.card, folder, overwrite=overwrite)


def _summary(entry: PaletteEntry) -> dict[str, object]:
    from rotoscope.palette.categories import category_of, loudness_of, tags_of  # noqa: PLC0415

    return {
        "name": entry.name,
        "kind": entry.kind,
        "version": entry.version,
        "bundled": entry.bundled,
        "title": entry.title,
        "category": category_of(entry),
        "loudness": loudness_of(entry),
        "tags": list(tags_of(entry)),
        "path": None if entry.path is None else str(entry.path),
        "digest": entry.digest,
        "problem": entry.problem,
    }


def _option(info: OptionInfo) -> str:
    by_default = "" if info.default is None else f", by default {info.default}"
    return f"{info.name}: {info.description} ({info.values}{by_default})"


def _shown(value: object) -> object:
    if isinstance(value, str) and value.startswith("data:image/"):
        return f"a picture, {human_size(len(value))} as text; --save-pictures FOLDER writes it out"
    return value


def _flatten(value: object, path: str = "") -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [
            row
            for key, item in value.items()
            for row in _flatten(item, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list):
        return [(path, item) for item in value]
    return [] if value is None else [(path, value)]
