"""Kinds: options, their documentation and their errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from rotoscope.errors import InvalidOptions
from rotoscope.filters.kind import FilterKind, KindOptions, OptionInfo
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels


class SampleOptions(KindOptions):
    levels: int = Field(default=5, ge=2, le=64, description="How many levels.")
    amount: float = Field(default=0.5, gt=0, description="How much.")
    mode: Literal["soft", "hard"] = Field(default="soft", description="Which way.")
    picture: Path | None = Field(default=None, alias="from", description="Where from.")


class NeedyOptions(KindOptions):
    file: Path = Field(description="What to read.")


class EmptyOptions(KindOptions):
    pass


class GreedyOptions(KindOptions):
    strength: float = 1


@dataclass(frozen=True)
class Sample:
    options: KindOptions
    name: str = "sample"
    kind: str = "sample"
    digest: str = ""

    def apply(self, pixels: Pixels) -> Pixels:
        return pixels


KIND = FilterKind("sample", "A sample.", SampleOptions, Sample)


def test_options_are_made_from_text() -> None:
    made = KIND.build({"levels": "7", "mode": "hard", "from": "a.jpg"})
    assert isinstance(made, Sample)
    assert made.options == SampleOptions.model_validate({"levels": 7, "mode": "hard", "from": Path("a.jpg")})


def test_options_describe_themselves() -> None:
    assert KIND.option_infos() == (
        OptionInfo("levels", "How many levels.", "integer, 2 to 64", "5"),
        OptionInfo("amount", "How much.", "number, 0 or more", "0.5"),
        OptionInfo("mode", "Which way.", "soft or hard", "soft"),
        OptionInfo("from", "Where from.", "file", "none"),
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"colour": "1"},
            "unknown option 'colour'. Allowed: it takes: levels .integer, 2 to 64, by default 5.",
        ),
        ({"levels": "1"}, "option 'levels' was '1': Input should be greater than or equal to 2"),
        ({"levels": "many"}, "option 'levels' was 'many': Input should be a valid integer"),
        ({"mode": "odd"}, "option 'mode' was 'odd': Input should be 'soft' or 'hard'"),
        ({"levels": "1", "mode": "odd"}, "'levels' .*; option 'mode'"),
    ],
)
def test_wrong_options_are_answered_with_what_is_allowed(values: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidOptions, match=f"The filter 'sample' cannot be made: .*{message}"):
        KIND.build(values)


def test_an_option_that_must_be_given() -> None:
    needy = FilterKind("needy", "Needs a file.", NeedyOptions, Sample)
    with pytest.raises(
        InvalidOptions, match=r"option 'file' must be given\. Allowed: it takes: file \(file\)"
    ):
        needy.build({})


def test_a_kind_without_options_says_so() -> None:
    with pytest.raises(InvalidOptions, match="it takes no options of its own"):
        FilterKind("plain", "Plain.", EmptyOptions, Sample).build({"a": "1"})


def test_strength_belongs_to_every_filter() -> None:
    with pytest.raises(ValueError, match=r"'greedy' defines .'strength'., which every filter has already"):
        FilterKind("greedy", "Greedy.", GreedyOptions, Sample)


def test_every_kind_of_the_table_is_documented() -> None:
    assert set(KINDS) >= {"lineart", "posterize", "colors", "lut"}
    for name, kind in KINDS.items():
        assert name == kind.name
        assert kind.summary.endswith(".")
        assert all(info.description for info in kind.option_infos()), name
