"""The store in a bucket."""

from __future__ import annotations

import pytest
from battery import StorePromises
from conftest import S3Server
from obstore.store import MemoryStore as MemoryBucket

from rotoscope.storage.cloud import CloudStore
from rotoscope.storage.store import Store


class TestS3Store(StorePromises):
    @pytest.fixture
    def store(self, s3_server: S3Server) -> Store:
        return s3_server.connector(f"{s3_server.new_bucket()}/some/folder").store


class TestS3StoreInParts(StorePromises):
    @pytest.fixture
    def store(self, s3_server: S3Server) -> Store:
        store = s3_server.connector(s3_server.new_bucket()).store
        assert isinstance(store, CloudStore)
        return CloudStore(store._bucket, shown_as="s3://bucket/", single_bytes=100)  # pyright: ignore[reportPrivateUsage]


class TestCloudStoreOverAnotherBucket(StorePromises):
    @pytest.fixture
    def store(self) -> Store:
        return CloudStore(MemoryBucket(), shown_as="s3://bucket/")
