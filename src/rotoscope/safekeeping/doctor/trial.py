"""Each heavy library does one tiny real thing, in a process of its own: a crash there is a finding here.

``python -m rotoscope.safekeeping.doctor.trial video`` prints a line and exits with 0, or prints why not.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

_SIDE: Final = 16
_FLOW_SIDE: Final = 64


def video() -> str:
    """PyAV encodes two frames, and decodes them."""
    import av  # noqa: PLC0415 - what fails to load is to fail here
    import numpy as np  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "two.mp4")
        with av.open(str(file), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(25))
            stream.width = stream.height = _SIDE
            stream.pix_fmt = "yuv420p"
            for level in (0, 255):
                picture = np.full((_SIDE, _SIDE, 3), level, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        with av.open(str(file)) as container:
            means = [float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]
    if len(means) != 2 or means[0] > 64 or means[1] < 192:
        raise AssertionError(f"of a black and a white frame came back frames of the lightness {means}")
    return f"PyAV {av.__version__} encoded two frames (libx264), and decoded them"


def painting() -> str:
    """OpenVINO paints a picture with a bundled filter."""
    import numpy as np  # noqa: PLC0415
    import openvino  # noqa: PLC0415

    from rotoscope.palette.palette import Palette  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        palette = Palette(Path(folder))
        name = next(one.name for one in palette.list() if one.bundled and one.path and not one.problem)
        picture = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
        painted = palette.load(name).apply(picture)
    if painted.shape != picture.shape or (painted == picture).all():
        raise AssertionError(f"{name} did not paint a picture of {_SIDE}x{_SIDE}")
    return f"OpenVINO {openvino.__version__.partition('-')[0]} painted {_SIDE}x{_SIDE} pixels with {name}"


def flow() -> str:
    """OpenCV follows a picture that moves."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    from rotoscope.motion.engines import DEFAULT_ENGINE  # noqa: PLC0415

    spots = np.random.default_rng(0).integers(0, 256, (9, 9), np.uint8)
    here = cv2.resize(spots, (_FLOW_SIDE, _FLOW_SIDE), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    found = DEFAULT_ENGINE.find(here, np.roll(here, 2, axis=1))
    middle = float(np.median(found[16:-16, 16:-16, 0]))
    if not 1 < middle < 3:
        raise AssertionError(f"a shift by 2 pixels was seen as {middle:.2f}")
    return f"OpenCV {cv2.__version__} found how a picture moved"


def pytorch() -> str:
    """PyTorch loads, and says what it can use."""
    import torch  # noqa: PLC0415  (reached here only where it is installed)

    from rotoscope.networks.device import available_devices, device_title  # noqa: PLC0415

    best = available_devices()[0]
    total = float((torch.ones(4, 4, device=best) @ torch.ones(4, 4, device=best)).sum())
    if total != 64:
        raise AssertionError(f"it multiplied wrongly on {best}: {total}")
    title = device_title(torch.device(best))
    return f"PyTorch {torch.__version__} works on {best}{'' if title is None else f' ({title})'}"


TRIALS: Final[Mapping[str, Callable[[], str]]] = {
    "video": video,
    "painting": painting,
    "flow": flow,
    "pytorch": pytorch,
}


def main(name: str) -> int:
    """Do one, and print ``{"told": …}`` or ``{"error": …}``."""
    try:
        print(json.dumps({"told": TRIALS[name]()}))  # noqa: T201 - for the process that asked
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
