"""The style network: a small feed-forward network that paints one style.

Feed-forward style transfer is Johnson et al. 2016 ("Perceptual Losses for Real-Time Style Transfer"),
instance norm in it Ulyanov et al. 2016. This network differs where a laptop's CPU wants it:

* convolutions of the residual blocks are depthwise separable (Howard et al. 2017, MobileNets);
* sizes grow back by sub-pixel convolution (Shi et al. 2016) instead of upsample-and-convolve, which
  would spend most of its time at full resolution; their first weights make no checkerboard (Aitken et
  al. 2017, ICNR).

Data flow, with the default channels::

    image     3 @ 1     stem   4x4 /2           16 @ 1/2   relu
              down      3x3 /2, norm            64 @ 1/4   relu
              trunk     3 residual blocks       64 @ 1/4   48 inside
              up        1x1, pixel shuffle      16 @ 1/2   relu
    painting  paint     3x3, pixel shuffle       3 @ 1     + 0.5
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rotoscope.errors import UnsupportedArchitecture

SIZE_MULTIPLE = 4
"""Height and width of what goes through the network are multiples of this: it halves twice."""
MARGIN_PIXELS = 32
"""Reflected border that a filter's card asks for: put around a picture before painting and cut off after.

Convolutions pad with zeros, which show most in the outermost pixels; those are cut off with the border.
Against a border of 96, the outermost rows of five trained filters differed by 14 to 18 levels with 16 pixels,
6 to 9 with 24, and with 32 hardly more than rows inside the picture (2 to 4). A multiple of SIZE_MULTIPLE, so
that the picture keeps its place on the network's grid.
"""
TRAINING_MARGIN_PIXELS = 16
"""The same in training, where half a border is enough and a crop costs less."""
NORM_EPSILON = 1e-5
"""Added to a channel's variance. The exported graph uses the same number."""


@dataclass(frozen=True, slots=True)
class StyleNetworkSize:
    """How large a style network is. The defaults make 38,508 parameters."""

    stem: int = 16
    """Channels at 1/2 of the picture's size."""
    trunk: int = 64
    """Channels at 1/4."""
    hidden: int = 48
    """Channels inside a residual block. Three quarters of those around it took 12 % off a picture's time."""
    blocks: int = 3
    """Residual blocks at 1/4."""

    @classmethod
    def of_state(cls, state: Mapping[str, Tensor]) -> StyleNetworkSize:
        """Read the size off the shapes of a state dict.

        Raises:
            UnsupportedArchitecture: the tensors are not those of a style network; names what differs.
        """
        needed = ("stem.weight", "up.weight", "trunk.0.norm.weight")
        if missing := [name for name in needed if name not in state]:
            raise UnsupportedArchitecture(_not_a_style_network(f"{' and '.join(missing)} missing", state))
        indexes = {name.split(".")[1] for name in state if name.startswith("trunk.")}
        size = cls(
            stem=state["stem.weight"].shape[0],
            trunk=state["up.weight"].shape[1],
            hidden=state["trunk.0.norm.weight"].shape[0],
            blocks=len(indexes),
        )
        with torch.device("meta"):  # shapes alone: nothing is allocated or drawn at random
            expected = StyleNetwork(size).state_dict()
        odd = sorted(
            name
            for name in expected.keys() | state.keys()
            if name not in expected or name not in state or expected[name].shape != state[name].shape
        )
        if odd:
            raise UnsupportedArchitecture(
                _not_a_style_network(f"missing, unknown or of another shape: {', '.join(odd[:6])}", state)
            )
        return size


SIZES = {
    "draft": StyleNetworkSize(stem=12, trunk=48, hidden=32, blocks=2),
    "standard": StyleNetworkSize(),
    "fine": StyleNetworkSize(stem=24, trunk=96, hidden=72, blocks=4),
}
"""Sizes by name. Multiplications with addition per pixel: about 1,410, 2,797 and 6,642."""


class InstanceNorm(nn.Module):
    """Each channel of each picture at mean 0 and variance 1, scaled and shifted (Ulyanov et al. 2016).

    Written out, because PyTorch's own, and its GroupNorm of one channel a group, are slow with bfloat16 in
    channels_last on CPUs: forward and backward of 64 channels of 72x72 took 5.0 ms there and take 1.3 here.
    Statistics are those of float32 in any case. (N, C, H, W) to the same.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Size and dtype stay."""
        rows = x.float().permute(0, 2, 3, 1)  # (N, H, W, C): of channels_last data no copy
        centered = rows - rows.mean(dim=(1, 2), keepdim=True)
        variance = centered.square().mean(dim=(1, 2), keepdim=True)
        normal = centered * (torch.rsqrt(variance + NORM_EPSILON) * self.weight) + self.bias
        return normal.permute(0, 3, 1, 2).to(x.dtype)


class Residual(nn.Module):
    """x + f(x) with f two depthwise-separable convolutions and one norm between. (N, C, H, W) to the same."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.depthwise1 = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.pointwise1 = nn.Conv2d(channels, hidden, 1)
        self.norm = InstanceNorm(hidden)
        self.depthwise2 = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden)
        # Johnson et al. normalize here too. One norm a block: a norm reads its input twice, and at these
        # channel counts it is memory, not arithmetic, that takes the time.
        self.pointwise2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Channels and size stay; float32 or, under autocast, bfloat16."""
        y = F.relu(self.norm(self.pointwise1(self.depthwise1(x))))
        return x + self.pointwise2(self.depthwise2(y))


class StyleNetwork(nn.Module):
    """Paints pictures in the one style it was trained for; see the module's drawing.

    Call :func:`paint_with_margin` to paint a picture; ``forward`` alone leaves marks at the border.
    """

    def __init__(self, size: StyleNetworkSize | None = None) -> None:
        super().__init__()
        size = size or StyleNetworkSize()
        self.size = size
        self.stem = nn.Conv2d(3, size.stem, 4, stride=2, padding=1)
        self.down = nn.Conv2d(size.stem, size.trunk, 3, stride=2, padding=1)
        self.norm = InstanceNorm(size.trunk)
        self.trunk = nn.ModuleList([Residual(size.trunk, size.hidden) for _ in range(size.blocks)])
        self.up = nn.Conv2d(size.trunk, size.stem * 4, 1)
        self.paint = nn.Conv2d(size.stem, 12, 3, padding=1)
        _start_without_checkerboard(self.up)
        _start_without_checkerboard(self.paint)
        nn.init.zeros_(self.paint.bias)  # pyright: ignore[reportArgumentType]  # None only without a bias

    @classmethod
    def of_state(cls, state: Mapping[str, Tensor]) -> StyleNetwork:
        """The network a state dict belongs to, with its parameters (copied, as float32).

        Raises:
            UnsupportedArchitecture: the tensors are not those of a style network.
        """
        network = cls(StyleNetworkSize.of_state(state))
        network.load_state_dict(dict(state), strict=True)
        return network

    def forward(self, image: Tensor) -> Tensor:
        """Paint without a margin.

        Args:
            image: (N, 3, H, W) float, sRGB 0..1; H and W multiples of SIZE_MULTIPLE.

        Returns:
            (N, 3, H, W), sRGB 0..1 but not clipped: training wants the gradient of what lies outside.
        """
        half = F.relu(self.stem(image))
        quarter = F.relu(self.norm(self.down(half)))
        for block in self.trunk:
            quarter = block(quarter)
        half = F.relu(F.pixel_shuffle(self.up(quarter), 2))
        # The offset starts an untrained network at middle grey instead of black.
        return F.pixel_shuffle(self.paint(half), 2) + 0.5


def paint_with_margin(network: nn.Module, image: Tensor, *, margin: int = MARGIN_PIXELS) -> Tensor:
    """Paint a picture inside a reflected margin, and cut the margin off.

    Args:
        network: a :class:`StyleNetwork` (or one with its contract).
        image: (N, 3, H, W) float, sRGB 0..1; H and W multiples of SIZE_MULTIPLE and more than
            ``margin``, which is as far as a reflection reaches.
        margin: pixels on each side, a multiple of SIZE_MULTIPLE.

    Returns:
        (N, 3, H, W) float32, sRGB 0..1, not clipped.
    """
    m = margin
    padded = F.pad(image, (m, m, m, m), mode="reflect").contiguous(memory_format=torch.channels_last)
    return network(padded).float()[:, :, m:-m, m:-m]


def multiply_adds_per_pixel(network: StyleNetwork) -> float:
    """Multiplications with addition that the convolutions take, per pixel of the padded picture."""
    side = 16 * SIZE_MULTIPLE
    total = 0

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal total
        total += module.get_parameter("weight").numel() * output.shape[2] * output.shape[3]

    with torch.device("meta"), torch.no_grad():  # shapes alone: nothing is computed
        shadow = StyleNetwork(StyleNetworkSize.of_state(network.state_dict()))
        for module in shadow.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(count)
        shadow(torch.empty(1, 3, side, side))
    return total / side**2


def _start_without_checkerboard(convolution: nn.Conv2d) -> None:
    """Give the four outputs that a pixel shuffle lays beside each other the same first weights (ICNR)."""
    with torch.no_grad():
        for parameter in (convolution.weight, convolution.get_parameter("bias")):
            parameter.copy_(parameter[::4].repeat_interleave(4, dim=0))


def _not_a_style_network(what: str, state: Mapping[str, Tensor]) -> str:
    return (
        f"these {len(state)} tensors are not a style network of this version ({what}). "
        f"Use a state dict or a checkpoint that `rotoscope train` wrote."
    )
