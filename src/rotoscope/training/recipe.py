"""The recipe of a filter: every number that decides what a training run makes.

How long it runs is not in it (see :class:`~rotoscope.training.progress.Budget`): the same recipe is
used for a look after two minutes and for a night.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rotoscope.errors import InvalidOptions
from rotoscope.networks.style_network import SIZE_MULTIPLE, StyleNetworkSize

FeatureName: TypeAlias = Literal["vgg19", "vgg16", "squeezenet1_1"]
_Channels: TypeAlias = Annotated[int, Field(ge=1, le=512)]
_Weight: TypeAlias = Annotated[float, Field(ge=0, le=1e6)]
_LARGEST_SIDE = 4096


class Recipe(BaseModel):
    """Every number of a run. Frozen; unknown names and values out of range are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Decides the network's first weights and every random choice after."""

    stem_channels: _Channels = 16
    """Channels of the style network at 1/2 of the picture's size."""
    trunk_channels: _Channels = 64
    """Channels at 1/4."""
    hidden_channels: _Channels = 48
    """Channels inside a residual block."""
    trunk_blocks: Annotated[int, Field(ge=1, le=32)] = 3
    """Residual blocks at 1/4."""

    features: FeatureName = "vgg19"
    """Feature network that the style and content losses look through."""
    layer_weights: tuple[_Weight, ...] = (1.0, 1.0, 1.0, 1.0)
    """Weight in the style loss of each of its layers, shallow to deep; only their ratio counts."""

    style_weight: _Weight = 1.0
    """Factor of the style loss: the knob to turn first. Higher: more of the style, less of the photograph."""
    colors: Literal["style", "photo"] = "style"
    """Whose colors paintings have. photo: style and content are compared by brightness alone, and the color
    loss keeps the photograph's colors."""
    color_weight: _Weight = 30.0
    """Factor of the color loss, for the photograph's colors."""
    content_weight: _Weight = 0.15
    """Factor of the content loss."""
    total_variation_weight: _Weight = 0.005
    """Factor of the total variation loss: higher is smoother."""
    range_weight: _Weight = 5.0
    """Factor of the range loss, which keeps colors from being clipped."""
    lattice_weight: _Weight = 50.0
    """Factor of the lattice loss, against patterns that repeat with the network's cells of 4x4 pixels."""
    stability_weight: _Weight = 5.0
    """Factor of the stability loss: higher flickers less. 0 leaves it out, and steps are quicker."""
    stability_every: Annotated[int, Field(ge=1, le=1000)] = 2
    """The stability loss is part of every so many steps; it costs a second painting."""
    stability_start: Annotated[float, Field(ge=0, le=1)] = 0.3
    """It sets in after this part of the run, or when the losses are flat before: a network that paints
    nothing yet is stable already."""
    stability_shift_pixels: Annotated[int, Field(ge=0, le=256)] = 48
    """The second painting is of a piece of the photograph up to so far away, down and right."""
    stability_whole_shifts: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How often that is whole pixels away: what lies between pixels is interpolated, and so a bit blurred."""
    stability_gain: Annotated[float, Field(ge=0, le=0.5)] = 0.03
    """That piece's brightness is multiplied by up to 1 plus or minus this."""
    stability_noise: Annotated[float, Field(ge=0, le=0.5)] = 0.015
    """Standard deviation of the noise added to it, in 0..1."""

    style_side: Annotated[int, Field(ge=32, le=_LARGEST_SIDE)] = 512
    """Short side the style image is resized to, pixels: larger makes larger strokes."""
    content_side_range: tuple[
        Annotated[int, Field(ge=32, le=_LARGEST_SIDE)], Annotated[int, Field(ge=32, le=_LARGEST_SIDE)]
    ] = (320, 640)
    """Photographs are seen as if their short side had a size drawn from this range (both included)."""
    crop_side: Annotated[int, Field(ge=32, le=1024)] = 256
    """Side of the square crops, pixels; a multiple of 4."""
    scenes: Annotated[int, Field(ge=1, le=100_000)] = 400
    """How many pieces of photographs there are to see. A run goes through all of them again and again, and
    remembers what the feature network makes of each: 1 MB a piece of 256 pixels."""
    crops_per_step: Annotated[int, Field(ge=1, le=64)] = 1
    """Crops painted in one step."""

    late_start: Annotated[float, Field(ge=0, le=1)] = 0.6
    """After this part of the run, or when the losses are flat before, crops are larger; 1: never. The style
    is then compared over most of a photograph, as it is in the end, and no longer piece by piece."""
    late_crop_factor: Annotated[int, Field(ge=1, le=8)] = 2
    """How many times as large, along each side, where photographs have room for that. Such a step takes as
    many times as long as a crop has more pixels."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.004
    """The optimizer's, at the start; it falls to 0 as the square root of what is left of the run."""
    adam_betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.99)
    """Adam's decay rates of the first and second moment."""
    warmup_steps: Annotated[int, Field(ge=1, le=100_000)] = 30
    """Over these the learning rate grows from nothing."""
    gradient_clip: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    """Largest norm of a step's gradient."""
    average_decay: Annotated[float, Field(ge=0, lt=1)] = 0.995
    """The filter is an exponential moving average of the weights: how much of it a step keeps."""

    flat_share: Annotated[float, Field(ge=0, lt=1)] = 0.03
    """The run ends before its budget when its losses certainly fall by less than this share over flat_steps
    steps, with a tail in which the learning rate falls to 0; 0: never. See
    :mod:`rotoscope.training.flatness`."""
    flat_steps: Annotated[int, Field(ge=100, le=1_000_000)] = 3000
    """How many steps that is looked at over; a multiple where the losses are too noisy to tell."""

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        """What fields demand of each other."""
        smallest, largest = self.content_side_range
        if self.crop_side % SIZE_MULTIPLE:
            raise ValueError(f"crop_side must be a multiple of {SIZE_MULTIPLE}")
        if self.stability_shift_pixels >= self.crop_side:
            raise ValueError("stability_shift_pixels must be less than crop_side")
        if not self.scene_side <= smallest <= largest:
            raise ValueError(
                "content_side_range must be (smallest, largest), with smallest at least crop_side + "
                f"stability_shift_pixels, which is {self.scene_side}"
            )
        if not any(self.layer_weights):
            raise ValueError("layer_weights must not all be 0")
        return self

    @classmethod
    def of_values(cls, values: Mapping[str, object]) -> Self:
        """A recipe from names and values; what is not named has its default.

        Raises:
            InvalidOptions: an unknown name or a value out of range; names each, and what is allowed.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InvalidOptions(_explain(error, tuple(cls.model_fields))) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a recipe from a .toml or .json file; what the file leaves out has its default.

        Raises:
            InvalidOptions: the file cannot be read, is neither kind, or holds something that is no recipe.
        """
        return cls.of_values(_read_table(path))

    def revised(self, values: Mapping[str, object]) -> Self:
        """The same recipe with other values for some names, checked like a new one.

        Raises:
            InvalidOptions: as :meth:`of_values`.
        """
        return self.of_values({**self.model_dump(), **values})

    @property
    def network_size(self) -> StyleNetworkSize:
        """Size of the style network."""
        return StyleNetworkSize(
            stem=self.stem_channels,
            trunk=self.trunk_channels,
            hidden=self.hidden_channels,
            blocks=self.trunk_blocks,
        )

    def of_size(self, size: StyleNetworkSize) -> Self:
        """The same recipe for a style network of another size."""
        return self.revised(
            {
                "stem_channels": size.stem,
                "trunk_channels": size.trunk,
                "hidden_channels": size.hidden,
                "trunk_blocks": size.blocks,
            }
        )

    @property
    def late(self) -> Self | None:
        """The recipe of a run's last part, with larger crops of fewer scenes; None: there is none."""
        smallest, largest = self.content_side_range
        room = (largest - self.stability_shift_pixels) // SIZE_MULTIPLE * SIZE_MULTIPLE
        side = min(self.crop_side * self.late_crop_factor, room)
        if self.late_start == 1 or side <= self.crop_side:
            return None
        scene_side = side + self.stability_shift_pixels
        changed = {
            "crop_side": side,
            "content_side_range": (max(smallest, scene_side), largest),
            "scenes": max(1, round(self.scenes * (self.crop_side / side) ** 2)),
            "late_start": 1,
        }
        return self.model_copy(update=changed)  # nothing to check: it follows from what was checked

    @property
    def scene_side(self) -> int:
        """Side of what is cut from a photograph, pixels: room for a crop at every shift."""
        return self.crop_side + self.stability_shift_pixels

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of every name and value."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def _read_table(path: Path) -> dict[str, object]:
    parsers = {".toml": tomllib.loads, ".json": json.loads}
    parse = parsers.get(path.suffix.lower())
    if parse is None:
        raise InvalidOptions(f"the recipe {path} is not a file of a known kind: {' or '.join(parsers)}.")
    try:
        table = parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidOptions(f"the recipe {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # of the TOML parser, the JSON parser and the UTF-8 decoder alike
        raise InvalidOptions(f"the recipe {path} is not {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(table, dict):
        raise InvalidOptions(f"the recipe {path} is not a table of names and values.")
    return table


def _explain(error: ValidationError, allowed: tuple[str, ...]) -> str:
    problems = error.errors(include_url=False, include_context=False)
    unknown = [str(p["loc"][0]) for p in problems if p["type"] == "extra_forbidden"]
    wrong = [
        f"{'.'.join(str(part) for part in p['loc']) or 'recipe'}: {p['msg']} (given: {p['input']!r})"
        if p["loc"]
        else p["msg"].removeprefix("Value error, ")
        for p in problems
        if p["type"] != "extra_forbidden"
    ]
    sentences: list[str] = []
    if unknown:
        sentences.append(f"unknown in a recipe: {', '.join(unknown)}; known: {', '.join(allowed)}")
    if wrong:
        sentences.append(f"not allowed in a recipe: {'; '.join(wrong)}")
    return ". ".join(sentences) + "."
