"""Running the command line in this process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from rotoscope.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        """Standard output as JSON."""
        return json.loads(self.out)


class Run(Protocol):
    """Runs ``rotoscope`` with arguments."""

    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """``run("inspect", clip)``; own filters and caches go to a folder of the test, and no server is asked."""
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ROTOSCOPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("ROTOSCOPE_SERVER", raising=False)

    def invoke(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["rotoscope", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return invoke
