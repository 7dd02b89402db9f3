"""Choosing the library that runs a graph."""

from __future__ import annotations

from rotoscope.media.planes import PlaneEncoding
from rotoscope.runtime.graph import Graph, MapGraph, RuntimeOptions
from rotoscope.runtime.onnx_runtime import OnnxRuntimeGraph, OnnxRuntimeMap
from rotoscope.runtime.openvino_planar import OpenVinoPlanarGraph
from rotoscope.runtime.openvino_runtime import OpenVinoGraph, OpenVinoMap
from rotoscope.runtime.planar_graph import fold_planes


def load_graph(model: bytes, *, options: RuntimeOptions | None = None) -> Graph:
    """Make a graph ready to run.

    Args:
        model: an ONNX model that keeps the filter format's rules; it must have been checked before.
        options: by default OpenVINO at automatic precision on all cores.

    Raises:
        UnsupportedArchitecture: the library cannot read the graph.
        MissingExtra: the library that was asked for is not installed.
        InvalidOptions: the processor lacks the precision that was asked for.
    """
    chosen = options or RuntimeOptions()
    if chosen.backend == "onnxruntime":
        return OnnxRuntimeGraph(model, options=chosen)
    return OpenVinoGraph(model, options=chosen)


def load_map(model: bytes, *, options: RuntimeOptions | None = None) -> MapGraph:
    """Make a graph ready that gives a map instead of a painting.

    Args:
        model: an ONNX model made of one that was checked.
        options: as for :func:`load_graph`, which says what is raised.
    """
    chosen = options or RuntimeOptions()
    if chosen.backend == "onnxruntime":
        return OnnxRuntimeMap(model, options=chosen)
    return OpenVinoMap(model, options=chosen)


def load_planar_graph(
    model: bytes, encoding: PlaneEncoding, *, options: RuntimeOptions | None = None
) -> OpenVinoPlanarGraph | None:
    """Make a graph ready to run on 4:2:0 planes, where that can be done.

    Args:
        model: as for :func:`load_graph`.
        encoding: of the planes.
        options: as for :func:`load_graph`.

    Returns:
        None where the graph's ends cannot be folded, or another library than OpenVINO was asked for.
    """
    chosen = options or RuntimeOptions()
    folded = fold_planes(model, encoding) if chosen.backend == "openvino" else None
    return None if folded is None else OpenVinoPlanarGraph(folded, encoding, options=chosen)
