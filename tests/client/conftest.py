"""One server for all tests of this folder that do not harm it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from rotoscope.client import Client

from command import run
from running_server import BreakingLine, RunningServer, running_server

__all__ = ["run"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Generator[Client]:
    with server.client() as opened:
        yield opened


@pytest.fixture
def line(server: RunningServer) -> Generator[BreakingLine]:
    breaking = BreakingLine(server.url)
    yield breaking
    breaking.close()


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A folder of the server's store, for one test."""
    return f"data://tests/{tmp_path.name}/"
