"""What docs/how-to/optimize-a-picture.md says is so; its commands are followed in tests/docs."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import get_args

from rotoscope.optimize.memory import Memory
from rotoscope.optimize.painting import LIVE_SECONDS, PaintingOptions, optimize_still
from rotoscope.optimize.recipe import CONTENT_LAYERS, STYLE_LAYERS, ColorSource, OptimizeRecipe
from rotoscope.optimize.statistics import StyleLoss

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "optimize-a-picture.md").read_text(encoding="utf-8")


def test_the_python_shown_is_understood() -> None:
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    tree = ast.parse(found[1])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert all(hasattr(module, name.name) for name in node.names)
    known = {known.__name__: known for known in (optimize_still, OptimizeRecipe, PaintingOptions)}
    bound: set[str] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in known:
            keywords = {str(k.arg): k.value for k in call.keywords}
            inspect.signature(known[call.func.id]).bind(*call.args, **keywords)
            bound.add(call.func.id)
    assert bound == set(known)


def test_the_layers_shown_are_the_programs() -> None:
    for name, style in STYLE_LAYERS.items():
        told = ", ".join(f"`{layer}`" for layer in style)
        content = ", ".join(f"`{layer}`" for layer in CONTENT_LAYERS[name])
        assert f"| `{name}` | {told} | {content} |" in TEXT


def test_the_numbers_are_the_programs() -> None:
    recipe, memory = OptimizeRecipe(), Memory()
    assert recipe.iterations == recipe.coarse_iterations == 100
    assert "L-BFGS makes 100 steps" in TEXT
    assert f"renewed every {LIVE_SECONDS:.0f} seconds" in TEXT
    assert "allows (about 5 GB)" in TEXT
    assert Memory.of_gigabytes(5).maps_bytes > 0.9 * memory.maps_bytes


def test_every_choice_is_named() -> None:
    for choices in (StyleLoss, ColorSource):
        assert all(name in TEXT for name in get_args(choices))
