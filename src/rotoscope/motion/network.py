"""Flow by a network of the user's own, e.g. RAFT or SEA-RAFT, and engines by what one types.

The network is one ONNX file. It takes two pictures, (1, 3, H, W) float32, RGB, 0 to 255, and gives flow from
the first to the second, (1, 2, H, W), in pixels, right and down: RAFT's own ends (Teed & Deng 2020). Pictures
are continued by their edges, alike on both sides, to multiples of 8, as RAFT wants them; what is added is cut
off again. A network that was exported for one size gets pictures of that size, and its flow is scaled.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.motion.engines import ENGINES, FlowEngine, Reduced, require_alike, resized, scale_flow
from rotoscope.motion.flow import Flow, Picture
from rotoscope.runtime.flow_network import FlowGraph
from rotoscope.runtime.network_file import read_network_file

_MULTIPLE: Final = 8
"""Of sides: RAFT looks at pictures in cells of so many pixels."""
_SUFFIX: Final = ".onnx"


class NetworkEngine:
    """A flow network; see :class:`~rotoscope.motion.engines.FlowEngine`.

    Its flow is deterministic on one machine; the last bits may be others with another number of cores.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            OpenError, UnsafeFile, UnsupportedArchitecture: it cannot be read, could do more than arithmetic,
                or is no flow network.
        """
        data = read_network_file(path, what="flow network")
        self.name = path.stem
        self._digest = sha256(data).hexdigest()
        self._graph = FlowGraph(data)

    @property
    def identity(self) -> str:
        """See :class:`~rotoscope.motion.engines.FlowEngine`."""
        return f"network {self._digest} {self._graph.identity}"

    def find(self, here: Picture, there: Picture) -> Flow:
        """See :class:`~rotoscope.motion.engines.FlowEngine`.

        Raises:
            InvalidOptions: the pictures are not alike.
            FilterFailed: the network cannot be run on them.
        """
        require_alike(here, there)
        height, width = here.shape[:2]
        fixed = self._graph.fixed_size
        if fixed is None:
            return self._find(here, there)
        size = (fixed[1], fixed[0])
        if size == (width, height):
            return self._find(here, there, multiple=1)
        found = self._find(resized(here, size), resized(there, size), multiple=1)
        return scale_flow(found, (width, height))

    def _find(self, here: Picture, there: Picture, *, multiple: int = _MULTIPLE) -> Flow:
        height, width = here.shape[:2]
        top, left = (-side % multiple // 2 for side in (height, width))
        bottom, right = (-side % multiple - before for side, before in ((height, top), (width, left)))
        padded = [
            cv2.copyMakeBorder(_colors(p), top, bottom, left, right, cv2.BORDER_REPLICATE)
            for p in (here, there)
        ]
        tensors = [np.ascontiguousarray(p.transpose(2, 0, 1)[None], np.float32) for p in padded]
        flow = self._graph.run(tensors[0], tensors[1])
        return np.ascontiguousarray(flow[:, top : top + height, left : left + width].transpose(1, 2, 0))


def open_engine(spec: str, *, short_side: int | None = None) -> FlowEngine:
    """An engine by what one types: a name, or the path of a network.

    Args:
        spec: a name of :data:`~rotoscope.motion.engines.ENGINES`, or a path that ends in ``.onnx``.
        short_side: pixels of the pictures that flow is found on; None: as they are.

    Raises:
        InvalidOptions: there is no such engine, or the size is too small.
        OpenError, UnsafeFile, UnsupportedArchitecture: as :class:`NetworkEngine`.
    """
    if spec in ENGINES:
        engine: FlowEngine = ENGINES[spec]
    elif Path(spec).suffix.lower() == _SUFFIX:
        engine = NetworkEngine(Path(spec))
    else:
        raise InvalidOptions(
            f"There is no flow engine {spec!r}. Give {', '.join(ENGINES)}, or the path of a flow network, a "
            f"file that ends in {_SUFFIX}."
        )
    return engine if short_side is None else Reduced(engine, short_side)


def _colors(picture: Picture) -> Picture:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
