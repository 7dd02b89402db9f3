"""Tables of what is to be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality.places import COMPARISON
from bench.quality.table import parse_pair, read_table, require_files
from rotoscope.errors import InvalidOptions


def write(folder: Path, text: str) -> Path:
    path = folder / "table.toml"
    path.write_text(text)
    return path


ONE = """
photographs = "photos"
[[candidate]]
title = "Wave"
filter = "nets/wave.onnx"
style = "wave.jpg"
"""


def test_paths_are_taken_from_the_tables_folder_or_from_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "nets").mkdir(parents=True)
    (data / "nets" / "wave.onnx").touch()
    (tmp_path / "wave.jpg").touch()
    (tmp_path / "photos").mkdir()
    table = read_table(write(tmp_path, ONE), data=data)
    assert table.photographs == tmp_path / "photos"
    assert table.candidate[0].filter == str(data / "nets" / "wave.onnx")
    assert table.candidate[0].style == tmp_path / "wave.jpg"
    require_files(table)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, ONE), data=None)
    with pytest.raises(
        InvalidOptions, match=r"photos, wave\.jpg: not there\. .* ROTOSCOPE_REFERENCE_DATA names"
    ):
        require_files(table)


def test_paintings_that_are_optional_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "wave.jpg").touch()
    (tmp_path / "made").mkdir()
    table = read_table(write(tmp_path, ONE.replace('filter = "nets/wave.onnx"', 'paintings = "made"')))
    assert not table.candidate[0].is_at_hand
    with pytest.raises(InvalidOptions, match="made: not there"):
        require_files(table)
    optional = table.candidate[0].model_copy(update={"optional": True})
    require_files(table.model_copy(update={"candidate": (optional,)}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("photographs = ", "is not TOML"),
        ('photographs = "p"\ncolour = 1', "colour: Extra inputs are not permitted"),
        ("", "photographs: Field required"),
        (ONE + 'paintings = "made"', "give one of filter and paintings"),
        (ONE.replace("filter", "paintings") + "flicker = true", "flicker wants a filter, not paintings"),
    ],
)
def test_a_table_out_of_order_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidOptions, match=told):
        read_table(write(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"none\.toml cannot be read: No such file"):
        read_table(tmp_path / "none.toml")


def test_a_pair_is_split_at_its_last_sign() -> None:
    pair = parse_pair("posterize:levels=4=styles/wave.jpg")
    assert (pair.filter, pair.style) == ("posterize:levels=4", Path("styles/wave.jpg"))
    assert parse_pair("nets/wave.onnx=wave.jpg").title == "wave"


@pytest.mark.parametrize("text", ["great-wave", "great-wave=", "=wave.jpg"])
def test_half_a_pair_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptions, match=r"give both, such as great-wave=wave\.jpg"):
        parse_pair(text)


def test_the_documentations_table_is_in_order() -> None:
    table = read_table(COMPARISON)
    assert table.bundled
    assert {one.group for one in table.candidate} == {"others", "optimization"}
