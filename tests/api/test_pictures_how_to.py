"""docs/how-to/paint-pictures-over-http.md, followed from top to bottom against a server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
import uvicorn
from PIL import Image

from rotoscope.api.picture_links import OPTION_LETTERS

from api_bench import Bench
from samples import make_clip, picture

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "paint-pictures-over-http.md"
SIZES = {
    "painted.jpg": (800, 600),
    "painted.webp": (320, 240),
    "faded.jpg": (320, 240),
    "frame.jpg": (64, 48),
    "preview.jpg": (64, 48),
}
"""Pictures that the page makes, and their sizes."""


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


@pytest.fixture
def url(bench: Bench) -> Generator[str]:
    """Where the service answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(bench.app, log_level="warning", lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        pause = Event()
        while not server.started:
            pause.wait(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_page_can_be_followed(bench: Bench, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    Image.fromarray(picture(3, (320, 240))).save(folder / "photo.jpg")
    make_clip(folder / "drone.mp4", rate=Fraction(2), frames=40)
    key = bench.client().headers["Authorization"].removeprefix("Bearer ")
    script = "set -euo pipefail\n" + "\n".join(blocks("sh"))
    environment = {"URL": url, "KEY": key, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    for name, size in SIZES.items():
        with Image.open(folder / name) as image:
            assert image.size == size, name
    (path,) = re.findall(r'"path":"(/i/[^"]+)"', ran.stdout)
    assert httpx.get(f"{url}{path}").headers["content-type"] == "image/webp"


def test_what_a_site_signs_by_itself_is_taken(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(picture(3, (320, 240))).save(tmp_path / "photo.jpg")
    bench.services.storage_of("cli_ada").put("data://photos/photo.jpg", tmp_path / "photo.jpg")
    key = bench.client().post("/v1/picture-urls/rotate").json()
    (code,) = blocks("python")
    names: dict[str, Any] = {}
    exec(code.replace("3k9m2x7q", key["id"]).replace("what-rotate-gave", key["secret"]), names)
    answer = bench.anonymous.get(capsys.readouterr().out.strip())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")


def test_every_option_that_the_page_names_is_one() -> None:
    (sentence,) = re.findall(
        r"^Options are (.*?);", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert re.findall(r"`(\w)`", sentence) == list(OPTION_LETTERS)
