"""Training a texture network: what it makes of noise is to have the Gram matrices of the style image."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from rotoscope.errors import InvalidOptions, TrainingError
from rotoscope.media.atomic import refuse_existing, refuse_source, write_new_file
from rotoscope.networks.device import DeviceName, choose_device, occupied
from rotoscope.networks.features import FeatureNetwork
from rotoscope.networks.losses import StyleTarget, style_loss
from rotoscope.networks.texture_network import (
    MARGIN_PIXELS,
    MULTIPLE,
    NOISE_CHANNELS,
    TextureNetwork,
    build_texture_graph,
)
from rotoscope.optimize.pictures import with_short_side
from rotoscope.optimize.reading import read_style_images
from rotoscope.optimize.style_source import StyleSource
from rotoscope.render.interrupt import StopCallback
from rotoscope.render.texture_file import TextureCard, with_card
from rotoscope.training.progress import Budget

_SETTLING_BATCHES = 16
"""Batches that the norms' statistics are taken over at the end."""


@dataclass(frozen=True, slots=True)
class TextureTraining:
    """Every number of a training but how long it is."""

    style_side: int = 256
    """Short side that the style image is taken at, pixels."""
    crop: int = 128
    """Side of the textures that are compared with it, pixels; a multiple of 16."""
    batch: int = 2
    learning_rate: float = 0.01
    """Of Adam; it falls to a hundredth along half a cosine."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TextureProgress:
    """Told after every step."""

    step: int
    loss: float
    fraction: float
    """0..1 of the budget."""
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class TrainedTexture:
    """A texture file, and how it came about."""

    output: Path
    steps: int
    seconds: float
    loss: float
    """Mean of the last tenth: 0 is the style image's statistics, 1 as far as a black picture."""
    size_bytes: int
    is_complete: bool


TextureCallback = Callable[[TextureProgress], None]


def train_texture(
    style: StyleSource,
    output: Path,
    *,
    name: str,
    encoder: FeatureNetwork,
    budget: Budget,
    numbers: TextureTraining | None = None,
    device: DeviceName = "auto",
    overwrite: bool = False,
    on_progress: TextureCallback | None = None,
    should_stop: StopCallback | None = None,
) -> TrainedTexture:
    """Train a texture network of a style image and write its file.

    Args:
        style: the style image, or a region of it.
        output: an ``.onnx`` file.
        name: of the texture; on its card.
        encoder: the feature network.
        budget: how long.
        numbers: the rest; None: as they are by default.
        device: where.
        overwrite: replace what is there.
        on_progress: told after every step. What it raises ends the run without a file.
        should_stop: asked after every step; when it says yes, the file is written as the network is.

    Raises:
        InvalidOptions: the output's name, or a device that is not there.
        TrainingError: the loss is not finite.
        OpenError, DecodeError, UnsupportedMedia: the style image cannot be read.
        OutputExists, EncodeError: the file is there already, or cannot be written.
    """
    numbers = numbers or TextureTraining()
    if output.suffix.lower() != ".onnx":
        raise InvalidOptions(f"A texture network is written as .onnx; {output} has another suffix.")
    refuse_source(output, style.path)
    refuse_existing(output, overwrite=overwrite)
    (read,) = read_style_images([style])
    where = choose_device(device)
    run = _Run(encoder.to(where), read.picture.to(where), numbers, where)
    with occupied(where):
        is_complete = run.train(budget, on_progress, should_stop)
    card = TextureCard(
        name=name,
        style_sha256=hashlib.sha256(style.path.read_bytes()).hexdigest(),
        features=encoder.identity,
        noise_channels=NOISE_CHANNELS,
        multiple=MULTIPLE,
        margin=MARGIN_PIXELS,
        steps=len(run.losses),
    )
    content = with_card(build_texture_graph(run.settled()), card)
    write_new_file(output, content, overwrite=overwrite)
    last = run.losses[-max(1, len(run.losses) // 10) :]
    return TrainedTexture(
        output, len(run.losses), run.seconds, sum(last) / len(last), len(content), is_complete
    )


class _Run:
    def __init__(
        self, encoder: FeatureNetwork, style: Tensor, numbers: TextureTraining, device: torch.device
    ) -> None:
        self._numbers = numbers
        self._device = device
        self._generator = torch.Generator().manual_seed(numbers.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(numbers.seed)
            self._network = TextureNetwork().to(device)
        self._target = StyleTarget.of_features(encoder(with_short_side(style, numbers.style_side)))
        self._encoder = encoder.wrapping()
        self._optimizer = torch.optim.Adam(self._network.parameters(), lr=numbers.learning_rate)
        self.losses: list[float] = []
        self.seconds = 0.0

    def train(
        self, budget: Budget, on_progress: TextureCallback | None, should_stop: StopCallback | None
    ) -> bool:
        """Until the budget is used up; gives whether it was."""
        began = time.monotonic()
        used = 0.0
        while used < 1:
            self._step(used)
            self.seconds = time.monotonic() - began
            used = budget.fraction(steps=len(self.losses), seconds=self.seconds)
            if on_progress is not None:
                left = self.seconds * (1 - used) / used if used > 0 else None
                on_progress(TextureProgress(len(self.losses), self.losses[-1], used, left))
            if used < 1 and should_stop is not None and should_stop():
                return False
        return True

    def settled(self) -> TextureNetwork:
        """The network, its norms' statistics those of its last weights."""
        for module in self._network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.reset_running_stats()
                module.momentum = None  # the plain mean over batches
        with torch.no_grad():
            for _ in range(_SETTLING_BATCHES):
                self._network(self._noise())
        return self._network.eval()

    def _step(self, used: float) -> None:
        rate = 0.01 + 0.99 * (1 + float(torch.cos(torch.tensor(torch.pi * used)))) / 2
        for group in self._optimizer.param_groups:
            group["lr"] = self._numbers.learning_rate * rate
        self._optimizer.zero_grad()
        features = self._encoder(cast("Tensor", self._network(self._noise())))
        loss = style_loss(features, self._target, layer_weights=[1.0] * len(features))
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss of the texture is {float(loss)} after {len(self.losses)} steps. Train again with "
                f"another style image size (--stroke-scale), or another feature network (--features)."
            )
        loss.backward()
        self._optimizer.step()
        self.losses.append(float(loss.detach()))

    def _noise(self) -> Tensor:
        crop = self._numbers.crop
        shape = (self._numbers.batch, NOISE_CHANNELS, crop, crop)
        return torch.randn(shape, generator=self._generator).to(self._device)
