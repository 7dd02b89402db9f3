"""Parts of an objective: what a picture is compared with.

Those that look through the feature network are sums over positions (:class:`FeatureTerm`), so that large
pictures can be taken in tiles; those that look at the pixels (:class:`PictureTerm`) see all at once. Another
loss is another class of one of the two kinds.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor
from torch.nn import functional as F

from rotoscope.errors import InvalidOptions
from rotoscope.networks.losses import range_loss, total_variation_loss
from rotoscope.optimize.statistics import StyleTarget, gather_sums
from rotoscope.optimize.tiles import Tile


class FeatureTerm(Protocol):
    """A loss of one layer's feature map."""

    @property
    def name(self) -> str:
        """What its losses are added up under: ``style``, ``content``."""
        ...

    @property
    def layer(self) -> str:
        """The layer it looks at."""
        ...

    @property
    def weight(self) -> float:
        """Factor on the loss in the objective."""
        ...

    def gather(self, features: Tensor, tile: Tile) -> Tensor:
        """What one tile adds, differentiable.

        Args:
            features: (1, C, h, w) float32 or bfloat16, of the tile's window.
            tile: where.
        """
        ...

    def loss(self, gathered: Tensor) -> Tensor:
        """The loss of what all tiles add up to, a differentiable scalar."""
        ...


class PictureTerm(Protocol):
    """A loss of the pixels."""

    @property
    def name(self) -> str:
        """What it is called in a trace."""
        ...

    @property
    def weight(self) -> float:
        """Factor on the loss in the objective."""
        ...

    def loss(self, picture: Tensor) -> Tensor:
        """The loss of (1, 3, H, W) float32 sRGB 0..1, not clipped; a differentiable scalar."""
        ...


class StyleTerm:
    """A layer's statistics are to be those of style images, in all of the picture or where a mask says."""

    name = "style"

    def __init__(
        self,
        layer: str,
        target: StyleTarget,
        *,
        weight: float,
        is_relative: bool,
        positions: int,
        mask: Tensor | None = None,
    ) -> None:
        """Compare with a target.

        Args:
            layer: name of the layer.
            target: what is wanted there.
            weight: factor.
            is_relative: see :meth:`StyleTarget.distance`.
            positions: of the picture's map at that layer.
            mask: (1, 1, h, w) float32 0..1, of the size of the map; None: all of it.

        Raises:
            InvalidOptions: the mask has nothing in it.
        """
        self.layer = layer
        self.weight = weight
        self._target = target
        self._is_relative = is_relative
        self._mask = mask
        self._positions = float(positions) if mask is None else float(mask.sum())
        if self._positions < 1:
            raise InvalidOptions(
                f"A mask of a style image covers less than one position of the layer {layer}; make what is "
                f"white in it larger, or paint a larger picture."
            )

    def gather(self, features: Tensor, tile: Tile) -> Tensor:
        """Sums of the statistic."""
        mask = None if self._mask is None else tile.place_in(self._mask, features)
        return gather_sums(self._target.loss, tile.core_of(features), mask)

    def loss(self, gathered: Tensor) -> Tensor:
        """How far the means are from the target."""
        return self._target.distance(gathered / self._positions, is_relative=self._is_relative)


class ContentTerm:
    """A layer's map is to be the photograph's."""

    name = "content"

    def __init__(self, layer: str, target: Tensor, *, weight: float, is_relative: bool) -> None:
        """Compare with a photograph.

        Args:
            layer: name of the layer.
            target: (1, C, h, w), the photograph's map.
            weight: factor.
            is_relative: beside the mean square of the target; otherwise the mean squared difference.
        """
        self.layer = layer
        self.weight = weight
        self._target = target
        reference = float(target.float().square().mean()) if is_relative else 1.0
        self._divisor = reference * target.numel()

    def gather(self, features: Tensor, tile: Tile) -> Tensor:
        """The sum of squared differences."""
        wanted = tile.place_in(self._target, features)
        return F.mse_loss(tile.core_of(features).float(), wanted.float(), reduction="sum")

    def loss(self, gathered: Tensor) -> Tensor:
        """Their mean, beside the photograph's own square where that was asked for."""
        return gathered / self._divisor


class VariationTerm:
    """Neighbors are to be alike: :func:`~rotoscope.networks.losses.total_variation_loss`."""

    name = "variation"

    def __init__(self, *, weight: float, wraps: bool = False) -> None:
        self.weight = weight
        self._wraps = wraps

    def loss(self, picture: Tensor) -> Tensor:
        """See :class:`PictureTerm`."""
        if self._wraps:
            picture = F.pad(picture, (0, 1, 0, 1), mode="circular")
        return total_variation_loss(picture)


class RangeTerm:
    """Nothing is to be clipped: :func:`~rotoscope.networks.losses.range_loss`."""

    name = "range"

    def __init__(self, *, weight: float) -> None:
        self.weight = weight

    def loss(self, picture: Tensor) -> Tensor:
        """See :class:`PictureTerm`."""
        return range_loss(picture)
