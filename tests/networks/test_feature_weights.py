"""Weights of feature networks: files, conventions, fetching."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from rotoscope.errors import (
    ChecksumMismatch,
    InvalidOptions,
    UnsafeFile,
    UnsupportedArchitecture,
    WeightsError,
)
from rotoscope.media.fetching import RemoteFile
from rotoscope.networks import weights as weights_module
from rotoscope.networks.features import SQUEEZENET
from rotoscope.networks.weights import (
    TORCHVISION_FILES,
    fetch_feature_network,
    load_feature_network,
    read_feature_weights,
)


def squeezenet_weights() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {n: torch.randn(s, generator=generator) * 0.05 for n, s in SQUEEZENET.shapes.items()}


def safetensors(path: Path, metadata: dict[str, str] | None = None) -> Path:
    save_file(squeezenet_weights(), path, metadata=metadata)
    return path


@pytest.fixture
def pickle(tmp_path: Path) -> Path:
    """What torchvision serves: every parameter of the network, the classifier too."""
    folder = tmp_path / "server"
    folder.mkdir()
    torch.save(squeezenet_weights() | {"classifier.1.weight": torch.zeros(9)}, folder / "squeezenet.pth")
    return folder / "squeezenet.pth"


@pytest.fixture
def address(pickle: Path) -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(pickle.parent))  # pyright: ignore[reportArgumentType]

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that hang up, as one that has read enough does."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def remote_of(path: Path, address: str) -> RemoteFile:
    data = path.read_bytes()
    return RemoteFile(f"{address}/{path.name}", hashlib.sha256(data).hexdigest(), len(data))


def test_names_of_the_official_files_begin_with_their_digests() -> None:
    for remote in TORCHVISION_FILES.values():
        assert remote.url.endswith(f"-{remote.sha256[:8]}.pth")
        assert len(remote.sha256) == 64


def test_a_file_that_says_its_normalization_is_loaded(tmp_path: Path) -> None:
    network = load_feature_network(safetensors(tmp_path / "w.safetensors", {"normalization": "caffe"}))
    assert network.identity.startswith("squeezenet1_1 ")
    assert network.layers == SQUEEZENET.layers


def test_normalization_decides_what_comes_out(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "w.safetensors")
    image = torch.rand(1, 3, 32, 32)
    caffe = load_feature_network(path, normalization="caffe")(image)
    torchvision = load_feature_network(path, normalization="torchvision")(image)
    assert not torch.allclose(caffe[0].float(), torchvision[0].float())


def test_a_file_that_does_not_say_wants_it_stated(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match=r"nothing tells.*--normalization.*torchvision .*caffe"):
        load_feature_network(path)


def test_what_is_stated_must_not_contradict_the_file(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "w.safetensors", {"normalization": "caffe"})
    with pytest.raises(InvalidOptions, match="known to want caffe"):
        load_feature_network(path, normalization="torchvision")


@pytest.mark.parametrize("option", ["architecture", "normalization"])
def test_unknown_names_are_refused_with_the_known_ones(tmp_path: Path, option: str) -> None:
    path = safetensors(tmp_path / "w.safetensors")
    values = {"architecture": "squeezenet1_1", "normalization": "caffe", option: "resnet"}
    with pytest.raises(InvalidOptions, match=r"unknown feature \w+ 'resnet'; known: "):
        load_feature_network(path, architecture=values["architecture"], normalization=values["normalization"])


def test_another_architecture_than_asked_for_is_refused(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "w.safetensors", {"normalization": "caffe"})
    with pytest.raises(UnsupportedArchitecture, match="not those of vgg19"):
        load_feature_network(path, architecture="vgg19")


def test_tensors_of_no_known_network_are_refused(tmp_path: Path) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(
        UnsupportedArchitecture, match=r"no known feature network.*vgg19, vgg16, squeezenet1_1"
    ):
        load_feature_network(tmp_path / "w.safetensors", normalization="caffe")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "w.safetensors")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match=r"not a whole \.safetensors file"):
        load_feature_network(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="No such file"):
        load_feature_network(tmp_path / "w.pth")


def test_an_unknown_pickle_is_never_opened(pickle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a pickle was opened")

    monkeypatch.setattr(torch, "load", refuse)
    with pytest.raises(UnsafeFile, match=r"none of the known files \(vgg19-dcbb9e9d\.pth, "):
        load_feature_network(pickle)


def test_a_pinned_pickle_is_read_and_prepared_torchvisions_way(
    pickle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(weights_module.TORCHVISION_FILES, "squeezenet1_1", remote_of(pickle, "http://x"))
    weights = read_feature_weights(pickle)
    assert weights.normalization is weights_module.TORCHVISION
    assert torch.equal(weights.tensors["features.0.bias"], squeezenet_weights()["features.0.bias"])


def test_fetched_weights_are_kept_small_and_fetched_once(pickle: Path, address: str, tmp_path: Path) -> None:
    cache, seen = tmp_path / "cache", list[tuple[int, int]]()
    remote = remote_of(pickle, address)
    network = fetch_feature_network(
        "squeezenet1_1",
        cache_dir=cache,
        remote=remote,
        on_progress=lambda done, size: seen.append((done, size)),
    )
    assert seen[-1] == (remote.size_bytes, remote.size_bytes)
    kept = [p for p in cache.rglob("*") if p.is_file()]
    assert [p.suffix for p in kept] == [".safetensors"]
    assert set(read_feature_weights(kept[0]).tensors) == set(SQUEEZENET.shapes)
    pickle.unlink()  # a second fetch would fail now
    again = fetch_feature_network("squeezenet1_1", cache_dir=cache, remote=remote)
    assert again.identity == network.identity


def test_other_bytes_than_pinned_are_thrown_away(pickle: Path, address: str, tmp_path: Path) -> None:
    remote = remote_of(pickle, address)
    pickle.write_bytes(pickle.read_bytes()[:-1] + b"x")
    with pytest.raises(ChecksumMismatch, match=r"not the pinned file.*--feature-weights FILE"):
        fetch_feature_network("squeezenet1_1", cache_dir=tmp_path / "cache", remote=remote)
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []


def test_no_more_than_the_pinned_size_is_read(pickle: Path, address: str, tmp_path: Path) -> None:
    remote, seen = remote_of(pickle, address), list[int]()
    pickle.write_bytes(pickle.read_bytes() + b"x" * 5_000_000)
    with pytest.raises(ChecksumMismatch):
        fetch_feature_network(
            "squeezenet1_1", cache_dir=tmp_path, remote=remote, on_progress=lambda done, _: seen.append(done)
        )
    assert seen[-1] == remote.size_bytes + 1


def test_offline_says_how_to_give_a_file(tmp_path: Path) -> None:
    remote = RemoteFile("http://127.0.0.1:1/squeezenet.pth", "0" * 64, 10)
    with pytest.raises(WeightsError, match=r"cannot be fetched: .*refused.*--feature-weights FILE"):
        fetch_feature_network("squeezenet1_1", cache_dir=tmp_path, remote=remote)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_file_the_server_does_not_have(address: str, tmp_path: Path) -> None:
    remote = RemoteFile(f"{address}/nothing.pth", "0" * 64, 10)
    with pytest.raises(WeightsError, match=r"nothing\.pth cannot be fetched: File not found"):
        fetch_feature_network("squeezenet1_1", cache_dir=tmp_path, remote=remote)
