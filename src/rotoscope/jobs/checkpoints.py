"""Checkpoints of trainings, where another machine finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rotoscope.storage.copying import copy_out
from rotoscope.storage.store import Store

_FOLDER: Final = "checkpoints"


class SharedCheckpoints:
    """Copies, in the service's store, of what trainings keep on the machine that they run on."""

    def __init__(self, store: Store | None) -> None:
        """Keep them in a store that other machines reach; None: there are none, and nothing is copied."""
        self._store = store
        self._kept: dict[Path, float] = {}

    def bring(self, job_id: str, folder: Path) -> None:
        """What another machine kept of a job, into a folder that holds nothing of it yet."""
        if self._store is None or folder.exists():
            return
        for file in list(self._store.list(f"{_FOLDER}/{job_id}/")):
            copy_out(self._store, file.path, folder / file.path.rpartition("/")[2])

    def keep(self, job_id: str, folder: Path) -> None:
        """Copy what changed since it was kept last; called now and then while a training runs."""
        if self._store is None or not folder.exists():
            return
        for place in sorted(folder.iterdir()):
            changed = place.stat().st_mtime
            if not place.name.startswith(".") and self._kept.get(place) != changed:
                self._store.put(f"{_FOLDER}/{job_id}/{place.name}", place, overwrite=True)
                self._kept[place] = changed
