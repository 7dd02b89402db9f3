"""What verifying finds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import onnx
import pytest

from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import write_filter_file
from rotoscope.palette.verify import verify_file

from graph_samples import half_size_model, make_model, node, tint_model


def flaw(operator: str, constant: float) -> onnx.ModelProto:
    return make_model([node(operator, ["image", "k"], "painted")], {"k": constant})


@pytest.mark.parametrize(
    ("model", "padding", "failing", "message"),
    [
        (flaw("Mul", 2.0), {}, "values", "gives values from .* they must be within 0 to 1"),
        (flaw("Sub", 1.0), {}, "values", "gives values from -"),
        (flaw("Div", 0.0), {}, "values", "values that are not finite"),
        (flaw("Mul", 0.0), {}, "values", "one flat color"),
        (half_size_model(), {}, "sizes", "cannot be run on an array"),
    ],
)
def test_broken_promises_are_found(
    tmp_path: Path, model: onnx.ModelProto, padding: dict[str, Any], failing: str, message: str
) -> None:
    path = tmp_path / "flawed.onnx"
    write_filter_file(path, model, Card(name="flawed", padding=Padding(multiple=1, **padding)))
    report = verify_file(path)
    assert not report.passed
    failed = {check.name: check.detail for check in report.checks if not check.passed}
    assert failing in failed
    assert re.search(message, failed[failing])


def test_a_file_that_breaks_the_rules_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"broken")
    report = verify_file(path)
    assert (report.passed, report.name, report.digest) == (False, None, None)
    assert [check.name for check in report.checks] == ["rules"]


def test_a_sound_filter_passes(tmp_path: Path) -> None:
    path = tmp_path / "sound.onnx"
    write_filter_file(path, tint_model(), Card(name="sound", padding=Padding(multiple=4, margin=2)))
    report = verify_file(path)
    assert report.passed
    assert report.name == "sound"
