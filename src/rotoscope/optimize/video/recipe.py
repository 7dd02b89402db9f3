"""Every number of what makes the frames of an optimized clip alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rotoscope.errors import InvalidOptions
from rotoscope.optimize.recipe import OptimizeRecipe

VideoCoherence: TypeAlias = Literal["none", "blend", "warp", "temporal", "long", "passes"]
"""How a frame comes to look like its neighbors; see :data:`COHERENCES`."""

COHERENCES: Final[Mapping[VideoCoherence, str]] = MappingProxyType(
    {
        "none": "each frame alone, all from the same start",
        "blend": "the painted frame before is blended into the start at low opacity",
        "warp": "the painted frame before, moved along the flow, is the start",
        "temporal": "that start, and a loss that holds to it what can be followed",
        "long": "the same loss also of frames further back, where those nearer do not see a pixel",
        "passes": "all frames several times, forward and backward in turn",
    }
)
"""What each is, in the words of the help. ``blend`` is after Gene Kogan, ``warp`` after Lars Eidnes, the
others are those of Ruder, Dosovitskiy and Brox 2016, "Artistic style transfer for videos"."""
_USED: Final[Mapping[VideoCoherence, tuple[str, ...]]] = MappingProxyType(
    {
        "none": (),
        "blend": ("following_iterations", "opacity"),
        "warp": ("following_iterations",),
        "temporal": ("following_iterations", "temporal_weight"),
        "long": ("following_iterations", "temporal_weight", "offsets"),
        "passes": ("following_iterations", "temporal_weight", "passes", "pass_share"),
    }
)
"""The numbers that count in each."""


class VideoRecipe(BaseModel):
    """What an optimization of a clip has beside that of a still, frozen."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    coherence: VideoCoherence = "temporal"
    following_iterations: int = Field(default=50, ge=1)
    """Of frames that begin with a painting; the first one of a shot has the recipe's own, at all sizes."""
    temporal_weight: float = Field(default=20.0, ge=0)
    """Of the temporal loss, beside a style loss of weight 1."""
    opacity: float = Field(default=0.3, ge=0, le=1)
    """Of the painted frame before in the start of ``blend``; 1: nothing else is in it."""
    offsets: tuple[int, ...] = (1, 2, 4, 8)
    """Frames back that ``long`` looks at, ascending from 1."""
    passes: int = Field(default=4, ge=2, le=50)
    """How often ``passes`` paints every frame: alone first, then forward and backward in turn."""
    pass_share: float = Field(default=0.5, ge=0, le=1)
    """Of the neighbor in the start of ``passes``, where it can be followed."""

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        is_ascending = all(one < next_ for one, next_ in zip(self.offsets, self.offsets[1:], strict=False))
        if not (self.offsets and self.offsets[0] == 1 and is_ascending):
            raise ValueError(
                f"offsets were {', '.join(map(str, self.offsets)) or 'none'}; give numbers of frames that "
                f"ascend from 1, such as 1, 2, 4"
            )
        return self

    @property
    def neighbors(self) -> tuple[int, ...]:
        """Frames back (or on, where a pass goes backward) that a frame is held to; empty: it is alone."""
        match self.coherence:
            case "none":
                return ()
            case "long":
                return self.offsets
            case _:
                return (1,)

    @property
    def parts(self) -> int:
        """How often every frame is painted."""
        return self.passes if self.coherence == "passes" else 1

    def has_loss(self, part: int) -> bool:
        """Whether there is a temporal loss in that pass, counted from 1.

        With ``passes``, the first half has none: pictures that are still far from their neighbors would be
        averaged with them to a blur.
        """
        if self.coherence == "passes":
            return part > self.passes / 2
        return self.coherence in ("temporal", "long")

    def following(self, recipe: OptimizeRecipe) -> OptimizeRecipe:
        """The recipe of a frame that begins with a painting: at its full size alone."""
        return recipe.model_copy(update={"iterations": self.following_iterations, "levels": 1})

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what counts in this coherence."""
        told = {name: getattr(self, name) for name in ("coherence", *_USED[self.coherence])}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @classmethod
    def of_values(cls, **values: object) -> VideoRecipe:
        """A recipe of values as a user gives them; what is None stays at its default.

        Raises:
            InvalidOptions: a value outside what is allowed, or one that does not count in this coherence.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            recipe = cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            told = str(first["msg"]).removeprefix("Value error, ")
            raise InvalidOptions(
                f"The recipe of an optimized clip is not in order: {f'{place}: ' if place else ''}{told}."
            ) from error
        useless = sorted(given.keys() - {"coherence", *_USED[recipe.coherence]})
        if useless:
            used = ", ".join(name for name, fields in _USED.items() if useless[0] in fields)
            raise InvalidOptions(
                f"{useless[0]} was given, which says nothing with the coherence {recipe.coherence}; leave it "
                f"out, or choose one of {used}."
            )
        return recipe
