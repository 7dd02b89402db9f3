"""Flow in files: ``.flo``, the format of the Middlebury benchmark (Baker et al. 2011).

Four bytes ``PIEH`` (the number 202021.25 as a little-endian float), width and height as 32-bit integers, then
pairs of 32-bit floats, right and down, row by row. Numbers beyond 1e9 say that the flow is not known there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from rotoscope.errors import DecodeError, InvalidOptions, OpenError
from rotoscope.media.atomic import StagedFile, encode_errors, refuse_existing
from rotoscope.motion.flow import Flow

SUFFIX: Final = ".flo"
_MAGIC: Final = b"PIEH"
_HEADER_BYTES: Final = 12
_MOST_SIDE: Final = 32_768
_KNOWN_BELOW: Final = 1e9
_UNKNOWN: Final = 1.666666752e9
"""What the benchmark's own files have where flow is not known."""


def read_flow(path: Path) -> Flow:
    """Read a ``.flo`` file.

    Returns:
        (H, W, 2) float32, pixels to the right and down; NaN where the file says that it is not known.

    Raises:
        OpenError: there is no such file, or it is no ``.flo``.
        DecodeError: it states an impossible size, or is shorter or longer than it states.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OpenError(f"{path} cannot be read: {error.strerror}. Give a {SUFFIX} file.") from error
    if content[:4] != _MAGIC:
        raise OpenError(
            f"{path} is no {SUFFIX} file: it begins with {content[:4]!r}, not {_MAGIC!r}. Give flow in the "
            "Middlebury format."
        )
    width, height = (int(side) for side in np.frombuffer(content[4:12].ljust(8, b"\0"), "<i4"))
    if not (1 <= width <= _MOST_SIDE and 1 <= height <= _MOST_SIDE):
        raise DecodeError(
            f"{path} states a size of {width}x{height}; sides are 1 to {_MOST_SIDE} pixels. It is damaged: "
            "get or make it again."
        )
    wanted = _HEADER_BYTES + 8 * width * height
    if len(content) != wanted:
        raise DecodeError(
            f"{path} has {len(content):,} bytes; flow of {width}x{height} has {wanted:,}. It is damaged or "
            "cut off: get or make it again."
        )
    flow = np.frombuffer(content, "<f4", offset=_HEADER_BYTES).reshape(height, width, 2).astype(np.float32)
    flow[~(np.abs(flow) <= _KNOWN_BELOW).all(axis=2)] = np.nan
    return flow


def flow_bytes(flow: Flow) -> bytes:
    """The contents of a ``.flo`` file; what is NaN is written as not known.

    Raises:
        InvalidOptions: it is no flow.
    """
    if flow.ndim != 3 or flow.shape[2] != 2 or not flow.size:
        raise InvalidOptions(f"An array of shape {flow.shape} is no flow; (H, W, 2) is.")
    size = np.array((flow.shape[1], flow.shape[0]), "<i4").tobytes()
    return _MAGIC + size + np.where(np.isnan(flow), _UNKNOWN, flow).astype("<f4").tobytes()


def write_flow(path: Path, flow: Flow, *, overwrite: bool = False) -> None:
    """Write a ``.flo`` file, whole or not at all.

    Args:
        path: where.
        flow: (H, W, 2), pixels to the right and down; NaN where it is not known.
        overwrite: replace a file that is there.

    Raises:
        InvalidOptions: it is no flow.
        OutputExists, EncodeError: the place is taken, or cannot be written to.
    """
    content = flow_bytes(flow)
    refuse_existing(path, overwrite=overwrite)
    staged = StagedFile(path, overwrite=overwrite)
    try:
        with encode_errors(path):
            staged.part.write_bytes(content)
        staged.publish()
    except BaseException:
        staged.discard()
        raise
