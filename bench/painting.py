"""Seconds a picture for the network alone, against the classic network in two other runtimes."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
import torch

from bench.reference_network import make_reference_network
from rotoscope.palette.palette import Palette
from rotoscope.settings import load_settings

WIDTH, HEIGHT = 1280, 720


def measure_painting(name: str, *, frames: int) -> list[dict[str, Any]]:
    """Milliseconds a picture, median, and how many times the reference network's speed that is."""
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    painter = Palette(load_settings(os.environ).filters_dir).load(name)
    network = make_reference_network()
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    session = onnxruntime.InferenceSession(_export(network, tensor), providers=["CPUExecutionProvider"])
    array = tensor.numpy()
    slow_frames = max(2, frames // 7)
    ours = _median_ms(lambda: painter.apply(pixels), frames)
    with torch.inference_mode():
        in_torch = _median_ms(lambda: network(tensor), slow_frames)
    run = cast("Callable[..., object]", session.run)  # its stubs are partial
    in_onnxruntime = _median_ms(lambda: run(None, {"image": array}), slow_frames)
    return [
        {"case": f"rotoscope, {name}", "ms": round(ours, 1)},
        {
            "case": "reference network, PyTorch",
            "ms": round(in_torch),
            "times_ours": round(in_torch / ours, 1),
        },
        {
            "case": "reference network, ONNX Runtime",
            "ms": round(in_onnxruntime),
            "times_ours": round(in_onnxruntime / ours, 1),
        },
    ]


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
