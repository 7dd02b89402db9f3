"""What operations take, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.jobs.operations.registry import OPERATIONS, checked_params
from rotoscope.jobs.operations.wishes import PaintingWish


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_example_of_an_operation_is_in_order(name: str) -> None:
    checked = checked_params(name, OPERATIONS[name].example)
    assert OPERATIONS[name].params.model_validate(checked.model_dump(mode="json")) == checked


def test_a_look_survives_being_kept_as_json() -> None:
    look = {"look": 1, "cuts": ["0:12.5", 33], "layers": [{"filter": {"0": "a", "1:02.25": ["b", "c"]}}]}
    wish = PaintingWish.model_validate({"source": "data://a.mp4", "output": "data://b.mp4", "look": look})
    kept = wish.model_dump(mode="json", exclude_unset=True)
    assert kept["look"]["cuts"] == ["12.5", "33"]
    assert PaintingWish.model_validate(kept) == wish


@pytest.mark.parametrize(
    ("operation", "params", "told"),
    [
        ("paint", {}, "There is no operation 'paint'. Operations are separate, stylize"),
        ("inspect", {}, "What inspect was asked is not in order: source: Field required"),
        ("inspect", {"source": "/etc/passwd"}, "is not a URI of a stored file"),
        ("inspect", {"source": "data://a/../b"}, "has an empty part, . or .. in its path"),
        ("renders", {"source": "data://a", "output": "data://b"}, "give either filter or look"),
        (
            "renders",
            {"source": "data://a", "output": "data://b", "filter": "x", "start": "soon"},
            "start: Value error, 'soon' is not a time",
        ),
        ("inspect", {"source": "data://a", "typo": 1}, "typo: Extra inputs are not permitted"),
        (
            "share",
            {"form": "loop", "source": "data://a.mp4", "output": "data://b.gif", "text": "x"},
            "a loop is not asked text; it takes fade, fps, megabytes, quality, seconds, start, width",
        ),
        (
            "share",
            {"form": "before-after", "source": "data://a.mp4", "output": "data://b.mp4"},
            "painted is given for before-after, and for that alone",
        ),
        ("train", {"styles": [{"uri": "data://a"}], "name": "Two Words"}, "name: String should match"),
        (
            "train",
            {"styles": [{"uri": "data://a"}], "name": "a", "steps": 1, "minutes": 1},
            "give steps or minutes, not both",
        ),
        (
            "texture",
            {"styles": [{"uri": "data://a"}], "output": "data://b", "size": "big"},
            "size: Value error",
        ),
    ],
)
def test_what_is_not_in_order_is_said(operation: str, params: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidOptions, match=None) as raised:
        checked_params(operation, params)
    assert told in str(raised.value)
