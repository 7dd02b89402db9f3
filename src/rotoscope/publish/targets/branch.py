"""Publishing to a branch of a Git repository, such as ``gh-pages``: a commit where something changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from dulwich.index import commit_tree
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, ObjectID

from rotoscope.errors import ProjectError, ProjectNotFound, PublishError
from rotoscope.projects.repository import Repository
from rotoscope.publish.owned import SITE_RECORD, OwnedFiles, PublishedFile, parse_record
from rotoscope.publish.site.building import AtHand
from rotoscope.publish.targets.base import Changes, plan_changes

_FILE_MODE: Final = 0o100644
NO_JEKYLL: Final = ".nojekyll"
"""An empty file: hosts of pages then serve the files as they are."""


class BranchTarget:
    """A branch of a repository of this machine. Its folder is not touched, and nothing is pushed."""

    def __init__(
        self, repository: Path, branch: str, *, record_name: str = SITE_RECORD, is_served: bool = True
    ) -> None:
        """Open a repository.

        Args:
            repository: its folder, bare or not.
            branch: made where it is missing, without the history of others.
            record_name: of the file that says what the branch owns.
            is_served: whether the files are served as they are, and no site is made of them first.

        Raises:
            PublishError: there is no repository, or the branch is the one at hand in its folder.
        """
        self._branch, self._record_name, self._is_served = branch, record_name, is_served
        try:
            self._repository = Repository.open(repository)
        except ProjectNotFound:
            raise PublishError(
                f"{repository} is no Git repository. Give the folder of one, or make one with `git init`."
            ) from None
        if self._repository.branch == branch and self._repository.git.has_index():
            raise PublishError(
                f"The branch {branch!r} is the one at hand in {repository}, whose files would no longer be "
                "those of the branch. Publish to another branch, or to the folder."
            )
        self._blob_digest = cache(self._digest_of_blob)

    @property
    def shown_as(self) -> str:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        return f"{self._repository.folder}#{self._branch}"

    def state(self) -> AtHand:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        tree = self._tree()
        record = self._record(tree)
        there = {path: one for path, one in record.files.items() if self._digest(tree, path) == one.sha256}
        return AtHand(record, there)

    def put(self, files: Mapping[str, PublishedFile], record: OwnedFiles, *, overwrite: bool) -> Changes:
        """See :class:`rotoscope.publish.targets.base.Target`."""
        tree = self._tree()
        before = self._record(tree)
        plan = plan_changes(
            files, before, lambda path: self._digest(tree, path), place=self.shown_as, overwrite=overwrite
        )
        if plan.changes.is_nothing and before == record:
            return plan.changes
        store = self._repository.git.object_store
        changed = {path: file.read() for path, file in plan.written.items()}
        changed[self._record_name] = record.to_bytes()
        if self._is_served and NO_JEKYLL not in tree:
            changed[NO_JEKYLL] = b""
        entries = {path: entry for path, entry in tree.items() if path not in plan.removed}
        for path, content in changed.items():
            blob = Blob.from_string(content)
            store.add_object(blob)
            entries[path] = (blob.id, _FILE_MODE)
        made = commit_tree(store, [(path.encode(), id, mode) for path, (id, mode) in entries.items()])
        try:
            commit = self._repository.commit_beside(self._branch, made, _message(plan.changes))
        except ProjectError as error:
            raise PublishError(str(error)) from error
        return Changes(
            added=plan.changes.added,
            changed=plan.changes.changed,
            removed=plan.changes.removed,
            unchanged=plan.changes.unchanged,
            size_bytes=plan.changes.size_bytes,
            notes=plan.changes.notes,
            commit=commit,
        )

    def _tree(self) -> dict[str, tuple[ObjectID, int]]:
        if self._branch not in self._repository.branches():
            return {}
        commit = self._repository.commit_of(self._repository.resolve(f"refs/heads/{self._branch}"))
        found = iter_tree_contents(self._repository.git.object_store, commit.tree)
        return {
            entry.path.decode("utf-8", "surrogateescape"): (entry.sha, entry.mode)
            for entry in found
            if entry.path and entry.sha and entry.mode
        }

    def _record(self, tree: Mapping[str, tuple[ObjectID, int]]) -> OwnedFiles:
        entry = tree.get(self._record_name)
        content = None if entry is None else self._repository.blob(entry[0])
        return parse_record(content, place=self.shown_as)

    def _digest(self, tree: Mapping[str, tuple[ObjectID, int]], path: str) -> str | None:
        entry = tree.get(path)
        return None if entry is None else self._blob_digest(entry[0])

    def _digest_of_blob(self, id: ObjectID) -> str:
        return sha256(self._repository.blob(id)).hexdigest()


def _message(changes: Changes) -> str:
    counts = (
        (len(changes.added), "added"),
        (len(changes.changed), "changed"),
        (len(changes.removed), "removed"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"Publish: {told or 'the record of what is there'}\n"
