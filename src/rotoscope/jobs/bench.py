"""The workbench of one task: what it takes comes from storage, what it makes goes there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rotoscope.errors import AccessDenied, EncodeError, StoredFileExists, StoredFileNotFound
from rotoscope.jobs.job import JobProgress
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task
from rotoscope.media.manifest import file_sha256
from rotoscope.palette.palette import Palette
from rotoscope.render.progress import Progress
from rotoscope.render.segments.store import SegmentStore
from rotoscope.storage.staging import cached_fetch
from rotoscope.storage.storage import Storage
from rotoscope.storage.uri import parse_uri

if TYPE_CHECKING:
    from rotoscope.networks.device import DeviceName

_LOOK_SECONDS: Final = 0.4
"""How often it is looked whether a job is still wanted."""
_TELL_SECONDS: Final = 1.0
"""How often progress is written down."""
_AT_ONCE: Final = 4
"""Files of a folder that are delivered at the same time."""


@dataclass(frozen=True, slots=True)
class Making:
    """A result on its way."""

    uri: str
    local: Path
    overwrite: bool


@dataclass
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
    put_filter: Callable[[Path], None]
    put_preview: Callable[[Path], None]
    makings: list[Making] = field(default_factory=list[Making])

    def __post_init__(self) -> None:
        self._begun = time.monotonic()
        self._looked = self._told = self._begun

    @property
    def job_id(self) -> str:
        """Of the job that is worked on."""
        return self.task.subject

    @property
    def seconds(self) -> float:
        """Since the task began."""
        return time.monotonic() - self._begun

    def take(self, uri: str) -> Path:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.take`."""
        self.check()
        return cached_fetch(self.storage, uri, self.staging_dir)

    def make(self, uri: str, *, overwrite: bool = False) -> Path:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.make`."""
        parsed = parse_uri(uri)
        self.storage.locate(parsed, "write")
        if not overwrite:
            self._refuse_existing(uri)
        name = parsed.name or "result"
        folder = self.scratch / f"made-{len(self.makings)}"
        folder.mkdir(parents=True)
        local = folder / name
        self.makings.append(Making(uri, local, overwrite))
        return local

    def should_stop(self) -> bool:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.should_stop`."""
        return self.recorder.is_stop_asked(self.task.subject)

    def show(self, picture: Path) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.show`."""
        if picture.exists():
            self.put_preview(picture)

    def publish(self, filter_file: Path) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.publish`."""
        self.put_filter(filter_file)

    def on_progress(self, progress: Progress) -> None:
        """Write progress down now and then, and stop where nobody wants the job any more."""
        self.check()
        if self._is_due():
            if self.task.step == "segment":
                self.recorder.segment_progressed(self.task, progress.frames_done)
            else:
                self.recorder.progressed(self.task, _progress_of(progress))

    def tell(self, fraction: float, seconds_left: float | None) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.tell`."""
        self.check()
        if self._is_due():
            progress = JobProgress(
                step=self.task.queue,
                frames_done=round(100 * fraction),
                frames_expected=100,
                remaining_seconds=seconds_left,
            )
            self.recorder.progressed(self.task, progress)

    def check(self) -> None:
        """See :meth:`rotoscope.jobs.operations.base.Workbench.check`."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self.recorder.require_wanted(self.task, self.seconds)

    def deliver(self) -> list[dict[str, Any]]:
        """Bring what was made to where it was asked for; gives what is there now.

        A task that was cut off between delivering and saying so is done again: what is there already is taken
        for this result where its bytes are the same, or are those that the earlier run said it would put
        there.
        """
        files = [one for making in self.makings for one in _files_of(making)]
        digests = {uri: file_sha256(file) for uri, file, _ in files}
        promised = self.recorder.promise(self.task, digests)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(partial(self._deliver, promised), files))

    def _deliver(self, promised: Mapping[str, str], one: tuple[str, Path, bool]) -> dict[str, Any]:
        uri, file, overwrite = one
        digest = file_sha256(file)
        try:
            stored = self.storage.put(uri, file, overwrite=overwrite)
        except StoredFileExists:
            there = self._sha256(uri)
            if there not in (digest, promised.get(uri)):
                raise
            stored, digest = self.storage.stat(uri), there
        return {"uri": uri, "size_bytes": stored.size_bytes, "sha256": digest}

    def _sha256(self, uri: str) -> str:
        digest = hashlib.sha256()
        for data in self.storage.read(uri):
            digest.update(data)
        return digest.hexdigest()

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


def _files_of(making: Making) -> list[tuple[str, Path, bool]]:
    """(URI, file, whether it may replace another) of a result."""
    if making.local.is_dir():
        folder = parse_uri(making.uri)
        return [
            (str(folder.joined(file.relative_to(making.local).as_posix())), file, making.overwrite)
            for file in sorted(making.local.rglob("*"))
            if file.is_file()
        ]
    if not making.local.exists():
        raise EncodeError(
            f"Nothing was made for {making.uri}. This is a fault of Rotoscope; please report it."
        )
    return [(making.uri, making.local, making.overwrite)]


def _progress_of(progress: Progress) -> JobProgress:
    return JobProgress(
        step=progress.step,
        frames_done=progress.frames_done,
        frames_expected=progress.frames_expected,
        frames_per_second=progress.frames_per_second,
        remaining_seconds=progress.remaining_seconds,
    )
