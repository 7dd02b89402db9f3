"""The store in memory keeps the promises of a store."""

from __future__ import annotations

import pytest

from rotoscope.storage.memory import MemoryStore

from battery import StorePromises


class TestMemoryStore(StorePromises):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
