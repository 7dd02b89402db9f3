"""What every task of a worker shares: places, the palette of each client, and a bench for each task."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rotoscope.database.engine import Database
from rotoscope.jobs.bench import Bench
from rotoscope.jobs.checkpoints import SharedCheckpoints
from rotoscope.jobs.collections import ClientCollections
from rotoscope.jobs.filters import ClientFilters
from rotoscope.jobs.pieces import SharedPieces
from rotoscope.jobs.prices import RatesBook
from rotoscope.jobs.projects import ClientProjects
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task
from rotoscope.settings import Settings
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import Store

if TYPE_CHECKING:
    from rotoscope.networks.device import DeviceName

_PREVIEWS: Final = "previews"


@dataclass(frozen=True, slots=True)
class Workshop:
    """A worker's, made once."""

    settings: Settings
    database: Database
    recorder: Recorder
    store: Store
    """The service's own."""
    pieces: SharedPieces
    checkpoints: SharedCheckpoints
    filters: ClientFilters
    projects: ClientProjects
    prices: RatesBook
    collections: ClientCollections
    storage_of: Callable[[str], Storage]
    """What a client can reach, by the client's id."""
    device: DeviceName

    @contextmanager
    def bench(self, task: Task, client_id: str) -> Generator[Bench]:
        """A bench for a task of a client; its scratch folder goes afterwards."""
        staging = self.settings.staging_dir
        staging.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{task.subject}-", dir=staging))
        try:
            yield Bench(
                task=task,
                recorder=self.recorder,
                storage=self.storage_of(client_id),
                palette=self.filters.palette(client_id),
                segments=self.pieces.local,
                cache_dir=self.settings.cache_dir,
                staging_dir=staging / "sources",
                device=self.device,
                scratch=scratch,
                checkpoints=self.checkpoints,
                client_id=client_id,
                projects=self.projects,
                rates=self.prices.rates,
                collections=self.collections,
                put_filter=lambda file: self.filters.publish(client_id, file),
                put_preview=partial(self._put, preview_path(task.subject)),
                put_partial=partial(self._put, partial_path(task.subject)),
            )
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _put(self, path: str, file: Path) -> None:
        self.store.put(path, file, overwrite=True)


def preview_path(job_id: str) -> str:
    """Where in the service's store the picture is that shows how a job is going."""
    return f"{_PREVIEWS}/{job_id}.png"


def partial_path(job_id: str) -> str:
    """Where in the service's store the beginning of a video is that is being painted."""
    return f"{_PREVIEWS}/{job_id}"
