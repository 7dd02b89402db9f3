"""Publishing to a folder, which may hold other files too."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from rotoscope.errors import PublishError, SiteConflict
from rotoscope.media.atomic import encode_errors, flush_to_disk, write_new_file
from rotoscope.media.manifest import file_sha256
from rotoscope.publish.owned import SITE_RECORD, OwnedFiles, PublishedFile, parse_record
from rotoscope.publish.site.building import AtHand
from rotoscope.publish.targets.base import Changes, Plan, plan_changes


class FolderTarget:
    """A folder of this machine.

    A site that is new appears whole or not at all. In a folder that is there, everything is written beside
    first, and then takes its place file by file, pages last; the next run ends one that was cut off.
    """

    def __init__(self, folder: Path, *, record_name: str = SITE_RECORD) -> None:
        """Nothing is read or made yet.

        Args:
            folder: of the site; it need not exist.
            record_name: of the file that says what the folder owns.
        """
        self.folder = folder
        self._record = folder / record_name

    @property
    def shown_as(self) -> str:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        return str(self.folder)

    def state(self) -> AtHand:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        if self.folder.exists() and not self.folder.is_dir():
            raise PublishError(f"{self.folder} is a file, and a site is a folder. Give another name.")
        record = self._read()
        there = {path: one for path, one in record.files.items() if self._digest(path) == one.sha256}
        return AtHand(record, there)

    def put(self, files: Mapping[str, PublishedFile], record: OwnedFiles, *, overwrite: bool) -> Changes:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        before = self._read()
        plan = plan_changes(files, before, self._digest, place=self.shown_as, overwrite=overwrite)
        self._refuse_ways_out(plan.written)
        if plan.changes.is_nothing and before == record:
            return plan.changes
        if self.folder.exists():
            self._put_into(plan, before, record)
        else:
            self._put_whole(plan, record)
        return plan.changes

    def _read(self) -> OwnedFiles:
        content = self._record.read_bytes() if self._record.is_file() else None
        return parse_record(content, place=str(self.folder))

    def _digest(self, path: str) -> str | None:
        place = self.folder / path
        return file_sha256(place) if place.is_file() else "a folder" if place.exists() else None

    def _refuse_ways_out(self, paths: Iterable[str]) -> None:
        """A link in the folder would lead what is written elsewhere."""
        root = self.folder.resolve()
        for folder in sorted({(self.folder / path).parent for path in paths}):
            blocked = next((one for one in (folder, *folder.parents) if one.is_file()), None)
            if blocked is not None:
                raise SiteConflict(
                    f"{blocked} is a file, and the site has a folder of that name. Move it away."
                )
            if not folder.resolve().is_relative_to(root):
                raise SiteConflict(
                    f"{folder} leads out of {self.folder}, and nothing is published there. Remove the link."
                )

    def _put_whole(self, plan: Plan, record: OwnedFiles) -> None:
        part = self.folder.absolute().with_name(f".{self.folder.name}.{secrets.token_hex(4)}.part")
        with encode_errors(self.folder):
            try:
                part.mkdir(parents=True)
                self._stage(part, plan.written)
                (part / self._record.name).write_bytes(record.to_bytes())
                part.rename(self.folder)
                flush_to_disk(self.folder.absolute().parent)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise

    def _put_into(self, plan: Plan, before: OwnedFiles, record: OwnedFiles) -> None:
        part = self.folder / f".rotoscope-{secrets.token_hex(8)}.part"
        with encode_errors(self.folder):
            try:
                part.mkdir()
                self._stage(part, plan.written)
                pending = before.model_copy(update={"pending": {**before.pending, **plan.pending}})
                write_new_file(self._record, pending.to_bytes(), overwrite=True)
                for path in plan.written:
                    place = self.folder / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    (part / path).replace(place)
                for path in plan.removed:
                    self._remove(path)
                write_new_file(self._record, record.to_bytes(), overwrite=True)
            finally:
                shutil.rmtree(part, ignore_errors=True)

    @staticmethod
    def _stage(part: Path, written: Mapping[str, PublishedFile]) -> None:
        for path, file in written.items():
            place = part / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(file.content, Path):
                shutil.copyfile(file.content, place)
            else:
                place.write_bytes(file.read())
            flush_to_disk(place)

    def _remove(self, path: str) -> None:
        place = self.folder / path
        place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == self.folder:
                break
            with contextlib.suppress(OSError):  # somebody else has something there: it stays
                folder.rmdir()
