"""ONNX Runtime Web, served by the service: fetched once, checked, or laid there by hand."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import re
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from rotoscope.api import browser_runtime
from rotoscope.api.browser_runtime import FOLDER, RUNTIME_FILES, VERSION, BrowserRuntime
from rotoscope.errors import ChecksumMismatch, FetchError
from rotoscope.media.fetching import RemoteFile
from rotoscope.settings import CACHE_DIR_VARIABLE

from api_bench import Bench

ROOT: Final = Path(__file__).parents[2]
SCRIPT = b"export const answer = 42;\n" * 40


@pytest.fixture
def asked() -> list[str]:
    """Paths that the other server was asked for."""
    return []


@pytest.fixture
def address(asked: list[str], tmp_path: Path) -> Generator[str]:
    """A server that has the file."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SCRIPT)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - the base's
            """Keep the tests' output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def files_at(address: str, content: bytes = SCRIPT) -> dict[str, RemoteFile]:
    return {
        "script.mjs": RemoteFile(f"{address}/script.mjs", hashlib.sha256(content).hexdigest(), len(content))
    }


def test_only_files_of_one_pinned_version_are_known() -> None:
    assert set(RUNTIME_FILES) == {
        "ort.wasm.min.mjs",
        "ort-wasm-simd-threaded.mjs",
        "ort-wasm-simd-threaded.wasm",
    }
    for name, remote in RUNTIME_FILES.items():
        assert remote.url == f"https://cdn.jsdelivr.net/npm/onnxruntime-web@{VERSION}/dist/{name}"
        assert len(remote.sha256) == 64


def test_the_page_on_the_studio_says_what_is_fetched_and_where_it_is_kept() -> None:
    text = (ROOT / "docs/how-to/use-the-studio.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- runtime files: .*? -->\n```text\n(.*?)```", text, re.DOTALL)
    assert listed is not None
    assert listed[1].split() == list(RUNTIME_FILES)
    [host] = {urlsplit(file.url).hostname for file in RUNTIME_FILES.values()}
    megabytes = sum(file.size_bytes for file in RUNTIME_FILES.values()) / 1e6
    assert f"three files ({megabytes:.1f} MB) from `{host}`" in text
    assert f"`npm pack onnxruntime-web@{VERSION}`" in text
    assert f"the folder `{FOLDER}` of the cache folder (`{CACHE_DIR_VARIABLE}`)" in text


def test_a_file_is_fetched_once_and_checked(address: str, asked: list[str], tmp_path: Path) -> None:
    first = BrowserRuntime(tmp_path, files_at(address))
    for runtime in (first, BrowserRuntime(tmp_path, files_at(address))):
        assert runtime.take("script.mjs").read_bytes() == SCRIPT
        assert runtime.is_here()
    assert asked == ["/script.mjs"]
    assert gzip.decompress(first.packed("script.mjs").read_bytes()) == SCRIPT


def test_another_file_than_the_pinned_one_is_thrown_away(address: str, tmp_path: Path) -> None:
    runtime = BrowserRuntime(tmp_path, files_at(address, SCRIPT[:-1] + b"x"))
    with pytest.raises(ChecksumMismatch, match=rf"not the pinned file.*put script\.mjs of .*{FOLDER}"):
        runtime.take("script.mjs")
    assert not (tmp_path / FOLDER / "script.mjs").exists()


def test_a_file_laid_there_by_hand_is_used_when_it_is_the_right_one(tmp_path: Path) -> None:
    files = files_at("http://127.0.0.1:1")
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "script.mjs").write_bytes(SCRIPT)
    assert BrowserRuntime(tmp_path, files).take("script.mjs").read_bytes() == SCRIPT
    (tmp_path / FOLDER / "script.mjs").write_bytes(b"another")
    with pytest.raises(ChecksumMismatch, match=r"Delete it, and it is fetched; or put the right one there\."):
        BrowserRuntime(tmp_path, files).take("script.mjs")


def test_after_a_fetch_that_failed_none_is_tried_for_a_while(
    address: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = files_at("http://127.0.0.1:1")
    runtime = BrowserRuntime(tmp_path, nowhere)
    with pytest.raises(FetchError, match=r"cannot be fetched: .*refused.*To do without fetching"):
        runtime.take("script.mjs")
    nowhere.update(files_at(address))
    with pytest.raises(FetchError, match="refused"):
        runtime.take("script.mjs")
    assert asked == []
    monkeypatch.setattr(browser_runtime, "_PAUSE_SECONDS", 0.0)
    assert runtime.take("script.mjs").read_bytes() == SCRIPT


def test_files_are_served_with_what_threads_need(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    known = RemoteFile("https://example.com/x", hashlib.sha256(SCRIPT).hexdigest(), len(SCRIPT))
    for name in RUNTIME_FILES:
        monkeypatch.setitem(RUNTIME_FILES, name, known)
    browser = bench.anonymous
    assert browser.get("/studio/runtime/").json()["is_here"] is False
    folder = bench.settings.cache_dir / FOLDER
    folder.mkdir(parents=True)
    for name in RUNTIME_FILES:
        (folder / name).write_bytes(SCRIPT)
    told = browser.get("/studio/runtime/").json()
    assert (told["version"], told["is_here"], told["files"]) == (VERSION, True, list(RUNTIME_FILES))
    for name, kind in (
        ("ort.wasm.min.mjs", "text/javascript"),
        ("ort-wasm-simd-threaded.wasm", "application/wasm"),
    ):
        path = f"/studio/runtime/{VERSION}/{name}"
        answer = browser.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.content == SCRIPT
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
        packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
        assert (packed.headers["content-encoding"], packed.content) == ("gzip", SCRIPT)
        again = browser.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    missing = browser.get(f"/studio/runtime/{VERSION}/ort.webgpu.min.mjs")
    assert missing.status_code == 404
    assert "There are ort.wasm.min.mjs, " in missing.json()["detail"]
