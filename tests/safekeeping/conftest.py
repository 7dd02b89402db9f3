"""What the tests of safe keeping share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from command import run
from postgres_server import PostgresServer, running_postgres
from s3_server import S3Server, running_s3_server

__all__ = ["run"]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with running_s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server
