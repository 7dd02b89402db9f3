"""Files of a request, for as long as it is served: uploaded ones, and copies of stored ones."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rotoscope.api.file_bodies import safe_name
from rotoscope.api.refusals import ContentTooLarge
from rotoscope.api.services import Services
from rotoscope.errors import RotoscopeError
from rotoscope.storage.storage import Storage
from rotoscope.storage.uri import parse_uri


class Staging:
    """A folder of one request's files."""

    def __init__(self, folder: Path, storage: Storage, *, most_bytes: int) -> None:
        self.folder = folder
        """Uploaded files are put here."""
        self._storage = storage
        self._most = most_bytes
        self._taken: dict[str, Path] = {}

    def take(self, uri: str) -> Path:
        """A local copy of a stored file.

        Raises:
            ContentTooLarge: it is larger than is fetched for one request.
            StorageError: it cannot be had.
        """
        if uri not in self._taken:
            self._refuse_large(uri, self._storage.stat(uri).size_bytes)
            place = self.folder / f"stored-{len(self._taken)}"
            place.mkdir()
            self._taken[uri] = place / safe_name(parse_uri(uri).name)
            self._copy(uri, self._taken[uri])
        return self._taken[uri]

    def _copy(self, uri: str, path: Path) -> None:
        size = 0
        with path.open("wb") as file:
            for piece in self._storage.read(uri):
                size += file.write(piece)
                self._refuse_large(uri, size)  # whatever was said of its size before

    @contextmanager
    def naming(self) -> Generator[None]:
        """Around work on these files: errors name what was sent, and no path of this machine."""
        try:
            yield
        except RotoscopeError as error:
            error.args = tuple(self._told(part) for part in error.args)
            raise

    def _told(self, part: object) -> object:
        if not isinstance(part, str):
            return part
        for uri, path in self._taken.items():
            part = part.replace(str(path), uri)
        return part.replace(f"{self.folder}/", "")

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
        yield Staging(Path(folder), services.storage_of(client_id), most_bytes=most_bytes)
