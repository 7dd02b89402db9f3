"""From named tensors to a filter: recognising the network, and fitting it to the format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from numpy.typing import NDArray

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.filters.card import Card, Cost, Import, Padding, card_errors, require_name
from rotoscope.palette.importing.architecture import KnownNetwork, Recognize
from rotoscope.palette.importing.faults import Malformed
from rotoscope.palette.importing.own_network import recognize_own_network
from rotoscope.palette.importing.resnext_net import recognize_resnext_net
from rotoscope.palette.importing.transform_net import recognize_transform_net
from rotoscope.palette.importing.transformer_net import recognize_transformer_net
from rotoscope.palette.importing.weights import Tensors, WeightsFile, describe_tensors
from rotoscope.palette.third_party import ConvertedNetwork, ImportOptions
from rotoscope.palette.wrapping import Conventions, wrap_network

_SIZE_MULTIPLE = 4
"""All known networks halve sizes twice."""
_STALE = ("running_mean", "running_var", "num_batches_tracked")
"""Statistics that old versions of PyTorch kept in instance norms and did not use."""
_KNOWN: Final[Sequence[tuple[str, Recognize]]] = (
    ("the TensorFlow network of 2016 (fast style transfer)", recognize_transform_net),
    ("the TransformerNet of PyTorch's examples (fast_neural_style)", recognize_transformer_net),
    ("the TransformerResNextNetwork of fast-neural-style-pytorch", recognize_resnext_net),
    ("the style network of `rotoscope train`", recognize_own_network),
)


def convert_weights(
    weights: WeightsFile, *, name: str, options: ImportOptions | None = None
) -> ConvertedNetwork:
    """Make a filter of the weights of a known network.

    Args:
        weights: what was read.
        name: name of the filter to be.
        options: what is known about it; overrides what is known of the architecture.

    Raises:
        UnsupportedArchitecture: the tensors are of no known network; says what was found.
        InvalidCard: ``name`` is not the name of a filter.
    """
    require_name(name)
    given = options or ImportOptions()
    network = _recognize(_plain(weights.tensors), weights)
    conventions, evidence = _decide(network, given, weights)
    model = wrap_network(network.model, conventions, size=None)
    margin = network.margin if given.margin is None else given.margin
    with card_errors():
        card = Card(
            name=name,
            padding=Padding(multiple=_SIZE_MULTIPLE, margin=margin, minimum=network.minimum),
            title=given.title,
            author=given.author,
            license=given.license,
            cost=Cost(parameters=network.parameters),
            imported=Import(
                file_name=weights.file_name,
                sha256=weights.sha256,
                input_range=conventions.input_range,
                output_range=conventions.output_range,
                input_channels=conventions.input_channels,
                output_channels=conventions.output_channels,
                layout=conventions.layout,
                evidence=evidence,
            ),
        )
    return ConvertedNetwork(model, card, network.half_weights)


def _recognize(tensors: Tensors, weights: WeightsFile) -> KnownNetwork:
    for words, recognize in _KNOWN:
        try:
            network = recognize(tensors)
        except Malformed as error:
            raise UnsupportedArchitecture(
                f"{weights.file_name} ({weights.form}) has the names of {words}, but: {error}. Found:"
                f" {describe_tensors(weights.tensors)}. Export the network to ONNX where it was made."
            ) from error
        if network is not None:
            return network
    raise UnsupportedArchitecture(
        f"{weights.file_name} is {weights.form} with {describe_tensors(weights.tensors)}: the weights of no"
        f" network that is known. Known are {'; '.join(words for words, _ in _KNOWN)}. Export other networks"
        " to ONNX where they were made, and import that."
    )


def _plain(tensors: Tensors) -> dict[str, NDArray[Any]]:
    """Without stale statistics, and without a first word that all names share: DataParallel's ``module.``."""
    plain = {name: array for name, array in tensors.items() if name.rpartition(".")[2] not in _STALE}
    first = {name.partition(".")[0] for name in plain}
    if len(first) == 1 and all("." in name for name in plain):
        return {name.partition(".")[2]: array for name, array in plain.items()}
    return plain


def _decide(
    network: KnownNetwork, given: ImportOptions, weights: WeightsFile
) -> tuple[Conventions, tuple[str, ...]]:
    conventions = Conventions(
        given.input_range or network.value_range,
        given.output_range or network.value_range,
        given.channels or network.channels,
        given.channels or network.channels,
        "nchw",
    )
    findings = [
        ("input range", conventions.input_range, given.input_range),
        ("output range", conventions.output_range, given.output_range),
        ("input channels", conventions.input_channels, given.channels),
        ("output channels", conventions.output_channels, given.channels),
    ]
    evidence = [
        f"architecture: {network.description}: names and shapes of the tensors",
        f"read as {weights.form}",
    ]
    evidence += [
        f"{what} {value}: {'given' if option else 'known of the architecture'}"
        for what, value, option in findings
    ]
    return conventions, tuple(evidence)
