"""The feature network that measures: VGG-19 in float32."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import torch

from rotoscope.networks.features import CAFFE, VGG19, FeatureNetwork
from rotoscope.networks.weights import fetch_feature_network, load_feature_network
from rotoscope.settings import load_settings

REFERENCE_DATA_VARIABLE = "ROTOSCOPE_REFERENCE_DATA"
"""Environment variable that names the folder of reference data."""
_REFERENCE_WEIGHTS = Path("weights") / "vgg19_conv_f16.safetensors"
"""The original Oxford weights."""


def measuring_network(
    env: Mapping[str, str],
    *,
    weights: Path | None = None,
    normalization: str | None = None,
    precision: torch.dtype | None = torch.float32,
    layers: Collection[str] | None = None,
) -> FeatureNetwork:
    """VGG-19 up to relu4_1, or as far as asked for, in float32 so that machines agree.

    Figures of different weights cannot be compared: the network's ``identity`` tells which they were.

    Args:
        env: the environment, as ``os.environ``.
        weights: a file as ``rotoscope train --feature-weights`` takes it. None: those of the reference
            data where the environment names some, else torchvision's, fetched once.
        normalization: how pictures are prepared for ``weights``, where the file does not say.
        precision: another one, for training; None: what the processor is fast in.
        layers: which feature maps; None: those that filters are trained with.

    Raises:
        WeightsError, UnsafeFile, UnsupportedArchitecture, InvalidOptions: as
            :func:`rotoscope.networks.weights.load_feature_network`.
    """
    if weights is not None:
        return load_feature_network(
            weights,
            architecture=VGG19.name,
            normalization=normalization,
            precision=precision,
            layers=layers,
        )
    reference = Path(env.get(REFERENCE_DATA_VARIABLE) or "none") / _REFERENCE_WEIGHTS
    if reference.exists():
        return load_feature_network(
            reference,
            architecture=VGG19.name,
            normalization=CAFFE.name,
            precision=precision,
            layers=layers,
        )
    return fetch_feature_network(
        VGG19.name, cache_dir=load_settings(env).cache_dir, precision=precision, layers=layers
    )
