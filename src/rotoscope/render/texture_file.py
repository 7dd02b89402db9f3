"""Texture files: a network that makes textures of noise, with its card, in one ONNX file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import onnx
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import InvalidCard, InvalidOptions, UnsafeFile
from rotoscope.filters.graph_rules import ALLOWED_OPERATORS
from rotoscope.render.texture_output import require_multiples
from rotoscope.runtime.network_file import read_network_file
from rotoscope.runtime.texture_graph import TextureGraph

CARD_KEY = "rotoscope.texture"
"""Key of the card's JSON in the model's metadata."""
DEFAULT_MOVEMENT = 0.5
"""Share of the noise that changes in a loop."""


class TextureCard(BaseModel):
    """What is known of a texture network."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    format: int = Field(default=1, ge=1, le=1)
    name: str
    style_sha256: str
    """Of the style image's file."""
    features: str
    """Identity of the feature network that it was trained with."""
    noise_channels: int = Field(ge=1, le=64)
    multiple: int = Field(ge=1, le=256)
    """Height and width of noise are multiples of it."""
    margin: int = Field(ge=0, le=1024)
    """Noise around what is shown, pixels; a multiple of ``multiple``."""
    steps: int = Field(ge=1)


def with_card(model: onnx.ModelProto, card: TextureCard) -> bytes:
    """A texture file's bytes."""
    carrying = onnx.ModelProto()
    carrying.CopyFrom(model)
    onnx.helper.set_model_props(carrying, {CARD_KEY: card.model_dump_json()})
    return carrying.SerializeToString()


class TextureMaker:
    """A texture file that is ready to make textures. Needs no PyTorch."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Read it.

        Args:
            path: an ``.onnx`` file that ``rotoscope train --texture`` wrote.
            threads: of one inference; None: as many as there are cores.

        Raises:
            OpenError: there is no such file.
            UnsafeFile, UnsupportedArchitecture: it is not an ONNX file of arithmetic alone.
            InvalidCard: it is not a texture file.
        """
        data = read_network_file(path, what="texture network")
        self.card = _read_card(path, data)
        self._graph = TextureGraph(data, threads=threads)

    def still(self, width: int, height: int, *, seed: int = 0, tileable: bool = False) -> NDArray[np.uint8]:
        """One texture, (height, width, 3) uint8 sRGB; another for each seed.

        Raises:
            InvalidOptions: a tileable size that is no multiple of the network's.
            FilterFailed: the network cannot be run at that size.
        """
        return self._shown(self._noise(width, height, seed, tileable=tileable), width, height)

    def loop(
        self,
        width: int,
        height: int,
        *,
        frames: int,
        seed: int = 0,
        tileable: bool = False,
        movement: float = DEFAULT_MOVEMENT,
    ) -> Iterator[NDArray[np.uint8]]:
        """Frames of a texture that moves and ends where it began.

        Noise goes around a circle between two others. At every place of it, it is noise of the same
        deviation, so every frame is a texture.

        Args:
            width: pixels.
            height: pixels.
            frames: of one turn.
            seed: another one, another texture.
            tileable: whether frames can be laid side by side.
            movement: 0..1, the share of the noise that changes.

        Raises:
            InvalidOptions, FilterFailed: as :meth:`still`.
        """
        if not 0 <= movement <= 1:
            raise InvalidOptions(f"A movement of {movement:g} was given; it is a number from 0 to 1.")
        still, one, other = (self._noise(width, height, (seed, part), tileable=tileable) for part in range(3))
        for index in range(frames):
            angle = 2 * math.pi * index / frames
            moved = math.cos(angle) * one + math.sin(angle) * other
            noise = math.sqrt(1 - movement**2) * still + movement * moved
            yield self._shown(noise.astype(np.float32), width, height)

    def _noise(
        self, width: int, height: int, seed: int | tuple[int, int], *, tileable: bool
    ) -> NDArray[np.float32]:
        card = self.card
        if tileable:
            require_multiples(width, height, card.multiple)
        generator = np.random.default_rng(seed)
        if tileable:
            own = generator.standard_normal((1, card.noise_channels, height, width), np.float32)
            around = ((0, 0), (0, 0), (card.margin, card.margin), (card.margin, card.margin))
            return np.pad(own, around, mode="wrap")
        tall, wide = (
            math.ceil(side / card.multiple) * card.multiple + 2 * card.margin for side in (height, width)
        )
        return generator.standard_normal((1, card.noise_channels, tall, wide), np.float32)

    def _shown(self, noise: NDArray[np.float32], width: int, height: int) -> NDArray[np.uint8]:
        margin = self.card.margin
        made = self._graph.run(noise)[:, margin : margin + height, margin : margin + width]
        levels = np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)
        return np.ascontiguousarray(levels.transpose(1, 2, 0))


def _read_card(path: Path, data: bytes) -> TextureCard:
    model = onnx.load_model_from_string(data)
    found = {entry.key: entry.value for entry in model.metadata_props}
    if CARD_KEY not in found:
        raise InvalidCard(
            f"{path} is an ONNX file, but no texture network: it has no card of one. Make one with rotoscope "
            f"train STYLE --texture; filters paint pictures with rotoscope stylize."
        )
    if odd := sorted({node.op_type for node in model.graph.node} - ALLOWED_OPERATORS):
        raise UnsafeFile(
            f"{path} has operators that no texture network has: {', '.join(odd)}. Train it anew."
        )
    try:
        return TextureCard.model_validate_json(found[CARD_KEY])
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidCard(
            f"The card of the texture network {path} is not in order: {place}: {first['msg']}. Train it "
            f"anew, or use the Rotoscope that made it."
        ) from error
