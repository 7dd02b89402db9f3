"""``rotoscope publish``: sites from collections."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import share_bar
from rotoscope.cli.collection import find_folder
from rotoscope.cli.grouping import grouped
from rotoscope.cli.groups import Telling
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.cli.remote.collections import publish_there
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.settings import Settings, load_settings

if TYPE_CHECKING:
    from rotoscope.palette.entry import PaletteEntry
    from rotoscope.publish.publishing import PublishReport
    from rotoscope.publish.site.gathering import TagsOf, ToPublish
    from rotoscope.publish.site.options import SiteOptions
    from rotoscope.publish.targets.base import Target
    from rotoscope.storage.storage import Storage

HELP = """Publish collections as a gallery of static files.

It has pages, pictures in several widths, videos with posters, before and after, and the images behind the
filters. Everything is stored with the site; nothing is fetched from elsewhere. Publishing again changes only
what changed, and touches no file of others.

SITE is a folder; a branch of a Git repository, git+REPOSITORY#BRANCH (or REPOSITORY and --branch); or a URI
such as s3://bucket/gallery/.

With --format jekyll, SITE is a Jekyll site: its _collections and _works get a page for each collection and
work, and pictures, squares and videos beside them.

Feeds, the sitemap and previews on other sites need whole addresses: --url says where the site will be.

Examples:

  rotoscope publish drowned-coast site/

  rotoscope publish drowned-coast machines site/ --title "Algorithmic rotoscope" --url https://example.org/

  rotoscope publish drowned-coast . --branch gh-pages

  rotoscope publish drowned-coast my-jekyll-site/ --format jekyll

  rotoscope publish --check site/
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("publish", help=flow(HELP))(grouped(publish))


def publish(
    words: Annotated[
        list[str],
        typer.Argument(metavar="COLLECTION... SITE", help="Names or folders of collections, then where to."),
    ],
    *,
    title: Annotated[
        str | None, typer.Option(help="Of the site; default: that of the collection, where it is one.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="A sentence for its first page.")] = None,
    author: Annotated[str | None, typer.Option(help="Whose works they are.")] = None,
    language: Annotated[str, typer.Option(help="Of the texts, such as en or pt-BR.")] = "en",
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where the site will be.")] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Commit to this branch; SITE is a Git repository.")
    ] = None,
    form: Annotated[
        Literal["html", "jekyll"],
        typer.Option("--format", help="html: a gallery of its own; jekyll: pages of a Jekyll site."),
    ] = "html",
    telling: Telling,
    check: Annotated[bool, typer.Option("--check", help="Publish nothing: check the links of SITE.")] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Do not check links before publishing.")
    ] = False,
    at: ServerChoice,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.publish.publishing import palette_by_name, to_publish  # noqa: PLC0415 - see cli.main
    from rotoscope.publish.publishing import publish as publish_site  # noqa: PLC0415
    from rotoscope.standard import standard_palette  # noqa: PLC0415

    if check:
        _check(words, url, as_json=as_json, quiet=quiet)
        return
    _require_site(words)
    if at.url is not None:
        _refuse_for_server(branch, form, telling)
        wishes = {"title": title, "description": description, "author": author, "language": language}
        wishes |= {"url": url, "check": not no_check, "overwrite": overwrite}
        publish_there(at, words[:-1], words[-1], wishes, as_json=as_json, quiet=quiet)
        return
    settings = load_settings(os.environ)
    given = [to_publish(find_folder(word), partial(_fetch, settings)) for word in words[:-1]]
    palette = palette_by_name(standard_palette())
    tags_of = _tags_of(telling, palette)
    if form == "jekyll":
        _refuse_for_jekyll({"--title": title, "--description": description, "--author": author, "--url": url})
    site = _site(title or (given[0].collection.title if len(given) == 1 else None), description, author,
                 language, url)  # fmt: skip
    with share_bar("publishing", shown=not (quiet or as_json)) as update:
        how: dict[str, Any] = {"overwrite": overwrite, "tags_of": tags_of, "on_work": _teller(update)}
        if form == "jekyll":
            report = _publish_jekyll(given, words[-1], branch, **how)
        else:
            target = _target(words[-1], branch, settings)
            report = publish_site(given, target, site, palette, check=not no_check, **how)
    _present(report, as_json=as_json, quiet=quiet)


def _require_site(words: list[str]) -> None:
    if len(words) < 2:
        raise typer.BadParameter(
            "name one collection or more, and then the site: rotoscope publish walks site/"
        )


def _refuse_for_server(branch: str | None, form: str, telling: Telling) -> None:
    if branch is not None or form != "html" or telling != Telling():
        raise typer.BadParameter(
            "a server publishes a gallery to its stores, whose pictures say how they were made and are not "
            "signed; leave --branch, --format, --no-provenance, --credentials and --key out, or --server"
        )


def _tags_of(telling: Telling, palette: Mapping[str, PaletteEntry]) -> TagsOf:
    """What pictures carry; with a certificate, signed."""
    from rotoscope.publish.provenance import tags_of_works  # noqa: PLC0415 - see cli.main
    from rotoscope.publish.site.gathering import no_tags  # noqa: PLC0415

    told = telling.made()
    return tags_of_works(palette, told.get("credentials")) if told["provenance"] else no_tags


def _refuse_for_jekyll(given: dict[str, str | None]) -> None:
    odd = [name for name, value in given.items() if value is not None]
    if odd:
        raise typer.BadParameter(
            f"{', '.join(odd)} cannot be said of a Jekyll site, whose own _config.yml says it; leave it out"
        )


def _publish_jekyll(
    given: list[ToPublish],
    site: str,
    branch: str | None,
    **how: Any,  # noqa: ANN401 - as publish_jekyll takes it
) -> PublishReport:
    """Into the folder or the branch of a Jekyll site."""
    from rotoscope.publish.jekyll import JEKYLL_RECORD, publish_jekyll, undeclared  # noqa: PLC0415
    from rotoscope.publish.targets.branch import BranchTarget  # noqa: PLC0415
    from rotoscope.publish.targets.folder import FolderTarget  # noqa: PLC0415
    from rotoscope.storage.uri import is_uri  # noqa: PLC0415

    if is_uri(site):
        raise typer.BadParameter("a Jekyll site is a folder, or a branch of a repository; give one of these")
    repository, named = _branch_of(site, branch)
    if named is None:
        target: Target = FolderTarget(repository, record_name=JEKYLL_RECORD)
    else:
        target = BranchTarget(repository, named, record_name=JEKYLL_RECORD, is_served=False)
    report = publish_jekyll(given, target, **how)
    told = undeclared(repository) if named is None else None
    return report if told is None else replace(report, notes=(*report.notes, told))


def _branch_of(text: str, branch: str | None) -> tuple[Path, str | None]:
    """The folder, and the branch of the repository in it where one was named."""
    if not text.startswith("git+"):
        return Path(text), branch
    repository, mark, named = text.removeprefix("git+").rpartition("#")
    if not mark or not named or not repository:
        raise typer.BadParameter("a branch is given as git+REPOSITORY#BRANCH, such as git+.#gh-pages")
    return Path(repository), branch or named


def _site(
    title: str | None, description: str | None, author: str | None, language: str, url: str | None
) -> SiteOptions:
    from rotoscope.publish.site.options import DEFAULT_TITLE, SiteOptions  # noqa: PLC0415

    return SiteOptions(title or DEFAULT_TITLE, description, author, language, url)


def _teller(update: Callable[[float, str], None] | None) -> Callable[[int, int], None] | None:
    if update is None:
        return None
    return lambda done, total: update(done / total, f"{done} of {total} works")


def _target(text: str, branch: str | None, settings: Settings) -> Target:
    from rotoscope.publish.targets.branch import BranchTarget  # noqa: PLC0415
    from rotoscope.publish.targets.bucket import StoreTarget  # noqa: PLC0415
    from rotoscope.publish.targets.folder import FolderTarget  # noqa: PLC0415
    from rotoscope.storage.uri import is_uri, parse_uri  # noqa: PLC0415

    repository, named = _branch_of(text, branch)
    if named is not None:
        return BranchTarget(repository, named)
    if not is_uri(text):
        return FolderTarget(Path(text))
    uri = parse_uri(text if text.endswith("/") else f"{text}/")
    located = _storage(settings).locate(uri, "write")
    return StoreTarget(located.store, located.path, shown_as=str(uri))


def _fetch(settings: Settings, uri: str) -> Path:
    from rotoscope.storage.staging import cached_fetch  # noqa: PLC0415

    return cached_fetch(_storage(settings), uri, settings.staging_dir / "sources")


def _storage(settings: Settings) -> Storage:
    from rotoscope.safekeeping.places import local_storage  # noqa: PLC0415

    return local_storage(settings)


def _check(words: list[str], url: str | None, *, as_json: bool, quiet: bool) -> None:
    from rotoscope.publish.links import FolderFiles, check_links  # noqa: PLC0415

    if len(words) != 1:
        raise typer.BadParameter("--check takes one folder that a site was published to")
    report = check_links(FolderFiles(Path(words[0])), url=url)
    if as_json:
        print_json(report)
    else:
        for broken in report.broken:
            typer.echo(str(broken), err=True)
        if not quiet:
            typer.echo(
                f"{words[0]}: {report.files} files, {report.links} links, {len(report.broken)} broken; "
                f"{report.outside} lead elsewhere and were not followed"
            )
    if report.broken:
        raise typer.Exit(1)


def _present(report: PublishReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(report)
        return
    if quiet:
        return
    changes = report.changes
    told = (
        "nothing changed"
        if changes.is_nothing
        else f"{len(changes.added)} files added, {len(changes.changed)} changed, "
        f"{len(changes.removed)} removed ({human_size(changes.size_bytes)} written)"
    )
    commit = "" if changes.commit is None else f", commit {changes.commit[:7]}"
    links = "" if report.links is None else f", {report.links.links} links in order"
    works = "1 work" if report.works == 1 else f"{report.works} works"
    typer.echo(
        f"{report.site}: {works} on {report.pages} pages, {human_size(report.size_bytes)}; "
        f"{told}{commit}{links}, in {human_duration(report.elapsed_seconds)}"
    )
    print_notes(report.notes)
