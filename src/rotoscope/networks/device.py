"""Where a filter is trained: on the processor or on an accelerator."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Literal, TypeAlias, get_args

import torch

from rotoscope.errors import InvalidOptions
from rotoscope.machine import gpu_held

DeviceName: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
"""``auto`` is the first of ``cuda`` (NVIDIA; AMD with ROCm), ``mps`` (Apple) and ``cpu`` that is there."""


def choose_device(name: DeviceName) -> torch.device:
    """The device of that name.

    Raises:
        InvalidOptions: there is no such device, or this machine (or its PyTorch) does not offer it.
    """
    available = available_devices()
    if name == "auto":
        return torch.device(available[0])
    if name not in get_args(DeviceName):
        raise InvalidOptions(
            f"The device was given as {name!r}; it is one of {', '.join(get_args(DeviceName))}."
        )
    if name not in available:
        raise InvalidOptions(
            f"The device {name} was asked for, but PyTorch {torch.__version__} offers "
            f"{' and '.join(available)} on this machine. Choose one of these, or auto, or install a PyTorch "
            f"that is built for {name}."
        )
    return torch.device(name)


def occupied(device: torch.device) -> AbstractContextManager[None]:
    """For the time of a block in which a device computes: that of a GPU is counted, as it is paid for."""
    return nullcontext() if device.type == "cpu" else gpu_held()


def available_devices() -> tuple[str, ...]:
    """Devices that PyTorch offers on this machine, fastest first."""
    accelerators = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return (*(name for name, is_there in accelerators.items() if is_there), "cpu")


def device_title(device: torch.device) -> str | None:
    """The maker's name for it, e.g. ``NVIDIA H200``; None where PyTorch does not say."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else None
