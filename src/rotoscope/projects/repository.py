"""A Git repository with a working folder, as a project needs it; over Dulwich."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from dulwich.diff_tree import tree_changes
from dulwich.errors import NotGitRepository
from dulwich.graph import find_merge_base
from dulwich.object_store import iter_tree_contents, tree_lookup_path
from dulwich.objects import Blob, Commit, ObjectID, Tag, TreeEntry
from dulwich.objectspec import AmbiguousShortId, parse_commit, parse_object
from dulwich.porcelain import reset as reset_working_folder
from dulwich.porcelain import status as working_status
from dulwich.refs import Ref, check_ref_format
from dulwich.repo import Repo, get_user_identity
from dulwich.walk import ORDER_TOPO

from rotoscope.errors import ProjectError, ProjectNotFound

MAIN: Final = "main"
_HEADS: Final = b"refs/heads/"
_REMOTES: Final = b"refs/remotes/origin/"
_NOBODY: Final = b"Rotoscope <rotoscope@localhost>"


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """One step of a project's history."""

    id: str
    """40 hexadecimal digits."""
    parents: tuple[str, ...]
    author: str
    when: datetime
    """UTC."""
    message: str
    """The first line says it all; others follow after an empty one."""

    @property
    def title(self) -> str:
        """First line of the message."""
        return self.message.split("\n", 1)[0]


class Repository:
    """Files in a folder, and every state they were committed in."""

    def __init__(self, repo: Repo) -> None:
        """Made by :meth:`create` or :meth:`open`."""
        self.git = repo
        self.folder = Path(repo.path)
        weakref.finalize(self, repo.close)  # packs are open files

    @classmethod
    def create(cls, folder: Path) -> Repository:
        """An empty repository in a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(Repo.init(folder, default_branch=MAIN.encode()))

    @classmethod
    def open(cls, folder: Path) -> Repository:
        """The repository of a folder.

        Raises:
            ProjectNotFound: there is none.
        """
        try:
            return cls(Repo(str(folder)))
        except NotGitRepository:
            raise ProjectNotFound(
                f"{folder} is no project. Give its folder, make one with `rotoscope project init CLIP`, "
                "or get one with `rotoscope project clone URL`."
            ) from None

    # --- what is there ------------------------------------------------------------------------------------

    @property
    def branch(self) -> str:
        """The branch at hand; ``HEAD`` where none is."""
        target = self.git.refs.get_symrefs().get(Ref(b"HEAD"), b"HEAD")
        return target.removeprefix(_HEADS).decode()

    @property
    def head(self) -> ObjectID:
        """The last commit of the branch at hand."""
        return self.git.head()

    def branches(self) -> tuple[str, ...]:
        """Names of the branches, in order."""
        return tuple(sorted(name.decode() for name in self.git.refs.keys(base=Ref(_HEADS[:-1]))))

    def remote_branches(self) -> tuple[str, ...]:
        """Names of the branches that the repository has from which this one was cloned, or pulls."""
        names = (name.decode() for name in self.git.refs.keys(base=Ref(_REMOTES[:-1])))
        return tuple(sorted(name for name in names if name != "HEAD"))

    def resolve(self, name: str) -> ObjectID:
        """The commit that a branch, a shortened id or ``HEAD~2`` names.

        Raises:
            ProjectNotFound: none.
        """
        for candidate in (name, f"refs/remotes/origin/{name}"):
            try:
                named = parse_object(self.git, candidate) if set("~^") & set(name) else candidate
                if isinstance(named, (str, Commit, Tag)):
                    return parse_commit(self.git, named).id
            except (KeyError, ValueError, IndexError, AmbiguousShortId):
                continue
        raise ProjectNotFound(
            f"{name!r} is no commit or branch of {self.folder}. Branches: {', '.join(self.branches())}; "
            "`rotoscope project log` lists commits."
        )

    def commit_of(self, id: ObjectID) -> Commit:
        """A commit itself."""
        return cast("Commit", self.git[id])

    def history(self, start: ObjectID, *, limit: int | None = None) -> Iterator[CommitFacts]:
        """Commits from one backward, the newest first."""
        for entry in self.git.get_walker([start], max_entries=limit, order=ORDER_TOPO):
            commit = entry.commit
            yield CommitFacts(
                id=commit.id.decode(),
                parents=tuple(parent.decode() for parent in commit.parents),
                author=commit.author.decode("utf-8", "replace"),
                when=datetime.fromtimestamp(commit.commit_time, UTC),
                message=commit.message.decode("utf-8", "replace").rstrip("\n"),
            )

    def read(self, commit: ObjectID, path: str) -> bytes | None:
        """A file as it was in a commit; None where there was none."""
        store = self.git.object_store
        try:
            _, id = tree_lookup_path(store.__getitem__, self.commit_of(commit).tree, path.encode())
        except (KeyError, NotADirectoryError, ValueError):
            return None
        found = store[id]
        return found.data if isinstance(found, Blob) else None

    def files(self, commit: ObjectID) -> dict[str, ObjectID]:
        """Every file of a commit, with the id of its bytes."""
        tree = self.commit_of(commit).tree
        entries = iter_tree_contents(self.git.object_store, tree)
        return {entry.path.decode(): entry.sha for entry in entries if entry.path and entry.sha}

    def blob(self, id: ObjectID) -> bytes:
        """Bytes by their id."""
        return cast("Blob", self.git[id]).data

    def changed_files(self, old: ObjectID | None, new: ObjectID) -> dict[str, tuple[bool, bool]]:
        """Files that differ between two commits: whether each was there before, and is there after."""
        before = None if old is None else self.commit_of(old).tree
        changes = tree_changes(self.git.object_store, before, self.commit_of(new).tree)
        found: dict[str, tuple[bool, bool]] = {}
        for change in changes:
            sides = (change.old, change.new)
            paths = [side.path for side in sides if side is not None and side.path]
            found[paths[0].decode()] = (_is_file(change.old), _is_file(change.new))
        return found

    def uncommitted(self) -> tuple[str, ...]:
        """Files of the last commit that were changed or removed since, and those that were staged."""
        told = working_status(self.git, untracked_files="no")
        staged = [path for paths in told.staged.values() for path in paths]
        names = {os.fsdecode(path) for path in (*staged, *told.unstaged)}
        return tuple(sorted(names))

    def ancestor(self, one: ObjectID, other: ObjectID) -> ObjectID | None:
        """The newest commit that both go back to."""
        found = find_merge_base(self.git, [one, other])
        return found[0] if found else None

    # --- changes ------------------------------------------------------------------------------------------

    def commit(
        self, message: str, files: Mapping[str, bytes | None], *, merged: Sequence[ObjectID] = ()
    ) -> str:
        """Write files (None removes one) and commit them with whatever else is staged; gives the commit's id.

        Raises:
            ProjectError: the folder cannot be written to.
        """
        self.write(files)
        worktree = self.git.get_worktree()
        try:
            worktree.stage([os.fsencode(name) for name in files])
            made = worktree.commit(
                message=message.encode(),
                author=self._identity("AUTHOR"),
                committer=self._identity("COMMITTER"),
                commit_timezone=_seconds_from_utc(),
                merge_heads=list(merged),
                sign=False,
            )
        except OSError as error:
            raise self._unwritable(error) from error
        return made.decode()

    def commit_beside(self, branch: str, tree: ObjectID, message: str) -> str:
        """A commit of a tree that is stored already, on a branch that is not at hand; gives its id.

        The branch is made where it is missing, without a history; no file in the folder is touched.

        Raises:
            ProjectError: it is no name for a branch, the branch moved meanwhile, or the folder cannot be
                written to.
        """
        ref = Ref(_HEADS + branch.encode())
        if not check_ref_format(ref):
            raise ProjectError(f"{branch!r} is no name for a branch: use letters, digits and hyphens.")
        parent = self.resolve(f"refs/heads/{branch}") if branch in self.branches() else None
        commit = Commit()
        commit.tree = tree
        commit.parents = [] if parent is None else [parent]
        commit.author, commit.committer = self._identity("AUTHOR"), self._identity("COMMITTER")
        commit.commit_time = commit.author_time = round(datetime.now(UTC).timestamp())
        commit.commit_timezone = commit.author_timezone = _seconds_from_utc()
        commit.encoding = b"UTF-8"
        commit.message = message.encode()
        try:
            self.git.object_store.add_object(commit)
            moved = self.git.refs.set_if_equals(ref, parent, commit.id)
        except OSError as error:
            raise self._unwritable(error) from error
        if not moved:
            raise ProjectError(f"The branch {branch!r} of {self.folder} moved meanwhile. Run it again.")
        return commit.id.decode()

    def write(self, files: Mapping[str, bytes | None]) -> None:
        """Put files into the folder, each at once; None removes one.

        Raises:
            ProjectError: the folder cannot be written to.
        """
        try:
            for name, content in files.items():
                _put(self.place(name), content)
        except OSError as error:
            raise self._unwritable(error) from error

    def place(self, name: str) -> Path:
        """Where a file or folder of the project is.

        Raises:
            ProjectError: a link leads from there out of the project, as one that came with a clone may.
        """
        inside = Path(os.path.realpath(self.folder))
        if Path(os.path.realpath(self.folder / name)) != inside / name:
            raise ProjectError(
                f"{self.folder / name} is a link, or lies behind one. A project holds files of its own "
                "alone: remove the link, and put the file itself there."
            )
        return self.folder / name

    def _unwritable(self, error: OSError) -> ProjectError:
        return ProjectError(
            f"{self.folder} cannot be written to: {error.strerror}. Check the folder and the disk, and run "
            "the same command again."
        )

    def make_branch(self, name: str, at: ObjectID) -> None:
        """A branch at a commit.

        Raises:
            ProjectError: there is one of that name, or it is no name for one.
        """
        ref = Ref(_HEADS + name.encode())
        if not check_ref_format(ref):
            raise ProjectError(f"{name!r} is no name for a branch: use letters, digits and hyphens.")
        if not self.git.refs.add_if_new(ref, at):
            raise ProjectError(
                f"{self.folder} has a branch {name!r} already. Give another name, or go to it with "
                f"`rotoscope project switch {name}`."
            )

    def stand_on(self, name: str, *, keep_files: bool = False) -> None:
        """Make a branch the one at hand; the files become its own, unless they are to stay as they are."""
        self.git.refs.set_symbolic_ref(Ref(b"HEAD"), Ref(_HEADS + name.encode()))
        if not keep_files:
            reset_working_folder(self.git, "hard", "HEAD")

    def advance(self, commit: ObjectID) -> None:
        """Move the branch at hand to a commit that goes back to it; the files become that commit's."""
        reset_working_folder(self.git, "hard", commit)

    def _identity(self, kind: str) -> bytes:
        """Who commits, as Git is told; nobody in particular where it is not told."""
        config = self.git.get_config_stack()
        try:
            named = bool(config.get((b"user",), b"email"))
        except KeyError:
            named = f"GIT_{kind}_EMAIL" in os.environ
        return get_user_identity(config, kind=kind) if named else _NOBODY

    # --- what is not committed ----------------------------------------------------------------------------

    def setting(self, name: str) -> str | None:
        """A setting of this folder alone, from ``.git/config``."""
        try:
            return self.git.get_config().get((b"rotoscope",), name.encode()).decode()
        except KeyError:
            return None

    def set(self, name: str, value: str) -> None:
        """Keep a setting of this folder alone."""
        config = self.git.get_config()
        config.set((b"rotoscope",), name.encode(), value.encode())
        config.write_to_path()


def _seconds_from_utc() -> int:
    offset = datetime.now().astimezone().utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _is_file(side: TreeEntry | None) -> bool:
    return side is not None and bool(side.path)


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
