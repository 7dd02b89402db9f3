"""What an operation is: one thing that a job can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from rotoscope.economics.rates import Rates
from rotoscope.jobs.projects import ClientProjects
from rotoscope.palette.palette import Palette
from rotoscope.render.progress import Progress
from rotoscope.render.segments.store import SegmentStore

if TYPE_CHECKING:
    from rotoscope.networks.device import DeviceName
    from rotoscope.publish.site.gathering import ToPublish
    from rotoscope.publish.targets.base import Target

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
    """The client's."""
    segments: SegmentStore
    """Where finished segments are kept on this machine."""
    cache_dir: Path
    """Where checkpoints and fetched weights are kept on this machine."""
    device: DeviceName
    """What is trained and optimized on: ``auto``, ``cpu``, ``cuda`` …."""
    projects: ClientProjects
    """Those of all clients."""
    scratch: Path
    """A folder for this piece of work alone; it goes when the work is done."""

    @property
    def job_id(self) -> str:
        """Of the job that is worked on."""
        ...

    def on_progress(self, progress: Progress) -> None:
        """How far the work is.

        Raises:
            JobCancelled, BudgetExhausted: as :meth:`check`.
        """
        ...

    def checkpoint_dir(self) -> Path:
        """A folder for what the job goes on from; another machine finds in it what this one kept."""
        ...

    def keep_checkpoint(self) -> None:
        """Let other machines have what is in it; to be called now and then."""
        ...

    def should_stop(self) -> bool:
        """Whether somebody asked that it end now, with what there is."""
        ...

    def show(self, picture: Path) -> None:
        """Let people see how it is going."""
        ...

    def publish(self, filter_file: Path) -> None:
        """Put a filter that was made into the client's palette, on every machine.

        Raises:
            DuplicateFilter: the palette has another filter of that name.
        """
        ...

    @property
    def client_id(self) -> str:
        """Whose work it is."""
        ...

    def rates(self) -> Rates:
        """What things cost here.

        Raises:
            InvalidRates: the service's rates are not in order.
        """
        ...

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

    def collection(self, name: str) -> ToPublish:
        """One of the client's collections, with its files.

        Raises:
            CollectionNotFound, InvalidCollection: there is none of that name, or it is not in order.
        """
        ...

    def site(self, uri: str) -> Target:
        """The folder of a store that a site is published to.

        Raises:
            InvalidOptions: the URI does not end with ``/``.
            StorageError: it may not be written to.
        """
        ...

    def tell(
        self,
        fraction: float,
        seconds_left: float | None,
        *,
        steps_done: int | None = None,
        losses: dict[str, float] | None = None,
    ) -> None:
        """How much is done, 0 to 1, of work that counts no frames; of a training, its steps and losses.

        Raises:
            JobCancelled, BudgetExhausted: as :meth:`check`.
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
    paints: bool = False
    """Whether what it makes counts as pictures or as video that was painted; its result says ``frames``, one
    where it does not, ``frames_painted`` where others were found, and ``video_seconds``."""
