"""Collections and works, as they are sent and shown."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rotoscope.api.models.fields import ID_PATTERN, RequestBody
from rotoscope.jobs.operations.wishes import FilterSpec, Uri
from rotoscope.publish.collection import MOST_WORKS, Collection
from rotoscope.publish.work import LongText, Name, Share, ShortText, Tags, Used, UsedFilter

_COAST: Final[dict[str, Any]] = {
    "name": "drowned-coast",
    "title": "The drowned coast",
    "description": "Six places that are going under.",
    "story": "In 1831 Hokusai printed a wave.\n\n![The first](dusk)\n",
    "tags": ["water"],
    "date": "2026-06-01",
}
_DUSK: Final[dict[str, Any]] = {
    "name": "dusk",
    "file": "data://out/dusk.jpg",
    "source": "data://in/dusk.jpg",
    "filters": ["great-wave"],
    "place": "Cassis",
    "date": "2026-05-01",
}


def _no_path(used: tuple[UsedFilter, ...]) -> tuple[UsedFilter, ...]:
    for one in used:
        _Spec(filter=one.filter)
    return used


class _Spec(BaseModel):
    filter: FilterSpec


Filters = Annotated[tuple[Used, ...], Field(max_length=100), AfterValidator(_no_path)]
"""Names of filters, or names with digests."""


class CollectionRequest(RequestBody):
    """A collection to be made; its works are added to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COAST]})

    name: Name = Field(description="Part of its address; no two of yours have the same.")
    title: ShortText = Field(description="For people to read.")
    description: ShortText | None = Field(default=None, description="A sentence, for lists and previews.")
    story: LongText | None = Field(
        default=None, description="In Markdown; a picture in it is one of its works, by name."
    )
    tags: Tags = Field(default=(), description="Words to find it by.")
    date: datetime.date | None = Field(default=None, description="Its day; the newest come first.")
    published: bool = Field(default=True, description="Whether a site shows it.")
    feature: bool = Field(default=False, description="Whether a site shows it before the others.")


class CollectionChanges(RequestBody):
    """What becomes of a collection: what is left out stays; null takes away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Low water", "works": ["dusk"]}]})

    title: ShortText = Field(default="", description="For people to read.")
    description: ShortText | None = Field(default=None, description="A sentence.")
    story: LongText | None = Field(default=None, description="In Markdown.")
    tags: Tags = Field(default=(), description="Words to find it by.")
    cover: Name | None = Field(
        default=None, description="The work whose picture stands for it; null: the first."
    )
    date: datetime.date | None = Field(default=None, description="Its day.")
    published: bool = Field(default=True, description="Whether a site shows it.")
    feature: bool = Field(default=False, description="Whether a site shows it before the others.")
    works: Annotated[tuple[Name, ...], Field(max_length=MOST_WORKS)] = Field(
        default=(), description="All of its works, in the order in which they are to be shown."
    )


class CollectionView(BaseModel):
    """A collection; its works are told at `/v1/collections/{name}/works`."""

    name: str = Field(examples=["drowned-coast"])
    title: str
    description: str | None
    story: str | None
    tags: list[str]
    cover: str | None = Field(description="The work whose picture stands for it; null: the first.")
    date: datetime.date | None
    published: bool
    feature: bool
    works: list[str] = Field(description="Names of its works, in their order.")

    @classmethod
    def of(cls, collection: Collection) -> CollectionView:
        """The view of a collection."""
        facts = collection.model_dump(exclude={"works"})
        return cls(**facts, works=[work.name for work in collection.works])


class _WorkFacts(RequestBody):
    """What is said of a work."""

    source: Uri | None = Field(default=None, description="URI of what was painted.")
    captions: Uri | None = Field(default=None, description="URI of what is said in a video: WebVTT.")
    look: LongText | None = Field(default=None, description="Text of the look file.")
    place: ShortText | None = Field(default=None, description="Where it was taken.")
    date: datetime.date | None = Field(default=None, description="When it was taken or painted.")
    caption: LongText | None = Field(default=None, description="Its story in some sentences, in Markdown.")
    alt: ShortText | None = Field(
        default=None, description="What is to be seen, for those who do not see it."
    )
    tags: Tags = Field(default=(), description="Words to find it by.")
    square: tuple[Share, Share] | None = Field(
        default=None, description="The middle of a square crop, in shares of width and height."
    )


class WorkRequest(_WorkFacts):
    """A work to be added: a stored file, or what a job has painted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_DUSK, {"job": "job_01kb2v6c9tq1x8m4z7r5w3n0pd", "place": "Cassis"}]}
    )

    name: Name | None = Field(default=None, description="Part of its address; by default the file's name.")
    title: ShortText | None = Field(default=None, description="For people; by default made of the name.")
    file: Uri | None = Field(default=None, description="URI of a painted picture or video.")
    job: Annotated[str, Field(pattern=ID_PATTERN)] | None = Field(
        default=None,
        description="Instead: a job that has painted it. Its source, filters and look are taken over.",
    )
    filters: Filters | None = Field(
        default=None, description="What painted it; by default what the job says."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> WorkRequest:
        if (self.file is None) == (self.job is None):
            raise ValueError("give either file or job")
        return self


class WorkChanges(_WorkFacts):
    """What becomes of a work: what is left out stays; null takes away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Dusk", "caption": "The sea."}]})

    title: ShortText = Field(default="", description="For people to read.")
    file: Uri = Field(default="", description="URI of the painted picture or video.")
    filters: Filters = Field(default=(), description="What painted it.")
