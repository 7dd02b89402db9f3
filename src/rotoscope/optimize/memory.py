"""How much memory an optimization takes, and what follows: tiles, and a shorter history."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import Encoder
from rotoscope.optimize.stages import Stage
from rotoscope.optimize.tiles import Tiling

_MAPS_BYTES_A_PIXEL = 1700
"""Of VGG-19's maps to relu5_1 in float32 with their gradients; others take less."""
_VECTOR_BYTES_A_PIXEL = 3 * 4
_FEWEST_STEPS = 5
"""Less would be hardly more than steepest descent."""
_MULTIPLE = 16


@dataclass(frozen=True, slots=True)
class Memory:
    """Bounds on what an optimization holds at once, beside Python, PyTorch and the weights."""

    maps_bytes: float = 2.5e9
    """Feature maps and their gradients."""
    history_bytes: float = 1.2e9
    """What L-BFGS remembers."""

    @classmethod
    def of_gigabytes(cls, gigabytes: float) -> Memory:
        """The bounds of a process that is to take about so much; half a gigabyte of it is none of theirs."""
        free = max(0.5, gigabytes - 0.5) * 1e9
        return cls(maps_bytes=0.6 * free, history_bytes=0.25 * free)

    def history_for(self, stage: Stage, wanted: int) -> int:
        """Steps that L-BFGS may remember at a size."""
        fitting = self.history_bytes / (2 * _VECTOR_BYTES_A_PIXEL * stage.height * stage.width)
        return max(1, min(wanted, max(_FEWEST_STEPS, int(fitting))))


def tiling_for(encoder: Encoder, stage: Stage, memory: Memory) -> Tiling | None:
    """How a picture must be cut for its maps to fit; None where they fit whole.

    Raises:
        InvalidOptions: it must be cut, and the feature network cannot be shown pieces.
    """
    if stage.height * stage.width * _MAPS_BYTES_A_PIXEL <= memory.maps_bytes:
        return None
    reach = encoder.reach
    if reach is None:
        raise InvalidOptions(
            f"A picture of {stage.width}x{stage.height} has to be painted in tiles, which this feature "
            f"network cannot be shown. Choose vgg19 or vgg16 (--features), or a smaller size."
        )
    margin = math.ceil(reach / _MULTIPLE) * _MULTIPLE
    window = math.sqrt(memory.maps_bytes / _MAPS_BYTES_A_PIXEL)
    side = max(4 * _MULTIPLE, int(window - 2 * margin) // _MULTIPLE * _MULTIPLE)
    return Tiling(side, margin, _MULTIPLE)
