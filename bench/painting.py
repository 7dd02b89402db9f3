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
CLIP_FRAMES = 16
RUNS_EACH_TIME = 3


def measure_painting(name: str, *, rounds: int) -> list[dict[str, Any]]:
    """Milliseconds a picture, and how many times the reference network's speed that is.

    The filter paints what `stylize` gives it: frames of a clip in their planes, as many at once as it
    chooses; and, for stills and chains, single pictures in RGB. The reference network paints frame by frame.
    Cases alternate, a few runs each time so that a runtime finds its caches as it left them; the fastest run
    of each counts, because what else a machine does can only slow it down.
    """
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    painter = Palette(load_settings(os.environ).filters_dir).load(name)
    network = make_reference_network()
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    session = onnxruntime.InferenceSession(_export(network, tensor), providers=["CPUExecutionProvider"])
    run = cast("Callable[..., object]", session.run)  # its stubs are partial
    array = tensor.numpy()
    paint_clip = _clip_painter(FramePainter(Look([painter])), pixels)

    def in_torch() -> None:
        with torch.inference_mode():
            network(tensor)

    cases: dict[str, tuple[Callable[[], object], int]] = {
        f"rotoscope, {name}, frames of a clip": (paint_clip, CLIP_FRAMES),
        f"rotoscope, {name}, one picture in RGB": (lambda: painter.apply(pixels), 1),
        "reference network, PyTorch": (in_torch, 1),
        "reference network, ONNX Runtime": (lambda: run(None, {"image": array}), 1),
    }
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(rounds):
        for case, (paint, pictures) in cases.items():
            for _ in range(RUNS_EACH_TIME):
                began = time.perf_counter()
                paint()
                best[case] = min(best[case], 1000 * (time.perf_counter() - began) / pictures)
    clip, still = list(best.values())[:2]
    return [
        {"case": case, "ms": round(ms, 1)}
        | ({"times_clip": round(ms / clip, 1), "times_still": round(ms / still, 1)} if "ref" in case else {})
        for case, ms in best.items()
    ]


def _clip_painter(painter: FramePainter, pixels: NDArray[np.uint8]) -> Callable[[], object]:
    """Paints CLIP_FRAMES frames, as many at once as the painter chooses."""
    planes = Planes(pixels[..., 0].copy(), pixels[::2, ::2, 1].copy(), pixels[::2, ::2, 2].copy())
    encoding = PlaneEncoding("bt709", is_full_range=False)
    frame = PlanarFrame(planes, encoding, index=0, pts=0, time_base=Fraction(1, 25))
    workers = painter.workers((WIDTH, HEIGHT))

    def paint() -> None:
        given = (frame for _ in range(CLIP_FRAMES))
        deque(map_ahead(painter.paint, given, workers=workers), maxlen=0)

    return paint


def _export(network: torch.nn.Module, tensor: torch.Tensor) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        file = Path(folder) / "reference.onnx"
        warnings.simplefilter("ignore")  # the TorchScript exporter is deprecated, and needs no more packages
        torch.onnx.export(network, (tensor,), file, dynamo=False, input_names=["image"], opset_version=17)
        return file.read_bytes()
