"""Fixtures for the examples of the pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from command import run
from doc_samples import lay_out

__all__ = ["reader", "run", "samples_folder"]


@pytest.fixture(scope="session")
def samples_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of; not to be changed."""
    folder = tmp_path_factory.mktemp("samples")
    lay_out(folder)
    return folder


@pytest.fixture
def reader(samples_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with copies of the samples, in which the reader of a page stands."""
    shutil.copytree(samples_folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path
