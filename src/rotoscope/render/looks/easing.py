"""How a value goes from one keyframe to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

Easing: TypeAlias = Literal["linear", "ease", "ease-in", "ease-out", "hold"]
"""``linear``: evenly. ``ease``: slowly at both ends. ``ease-in``: slowly at first. ``ease-out``: slowly at
last. ``hold``: not at all, and at once when the keyframe comes."""

_CURVES: Final[Mapping[Easing, Callable[[float], float]]] = {
    "linear": lambda x: x,
    "ease": lambda x: x * x * (3 - 2 * x),
    "ease-in": lambda x: x * x,
    "ease-out": lambda x: x * (2 - x),
    "hold": lambda x: 0.0,
}


def ease(share: float, easing: Easing) -> float:
    """How much of the way is gone when ``share`` of the time is: both 0 to 1."""
    return _CURVES[easing](share)
