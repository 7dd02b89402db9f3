"""Filters, as they are sent and shown."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.api.models.images import Uri
from rotoscope.filters.kind import OptionInfo
from rotoscope.filters.kinds import KINDS
from rotoscope.palette.card_pictures import card_pictures, has_pictures
from rotoscope.palette.categories import category_of, loudness_of, tags_of
from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.palette import BUNDLED_FOLDER
from rotoscope.palette.third_party import ImportOptions
from rotoscope.storage.naming import retold

ValueRange = Literal["0..1", "0..255", "-1..1"]


class FilterView(BaseModel):
    """A filter at hand."""

    name: str = Field(examples=["great-wave"])
    kind: str = Field(description="`neural`, or the classical kind.", examples=["neural"])
    version: int | None = Field(description="null: its file cannot be read.")
    bundled: bool = Field(description="Whether it comes with Rotoscope; else it is your own.")
    title: str | None
    category: str | None = Field(description="The shelf it stands on.", examples=["art"])
    loudness: Literal["loud", "subtle"] | None
    tags: list[str]
    digest: str | None = Field(description="SHA-256 of its file; null: it has none.")
    problem: str | None = Field(description="Why it cannot be used; null: it is in order.")

    @classmethod
    def of(cls, entry: PaletteEntry) -> FilterView:
        """The view of an entry."""
        return cls(**_facts(entry))


class FilterOptionView(BaseModel):
    """An option of a classical kind."""

    name: str
    description: str
    values: str = Field(description="What is allowed.", examples=["integer, 2 to 64"])
    default: str | None = Field(description="null: it must be given.")

    @classmethod
    def of(cls, info: OptionInfo) -> FilterOptionView:
        """The view of an option."""
        return cls.model_validate(info, from_attributes=True)


class SampleView(BaseModel):
    """A picture on a filter's card."""

    name: str = Field(description="`texture`: its strokes; `style`, `style-2` …: what it was made of.")
    path: str = Field(description="Where the picture is had.")
    media_type: str = Field(examples=["image/webp"])
    width: int
    height: int


class FilterDetail(FilterView):
    """All that is known of a filter."""

    size_bytes: int | None = Field(description="Of its file; null: it has none.")
    card: dict[str, Any] | None = Field(description="Its card without the pictures; null: it has none.")
    options: list[FilterOptionView] = Field(description="Of a classical kind.")
    samples: list[SampleView] = Field(description="Pictures on its card.")

    @classmethod
    def of(cls, entry: PaletteEntry) -> FilterDetail:
        """The view of an entry."""
        kind = KINDS[entry.kind] if entry.path is None else None
        return cls(
            **_facts(entry),
            size_bytes=None if entry.path is None else entry.path.stat().st_size,
            card=_card(entry),
            options=[FilterOptionView.of(info) for info in kind.option_infos()] if kind else [],
            samples=samples_of(entry),
        )


class SampleList(BaseModel):
    """The pictures on a filter's card."""

    items: list[SampleView]


class VersionView(BaseModel):
    """A version of a filter."""

    version: int | None
    digest: str | None = Field(description="SHA-256 of its file.")
    created: str | None = Field(description="The day it was made, where its card says so.")
    is_current: bool


class VersionList(BaseModel):
    """The versions of a filter that are at hand."""

    items: list[VersionView]

    @classmethod
    def of(cls, entry: PaletteEntry) -> VersionList:
        """The view of an entry: a palette holds one version under a name."""
        made = entry.card.created.isoformat() if entry.card and entry.card.created else None
        one = VersionView(version=entry.version, digest=entry.digest, created=made, is_current=True)
        return cls(items=[one])


class ImportRequest(RequestBody):
    """A filter to bring into the palette."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "data://filters/candy.onnx", "name": "candy"}]}
    )

    source: Uri | None = Field(
        default=None,
        description="URI of a filter file, of another maker's ONNX style network, or of weights of a known "
        "one; left out where the file itself is sent.",
    )
    name: str | None = Field(
        default=None, min_length=1, max_length=64, description="Its name; null: from the card or the file."
    )
    input_range: ValueRange | None = Field(default=None, description="Values it takes; null: found out.")
    output_range: ValueRange | None = Field(default=None, description="Values it gives; null: found out.")
    bgr: bool = Field(default=False, description="Its color channels run blue, green, red.")
    title: str | None = Field(default=None, min_length=1, max_length=500, description="For people to read.")
    author: str | None = Field(default=None, min_length=1, max_length=500, description="Who made it.")
    license: str | None = Field(default=None, min_length=1, max_length=500, description="Terms of use.")

    @property
    def options(self) -> ImportOptions | None:
        """What is known of another maker's network; None: nothing was said."""
        told = ImportOptions(
            input_range=self.input_range,
            output_range=self.output_range,
            channels="bgr" if self.bgr else None,
            title=self.title,
            author=self.author,
            license=self.license,
        )
        return None if told == ImportOptions() else told


class FilterQuery(BaseModel):
    """Which filters are wanted."""

    model_config = ConfigDict(frozen=True)

    q: str | None = Field(
        default=None,
        max_length=200,
        description="Words, all of them in its name, title, tags, style or meaning.",
    )
    kind: str | None = Field(default=None, max_length=64, description="`neural`, or a classical kind.")
    tag: list[str] = Field(default=[], max_length=20, description="Tags that it has, all of them.")
    category: str | None = Field(default=None, max_length=64)
    loudness: Literal["loud", "subtle"] | None = None
    bundled: bool | None = Field(default=None, description="true: those that come along; false: your own.")
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    after: str | None = Field(
        default=None,
        max_length=4000,
        description="The cursor `next` of the page before; left out: the first page.",
    )


def chosen(entries: list[PaletteEntry], wanted: FilterQuery) -> list[PaletteEntry]:
    """The filters that fit a query, by name."""
    return sorted((entry for entry in entries if _fits(entry, wanted)), key=lambda entry: entry.name)


def samples_of(entry: PaletteEntry) -> list[SampleView]:
    """The pictures on a filter's card."""
    if entry.card is None or not has_pictures(entry.card):
        return []
    kinds = {".webp": "image/webp", ".jpg": "image/jpeg"}
    return [
        SampleView(
            name=picture.name,
            path=f"/v1/filters/{entry.name}/samples/{picture.name}",
            media_type=kinds[picture.suffix],
            width=picture.size[0],
            height=picture.size[1],
        )
        for picture in card_pictures(entry.card)
    ]


def _facts(entry: PaletteEntry) -> dict[str, Any]:
    problem = entry.problem
    if problem is not None and entry.path is not None:
        problem = retold(problem, {entry.path.parent: "", BUNDLED_FOLDER: ""})
    return {
        "name": entry.name,
        "kind": entry.kind,
        "version": entry.version,
        "bundled": entry.bundled,
        "title": entry.title,
        "category": category_of(entry),
        "loudness": loudness_of(entry),
        "tags": list(tags_of(entry)),
        "digest": entry.digest,
        "problem": problem,
    }


def _card(entry: PaletteEntry) -> dict[str, Any] | None:
    if entry.card is None:
        return None
    pictures = {"texture": True, "style": {"thumbnail"}, "more_styles": {"__all__": {"thumbnail"}}}
    return entry.card.model_dump(mode="json", exclude_none=True, exclude=pictures)


def _fits(entry: PaletteEntry, wanted: FilterQuery) -> bool:
    tags = {tag.lower() for tag in tags_of(entry)}
    return (
        (wanted.kind is None or entry.kind == wanted.kind)
        and {tag.lower() for tag in wanted.tag} <= tags
        and (wanted.category is None or category_of(entry) == wanted.category)
        and (wanted.loudness is None or loudness_of(entry) == wanted.loudness)
        and (wanted.bundled is None or entry.bundled == wanted.bundled)
        and all(word in _words(entry) for word in (wanted.q or "").lower().split())
    )


def _words(entry: PaletteEntry) -> str:
    told = [entry.name, entry.kind, entry.title or "", *tags_of(entry)]
    if entry.card is not None:
        told.append(entry.card.meaning or "")
        for style in (entry.card.style, *entry.card.more_styles):
            told += [style.title or "", style.artist or "", style.collection or ""] if style else []
    return "\n".join(told).lower()
