"""From weights to a filter file, and back to weights to start from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from rotoscope.errors import TrainingError
from rotoscope.filters.card import Card
from rotoscope.filters.file import FilterFile, filter_file_bytes, parse_filter_file, write_new_file
from rotoscope.filters.graph_rules import parse_model
from rotoscope.networks.export import build_style_graph, read_style_graph
from rotoscope.networks.style_network import StyleNetworkSize

_AVERAGE_PREFIX = "average."


@dataclass(frozen=True, slots=True)
class StartingWeights:
    """Weights to start a training run from."""

    state: dict[str, Tensor]
    name: str
    """The file's, without its ending."""
    digest: str
    """SHA-256 of the file."""

    @property
    def size(self) -> StyleNetworkSize:
        """Of the network."""
        return StyleNetworkSize.of_state(self.state)


def export_filter(
    state: Mapping[str, Tensor], card: Card, path: Path, *, overwrite: bool = False
) -> FilterFile:
    """Write the weights of a style network as a filter file.

    Args:
        state: state dict of a style network, e.g. read from a .safetensors file.
        card: what is known of the filter; its padding should be
            :data:`~rotoscope.training.made_card.PADDING`.
        path: where; the folder must exist. The file appears whole or not at all.
        overwrite: replace a file that is there.

    Raises:
        UnsupportedArchitecture: the tensors are not a style network.
        WeightsError: a value does not fit into float16.
        OutputExists: the file is there and ``overwrite`` is not given.
        EncodeError: it cannot be written.
    """
    data = filter_file_bytes(build_style_graph(state), card)
    file = parse_filter_file(data, what=f"The filter {card.name!r}")
    write_new_file(path, data, overwrite=overwrite)
    return file


def load_starting_weights(path: Path) -> StartingWeights:
    """Weights of a filter file, of a checkpoint (its average; of a family the first) or of a state dict.

    Args:
        path: .onnx of this project's training, or .safetensors.

    Raises:
        TrainingError: the file cannot be read as either.
        UnsupportedArchitecture: what it holds is not a style network.
    """
    try:
        data = path.read_bytes()
        state = load(data) if path.suffix.lower() == ".safetensors" else None
    except (OSError, SafetensorError) as error:
        raise TrainingError(
            f"the weights to start from, {path}, cannot be read: {error}. Give a filter file (.onnx), or a "
            f"checkpoint or state dict (.safetensors), of `rotoscope train`."
        ) from error
    if state is None:
        weights = read_style_graph(parse_model(data, what=str(path)))
    else:
        average = {
            name.removeprefix(_AVERAGE_PREFIX): tensor
            for name, tensor in state.items()
            if name.startswith(_AVERAGE_PREFIX)
        }
        # Those of a family's further members begin with their numbers: it is started from the first.
        weights = {name: tensor for name, tensor in (average or state).items() if not name[0].isdigit()}
    StyleNetworkSize.of_state(weights)
    return StartingWeights(weights, path.stem, hashlib.sha256(data).hexdigest())
