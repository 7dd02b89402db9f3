"""The classic feed-forward network, for comparison: Johnson, Alahi & Fei-Fei 2016, with instance norm.

Layers as in the paper's supplement and in Ulyanov et al. 2016: 1.68 million parameters. Weights are
random: only its speed is measured here.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _conv(channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.ReflectionPad2d(kernel // 2),
        nn.Conv2d(channels_in, channels_out, kernel, stride),
        nn.InstanceNorm2d(channels_out, affine=True),
    )


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = _conv(128, 128, 3)
        self.second = _conv(128, 128, 3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


class ReferenceNetwork(nn.Module):
    """(N, 3, H, W) 0..1 to the same; H and W multiples of 4."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            _conv(3, 32, 9), nn.ReLU(), _conv(32, 64, 3, 2), nn.ReLU(), _conv(64, 128, 3, 2), nn.ReLU()
        )
        self.body = nn.Sequential(*(_Residual() for _ in range(5)))
        self.decode = nn.Sequential(
            nn.Upsample(scale_factor=2),
            _conv(128, 64, 3),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            _conv(64, 32, 3),
            nn.ReLU(),
        )
        self.paint = nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(32, 3, 9))

    def forward(self, x: Tensor) -> Tensor:
        """Paint."""
        return self.paint(self.decode(self.body(self.encode(x))))


def make_reference_network() -> ReferenceNetwork:
    """The network in inference mode, seeded."""
    torch.manual_seed(0)
    return ReferenceNetwork().eval()
