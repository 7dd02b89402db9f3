"""The studio's files as the service gives them: few, small, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import re

from rotoscope.api.routes.studio import assets

from api_bench import Bench

_MOST_BYTES = 300_000
"""Of what a browser loads before the first picture."""
_HINT = re.compile(rb"https://([a-z]+[.])?example[.]org")
"""What is written in an empty field, to show what goes there."""
_TEXTS = (".html", ".css", ".js", ".svg")


def test_whoever_comes_with_a_browser_is_led_to_the_studio(bench: Bench) -> None:
    for path in ("/", "/studio"):
        answer = bench.anonymous.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (307, "/studio/")
    page = bench.anonymous.get("/studio/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Rotoscope</title>" in page.text


def test_nothing_may_come_from_elsewhere(bench: Bench) -> None:
    answer = bench.anonymous.get("/studio/js/main.js")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert not re.search(r"https?:", policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name, asset in assets().items():
        if name.endswith(_TEXTS):
            urls = re.findall(rb"https?://[^\"'\s)]+", asset.content)
            others = {url for url in urls if not _HINT.match(url)}
            assert others <= {b"http://www.w3.org/2000/svg"}, name
            assert b"innerHTML" not in asset.content, name


def test_a_file_that_has_not_changed_is_not_sent_again(bench: Bench) -> None:
    first = bench.anonymous.get("/studio/css/base.css")
    assert first.headers["Content-Encoding"] == "gzip"
    again = bench.anonymous.get("/studio/css/base.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = bench.anonymous.get("/studio/css/base.css", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.content == first.content == assets()["css/base.css"].content


def test_other_paths_are_not_there(bench: Bench) -> None:
    for path in ("nothing.js", "../app.py", "%2e%2e/__init__.py", "js"):
        answer = bench.anonymous.get(f"/studio/{path}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not-found"


def test_every_file_that_a_file_names_is_there() -> None:
    names = set(assets())
    page = assets()["index.html"].content.decode()
    assert set(re.findall(r'(?:href|src)="((?:css|js|icon)[^"]+)"', page)) <= names
    for name in (name for name in names if name.endswith(".js")):
        folder = name.rpartition("/")[0].split("/")
        for wanted in re.findall(r'(?:from|import) "(\.[^"]+)"', assets()[name].content.decode()):
            parts = list(folder)
            for part in wanted.split("/"):
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            assert "/".join(parts) in names, (name, wanted)


def test_all_of_it_together_is_small() -> None:
    sent = sum(
        len(asset.packed or asset.content) for name, asset in assets().items() if name.endswith(_TEXTS)
    )
    assert sent < _MOST_BYTES
    packed = assets()["js/main.js"].packed
    assert packed is not None
    assert gzip.decompress(packed) == assets()["js/main.js"].content
