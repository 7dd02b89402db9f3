"""What a user types after --filter."""

from __future__ import annotations

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.filters.spec import FilterOption, FilterSpec, parse_filter_spec, unknown_filter


@pytest.mark.parametrize(
    ("typed", "name", "options"),
    [
        ("great-wave", "great-wave", {}),
        (" great-wave ", "great-wave", {}),
        ("posterize:levels=5", "posterize", {"levels": "5"}),
        ("colors:count=6,strength=.5", "colors", {"count": "6", "strength": ".5"}),
        ("lut:file=a,b.cube", "lut", {"file": "a,b.cube"}),
        ("lut:file=C:\\films\\a=b.cube,strength=1", "lut", {"file": "C:\\films\\a=b.cube", "strength": "1"}),
        ("colors:given=#ff0000,#00ff00,#0000ff", "colors", {"given": "#ff0000,#00ff00,#0000ff"}),
        ("lut:file=", "lut", {"file": ""}),
    ],
)
def test_names_and_options(typed: str, name: str, options: dict[str, str]) -> None:
    wanted = tuple(FilterOption(key, value) for key, value in options.items())
    assert parse_filter_spec(typed) == FilterSpec(name, wanted)


@pytest.mark.parametrize(
    ("typed", "path", "options"),
    [
        ("./my.onnx", "./my.onnx", ()),
        ("C:\\filters\\My.ONNX", "C:\\filters\\My.ONNX", ()),
        ("my.onnx:strength=0.5", "my.onnx", (FilterOption("strength", "0.5"),)),
    ],
)
def test_files(typed: str, path: str, options: tuple[FilterOption, ...]) -> None:
    assert parse_filter_spec(typed) == FilterSpec(path, options, is_path=True)


@pytest.mark.parametrize("typed", ["posterize:", "posterize:5", "posterize:,levels=5", "posterize:=5"])
def test_what_is_no_option_is_refused(typed: str) -> None:
    with pytest.raises(
        InvalidOptions, match=r"after the colon comes option=value.*Write NAME, or NAME:option=value"
    ):
        parse_filter_spec(typed)


@pytest.mark.parametrize("typed", ["", "  ", ":levels=5"])
def test_no_name_is_refused(typed: str) -> None:
    with pytest.raises(InvalidOptions, match="which names none"):
        parse_filter_spec(typed)


def test_an_option_twice_is_refused() -> None:
    with pytest.raises(InvalidOptions, match="levels is there more than once"):
        parse_filter_spec("posterize:levels=5,levels=6")


def test_near_names_are_suggested() -> None:
    message = str(unknown_filter("grate-wave", ["great-wave", "lineart", "posterize"]))
    assert message == (
        "There is no filter 'grate-wave'. Did you mean great-wave?"
        " Filters at hand: great-wave, lineart, posterize."
    )
    assert "Did you mean" not in str(unknown_filter("zzz", ["great-wave"]))
    assert str(unknown_filter("a", [])).endswith("Filters at hand: none.")
