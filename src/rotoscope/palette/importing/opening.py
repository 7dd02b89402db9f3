"""Finding out what a file of weights is, by its contents, and reading it.

Nothing here depends on the file's suffix, except where a checkpoint is several files: their names are
how they belong together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rotoscope.errors import ChecksumMismatch, UnknownFilter, UnsafeFile, UnsupportedArchitecture
from rotoscope.palette.importing import table
from rotoscope.palette.importing.bundle import read_bundle
from rotoscope.palette.importing.faults import Damaged, Hostile, Malformed
from rotoscope.palette.importing.safe_tensors import looks_like_safetensors, read_safetensors
from rotoscope.palette.importing.saved_slices import is_version_1, read_saved_slices
from rotoscope.palette.importing.torch_legacy import PICKLE_SIGNATURE, read_torch_legacy
from rotoscope.palette.importing.torch_zip import SIGNATURE as ZIP_SIGNATURE
from rotoscope.palette.importing.torch_zip import read_torch_zip
from rotoscope.palette.importing.weights import MAX_WEIGHTS_BYTES, WeightsFile

_INDEX, _DATA = ".index", ".data-00000-of-00001"
_PART = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})$")
_STATE_FILE = "checkpoint"
_CHOSEN = re.compile(r'^model_checkpoint_path: "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_HEAD_BYTES = 64
_VERSION_1_HEAD = re.compile(rb"\0\0[\x80-\xff]{0,4}[\0-\x7f]\n")
"""An entry of the empty key that begins with a message: seen of a file that is cut short, too."""

_Reader = Callable[[bytes], dict[str, NDArray[Any]]]


def read_weights(path: Path) -> WeightsFile | None:
    """Read a file of weights, or a TensorFlow checkpoint of several files.

    Args:
        path: a PyTorch state dict, a safetensors file, or a TensorFlow checkpoint: its folder, one of its
            files, or the name that these have in common.

    Returns:
        Its tensors; None for a file of none of these forms (an ONNX file, say, or one that is not there).

    Raises:
        UnknownFilter: it cannot be read, or a file of the checkpoint is missing.
        UnsafeFile: it asks for more than numbers: code, more memory than its size explains.
        UnsupportedArchitecture: it is cut short, or of a version that is not read.
        ChecksumMismatch: it is damaged.
    """
    if path.is_dir():
        return _read_checkpoint(_prefix_in(path))
    prefix = _prefix_of(path)
    if prefix is not None:
        return _read_checkpoint(prefix)
    if not path.is_file():
        return None
    with _naming(path, "a file of weights"):
        head, tail = _ends(path)
    if tail == table.MAGIC or _VERSION_1_HEAD.match(head):
        return _read_version_1(path)
    known = _reader_of(head)
    return None if known is None else _read_one(path, *known)


def plain_stem(path: Path) -> str:
    """A path's name without what marks the files of a checkpoint: ``wave`` for ``wave.ckpt-1000.index``."""
    name = _PART.sub("", path.name)
    return re.sub(r"\.ckpt(-\d+)?$", "", name) if ".ckpt" in name else Path(name).stem


def _reader_of(head: bytes) -> tuple[str, _Reader] | None:
    if head.startswith(ZIP_SIGNATURE):
        return "a PyTorch state dict (zip layout)", read_torch_zip
    if head.startswith(PICKLE_SIGNATURE):
        return "a PyTorch state dict (layout before 2020)", read_torch_legacy
    if looks_like_safetensors(head):
        return "a safetensors state dict", read_safetensors
    return None


def _read_one(path: Path, form: str, reader: _Reader) -> WeightsFile:
    with _naming(path, form):
        data = _contents(path)
        return WeightsFile(form, path.name, sha256(data).hexdigest(), reader(data))


def _read_version_1(path: Path) -> WeightsFile:
    form = "a TensorFlow checkpoint (version 1)"
    with _naming(path, form):
        data = _contents(path)
        if not is_version_1(data):
            raise Malformed(
                f"it is the index of a checkpoint, whose numbers are in a file that is called as it is, with"
                f" {_DATA} in place of {_INDEX}; put both beside each other under these names"
            )
        return WeightsFile(form, path.name, sha256(data).hexdigest(), read_saved_slices(data))


def _read_checkpoint(prefix: Path) -> WeightsFile:
    index, data = (prefix.with_name(prefix.name + suffix) for suffix in (_INDEX, _DATA))
    form = "a TensorFlow checkpoint (version 2)"
    if not index.is_file() and prefix.is_file():
        return _read_version_1(prefix)
    with _naming(prefix, form):
        entries = _contents(index)
        if not data.is_file() and any(prefix.parent.glob(f"{_escaped(prefix.name)}.data-*")):
            raise Malformed(f"its numbers are in several pieces; only those in one ({data.name}) are read")
        numbers = _contents(data)
        tensors = read_bundle(entries, numbers)
        return WeightsFile(form, data.name, sha256(numbers).hexdigest(), tensors)


def _prefix_of(path: Path) -> Path | None:
    """The common name of a version 2 checkpoint's files, where the path names one or is that name."""
    stripped = path.with_name(_PART.sub("", path.name) or path.name)
    has_index = stripped.with_name(stripped.name + _INDEX).is_file()
    if has_index and (stripped != path or not path.exists()):
        return stripped
    if path.name == _STATE_FILE and path.is_file() and _chosen_in(path) is not None:
        return _prefix_in(path.parent)
    return None


def _prefix_in(folder: Path) -> Path:
    """The checkpoint of a folder: the one its state file names, else the only one.

    Raises:
        UnknownFilter: there is none, or several.
    """
    prefixes = sorted(
        p.with_name(p.name.removesuffix(_INDEX)) for p in folder.glob(f"*{_INDEX}") if p.is_file()
    )
    chosen = _chosen_in(folder / _STATE_FILE)
    if chosen is not None and _is_checkpoint(folder / chosen):
        return folder / chosen
    if len(prefixes) == 1:
        return prefixes[0]
    if prefixes:
        names = ", ".join(prefix.name for prefix in prefixes[:10])
        raise UnknownFilter(
            f"The folder {folder} holds {len(prefixes)} TensorFlow checkpoints: {names}. Give the path"
            f" of one, e.g. {prefixes[-1]}."
        )
    raise UnknownFilter(
        f"The folder {folder} holds no TensorFlow checkpoint (NAME{_INDEX} and NAME{_DATA}). Give the folder"
        " of one, or a file: a filter, an ONNX network, or weights of PyTorch or safetensors."
    )


def _is_checkpoint(prefix: Path) -> bool:
    return prefix.is_file() or prefix.with_name(prefix.name + _INDEX).is_file()


def _chosen_in(state_file: Path) -> str | None:
    """The name that a state file says is the latest; its folder is left out, as it was another machine's."""
    try:
        with state_file.open("rb") as file:
            text = file.read(64 * 1024).decode(errors="replace")
    except OSError:
        return None
    found = _CHOSEN.search(text)
    name = re.split(r"[/\\]", found.group(1))[-1] if found else ""
    return name if name not in ("", ".", "..") and "\0" not in name else None


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
        file.seek(max(size - len(table.MAGIC), 0))
        return head, file.read(len(table.MAGIC))


def _contents(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_WEIGHTS_BYTES + 1)
    if len(data) > MAX_WEIGHTS_BYTES:
        raise Hostile(f"more than {MAX_WEIGHTS_BYTES} bytes, the most that is read")
    return data


@contextmanager
def _naming(path: Path, form: str) -> Generator[None]:
    """Around the reading of a file: its name and form in every error."""
    try:
        yield
    except OSError as error:
        raise UnknownFilter(
            f"{error.filename or path} cannot be read: {error.strerror}. Give {form} whose files are all"
            " there and may be read."
        ) from error
    except Damaged as error:
        raise ChecksumMismatch(
            f"{path} is damaged: read as {form}, {error}. Copy it again from where it came."
        ) from error
    except Hostile as error:
        raise UnsafeFile(
            f"{path} is refused: read as {form}, it has {error}. Weights are read from files that hold"
            " tensors in plain dicts alone, of a size that the file explains; nothing in them is ever run."
            " Save the network's state dict by itself, e.g. torch.save(network.state_dict(), …)."
        ) from error
    except Malformed as error:
        raise UnsupportedArchitecture(
            f"{path} cannot be read as {form}: {error}. If it was cut short or changed on its way, copy it"
            " again; else save the state dict again, or export the network to ONNX where it was made."
        ) from error
