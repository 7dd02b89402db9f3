"""An installation with something of every kind that is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rotoscope.database.engine import Database
from rotoscope.database.tables import Client, Event, IdempotentRequest, JobRecord, LookRecord, Table
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes
from rotoscope.jobs.filters import LOCAL_CLIENT, ClientFilters
from rotoscope.settings import Settings
from rotoscope.storage.storage import system_store
from rotoscope.storage.uri import is_uri

from graph_samples import tint_model


def settings_at(folder: Path, **others: Any) -> Settings:  # noqa: ANN401 - fields of Settings
    return Settings(data_dir=folder / "data", cache_dir=folder / "cache", **others)


def furnish(settings: Settings, scratch: Path) -> None:
    """Filters of two clients, a checkpoint, files, records."""
    store = system_store(settings)
    filters = ClientFilters(settings, store if is_uri(settings.store) else None)
    for client, name in ((LOCAL_CLIENT, "mine"), ("cli_ada", "adas")):
        file = scratch / f"{name}.onnx"
        file.write_bytes(filter_file_bytes(tint_model(), Card(name=name, padding=Padding(multiple=1))))
        filters.publish(client, file)
    checkpoint = settings.cache_dir / "training" / "sea"
    checkpoint.mkdir(parents=True)
    (checkpoint / "state.safetensors").write_bytes(b"numbers" * 1000)
    project = settings.data_dir / "projects" / "flight" / ".git"
    project.mkdir(parents=True)
    (project / "HEAD").write_text("ref: refs/heads/main\n")
    store.put("clients/cli_ada/in/drone.mp4", b"a video")
    store.put("pieces/ab/abc.piece", b"can be painted again")
    fill(settings)


def fill(settings: Settings) -> None:
    database = Database(settings.database)
    database.migrate()
    with database.writing() as session:
        for client, name in ((LOCAL_CLIENT, "local"), ("cli_ada", "Ada")):
            session.add(Client(id=client, name=name))
        session.flush()
        session.add(
            LookRecord(id="look_1", client_id="cli_ada", name="dusk", document={"layers": [1.5, "ä"]})
        )
        session.add(
            JobRecord(
                id="job_1", client_id="cli_ada", operation="train", params={}, state="queued", progress={}
            )
        )
        session.add(
            Event(id="evt_1", client_id="cli_ada", type="job.queued", subject="job_1", data={"n": None})
        )
        session.add(
            IdempotentRequest(
                client_id="cli_ada", key="k", fingerprint="f", headers=None, body=b"\0\xffbytes"
            )
        )
    database.close()


def records(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    database = Database(settings.database)
    with database.reading() as session:
        found = {
            table.name: [
                dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Table.metadata.sorted_tables
        }
    database.close()
    return found


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }
