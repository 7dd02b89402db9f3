"""Feature networks: what the style and content losses look through.

VGG-16 and VGG-19 (Simonyan & Zisserman 2014) and SqueezeNet 1.1 (Iandola et al. 2016), each cut off
after the deepest layer that a loss reads. An architecture is data: a list of steps. Normalization lives
inside, so that no caller can forget it: pictures go in as sRGB 0..1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

from rotoscope.errors import InvalidOptions, UnsupportedArchitecture
from rotoscope.networks.precision import CPU, fast_precision


class Encoder(Protocol):
    """Feature maps of pictures. What training asks of a feature network, and all it asks."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the feature maps, shallow to deep."""
        ...

    @property
    def content_layer(self) -> str:
        """The one of ``layers`` that the content loss compares."""
        ...

    @property
    def identity(self) -> str:
        """Which network and which weights: two encoders of one identity give the same maps."""
        ...

    @property
    def reach(self) -> int | None:
        """How far, in pixels, the deepest map looks up, down and sideways.

        None where maps of a piece of a picture, cut at multiples of 16, are not those of the picture.
        """
        ...

    def to(self, device: torch.device) -> Encoder:
        """The same for pictures on that device."""
        ...

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        """Encode.

        Args:
            image: (N, 3, H, W) float32, sRGB 0..1 (more or less: paintings are not clipped), on the
                encoder's device.

        Returns:
            One (N, C, h, w) a layer, float32 or bfloat16, differentiable, on the same device.
        """
        ...


@dataclass(frozen=True, slots=True)
class Normalization:
    """How pictures were prepared when a feature network was trained."""

    name: str
    """What a user states and a file's metadata says."""
    is_bgr: bool
    """True where channels go in as blue, green, red."""
    scale: float
    """Factor on 0..1 before the mean is taken away."""
    mean: tuple[float, float, float]
    """In the network's own channel order."""
    std: tuple[float, float, float]

    def __call__(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 sRGB 0..1 to the same shape, as the network wants it."""
        ordered = image.flip(1) if self.is_bgr else image
        mean = image.new_tensor(self.mean).view(1, 3, 1, 1)
        std = image.new_tensor(self.std).view(1, 3, 1, 1)
        return (ordered * self.scale - mean) / std


TORCHVISION = Normalization("torchvision", False, 1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""RGB 0..1, ImageNet's mean and standard deviation: all of torchvision's weights."""
CAFFE = Normalization("caffe", True, 255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
"""BGR 0..255 minus ImageNet's mean: the original VGG and SqueezeNet releases, and Keras's conversions."""
NORMALIZATIONS = {n.name: n for n in (TORCHVISION, CAFFE)}


@dataclass(frozen=True, slots=True)
class Convolution:
    """3x3 convolution and ReLU; the parameters are ``features.{index}.weight`` and ``.bias``."""

    index: int
    channels_in: int
    channels_out: int
    stride: int = 1
    padding: int = 1
    wraps: bool = False
    """Whether behind a picture's border its opposite one goes on; otherwise there are zeros."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter names and shapes."""
        return _convolution_shapes(f"features.{self.index}", self.channels_in, self.channels_out, 3)

    def __call__(self, x: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        """(N, channels_in, H, W) to (N, channels_out, H / stride, W / stride)."""
        name = f"features.{self.index}"
        if self.wraps:
            return _convolve(_around(x, 3, self.stride), weights, name, stride=self.stride)
        return _convolve(x, weights, name, stride=self.stride, padding=self.padding)


@dataclass(frozen=True, slots=True)
class Fire:
    """SqueezeNet's block: a 1x1 convolution to few channels, then 1x1 and 3x3 beside each other."""

    index: int
    channels_in: int
    squeeze: int
    expand: int
    """Channels of each of the two; the block gives twice as many."""
    wraps: bool = False
    """See :class:`Convolution`."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter names and shapes."""
        prefix = f"features.{self.index}"
        return {
            **_convolution_shapes(f"{prefix}.squeeze", self.channels_in, self.squeeze, 1),
            **_convolution_shapes(f"{prefix}.expand1x1", self.squeeze, self.expand, 1),
            **_convolution_shapes(f"{prefix}.expand3x3", self.squeeze, self.expand, 3),
        }

    def __call__(self, x: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        """(N, channels_in, H, W) to (N, 2 * expand, H, W)."""
        prefix = f"features.{self.index}"
        squeezed = _convolve(x, weights, f"{prefix}.squeeze")
        small = _convolve(squeezed, weights, f"{prefix}.expand1x1")
        around = _around(squeezed, 3, 1) if self.wraps else squeezed
        large = _convolve(around, weights, f"{prefix}.expand3x3", padding=0 if self.wraps else 1)
        return torch.cat((small, large), dim=1)


Pooling: TypeAlias = Literal["max", "average"]
"""How a feature network reduces its maps: as it was trained, or by means, which Gatys et al. 2015 found to
give smoother pictures."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Maximum or mean over ``size`` x ``size``, every 2 pixels."""

    size: int = 2
    is_ceil: bool = False
    """Whether a last partial window counts, as in SqueezeNet."""
    pooling: Pooling = "max"
    wraps: bool = False
    """See :class:`Convolution`."""

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to about (N, C, H / 2, W / 2)."""
        if self.wraps:
            x = _around(x, self.size, 2)
        if self.pooling == "average":
            return F.avg_pool2d(x, self.size, stride=2, ceil_mode=self.is_ceil, count_include_pad=False)
        return F.max_pool2d(x, self.size, stride=2, ceil_mode=self.is_ceil)


@dataclass(frozen=True, slots=True)
class Tap:
    """Gives out the feature map at this place."""

    layer: str


Step: TypeAlias = Convolution | Fire | Pool | Tap


@dataclass(frozen=True, slots=True)
class FeatureArchitecture:
    """A feature network as data: its steps in order."""

    name: str
    steps: tuple[Step, ...]
    content_layer: str

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the feature maps it gives, shallow to deep."""
        return tuple(step.layer for step in self.steps if isinstance(step, Tap))

    def tapped(
        self, layers: Collection[str], *, content_layer: str | None = None, pooling: Pooling = "max"
    ) -> FeatureArchitecture:
        """The network as far as these layers need it, giving out their feature maps and no others.

        Args:
            layers: names in ``layers``, one or more, in any order.
            content_layer: what the content loss compares; None: as here, or the deepest of ``layers``.
            pooling: how maps are reduced.

        Raises:
            InvalidOptions: a layer that it does not have, or none at all.
        """
        unknown = [layer for layer in layers if layer not in self.layers]
        if unknown or not layers:
            told = " and ".join(unknown) if unknown else "no layer"
            raise InvalidOptions(
                f"{told} was asked of the feature network {self.name}; "
                f"its layers are {', '.join(self.layers)}."
            )
        steps: list[Step] = []
        missing = set(layers)
        for step in self.steps:
            if not missing:
                break
            if isinstance(step, Tap):
                if step.layer in missing:
                    steps.append(step)
                    missing.remove(step.layer)
            else:
                steps.append(replace(step, pooling=pooling) if isinstance(step, Pool) else step)
        deepest = next(step.layer for step in reversed(steps) if isinstance(step, Tap))
        wanted = content_layer or (self.content_layer if self.content_layer in layers else deepest)
        return FeatureArchitecture(self.name, tuple(steps), wanted)

    def wrapping(self) -> FeatureArchitecture:
        """The same for pictures that go on at their opposite borders."""
        steps = tuple(step if isinstance(step, Tap) else replace(step, wraps=True) for step in self.steps)
        return replace(self, steps=steps)

    @property
    def reach(self) -> int | None:
        """See :attr:`Encoder.reach`."""
        reach, jump = 0, 1
        for step in self.steps:
            if isinstance(step, Tap):
                continue
            if isinstance(step, Fire) or getattr(step, "stride", 1) != 1 or getattr(step, "is_ceil", False):
                return None
            reach += jump
            if isinstance(step, Pool):
                jump *= 2
        return reach

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names (torchvision's) and shapes of the parameters it needs."""
        parameters: dict[str, tuple[int, ...]] = {}
        for step in self.steps:
            if isinstance(step, Convolution | Fire):
                parameters |= step.shapes
        return parameters


def _vgg(name: str, blocks: tuple[tuple[int, int], ...], *, content_layer: str) -> FeatureArchitecture:
    """A VGG to the end of its convolutions, with every feature map: blocks are (convolutions, channels)."""
    steps: list[Step] = []
    index, channels = 0, 3
    for block, (count, width) in enumerate(blocks, start=1):
        if block > 1:
            steps.append(Pool())
            index += 1
        for number in range(1, count + 1):
            steps += [Convolution(index, channels, width), Tap(f"relu{block}_{number}")]
            index, channels = index + 2, width
    return FeatureArchitecture(name, tuple(steps), content_layer)


_VGG19_WHOLE = _vgg("vgg19", ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)), content_layer="relu4_2")
_VGG16_WHOLE = _vgg("vgg16", ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), content_layer="relu3_3")
VGG19 = _VGG19_WHOLE.tapped(("relu1_1", "relu2_1", "relu3_1", "relu4_1"), content_layer="relu4_1")
"""The style layers of Gatys et al. 2016, without relu5_1, which small crops have few positions of."""
VGG16 = _VGG16_WHOLE.tapped(("relu1_2", "relu2_2", "relu3_3", "relu4_3"), content_layer="relu3_3")
"""The style layers of Johnson et al. 2016."""
SQUEEZENET = FeatureArchitecture(
    "squeezenet1_1",
    (
        *(Convolution(0, 3, 64, stride=2, padding=0), Tap("relu1"), Pool(3, is_ceil=True)),
        *(Fire(3, 64, 16, 64), Fire(4, 128, 16, 64), Tap("fire3"), Pool(3, is_ceil=True)),
        *(Fire(6, 128, 32, 128), Fire(7, 256, 32, 128), Tap("fire5"), Pool(3, is_ceil=True)),
        *(Fire(9, 256, 48, 192), Fire(10, 384, 48, 192), Tap("fire7")),
    ),
    content_layer="fire5",
)
"""Cheapest by far; its first map is at half size already, so its strokes come out smaller."""
ARCHITECTURES = {a.name: a for a in (VGG19, VGG16, SQUEEZENET)}
"""What filters are trained with."""
WHOLE_ARCHITECTURES = {a.name: a for a in (_VGG19_WHOLE, _VGG16_WHOLE, SQUEEZENET)}
"""The same with every feature map there is, to choose from with :meth:`FeatureArchitecture.tapped`."""


class FeatureNetwork:
    """An :class:`Encoder` with given weights. Holds no state that training would change."""

    def __init__(
        self,
        architecture: FeatureArchitecture,
        weights: Mapping[str, Tensor],
        *,
        normalization: Normalization,
        identity: str,
        precision: torch.dtype | None = None,
        device: torch.device = CPU,
    ) -> None:
        """Take over weights.

        Args:
            architecture: the network as data.
            weights: torchvision's names to tensors of any float type; others than those needed are ignored.
            normalization: the one the weights were trained with.
            identity: see :class:`Encoder`; usually made of the architecture and the file's SHA-256.
            precision: what to compute in; None: the device's :func:`fast_precision`.
            device: where.

        Raises:
            UnsupportedArchitecture: a parameter is missing or of another shape.
        """
        _check_shapes(architecture, weights)
        self._architecture = architecture
        self._normalization = normalization
        self._identity = identity
        self._given = ({name: weights[name] for name in architecture.shapes}, precision)
        self._device = device
        self._precision = precision or fast_precision(device)
        self._weights = {
            name: _prepare(weights[name], self._precision, device) for name in architecture.shapes
        }  # cast once, here, and not at each step

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the feature maps, shallow to deep."""
        return self._architecture.layers

    @property
    def content_layer(self) -> str:
        """The layer that the content loss compares."""
        return self._architecture.content_layer

    @property
    def identity(self) -> str:
        """Which network and which weights."""
        return self._identity

    @property
    def reach(self) -> int | None:
        """How far the deepest map looks, pixels; see :class:`Encoder`."""
        return self._architecture.reach

    def to(self, device: torch.device) -> FeatureNetwork:
        """The same for pictures on that device; in its fast precision, unless one was asked for."""
        if device == self._device:
            return self
        weights, precision = self._given
        return FeatureNetwork(
            self._architecture,
            weights,
            normalization=self._normalization,
            identity=self._identity,
            precision=precision,
            device=device,
        )

    def wrapping(self) -> FeatureNetwork:
        """The same for pictures that are laid side by side: maps of one that is rolled are rolled likewise.

        Exact where height and width are multiples of 16.
        """
        weights, precision = self._given
        return FeatureNetwork(
            self._architecture.wrapping(),
            weights,
            normalization=self._normalization,
            identity=f"{self._identity} wrapping",
            precision=precision,
            device=self._device,
        )

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W) float32 sRGB 0..1, H and W >= 32, to one feature map a layer."""
        prepared = self._normalization(image).to(self._precision)
        x = prepared.contiguous(memory_format=torch.channels_last)
        maps: list[Tensor] = []
        for step in self._architecture.steps:
            if isinstance(step, Tap):
                maps.append(x)
            elif isinstance(step, Pool):
                x = step(x)
            else:
                x = step(x, self._weights)
        return tuple(maps)


def matching_architectures(weights: Mapping[str, Tensor]) -> tuple[FeatureArchitecture, ...]:
    """The architectures whose every parameter is there in the right shape (none, or one)."""
    return tuple(a for a in ARCHITECTURES.values() if not _differences(a, weights))


def _check_shapes(architecture: FeatureArchitecture, weights: Mapping[str, Tensor]) -> None:
    if differences := _differences(architecture, weights):
        raise UnsupportedArchitecture(
            f"the weights are not those of {architecture.name}: {len(differences)} of its "
            f"{len(architecture.shapes)} parameters are missing or of another shape, first "
            f"{differences[0]}. Give weights with torchvision's names (features.N.weight, features.N.bias) "
            f"for one of: {', '.join(ARCHITECTURES)}."
        )


def _differences(architecture: FeatureArchitecture, weights: Mapping[str, Tensor]) -> list[str]:
    return [
        name
        for name, shape in architecture.shapes.items()
        if name not in weights or tuple(weights[name].shape) != shape
    ]


def _prepare(tensor: Tensor, precision: torch.dtype, device: torch.device) -> Tensor:
    cast = tensor.detach().to(device, precision)
    return cast.contiguous(memory_format=torch.channels_last) if cast.dim() == 4 else cast.contiguous()


def _convolution_shapes(name: str, inputs: int, outputs: int, size: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs, size, size), f"{name}.bias": (outputs,)}


def _around(x: Tensor, size: int, stride: int) -> Tensor:
    """(N, C, H, W) with as much of the opposite borders around it as windows of that size reach out."""
    before = (size - stride) // 2
    after = size - stride - before
    return F.pad(x, (before, after, before, after), mode="circular") if after else x


def _convolve(
    x: Tensor, weights: Mapping[str, Tensor], name: str, *, stride: int = 1, padding: int = 0
) -> Tensor:
    y = F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=stride, padding=padding)
    return F.relu(y)
