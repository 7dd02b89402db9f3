"""The state of an optimization in one safetensors file, replaced in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from rotoscope.errors import OptimizationError
from rotoscope.media.atomic import encode_errors, write_new_file
from rotoscope.optimize.progress import TraceRow

HEADER_KEY = "rotoscope.optimization"
"""Key of the JSON in the safetensors metadata."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where an optimization stands."""

    stage: int
    """Index of the one it is in."""
    seconds: float
    """Spent so far."""
    trace: tuple[TraceRow, ...]
    tensors: Mapping[str, Tensor]
    """What :meth:`rotoscope.optimize.descent.Descent.state` gave."""


class _Header(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    stage: int
    seconds: float
    trace: tuple[TraceRow, ...]


class CheckpointFile:
    """The file of one run."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Name it; nothing is read or written yet.

        Args:
            folder: where; made when the file is first written.
            identity: SHA-256 (hex) of what makes two runs the same. It is the file's name, so a run never
                meets another's.
        """
        self._path = folder / f"{identity[:32]}.safetensors"

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file.

        Raises:
            EncodeError: it cannot be written.
        """
        header = _Header(
            stage=checkpoint.stage,
            seconds=checkpoint.seconds,
            trace=checkpoint.trace,
        )
        # Copies: tensors of the state may share memory, which the format does not hold.
        tensors = {name: tensor.detach().cpu().clone() for name, tensor in checkpoint.tensors.items()}
        with encode_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        data = save(tensors, metadata={HEADER_KEY: header.model_dump_json()})
        write_new_file(self._path, data, overwrite=True)

    def read(self) -> Checkpoint | None:
        """What an earlier session left; None where there is nothing.

        Raises:
            OptimizationError: it is damaged.
        """
        if not self._path.exists():
            return None
        try:
            with safe_open(self._path, framework="pt") as file:
                header = _Header.model_validate_json((file.metadata() or {}).get(HEADER_KEY, ""))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        except (OSError, SafetensorError, ValidationError) as error:
            raise OptimizationError(
                f"The checkpoint {self._path} cannot be read: it is damaged, or of another version of "
                f"Rotoscope. To begin anew, delete it, or say --restart."
            ) from error
        return Checkpoint(header.stage, header.seconds, header.trace, tensors)

    def remove(self) -> None:
        """Nothing is left to go on with."""
        self._path.unlink(missing_ok=True)
