"""Weights of feature networks: from a file, or fetched once from torchvision's server.

Only numbers are ever loaded. A safetensors file is nothing but numbers; a .pth file is a pickle and is
opened only when its SHA-256 is one of those pinned here, and then with torch's weights-only reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from rotoscope.errors import (
    ChecksumMismatch,
    FetchError,
    InvalidOptions,
    UnsafeFile,
    UnsupportedArchitecture,
    WeightsError,
)
from rotoscope.media.atomic import encode_errors, write_new_file
from rotoscope.media.fetching import DownloadCallback, RemoteFile, download
from rotoscope.networks.features import (
    ARCHITECTURES,
    NORMALIZATIONS,
    TORCHVISION,
    WHOLE_ARCHITECTURES,
    FeatureArchitecture,
    FeatureNetwork,
    Normalization,
    Pooling,
    matching_architectures,
)

NORMALIZATION_KEY = "normalization"
"""Key in a safetensors file's metadata that says how pictures are prepared."""
_SERVER = "https://download.pytorch.org/models"
# The first eight hex digits of each digest are in the file's name, where torch.hub checks them. The full
# digests were not computed by this project, which had no network: they are those that several public
# projects, independent of each other, recorded after fetching the files.
TORCHVISION_FILES = {
    "vgg19": RemoteFile(
        f"{_SERVER}/vgg19-dcbb9e9d.pth",
        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        574_673_361,
    ),
    "vgg16": RemoteFile(
        f"{_SERVER}/vgg16-397923af.pth",
        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        553_433_881,
    ),
    "squeezenet1_1": RemoteFile(
        f"{_SERVER}/squeezenet1_1-b8a52dc0.pth",
        "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
        4_958_839,
    ),
}
"""Official weights, by the architecture's name. All are prepared torchvision's way."""


@dataclass(frozen=True, slots=True)
class FeatureWeights:
    """What a file of weights held."""

    tensors: dict[str, Tensor]
    digest: str
    """SHA-256 of the file."""
    normalization: Normalization | None
    """None where the file does not say."""


def load_feature_network(
    path: Path,
    *,
    architecture: str | None = None,
    normalization: str | None = None,
    precision: torch.dtype | None = None,
    layers: Collection[str] | None = None,
    pooling: Pooling = "max",
) -> FeatureNetwork:
    """A feature network with the weights of a file.

    Args:
        path: .safetensors with torchvision's names (``features.N.weight``), or one of torchvision's own
            .pth files, known by its SHA-256.
        architecture: name in ARCHITECTURES that the weights must be of; None: whichever they are of.
        normalization: name in NORMALIZATIONS, for files that do not say themselves.
        precision: what to compute in; None: the fastest here.
        layers: which feature maps to give, of those in WHOLE_ARCHITECTURES; None: those in ARCHITECTURES.
        pooling: how maps are reduced.

    Raises:
        WeightsError: the file cannot be read, or nothing tells its normalization.
        UnsafeFile: it is neither safetensors nor a pinned file.
        UnsupportedArchitecture: its tensors are not those of the architecture, or end before a layer.
        InvalidOptions: an unknown name or layer, or one that contradicts what the file says.
    """
    weights = read_feature_weights(path)
    chosen = _tapped(_choose_architecture(path, weights.tensors, architecture), layers, pooling)
    return FeatureNetwork(
        chosen,
        weights.tensors,
        normalization=_choose_normalization(path, weights.normalization, normalization),
        identity=f"{chosen.name} {weights.digest}" + ("" if pooling == "max" else f" {pooling}"),
        precision=precision,
    )


def fetch_feature_network(
    architecture: str,
    *,
    cache_dir: Path,
    remote: RemoteFile | None = None,
    on_progress: DownloadCallback | None = None,
    precision: torch.dtype | None = None,
    layers: Collection[str] | None = None,
    pooling: Pooling = "max",
) -> FeatureNetwork:
    """A feature network with torchvision's weights, fetched when they are not in the cache.

    Only the convolutions are kept, as safetensors: some megabytes of VGG's 550.

    Args:
        architecture: name in ARCHITECTURES.
        cache_dir: where downloads are kept; made if missing.
        remote: another place to fetch from than TORCHVISION_FILES.
        on_progress: told the bytes so far and in all.
        precision: what to compute in; None: the fastest here.
        layers: which feature maps to give, of those in WHOLE_ARCHITECTURES; None: those in ARCHITECTURES.
        pooling: how maps are reduced.

    Raises:
        InvalidOptions: an unknown name or layer.
        WeightsError: nothing could be fetched; says how to give a file instead.
        ChecksumMismatch: what came is not the pinned file.
        EncodeError: the cache cannot be written.
    """
    chosen = _tapped(_named_architecture(architecture), layers, pooling)
    remote = remote or TORCHVISION_FILES[architecture]
    cached = fetched_weights(architecture, cache_dir=cache_dir, remote=remote)
    if not _holds(cached, chosen):
        with encode_errors(cached):
            cached.parent.mkdir(parents=True, exist_ok=True)
        _fetch(WHOLE_ARCHITECTURES[architecture], remote, cached, on_progress)
    return load_feature_network(
        cached, architecture=architecture, precision=precision, layers=layers, pooling=pooling
    )


def fetched_weights(architecture: str, *, cache_dir: Path, remote: RemoteFile | None = None) -> Path:
    """Where :func:`fetch_feature_network` keeps what it has fetched; nothing need be there."""
    remote = remote or TORCHVISION_FILES[architecture]
    return cache_dir / "features" / f"{architecture}-{remote.sha256[:16]}.safetensors"


def read_feature_weights(path: Path) -> FeatureWeights:
    """Read a file of weights, safely.

    Raises:
        WeightsError: it is missing or damaged.
        UnsafeFile: it is neither safetensors nor a pinned file.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(
            f"the feature weights {path} cannot be read: {error.strerror}. Give the path of a .safetensors "
            f"file, or of one of torchvision's .pth files."
        ) from error
    if path.suffix.lower() == ".safetensors":
        tensors, stated = _read_safetensors(path)
        return FeatureWeights(tensors, digest, stated)
    if digest in {remote.sha256 for remote in TORCHVISION_FILES.values()}:
        return FeatureWeights(_read_pickle(path), digest, TORCHVISION)
    known = ", ".join(remote.url.rsplit("/", 1)[1] for remote in TORCHVISION_FILES.values())
    raise UnsafeFile(
        f"the feature weights {path} are not a .safetensors file and have the SHA-256 {digest}, which is "
        f"none of the known files ({known}). Other formats can run code when they are opened, so they are "
        f"not: convert the file to .safetensors where you trust it."
    )


def _tapped(
    architecture: FeatureArchitecture, layers: Collection[str] | None, pooling: Pooling
) -> FeatureArchitecture:
    if layers is None:
        return architecture.tapped(architecture.layers, pooling=pooling)
    return WHOLE_ARCHITECTURES[architecture.name].tapped(layers, pooling=pooling)


def _holds(cached: Path, architecture: FeatureArchitecture) -> bool:
    """Whether a file is there with all parameters; what an earlier version kept ends sooner."""
    if not cached.exists():
        return False
    tensors, _ = _read_safetensors(cached)
    return architecture.shapes.keys() <= tensors.keys()


def _fetch(
    architecture: FeatureArchitecture,
    remote: RemoteFile,
    cached: Path,
    on_progress: DownloadCallback | None,
) -> None:
    pickle = cached.with_suffix(".pth")
    try:
        download(remote, pickle, on_progress=on_progress)
    except (FetchError, ChecksumMismatch) as error:
        kind = ChecksumMismatch if isinstance(error, ChecksumMismatch) else WeightsError
        raise kind(
            f"{error} To do without fetching, give the weights as a file (--feature-weights FILE): "
            f"{remote.url} saved by other means, or a .safetensors file with torchvision's names."
        ) from error
    try:
        tensors = _read_pickle(pickle)
        needed = {name: tensors[name] for name in architecture.shapes if name in tensors}
        metadata = {NORMALIZATION_KEY: TORCHVISION.name, "source": remote.url, "sha256": remote.sha256}
        write_new_file(cached, save(needed, metadata=metadata), overwrite=True)
    finally:
        pickle.unlink()


def _read_pickle(path: Path) -> dict[str, Tensor]:
    """Read a .pth file whose SHA-256 has been checked; never call it for any other."""
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor for name, tensor in loaded.items() if isinstance(tensor, Tensor)}


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], Normalization | None]:
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
            stated = (file.metadata() or {}).get(NORMALIZATION_KEY)
    except SafetensorError as error:
        raise WeightsError(
            f"the feature weights {path} are not a whole .safetensors file ({error}). Get the file again."
        ) from error
    return tensors, None if stated is None else _named_normalization(stated)


def _choose_architecture(path: Path, tensors: dict[str, Tensor], name: str | None) -> FeatureArchitecture:
    if name is not None:
        return _named_architecture(name)
    if found := matching_architectures(tensors):
        return found[0]
    raise UnsupportedArchitecture(
        f"the tensors in {path} are those of no known feature network. Give weights with torchvision's names "
        f"(features.N.weight, features.N.bias) for one of: {', '.join(ARCHITECTURES)}."
    )


def _choose_normalization(path: Path, known: Normalization | None, stated: str | None) -> Normalization:
    if stated is None:
        if known is not None:
            return known
        choices = "; ".join(
            (
                f"{TORCHVISION.name} (RGB 0..1, mean and standard deviation)",
                "caffe (BGR 0..255 minus mean: the original VGG weights and Keras's)",
            )
        )
        raise WeightsError(
            f"nothing tells how pictures are prepared for the weights in {path}, and the wrong way spoils "
            f"the filter unseen. State it (--normalization): {choices}. Or write it into the file's "
            f"metadata, key {NORMALIZATION_KEY!r}."
        )
    chosen = _named_normalization(stated)
    if known is not None and known != chosen:
        raise InvalidOptions(
            f"the feature normalization was given as {stated}, but {path} is known to want {known.name}. "
            f"Leave the option out."
        )
    return chosen


def _named_architecture(name: str) -> FeatureArchitecture:
    if name not in ARCHITECTURES:
        raise InvalidOptions(f"unknown feature network {name!r}; known: {', '.join(ARCHITECTURES)}.")
    return ARCHITECTURES[name]


def _named_normalization(name: str) -> Normalization:
    if name not in NORMALIZATIONS:
        raise InvalidOptions(f"unknown feature normalization {name!r}; known: {', '.join(NORMALIZATIONS)}.")
    return NORMALIZATIONS[name]
