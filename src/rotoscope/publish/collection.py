"""A collection: works with a story. docs/collection.schema.json is made of these classes."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator
from pydantic.json_schema import models_json_schema

from rotoscope.errors import CollectionNotFound
from rotoscope.publish.work import LongText, Name, Part, ShortText, Tags, Work, WorkFacts

COLLECTION_FILE: Final = "collection.yaml"
STORY_FILE: Final = "story.md"
WORKS: Final = "works"
MEDIA: Final = "media"
MOST_WORKS: Final = 2000


class CollectionFacts(Part):
    """What is known of a collection beside its name, its story and its works."""

    title: ShortText = Field(description="For people to read.")
    description: ShortText | None = Field(default=None, description="A sentence, for lists and previews.")
    tags: Tags = Field(default=(), description="Words to find it by.")
    cover: Name | None = Field(
        default=None, description="The work whose picture stands for it; by default the first."
    )
    date: datetime.date | None = Field(
        default=None, description="Its day, as 2026-11-27; the newest come first."
    )
    published: bool = Field(default=True, description="Whether a site shows it.")
    feature: bool = Field(default=False, description="Whether a site shows it before the others, and larger.")


class CollectionFile(CollectionFacts):
    """``collection.yaml``."""

    collection: Literal[1] = Field(description="Version of this format.")
    story: LongText | None = Field(
        default=None,
        description="The story, in Markdown; a file story.md beside this one may hold it instead.",
    )
    works: Annotated[tuple[Name, ...], Field(max_length=MOST_WORKS)] | None = Field(
        default=None,
        description="Names of its works in their order, each a file works/NAME.yaml; by default all of them, "
        "by name.",
    )


class Collection(CollectionFacts):
    """Works, in an order, and their story."""

    name: Name = Field(description="Part of its address.")
    story: LongText | None = Field(default=None, description="In Markdown.")
    works: Annotated[tuple[Work, ...], Field(max_length=MOST_WORKS)] = Field(
        default=(), description="In the order in which they are shown."
    )

    @model_validator(mode="after")
    def _names_fit(self) -> Collection:
        names = [work.name for work in self.works]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"works have names of their own, and {', '.join(twice)} is there twice")
        if self.cover is not None and self.cover not in names:
            known = ", ".join(names) or "none yet"
            raise ValueError(f"the cover {self.cover!r} is none of the works: {known}")
        return self

    @property
    def cover_work(self) -> Work | None:
        """The work that stands for it; None where it has none."""
        return next((work for work in self.works if work.name == self.cover), next(iter(self.works), None))

    def work(self, name: str) -> Work:
        """The work of that name.

        Raises:
            CollectionNotFound: there is none.
        """
        for work in self.works:
            if work.name == name:
                return work
        known = ", ".join(work.name for work in self.works) or "none yet"
        raise CollectionNotFound(f"The collection {self.name!r} has no work {name!r}. Its works: {known}.")


def collection_schema() -> dict[str, Any]:
    """The JSON Schema of a collection's files, as docs/collection.schema.json has it."""
    _, schema = models_json_schema(
        [(kind, "validation") for kind in (CollectionFile, WorkFacts)],
        title="A collection of Rotoscope",
        description="collection.yaml is a CollectionFile; works/NAME.yaml are WorkFacts.",
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
