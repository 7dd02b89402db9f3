"""Which arithmetic a device computes in."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from rotoscope.networks.precision import fast_precision, mixed_precision

CUDA = torch.device("cuda")


def test_precision_follows_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert fast_precision() is torch.bfloat16
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False, "avx2": True})
    assert fast_precision() is torch.float32


def test_precision_follows_the_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)  # pyright: ignore[reportUnknownLambdaType]
    assert fast_precision(CUDA) is torch.bfloat16
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)  # pyright: ignore[reportUnknownLambdaType]
    assert fast_precision(CUDA) is torch.float32


def test_apples_graphics_computes_in_float32() -> None:
    assert fast_precision(torch.device("mps")) is torch.float32


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float32])
def test_within_the_block_convolutions_have_that_precision(
    monkeypatch: pytest.MonkeyPatch, precision: torch.dtype
) -> None:
    has_bfloat16 = precision is torch.bfloat16
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has_bfloat16})
    picture, kernel = torch.rand(1, 3, 8, 8), torch.rand(4, 3, 3, 3)
    with mixed_precision(torch.device("cpu")):
        assert F.conv2d(picture, kernel).dtype == precision
    assert F.conv2d(picture, kernel).dtype == torch.float32
