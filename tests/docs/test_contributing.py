"""The walk through adding a kind of filter in CONTRIBUTING.md, followed to the letter."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rotoscope.filters
from rotoscope.filters import kinds

from command import Run
from doc_pages import ROOT, blocks

PAGE = ROOT / "CONTRIBUTING.md"


def block_of(path: str) -> str:
    """The block that begins with the name of a file, without that line."""
    first = f"# {path}\n"
    return next(b.code.removeprefix(first) for b in blocks(PAGE, "python") if b.code.startswith(first))


def table_with_invert() -> str:
    """The source of the table of kinds with the walk's two statements instead of its own."""
    source = Path(kinds.__file__).read_text(encoding="utf-8")
    walk = block_of("src/rotoscope/filters/kinds.py")
    for change in ast.parse(walk).body:
        (there,) = (node for node in ast.parse(source).body if head(node) == head(change))
        assert names(change) == names(there) | {"invert"}, "the walk has fallen behind the table of kinds"
        lines = source.splitlines()
        lines[there.lineno - 1 : there.end_lineno] = walk.splitlines()[change.lineno - 1 : change.end_lineno]
        source = "\n".join(lines) + "\n"
    return source


def head(statement: ast.stmt) -> str:
    """What a statement is about: the module it imports from, or the name it sets."""
    if isinstance(statement, ast.ImportFrom):
        return f"from {statement.module}"
    return ast.unparse(statement.targets[0]) if isinstance(statement, ast.Assign) else ""


def names(statement: ast.stmt) -> set[str]:
    """Modules that a statement names."""
    if isinstance(statement, ast.ImportFrom):
        return {alias.name for alias in statement.names}
    assert isinstance(statement, ast.Assign)
    return {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}


@pytest.fixture
def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[ModuleType]:
    """The package after the first two steps; gives the module of the new kind."""
    (tmp_path / "invert.py").write_text(block_of("src/rotoscope/filters/invert.py"), encoding="utf-8")
    monkeypatch.setattr(rotoscope.filters, "__path__", [*rotoscope.filters.__path__, str(tmp_path)])
    module = importlib.import_module("rotoscope.filters.invert")
    table: dict[str, Any] = {}
    exec(compile(table_with_invert(), "kinds.py", "exec"), table)
    monkeypatch.setattr(kinds, "KINDS", table["KINDS"])
    yield module
    del sys.modules["rotoscope.filters.invert"]
    del rotoscope.filters.invert  # pyright: ignore[reportAttributeAccessIssue] - set by importing it


def test_the_walks_own_tests_pass(walked: ModuleType) -> None:
    space: dict[str, Any] = {}
    exec(compile(block_of("tests/filters/test_invert.py"), "test_invert.py", "exec"), space)
    tests = [value for name, value in space.items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_the_new_kind_keeps_what_a_filter_promises(walked: ModuleType) -> None:
    from rotoscope.filters.base import Filter  # noqa: PLC0415

    painter = kinds.KINDS["invert"].build({"above": "0.3"})
    assert isinstance(painter, Filter)
    assert painter.digest != kinds.KINDS["invert"].build({}).digest


def test_the_walk_is_in_the_house_style(tmp_path: Path) -> None:
    for name in ("src/rotoscope/filters/invert.py", "tests/filters/test_invert.py"):
        for check in (["check"], ["format", "--check"]):
            ran = subprocess.run(
                [sys.executable, "-m", "ruff", *check, "--stdin-filename", name, "-"],
                input=block_of(name),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_target_of_the_table_exists(run: Run) -> None:
    targets = re.findall(r"^\| `make ([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert len(targets) > 5
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
