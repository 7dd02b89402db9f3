"""The workbench of one task: what it takes comes from storage, what it makes goes there."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rotoscope.economics.rates import Rates
from rotoscope.errors import AccessDenied, InvalidOptions, StoredFileExists, StoredFileNotFound
from rotoscope.jobs.charging import Took
from rotoscope.jobs.checkpoints import SharedCheckpoints
from rotoscope.jobs.collections import ClientCollections
from rotoscope.jobs.delivering import Making
from rotoscope.jobs.job import JobProgress
from rotoscope.jobs.projects import ClientProjects
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task
from rotoscope.machine import WorkClock
from rotoscope.media.selection import WHOLE_CLIP
from rotoscope.palette.palette import Palette
from rotoscope.publish.targets.bucket import StoreTarget
from rotoscope.render.preview import preview
from rotoscope.render.progress import Progress
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.separate import UNPAINTED
from rotoscope.storage.staging import cached_fetch
from rotoscope.storage.storage import Storage
from rotoscope.storage.uri import parse_uri

if TYPE_CHECKING:
    from rotoscope.networks.device import DeviceName
    from rotoscope.publish.site.gathering import ToPublish
    from rotoscope.publish.targets.base import Target

LOOK_SECONDS: Final = 0.4
"""How often it is looked whether a job is still wanted."""
_TELL_SECONDS: Final = 1.0
"""How often progress is written down."""
_AT_ONCE: Final = 4
"""Files of a folder that are delivered at the same time."""


@dataclass(eq=False)
class Bench:
    """One task's."""

    task: Task
    recorder: Recorder
    storage: Storage
    palette: Palette
    segments: SegmentStore
    cache_dir: Path
    staging_dir: Path
    """Where copies of sources are kept for the next task."""
    device: DeviceName
    scratch: Path
    checkpoints: SharedCheckpoints
    client_id: str
    projects: ClientProjects
    rates: Callable[[], Rates]
    """See :meth:`rotoscope.jobs.operations.base.Workbench.rates`."""
    collections: ClientCollections
    put_filter: Callable[[Path], None]
    put_preview: Callable[[Path], None]
    put_partial: Callable[[Path], None]
    makings: list[Making] = field(default_factory=list[Making])
    named: dict[Path, str] = field(default_factory=dict[Path, str])
    """The URI of what was taken or is made, by its place on this machine, which is nobody's business."""
    clock: WorkClock = field(default_factory=WorkClock)
    """Runs while the task uses the processor for what is charged for."""

    def __post_init__(self) -> None:
        self._begun = time.monotonic()
        self._looked = self._told = self.moved = self._begun
        """``moved``: when something was done last."""
        self._previews = 0

    @property
    def job_id(self) -> str:
        """Of the job that is worked on."""
        return self.task.subject

    @property
    def took(self) -> Took:
        """What the task has used so far."""
        return Took(self.clock.seconds, self.clock.gpu_seconds, time.monotonic() - self._begun)

    def take(self, uri: str) -> Path:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.take`."""
        self.check()
        local = cached_fetch(self.storage, uri, self.staging_dir, check=self.check)
        self.named[local] = uri.rstrip("/")
        return local

    def make(self, uri: str, *, overwrite: bool = False) -> Path:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.make`."""
        parsed = parse_uri(uri)
        self.storage.locate(parsed, "write")
        if not overwrite:
            self._refuse_existing(uri)
        name = parsed.name or "result"
        local = Path(tempfile.mkdtemp(prefix="made-", dir=self.scratch)) / name
        self.makings.append(Making(uri, local, overwrite))
        self.named[local] = uri.rstrip("/")
        return local

    def checkpoint_dir(self) -> Path:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.checkpoint_dir`."""
        folder = self.cache_dir / "training" / self.job_id
        self.checkpoints.bring(self.job_id, folder)
        return folder

    def keep_checkpoint(self) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.keep_checkpoint`."""
        self.checkpoints.keep(self.job_id, self.cache_dir / "training" / self.job_id)

    def should_stop(self) -> bool:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.should_stop`."""
        return self.recorder.is_stop_asked(self.task.subject)

    def show(self, picture: Path) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.show`."""
        if picture.exists():
            self.put_preview(picture)
            self._previews += 1

    def show_partial(self, clip: Path) -> None:
        """Let people see the beginning of a result, and its last frame."""
        self.put_partial(clip)
        still = self.scratch / "preview.png"
        preview(clip, still, UNPAINTED, selection=WHOLE_CLIP, overwrite=True)
        self.show(still)

    def publish(self, filter_file: Path) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.publish`."""
        self.put_filter(filter_file)

    def collection(self, name: str) -> ToPublish:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.collection`."""
        return self.collections.to_publish(self.client_id, name, self.take)

    def site(self, uri: str) -> Target:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.site`."""
        parsed = parse_uri(uri)
        if not parsed.is_folder:
            raise InvalidOptions(f"{uri} names a file, and a site is a folder. End its URI with a slash.")
        found = self.storage.locate(parsed, "write")
        return StoreTarget(found.store, found.path, shown_as=uri, check=self.check)

    def on_progress(self, progress: Progress) -> None:
        """Write progress down now and then, and stop where nobody wants the job any more."""
        self.moved = time.monotonic()
        self.check()
        if self._is_due():
            if self.task.step == "segment":
                self.recorder.segment_progressed(self.task, progress.frames_done)
            else:
                self.recorder.progressed(self.task, _progress_of(progress))

    def tell(
        self,
        fraction: float,
        seconds_left: float | None,
        *,
        steps_done: int | None = None,
        losses: dict[str, float] | None = None,
    ) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.tell`."""
        self.check()
        if self._is_due():
            progress = JobProgress(
                step=self.task.queue,
                frames_done=round(100 * fraction),
                frames_expected=100,
                remaining_seconds=seconds_left,
                steps_done=steps_done,
                losses=losses,
                previews=self._previews,
            )
            self.recorder.progressed(self.task, progress)

    def check(self) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.check`."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self.recorder.require_wanted(self.task, self.took)

    def _refuse_existing(self, uri: str) -> None:
        """Refuse what is there already, before any work, unless this job has put it there."""
        if self.recorder.promised(self.task):
            return
        if uri.endswith("/"):
            there = next(iter(self.storage.list(uri)), None)
        else:
            try:
                there = self.storage.stat(uri)
            except (StoredFileNotFound, AccessDenied):  # it may be a place that can be written only
                there = None
        if there is not None:
            raise StoredFileExists(
                f"{uri} holds something already. Give another URI, or overwrite: true to replace it."
            )

    def _is_due(self) -> bool:
        if time.monotonic() - self._told < _TELL_SECONDS:
            return False
        self._told = time.monotonic()
        return True


def _progress_of(progress: Progress) -> JobProgress:
    return JobProgress(
        step=progress.step,
        frames_done=progress.frames_done,
        frames_expected=progress.frames_expected,
        frames_per_second=progress.frames_per_second,
        remaining_seconds=progress.remaining_seconds,
    )
