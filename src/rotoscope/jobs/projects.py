"""The projects of clients, on every machine."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from rotoscope.errors import ProjectBusy, ProjectExists, ProjectNotFound, StoredFileExists, StoredFileNotFound
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.projects.alone import alone
from rotoscope.projects.project import Project, open_project
from rotoscope.projects.states import apply_state, dump_state, made_of_states, state_of
from rotoscope.settings import Settings
from rotoscope.storage.naming import told_as
from rotoscope.storage.store import Store

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""Names of projects."""
_FOLDER: Final = "projects"
_SHARED: Final = "shared"
"""The setting of a copy that says how many states it has."""
_BEGUN: Final = "begun"
"""The setting of a copy that says which first state it was made of."""
_FIRST: Final = f"{1:08d}"
_SOURCE: Final = "source"


class ClientProjects:
    """Each client's projects: folders, on several machines copies of states in the service's store.

    A state is put into the store under its number, create-only: of two machines that change a project at once
    one is refused.
    """

    def __init__(self, settings: Settings, shared: Store | None) -> None:
        """Keep projects below the data folder.

        Args:
            settings: has the folder.
            shared: a store that other machines reach too; None: there are no others.
        """
        self._settings = settings
        self._shared = shared

    def folder(self, client_id: str) -> Path:
        """A client's projects on this machine; the command line's own are those of the local client."""
        if self._shared is not None:
            return self._settings.cache_dir / _FOLDER / client_id
        if client_id == LOCAL_CLIENT:
            return self._settings.data_dir / _FOLDER
        return self._settings.data_dir / "clients" / client_id / _FOLDER

    def names(self, client_id: str) -> list[str]:
        """Names of a client's projects, in order.

        Raises:
            StorageError: the service's store does not answer.
        """
        if self._shared is not None:
            prefix = f"{_FOLDER}/{client_id}/"
            parts = [one.path.removeprefix(prefix).split("/") for one in self._shared.list(prefix)]
            found = {name for name, state in parts if state == _FIRST}
        else:
            found = {place.parent.name for place in self.folder(client_id).glob("*/.git")}
        return sorted(name for name in found if re.fullmatch(NAME_PATTERN, name))

    def open(self, client_id: str, name: str) -> Project:
        """A project as it is on all machines, to be looked at.

        Raises:
            ProjectNotFound: the client has none of that name.
            StorageError: the service's store does not answer.
        """
        place = self._place(client_id, name)
        if self._shared is not None:
            self._bring(client_id, name, self._shared)
        if not (place / ".git").is_dir():
            raise ProjectNotFound(f"There is no project {name!r}. GET /v1/projects lists those there are.")
        return open_project(place)

    @contextmanager
    def changing(self, client_id: str, name: str) -> Generator[Project]:
        """A project to be changed by nobody else meanwhile; afterwards all machines have the change.

        Raises:
            ProjectNotFound: the client has none of that name.
            ProjectBusy: somebody else is changing it.
            StorageError: the service's store does not answer.
        """
        self.open(client_id, name)
        place = self._place(client_id, name)
        with told_as({place: name}), alone(place):
            project = self.open(client_id, name)
            before = state_of(project.repository)
            yield project
            if self._shared is not None and state_of(project.repository) != before:
                self._share(client_id, name, project, before.heads, self._shared)

    @contextmanager
    def beginning(self, client_id: str, name: str, source: str) -> Generator[Path]:
        """A folder in which a project is to be made; afterwards all machines have it.

        Args:
            client_id: whose it is.
            name: of the project.
            source: URI of its clip.

        Raises:
            ProjectExists: there is one of that name.
            StorageError: the service's store does not answer.
        """
        place = self._place(client_id, name)
        if name in self.names(client_id) or place.exists():
            raise ProjectExists(
                f"There is a project {name!r} already. Give another name, or go on with that one."
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        yield place
        project = open_project(place)
        self.set_source(project, source)
        if self._shared is not None:
            self._throw_away(client_id, name, self._shared)  # what came while it was being deleted
            self._share(client_id, name, project, {}, self._shared)

    def delete(self, client_id: str, name: str) -> None:
        """Throw a project away, on all machines.

        Raises:
            ProjectNotFound: the client has none of that name.
            ProjectBusy: somebody is changing it.
            StorageError: the service's store does not answer.
        """
        self.open(client_id, name)
        place = self._place(client_id, name)
        with told_as({place: name}), alone(place):
            if self._shared is not None:
                self._throw_away(client_id, name, self._shared)
            gone = place.with_name(f".{name}.{secrets.token_hex(8)}")
            place.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _throw_away(self, client_id: str, name: str, shared: Store) -> None:
        """The first state first: from then on no machine has the project."""
        for one in list(shared.list(f"{_FOLDER}/{client_id}/{name}/")):
            with suppress(StoredFileNotFound):
                shared.delete(one.path)

    def source(self, project: Project) -> str | None:
        """URI of the clip of a project; None where nobody said."""
        return project.repository.setting(_SOURCE)

    def set_source(self, project: Project, uri: str) -> None:
        """Keep where the clip of a project is stored."""
        if project.repository.setting(_SOURCE) != uri:
            project.repository.set(_SOURCE, uri)

    def _place(self, client_id: str, name: str) -> Path:
        if not re.fullmatch(NAME_PATTERN, name):
            raise ProjectNotFound(f"There is no project {name!r}: names have small letters, digits and -.")
        return self.folder(client_id) / name

    def _bring(self, client_id: str, name: str, shared: Store) -> None:
        """Take over the states that this machine does not have."""
        place = self._place(client_id, name)
        files = list(shared.list(f"{_FOLDER}/{client_id}/{name}/"))
        begun = files[0].etag if files and files[0].path.endswith(f"/{_FIRST}") else None
        self._forget_deleted(place, begun)
        if begun is None:
            return
        is_new = not (place / ".git").is_dir()
        have = 0 if is_new else _states(open_project(place))
        contents = [b"".join(shared.read(one.path)) for one in files[have:]]
        if is_new:
            made_of_states(place, contents)
            repository = open_project(place).repository
            repository.set(_SHARED, str(len(contents)))
            repository.set(_BEGUN, begun)
            return
        if not contents:
            return
        with alone(place):
            project = open_project(place)
            for content in contents[_states(project) - have :]:
                apply_state(project.repository, content)
            project.repository.set(_SHARED, str(have + len(contents)))

    def _forget_deleted(self, place: Path, begun: str | None) -> None:
        """Remove this machine's copy of a project that was deleted, whether or not it was begun again."""
        if not (place / ".git").is_dir():
            return
        project = open_project(place)
        known = project.repository.setting(_BEGUN)
        if not _states(project) or (begun is not None and begun == known):
            return
        if begun is None or known is not None:
            self._forget(project)
        else:
            project.repository.set(_BEGUN, begun)

    def _share(
        self, client_id: str, name: str, project: Project, known: dict[str, str], shared: Store
    ) -> None:
        number = _states(project) + 1
        content = dump_state(project.repository, known)
        try:
            shared.put(f"{_FOLDER}/{client_id}/{name}/{number:08d}", content)
        except StoredFileExists:
            self._forget(project)
            raise ProjectBusy(
                f"The project {name} was changed by another machine meanwhile, and this change was given up. "
                "Do the same again."
            ) from None
        project.repository.set(_SHARED, str(number))

    def _forget(self, project: Project) -> None:
        """Remove this machine's copy, which is other than what all have."""
        shutil.rmtree(project.folder, ignore_errors=True)


def _states(project: Project) -> int:
    return int(project.repository.setting(_SHARED) or 0)
