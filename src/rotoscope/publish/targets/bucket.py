"""Publishing to a store: a bucket, or whatever a URI leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from rotoscope.errors import StoredFileNotFound
from rotoscope.publish.owned import SITE_RECORD, OwnedFiles, PublishedFile, parse_record
from rotoscope.publish.site.building import AtHand
from rotoscope.publish.targets.base import Changes, plan_changes
from rotoscope.storage.store import Store, StoredFile

_FOREIGN: Final = "not published here"
"""Stands for the digest of a file whose bytes nobody told."""


class StoreTarget:
    """A folder of a store. Files come before the pages that show them; only what changed is sent.

    A file counts as unchanged where the store has it with the size that the record says, and with the
    SHA-256 where the store knows one: bytes are not read back.
    """

    def __init__(
        self, store: Store, prefix: str, *, shown_as: str, check: Callable[[], None] | None = None
    ) -> None:
        """Nothing is read yet.

        Args:
            store: where.
            prefix: the folder in it; empty, or with a slash at its end.
            shown_as: what messages call it.
            check: called before every file; it may raise, to stop.
        """
        self._store = store
        self._prefix = prefix
        self._shown_as = shown_as
        self._check = check

    @property
    def shown_as(self) -> str:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        return self._shown_as

    def state(self) -> AtHand:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        record = self._record()
        stored = self._listed()
        there = {
            path: one
            for path, one in record.files.items()
            if path in stored and self._digest(stored[path], path, record) == one.sha256
        }
        return AtHand(record, there)

    def put(self, files: Mapping[str, PublishedFile], record: OwnedFiles, *, overwrite: bool) -> Changes:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        before = self._record()
        stored = self._listed()

        def digest_of(path: str) -> str | None:
            found = stored.get(path)
            return None if found is None else self._digest(found, path, before)

        plan = plan_changes(files, before, digest_of, place=self._shown_as, overwrite=overwrite)
        if plan.changes.is_nothing and before == record:
            return plan.changes
        pending = before.model_copy(update={"pending": {**before.pending, **plan.pending}})
        self._put(SITE_RECORD, pending.to_bytes())
        for path, file in plan.written.items():
            self._put(path, file.content if isinstance(file.content, Path) else file.read())
        for path in plan.removed:
            self._delete(path)
        self._put(SITE_RECORD, record.to_bytes())
        return plan.changes

    def _listed(self) -> dict[str, StoredFile]:
        return {file.path.removeprefix(self._prefix): file for file in self._store.list(self._prefix)}

    def _record(self) -> OwnedFiles:
        try:
            content = b"".join(self._store.read(f"{self._prefix}{SITE_RECORD}"))
        except StoredFileNotFound:
            content = None
        return parse_record(content, place=self._shown_as)

    def _digest(self, found: StoredFile, path: str, record: OwnedFiles) -> str:
        if found.sha256 is not None:
            return found.sha256
        if path in record.pending:  # a run was cut off: what is there may be the old file, or the new one
            digest = sha256()
            for piece in self._store.read(found.path):
                digest.update(piece)
            return digest.hexdigest()
        known = record.files.get(path)
        return known.sha256 if known is not None and known.size_bytes == found.size_bytes else _FOREIGN

    def _put(self, path: str, content: bytes | Path) -> None:
        if self._check is not None:
            self._check()
        self._store.put(f"{self._prefix}{path}", content, overwrite=True)

    def _delete(self, path: str) -> None:
        try:
            self._store.delete(f"{self._prefix}{path}")
        except StoredFileNotFound:
            return
