"""A service for each test."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from api_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()
