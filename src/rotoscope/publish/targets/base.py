"""What every target promises, and what would be changed in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from rotoscope.errors import SiteConflict
from rotoscope.publish.owned import OwnedFiles, PublishedFile
from rotoscope.publish.site.building import AtHand

_SHOWN: Final = 5
DigestOf = Callable[[str], str | None]
"""SHA-256 of what is at a path now; None: nothing is."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing does to a place."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    """Files that are there already with the same bytes."""
    size_bytes: int = 0
    """Of what is written."""
    notes: tuple[str, ...] = ()
    commit: str | None = None
    """Where the place is a branch and something changed: the commit's id."""

    @property
    def is_nothing(self) -> bool:
        """Whether everything is there already, and nothing is there any more that should not be."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written and removed."""

    written: dict[str, PublishedFile]
    removed: tuple[str, ...]
    changes: Changes
    pending: dict[str, str] = field(default_factory=dict[str, str])


class Target(Protocol):
    """A place that a site is published to.

    Files that were not published there are neither replaced nor removed.
    """

    @property
    def shown_as(self) -> str:
        """What messages call it."""
        ...

    def state(self) -> AtHand:
        """What was published there before, and is still there.

        Raises:
            PublishError: the place is none, or its record is damaged.
            StorageError: it cannot be reached.
        """
        ...

    def put(self, files: Mapping[str, PublishedFile], record: OwnedFiles, *, overwrite: bool) -> Changes:
        """Let the place hold these files, and none that were published there before.

        Args:
            files: by path; those without bytes are there already.
            record: of these files, kept beside them.
            overwrite: replace files that are not its own, or were changed by hand.

        Raises:
            SiteConflict: a file would be replaced that it does not own; nothing was changed.
            EncodeError, StorageError: it cannot be written.
        """
        ...


def plan_changes(
    files: Mapping[str, PublishedFile],
    before: OwnedFiles,
    digest_of: DigestOf,
    *,
    place: str,
    overwrite: bool,
) -> Plan:
    """What has to be written and removed.

    Args:
        files: what shall be there.
        before: the record of what was published there.
        digest_of: of what is there now, for files of the record and of ``files``.
        place: what messages call it.
        overwrite: whether foreign files may be replaced.

    Raises:
        SiteConflict: a file that would be replaced was not published there, or was changed since.
    """
    added: list[str] = []
    changed: list[str] = []
    conflicts: list[str] = []
    for path, file in files.items():
        there = digest_of(path)
        if there is None:
            added.append(path)
        elif there != file.sha256:
            changed.append(path)
            if not before.owns(path, there):
                conflicts.append(path)
    if conflicts and not overwrite:
        raise _conflict(conflicts, place)
    removed: list[str] = []
    left: list[str] = []
    for path in sorted({*before.files, *before.pending} - set(files)):
        there = digest_of(path)
        if there is not None:
            (removed if before.owns(path, there) else left).append(path)
    written = {path: files[path] for path in (*added, *changed)}
    notes = (f"changed by hand since it was published, and left there: {_few(left)}",) if left else ()
    changes = Changes(
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(removed),
        unchanged=len(files) - len(written),
        size_bytes=sum(file.size_bytes for file in written.values()),
        notes=notes,
    )
    pending = {path: file.sha256 for path, file in written.items()}
    return Plan(in_order(written), tuple(removed), changes, pending)


def in_order(files: Mapping[str, PublishedFile]) -> dict[str, PublishedFile]:
    """What pages show before the pages, so that no page names what is not there yet."""
    return dict(sorted(files.items(), key=lambda item: (item[0].endswith((".html", ".xml")), item[0])))


def _conflict(paths: list[str], place: str) -> SiteConflict:
    files = "a file" if len(paths) == 1 else f"{len(paths)} files"
    return SiteConflict(
        f"{place} has {files} that this site would replace, not published by it, or changed since: "
        f"{_few(paths)}. Publish to another place, move them away, or replace them with "
        "--overwrite."
    )


def _few(paths: Iterable[str]) -> str:
    found = list(paths)
    return ", ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")
