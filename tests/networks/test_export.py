"""The exported graph paints what the network paints."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from torch import Tensor

from rotoscope.errors import UnsupportedArchitecture, WeightsError
from rotoscope.networks.export import OPSET_VERSION, build_style_graph
from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize

ONE_LEVEL = 1 / 255
SIZES = (StyleNetworkSize(), StyleNetworkSize(stem=8, trunk=20, hidden=12, blocks=1))


def state(size: StyleNetworkSize, seed: int = 0) -> dict[str, Tensor]:
    """A network whose every parameter matters: norms and biases are random too."""
    torch.manual_seed(seed)
    network = StyleNetwork(size)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return network.state_dict()


def run(model: onnx.ModelProto, image: Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["painted"], {"image": image.numpy()})[0])


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("shape", [(1, 3, 64, 64), (2, 3, 44, 72)])
def test_graph_paints_what_torch_paints(size: StyleNetworkSize, shape: tuple[int, ...]) -> None:
    parameters = state(size)
    image = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = StyleNetwork.of_state(parameters)(image).clamp(0, 1).numpy()
    assert expected.std() > 0.01  # else anything would pass
    assert np.abs(run(build_style_graph(parameters), image) - expected).max() < ONE_LEVEL


def test_with_float16_weights_graph_and_torch_agree_to_rounding() -> None:
    parameters = {name: t.half().float() for name, t in state(SIZES[1]).items()}
    image = torch.rand(1, 3, 32, 48)
    with torch.no_grad():
        expected = StyleNetwork.of_state(parameters)(image).clamp(0, 1).numpy()
    np.testing.assert_allclose(run(build_style_graph(parameters), image), expected, atol=1e-5)


def test_painting_is_clipped() -> None:
    parameters = state(SIZES[1])
    parameters["paint.bias"] = parameters["paint.bias"] * 0 + 5
    assert run(build_style_graph(parameters), torch.rand(1, 3, 16, 16)).max() == 1


def test_graph_is_plain_onnx_with_named_float16_weights() -> None:
    parameters = state(SIZES[1])
    model = build_style_graph(parameters)
    weights = {i.name: i.data_type for i in model.graph.initializer}
    assert {n for n, t in weights.items() if t == TensorProto.FLOAT16} == set(parameters)
    assert [o.version for o in model.opset_import if o.domain == ""] == [OPSET_VERSION]
    assert len(model.opset_import) == 1
    assert {node.name for node in model.graph.node} >= {"stem", "trunk.0.sum", "painted"}


def test_graph_dimensions_are_free() -> None:
    model = build_style_graph(state(SIZES[1]))
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in dimensions] == ["N", 3, "H", "W"]


def test_graph_is_the_same_bytes_each_time() -> None:
    parameters = state(SIZES[1])
    assert build_style_graph(parameters).SerializeToString(deterministic=True) == build_style_graph(
        parameters
    ).SerializeToString(deterministic=True)


@pytest.mark.parametrize("value", [float("nan"), 1e6])
def test_weights_that_float16_cannot_hold_are_refused(value: float) -> None:
    parameters = state(SIZES[1])
    parameters["up.weight"][0, 0] = value
    with pytest.raises(WeightsError, match=r"up\.weight holds values that are not finite as float16"):
        build_style_graph(parameters)


def test_another_network_is_refused() -> None:
    with pytest.raises(UnsupportedArchitecture, match="not a style network"):
        build_style_graph({"weight": torch.zeros(1)})
