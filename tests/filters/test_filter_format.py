"""The written format: its test vectors, and that the page says what the program does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from rotoscope.filters.card import (
    REQUIRED_FIELDS,
    Card,
    Cost,
    Import,
    StyleImage,
    Training,
    card_schema,
    parse_card,
)
from rotoscope.filters.file import read_filter_file
from rotoscope.filters.graph_rules import (
    ALLOWED_OPERATORS,
    MAX_FILE_BYTES,
    MAX_OPSET,
    MIN_OPSET,
    RESERVED_INPUTS,
)
from rotoscope.filters.neural import NeuralFilter
from rotoscope.runtime.graph import Backend, RuntimeOptions

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "filter-format"
PAGE = (ROOT / "docs" / "filter-format.md").read_text(encoding="utf-8")
FILES = ("test-vector.onnx", "input.png", "painted.png")


def read_picture(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_the_vector_is_painted_as_written(backend: Backend) -> None:
    painter = NeuralFilter(
        read_filter_file(VECTORS / "test-vector.onnx"), options=RuntimeOptions(backend, "f32")
    )
    wanted = read_picture(VECTORS / "painted.png").astype(int)
    source = read_picture(VECTORS / "input.png")
    assert np.abs(painter.apply(source) - wanted).max() <= 1
    assert np.abs(source - wanted).mean() > 10  # the filter does something
    wide = painter.apply(source.astype(np.uint16) * 257)
    assert np.abs(wide / 257 - wanted).max() <= 1


def test_the_vectors_are_what_their_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(VECTORS / "make_vectors.py"), str(tmp_path)], check=True)
    for name in ("input.png", "painted.png"):
        assert np.array_equal(read_picture(tmp_path / name), read_picture(VECTORS / name))
    made, kept = (onnx.load(folder / "test-vector.onnx") for folder in (tmp_path, VECTORS))
    assert made == kept


def test_the_page_names_the_vectors_by_checksum() -> None:
    for name in FILES:
        assert f"| `{name}` | `{sha256((VECTORS / name).read_bytes()).hexdigest()}` |" in PAGE


def test_the_reader_on_the_page_paints_the_vector(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(code) == 1
    result = tmp_path / "result.png"
    arguments = [str(VECTORS / "test-vector.onnx"), str(VECTORS / "input.png"), str(result)]
    subprocess.run([sys.executable, "-c", code[0], *arguments], check=True)
    difference = read_picture(result).astype(int) - read_picture(VECTORS / "painted.png")
    assert np.abs(difference).max() <= 1


def test_the_example_on_the_page_is_a_card() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert parse_card(example).name == "great-wave"


def test_the_page_lists_the_operators() -> None:
    (listed,) = re.findall(r"<!-- operators: .*? -->(.*?)<!-- /operators -->", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == ALLOWED_OPERATORS


def test_the_page_lists_the_fields() -> None:
    (listed,) = re.findall(r"<!-- fields: .*? -->(.*?)<!-- /fields -->", PAGE, re.DOTALL)
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", listed, re.MULTILINE))
    assert list(rows) == list(Card.model_fields)
    assert {name for name, text in rows.items() if "**required**" in text} == set(REQUIRED_FIELDS)
    for model in (Card, StyleImage, Training, Cost, Import):
        for name, field in model.model_fields.items():
            assert f"| `{name}` |" in PAGE
            assert field.description is not None
            assert field.description in PAGE


def test_the_page_states_the_limits() -> None:
    assert f"({MAX_FILE_BYTES:,} bytes)" in PAGE
    assert f"in a version from {MIN_OPSET} to {MAX_OPSET}" in PAGE
    for name in RESERVED_INPUTS:
        assert f"`{name}`" in PAGE


def test_the_json_schema_is_in_step() -> None:
    # python -c "import json; from rotoscope.filters.card import card_schema;
    #            print(json.dumps(card_schema(), indent=2))" > docs/filter-card.schema.json
    kept = json.loads((ROOT / "docs" / "filter-card.schema.json").read_text(encoding="utf-8"))
    assert kept == card_schema()
    assert kept["required"] == list(REQUIRED_FIELDS)
    assert kept["additionalProperties"] is False
