"""Checkpoints: the whole state of a run in one safetensors file, replaced in one step.

The counters, the history and what run it belongs to are JSON in the file's header, so that tensors and
counters can never disagree. No state of a random generator is stored: the random choices of step n are
a function of the recipe's seed and n alone (:func:`step_rng`).
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from rotoscope.errors import TrainingError
from rotoscope.filters.file import write_new_file
from rotoscope.media.atomic import encode_errors
from rotoscope.training.flatness import Tail
from rotoscope.training.progress import Losses, LossRecord
from rotoscope.training.state import TrainingState

FILE_NAME = "checkpoint.safetensors"
HEADER_KEY = "rotoscope.checkpoint"
"""Key of the JSON in the safetensors metadata."""
_ADVICE = "To start anew, delete that file, or train under another name or in another folder."


_Losses: TypeAlias = tuple[float, float, float, float, float, float | None, float | None]
"""In the order of :class:`Losses`."""


class RunIdentity(BaseModel):
    """What makes two runs the same: a checkpoint goes on only with all of it."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    """Digest of the recipe."""
    style: str
    """Digest of the style images, their regions and shares."""
    content: str
    """Digest of the content."""
    features: str
    """Identity of the feature network."""
    start: str | None
    """SHA-256 of the file whose weights the run started from; None: random weights."""


class _Header(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    identity: RunIdentity
    step: int
    skipped_steps: int
    seconds: float
    dollars: float | None
    recent: list[_Losses]
    history: list[tuple[int, float, _Losses]]
    """Step, seconds and losses."""
    stable_from: int | None
    late_from: int | None
    tail: tuple[int, float] | None
    """Its first step and fraction."""


def step_rng(seed: int, step: int) -> np.random.Generator:
    """The random numbers of one step."""
    return np.random.default_rng([seed, step])


def save_checkpoint(folder: Path, state: TrainingState, identity: RunIdentity) -> Path:
    """Write the state; whoever reads sees the old checkpoint or the new one, whole.

    Raises:
        EncodeError: the folder or the file cannot be written.
    """
    header = _Header(
        identity=identity,
        step=state.step,
        skipped_steps=state.skipped_steps,
        seconds=state.seconds,
        dollars=state.dollars,
        recent=[_row(losses) for losses in state.recent],
        history=[(record.step, round(record.seconds, 3), _row(record.losses)) for record in state.history],
        stable_from=state.stable_from,
        late_from=state.late_from,
        tail=None if state.tail is None else (state.tail.first_step, state.tail.first_fraction),
    )
    path = folder / FILE_NAME
    with encode_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
    data = save(state.tensors(), metadata={HEADER_KEY: header.model_dump_json()})
    write_new_file(path, data, overwrite=True)
    return path


def restore_checkpoint(folder: Path, state: TrainingState, identity: RunIdentity) -> bool:
    """Bring a new state to where the folder's checkpoint stands.

    Args:
        folder: where checkpoints of the run are kept; it need not exist.
        state: as :meth:`TrainingState.new` made it; changed in place.
        identity: of the run that wants to go on.

    Returns:
        Whether there was a checkpoint.

    Raises:
        TrainingError: the checkpoint is damaged, or belongs to another run; names what differs.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            header = _Header.model_validate_json((file.metadata() or {}).get(HEADER_KEY, ""))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        _require_same(path, header.identity, identity)
        state.restore_tensors(tensors)
    except (OSError, SafetensorError, ValidationError, KeyError, RuntimeError) as error:
        raise TrainingError(
            f"the checkpoint {path} cannot be read: it is damaged, or of another version of Rotoscope. "
            f"{_ADVICE}"
        ) from error
    state.step = header.step
    state.skipped_steps = header.skipped_steps
    state.seconds = header.seconds
    state.dollars = header.dollars
    state.recent.extend(Losses(*row) for row in header.recent)
    state.history = [LossRecord(step, seconds, Losses(*row)) for step, seconds, row in header.history]
    state.stable_from = header.stable_from
    state.late_from = header.late_from
    state.tail = None if header.tail is None else Tail(*header.tail)
    return True


def _require_same(path: Path, found: RunIdentity, wanted: RunIdentity) -> None:
    differing = [name for name in RunIdentity.model_fields if getattr(found, name) != getattr(wanted, name)]
    if differing:
        raise TrainingError(
            f"the checkpoint {path} belongs to another run: {', '.join(differing)} differ. {_ADVICE}"
        )


def _row(losses: Losses) -> _Losses:
    known = (losses.style, losses.content, losses.total_variation, losses.range, losses.lattice)
    return (*known, losses.stability, losses.color)
