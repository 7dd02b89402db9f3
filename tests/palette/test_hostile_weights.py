"""Weights of strangers: nothing is run, nothing grows beyond the file, and errors say what was found."""

from __future__ import annotations

import json
import os
import pickle
import time
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save
from torch import Tensor

from rotoscope.errors import (
    ChecksumMismatch,
    RotoscopeError,
    UnknownFilter,
    UnsafeFile,
    UnsupportedArchitecture,
    WeightsError,
)
from rotoscope.palette.importing import opening
from rotoscope.palette.importing.bundle import read_bundle
from rotoscope.palette.importing.conversion import convert_weights
from rotoscope.palette.importing.faults import Damaged, Hostile, Malformed
from rotoscope.palette.importing.opening import read_weights
from rotoscope.palette.importing.pickle_machine import PickleMachine
from rotoscope.palette.importing.safe_tensors import read_safetensors
from rotoscope.palette.importing.saved_slices import read_saved_slices
from rotoscope.palette.importing.torch_legacy import read_torch_legacy
from rotoscope.palette.importing.torch_objects import StorageClaim, TensorClaim, TorchBuilders, to_array
from rotoscope.palette.importing.torch_zip import read_torch_zip
from rotoscope.palette.palette import Palette

from classic_networks import TransformerNet

VECTORS = Path(__file__).parents[1] / "vectors" / "tensorflow-checkpoint"
FAULTS = (Malformed, Hostile, Damaged)
STATE = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4)}


def zip_bytes(thing: Any) -> bytes:  # noqa: ANN401
    file = BytesIO()
    torch.save(thing, file)
    return file.getvalue()


def legacy_bytes(thing: Any) -> bytes:  # noqa: ANN401
    file = BytesIO()
    torch.save(thing, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


class Bomb:
    """Makes a file when it is unpickled by a machine that calls what it finds."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:  # noqa: ANN401
        return os.mkdir, (str(self._path),)


@pytest.mark.parametrize("save_as", [zip_bytes, legacy_bytes])
def test_code_in_a_pickle_is_refused_by_name_and_not_run(
    tmp_path: Path, save_as: Callable[[Any], bytes]
) -> None:
    made = tmp_path / "made"
    path = tmp_path / "evil.pth"
    path.write_bytes(save_as({**STATE, "c": Bomb(made)}))
    with pytest.raises(UnsafeFile, match=r"evil.pth is refused: read as a PyTorch state dict \(") as caught:
        read_weights(path)
    assert "it has the Python object 'posix.mkdir'. Weights are read from files that" in str(caught.value)
    assert "nothing in them is ever run" in str(caught.value)
    assert not made.exists()


def test_plain_pickles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.pkl"
    for thing, message in (
        ({"a": 1}, "a Python pickle, but not one of torch.save"),
        (Bomb(tmp_path / "made"), "the Python object 'posix.mkdir'"),
    ):
        path.write_bytes(pickle.dumps(thing, protocol=4))
        with pytest.raises(WeightsError, match=message):
            read_weights(path)
    assert not (tmp_path / "made").exists()


def test_a_whole_module_is_refused_with_advice(tmp_path: Path) -> None:
    torch.save(TransformerNet(blocks=1), tmp_path / "net.pth")
    with pytest.raises(
        UnsafeFile,
        match=r"the Python object 'classic_networks.TransformerNet'.*torch.save\(network.state_dict\(\), …\)",
    ):
        read_weights(tmp_path / "net.pth")


REDUCED = b"ccollections\nOrderedDict\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (b"cos\nsystem\n.", "the Python object 'os.system'"),
        (b"cbuiltins\neval\n(Vprint(1)\ntR.", "'builtins.eval'"),
        (b"\x8c\x02os\x8c\x06system\x93.", "'os.system'"),
        (b"c\x1b[2Jx\ny\n.", r"'\\x1b\[2Jx\.y'"),  # nothing of it reaches a terminal as it is
        (b"ctorch.storage\n_load_from_bytes\n.", "torch.storage._load_from_bytes"),
        (b"(ios\nsystem\n.", "the pickle opcode 'i'"),
        (b"ctorch\nFloatStorage\n)R.", "a call of FloatStorage"),
        (b")\x81.", "opcode"),  # NEWOBJ
        (b"\x82\x01.", "opcode"),  # an extension registry
        (b"K\x01)R.", "a call of int"),
        (b"K\x01}b.", "attributes for a int"),
        (REDUCED + b"K\x01R.", "a call whose arguments are no tuple"),
        (REDUCED + b"K\x01\x85R.", "an OrderedDict of something else than pairs"),
        (b"})K\x01s.", "a tuple as the key of a dict"),
        (b"\x80\x09.", "protocol 9"),
        (b"0.", "takes more than it put down"),
        (b"h\x07.", "what it did not remember"),
        (b"X\xff\xff\xff\xff.", "a text of 4294967295 bytes"),
        (b"T\xff\xff\xff\xff.", "a text of -1 bytes"),
        (b"t.", "without the mark"),
        (b"(u.", "takes more than it put down"),
        (b"", "cut short"),
        (b"\x86Q.", "takes more than it put down"),
        (b"X\x06\x00\x00\x00moduleK\x01\x86Q.", "the code of a module"),
    ],
)
def test_what_a_pickle_may_not_do(code: bytes, message: str) -> None:
    with pytest.raises(FAULTS, match=message):
        PickleMachine(code, position=0, builders=TorchBuilders()).run()


def test_pickles_that_grow_by_repetition_stay_small_and_quick() -> None:
    started = time.monotonic()
    doubled = b"".join(b"0h" + bytes([n]) + b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(60))
    with pytest.raises(Hostile, match="a tuple as the key"):  # its hash would take 2 ** 60 steps
        PickleMachine(b"}K\x01q\x00" + doubled + b"K\x01s.", position=0, builders=TorchBuilders()).run()
    with pytest.raises(Hostile, match="more than 500000 operations"):
        PickleMachine(b"}" * 600_000, position=0, builders=TorchBuilders()).run()
    far = PickleMachine(b"}r\xff\xff\xff\xff.", position=0, builders=TorchBuilders())
    assert far.run() == {}  # the memo's number alone reserves nothing
    looped = PickleMachine(
        b"}q\x00\x8c\x01ah\x00s\x8c\x01bh\x00s.", position=0, builders=TorchBuilders()
    ).run()
    assert looped["a"] is looped
    with pytest.raises(Malformed, match="no dict of tensors"):
        read_torch_zip(rezipped({"archive/data.pkl": b"}q\x00\x8c\x01ah\x00s\x8c\x01bh\x00s."}))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (7,), (1,)),
        (1, (2, 3), (3, 1)),
        (-1, (2,), (1,)),
        (5, (2,), (-1,)),
        (0, (1000, 1000), (0, 0)),
        (0, (2, 2), (1 << 60, 1)),
        (1 << 62, (1,), (1,)),
    ],
)
def test_tensors_stay_within_their_storage(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    claim = TensorClaim(StorageClaim("<f4", "0", 6), offset, shape, strides)
    with pytest.raises(Hostile, match="that reaches beyond its storage of 6 numbers"):
        to_array(claim, np.zeros(6, np.float32))


def test_strides_of_sides_of_one_are_of_no_account() -> None:
    storage = np.arange(6, dtype=np.float32)
    one = TensorClaim(StorageClaim("<f4", "0", 6), 2, (1, 3), (1 << 70, 1))
    assert to_array(one, storage).tolist() == [[2, 3, 4]]
    none = TensorClaim(StorageClaim("<f4", "0", 6), 1 << 70, (0, 3), (1 << 70, 1 << 70))
    assert to_array(none, storage).shape == (0, 3)


def test_a_tensor_cannot_be_written_to() -> None:
    array = to_array(TensorClaim(StorageClaim("<f4", "0", 6), 0, (2, 3), (1, 2)), np.zeros(6, np.float32))
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def rezipped(files: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_archives_that_are_not_as_torch_writes_them() -> None:
    files = unzipped(zip_bytes(OrderedDict(STATE)))
    assert np.array_equal(read_torch_zip(rezipped(files))["a"], STATE["a"].numpy())
    with pytest.raises(Hostile, match=r"is compressed in the archive; torch\.save never does that"):
        read_torch_zip(rezipped(files, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(Malformed, match=r"0 files data\.pkl"):
        read_torch_zip(rezipped({"word/document.xml": b"x"}))
    with pytest.raises(Malformed, match=r"2 files data\.pkl"):
        read_torch_zip(rezipped({**files, "x/data.pkl": b"."}))
    root = next(iter(files)).partition("/")[0]
    with pytest.raises(Malformed, match="numbers has 8 bytes"):
        read_torch_zip(rezipped({**files, f"{root}/data/0": b"12345678"}))
    with pytest.raises(Malformed, match=r"data/1' is missing"):
        read_torch_zip(rezipped({name: c for name, c in files.items() if not name.endswith("data/1")}))
    with pytest.raises(Malformed, match="big-endian"):
        read_torch_zip(rezipped({**files, f"{root}/byteorder": b"big"}))
    with pytest.raises(Hostile, match="more than 20000 files"):
        read_torch_zip(zip_bytes(STATE) + b"PK\x01\x02" * 20_001)
    first, other = STATE["a"].numpy().tobytes(), STATE["a"].numpy()[::-1].tobytes()
    with pytest.raises(Damaged, match="differs from its checksum"):
        read_torch_zip(zip_bytes(STATE).replace(first, other))


def test_an_archive_with_one_name_twice_is_refused() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", b".")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a/data.pkl", b".")
    with pytest.raises(Hostile, match=r"'a/data\.pkl' is in the archive twice"):
        read_torch_zip(file.getvalue())


def test_names_in_an_archive_never_become_paths(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0" * 24)
    files = unzipped(zip_bytes(STATE))
    pickled = next(name for name in files if name.endswith("data.pkl"))
    key = b"../../secret"
    code = files[pickled].replace(b"X\x01\x00\x00\x000", b"X" + len(key).to_bytes(4, "little") + key)
    assert code != files[pickled]
    with pytest.raises(Malformed, match=r"secret' is missing in the archive"):
        read_torch_zip(rezipped({**files, pickled: code}))


def header_of(tensors: dict[str, Any]) -> bytes:
    text = json.dumps(tensors).encode()
    return len(text).to_bytes(8, "little") + text


def entry(begin: int, end: int, *, shape: Any = None) -> dict[str, Any]:  # noqa: ANN401
    return {"dtype": "F32", "shape": shape or [(end - begin) // 4], "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((1 << 40).to_bytes(8, "little") + b"{", "a header of 1099511627776 bytes"),
        ((100).to_bytes(8, "little") + b"{", "a header that is cut short"),
        ((2).to_bytes(8, "little") + b"{]", "no JSON"),
        ((2).to_bytes(8, "little") + b"[]", "no JSON object"),
        ((100_000).to_bytes(8, "little") + b'{"a":' * 20_000, "no JSON"),
        ((16).to_bytes(8, "little") + b'{"a":{},"a":{} }', "a name is there twice"),
        (header_of({"a": 3}), "has no dtype, shape and two data_offsets"),
        (header_of({"a": entry(0, 8) | {"shape": [True]}}) + bytes(8), "has no dtype"),
        (header_of({"a": entry(0, 8)}), "lies at 0 to 8 of 0 bytes"),
        (header_of({"a": entry(-8, 0)}) + bytes(8), "lies at -8 to 0"),
        (header_of({"a": entry(0, 8), "b": entry(4, 12)}) + bytes(12), "tensors that overlap"),
        (header_of({"a": entry(0, 8, shape=[3])}) + bytes(8), "has 8 bytes"),
        (header_of({"a": entry(0, 8, shape=[-2])}) + bytes(8), "shape"),
        (header_of({"a": entry(0, 8, shape=[1 << 40, 1 << 40])}) + bytes(8), "no file of at most"),
        (header_of({"a": entry(0, 8, shape=[1] * 9)}) + bytes(8), "9 axes"),
    ],
)
def test_safetensors_that_are_not_in_order(data: bytes, message: str) -> None:
    with pytest.raises(FAULTS, match=message):
        read_safetensors(data)


def test_other_types_and_metadata_of_safetensors_are_left_out() -> None:
    data = save({**STATE, "step": torch.tensor([3])}, metadata={"format": "pt"})
    assert sorted(read_safetensors(data)) == ["a", "b"]


READERS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "zip": (read_torch_zip, zip_bytes(STATE)),
    "legacy": (read_torch_legacy, legacy_bytes(STATE)),
    "safetensors": (read_safetensors, save(STATE)),
    "version 1": (read_saved_slices, (VECTORS / "version-1.ckpt").read_bytes()),
    "version 2": (
        lambda index: read_bundle(index, (VECTORS / "version-2.ckpt.data-00000-of-00001").read_bytes()),
        (VECTORS / "version-2.ckpt.index").read_bytes(),
    ),
}


@pytest.mark.parametrize("form", READERS)
def test_files_cut_short_anywhere_are_said(form: str) -> None:
    reader, data = READERS[form]
    reader(data)
    for length in sorted({*range(0, min(len(data), 300), 7), *range(0, len(data), len(data) // 40 + 1)}):
        with pytest.raises(FAULTS):
            reader(data[:length])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=st.sampled_from(sorted(READERS)), changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)))
)
def test_changed_bytes_give_tensors_or_a_fault_and_nothing_else(
    form: str, changes: list[tuple[float, int]]
) -> None:
    reader, data = READERS[form]
    changed = bytearray(data)
    for place, value in changes:
        changed[int(place * (len(changed) - 1))] = value
    try:
        tensors = reader(bytes(changed))
    except FAULTS:
        return
    assert all(isinstance(array, np.ndarray) for array in tensors.values())


# By name, as users see it


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_WEIGHTS_BYTES", 1000)
    (tmp_path / "net.pth").write_bytes(zip_bytes(TransformerNet(blocks=1).state_dict()))
    with pytest.raises(UnsafeFile, match="more than 1000 bytes, the most that is read"):
        read_weights(tmp_path / "net.pth")


def test_weights_of_other_networks_are_listed(tmp_path: Path) -> None:
    (tmp_path / "vgg.pth").write_bytes(
        zip_bytes({f"features.{n}.weight": torch.ones(n + 1, 3) for n in range(9)})
    )
    with pytest.raises(UnsupportedArchitecture) as caught:
        Palette(tmp_path / "own").import_file(tmp_path / "vgg.pth")
    text = str(caught.value)
    assert text.startswith("vgg.pth is a PyTorch state dict (zip layout) with 9 floating-point tensors (")
    assert "('features.0.weight' (1, 3), 'features.1.weight' (2, 3), " in text
    assert "the weights of no network that is known. Known are the TensorFlow network of 2016" in text
    assert text.endswith("Export other networks to ONNX where they were made, and import that.")
    assert not (tmp_path / "own").exists()


Change = Callable[[dict[str, Any]], dict[str, Any]]


def without(name: str) -> Change:
    return lambda state: {key: tensor for key, tensor in state.items() if key != name}


def having(name: str, tensor: Tensor) -> Change:
    return lambda state: {**state, name: tensor}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("in3.bias"), "'in3.bias' is missing"),
        (having("extra", torch.ones(2)), "'extra' is unknown"),
        (
            having("in3.bias", torch.ones(5)),
            r"'in3.bias' has the shape \(5,\) instead of \(8,\)",
        ),
        (
            having("conv1.conv2d.weight", torch.ones(2)),
            r"'conv1.conv2d.weight' has the shape \(2,\)",
        ),
        (having("deconv3.conv2d.weight", torch.ones(3, 4, 8, 8)), "a kernel of side 8, which"),
        (having("conv2.conv2d.weight", torch.ones(6, 4, 5, 5)), "of side 5, which should be 3"),
        (having("in1.bias", torch.full((4,), torch.nan)), "'in1.bias' holds numbers that are not finite"),
        (without("res2.conv1.conv2d.weight"), "'res2.conv1.conv2d.weight' is missing"),
    ],
)
def test_networks_that_are_nearly_known_say_what_differs(
    tmp_path: Path, change: Change, message: str
) -> None:
    state = change(dict(TransformerNet(blocks=3).state_dict()))
    (tmp_path / "net.pth").write_bytes(zip_bytes(state))
    weights = read_weights(tmp_path / "net.pth")
    assert weights is not None
    with pytest.raises(
        UnsupportedArchitecture, match=f"has the names of the TransformerNet .*{message}.* Found: "
    ):
        convert_weights(weights, name="net")


def test_a_checkpoint_of_another_tensorflow_network(tmp_path: Path) -> None:
    tensors = {f"Variable_{n}": np.ones((3, 3, 2, 2), np.float32) for n in range(19)}
    weights = opening.WeightsFile("a TensorFlow checkpoint (version 2)", "x.data", "0" * 64, tensors)
    with pytest.raises(
        UnsupportedArchitecture, match="19 unnamed variables; this network has three for each"
    ):
        convert_weights(weights, name="x")
    tensors = {f"Variable_{n}": np.ones((3, 3, 2, 2), np.float32) for n in range(18)}
    weights = opening.WeightsFile("a TensorFlow checkpoint (version 2)", "x.data", "0" * 64, tensors)
    with pytest.raises(UnsupportedArchitecture, match="'kernel_0' has the shape"):
        convert_weights(weights, name="x")


def test_what_is_no_file_of_weights_is_left_to_onnx(tmp_path: Path) -> None:
    for content in (b"", b"\x08\x08", b"junk", b"PK", bytes(100)):
        (tmp_path / "x").write_bytes(content)
        assert read_weights(tmp_path / "x") is None
    assert read_weights(tmp_path / "none.onnx") is None
    with pytest.raises(
        UnsupportedArchitecture, match=r"is not an ONNX model\. .*PyTorch state dicts, safetensors"
    ):
        Palette(tmp_path / "own").import_file(tmp_path / "x")
    with pytest.raises(UnknownFilter, match="holds no TensorFlow checkpoint"):
        Palette(tmp_path / "own").import_file(tmp_path)


def test_a_damaged_version_1_checkpoint_is_said(tmp_path: Path) -> None:
    data = bytearray((VECTORS / "version-1.ckpt").read_bytes())
    data[20_000] ^= 1
    (tmp_path / "x.ckpt").write_bytes(data)
    with pytest.raises(
        ChecksumMismatch, match=r"x.ckpt is damaged: read as a TensorFlow checkpoint \(version 1\)"
    ):
        read_weights(tmp_path / "x.ckpt")


def test_a_version_1_checkpoint_that_is_cut_short_is_known_by_its_head(tmp_path: Path) -> None:
    (tmp_path / "x.ckpt").write_bytes((VECTORS / "version-1.ckpt").read_bytes()[:20_000])
    with pytest.raises(
        UnsupportedArchitecture,
        match=r"cannot be read as a TensorFlow checkpoint \(version 1\): the end of a table is missing",
    ):
        read_weights(tmp_path / "x.ckpt")


def test_every_error_is_one_of_the_project(tmp_path: Path) -> None:
    for form in ("zip", "legacy", "safetensors"):
        path = tmp_path / form
        path.write_bytes(READERS[form][1][:150])
        with pytest.raises(RotoscopeError, match=f"{form} (cannot be read|is refused: read) as a ") as caught:
            read_weights(path)
        assert str(path) in str(caught.value)
