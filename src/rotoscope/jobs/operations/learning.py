"""What operations that learn or optimize are asked alike. PyTorch is loaded when one runs, and not before."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from rotoscope.errors import MissingExtra
from rotoscope.jobs.operations.base import Params, Workbench
from rotoscope.jobs.operations.wishes import Uri

if TYPE_CHECKING:
    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.style_source import StyleSource


class StyleWish(Params):
    """A style image, or a region of it."""

    uri: Uri = Field(description="Of the picture.")
    weight: Annotated[float, Field(gt=0)] = Field(default=1, description="Beside the other style images.")
    region: tuple[float, float, float, float] | None = Field(
        default=None, description="Left, top, width, height in shares of the picture's sides."
    )

    def source(self, bench: Workbench) -> StyleSource:
        """For the library."""
        from rotoscope.optimize.style_source import Region, StyleSource  # noqa: PLC0415 - loads PyTorch

        region = None if self.region is None else Region(*self.region)
        return StyleSource(bench.take(self.uri), region, self.weight)


class FeatureWish(Params):
    """What looks at pictures while something is learned."""

    features: Literal["vgg19", "vgg16", "squeezenet1_1"] = Field(
        default="vgg19", description="The feature network."
    )
    feature_weights: Uri | None = Field(
        default=None, description="Its weights; by default fetched once, from a pinned address."
    )
    normalization: Literal["torchvision", "caffe"] | None = Field(
        default=None, description="What the weights expect, for files that do not say."
    )

    def network(self, bench: Workbench, **wanted: Any) -> FeatureNetwork:  # noqa: ANN401 - layers and precision
        """The network; ``wanted`` goes to the functions of :mod:`rotoscope.networks.weights`."""
        from rotoscope.networks.weights import fetch_feature_network, load_feature_network  # noqa: PLC0415

        if self.feature_weights is None:
            return fetch_feature_network(self.features, cache_dir=bench.cache_dir, **wanted)
        return load_feature_network(
            bench.take(self.feature_weights),
            architecture=self.features,
            normalization=self.normalization,
            **wanted,
        )


def require_torch(work: str) -> None:
    """Say what to install where PyTorch is missing.

    Raises:
        MissingExtra: it is.
    """
    missing = [package for package in ("torch", "safetensors") if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"{work} needs {' and '.join(missing)}, which this worker does not have. Install "
            'rotoscope[train] there: pip install "rotoscope[train]".'
        )
