"""Collections of a server: made, filled, shown and published there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from rotoscope.cli.present import human_size, print_json, print_notes
from rotoscope.cli.remote.following import follow
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from rotoscope.client.records import Collection, Work


def init_there(at: ServerChoice, name: str, facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Make a collection at a server."""
    title = facts.get("title") or name.replace("-", " ").capitalize()
    with at.connect() as client:
        made = client.collections.create(name, title, description=facts.get("description"))
    if as_json:
        print_json(made)
    else:
        typer.echo(f"{made.name}: {made.title}, at {at.url}")


def add_there(
    at: ServerChoice, collection: str, file: str, facts: Mapping[str, Any], *, as_json: bool
) -> None:
    """Add a stored file to a collection at a server.

    Raises:
        InvalidOptions: a file is none that the server has.
    """
    from rotoscope.storage.uri import is_uri  # noqa: PLC0415 - see cli.main

    for given in (file, facts.get("source"), facts.get("captions")):
        if given is not None and not is_uri(given):
            raise InvalidOptions(
                f"{given} is a file of this machine, and works of a server's collection are stored there. "
                f"Send it first, with `rotoscope files put {given} data://works/`, and give its URI."
            )
    asked = {"file": file, **{name: value for name, value in facts.items() if value is not None}}
    with at.connect() as client:
        work = client.collections.add(collection, **asked)
    if as_json:
        print_json(work)
    else:
        typer.echo(f"{collection}: {_work_line(work)}")


def list_there(at: ServerChoice, *, as_json: bool) -> None:
    """List collections of a server."""
    with at.connect() as client:
        found = list(client.collections.list())
    if as_json:
        print_json(found)
        return
    for one in found:
        hidden = "" if one.published else ", not published"
        typer.echo(f"{one.name:24} {one.title:32} {_count(one)}{hidden}")
    if not found:
        typer.echo(f"no collections at {at.url}")


def show_there(at: ServerChoice, name: str, *, as_json: bool) -> None:
    """Show what a collection of a server holds."""
    with at.connect() as client:
        collection, works = client.collections.get(name), list(client.collections.works(name))
    if as_json:
        print_json({"collection": collection, "works": works})
        return
    typer.echo(f"{collection.title} ({collection.name}), {_count(collection)}")
    for fact in (collection.description, collection.date, ", ".join(collection.tags)):
        if fact:
            typer.echo(f"  {fact}")
    for work in works:
        typer.echo(f"  {_work_line(work)}")


def publish_there(
    at: ServerChoice,
    names: Sequence[str],
    output: str,
    wishes: Mapping[str, Any],
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Have a server publish some of its collections into one of its stores."""
    from rotoscope.storage.uri import is_uri  # noqa: PLC0415 - see cli.main

    if not is_uri(output):
        raise InvalidOptions(
            f"{output} is a place of this machine, and {at.url} publishes to its stores. Give a URI, such as "
            "data://site/, and get the site with `rotoscope files get data://site/ site/`."
        )
    site = output if output.endswith("/") else f"{output}/"
    asked = {name: value for name, value in wishes.items() if value is not None}
    with at.connect() as client:
        job = client.collections.publish(names, site, **asked)
        job = follow(client, job, shown=not (as_json or quiet), as_json=as_json)
    result = job.result or {}
    if as_json:
        print_json(result)
    elif not quiet:
        changes = result["changes"]
        typer.echo(
            f"{site}: {_works(result['works'])} on {result['pages']} pages, "
            f"{human_size(result['size_bytes'])}; "
            f"{changes['added']} files added, {changes['changed']} changed, {changes['removed']} removed"
        )
        print_notes(tuple(result["notes"]))


def _count(collection: Collection) -> str:
    return _works(len(collection.works))


def _works(number: int) -> str:
    return f"{number} work" if number == 1 else f"{number} works"


def _work_line(work: Work) -> str:
    painted = ", ".join(used.filter for used in work.filters)
    parts = [work.kind, painted and f"painted with {painted}", work.place, work.date]
    return f"{work.name}: {work.title} ({'; '.join(part for part in parts if part)})"
