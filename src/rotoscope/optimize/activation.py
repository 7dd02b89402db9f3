"""What a channel of a feature network looks for: pictures that it answers to most.

Activation maximization (Erhan et al. 2009; shown for the layers of deep networks by Zeiler and Fergus 2013
and Simonyan et al. 2013): a picture is changed until the channel is as active as it can be. Left alone that
ends in grain. So pictures are held as spectra, in which what is coarse is moved as easily as what is fine,
with colors apart as in photographs (Olah et al. 2017, "Feature visualization"), and are shifted a little
before each step, so that nothing counts that holds at one place only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import Encoder
from rotoscope.render.interrupt import StopCallback

TOGETHER = 4
"""Channels whose pictures are made at a time."""
_START_DEVIATION = 0.2
_LOWEST = 1.0
"""Waves along a picture's side: what is coarser is moved no further."""
_COLOR_AXES = ((0.58, 0.58, 0.58), (0.35, 0.0, -0.35), (0.11, -0.22, 0.11))
"""Brightness, and two oppositions of colors, as long as they differ in photographs."""
_CONTRAST = 3.0


@dataclass(frozen=True, slots=True)
class ActivationOptions:
    """How pictures of channels are made."""

    side: int = 96
    """Of each, pixels."""
    steps: int = 128
    learning_rate: float = 0.05
    """Of Adam, on spectra."""
    jitter: int = 8
    """Most that a picture is shifted before a step, pixels."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what the feature network cannot look at.

        Raises:
            InvalidOptions: a side below 32 pixels, or no steps.
        """
        if self.side < 32 or self.steps < 1:
            raise InvalidOptions(
                f"Pictures of channels of {self.side} pixels in {self.steps} steps were asked for; a side is "
                f"32 pixels or more, and there is one step at least."
            )


@dataclass(frozen=True, slots=True)
class ChannelPicture:
    """What one channel looks for."""

    channel: int
    picture: Tensor
    """(3, side, side) float32 sRGB 0..1."""
    activation: float
    """Mean of the channel over the picture; 0: it stayed silent, and the picture means nothing."""


ActivationCallback = Callable[[int, int], None]
"""Told after every step: steps done, steps of all."""


def channel_count(encoder: Encoder, layer: str) -> int:
    """How many channels a layer has.

    Raises:
        InvalidOptions: the encoder does not give it.
    """
    return _maps(encoder, torch.zeros(1, 3, 32, 32), layer).shape[1]


def spread_channels(count: int, wanted: int) -> list[int]:
    """So many channels of a layer, at even distances."""
    wanted = min(wanted, count)
    return [index * count // wanted for index in range(wanted)]


def channel_pictures(
    encoder: Encoder,
    layer: str,
    channels: Sequence[int],
    *,
    options: ActivationOptions | None = None,
    on_progress: ActivationCallback | None = None,
    should_stop: StopCallback | None = None,
) -> list[ChannelPicture]:
    """Make the pictures of channels.

    Args:
        encoder: a feature network on the processor.
        layer: one that it gives.
        channels: which, from 0.
        options: how; None: as they are by default.
        on_progress: told after every step. What it raises stops the work.
        should_stop: asked between groups of TOGETHER channels; those done by then are given.

    Raises:
        InvalidOptions: the encoder does not give the layer, or it has no such channel.
    """
    options = options or ActivationOptions()
    count = channel_count(encoder, layer)
    if odd := [channel for channel in channels if not 0 <= channel < count]:
        raise InvalidOptions(
            f"Channel {' and '.join(map(str, odd))} of {layer} was asked for; it has {count} channels, 0 to "
            f"{count - 1}."
        )
    groups = [channels[start : start + TOGETHER] for start in range(0, len(channels), TOGETHER)]
    made: list[ChannelPicture] = []
    for index, group in enumerate(groups):
        if made and should_stop is not None and should_stop():
            break

        def tell(step: int, *, before: int = index * options.steps) -> None:
            if on_progress is not None:
                on_progress(before + step, options.steps * len(groups))

        made += _group(encoder, layer, group, options, tell)
    return made


def _group(
    encoder: Encoder,
    layer: str,
    channels: Sequence[int],
    options: ActivationOptions,
    tell: Callable[[int], None],
) -> list[ChannelPicture]:
    spectra, shifts = _started(channels, options)
    gains = _gains(options.side)
    optimizer = torch.optim.Adam([spectra], lr=options.learning_rate)
    places = (torch.arange(len(channels)), torch.tensor(list(channels)))
    for step in range(options.steps):
        optimizer.zero_grad()
        down, across = shifts[step].tolist()
        seen = _pictures(spectra, gains, options.side).roll((down, across), dims=(2, 3))
        active = _maps(encoder, seen, layer).float().mean(dim=(2, 3))[places]
        (-active.sum()).backward()
        optimizer.step()
        tell(step + 1)
    with torch.no_grad():
        pictures = _pictures(spectra, gains, options.side)
        active = _maps(encoder, pictures, layer).float().mean(dim=(2, 3))[places]
    return [
        ChannelPicture(channel, picture, float(value))
        for channel, picture, value in zip(channels, pictures, active, strict=True)
    ]


def _started(channels: Sequence[int], options: ActivationOptions) -> tuple[Tensor, Tensor]:
    """Spectra of noise, which a channel has of its own whoever is beside it; and the shifts of all steps."""
    shape = (3, options.side, options.side // 2 + 1, 2)
    generators = [torch.Generator().manual_seed(options.seed * 100_003 + channel) for channel in channels]
    drawn = [torch.randn(shape, generator=generator) * _START_DEVIATION for generator in generators]
    common = torch.Generator().manual_seed(options.seed)
    shifts = torch.randint(-options.jitter, options.jitter + 1, (options.steps, 2), generator=common)
    return torch.stack(drawn).requires_grad_(), shifts


def _gains(side: int) -> Tensor:
    down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    waves = (down.square() + across.square()).sqrt() * side
    return side / waves.clamp_min(_LOWEST)


def _pictures(spectra: Tensor, gains: Tensor, side: int) -> Tensor:
    """(K, 3, side, side // 2 + 1, 2) to (K, 3, side, side) of 0..1."""
    planes = torch.fft.irfft2(torch.view_as_complex(spectra) * gains, s=(side, side))
    axes = torch.tensor(_COLOR_AXES)
    return torch.sigmoid(_CONTRAST * torch.einsum("kahw,ac->kchw", planes, axes))


def _maps(encoder: Encoder, pictures: Tensor, layer: str) -> Tensor:
    if layer not in encoder.layers:
        raise InvalidOptions(
            f"The layer {layer} was asked of a feature network that gives {', '.join(encoder.layers)}. Load "
            f"it with this layer, or name one of these."
        )
    return encoder(pictures)[encoder.layers.index(layer)]
