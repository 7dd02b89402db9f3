"""Segmentation networks: which files are run."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from rotoscope.runtime.network_file import read_network_file
from rotoscope.runtime.segmentation import SegmentationGraph


def read_network(path: Path) -> tuple[SegmentationGraph, str]:
    """A segmentation network, ready to run, and the SHA-256 of its file.

    Raises:
        OpenError, UnsafeFile, UnsupportedArchitecture: as
            :func:`rotoscope.runtime.network_file.read_network_file`.
    """
    data = read_network_file(path, what="segmentation network")
    return SegmentationGraph(data), sha256(data).hexdigest()
