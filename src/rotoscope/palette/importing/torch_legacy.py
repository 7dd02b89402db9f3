"""State dicts as ``torch.save`` wrote them until 2020: five pickles, then the storages one after the other.

The pickles are a magic number, the version 1001, facts of the machine, the object, and the keys of its
storages in the order in which these follow: for each eight bytes that count its numbers, then the numbers.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Hostile, Malformed
from rotoscope.palette.importing.pickle_machine import PickleMachine
from rotoscope.palette.importing.torch_objects import (
    StorageClaim,
    TorchBuilders,
    find_state_dict,
    resolve,
)

PICKLE_SIGNATURE = b"\x80"
"""How pickles since protocol 2 begin."""
_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001


def read_torch_legacy(data: bytes) -> dict[str, NDArray[Any]]:
    """Floating-point tensors of a state dict by name.

    Args:
        data: contents of the file.

    Returns:
        Arrays, read-only views of the data where possible.

    Raises:
        Malformed: not a file of torch.save, or cut short.
        Hostile: it asks for more than plain containers and tensors.
    """
    builders = TorchBuilders()
    magic, position = _run(data, 0, builders)
    if magic != _MAGIC:
        raise Malformed("a Python pickle, but not one of torch.save")
    version, position = _run(data, position, builders)
    if version != _VERSION:
        raise Malformed(f"another version of torch.save's format than {_VERSION}")
    machine, position = _run(data, position, builders)
    if isinstance(machine, dict) and cast("dict[str, Any]", machine).get("little_endian") is False:
        raise Malformed("its numbers are big-endian; little-endian ones are read")
    root, position = _run(data, position, builders)
    claims = find_state_dict(root)
    keys, position = _run(data, position, builders)
    storages = _read_storages(data, position, keys, builders.storages)

    def storage(claim: StorageClaim) -> NDArray[Any]:
        if claim.key not in storages:
            raise Malformed(f"the storage {claim.key[:80]!r} is missing")
        return storages[claim.key]

    return resolve(claims, storage)


def _run(data: bytes, position: int, builders: TorchBuilders) -> tuple[Any, int]:
    machine = PickleMachine(data, position=position, builders=builders)
    return machine.run(), machine.position


def _read_storages(
    data: bytes, position: int, keys: object, claims: dict[str, StorageClaim]
) -> dict[str, NDArray[Any]]:
    if not isinstance(keys, list):
        raise Malformed("the list of storages is missing")
    storages: dict[str, NDArray[Any]] = {}
    for key in cast("list[object]", keys):
        claim = claims.get(key) if isinstance(key, str) else None
        if claim is None or claim.key in storages:
            raise Hostile("a list of storages that no tensor has")
        count = int.from_bytes(data[position : position + 8], "little", signed=True)
        position += 8
        end = position + claim.count * claim.item_bytes
        if count != claim.count:
            raise Malformed(f"the storage {claim.key[:80]!r} of {claim.count} numbers has {count}")
        if end > len(data):
            raise Malformed(f"the storage {claim.key[:80]!r} ends at byte {end}, the file at {len(data)}")
        kind = "<u2" if claim.kind == "bfloat16" else claim.kind
        storages[claim.key] = np.frombuffer(data, kind, count=claim.count, offset=position)
        position = end
    return storages
