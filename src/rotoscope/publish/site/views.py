"""What pages show, ready for their templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rotoscope.publish.collection import Collection
from rotoscope.publish.site.pictures import WebPicture
from rotoscope.publish.site.videos import WebVideo
from rotoscope.publish.updates import Update
from rotoscope.publish.work import Work


def _page_name(name: str) -> str:
    """``index`` is taken by the list of them all."""
    return "index-" if name == "index" else name


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A filter that a work was painted with."""

    label: str
    """As it was asked for, weights and options included."""
    names: tuple[str, ...]
    """Names of the filters in it; a mixture has several."""
    digest: str | None


@dataclass(frozen=True, slots=True)
class WorkView:
    """A work with what was made of its files."""

    collection: Collection
    work: Work
    picture: WebPicture
    """The painting; of a video its poster."""
    source: WebPicture | None
    """What was painted, likewise."""
    video: WebVideo | None
    captions: str | None
    """Path on the site."""
    filters: tuple[FilterLink, ...]

    @property
    def path(self) -> str:
        """Of its page."""
        return f"collections/{self.collection.name}/{_page_name(self.work.name)}.html"


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection with its works."""

    collection: Collection
    works: tuple[WorkView, ...]
    updates: tuple[Update, ...]

    @property
    def path(self) -> str:
        """Of its page."""
        return f"collections/{self.collection.name}/index.html"

    @property
    def cover(self) -> WorkView | None:
        """The work that stands for it; None where it has none."""
        chosen = self.collection.cover_work
        return next((view for view in self.works if chosen is not None and view.work == chosen), None)


@dataclass(frozen=True, slots=True)
class CardPictureView:
    """A small picture of a filter's card."""

    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known."""

    term: str
    told: str
    href: str | None = None
    """An address of the web, where ``told`` is one."""


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter that painted some of the works: the image behind it, and what it means."""

    name: str
    title: str
    drawn: WebPicture | None
    """The image that it was made of, where it is one that is drawn here."""
    style: CardPictureView | None
    """The same, small, from its card."""
    texture: CardPictureView | None
    """What its strokes look like."""
    facts: tuple[Fact, ...]
    meaning: str | None
    about: str | None
    """What it does, of a classical filter."""
    works: tuple[WorkView, ...] = field(default=())

    @property
    def path(self) -> str:
        """Of its page."""
        return f"filters/{_page_name(self.name)}.html"


@dataclass(frozen=True, slots=True)
class UpdateView:
    """An entry of the blog."""

    update: Update
    collection: CollectionView

    @property
    def path(self) -> str:
        """Of its page."""
        return f"updates/{self.collection.collection.name}-{self.update.name}.html"

    @property
    def date(self) -> date:
        """Its day."""
        return self.update.date
