"""Training on another device than the CPU, on machines that have none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.filters.file import read_filter_file
from rotoscope.networks.device import available_devices, choose_device
from rotoscope.networks.features import CAFFE, SQUEEZENET, FeatureNetwork
from rotoscope.networks.style_network import StyleNetwork
from rotoscope.training import trainer
from rotoscope.training.progress import Budget
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import train_filter

from second_device import SECOND, SecondDevice
from training_toys import Toy


def offer(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_is_the_fastest_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str
) -> None:
    offer(monkeypatch, cuda=cuda, mps=mps)
    assert choose_device("auto").type == available_devices()[0] == chosen
    assert choose_device("cpu").type == "cpu"


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, cuda=False, mps=True)
    message = r"device cuda was asked for, but PyTorch .* offers mps and cpu on this machine\. Choose one"
    with pytest.raises(InvalidOptions, match=message):
        choose_device("cuda")


def test_a_device_of_no_known_name_is_refused() -> None:
    with pytest.raises(InvalidOptions, match="given as 'tpu'; it is one of auto, cpu, cuda, mps"):
        choose_device("tpu")  # pyright: ignore[reportArgumentType] - that is the point


def test_everything_moves_to_the_device_and_back(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "choose_device", {"auto": SECOND}.get)
    options = SessionOptions(threads=1, preview=tmp_path / "preview.png", checkpoint_seconds=0)
    places: set[str] = set()
    forward = StyleNetwork.forward

    def watched(network: StyleNetwork, image: Tensor) -> Tensor:
        places.update((image.device.type, network.stem.weight.device.type))
        return forward(network, image)

    monkeypatch.setattr(StyleNetwork, "forward", watched)
    for steps in (3, 5):  # the second run goes on from the checkpoint of the first
        with SecondDevice() as second:
            result = train_filter(
                toy.styles,
                name="toy",
                recipe=toy.recipe,
                content=toy.content,
                encoder=toy.encoder,
                output=tmp_path / "toy.onnx",
                budget=Budget(steps=steps),
                checkpoint_dir=tmp_path / "run",
                options=options,
            )
        assert result.steps == steps
        assert second.operators > 1000
    assert places == {SECOND.type}
    assert read_filter_file(tmp_path / "toy.onnx").card.metrics["training_steps"] == 5
    with Image.open(tmp_path / "preview.png") as preview:
        assert preview.size == (64 + 8 + 64, 48)


def test_a_feature_network_moves_with_its_weights_and_its_normalization() -> None:
    weights = {name: torch.zeros(shape) for name, shape in SQUEEZENET.shapes.items()}
    network = FeatureNetwork(SQUEEZENET, weights, normalization=CAFFE, identity="toy")
    moved = network.to(SECOND)
    with SecondDevice():
        maps = moved(torch.rand(1, 3, 64, 64).to(SECOND))
    assert {map.device for map in maps} == {SECOND}
    assert maps[0].dtype == torch.float32  # whatever the CPU computes in
    assert moved.to(SECOND) is moved
    assert network.identity == moved.identity


def test_the_second_device_notices_what_was_not_moved() -> None:
    with SecondDevice(), pytest.raises(AssertionError, match="two devices"):
        torch.ones(3).to(SECOND).add(torch.ones(3))
    with SecondDevice():
        assert torch.ones(3, device=SECOND).sum().item() == 1
        assert torch.ones(3, device=SECOND).cpu().tolist() == [1, 1, 1]


@pytest.mark.skipif(sys.platform == "darwin" or torch.cuda.is_available(), reason="has an accelerator")
def test_a_run_on_a_device_that_is_not_there_says_what_is_what_there_is(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match="offers cpu on this machine"):
        train_filter(
            toy.styles,
            name="toy",
            recipe=toy.recipe,
            content=toy.content,
            encoder=toy.encoder,
            output=tmp_path / "toy.onnx",
            budget=Budget(steps=1),
            options=SessionOptions(device="cuda"),
        )
