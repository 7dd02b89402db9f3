"""What docs/how-to/scout-styles.md says is so."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

from rotoscope.cli.scout import sketches_folder
from rotoscope.networks.weights import TORCHVISION_FILES
from rotoscope.render.figures import CELLS, OCTAVES
from rotoscope.training.scouting.merit import TERMS
from rotoscope.training.scouting.scout import scout
from rotoscope.training.scouting.sketches import DEFAULT_SECONDS, SketchSettings, sketch_recipe
from rotoscope.training.start import START_FILTER

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "scout-styles.md").read_text(encoding="utf-8")


def python() -> ast.Module:
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return ast.parse(found[1])


def test_the_python_shown_names_what_exists() -> None:
    tree = python()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert all(hasattr(module, name.name) for name in node.names)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for called in (scout, sketch_recipe, SketchSettings):
        call = next(c for c in calls if isinstance(c.func, ast.Name) and c.func.id == called.__name__)
        inspect.signature(called).bind(*call.args, **{str(k.arg): k.value for k in call.keywords})


def test_the_terms_are_the_programs() -> None:
    assert re.findall(r"^\| \*\*(\w+)\*\* \|", TEXT, re.MULTILINE) == list(TERMS)
    assert f"({' × '.join(TERMS)})<sup>1/{len(TERMS)}</sup>" in TEXT
    words = {4: "four", 12: "twelve"}
    assert f"over {words[OCTAVES]} octaves and {words[CELLS]} cells along the short side" in TEXT


def test_the_numbers_are_the_programs() -> None:
    assert (
        f"trained on it for {DEFAULT_SECONDS:g} seconds, starting from the bundled `{START_FILTER}`" in TEXT
    )
    megabytes = round(TORCHVISION_FILES["squeezenet1_1"].size_bytes / 1e6)
    assert f"(a {megabytes} MB download)" in TEXT
    assert sketch_recipe("squeezenet1_1").stability_weight == 0  # "trained without what makes filters steady"


def test_sketches_are_where_the_page_says() -> None:
    folder = sketches_folder(Path("sheet.html"), None)
    assert f"(`{folder}/`; `--keep`" in TEXT
    assert f"--filter {folder}/poster.onnx" in TEXT
