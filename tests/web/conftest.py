"""A browser and a service for each file of tests; ``SERVICE`` in a file says more of its environment."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import running_browser
from running_server import RunningServer, running_server


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service of a file of tests keeps what it has."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, browser: Browser, folder: Path) -> Generator[RunningServer]:
    environment: dict[str, str] = getattr(request.module, "SERVICE", {})
    with running_server(folder, **({"OMP_NUM_THREADS": "1"} | environment)) as found:
        yield found
