"""What a pickle of PyTorch may build: descriptions of tensors, which become arrays once storages are read.

The calls and identities are those that ``torch.save`` writes (torch/_utils.py, torch/serialization.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Hostile, Malformed
from rotoscope.palette.importing.pickle_machine import put_items
from rotoscope.palette.importing.weights import MAX_TENSORS, element_count, widen_bfloat16

_STORAGES: Final[dict[str, str]] = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "<u1",
}
_FLOATING: Final = ("<f8", "<f4", "<f2", "bfloat16")
_ALLOWED: Final = frozenset(
    [
        ("collections", "OrderedDict"),
        ("torch", "Size"),
        ("torch._utils", "_rebuild_tensor"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch._utils", "_rebuild_parameter"),
        *(("torch", name) for name in _STORAGES),
    ]
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a pickle mentioned and that is allowed."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class StorageClaim:
    """A run of numbers that a pickle refers to; nothing of it has been checked against the file."""

    kind: str
    """Element type, by NumPy's name, or ``bfloat16``."""
    key: str
    """Its name in the file."""
    count: int
    """Numbers in it."""
    view_offset: int = 0
    """Where in the run the view begins that tensors see (in numbers)."""

    @property
    def item_bytes(self) -> int:
        """Bytes of one number."""
        return 2 if self.kind == "bfloat16" else np.dtype(self.kind).itemsize


@dataclass(frozen=True, slots=True)
class TensorClaim:
    """A tensor as a pickle describes it."""

    storage: StorageClaim
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class TorchBuilders:
    """The allow list: see :class:`rotoscope.palette.importing.pickle_machine.Builders`."""

    def __init__(self) -> None:
        self.storages: dict[str, StorageClaim] = {}
        """Every run of numbers that the pickle refers to, by key."""

    def symbol(self, module: str, name: str) -> Symbol:
        """Raises Hostile for all but containers, tensors and storages."""
        if (module, name) not in _ALLOWED:
            raise Hostile(f"the Python object {f'{module}.{name}'[:120]!r}")
        return Symbol(module, name)

    def call(self, symbol: object, arguments: tuple[Any, ...]) -> object:
        """Raises Malformed for arguments that torch.save does not write."""
        if not isinstance(symbol, Symbol) or symbol.name in _STORAGES:
            raise Hostile(f"a call of {symbol.name if isinstance(symbol, Symbol) else type(symbol).__name__}")
        if symbol.name == "OrderedDict":
            return _ordered_dict(arguments)
        if symbol.name == "Size":
            return _integers(arguments[0] if arguments else ())
        if symbol.name == "_rebuild_parameter":
            if not arguments or not isinstance(arguments[0], TensorClaim):
                raise Malformed("a parameter without a tensor")
            return arguments[0]
        return _tensor(arguments)

    def persistent(self, identity: object) -> StorageClaim:
        """Raises Malformed for identities that torch.save does not write, Hostile for modules."""
        parts = _parts(identity)
        if parts and parts[0] == "module":
            raise Hostile("the code of a module")
        if len(parts) not in (5, 6) or parts[0] != "storage" or not isinstance(parts[1], Symbol):
            raise Malformed("a reference to outside data that is no storage")
        kind, key, count = _STORAGES.get(parts[1].name), parts[2], parts[4]
        if kind is None or not isinstance(key, str) or not isinstance(count, int):
            raise Malformed("a storage without type, name or size")
        element_count((count,))
        claim = StorageClaim(kind, key, count)
        known = self.storages.setdefault(key, claim)
        if known != claim:
            raise Hostile(f"the storage {key[:80]!r} in two types or sizes")
        if len(self.storages) > MAX_TENSORS:
            raise Hostile(f"more than {MAX_TENSORS} storages")
        view = parts[5] if len(parts) == 6 else None
        return claim if view is None else _view(claim, view)


def find_state_dict(root: object) -> dict[str, TensorClaim]:
    """The tensors of the dict with most of them: the object itself, or what a training saved beside others.

    Args:
        root: what a pickle built.

    Returns:
        Descriptions by name; values that are no tensors are left out.

    Raises:
        Malformed: there are no tensors.
    """
    candidates = [
        {
            key: value
            for key, value in found.items()
            if isinstance(key, str) and isinstance(value, TensorClaim)
        }
        for found in _dicts_within(root)
    ]
    best = max(candidates, key=len, default={})
    if not best:
        raise Malformed("no dict of tensors in it")
    return best


def to_array(claim: TensorClaim, storage: NDArray[Any]) -> NDArray[Any]:
    """The numbers of a tensor, as a read-only view of its storage.

    Args:
        claim: the description.
        storage: one axis, the numbers as they are stored (bfloat16 as uint16).

    Raises:
        Hostile: it reaches beyond its storage, or claims more numbers than that has.
    """
    offset = claim.storage.view_offset + claim.offset
    count = element_count(claim.shape)
    pairs = list(zip(claim.shape, claim.strides, strict=True))
    if count == 0:
        return np.zeros(claim.shape, np.float32)
    reach = sum((size - 1) * stride for size, stride in pairs)
    if min([offset, *claim.strides]) < 0 or offset + reach >= storage.size or count > storage.size:
        raise Hostile(
            f"a tensor of shape {claim.shape} that reaches beyond its storage of {storage.size} numbers"
        )
    steps = [stride * storage.itemsize if size > 1 else 0 for size, stride in pairs]
    array = np.lib.stride_tricks.as_strided(storage[offset:], claim.shape, steps, writeable=False)
    return widen_bfloat16(array) if claim.storage.kind == "bfloat16" else array


def _ordered_dict(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    if not arguments:
        return made
    pairs = arguments[0]  # Python 2 wrote all items as one list of pairs
    if len(arguments) != 1 or not isinstance(pairs, list):
        raise Malformed("an OrderedDict of something else than pairs")
    for pair in cast("list[Any]", pairs):
        if not isinstance(pair, list | tuple) or len(cast("list[Any]", pair)) != 2:
            raise Malformed("an OrderedDict of something else than pairs")
        put_items(made, [pair[0]], [pair[1]])
    return made


def _tensor(arguments: tuple[Any, ...]) -> TensorClaim:
    if len(arguments) < 4 or not isinstance(arguments[0], StorageClaim) or not isinstance(arguments[1], int):
        raise Malformed("a tensor without storage, place, shape and strides")
    shape, strides = _integers(arguments[2]), _integers(arguments[3])
    if len(shape) != len(strides):
        raise Malformed(f"a tensor of {len(shape)} axes and {len(strides)} strides")
    element_count(shape)
    return TensorClaim(arguments[0], arguments[1], shape, strides)


def _view(claim: StorageClaim, view: object) -> StorageClaim:
    parts = _parts(view)
    if len(parts) != 3 or not isinstance(parts[1], int) or parts[1] < 0:
        raise Malformed("a view of a storage without a place")
    return StorageClaim(claim.kind, claim.key, claim.count, view_offset=parts[1])


def _parts(value: object) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else ()


def _integers(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple | list):
        raise Malformed("sizes that are no tuple")
    items = tuple(cast("list[Any]", values))
    if not all(type(item) is int for item in items):
        raise Malformed("sizes that are no integers")
    return items


def _dicts_within(root: object) -> Iterator[dict[Any, Any]]:
    seen: set[int] = set()  # a pickle can hold one dict in many places, itself included
    level = [root]
    while level:
        following: list[object] = []
        for found in level:
            if isinstance(found, dict) and id(cast("object", found)) not in seen:
                seen.add(id(cast("object", found)))
                yield cast("dict[Any, Any]", found)
                following.extend(cast("dict[Any, Any]", found).values())
        level = following


ReadStorage = Callable[[StorageClaim], NDArray[Any]]
"""Gives the numbers of a storage."""


def resolve(claims: dict[str, TensorClaim], read: ReadStorage) -> dict[str, NDArray[Any]]:
    """Arrays of the floating-point tensors among descriptions.

    Raises:
        Hostile, Malformed: as :func:`to_array` and ``read``.
    """
    return {
        name: to_array(claim, read(claim.storage))
        for name, claim in claims.items()
        if claim.storage.kind in _FLOATING
    }
