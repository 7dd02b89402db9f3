"""State dicts as ``torch.save`` writes them since 2020: an uncompressed zip of a pickle and its storages.

Names inside are ``ROOT/data.pkl``, ``ROOT/data/KEY`` and ``ROOT/byteorder``. They are looked up in the
archive and never become paths.
"""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Damaged, Hostile, Malformed
from rotoscope.palette.importing.pickle_machine import PickleMachine
from rotoscope.palette.importing.torch_objects import (
    StorageClaim,
    TorchBuilders,
    find_state_dict,
    resolve,
)
from rotoscope.palette.importing.weights import MAX_TENSORS

SIGNATURE = b"PK\x03\x04"
"""How the file begins."""
_ENTRY_SIGNATURE = b"PK\x01\x02"
_LONGEST_PICKLE = 16 * 1024 * 1024


def read_torch_zip(data: bytes) -> dict[str, NDArray[Any]]:
    """Floating-point tensors of a state dict by name.

    Args:
        data: contents of the file.

    Returns:
        Arrays, read-only views of the data where possible.

    Raises:
        Malformed: not a zip of torch.save, or damaged.
        Hostile: it asks for more than plain containers and tensors, is compressed, or claims more bytes
            than the file has.
    """
    if data.count(_ENTRY_SIGNATURE) > 2 * MAX_TENSORS:
        raise Hostile(f"an archive of more than {2 * MAX_TENSORS} files")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read_archive(_Archive(archive, len(data)))
    except zipfile.BadZipFile as error:
        if "CRC" in str(error):
            raise Damaged(f"a file inside the archive differs from its checksum ({error})") from error
        raise Malformed(f"the archive cannot be read ({error})") from error
    except (EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, struct.error) as error:
        raise Malformed(f"the archive cannot be read ({error})") from error


class _Archive:
    """Files of an archive by name, of all together no more bytes than the archive has."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._left = size
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            if info.filename in self._infos:
                raise Hostile(f"the file {info.filename[:80]!r} is in the archive twice")
            self._infos[info.filename] = info

    def names(self) -> list[str]:
        return list(self._infos)

    def read(self, name: str, most: int | None = None) -> bytes:
        info = self._infos.get(name)
        if info is None:
            raise Malformed(f"the file {name[:80]!r} is missing in the archive")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise Hostile(f"the file {name[:80]!r} is compressed in the archive; torch.save never does that")
        if info.file_size > self._left or (most is not None and info.file_size > most):
            raise Hostile(f"the file {name[:80]!r} in the archive claims {info.file_size} bytes")
        self._left -= info.file_size
        return self._archive.read(info)


def _read_archive(archive: _Archive) -> dict[str, NDArray[Any]]:
    pickles = [name for name in archive.names() if name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Malformed(f"a zip archive with {len(pickles)} files data.pkl; torch.save writes one")
    root = pickles[0].removesuffix("data.pkl")
    order = f"{root}byteorder"
    if order in archive.names() and archive.read(order, most=16).strip() != b"little":
        raise Malformed("its numbers are big-endian; little-endian ones are read")
    builders = TorchBuilders()
    machine = PickleMachine(archive.read(pickles[0], most=_LONGEST_PICKLE), position=0, builders=builders)
    claims = find_state_dict(machine.run())
    storages: dict[str, NDArray[Any]] = {}

    def storage(claim: StorageClaim) -> NDArray[Any]:
        if claim.key not in storages:
            content = archive.read(f"{root}data/{claim.key}")
            if len(content) != claim.count * claim.item_bytes:
                raise Malformed(
                    f"the storage {claim.key[:80]!r} of {claim.count} numbers has {len(content)} bytes"
                )
            kind = "<u2" if claim.kind == "bfloat16" else claim.kind
            storages[claim.key] = np.frombuffer(content, kind)
        return storages[claim.key]

    return resolve(claims, storage)
