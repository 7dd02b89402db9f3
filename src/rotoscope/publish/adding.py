"""Adding a painted file to a collection, with what the file itself says of how it was painted."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from rotoscope.errors import DuplicateCollection, InvalidCollection, OpenError, RotoscopeError
from rotoscope.media.atomic import StagedFile
from rotoscope.media.info import MediaKind
from rotoscope.media.probe import inspect_media
from rotoscope.publish.collection import MEDIA, Collection
from rotoscope.publish.reading import read_collection, told_problems
from rotoscope.publish.shelf import name_from
from rotoscope.publish.work import UsedFilter, Work, WorkFacts
from rotoscope.publish.writing import write_collection
from rotoscope.render.library import VIDEO_SUFFIXES
from rotoscope.render.looks.reading import plain_look
from rotoscope.render.recipe_line import recipe_of
from rotoscope.storage.uri import is_uri, parse_uri


@dataclass(frozen=True, slots=True)
class Made:
    """How a file was painted, as it says itself."""

    look: str | None = None
    """Text of the look file; None where its filters are all there is to it."""
    filters: tuple[UsedFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkWish:
    """What is said of a new work; None: what its file tells, or nothing."""

    name: str | None = None
    """By default made of the file's name."""
    title: str | None = None
    """By default made of the name."""
    source: str | None = None
    captions: str | None = None
    filters: tuple[UsedFilter, ...] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further fields of :class:`rotoscope.publish.work.WorkFacts`."""


def made_from(path: Path) -> Made:
    """What a painted file says of its filters and its look; nothing where it says nothing.

    Raises:
        OpenError, DecodeError: it is no picture or video.
    """
    recipe = recipe_of(inspect_media(path, count=False))
    if recipe is None:
        return Made()
    filters = tuple(UsedFilter(filter=spec, digest=digest) for spec, digest in recipe.filters.items())
    return Made(None if _says_filters_alone(recipe.look) else recipe.look, filters)


def add_work(folder: Path, file: str, wish: WorkWish) -> Work:
    """Add a painted file to the end of a collection.

    Local files are copied into the collection's ``media`` folder, so that it holds all that it shows; files
    that are named by URI stay where they are.

    Args:
        folder: of the collection.
        file: a painted picture or video: a local file, or a URI.
        wish: what is said of it.

    Raises:
        CollectionNotFound, InvalidCollection: the folder holds none, it is not in order, or what is said is
            outside what is allowed.
        DuplicateCollection: it has a work of that name.
        OpenError: the file cannot be opened.
        EncodeError: the folder cannot be written to.
    """
    collection = read_collection(folder)
    named = named_after(file)
    name = wish.name or named["name"]
    if any(work.name == name for work in collection.works):
        raise DuplicateCollection(
            f"The collection {collection.name!r} has a work {name!r} already. Give this one another name, or "
            f"edit works/{name}.yaml."
        )
    made = Made() if is_uri(file) else made_from(_there(file))
    said: dict[str, Any] = {
        "name": name,
        "title": wish.title or named["title"],
        "kind": kind_of(file),
        "file": file if is_uri(file) else "media/any",
        "look": made.look,
        "filters": made.filters if wish.filters is None else wish.filters,
        **wish.facts,
    }
    checked_work(said)  # before anything is copied
    places = {
        "file": (file, ""),
        "source": (wish.source, "-source"),
        "captions": (wish.captions, "-captions"),
    }
    for key, (given, ending) in places.items():
        said[key] = None if given is None else _placed(folder, given, f"{name}{ending}")
    work = checked_work(said)
    write_collection(folder, with_works(collection, (*collection.works, work)))
    return work


def with_works(collection: Collection, works: tuple[Work, ...]) -> Collection:
    """The same collection with these works; a cover that is gone is forgotten.

    Raises:
        InvalidCollection: two have one name.
    """
    kept = {name: getattr(collection, name) for name in Collection.model_fields}
    cover = collection.cover if any(work.name == collection.cover for work in works) else None
    return checked_collection({**kept, "works": works, "cover": cover})


def checked_collection(said: Mapping[str, Any]) -> Collection:
    """A collection of what is said.

    Raises:
        InvalidCollection: something is outside what is allowed; it is named.
    """
    try:
        return Collection.model_validate(said)
    except ValidationError as error:
        faults = told_problems(error.errors(include_url=False), Collection)
        raise _not_in_order("The collection", faults) from error


def checked_work(said: Mapping[str, Any]) -> Work:
    """A work of what is said.

    Raises:
        InvalidCollection: something is outside what is allowed; it is named.
    """
    try:
        return Work.model_validate(said)
    except ValidationError as error:
        faults = told_problems(error.errors(include_url=False), Work)
        raise _not_in_order("The work", faults) from error


def _not_in_order(what: str, faults: list[Any]) -> InvalidCollection:
    told = "; ".join(f"{fault.key or 'together'}: {fault.told}".rstrip(".") for fault in faults)
    keys = ", ".join(WorkFacts.model_fields)
    return InvalidCollection(f"{what} is not in order: {told}. Keys of a work: {keys}.")


def named_after(file: str) -> dict[str, str]:
    """Name and title that a file's name suggests."""
    stem = _stem(file)
    title = stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return {"name": name_from(stem), "title": title or stem}


def kind_of(file: str) -> Literal["picture", "video"]:
    """What a file is: by its contents where it is here, by its name where it is stored elsewhere.

    Raises:
        OpenError, DecodeError: it is here, and no picture or video.
    """
    if is_uri(file):
        suffix = Path(parse_uri(file).name).suffix.lower()
        return "video" if suffix in VIDEO_SUFFIXES or suffix == ".gif" else "picture"
    return "picture" if inspect_media(_there(file), count=False).kind is MediaKind.STILL else "video"


def _there(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise OpenError(f"There is no file {file}. Give a painted picture or video, or the URI of one.")
    return path


def _stem(file: str) -> str:
    return Path(parse_uri(file).name if is_uri(file) else file).stem


def _placed(folder: Path, given: str, name: str) -> str:
    """Where a file is in the collection from now on."""
    if is_uri(given):
        return given
    source = _there(given)
    if source.resolve().is_relative_to((folder / MEDIA).resolve()):
        return source.resolve().relative_to(folder.resolve()).as_posix()
    place = folder / MEDIA / f"{name}{source.suffix.lower()}"
    place.parent.mkdir(exist_ok=True)
    staged = StagedFile(place, overwrite=False)
    try:
        shutil.copyfile(source, staged.part)
        staged.publish()
    except BaseException:
        staged.discard()
        raise
    return place.relative_to(folder).as_posix()


def _says_filters_alone(look: str) -> bool:
    """Whether a look is one chain of filters, painted as usual: there is nothing more to tell of it."""
    try:
        plain = plain_look(look, name="the look")
    except RotoscopeError:
        return False
    layers = plain.get("layers")
    one = layers[0] if isinstance(layers, list) and len(layers) == 1 else None
    return set(plain) <= {"look", "layers"} and isinstance(one, dict) and set(one) == {"filter"}
