"""The classic style networks in PyTorch, by the names that their state dicts have.

They are what imported filters are held against. Numbers of channels are free, so that they can be small.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

Network = TypeVar("Network", bound=nn.Module)


class ConvLayer(nn.Module):
    def __init__(self, ins: int, outs: int, side: int, stride: int = 1) -> None:
        super().__init__()
        self.reflection_pad = nn.ReflectionPad2d(side // 2)
        self.conv2d = nn.Conv2d(ins, outs, side, stride)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2d(self.reflection_pad(x))


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvLayer(channels, channels, 3)
        self.in1 = nn.InstanceNorm2d(channels, affine=True)
        self.conv2 = ConvLayer(channels, channels, 3)
        self.in2 = nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.in2(self.conv2(F.relu(self.in1(self.conv1(x)))))


class TransformerNet(nn.Module):
    """The network of PyTorch's examples: pictures of 0 to 255, red first."""

    def __init__(self, channels: tuple[int, int, int] = (4, 6, 8), *, blocks: int = 5) -> None:
        super().__init__()
        full, half, quarter = channels
        self.conv1, self.in1 = ConvLayer(3, full, 9), nn.InstanceNorm2d(full, affine=True)
        self.conv2, self.in2 = ConvLayer(full, half, 3, 2), nn.InstanceNorm2d(half, affine=True)
        self.conv3, self.in3 = ConvLayer(half, quarter, 3, 2), nn.InstanceNorm2d(quarter, affine=True)
        self._blocks = [f"res{number}" for number in range(1, blocks + 1)]
        for name in self._blocks:
            self.add_module(name, ResidualBlock(quarter))
        self.deconv1, self.in4 = ConvLayer(quarter, half, 3), nn.InstanceNorm2d(half, affine=True)
        self.deconv2, self.in5 = ConvLayer(half, full, 3), nn.InstanceNorm2d(full, affine=True)
        self.deconv3 = ConvLayer(full, 3, 9)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.in1(self.conv1(x)))
        x = F.relu(self.in2(self.conv2(x)))
        x = F.relu(self.in3(self.conv3(x)))
        for name in self._blocks:
            x = self.get_submodule(name)(x)
        x = F.relu(self.in4(self.deconv1(F.interpolate(x, scale_factor=2.0, mode="nearest"))))
        x = F.relu(self.in5(self.deconv2(F.interpolate(x, scale_factor=2.0, mode="nearest"))))
        return self.deconv3(x)


class NormedConv(nn.Module):
    def __init__(self, ins: int, outs: int, side: int, stride: int = 1, *, norm: bool = True) -> None:
        super().__init__()
        self.reflection_pad = nn.ReflectionPad2d(side // 2)
        self.conv_layer = nn.Conv2d(ins, outs, side, stride)
        self.norm_layer = nn.InstanceNorm2d(outs, affine=True) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.norm_layer(self.conv_layer(self.reflection_pad(x)))


class NormedDeconv(nn.Module):
    def __init__(self, ins: int, outs: int) -> None:
        super().__init__()
        self.conv_transpose = nn.ConvTranspose2d(ins, outs, 3, 2, padding=1, output_padding=1)
        self.norm_layer = nn.InstanceNorm2d(outs, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm_layer(self.conv_transpose(x))


class Bottleneck(nn.Module):
    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.conv1 = NormedConv(channels, inner, 1)
        self.conv2 = NormedConv(inner, inner, 3)
        self.conv3 = NormedConv(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))


class ResNextNet(nn.Module):
    """TransformerResNextNetwork: pictures of 0 to 255, blue first."""

    def __init__(
        self, channels: tuple[int, int, int] = (4, 6, 8), *, inner: int = 5, blocks: int = 5
    ) -> None:
        super().__init__()
        full, half, quarter = channels
        self.ConvBlock = nn.Sequential(
            *(NormedConv(3, full, 9), nn.ReLU()),
            *(NormedConv(full, half, 3, 2), nn.ReLU()),
            *(NormedConv(half, quarter, 3, 2), nn.ReLU()),
        )
        self.ResidualBlock = nn.Sequential(*(Bottleneck(quarter, inner) for _ in range(blocks)))
        self.DeconvBlock = nn.Sequential(
            *(NormedDeconv(quarter, half), nn.ReLU()),
            *(NormedDeconv(half, full), nn.ReLU()),
            NormedConv(full, 3, 9, norm=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.DeconvBlock(self.ResidualBlock(self.ConvBlock(x)))


def seeded(network: Network, seed: int = 0) -> Network:
    """The same network with random parameters that all matter, and a painting somewhere within 0 to 255."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=random))
        last = list(network.parameters())[-2:]  # weight and bias of the last convolution
        last[0].mul_(20)
        last[1].add_(128)
    return network


def painted_by(network: nn.Module, image: NDArray[np.float32], *, bgr: bool = False) -> NDArray[Any]:
    """What a network for 0 to 255 makes of an image (1, 3, H, W) of 0 to 1, clipped to 0 to 1."""
    x = torch.from_numpy(image) * 255
    with torch.no_grad():
        y = network(x.flip(1)).flip(1) if bgr else network(x)
    return (y.clamp(0, 255) / 255).numpy()
