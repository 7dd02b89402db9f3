"""Choosing the library that runs a graph."""

from __future__ import annotations

from rotoscope.runtime.graph import Graph, RuntimeOptions
from rotoscope.runtime.onnx_runtime import OnnxRuntimeGraph
from rotoscope.runtime.openvino_runtime import OpenVinoGraph


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
