"""A second device for machines that have none: torch's ``meta`` device, which has shapes and no numbers.

Whoever forgets to move a tensor finds out, as on a graphics card: see :class:`SecondDevice`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

SECOND = torch.device("meta")

_MOVES = {"aten::_to_copy", "aten::copy_", "aten::_local_scalar_dense"}
"""Operators that take tensors from one device to another, or numbers out of a tensor."""

_Operator: TypeAlias = Any  # torch has no public type for it


class SecondDevice(TorchDispatchMode):
    """Within the block ``meta`` is a device like others: what is copied from it is 1, and is finite and true.

    Raises AssertionError for an operator that is given tensors of both devices (those of no dimensions may be
    on the CPU, as torch allows), and counts in ``operators`` what was computed on the second.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operators = 0

    def __torch_dispatch__(
        self,
        func: _Operator,
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the operator gives
        kwargs = kwargs or {}
        tensors = list(_tensors((*args, *kwargs.values())))
        if not any(tensor.device == SECOND for tensor in tensors):
            return func(*args, **kwargs)
        if func._schema.name in _MOVES:
            return self._move(func, args, kwargs)
        strangers = [tensor for tensor in tensors if tensor.device != SECOND and tensor.dim() > 0]
        assert not strangers, f"{func} was given tensors of two devices"
        self.operators += 1
        return func(*args, **kwargs)

    def _move(self, func: _Operator, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if func._schema.name == "aten::_local_scalar_dense":
            return torch.ones((), dtype=args[0].dtype).item()
        if func._schema.name == "aten::copy_":
            target, source, *_ = args
            return target.fill_(1) if target.device != source.device == SECOND else func(*args, **kwargs)
        if torch.device(kwargs.get("device") or SECOND) == SECOND:
            return func(*args, **kwargs)
        return torch.ones_like(args[0], device=kwargs["device"], dtype=kwargs.get("dtype") or args[0].dtype)


def _tensors(values: object) -> Iterator[Tensor]:
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, (list, tuple)):
        for value in values:
            yield from _tensors(value)
