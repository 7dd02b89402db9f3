"""One at a time changes a project: a lock in its folder, for threads and processes of one machine."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from rotoscope.errors import ProjectBusy
from rotoscope.projects.project import Project

_LOCK: Final = "rotoscope.lock"
_held = threading.local()
More = ParamSpec("More")
Result = TypeVar("Result")


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Be the only one who changes the project in a folder; may be entered again by the same thread.

    Raises:
        ProjectBusy: somebody else is changing it.
    """
    place = folder.absolute()
    mine: set[Path] = _held.__dict__.setdefault("places", set())
    if place in mine:
        yield
        return
    with (place / ".git" / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ProjectBusy(
                f"{folder} is being painted or changed by another process at this moment. Wait until that is "
                "done, and do the same again."
            ) from None
        mine.add(place)
        try:
            yield
        finally:
            mine.discard(place)


def by_oneself(
    change: Callable[Concatenate[Project, More], Result],
) -> Callable[Concatenate[Project, More], Result]:
    """A function that changes a project, made to be the only one that does; raises ProjectBusy, too."""

    @wraps(change)
    def changed(project: Project, *args: More.args, **kwargs: More.kwargs) -> Result:
        with alone(project.folder):
            return change(project, *args, **kwargs)

    return changed
