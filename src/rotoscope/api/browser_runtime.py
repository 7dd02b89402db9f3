"""ONNX Runtime Web, with which filters run in the browser: fetched once, checked, and served from here."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Request

from rotoscope.errors import ChecksumMismatch, FetchError
from rotoscope.media.atomic import encode_errors, write_new_file
from rotoscope.media.fetching import RemoteFile, download

VERSION: Final = "1.30.0"
"""Of onnxruntime-web."""
FOLDER: Final = f"onnxruntime-web-{VERSION}"
"""Where its files are, in the cache folder."""
_SERVER: Final = f"https://cdn.jsdelivr.net/npm/onnxruntime-web@{VERSION}/dist"
RUNTIME_FILES: Final = {
    name: RemoteFile(f"{_SERVER}/{name}", sha256, size)
    for name, sha256, size in (
        ("ort.wasm.min.mjs", "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b", 50_126),
        (
            "ort-wasm-simd-threaded.mjs",
            "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
            24_381,
        ),
        (
            "ort-wasm-simd-threaded.wasm",
            "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
            14_239_897,
        ),
    )
}
"""The files that are needed, and no others; the digests are those of the package in npm's registry."""
_PAUSE_SECONDS: Final = 20.0
"""After a fetch that failed, none is tried for so long: anybody may ask for these files."""


class BrowserRuntime:
    """The files, on this machine. Usable from any thread."""

    def __init__(self, cache_dir: Path, files: dict[str, RemoteFile] = RUNTIME_FILES) -> None:
        """Use a cache folder, which need not be there yet.

        Args:
            cache_dir: the files are kept in the folder :data:`FOLDER` in it.
            files: what there is, by name.
        """
        self.folder = cache_dir / FOLDER
        self._files = files
        self._lock = threading.Lock()
        self._checked: set[str] = set()
        self._failed: tuple[float, FetchError | ChecksumMismatch] | None = None

    def is_here(self) -> bool:
        """Whether nothing has to be fetched any more."""
        return all((self.folder / name).exists() for name in self._files)

    def take(self, name: str) -> Path:
        """A file of the runtime, fetched where it is not here yet.

        Raises:
            KeyError: it is none of the runtime's.
            FetchError: it cannot be fetched; says how to do without.
            ChecksumMismatch: what came, or was put into the folder, is another file.
            EncodeError: the cache cannot be written.
        """
        remote = self._files[name]
        place = self.folder / name
        with self._lock:
            if name not in self._checked or not place.exists():
                if place.exists():
                    _require_same(place, remote)
                else:
                    self._fetch(remote, place)
                self._checked.add(name)
        return place

    def packed(self, name: str) -> Path:
        """The same file with gzip, a quarter of it; raises as :meth:`take` does."""
        place = self.take(name)
        packed = place.with_name(f"{name}.gz")
        with self._lock:
            if not packed.exists():
                write_new_file(packed, gzip.compress(place.read_bytes(), mtime=0), overwrite=True)
        return packed

    def _fetch(self, remote: RemoteFile, place: Path) -> None:
        if self._failed is not None and time.monotonic() - self._failed[0] < _PAUSE_SECONDS:
            raise self._failed[1]
        with encode_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        try:
            download(remote, place)
        except (FetchError, ChecksumMismatch) as error:
            self._failed = (time.monotonic(), type(error)(f"{error} {_without_fetching(self._files)}"))
            raise self._failed[1] from error


def _without_fetching(files: dict[str, RemoteFile]) -> str:
    return (
        f"To do without fetching, put {', '.join(files)} of the npm package onnxruntime-web {VERSION} into "
        f"the folder {FOLDER} of the service's cache folder; all but the page Live works without them."
    )


def _require_same(place: Path, remote: RemoteFile) -> None:
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    if digest != remote.sha256:
        raise ChecksumMismatch(
            f"{place.name} in the folder {FOLDER} is not the file of onnxruntime-web {VERSION}: SHA-256 is "
            f"{digest} and should be {remote.sha256}. Delete it, and it is fetched; or put the right one "
            f"there."
        )


def runtime_of(request: Request) -> BrowserRuntime:
    """The application's."""
    runtime = request.app.state.runtime
    assert isinstance(runtime, BrowserRuntime)
    return runtime


UseRuntime = Annotated[BrowserRuntime, Depends(runtime_of)]
"""A route's parameter that gets the runtime."""
