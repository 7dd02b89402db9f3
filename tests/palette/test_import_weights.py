"""Weights of known networks: whatever framework saved them, the filter paints what the network paints."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from rotoscope.errors import ChecksumMismatch, DuplicateFilter, InvalidCard, UnknownFilter, WeightsError
from rotoscope.filters.card import Padding
from rotoscope.filters.file import filter_file_bytes
from rotoscope.networks.export import build_style_graph
from rotoscope.networks.style_network import MARGIN_PIXELS, StyleNetwork, StyleNetworkSize
from rotoscope.palette.importing.conversion import convert_weights
from rotoscope.palette.importing.opening import read_weights
from rotoscope.palette.importing.own_network import MARGIN
from rotoscope.palette.palette import Palette
from rotoscope.palette.probing import probe_padding
from rotoscope.palette.third_party import ConvertedNetwork, ImportOptions
from rotoscope.runtime.openvino_runtime import evaluate

from classic_networks import ResNextNet, TransformerNet, painted_by, seeded
from reference import MISSING, REFERENCE_DATA

CHECKPOINT = Path(__file__).parents[1] / "vectors" / "tensorflow-checkpoint"
ONE_LEVEL = 1 / 255
EXACTLY = ONE_LEVEL / 20
"""float32 in another order of sums; a wrong layer is off by tens of levels."""


def convert(path: Path, **options: Any) -> ConvertedNetwork:  # noqa: ANN401 - ImportOptions' own
    weights = read_weights(path)
    assert weights is not None
    return convert_weights(weights, name="net", options=ImportOptions(**options))


def paint(converted: ConvertedNetwork, image: NDArray[np.float32]) -> NDArray[np.float32]:
    data = filter_file_bytes(converted.model, converted.card, half_weights=converted.half_weights)
    return evaluate(data, image)


def random_image(height: int = 48, width: int = 64) -> NDArray[np.float32]:
    return np.random.default_rng(4).uniform(0, 1, (1, 3, height, width)).astype(np.float32)


def save_zip(state: Any, path: Path) -> None:  # noqa: ANN401
    torch.save(state, path)


def save_legacy(state: Any, path: Path) -> None:  # noqa: ANN401
    torch.save(state, path, _use_new_zipfile_serialization=False)


def save_safetensors(state: dict[str, Tensor], path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)


Save = Callable[[dict[str, Tensor], Path], None]
SAVES = [save_zip, save_legacy, save_safetensors]


@pytest.mark.parametrize("save", SAVES)
def test_the_network_of_pytorchs_examples(tmp_path: Path, save: Save) -> None:
    network = seeded(TransformerNet())
    path = tmp_path / "candy"  # no suffix: the contents tell
    save(network.state_dict(), path)
    converted = convert(path)
    wanted = painted_by(network, random_image())
    assert np.std(wanted) > 0.1
    assert np.abs(paint(converted, random_image()) - wanted).max() < EXACTLY
    card = converted.card
    assert card.padding == Padding(multiple=4, margin=0, minimum=32)
    assert card.cost is not None
    assert card.cost.parameters == sum(p.numel() for p in network.parameters())
    assert card.imported is not None
    assert card.imported.file_name == "candy"
    assert card.imported.evidence[0] == (
        "architecture: TransformerNet of PyTorch's examples, 4-6-8 channels, 5 residual blocks: names and"
        " shapes of the tensors"
    )
    assert "input channels rgb: known of the architecture" in card.imported.evidence


@pytest.mark.parametrize("save", SAVES)
def test_the_resnext_network_whose_colors_run_blue_first(tmp_path: Path, save: Save) -> None:
    network = seeded(ResNextNet())
    save(network.state_dict(), tmp_path / "mosaic.pth")
    converted = convert(tmp_path / "mosaic.pth")
    wanted = painted_by(network, random_image(), bgr=True)
    assert np.abs(paint(converted, random_image()) - wanted).max() < EXACTLY
    assert converted.card.padding == Padding(multiple=4, margin=16, minimum=32)


def test_other_sizes_of_a_network_are_read_from_its_shapes(tmp_path: Path) -> None:
    network = seeded(TransformerNet((3, 7, 5), blocks=2))
    save_zip(network.state_dict(), tmp_path / "small.pth")
    painted = paint(convert(tmp_path / "small.pth"), random_image())
    assert np.abs(painted - painted_by(network, random_image())).max() < EXACTLY


def stale(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    return {**state, "in1.running_mean": torch.zeros(4), "res1.in2.running_var": torch.ones(8)}


def nested(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    moments = {number: {"exp_avg": tensor, "step": 3} for number, tensor in enumerate(state.values())}
    return {"epoch": 2, "loss": [0.5, None, True], "optimizer": {"state": moments}, "state_dict": state}


def of_data_parallel(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    return {f"module.{name}": tensor for name, tensor in state.items()}


def parameters(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    return {name: nn.Parameter(tensor) for name, tensor in state.items()}


def channels_last(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    return {
        name: tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        for name, tensor in state.items()
    }


def one_storage(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    flat = torch.cat([tensor.reshape(-1) for tensor in state.values()])
    pieces = flat.split([tensor.numel() for tensor in state.values()])
    return {name: piece.view_as(state[name]) for name, piece in zip(state, pieces, strict=True)}


def double(state: dict[str, Tensor]) -> Any:  # noqa: ANN401
    return {name: tensor.double() for name, tensor in state.items()}


@pytest.mark.parametrize("save", [save_zip, save_legacy])
@pytest.mark.parametrize(
    "wrap", [stale, nested, of_data_parallel, parameters, channels_last, one_storage, double]
)
def test_however_a_state_dict_was_saved(
    tmp_path: Path, wrap: Callable[[dict[str, Tensor]], Any], save: Callable[[Any, Path], None]
) -> None:
    network = seeded(TransformerNet(blocks=1))
    save(wrap(network.state_dict()), tmp_path / "net.pth")
    painted = paint(convert(tmp_path / "net.pth"), random_image())
    assert np.abs(painted - painted_by(network, random_image())).max() < EXACTLY


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("save", SAVES)
def test_half_precision_is_widened_exactly(tmp_path: Path, save: Save, kind: torch.dtype) -> None:
    network = seeded(TransformerNet(blocks=1)).to(kind)
    save(network.state_dict(), tmp_path / "net.pth")
    weights = read_weights(tmp_path / "net.pth")
    assert weights is not None
    for name, tensor in network.state_dict().items():
        assert np.array_equal(weights.tensors[name].astype(np.float32), tensor.float().numpy())


def own_state(size: StyleNetworkSize) -> dict[str, Tensor]:
    torch.manual_seed(1)
    network = StyleNetwork(size)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return network.state_dict()


@pytest.mark.parametrize(
    "size", [StyleNetworkSize(), StyleNetworkSize(stem=8, trunk=20, hidden=12, blocks=2)]
)
def test_own_networks_paint_as_when_they_are_exported(tmp_path: Path, size: StyleNetworkSize) -> None:
    state = own_state(size)
    save_safetensors(state, tmp_path / "own.safetensors")
    converted = convert(tmp_path / "own.safetensors")
    wanted = evaluate(build_style_graph(state).SerializeToString(), random_image())
    # Biases are float16 in a trained filter, float32 here.
    assert np.abs(paint(converted, random_image()) - wanted).max() < ONE_LEVEL
    assert converted.card.padding == Padding(multiple=4, margin=MARGIN_PIXELS)
    assert MARGIN == MARGIN_PIXELS
    assert converted.half_weights


def test_of_a_checkpoint_of_training_the_average_is_taken(tmp_path: Path) -> None:
    state = own_state(StyleNetworkSize(stem=4, trunk=8, blocks=1))
    tensors = {f"network.{name}": torch.zeros_like(tensor) for name, tensor in state.items()}
    tensors |= {f"average.{name}": tensor for name, tensor in state.items()}
    tensors |= {f"adam.exp_avg.{name}": tensor + 1 for name, tensor in state.items()}
    save_safetensors(tensors, tmp_path / "checkpoint.safetensors")
    converted = convert(tmp_path / "checkpoint.safetensors")
    wanted = evaluate(build_style_graph(state).SerializeToString(), random_image())
    assert np.abs(paint(converted, random_image()) - wanted).max() < ONE_LEVEL
    assert converted.card.imported is not None
    assert "averaged weights of a checkpoint" in converted.card.imported.evidence[0]


def test_size_rules_are_those_that_probing_finds(tmp_path: Path) -> None:
    for network in (TransformerNet(blocks=1), ResNextNet(blocks=1)):
        save_zip(network.state_dict(), tmp_path / "net.pth")
        converted = convert(tmp_path / "net.pth")
        margin = converted.card.padding.margin
        assert probe_padding(converted.model.SerializeToString(), margin=margin) == converted.card.padding
    converted = convert(CHECKPOINT / "version-1.ckpt")
    assert probe_padding(converted.model.SerializeToString(), margin=16) == converted.card.padding


@pytest.mark.reference_data
@pytest.mark.parametrize(
    ("name", "network", "bgr"),
    [
        ("mosaic_nc8_b1_e2_1e05_1e10.model", TransformerNet((8, 16, 32)), False),
        ("mosaic_TransformerResNextNetwork.pth", ResNextNet((32, 64, 128), inner=64), True),
    ],
)
def test_published_weights_paint_a_photograph_as_they_do_in_pytorch(
    name: str, network: nn.Module, bgr: bool
) -> None:
    if REFERENCE_DATA is None:
        pytest.skip(MISSING)
    path = REFERENCE_DATA / "thirdparty-filters" / name
    network.load_state_dict(torch.load(path, weights_only=True))
    photograph = cv2.imread(str(sorted((REFERENCE_DATA / "validation").glob("*.jpg"))[0]))
    assert photograph is not None
    cropped = photograph[:240, :320, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
    image = np.ascontiguousarray(cropped)
    wanted = painted_by(network, image, bgr=bgr)
    assert np.std(wanted) > 0.1
    assert np.abs(paint(convert(path), image) - wanted).max() < EXACTLY


# TensorFlow


def checkpoint_in(folder: Path, name: str = "fns.ckpt") -> Path:
    """A folder as TensorFlow leaves it; what is in its ``.meta`` is never read."""
    for part in (".index", ".data-00000-of-00001"):
        shutil.copy(CHECKPOINT / f"version-2.ckpt{part}", folder / f"{name}{part}")
    (folder / f"{name}.meta").write_bytes(b"\xff" * 100)
    return folder / name


def assert_paints_as_tensorflow(converted: ConvertedNetwork) -> None:
    picture = np.load(CHECKPOINT / "picture.npy")
    wanted = np.clip(np.load(CHECKPOINT / "painted.npy"), 0, 255)
    assert np.std(wanted) > 30
    image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
    painted = paint(converted, image)[0].transpose(1, 2, 0)
    assert np.abs(painted - wanted / 255).max() < EXACTLY


@pytest.mark.parametrize(
    "given", ["", "fns.ckpt", "fns.ckpt.index", "fns.ckpt.data-00000-of-00001", "fns.ckpt.meta", "checkpoint"]
)
def test_a_tensorflow_checkpoint_by_each_of_its_names(tmp_path: Path, given: str) -> None:
    checkpoint_in(tmp_path)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "/home/ubuntu/run/fns.ckpt"\n')
    converted = convert(tmp_path / given if given else tmp_path)
    assert_paints_as_tensorflow(converted)
    assert converted.card.padding == Padding(multiple=4, margin=16, minimum=32)
    assert converted.card.imported is not None
    assert converted.card.imported.file_name == "fns.ckpt.data-00000-of-00001"
    assert converted.card.imported.evidence[:2] == (
        "architecture: fast style transfer (TensorFlow, 2016), 2-3-4 channels, 5 residual blocks: names and"
        " shapes of the tensors",
        "read as a TensorFlow checkpoint (version 2)",
    )


def test_a_tensorflow_checkpoint_of_version_1(tmp_path: Path) -> None:
    converted = convert(CHECKPOINT / "version-1.ckpt")
    assert_paints_as_tensorflow(converted)
    shutil.copy(CHECKPOINT / "version-1.ckpt", tmp_path / "wave.ckpt")
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "wave.ckpt"\n')
    assert_paints_as_tensorflow(convert(tmp_path))


def test_of_several_checkpoints_the_latest_is_taken_or_asked_for(tmp_path: Path) -> None:
    for step in (1000, 2000):
        checkpoint_in(tmp_path, f"fns.ckpt-{step}")
    with pytest.raises(
        UnknownFilter, match=r"holds 2 TensorFlow checkpoints: fns\.ckpt-1000, fns\.ckpt-2000. Give"
    ):
        read_weights(tmp_path)
    (tmp_path / "checkpoint").write_text(
        'model_checkpoint_path: "fns.ckpt-1000"\nall_model_checkpoint_paths: "fns.ckpt-2000"\n'
    )
    weights = read_weights(tmp_path)
    assert weights is not None
    assert weights.file_name == "fns.ckpt-1000.data-00000-of-00001"


def test_a_state_file_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    checkpoint_in(tmp_path, "secret.ckpt")
    folder = tmp_path / "inner"
    folder.mkdir()
    for path in ("../secret.ckpt", str(tmp_path / "secret.ckpt"), "..", "../.."):
        (folder / "checkpoint").write_text(f'model_checkpoint_path: "{path}"\n')
        with pytest.raises(UnknownFilter, match="holds no TensorFlow checkpoint"):
            read_weights(folder)


def test_damaged_and_incomplete_checkpoints_are_said(tmp_path: Path) -> None:
    prefix = checkpoint_in(tmp_path)
    data = tmp_path / "fns.ckpt.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[200] ^= 1
    data.write_bytes(content)
    with pytest.raises(
        ChecksumMismatch, match=r"is damaged: .*the tensor 'Variable.*differs from its checksum"
    ):
        read_weights(prefix)
    data.write_bytes(content[:1000])
    with pytest.raises(WeightsError, match="ends at byte"):
        read_weights(prefix)
    data.unlink()
    with pytest.raises(UnknownFilter, match=r"data-00000-of-00001 cannot be read: No such file.* all there"):
        read_weights(prefix)
    (tmp_path / "fns.ckpt.data-00000-of-00002").write_bytes(b"")
    with pytest.raises(WeightsError, match="its numbers are in several pieces"):
        read_weights(prefix)
    shutil.move(tmp_path / "fns.ckpt.index", tmp_path / "lonely")
    with pytest.raises(WeightsError, match="it is the index of a checkpoint, whose numbers are in a file"):
        read_weights(tmp_path / "lonely")


# In the palette


def test_the_palette_imports_weights_by_their_contents(tmp_path: Path) -> None:
    palette = Palette(tmp_path / "own")
    save_legacy(seeded(TransformerNet()).state_dict(), tmp_path / "Old Candy.onnx")  # the suffix lies
    entry = palette.import_file(tmp_path / "Old Candy.onnx", options=ImportOptions(title="Candy"))
    assert (entry.name, entry.title) == ("old-candy", "Candy")
    checkpoint_in(tmp_path)
    for given, name in (("fns.ckpt.index", "fns"), ("fns.ckpt", "propaganda")):
        entry = palette.import_file(tmp_path / given, name=None if name == "fns" else name)
        assert entry.name == name
        assert palette.verify(name).passed
    picture = np.random.default_rng(0).integers(0, 256, (37, 50, 3), np.uint8)
    assert palette.load("propaganda", precision="f32").apply(picture).shape == picture.shape
    with pytest.raises(DuplicateFilter):
        palette.import_file(tmp_path / "fns.ckpt", name="fns")
    with pytest.raises(InvalidCard, match="a name is lower-case words"):
        palette.import_file(tmp_path / "fns.ckpt", name="../fns")


def test_what_is_given_overrides_what_is_known(tmp_path: Path) -> None:
    network = seeded(TransformerNet())
    save_zip(network.state_dict(), tmp_path / "net.pth")
    converted = convert(tmp_path / "net.pth", channels="bgr", margin=8)
    wanted = painted_by(network, random_image(), bgr=True)
    assert np.abs(paint(converted, random_image()) - wanted).max() < EXACTLY
    assert converted.card.padding.margin == 8
    assert converted.card.imported is not None
    assert "output channels bgr: given" in converted.card.imported.evidence


def test_neither_framework_is_loaded(tmp_path: Path) -> None:
    checkpoint_in(tmp_path)
    save_zip(TransformerNet().state_dict(), tmp_path / "a.pth")
    code = """
import sys
from pathlib import Path
for name in ("torch", "tensorflow", "safetensors"):
    sys.modules[name] = None  # an import of it fails
from rotoscope.palette.palette import Palette
palette = Palette(Path(sys.argv[1]) / "own")
for name in ("a.pth", "fns.ckpt"):
    print(palette.import_file(Path(sys.argv[1]) / name).name)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["a", "fns"]
