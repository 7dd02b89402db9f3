"""A family: style networks that share all their weights but those of their style.

After Dumoulin et al. 2017 ("A Learned Representation For Artistic Style"): one network can learn many styles
when each has norms' scales and shifts of its own. Here each also has a last convolution of its own, which
mixes its colors: together 2,156 of the 38,508 parameters of a standard network.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from torch import nn

from rotoscope.networks.style_network import StyleNetwork


def is_of_style(name: str) -> bool:
    """Whether a parameter of a style network belongs to one style, and not to its whole family."""
    return name.split(".")[-2] in ("norm", "paint")


def sibling(network: StyleNetwork) -> StyleNetwork:
    """Another member of a network's family, which paints the same at first.

    What they share is the same parameters, so that whoever trains one trains that part of all.
    """
    other = copy.deepcopy(network)
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d) and not is_of_style(f"{name}.weight"):
            parent, _, child = name.rpartition(".")
            setattr(other.get_submodule(parent), child, module)
    return other


def family_parameters(members: Sequence[StyleNetwork]) -> dict[str, nn.Parameter]:
    """Every parameter of a family once, by a name of its own.

    Those of the first member go by their plain names; those of another one's style begin with its number.
    """
    named = dict(members[0].named_parameters())
    for number, member in enumerate(members[1:], start=1):
        named |= {
            member_name(name, number): parameter
            for name, parameter in member.named_parameters()
            if is_of_style(name)
        }
    return named


def member_name(name: str, number: int) -> str:
    """What a parameter of a family's member is called among those of all; see :func:`family_parameters`."""
    return f"{number}.{name}" if number and is_of_style(name) else name
