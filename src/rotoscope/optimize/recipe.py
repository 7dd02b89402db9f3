"""Every number of an optimization."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import WHOLE_ARCHITECTURES, Pooling
from rotoscope.optimize.statistics import StyleLoss

Features: TypeAlias = Literal["vgg19", "vgg16", "squeezenet1_1"]
Method: TypeAlias = Literal["lbfgs", "adam"]
"""L-BFGS (Liu and Nocedal 1989) or Adam (Kingma and Ba 2015)."""
Scale: TypeAlias = Literal["relative", "absolute"]
"""``relative``: each layer's difference beside what is wanted of that layer, so that layers and networks
count alike. ``absolute``: mean squared differences as they are, as in Gatys' own example."""
ColorSource: TypeAlias = Literal["style", "photo", "matched"]
"""Whose colors the painting has. ``photo``: brightness alone is painted. ``matched``: the style images are
given the photograph's colors first. Both after Gatys et al. 2016, "Preserving color in neural artistic style
transfer"."""

STYLE_LAYERS: dict[str, tuple[str, ...]] = {
    "vgg19": ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
    "vgg16": ("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
    "squeezenet1_1": ("relu1", "fire3", "fire5", "fire7"),
}
"""Of each feature network: those of Gatys et al. 2016 and Johnson et al. 2016."""
CONTENT_LAYERS: dict[str, tuple[str, ...]] = {
    "vgg19": ("relu4_2",),
    "vgg16": ("relu3_3",),
    "squeezenet1_1": ("fire5",),
}


class OptimizeRecipe(BaseModel):
    """Every number of an optimization, frozen."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    features: Features = "vgg19"
    """The feature network."""
    pooling: Pooling = "max"
    style_loss: StyleLoss = "gram"
    """What is compared with the style images; see :mod:`rotoscope.optimize.statistics`."""
    scale: Scale = "relative"
    style_layers: dict[str, float] = Field(default_factory=dict)
    """Weights of layers; empty: STYLE_LAYERS of the network, all alike."""
    content_layers: dict[str, float] = Field(default_factory=dict)
    """Weights of layers; empty: CONTENT_LAYERS of the network, all alike."""
    style_weight: float = Field(default=1.0, ge=0)
    content_weight: float = Field(default=0.02, ge=0)
    variation_weight: float = Field(default=0.0, ge=0)
    """Of the total variation: grain goes, and so does what is fine."""
    range_weight: float = Field(default=1.0, ge=0)
    """Of what lies outside 0..1, which no file holds."""
    colors: ColorSource = "style"
    style_scale: float = Field(default=1.0, ge=0.1, le=10)
    """Short side of the style images beside the painting's: 2 makes strokes twice as large."""
    method: Method = "lbfgs"
    learning_rate: float = Field(default=0.02, gt=0, le=1)
    """Of Adam, on pixels of 0..1."""
    history: int = Field(default=20, ge=1, le=1000)
    """Steps that L-BFGS remembers."""
    spectrum: float = Field(default=1.0, ge=0, le=3)
    """How much further L-BFGS moves what is coarse than what is fine, to begin with; see
    :class:`~rotoscope.optimize.steps.LimitedMemory`."""
    iterations: int = Field(default=100, ge=1)
    """At the full size."""
    coarse_iterations: int = Field(default=100, ge=1)
    """At each smaller size."""
    levels: int | None = Field(default=None, ge=1, le=8)
    """How many sizes, each twice the one before; None: as many as :data:`COARSEST_SIDE` allows."""
    averaged: float = Field(default=0.0, ge=0, le=1)
    """Share of the last iterations whose pictures are averaged (Polyak and Juditsky 1992)."""
    seed: int = Field(default=0, ge=0)
    """Of noise to start from."""

    @model_validator(mode="after")
    def _has_layers(self) -> Self:
        known = WHOLE_ARCHITECTURES[self.features].layers
        for name in (*self.style_layers, *self.content_layers):
            if name not in known:
                raise ValueError(f"{self.features} has no layer {name}; it has {', '.join(known)}")
        for weights in (self.style_layers, self.content_layers):
            if weights and not (min(weights.values()) >= 0 < sum(weights.values())):
                raise ValueError(f"weights of layers were {weights}; they are numbers from 0, one above it")
        if self.style_weight == self.content_weight == 0:
            raise ValueError("style_weight and content_weight are both 0; nothing would be painted")
        return self

    @property
    def style_shares(self) -> dict[str, float]:
        """Style layers and their weights; shares of 1 where the scale is relative."""
        return self._shares(self.style_layers, STYLE_LAYERS)

    @property
    def content_shares(self) -> dict[str, float]:
        """The same of content layers."""
        return self._shares(self.content_layers, CONTENT_LAYERS)

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers that are looked at, shallow to deep."""
        wanted = {*self.style_shares, *self.content_shares}
        return tuple(name for name in WHOLE_ARCHITECTURES[self.features].layers if name in wanted)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all of it."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def of_values(cls, **values: object) -> OptimizeRecipe:
        """A recipe of values as a user gives them; what is None stays at its default.

        Raises:
            InvalidOptions: a value outside what is allowed, or a layer that the network does not have.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            told = str(first["msg"]).removeprefix("Value error, ")
            raise InvalidOptions(
                f"The recipe of an optimization is not in order: {f'{place}: ' if place else ''}{told}."
            ) from error

    def _shares(self, given: dict[str, float], standard: dict[str, tuple[str, ...]]) -> dict[str, float]:
        weights = given or dict.fromkeys(standard[self.features], 1.0)
        total = sum(weights.values()) if self.scale == "relative" else 1.0
        return {name: weight / total for name, weight in weights.items() if weight > 0}
