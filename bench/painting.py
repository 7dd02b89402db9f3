"""Seconds a picture for the network alone, against the classic network in two other runtimes."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from bench.reference_network import make_reference_network
from rotoscope.media.planes import PlanarFrame, PlaneEncoding, Planes
from rotoscope.palette.palette import Palette
from rotoscope.render.look import Look
from rotoscope.render.overlap import map_ahead
from rotoscope.render.planar import FramePainter
from rotoscope.settings import load_settings

WIDTH, HEIGHT = 1280, 720


def measure_painting(name: str, *, frames: int) -> list[dict[str, Any]]:
    """Milliseconds a picture, median, and how many times the reference network's speed that is.

    The filter paints what `stylize` gives it: frames of a clip in their planes, as many at once as it
    chooses; and, for stills and chains, single pictures in RGB. The reference network paints frame by frame.
    """
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    painter = Palette(load_settings(os.environ).filters_dir).load(name)
    network = make_reference_network()
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    session = onnxruntime.InferenceSession(_export(network, tensor), providers=["CPUExecutionProvider"])
    array = tensor.numpy()
    slow_frames = max(2, frames // 7)
    clip = _clip_ms(FramePainter(Look([painter])), pixels, frames)
    still = _median_ms(lambda: painter.apply(pixels), frames)
    with torch.inference_mode():
        in_torch = _median_ms(lambda: network(tensor), slow_frames)
    run = cast("Callable[..., object]", session.run)  # its stubs are partial
    in_onnxruntime = _median_ms(lambda: run(None, {"image": array}), slow_frames)
    return [
        {"case": f"rotoscope, {name}, frames of a clip", "ms": round(clip, 1)},
        {"case": f"rotoscope, {name}, one picture in RGB", "ms": round(still, 1)},
        {
            "case": "reference network, PyTorch",
            "ms": round(in_torch),
            "times_clip": round(in_torch / clip, 1),
            "times_still": round(in_torch / still, 1),
        },
        {
            "case": "reference network, ONNX Runtime",
            "ms": round(in_onnxruntime),
            "times_clip": round(in_onnxruntime / clip, 1),
            "times_still": round(in_onnxruntime / still, 1),
        },
    ]


def _clip_ms(painter: FramePainter, pixels: NDArray[np.uint8], frames: int) -> float:
    """Milliseconds a frame, median of five stretches."""
    planes = Planes(pixels[..., 0].copy(), pixels[::2, ::2, 1].copy(), pixels[::2, ::2, 2].copy())
    encoding = PlaneEncoding("bt709", is_full_range=False)
    frame = PlanarFrame(planes, encoding, index=0, pts=0, time_base=Fraction(1, 25))
    workers = painter.workers((WIDTH, HEIGHT))

    def paint(count: int) -> None:
        given = (frame for _ in range(count))
        deque(map_ahead(painter.paint, given, workers=workers), maxlen=0)

    paint(2 * workers)  # compiles
    return _median_ms(lambda: paint(frames), 5) / frames


def _export(network: torch.nn.Module, tensor: torch.Tensor) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        file = Path(folder) / "reference.onnx"
        warnings.simplefilter("ignore")  # the TorchScript exporter is deprecated, and needs no more packages
        torch.onnx.export(network, (tensor,), file, dynamo=False, input_names=["image"], opset_version=17)
        return file.read_bytes()


def _median_ms(run: Callable[[], object], times: int) -> float:
    run()
    seconds: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[len(seconds) // 2] * 1000
