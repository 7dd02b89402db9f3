"""Families: filters whose networks share all their weights but those of their style.

What is a style's own are the weights of InstanceNormalization and of the last Conv (Dumoulin et al. 2017, "A
Learned Representation For Artistic Style"). Between two such filters there is a whole path of networks, each
of which paints in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from rotoscope.errors import InvalidCard
from rotoscope.filters.card import Card
from rotoscope.filters.file import FilterFile, filter_file_bytes, parse_filter_file
from rotoscope.filters.graph_rules import parse_model


def shared_digest(model: onnx.ModelProto) -> str:
    """SHA-256 (hex) of a filter's graph and of all its weights but those of its style."""
    own = _style_weights(model)
    hasher = sha256()
    for node in model.graph.node:
        hasher.update(node.SerializeToString(deterministic=True))
    for tensor in sorted(model.graph.initializer, key=lambda tensor: tensor.name):
        hasher.update(f"{tensor.name} {tensor.data_type} {list(tensor.dims)}".encode())
        if tensor.name not in own:
            hasher.update(numpy_helper.to_array(tensor).tobytes())
    return hasher.hexdigest()


def mix_family(parts: Sequence[tuple[FilterFile, float]]) -> FilterFile:
    """One filter between several of one family: the weights of their styles, averaged.

    Args:
        parts: filters whose cards name the same family, with shares that add up to 1. Only one with a share
            of 1 gives that filter's own weights, to the bit.

    Returns:
        A filter file that was never written; its name is ``mixture``.

    Raises:
        InvalidCard: a filter is not of the family that its card names.
    """
    first = parts[0][0].card
    used = [(parse_model(file.model, what=file.card.name), share) for file, share in parts if share > 0]
    for file, _ in parts:
        _require_member(file)
    mixed = used[0][0]
    own = _style_weights(mixed)
    weights = [({t.name: t for t in model.graph.initializer}, share) for model, share in used]
    for tensor in mixed.graph.initializer:
        if tensor.name in own:
            averaged = _averaged([(numpy_helper.to_array(by_name[tensor.name]), s) for by_name, s in weights])
            tensor.CopyFrom(numpy_helper.from_array(averaged, tensor.name))
    card = Card(name="mixture", padding=first.padding, fixed_size=first.fixed_size, family=first.family)
    data = filter_file_bytes(mixed, card, half_weights=False)
    return parse_filter_file(data, what="The mixture")


def _require_member(file: FilterFile) -> None:
    if shared_digest(parse_model(file.model, what=file.card.name)) != file.card.family:
        raise InvalidCard(
            f"The filter {file.card.name!r} is not of the family that its card names: its graph or the "
            f"weights that a family shares were changed after its training. Get it anew, or train it again."
        )


def _style_weights(model: onnx.ModelProto) -> set[str]:
    nodes = model.graph.node
    casts = {node.output[0]: node.input[0] for node in nodes if node.op_type == "Cast"}
    last = [node for node in nodes if node.op_type == "Conv"][-1:]
    readers = [*(node for node in nodes if node.op_type == "InstanceNormalization"), *last]
    return {casts.get(name, name) for node in readers for name in node.input[1:]}


def _averaged(arrays: Sequence[tuple[NDArray[np.generic], float]]) -> NDArray[np.float32]:
    first, share = arrays[0]
    total = first.astype(np.float32) * np.float32(share)
    for array, share in arrays[1:]:
        total += array.astype(np.float32) * np.float32(share)
    return total
