"""Weights of one style network for another of a different size, as a start for training.

A wider or deeper network paints at first what the smaller one paints (after Chen et al. 2016, "Net2Net"):
what is new in it is computed, but read by nothing that was there before. A narrower network keeps the
channels that are read with the largest weights, and paints something like it.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize

_SHUFFLED = 4
"""Channels before a pixel shuffle for each one behind it."""


def fit_weights(network: StyleNetwork, state: Mapping[str, Tensor]) -> None:
    """Give a network as much of another's weights as it has room for.

    Args:
        network: with random weights, which stay where the other has none.
        state: state dict of a style network of any size.

    Raises:
        UnsupportedArchitecture: the tensors are not a style network's.
    """
    old, new = StyleNetworkSize.of_state(state), network.size
    blocks = _spread(old.blocks, min(old.blocks, new.blocks))
    kept = _kept_channels(state, new, blocks)
    with torch.no_grad():
        for name, target in network.state_dict().items():
            block = _block(name)
            if block is not None and block >= len(blocks):
                if "pointwise2" in name:
                    target.zero_()  # a new block adds nothing at first
                continue
            source = name if block is None else name.replace(f".{block}.", f".{blocks[block]}.", 1)
            outputs, inputs = _channels(source)
            _fill(target, state[source], kept[outputs], None if target.dim() == 1 else kept.get(inputs))


def _kept_channels(
    state: Mapping[str, Tensor], size: StyleNetworkSize, blocks: list[int]
) -> dict[str, Tensor]:
    """Indexes of the channels that find room, by what they are called."""
    strengths: dict[str, Tensor] = {}
    for name, weight in state.items():
        _, inputs = _channels(name)
        if inputs and weight.dim() == 4 and _block(name) in (None, *blocks):
            read = weight.float().square().sum(dim=(0, 2, 3))
            strengths[inputs] = strengths.get(inputs, 0) + read
    room = {"half": size.stem, "grown": size.stem, "quarter": size.trunk}
    kept = {
        channels: strength.topk(min(len(strength), room.get(channels, size.hidden))).indices.sort().values
        for channels, strength in strengths.items()
    }
    fours = kept["grown"][:, None] * _SHUFFLED + torch.arange(_SHUFFLED)
    return {**kept, "shuffled": fours.flatten(), "painted": torch.arange(state["paint.bias"].shape[0])}


def _channels(name: str) -> tuple[str, str]:
    """What a layer writes and reads. Channels of one name are the same, or are added to each other."""
    hidden = f"hidden of {_block(name)}"
    table = {
        "stem": ("half", ""),
        "down": ("quarter", "half"),
        "norm": ("quarter" if _block(name) is None else hidden, ""),
        "depthwise1": ("quarter", ""),
        "pointwise1": (hidden, "quarter"),
        "depthwise2": (hidden, ""),
        "pointwise2": ("quarter", hidden),
        "up": ("shuffled", "quarter"),
        "paint": ("painted", "grown"),
    }
    return table[name.split(".")[-2]]


def _fill(target: Tensor, source: Tensor, outputs: Tensor, inputs: Tensor | None) -> None:
    rows, taken = target[: len(outputs)], source[outputs]
    if inputs is not None:
        rows.zero_()
        rows, taken = rows[:, : len(inputs)], taken[:, inputs]
    rows.copy_(taken)


def _block(name: str) -> int | None:
    """Number of the block that a parameter belongs to."""
    return int(name.split(".")[1]) if name.startswith("trunk.") else None


def _spread(count: int, kept: int) -> list[int]:
    """``kept`` numbers below ``count`` at even distances, the first and the last among them."""
    return [round(index * (count - 1) / max(1, kept - 1)) for index in range(kept)]
