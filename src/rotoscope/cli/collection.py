"""``rotoscope collection``: works with their story."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json
from rotoscope.cli.remote import collections as remote
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.settings import load_settings

if TYPE_CHECKING:
    from rotoscope.publish.collection import Collection
    from rotoscope.publish.work import UsedFilter, Work

HELP = """Collections: works with their story, as a folder of files that you can edit.

A collection is collection.yaml, story.md, a file for each work in works/, and pictures and videos in media/.
One that is given a name is kept with your filters; one that is given a path is there.

Examples:

  rotoscope collection init drowned-coast --title "The drowned coast"

  rotoscope collection add drowned-coast painted.jpg --source photo.jpg --filter great-wave --place Cassis

  rotoscope publish drowned-coast site/
"""

INIT_HELP = """Make a collection.

Examples:

  rotoscope collection init drowned-coast --title "The drowned coast"

  rotoscope collection init ./drowned-coast --description "Six places that are going under"
"""

ADD_HELP = """Add a painted picture or video. Its file is copied into the collection; a URI stays where it is.

A video that Rotoscope painted says itself what painted it.

Examples:

  rotoscope collection add drowned-coast painted.jpg --source photo.jpg --filter great-wave

  rotoscope collection add drowned-coast flight.mp4 --title "Over the harbor" --date 2026-05-01 --tag sea
"""

LIST_HELP = """List collections.

Example:

  rotoscope collection list
"""

SHOW_HELP = """Show what a collection holds.

Example:

  rotoscope collection show drowned-coast
"""

VALIDATE_HELP = """Say what is wrong with a collection's files, with file, line and key.

The exit code is 1 where something is.

Example:

  rotoscope collection validate drowned-coast
"""

CollectionChoice: TypeAlias = Annotated[
    str, typer.Argument(metavar="COLLECTION", help="Its name, or its folder.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(help=flow(HELP), no_args_is_help=True, rich_markup_mode="rich")
    group.command("init", help=flow(INIT_HELP))(grouped(init))
    group.command("add", help=flow(ADD_HELP))(grouped(add))
    group.command("list", help=flow(LIST_HELP))(grouped(list_collections))
    group.command("show", help=flow(SHOW_HELP))(grouped(show))
    group.command("validate", help=flow(VALIDATE_HELP))(validate)
    app.add_typer(group, name="collection")


def find_folder(text: str) -> Path:
    """The folder of a collection that is named or given.

    Raises:
        CollectionNotFound: there is none.
    """
    from rotoscope.publish.reading import is_collection  # noqa: PLC0415 - see cli.main
    from rotoscope.publish.shelf import CollectionShelf  # noqa: PLC0415

    given = Path(text)
    shelf = CollectionShelf(load_settings(os.environ).collections_dir)
    return given if text not in shelf.names() and is_collection(given) else shelf.find(text)


def init(
    place: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or a folder such as ./walks.")],
    *,
    title: Annotated[str | None, typer.Option(help="For people to read; default: made of the name.")] = None,
    description: Annotated[str | None, typer.Option(help="A sentence on it.")] = None,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.init_there(at, place, {"title": title, "description": description}, as_json=as_json)
        return
    from rotoscope.publish.adding import checked_collection  # noqa: PLC0415
    from rotoscope.publish.shelf import is_name, make_collection, require_name  # noqa: PLC0415

    shelf = load_settings(os.environ).collections_dir
    folder = shelf / place if is_name(place) else Path(place)
    name = folder.absolute().name
    require_name(name)
    said = {
        "name": name,
        "title": title or name.replace("-", " ").capitalize(),
        "description": description,
    }
    make_collection(folder, checked_collection(said))
    if as_json:
        print_json({"name": name, "folder": folder})
    else:
        typer.echo(
            f"{folder}: write its story in story.md; add works with `rotoscope collection add {place} FILE`"
        )


def add(
    collection: CollectionChoice,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A painted picture or video, or its URI.")],
    *,
    name: Annotated[str | None, typer.Option(help="Part of its address; default: the file's.")] = None,
    title: Annotated[str | None, typer.Option(help="For people to read; default: made of the name.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="FILE", help="The photograph or clip that was painted, or its URI.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-f",
            metavar="NAME",
            help="What painted it, where the file does not say; several times.",
        ),
    ] = None,
    place: Annotated[str | None, typer.Option(help="Where it was taken.")] = None,
    date: Annotated[str | None, typer.Option(metavar="DAY", help="As 2026-11-27.")] = None,
    caption: Annotated[str | None, typer.Option(help="Some sentences, Markdown.")] = None,
    alt: Annotated[str | None, typer.Option(help="What is to be seen, for those who do not see it.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by; several times.")] = None,
    captions: Annotated[
        str | None, typer.Option(metavar="FILE", help="What is said in a video: a WebVTT file, or its URI.")
    ] = None,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.publish.adding import WorkWish, add_work  # noqa: PLC0415

    said: dict[str, Any] = {"place": place, "date": date, "caption": caption, "alt": alt, "tags": tag}
    said = {key: value for key, value in said.items() if value is not None}
    if at.url is not None:
        given = {"name": name, "title": title, "source": source, "captions": captions, "filters": filters}
        remote.add_there(at, collection, file, {**given, **said}, as_json=as_json)
        return
    wish = WorkWish(
        name=name,
        title=title,
        source=source,
        captions=captions,
        filters=None if filters is None else tuple(map(_used, filters)),
        facts=said,
    )
    work = add_work(find_folder(collection), file, wish)
    if as_json:
        print_json(work.model_dump(mode="json"))
    else:
        typer.echo(f"{collection}: {_work_line(work)}")


def _used(spec: str) -> UsedFilter:
    from rotoscope.publish.work import UsedFilter  # noqa: PLC0415
    from rotoscope.standard import load_filter  # noqa: PLC0415

    return UsedFilter(filter=spec, digest=load_filter(spec).digest)


def list_collections(*, at: ServerChoice, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.list_there(at, as_json=as_json)
        return
    from rotoscope.errors import InvalidCollection  # noqa: PLC0415
    from rotoscope.publish.shelf import CollectionShelf  # noqa: PLC0415

    shelf = CollectionShelf(load_settings(os.environ).collections_dir)
    found: list[dict[str, Any]] = []
    for name in shelf.names():
        try:
            collection, problem = shelf.read(name), None
        except InvalidCollection as error:
            collection, problem = None, str(error)
        found.append(
            {
                "name": name,
                "folder": shelf.place(name),
                "title": collection.title if collection else None,
                "works": len(collection.works) if collection else None,
                "published": collection.published if collection else None,
                "problem": problem,
            }
        )
    if as_json:
        print_json(found)
        return
    for one in found:
        works = "not in order, see `collection validate`" if one["problem"] else _count(one["works"])
        hidden = "" if one["published"] in (True, None) else ", not published"
        typer.echo(f"{one['name']:24} {one['title'] or '':32} {works}{hidden}")
    if not found:
        typer.echo("no collections yet; `rotoscope collection init NAME` makes one")


def show(collection: CollectionChoice, *, at: ServerChoice, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    if at.url is not None:
        remote.show_there(at, collection, as_json=as_json)
        return
    from rotoscope.publish.reading import read_collection  # noqa: PLC0415

    folder = find_folder(collection)
    found = read_collection(folder)
    if as_json:
        print_json({**found.model_dump(mode="json"), "folder": str(folder)})
        return
    for line in _lines(found, folder):
        typer.echo(line)


def _lines(found: Collection, folder: Path) -> list[str]:
    lines = [f"{found.title} ({found.name})", f"  {folder}"]
    facts = [found.description, None if found.date is None else str(found.date), ", ".join(found.tags)]
    lines += [f"  {fact}" for fact in facts if fact]
    if not found.published:
        lines.append("  not published")
    lines += [f"  {_work_line(work)}" for work in found.works]
    return lines if found.works else [*lines, "  no works yet"]


def _work_line(work: Work) -> str:
    painted = ", ".join(used.filter for used in work.filters)
    parts = [work.kind, painted and f"painted with {painted}", work.place, work.date and str(work.date)]
    return f"{work.name}: {work.title} ({'; '.join(part for part in parts if part)})"


def validate(collection: CollectionChoice, *, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.errors import InvalidCollection  # noqa: PLC0415
    from rotoscope.publish.reading import read_collection  # noqa: PLC0415
    from rotoscope.publish.updates import read_updates  # noqa: PLC0415

    folder = find_folder(collection)
    try:
        found = read_collection(folder)
        updates = read_updates(folder)
    except InvalidCollection as error:
        if not error.faults:
            raise
        if as_json:
            plain = [{"file": one.file, **_fault(one.fault)} for one in error.faults]
            print_json({"collection": folder, "is_valid": False, "faults": plain})
        else:
            for one in error.faults:
                typer.echo(f"{folder / one.file}: {one.fault}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        print_json({"collection": folder, "is_valid": True, "faults": []})
    else:
        told = f", {len(updates)} updates" if updates else ""
        typer.echo(f"{folder}: {found.title}, {_count(len(found.works))}{told}, in order")


def _fault(fault: Any) -> dict[str, Any]:  # noqa: ANN401 - imported where it is used
    return {"line": fault.line, "key": fault.key, "told": fault.told}


def _count(works: int) -> str:
    return f"{works} work" if works == 1 else f"{works} works"
