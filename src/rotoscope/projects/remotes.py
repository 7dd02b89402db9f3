"""Projects of other places: clone, push and pull, to whatever Git repository Dulwich speaks with."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dulwich import porcelain
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.porcelain import DivergedBranches
from dulwich.porcelain import Error as PorcelainError
from dulwich.repo import Repo

from rotoscope.errors import ProjectError, ProjectNotFound, RemoteFailed
from rotoscope.projects.merging import Merged, Prefer, merge_branch
from rotoscope.projects.project import Project, open_project
from rotoscope.projects.repository import MAIN, Repository

ORIGIN: Final = "origin"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed where."""

    remote: str
    branch: str
    commit: str


def clone_project(url: str, folder: str | Path | None = None, *, branch: str | None = None) -> Project:
    """Get a project from another repository; the clip does not come along.

    Args:
        url: a folder, ``https://…``, ``ssh://…``, ``git@host:path`` or ``git://…``.
        folder: made; by default named as the repository.
        branch: which one to stand on; None: the one that the repository does.

    Raises:
        RemoteFailed: it cannot be reached, or refuses.
        ProjectError: the folder holds something already.
        ProjectNotFound: the repository is no project. No folder is left then.
    """
    name = url.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git")
    folder = Path(folder) if folder is not None else Path(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(f"{folder} exists already and is not empty. Give a folder of another name.")
    was_there = folder.exists()
    try:
        with _remote_errors(url):
            porcelain.clone(_local(url), folder, branch=branch, errstream=io.BytesIO()).close()
        _stand_somewhere(Repository.open(folder))
        return open_project(folder)
    except BaseException:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _stand_somewhere(repository: Repository) -> None:
    """On ``main``, or the first branch, where the other repository stands on one that it has not."""
    try:
        repository.head  # noqa: B018 - raises where there is none
    except KeyError:
        there = repository.remote_branches()
        if there:
            name = MAIN if MAIN in there else there[0]
            repository.make_branch(name, repository.resolve(f"refs/remotes/{ORIGIN}/{name}"))
            repository.stand_on(name)


def create_remote(folder: Path) -> None:
    """Make an empty repository to push to.

    Raises:
        ProjectError: there is something already, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True)
        Repo.init_bare(folder, default_branch=MAIN.encode()).close()
    except FileExistsError:
        raise ProjectError(f"{folder} exists already. Push to it without --create.") from None
    except OSError as error:
        raise ProjectError(f"{folder} cannot be made: {error.strerror}. Choose another place.") from error


def push_project(project: Project, remote: str | None = None) -> Pushed:
    """Bring the branch at hand to another repository.

    Args:
        project: whose.
        remote: a URL, kept for the next time; None: the one that was kept, or that it was cloned from.

    Raises:
        RemoteFailed: it cannot be reached, or has commits that are not here: pull first.
        ProjectError: no remote is known.
    """
    branch = project.repository.branch
    with _origin(project, remote) as url, _remote_errors(url):
        sent = porcelain.push(
            project.repository.git,
            ORIGIN,
            refspecs=[f"refs/heads/{branch}"],
            outstream=io.BytesIO(),
            errstream=io.BytesIO(),
        )
        refused = [reason for reason in (sent.ref_status or {}).values() if reason]
        if refused:
            raise PorcelainError(", ".join(refused))
    return Pushed(shown(url), branch, project.repository.head.decode())


def pull_project(project: Project, remote: str | None = None, *, prefer: Prefer | None = None) -> Merged:
    """Get what is new on the branch at hand elsewhere, and merge it; see :func:`merge_branch`.

    Raises:
        RemoteFailed: the remote cannot be reached.
        ProjectNotFound: it has no such branch.
        ProjectConflict: both sides changed the same; nothing was merged.
        ProjectError: no remote is known, or there are changes that are not committed.
    """
    project.require_clean("Pulling")
    with _origin(project, remote) as url, _remote_errors(url):
        porcelain.fetch(project.repository.git, ORIGIN, outstream=io.StringIO(), errstream=io.BytesIO())
    branch = project.repository.branch
    name = f"refs/remotes/{ORIGIN}/{branch}"
    try:
        project.repository.resolve(name)
    except ProjectNotFound:
        raise ProjectNotFound(
            f"{shown(url)} has no branch {branch!r}. Push it there first, or switch to another."
        ) from None
    return merge_branch(project, f"{ORIGIN}/{branch}", prefer=prefer)


def shown(url: str) -> str:
    """A URL without the password that may be in it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rsplit('@', 1)[-1]}").geturl()


@contextmanager
def _origin(project: Project, given: str | None) -> Generator[str]:
    """The URL of the remote; one that is given is kept, if all goes well."""
    config = project.repository.git.get_config()
    section = (b"remote", ORIGIN.encode())
    try:
        kept = config.get(section, b"url").decode()
    except KeyError:
        kept = None
    url = kept if given is None else _local(given)
    if url is None:
        raise ProjectError(
            f"{project.folder} does not know another repository yet. Say which: a URL, or a folder; "
            "--create makes one. It is kept for the next time."
        )
    before = config.path and Path(os.fsdecode(config.path)).read_bytes()
    if url != kept:
        config.set(section, b"url", url.encode())
        config.set(section, b"fetch", f"+refs/heads/*:refs/remotes/{ORIGIN}/*".encode())
        config.write_to_path()
    try:
        yield url
    except BaseException:
        if config.path and before:
            Path(os.fsdecode(config.path)).write_bytes(before)
        raise


def _local(url: str) -> str:
    """A folder with its whole path, for the command may be given elsewhere next time."""
    path = Path(url)
    return str(path.absolute()) if path.exists() else url


@contextmanager
def _remote_errors(url: str) -> Generator[None]:
    try:
        yield
    except DivergedBranches:
        raise RemoteFailed(
            f"{shown(url)} has commits on this branch that are not here. Get them with `rotoscope project "
            "pull`, then push again."
        ) from None
    except NotGitRepository:
        raise RemoteFailed(
            f"{shown(url)} is no Git repository, or may not be read. Give the folder or URL of one; "
            "--create makes an empty one."
        ) from None
    except (PorcelainError, GitProtocolError, OSError, ValueError) as error:
        reason = str(error).strip() or type(error).__name__
        raise RemoteFailed(
            f"{shown(url)} cannot be reached, or refuses: {reason}. Check the address, the network, and "
            "whether you may write there; what is here is unchanged."
        ) from error
