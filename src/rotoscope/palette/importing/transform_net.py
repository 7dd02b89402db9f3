"""The 2016 TensorFlow network ("fast style transfer"), by its checkpoint's variables.

After Johnson et al. 2016 with the instance norm of Ulyanov et al. 2016: three convolutions (9x9, then two
3x3 of stride 2), residual blocks, two transposed convolutions, and a 9x9 convolution; each pads with zeros
(SAME), has no bias, and is followed by an instance norm. The painting is ``tanh(x) * 150 + 127.5``.

Its variables have no names of their own: ``Variable``, ``Variable_1``, … in the order of their making, for
each convolution the kernel, then shift and scale of its norm. Kernels are [height, width, in, out], those
of transposed convolutions [height, width, out, in].
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.architecture import (
    MOST_BLOCKS,
    KnownNetwork,
    require_kernel,
    require_shapes,
    shape_of,
    widths,
)
from rotoscope.palette.importing.faults import Malformed
from rotoscope.palette.importing.layers import INPUT, NetworkBuilder
from rotoscope.palette.importing.weights import Tensors

_EPSILON = 1e-3
_MARGIN = 16
"""Pixels of border: zeros inside make the outermost strokes dull."""
_VARIABLE = re.compile(r"^(?P<scope>(?:.+/)?)Variable(?:_(?P<number>\d{1,6}))?$")
_FEWEST, _PER_CONVOLUTION = 18, 3  # three tensors for each of six convolutions, without any block


def recognize_transform_net(tensors: Tensors) -> KnownNetwork | None:
    """The network of a checkpoint; see :data:`rotoscope.palette.importing.architecture.Recognize`.

    Raises:
        Malformed: the variables are unnamed, but not those of this network.
    """
    variables = _unnamed_variables(tensors)
    if len(variables) < _FEWEST:
        return None
    if len(variables) % _PER_CONVOLUTION or (len(variables) // _PER_CONVOLUTION) % 2:
        raise Malformed(
            f"{len(variables)} unnamed variables; this network has three for each convolution, and an even"
            " number of convolutions"
        )
    count = len(variables) // _PER_CONVOLUTION
    renamed: dict[str, NDArray[Any]] = {}
    for place, (_, array) in enumerate(variables):
        renamed[f"{('kernel', 'shift', 'scale')[place % 3]}_{place // 3}"] = array
    blocks = (count - 6) // 2
    channels = _require_chain(renamed, count, blocks)
    model = _build({name: _to_onnx_axes(array) for name, array in renamed.items()}, count)
    description = f"fast style transfer (TensorFlow, 2016), {widths(*channels)}, {blocks} residual blocks"
    parameters = sum(array.size for array in renamed.values())
    return KnownNetwork(
        description, model, "0..255", "rgb", margin=_MARGIN, minimum=32, parameters=parameters
    )


def _unnamed_variables(tensors: Tensors) -> list[tuple[int, NDArray[Any]]]:
    """Number and array of each, in order; optimizers' slots and counters have other names or no axes."""
    scopes: dict[str, list[tuple[int, NDArray[Any]]]] = {}
    for name, array in tensors.items():
        found = _VARIABLE.match(name)
        if found is not None and array.ndim > 0:
            scopes.setdefault(found["scope"], []).append((int(found["number"] or 0), array))
    most = max(scopes.values(), key=len, default=[])
    return sorted(most, key=lambda pair: pair[0])


def _require_chain(tensors: Tensors, count: int, blocks: int) -> tuple[int, int, int]:
    """The channels at full, half and quarter size.

    Raises:
        Malformed: a shape does not fit the ones before it.
    """
    if blocks > MOST_BLOCKS:
        raise Malformed(f"{blocks} residual blocks; at most {MOST_BLOCKS} are read")
    full, half, quarter = (shape_of(tensors, f"kernel_{place}", 4)[3] for place in range(3))
    upper, last = (shape_of(tensors, f"kernel_{count + place}", 4)[2] for place in (-3, -2))
    ins_and_outs = [(3, full), (full, half), (half, quarter), *[(quarter, quarter)] * (2 * blocks)]
    ins_and_outs += [(upper, quarter), (last, upper), (last, 3)]  # transposed ones have out before in
    expected: dict[str, tuple[int, ...]] = {}
    for place, pair in enumerate(ins_and_outs):
        side = shape_of(tensors, f"kernel_{place}", 4)[0]
        strided = place in (1, 2, count - 3, count - 2)
        require_kernel(f"kernel_{place}", side, strided=strided)
        outs = pair[0] if place in (count - 3, count - 2) else pair[1]
        expected |= {f"kernel_{place}": (side, side, *pair), f"shift_{place}": (outs,)}
        expected[f"scale_{place}"] = (outs,)
    require_shapes(tensors, expected)
    return full, half, quarter


def _to_onnx_axes(array: NDArray[Any]) -> NDArray[Any]:
    # [h, w, in, out] to (out, in, h, w) and, for transposed convolutions, [h, w, out, in] to (in, out, h, w).
    return np.transpose(array, (3, 2, 0, 1)) if array.ndim == 4 else array


def _build(tensors: Tensors, count: int) -> Any:  # noqa: ANN401 - an onnx.ModelProto
    graph = NetworkBuilder(tensors)

    def norm(x: str, place: int) -> str:
        return graph.instance_norm(x, f"scale_{place}", f"shift_{place}", epsilon=_EPSILON)

    def convolution(x: str, place: int, stride: int = 1) -> str:
        border = tensors[f"kernel_{place}"].shape[-1] // 2
        # SAME with stride 2 on an even side: one row of zeros after the picture, none before it.
        pads = (border, border) if stride == 1 else (0, 1)
        return norm(graph.convolution(x, f"kernel_{place}", stride=stride, pads=pads), place)

    x = graph.relu(convolution(INPUT, 0))
    for place in (1, 2):
        x = graph.relu(convolution(x, place, stride=2))
    for place in range(3, count - 3, 2):
        x = graph.add(x, convolution(graph.relu(convolution(x, place)), place + 1))
    for place in (count - 3, count - 2):
        x = graph.relu(norm(graph.transposed_convolution(x, f"kernel_{place}", pads=(0, 1)), place))
    x = graph.tanh(convolution(x, count - 1))
    return graph.finish(graph.plus(graph.times(x, 150.0), 127.5))
