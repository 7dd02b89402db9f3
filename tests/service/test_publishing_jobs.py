"""Jobs that publish, and collections on several machines."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.errors import CollectionNotFound, DuplicateCollection
from rotoscope.jobs.collections import ClientCollections
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import Service, open_service
from rotoscope.jobs.tasks import QUEUES
from rotoscope.publish.collection import Collection
from rotoscope.publish.media import MediaFinder
from rotoscope.publish.shelf import CollectionShelf
from rotoscope.publish.work import UsedFilter, Work
from rotoscope.storage.memory import MemoryStore

from samples import picture
from service_samples import finished, settings_in

COAST = Collection(
    name="coast",
    title="The coast",
    works=(
        Work(
            name="dusk",
            title="Dusk",
            kind="picture",
            file="data://out/dusk.png",
            source="data://in/dusk.png",
            filters=(UsedFilter(filter="great-wave"),),
        ),
    ),
)


@pytest.fixture
def service(tmp_path: Path) -> Generator[Service]:
    with open_service(settings_in(tmp_path), queues=QUEUES) as opened:
        yield opened


@pytest.fixture
def stored(service: Service, tmp_path: Path) -> Service:
    """A service with the collection and its files."""
    for index, uri in enumerate(("data://out/dusk.png", "data://in/dusk.png")):
        place = tmp_path / f"{index}.png"
        Image.fromarray(picture(index, (600, 400))).save(place)
        service.storage_of(LOCAL_CLIENT).put(uri, place)
    CollectionShelf(service.settings.collections_dir).make(COAST)
    return service


def publish(service: Service, **more: object) -> str:
    params = {"collections": ["coast"], "output": "data://site/", "url": "https://example.org/", **more}
    return service.book.create(LOCAL_CLIENT, "publish", params).id


def test_a_collection_of_the_command_line_is_published_into_a_store(stored: Service) -> None:
    done = finished(stored, publish(stored))
    assert done.state == "succeeded", done.fault
    assert done.result is not None
    assert (done.result["works"], done.result["changes"]["removed"]) == (1, 0)
    assert done.result["links"]["broken"] == []
    storage = stored.storage_of(LOCAL_CLIENT)
    text = b"".join(storage.read("data://site/index.html")).decode()
    assert "The coast" in text
    again = finished(stored, publish(stored))
    assert again.result is not None
    assert again.result["changes"] == {
        "added": 0,
        "changed": 0,
        "removed": 0,
        "unchanged": done.result["files"],
        "size_bytes": 0,
    }


def test_what_is_not_there_fails_the_job_with_its_reason(stored: Service) -> None:
    missing = finished(stored, publish(stored, collections=["cost"]))
    assert missing.fault is not None
    assert missing.fault.code == "collection-not-found"
    assert "Did you mean coast?" in missing.fault.message
    no_folder = finished(stored, publish(stored, output="data://site"))
    assert no_folder.fault is not None
    assert "End its URI with a slash" in no_folder.fault.message


def nothing(_: Collection) -> None:
    """Lets anything be deleted."""


def test_what_one_machine_keeps_others_have_and_have_no_more(tmp_path: Path) -> None:
    store = MemoryStore()
    here = ClientCollections(settings_in(tmp_path / "here"), store)
    there = ClientCollections(settings_in(tmp_path / "there"), store)
    here.make("cli_ada", COAST)
    assert there.names("cli_ada") == ["coast"]
    assert there.read("cli_ada", "coast") == COAST
    assert there.names("cli_bob") == []
    with pytest.raises(DuplicateCollection):
        there.make("cli_ada", COAST)
    there.change("cli_ada", "coast", lambda now: now.model_copy(update={"title": "Low water"}))
    assert here.read("cli_ada", "coast").title == "Low water"
    given = here.to_publish("cli_ada", "coast", lambda uri: Path("/of", uri.rpartition("/")[2]))
    assert isinstance(given.media, MediaFinder)
    assert given.media.local("data://out/dusk.png") == Path("/of/dusk.png")
    here.delete("cli_ada", "coast", nothing)
    with pytest.raises(CollectionNotFound):
        there.read("cli_ada", "coast")


def test_the_local_client_has_the_command_lines_collections(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    CollectionShelf(settings.collections_dir).make(Collection(name="walks", title="Walks"))
    collections = ClientCollections(settings, None)
    assert collections.names(LOCAL_CLIENT) == ["walks"]
    assert collections.names("cli_ada") == []
