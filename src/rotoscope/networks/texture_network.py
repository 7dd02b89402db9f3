"""The texture network: noise in, a texture out, of any size.

After Ulyanov et al. 2016, "Texture networks": noise of several sizes comes in from coarse to fine. Here all
of it is one picture of noise, whose means over blocks are the coarser ones; so one input decides everything,
and what is periodic in it is periodic in the texture. Nothing in the network looks at the picture as a
whole: a texture of any size has the same grain, and large ones can be made in pieces.

Data flow, with the default channels::

    noise   means over 16x16   4 @ 1/16   mix 1x1, two 3x3     48 @ 1/16
            means over 8x8     4 @ 1/8    + upsampled, 3x3 x2   48 @ 1/8
            …                                                   32 @ 1/4, 32 @ 1/2
            itself             4 @ 1      + upsampled, 3x3 x2   16 @ 1
    texture paint 3x3                     3 @ 1                 sigmoid
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from rotoscope.errors import WeightsError
from rotoscope.networks.export import IR_VERSION, OPSET_VERSION

CHANNELS = (48, 48, 32, 32, 16)
"""Of each size, coarse to fine."""
NOISE_CHANNELS = 4
MULTIPLE = 2 ** (len(CHANNELS) - 1)
"""Height and width of noise are multiples of this, pixels."""
MARGIN_PIXELS = 96
"""How much noise lies around a texture: further than any pixel looks, and a multiple of MULTIPLE.

Two convolutions at each size reach 2 * (16 + 8 + 4 + 2 + 1) pixels, the last one another, and upsampled
places belong to blocks of up to 16.
"""
_EPSILON = 1e-5


class _Level(nn.Module):
    """What happens at one size: noise comes in, two 3x3 convolutions mix it with what came from below."""

    def __init__(self, below: int, channels: int) -> None:
        super().__init__()
        self.noise = nn.Conv2d(NOISE_CHANNELS, channels, 1)
        self.below = nn.Conv2d(below, channels, 1, bias=False) if below else None
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="circular", bias=False) for _ in range(2)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels, eps=_EPSILON) for _ in range(2))

    def forward(self, noise: Tensor, below: Tensor | None) -> Tensor:
        x = self.noise(noise)
        if self.below is not None and below is not None:
            x = x + F.interpolate(self.below(below), scale_factor=2, mode="nearest")
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.leaky_relu(norm(convolution(x)), 0.1)
        return x


class TextureNetwork(nn.Module):
    """Makes textures of noise; see the module's drawing. In training its borders go on at their opposites."""

    def __init__(self, channels: Sequence[int] = CHANNELS) -> None:
        super().__init__()
        below = (0, *channels[:-1])
        self.levels = nn.ModuleList(_Level(b, c) for b, c in zip(below, channels, strict=True))
        self.paint = nn.Conv2d(channels[-1], 3, 3, padding=1, padding_mode="circular")

    def forward(self, noise: Tensor) -> Tensor:
        """Make textures.

        Args:
            noise: (N, NOISE_CHANNELS, H, W) float32, independent standard normal numbers; H and W are
                multiples of MULTIPLE.

        Returns:
            (N, 3, H, W) float32 sRGB 0..1.
        """
        x: Tensor | None = None
        for level, module in enumerate(self.levels):
            x = module(self.noise_at(noise, len(self.levels) - 1 - level), x)
        return torch.sigmoid(self.paint(x))

    @staticmethod
    def noise_at(noise: Tensor, halvings: int) -> Tensor:
        """Noise of a coarser size: means over blocks, of the same deviation as before."""
        side = 2**halvings
        return F.avg_pool2d(noise, side) * side if halvings else noise


def build_texture_graph(network: TextureNetwork) -> onnx.ModelProto:
    """The graph of a texture network, with its norms as they are after training.

    Returns:
        A checked model. Input ``noise`` (N, NOISE_CHANNELS, H, W) float32, H and W multiples of MULTIPLE;
        output ``texture`` (N, 3, H, W) float32 sRGB 0..1. Outermost MARGIN_PIXELS are not to be shown: there
        it sees zeros. Without metadata.

    Raises:
        WeightsError: a weight does not fit into float16.
    """
    graph = _Graph()
    x: str | None = None
    for index, module in enumerate(network.levels):
        x = graph.level(cast("_Level", module), f"level{index}", len(network.levels) - 1 - index, x)
    assert x is not None
    painted = graph.convolution(x, network.paint.weight, network.paint.bias, "paint")
    graph.node("Sigmoid", [painted], "texture")
    return graph.finish()


class _Graph:
    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def level(self, level: _Level, name: str, halvings: int, below: str | None) -> str:
        noise = self._noise(name, halvings)
        x = self.convolution(noise, level.noise.weight, level.noise.bias, f"{name}.noise")
        if below is not None and level.below is not None:
            mixed = self.convolution(below, level.below.weight, None, f"{name}.below")
            larger = self._larger(mixed, f"{name}.larger")
            x = self.node("Add", [x, larger], f"{name}.sum")
        for index, (convolution, norm) in enumerate(zip(level.convolutions, level.norms, strict=True)):
            weight, bias = _folded(cast("nn.Conv2d", convolution), cast("nn.BatchNorm2d", norm))
            x = self.convolution(x, weight, bias, f"{name}.{index}")
            x = self.node("LeakyRelu", [x], f"{name}.{index}.relu", alpha=0.1)
        return x

    def convolution(self, x: str, weight: Tensor, bias: Tensor | None, name: str) -> str:
        side = weight.shape[2]
        inputs = [x, self._half(f"{name}.weight", weight)]
        if bias is not None:
            inputs.append(self._half(f"{name}.bias", bias))
        return self.node("Conv", inputs, name, kernel_shape=[side, side], pads=[side // 2] * 4)

    def node(
        self, operator: str, inputs: list[str], output: str, **attributes: float | str | list[int]
    ) -> str:
        node = helper.make_node(operator, inputs, [output], name=output)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output

    def finish(self) -> onnx.ModelProto:
        noise = helper.make_tensor_value_info("noise", TensorProto.FLOAT, ["N", NOISE_CHANNELS, "H", "W"])
        texture = helper.make_tensor_value_info("texture", TensorProto.FLOAT, ["N", 3, "H", "W"])
        graph = helper.make_graph(self._nodes, "texture_network", [noise], [texture], self._weights)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET_VERSION)],
            ir_version=IR_VERSION,
            producer_name="rotoscope",
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def _noise(self, name: str, halvings: int) -> str:
        if not halvings:
            return "noise"
        side = 2**halvings
        means = self.node(
            "AveragePool", ["noise"], f"{name}.means", kernel_shape=[side, side], strides=[side, side]
        )
        gain = self._constant(f"{name}.gain", np.asarray(side, np.float32))
        return self.node("Mul", [means, gain], f"{name}.coarse")

    def _larger(self, x: str, name: str) -> str:
        scales = self._constant(f"{name}.scales", np.asarray([1, 1, 2, 2], np.float32))
        return self.node(
            "Resize",
            [x, "", scales],
            name,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def _constant(self, name: str, value: np.ndarray) -> str:
        self._weights.append(numpy_helper.from_array(value, name))
        return name

    def _half(self, name: str, weight: Tensor) -> str:
        with np.errstate(over="ignore"):  # found just below, and said in words
            half = weight.detach().float().cpu().numpy().astype(np.float16)
        if not np.isfinite(half).all():
            raise WeightsError(
                f"{name} holds values that are not finite as float16; a texture file cannot hold them. Train "
                f"again, for less long or with another seed."
            )
        self._constant(name, half)
        return self.node("Cast", [name], f"{name}.float32", to=TensorProto.FLOAT)


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with the norm behind it in them."""
    statistics: Mapping[str, Tensor] = norm.state_dict()
    gain = statistics["weight"] / (statistics["running_var"] + _EPSILON).sqrt()
    weight = convolution.weight.detach() * gain[:, None, None, None]
    return weight, statistics["bias"] - statistics["running_mean"] * gain
