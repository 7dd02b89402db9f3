"""docs/how-to/use-the-api.md, followed from top to bottom against a server, with what it says is printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.client import Client
from rotoscope.media.probe import inspect_media
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

from feature_weights import write_weights
from running_server import RunningServer, running_server
from samples import make_clip, picture

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-api.md"
SERVE = "ROTOSCOPE_ALLOWED_HOSTS=127.0.0.1 rotoscope serve\n"
WRITTEN_URL = "http://127.0.0.1:8000"
QUICKLY = {
    '"minutes": 10': '"steps": 2, "features": "squeezenet1_1", "feature_weights": "data://in/weights.safetensors"'
}
"""What the page says, and what is said in the test: it would fetch weights and take minutes."""
_FENCE = re.compile(r"^```(?P<language>[a-z]+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
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


def pieces() -> Iterator[Piece]:
    text = PAGE.read_text(encoding="utf-8")
    found = list(_FENCE.finditer(text))
    for number, block in enumerate(found):
        if block["language"] == "text":
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


class Reader:
    """Does what the page says, in a folder."""

    def __init__(self, folder: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._server = server
        self._monkeypatch = monkeypatch
        self._names: dict[str, object] = {"__name__": "page"}
        self._state = folder / ".state"

    def follow(self, piece: Piece, capsys: pytest.CaptureFixture[str]) -> str:
        """What the piece printed, with the addresses of the page."""
        code = piece.code.replace(WRITTEN_URL, self._server.url).replace(
            "TOKEN=…", f"TOKEN={self._server.token}"
        )
        for said, instead in QUICKLY.items():
            code = code.replace(said, instead)
        if code == SERVE:
            return self._server.printed.replace(self._server.url, WRITTEN_URL)
        real = self._python(code, piece, capsys) if piece.language == "python" else self._shell(code, piece)
        return real.replace(self._server.url, WRITTEN_URL)

    def close(self) -> None:
        """Close what the page opened."""
        client = self._names.get("client")
        if isinstance(client, Client):
            client.close()

    def _shell(self, code: str, piece: Piece) -> str:
        environment = {
            **os.environ,
            "STATE": str(self._state),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        ran = subprocess.run(
            ["bash", "-c", _SHELL.format(code=code)],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"line {piece.line}: {ran.stderr}{ran.stdout}"
        for name in (SERVER_VARIABLE, KEY_VARIABLE):
            state = self._state.read_text(encoding="utf-8")
            if found := re.search(rf'declare -x {name}="([^"]*)"', state):
                self._monkeypatch.setenv(name, found[1])
        return ran.stdout

    def _python(self, code: str, piece: Piece, capsys: pytest.CaptureFixture[str]) -> str:
        capsys.readouterr()
        exec(compile("\n" * (piece.line - 1) + code, str(PAGE), "exec"), self._names)
        return capsys.readouterr().out


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")
@pytest.mark.timeout(600)
def test_the_page_can_be_followed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)
    make_clip(folder / "drone.mp4", rate=Fraction(2), frames=40)
    for number, name in enumerate(("photo.jpg", "poster.jpg")):
        Image.fromarray(picture(number, (96, 64))).save(folder / name)
    with running_server(tmp_path / "server", ROTOSCOPE_ALLOWED_HOSTS="127.0.0.1") as server:
        reader = Reader(folder, server, monkeypatch)
        request.addfinalizer(reader.close)
        for piece in pieces():
            if "trainings -d" in piece.code:
                with Client(server.url, os.environ[KEY_VARIABLE]) as client:
                    client.files.upload(write_weights(tmp_path / "weights.safetensors"), "data://in/")
            real = reader.follow(piece, capsys)
            if piece.printed is not None:
                assert fits(piece.printed, real), f"line {piece.line} printed {real!r}"
    painted = {name: inspect_media(folder / name) for name in ("painted.mp4", "steady.mp4", "by-server.mp4")}
    assert {info.video.frame_count_from_content for info in painted.values()} == {40}
    assert (folder / "by-server.mp4").read_bytes() == (folder / "painted.mp4").read_bytes()
    for name in ("painted.jpg", "chain.webp", "frame.jpg", "sheet.png", "preview.jpg", "as-poster.jpg"):
        with Image.open(folder / name) as image:
            assert image.size >= (64, 48), name


def test_what_is_printed_is_compared() -> None:
    assert fits("a …\n…\nz", "a b\nc\nd\nz")
    assert not fits("a …\nz", "a b\nc\nz")
    assert not fits("succeeded 20", "failed 20")
