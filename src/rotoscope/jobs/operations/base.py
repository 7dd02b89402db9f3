"""What an operation is: one thing that a job can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from rotoscope.palette.palette import Palette
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.segments.store import SegmentStore

QueueName: TypeAlias = Literal[
    "probe", "separate", "stylize", "assemble", "train", "optimize", "deliver", "webhook"
]
"""Work of one kind waits in one queue; a worker listens to those it is good for."""


class Params(BaseModel):
    """What an operation is asked to do: the body of its request, and what a job keeps."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Workbench(Protocol):
    """What an operation finds when it runs: files by URI as local ones, the palette, somebody to tell."""

    palette: Palette
    segments: SegmentStore
    cache_dir: Path
    on_progress: ProgressCallback

    def take(self, uri: str) -> Path:
        """A local copy of a stored file, or of a folder where the URI ends with ``/``.

        Raises:
            StorageError: it cannot be had.
        """
        ...

    def make(self, uri: str, *, overwrite: bool = False) -> Path:
        """A local place for a result, of the URI's own name; what is there at the end goes to the URI.

        Raises:
            StorageError: it may not be written to, or something is there already.
        """
        ...

    def check(self) -> None:
        """Go on, or stop: to be called at least every second by whatever takes long and tells no progress.

        Raises:
            JobCancelled: somebody asked for it.
            BudgetExhausted: the job's budget is used up.
        """
        ...


ParamsType = TypeVar("ParamsType", bound=Params)


@dataclass(frozen=True, slots=True)
class Operation(Generic[ParamsType]):
    """One thing that a job can do."""

    name: str
    """``separate``, ``stylize`` …"""
    queue: QueueName
    summary: str
    """One sentence for the API's document."""
    params: type[ParamsType]
    run: Callable[[ParamsType, Workbench], dict[str, Any]]
    """Does it; what it gives is the job's result: JSON that holds URIs, counts and notes."""
    example: dict[str, Any]
    """Of its parameters."""
