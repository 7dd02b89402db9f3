"""The store in memory keeps the promises of a store."""

from __future__ import annotations

import pytest
from battery import StorePromises

from rotoscope.storage.memory import MemoryStore


class TestMemoryStore(StorePromises):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
