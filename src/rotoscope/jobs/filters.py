"""The palettes of clients, on every machine."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from rotoscope.errors import DuplicateFilter, StoredFileNotFound
from rotoscope.filters.file import read_filter_file, write_new_file
from rotoscope.palette.folder import checksum_path, record_checksum
from rotoscope.palette.palette import Palette
from rotoscope.settings import Settings
from rotoscope.storage.store import Store

LOCAL_CLIENT: Final = "cli_local"
"""Whoever uses the service on the machine itself; has the filters of the command line."""
_FOLDER: Final = "filters"


class ClientFilters:
    """Each client's own filters: a folder, on several machines a copy of one in the service's store."""

    def __init__(self, settings: Settings, shared: Store | None) -> None:
        """Keep filters below the data folder.

        Args:
            settings: has the folder.
            shared: a store that other machines reach too; None: there are no others.
        """
        self._settings = settings
        self._shared = shared

    def folder(self, client_id: str) -> Path:
        """A client's filters on this machine."""
        if self._shared is not None:  # a copy, kept alike; the command line's own filters are no part of it
            return self._settings.cache_dir / "filters" / client_id
        if client_id == LOCAL_CLIENT:
            return self._settings.filters_dir
        return self._settings.data_dir / "clients" / client_id / "filters"

    def palette(self, client_id: str) -> Palette:
        """A client's palette, as it is on all machines.

        Raises:
            StorageError: the service's store does not answer.
        """
        if self._shared is not None:
            self._bring(client_id, self._shared)
        return Palette(self.folder(client_id))

    def publish(self, client_id: str, filter_file: Path) -> None:
        """Put a filter into a client's palette; once more does no harm.

        Raises:
            DuplicateFilter: there is another filter of that name.
        """
        file = read_filter_file(filter_file)
        name = file.card.name
        for entry in self.palette(client_id).list():
            if entry.name == name and entry.digest != file.digest:
                raise DuplicateFilter(
                    f"The palette has another filter named {name} already. Delete it, or give this one "
                    "another name."
                )
        place = self.folder(client_id) / f"{name}.onnx"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_new_file(place, filter_file.read_bytes(), overwrite=True)
        record_checksum(place, file.digest)
        self.share(client_id, name)

    def share(self, client_id: str, name: str) -> None:
        """Let other machines have a filter of a client's folder, in place of what they had of that name."""
        if self._shared is not None:
            place = self.folder(client_id) / f"{name}.onnx"
            stored = self._shared.put(_path(client_id, place.name), place, overwrite=True)
            _note(place).write_text(stored.etag)

    def withdraw(self, client_id: str, name: str) -> None:
        """Take a filter from all machines that was removed from a client's folder."""
        if self._shared is not None:
            try:
                self._shared.delete(_path(client_id, f"{name}.onnx"))
            except StoredFileNotFound:
                return

    def _bring(self, client_id: str, shared: Store) -> None:
        folder = self.folder(client_id)
        folder.mkdir(parents=True, exist_ok=True)
        there = {file.path.rpartition("/")[2]: file for file in shared.list(_path(client_id, ""))}
        for name, file in there.items():
            place, note = folder / name, _note(folder / name)
            if not place.exists() or not note.exists() or note.read_text() != file.etag:
                data = b"".join(shared.read(file.path))
                write_new_file(place, data, overwrite=True)
                record_checksum(place, sha256(data).hexdigest())
                note.write_text(file.etag)
        for place in folder.glob("*.onnx"):
            if place.name not in there and _note(place).exists():  # without a note it is about to be shared
                place.unlink(missing_ok=True)
                checksum_path(place).unlink(missing_ok=True)
                _note(place).unlink(missing_ok=True)


def _note(place: Path) -> Path:
    """Where it is written down which version of a shared filter a file is."""
    return place.with_name(f".{place.name}.etag")


def _path(client_id: str, name: str) -> str:
    return f"{_FOLDER}/{client_id}/{name}"
