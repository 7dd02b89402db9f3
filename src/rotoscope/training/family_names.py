"""What the filters of a family are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rotoscope.training.made_card import LONGEST_NAME, require_name

_ROOM = 8
"""Characters that must be left behind a family's name."""


def family_names(family: str, pictures: Sequence[Path]) -> tuple[str, ...]:
    """A name for each filter of a family: the family's, and after it what its picture's file is called.

    Args:
        family: words joined by hyphens.
        pictures: style images. Where two files are called alike, the later one gets a number.

    Raises:
        InvalidOptions: the family's name is none, or so long that there is no room for more.
    """
    require_name(f"{family}-{'x' * _ROOM}")
    names: list[str] = []
    for picture in pictures:
        words = "-".join(re.findall(r"[a-z0-9]+", picture.stem.lower())) or "style"
        plain = f"{family}-{words}"[:LONGEST_NAME].rstrip("-")
        name, number = plain, 1
        while name in names:
            number += 1
            ending = f"-{number}"
            name = plain[: LONGEST_NAME - len(ending)].rstrip("-") + ending
        names.append(name)
    return tuple(names)
