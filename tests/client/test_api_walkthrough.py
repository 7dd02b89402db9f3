"""docs/how-to/use-the-api.md, followed from top to bottom against a server, with what it says is printed."""

from __future__ import annotations

import os
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.client import Client
from rotoscope.media.probe import inspect_media
from rotoscope.settings import KEY_VARIABLE

from feature_weights import write_weights
from followed import Reader, fits, pieces
from running_server import running_server
from samples import make_clip, picture

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-api.md"
SERVE = "ROTOSCOPE_ALLOWED_HOSTS=127.0.0.1 rotoscope serve"
QUICKLY = {
    '"minutes": 10': '"steps": 2, "features": "squeezenet1_1", "feature_weights": "data://in/weights.safetensors"'
}
"""What the page says, and what is said in the test: it would fetch weights and take minutes."""


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")
@pytest.mark.timeout(600)
def test_the_page_can_be_followed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)
    make_clip(folder / "drone.mp4", rate=Fraction(2), frames=40)
    for number, name in enumerate(("photo.jpg", "poster.jpg")):
        Image.fromarray(picture(number, (96, 64))).save(folder / name)
    with running_server(tmp_path / "server", ROTOSCOPE_ALLOWED_HOSTS="127.0.0.1") as server:
        reader = Reader(PAGE, folder, server, monkeypatch, SERVE, QUICKLY)
        request.addfinalizer(reader.close)
        for piece in pieces(PAGE):
            if "trainings -d" in piece.code:
                with Client(server.url, os.environ[KEY_VARIABLE]) as client:
                    client.files.upload(write_weights(tmp_path / "weights.safetensors"), "data://in/")
            reader.follow(piece)
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
