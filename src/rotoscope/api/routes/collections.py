"""``/v1/collections``: works with their story, and their order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from rotoscope.api.access import Reader, Writer
from rotoscope.api.conditional import matches
from rotoscope.api.models.collections import (
    CollectionChanges,
    CollectionRequest,
    CollectionView,
    WorkChanges,
    WorkRequest,
)
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.pictures import problems
from rotoscope.api.refusals import PreconditionFailed
from rotoscope.api.services import Services, UseServices
from rotoscope.errors import DuplicateCollection, InvalidCollection
from rotoscope.filters.card import NAME_PATTERN
from rotoscope.publish.adding import checked_collection, checked_work, kind_of, named_after, with_works
from rotoscope.publish.collection import Collection
from rotoscope.publish.from_job import work_facts_of_job
from rotoscope.publish.work import Work
from rotoscope.storage.naming import told_as

router = APIRouter(prefix="/v1/collections", tags=["collections"])
Name = Annotated[str, Path(pattern=NAME_PATTERN, max_length=64, description="Of one of your collections.")]
WorkName = Annotated[str, Path(pattern=NAME_PATTERN, max_length=64, description="Of one of its works.")]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag that the collection was read with: if it has changed since, nothing is done.",
    ),
]


@router.post(
    "",
    operation_id="create_collection",
    summary="Make a collection",
    status_code=201,
    responses=problems(409),
)
def create_collection(
    services: UseServices, caller: Writer, wanted: CollectionRequest, response: Response
) -> CollectionView:
    """Make a collection without works; they are added to it."""
    with _told(services):
        made = checked_collection(wanted.model_dump())
        services.collections.make(caller.client_id, made)
    response.headers["Location"] = f"/v1/collections/{made.name}"
    response.headers["ETag"] = etag_of(made)
    return CollectionView.of(made)


@router.get("", operation_id="list_collections", summary="List collections")
def list_collections(services: UseServices, caller: Reader, page: UsePage) -> Page[CollectionView]:
    """Your collections, by name."""
    with _told(services):
        names = [one for one in services.collections.names(caller.client_id) if one > (page.after or "")]
        rows = [services.collections.read(caller.client_id, one) for one in names[: page.limit + 1]]
    return page.cut(rows, CollectionView.of, lambda collection: collection.name)


@router.get(
    "/{name}", operation_id="get_collection", summary="Get a collection", response_model=CollectionView
)
def get_collection(services: UseServices, caller: Reader, name: Name, request: Request) -> Any:  # noqa: ANN401
    """One of your collections. Its ETag, sent as If-Match, sees to it that no change of others is lost."""
    with _told(services):
        collection = services.collections.read(caller.client_id, name)
    headers = {"ETag": etag_of(collection), "Cache-Control": "private, no-cache"}
    if matches(headers["ETag"], request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    view = CollectionView.of(collection)
    return Response(view.model_dump_json(), media_type="application/json", headers=headers)


@router.patch(
    "/{name}", operation_id="edit_collection", summary="Change a collection", responses=problems(412)
)
def edit_collection(
    services: UseServices,
    caller: Writer,
    name: Name,
    changes: CollectionChanges,
    response: Response,
    if_match: IfMatch = None,
) -> CollectionView:
    """What is left out stays; null takes away. `works` puts its works into another order."""
    said = {field: getattr(changes, field) for field in changes.model_fields_set}

    def change(now: Collection) -> Collection:
        works = _ordered(now, said["works"]) if "works" in said else now.works
        return checked_collection({**_facts(now), **said, "works": works})

    changed = _changed(services, caller.client_id, name, if_match, change)
    response.headers["ETag"] = etag_of(changed)
    return CollectionView.of(changed)


@router.delete(
    "/{name}",
    operation_id="delete_collection",
    summary="Delete a collection",
    status_code=204,
    responses=problems(412),
)
def delete_collection(services: UseServices, caller: Writer, name: Name, if_match: IfMatch = None) -> None:
    """Throw a collection away, with the files in its own folder.

    Stored files that its works name by URI stay, and so do sites.
    """
    with _told(services):
        services.collections.delete(caller.client_id, name, lambda now: _require_match(now, if_match))


@router.get("/{name}/works", operation_id="list_works", summary="List works of a collection")
def list_works(services: UseServices, caller: Reader, name: Name, page: UsePage) -> Page[Work]:
    """Its works, in the order in which they are shown."""
    with _told(services):
        works = services.collections.read(caller.client_id, name).works
    names = [work.name for work in works]
    first = names.index(page.after) + 1 if page.after in names else 0
    return page.cut(works[first : first + page.limit + 1], lambda work: work, lambda work: work.name)


@router.post(
    "/{name}/works",
    operation_id="add_work",
    summary="Add a work to a collection",
    status_code=201,
    responses=problems(409, 412),
)
def add_work(
    services: UseServices,
    caller: Writer,
    name: Name,
    wanted: WorkRequest,
    response: Response,
    if_match: IfMatch = None,
) -> Work:
    """A stored picture or video, or what a job has painted, at the end of the collection."""
    said = {field: getattr(wanted, field) for field in wanted.model_fields_set - {"job"}}
    if wanted.job is not None:
        job = services.book.get(caller.client_id, wanted.job)
        said = {**work_facts_of_job(job.id, job.params, job.result), **said}
    work = checked_work({**named_after(said["file"]), "kind": kind_of(said["file"]), **_given(said)})

    def change(now: Collection) -> Collection:
        if any(one.name == work.name for one in now.works):
            raise DuplicateCollection(
                f"The collection {name!r} has a work {work.name!r} already. Give this one another name, or "
                f"change that one with PATCH /v1/collections/{name}/works/{work.name}."
            )
        return with_works(now, (*now.works, work))

    response.headers["ETag"] = etag_of(_changed(services, caller.client_id, name, if_match, change))
    response.headers["Location"] = f"/v1/collections/{name}/works/{work.name}"
    return work


@router.get("/{name}/works/{work}", operation_id="get_work", summary="Get a work")
def get_work(services: UseServices, caller: Reader, name: Name, work: WorkName) -> Work:
    """One of a collection's works."""
    with _told(services):
        return services.collections.read(caller.client_id, name).work(work)


@router.patch(
    "/{name}/works/{work}", operation_id="edit_work", summary="Change a work", responses=problems(412)
)
def edit_work(
    services: UseServices,
    caller: Writer,
    name: Name,
    work: WorkName,
    changes: WorkChanges,
    response: Response,
    if_match: IfMatch = None,
) -> Work:
    """What is left out stays; null takes away."""
    said = {field: getattr(changes, field) for field in changes.model_fields_set}
    if "file" in said:
        said["kind"] = kind_of(said["file"])

    def change(now: Collection) -> Collection:
        old = now.work(work)
        new = checked_work({**{field: getattr(old, field) for field in Work.model_fields}, **said})
        return with_works(now, tuple(new if one is old else one for one in now.works))

    changed = _changed(services, caller.client_id, name, if_match, change)
    response.headers["ETag"] = etag_of(changed)
    return changed.work(work)


@router.delete(
    "/{name}/works/{work}",
    operation_id="delete_work",
    summary="Take a work out of a collection",
    status_code=204,
    responses=problems(412),
)
def delete_work(
    services: UseServices, caller: Writer, name: Name, work: WorkName, if_match: IfMatch = None
) -> None:
    """Its stored files stay."""

    def change(now: Collection) -> Collection:
        gone = now.work(work)
        return with_works(now, tuple(one for one in now.works if one is not gone))

    _changed(services, caller.client_id, name, if_match, change)


def etag_of(collection: Collection) -> str:
    """Changes when anything of the collection does, its works included."""
    return f'"{sha256(collection.model_dump_json().encode()).hexdigest()[:32]}"'


def _changed(
    services: Services,
    client_id: str,
    name: str,
    if_match: str | None,
    change: Callable[[Collection], Collection],
) -> Collection:
    def checked(now: Collection) -> Collection:
        _require_match(now, if_match)
        return change(now)

    with _told(services):
        return services.collections.change(client_id, name, checked)


def _require_match(now: Collection, if_match: str | None) -> None:
    if if_match is not None and not matches(etag_of(now), if_match):
        raise PreconditionFailed(
            f"The collection {now.name!r} has changed since it was read: its ETag is {etag_of(now)} now. "
            "Read it again, and send what you want with that ETag."
        )


def _ordered(now: Collection, names: tuple[str, ...]) -> tuple[Work, ...]:
    there = [work.name for work in now.works]
    if sorted(names) != sorted(there):
        raise InvalidCollection(
            f"works puts the works of {now.name!r} into another order, so it names each of them once: "
            f"{', '.join(there) or 'none yet'}. Works are added and taken out at "
            f"/v1/collections/{now.name}/works."
        )
    return tuple(now.work(name) for name in names)


def _facts(collection: Collection) -> dict[str, Any]:
    return {field: getattr(collection, field) for field in Collection.model_fields}


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in said.items() if value is not None}


@contextmanager
def _told(services: Services) -> Generator[None]:
    """Errors name no folder of this machine."""
    with told_as({services.settings.data_dir: "", services.settings.cache_dir: ""}):
        yield
