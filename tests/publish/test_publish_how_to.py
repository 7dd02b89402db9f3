"""docs/how-to/publish.md: its Python runs against a server, and after its commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rotoscope.publish.reading import read_document
from rotoscope.publish.work import WorkFacts

from command import Run, run
from gallery_samples import make_walks
from running_server import running_server

__all__ = ["run"]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "publish.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_python_of_publish_md_runs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    walks = make_walks(tmp_path, with_video=False)
    run("collection", "init", "low-water")
    run("collection", "add", "low-water", walks / "media" / "night.png")
    (tmp_path / "painted.jpg").write_bytes((walks / "media" / "night.png").read_bytes())
    with running_server(tmp_path / "server") as server:
        names: dict[str, object] = {"__name__": "page", "url": server.url, "key": server.key}
        for code in re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE):
            exec(code, names)
    printed = capsys.readouterr().out.splitlines()
    at_server, here = (line for line in printed if "pages" in line)
    assert at_server == "5 pages"  # the first one, the collection, the work, the filters and the filter
    assert re.fullmatch(r"3 pages, \d\d links", here)


def test_the_work_that_the_page_shows_is_in_order() -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    work, _, faults = read_document(shown, WorkFacts)
    assert faults == []
    assert work is not None
    assert work.filters[0].filter == "great-wave"


def test_the_keys_that_the_page_names_are_in_the_schema() -> None:
    schema = json.loads((PAGE.parents[1] / "collection.schema.json").read_text(encoding="utf-8"))
    kinds = schema["$defs"]
    for key in ("look", "tags", "captions", "square", "alt", "caption", "source"):
        assert key in kinds["WorkFacts"]["properties"]
    for key in ("published", "feature", "cover", "works", "date", "tags"):
        assert key in kinds["CollectionFile"]["properties"]
