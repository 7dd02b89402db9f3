"""Files of a request, for as long as it is served: those that came with it, and copies of stored ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from rotoscope.api.refusals import ContentTooLarge
from rotoscope.api.services import Services
from rotoscope.palette.palette import BUNDLED_FOLDER
from rotoscope.storage.naming import told_as
from rotoscope.storage.staging import fetch
from rotoscope.storage.storage import Storage


class Staging:
    """A folder of one request's files."""

    def __init__(self, folder: Path, storage: Storage, *, data_dir: Path, most_bytes: int) -> None:
        self.folder = folder
        """What comes with the request is put here."""
        self.storage = storage
        """What the client can reach."""
        self._data_dir = data_dir
        self._most = most_bytes
        self._taken: dict[str, Path] = {}

    def take(self, uri: str) -> Path:
        """A local copy of a stored file.

        Raises:
            ContentTooLarge: it is larger than is fetched for one request.
            StorageError: it cannot be had.
        """
        if uri not in self._taken:
            self._refuse_large(uri, self.storage.stat(uri).size_bytes)
            place = self.folder / f"stored-{len(self._taken)}"
            place.mkdir()
            self._taken[uri] = fetch(self.storage, uri, place, on_bytes=self._counter(uri))
        return self._taken[uri]

    @contextmanager
    def naming(self) -> Generator[None]:
        """Around work on these files: errors name what was sent, and no path of this machine."""
        taken: dict[Path, str] = {}
        with told_as({self.folder: "", BUNDLED_FOLDER: "", self._data_dir: ""}), told_as(taken):
            try:
                yield
            finally:
                taken |= {path: uri for uri, path in self._taken.items()}

    def _counter(self, uri: str) -> Callable[[int], None]:
        """Holds what arrives to the limit, whatever was said of its size before."""
        arrived = 0

        def count(size: int) -> None:
            nonlocal arrived
            arrived += size
            self._refuse_large(uri, arrived)

        return count

    def _refuse_large(self, uri: str, size: int) -> None:
        if size > self._most:
            raise ContentTooLarge(
                f"{uri} has {size:,} bytes; for one request at most {self._most:,} are fetched. Give a "
                "smaller file, or make a job."
            )


@contextmanager
def staged(services: Services, client_id: str, *, most_bytes: int) -> Generator[Staging]:
    """A folder for one request's files, gone afterwards."""
    root = services.settings.staging_dir
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="request-", dir=root) as folder:
        storage = services.storage_of(client_id)
        yield Staging(Path(folder), storage, data_dir=services.settings.data_dir, most_bytes=most_bytes)
