"""The store in a local folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from battery import StorePromises

from rotoscope.storage.local import LocalStore


class TestLocalStore(StorePromises):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store", shown_as="data://")
