"""A page that is followed from top to bottom against a server, in a shell and in Python."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from rotoscope.client import Client
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

from running_server import RunningServer

WRITTEN_URL = "http://127.0.0.1:8000"
"""Where the server of every page answers."""
_FENCE = re.compile(r"^```(?P<language>[a-z]+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_RUN = ("sh", "python")
_TOKENS = ("TOKEN=…", 'TOKEN = "…"')
_SHELL = """set -e
[ -f "$STATE" ] && . "$STATE"
set -a
{code}
set +a
{{ export -p; declare -f; }} > "$STATE"
"""


@dataclass(frozen=True)
class Piece:
    """A block that is run, and what it is said to print."""

    language: str
    code: str
    line: int
    printed: str | None


def pieces(page: Path) -> Iterator[Piece]:
    """The blocks of a page that are run: ``sh`` and ``python``."""
    text = page.read_text(encoding="utf-8")
    found = list(_FENCE.finditer(text))
    for number, block in enumerate(found):
        if block["language"] not in _RUN:
            continue
        follows = found[number + 1] if number + 1 < len(found) else None
        is_output = (
            follows is not None
            and follows["language"] == "text"
            and not text[block.end() : follows.start()].strip()
        )
        printed = follows["code"] if follows is not None and is_output else None
        yield Piece(block["language"], block["code"], text.count("\n", 0, block.start()) + 2, printed)


def fits(printed: str, real: str) -> bool:
    """Whether a page's output is what came; ``…`` stands for anything, in a line of its own for lines."""
    pattern = re.escape(printed.strip("\n")).replace(re.escape("…"), "…")
    pattern = re.sub(r"^…(\\?\n|\Z)", r"(?:[^\n]*(?:\n|\\Z))*?", pattern, flags=re.MULTILINE)
    pattern = pattern.replace("…", "[^\n]*")
    return re.fullmatch(pattern, real.strip("\n")) is not None


@dataclass
class Reader:
    """Does what a page says, in a folder."""

    page: Path
    folder: Path
    server: RunningServer
    monkeypatch: pytest.MonkeyPatch
    serve: str
    """The line with which the page starts its server, which runs already."""
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the page says, and what is said in its place."""
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "page"})
    """What the Python of the page has made so far."""

    def follow(self, piece: Piece) -> str:
        """What the piece printed, with the addresses of the page; held against what the page shows."""
        code = piece.code
        token = {written: written.replace("…", self.server.token) for written in _TOKENS}
        for said, instead in {WRITTEN_URL: self.server.url, **token, **self.instead}.items():
            code = code.replace(said, instead)
        if code == f"{self.serve}\n":
            real = self.server.printed
        else:
            real = self._python(code, piece) if piece.language == "python" else self._shell(code, piece)
        real = real.replace(self.server.url, WRITTEN_URL)
        if piece.printed is not None:
            assert fits(piece.printed, real), f"line {piece.line} printed {real!r}"
        return real

    def close(self) -> None:
        """Close what the page opened."""
        client = self.names.get("client")
        if isinstance(client, Client):
            client.close()

    def _shell(self, code: str, piece: Piece) -> str:
        state = self.folder / ".state"
        environment = {
            **os.environ,
            "STATE": str(state),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        ran = subprocess.run(
            ["bash", "-c", _SHELL.format(code=code)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"line {piece.line}: {ran.stderr}{ran.stdout}"
        for name in (SERVER_VARIABLE, KEY_VARIABLE):
            if found := re.search(rf'declare -x {name}="([^"]*)"', state.read_text(encoding="utf-8")):
                self.monkeypatch.setenv(name, found[1])
        return ran.stdout

    def _python(self, code: str, piece: Piece) -> str:
        with redirect_stdout(StringIO()) as printed:
            exec(compile("\n" * (piece.line - 1) + code, str(self.page), "exec"), self.names)
        return printed.getvalue()
