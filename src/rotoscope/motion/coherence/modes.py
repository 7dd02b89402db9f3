"""Modes of coherence: numbers, and nothing else.

All of them are one procedure: what was painted before is moved to where its things are now, wherever that can
be told, and averaged with what is painted now. They differ in how exactly movement is found, in how many
frames are averaged, and in whether frames to come count as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import cv2

from rotoscope.errors import InvalidOptions
from rotoscope.motion.engines import ENGINES, DenseInverseSearch, FlowEngine

Coherence: TypeAlias = Literal["off", "smooth", "flow", "best"]
"""What is asked for, by name."""

_VERSION: Final = "2"
"""Goes up whenever a mode gives other pixels."""


@dataclass(frozen=True, slots=True)
class CoherenceMode:
    """How paintings are kept alike."""

    name: str
    engine: FlowEngine
    """Finds movement, on luma."""
    flow_side: int
    """Short side of the pictures that movement is found on, in pixels."""
    goes_back: bool
    """Whether flow must lead back to where it began, and edges of movement are left out."""
    most_frames: float
    """Frames that an average is of, at most."""
    lead_in: int
    """Frames before the first wanted one that its average needs; more would not be seen."""
    blend_side: int | None = None
    """Short side of what is averaged; finer detail comes from the painting of the moment. None: all of it."""
    sharpness: float | None = None
    """Share of the painting's gradients that is given back to the average; None: it stays as it is."""
    block: int = 0
    """Frames that are decided together; 0: each at once, by what came before alone."""
    lead_out: int = 0
    """Frames after a block that count for it."""

    @property
    def identity(self) -> str:
        """Everything that decides what it does."""
        return f"coherence {_VERSION} {self!r} {self.engine.identity} opencv {cv2.__version__}"


_UNREFINED = DenseInverseSearch("dis", cv2.DISOPTICAL_FLOW_PRESET_FAST, finest_scale=1, refinements=0)
"""Refinement takes two thirds of the time, and blurs the outlines of what moves."""
_ALL = (
    CoherenceMode(
        "smooth",
        _UNREFINED,
        150,
        goes_back=False,
        most_frames=4.5,
        lead_in=16,
        blend_side=270,
        sharpness=0.95,
    ),
    CoherenceMode("flow", _UNREFINED, 360, goes_back=True, most_frames=16, lead_in=32, sharpness=0.965),
    CoherenceMode(
        "best",
        ENGINES["dis-fine"],
        300,
        goes_back=True,
        most_frames=20,
        lead_in=40,
        sharpness=0.97,
        block=8,
        lead_out=24,
    ),
)
MODES: Final[Mapping[str, CoherenceMode]] = MappingProxyType({mode.name: mode for mode in _ALL})
"""By name, from the quickest to the steadiest; ``off`` is none of them."""
COHERENCE_NAMES: Final = ("off", *MODES)


def find_mode(name: str) -> CoherenceMode | None:
    """The mode of that name; None for ``off``.

    Raises:
        InvalidOptions: there is none.
    """
    if name == "off":
        return None
    if name not in MODES:
        raise InvalidOptions(
            f"The coherence {name!r} is not known; give one of: {', '.join(COHERENCE_NAMES)}."
        )
    return MODES[name]
