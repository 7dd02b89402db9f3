"""The operation that publishes: a gallery of a client's collections."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field

from rotoscope.errors import InvalidOptions
from rotoscope.jobs.operations.base import Operation, Params, Workbench
from rotoscope.jobs.operations.wishes import Uri
from rotoscope.plain import to_plain
from rotoscope.publish.provenance import tags_of_works
from rotoscope.publish.publishing import palette_by_name, publish
from rotoscope.publish.site.options import DEFAULT_TITLE, SiteOptions
from rotoscope.publish.work import LongText, Name, ShortText


def _address(url: str) -> str:
    try:
        SiteOptions(url=url)
    except InvalidOptions as error:
        raise ValueError(str(error)) from error
    return url


class PublishParams(Params):
    """Collections, and where their gallery goes: pages, pictures in several widths, videos, feeds."""

    collections: Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)] = Field(
        description="Names of your collections."
    )
    output: Uri = Field(
        description="URI of the folder that the site is in; it ends with /. Files in it that were not "
        "published there stay."
    )
    title: ShortText | None = Field(
        default=None, description="Of the site; by default that of the collection, where it is one."
    )
    description: LongText | None = Field(default=None, description="A sentence for its first page.")
    author: ShortText | None = Field(default=None, description="Whose works they are.")
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")] = Field(
        default="en", description="Of the texts, as HTML has it."
    )
    url: Annotated[str, Field(max_length=2000), AfterValidator(_address)] | None = Field(
        default=None,
        description="Where the site will be: feeds, the sitemap and previews on other sites need it.",
    )
    check: bool = Field(default=True, description="Whether links are checked before anything is written.")
    overwrite: bool = Field(
        default=False, description="Replace files that were not published there, or were changed since."
    )


def _publish(params: PublishParams, bench: Workbench) -> dict[str, Any]:
    given = [bench.collection(name) for name in params.collections]
    title = params.title or (given[0].collection.title if len(given) == 1 else DEFAULT_TITLE)
    site = SiteOptions(title, params.description, params.author, params.language, params.url)
    palette = palette_by_name(bench.palette)
    report = publish(
        given,
        bench.site(params.output),
        site,
        palette,
        check=params.check,
        overwrite=params.overwrite,
        tags_of=tags_of_works(palette),
        on_work=lambda done, total: bench.tell(done / total, None),
    )
    changes = report.changes
    return {
        "output": params.output,
        "collections": report.collections,
        "works": report.works,
        "pages": report.pages,
        "files": report.files,
        "size_bytes": report.size_bytes,
        "changes": {
            "added": len(changes.added),
            "changed": len(changes.changed),
            "removed": len(changes.removed),
            "unchanged": changes.unchanged,
            "size_bytes": changes.size_bytes,
        },
        "links": None if report.links is None else cast("dict[str, Any]", to_plain(report.links)),
        "notes": list(report.notes),
    }


PUBLISH = Operation(
    name="publish",
    queue="assemble",
    summary="Publish collections as a gallery of static files",
    params=PublishParams,
    run=_publish,
    example={
        "collections": ["drowned-coast"],
        "output": "data://site/",
        "title": "Algorithmic rotoscope",
        "url": "https://example.org/gallery/",
    },
)
