"""Files on their way to their places: made beside them, put there in one go, taken back where one fails."""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import os
import secrets
import shutil
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Final

from rotoscope.errors import BackupError, RestoreRefused
from rotoscope.safekeeping.records import sqlite_file
from rotoscope.settings import Settings

_SHOWN: Final = 5
"""How many of the places that are taken are named."""
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""Ends of the names of files that belong to a SQLite database."""


class Arrival:
    """What a restore brings to the data folder, the cache folder and the place of the database."""

    def __init__(self, settings: Settings) -> None:
        self._database_place = sqlite_file(settings)
        self._folders = {settings.data_dir.absolute(): _beside(settings.data_dir)}
        self._folders[settings.cache_dir.absolute()] = _beside(settings.cache_dir)
        self.data = self._folders[settings.data_dir.absolute()]
        """Becomes the data folder, or a part of it."""
        self.cache = self._folders[settings.cache_dir.absolute()]
        """Becomes the cache folder, or a part of it."""
        self._lock = settings.data_dir / "service.lock"
        self._queues = settings.data_dir / "queues.sqlite"
        self._brings_database = False

    @contextlib.contextmanager
    def opened(self) -> Generator[Arrival]:
        """Make the folders; whatever happens, nothing is left beside the places.

        Raises:
            BackupError: they cannot be made.
            RestoreRefused: a server or worker uses the data folder.
        """
        made: list[Path] = []
        with self._alone():
            try:
                for final, staged in self._folders.items():
                    made += [parent for parent in final.parents if not parent.exists()]
                    staged.mkdir(mode=0o700, parents=True)
            except OSError as error:
                raise BackupError(
                    f"{error.filename or self.data.parent} cannot be made: {error.strerror}. Set "
                    "ROTOSCOPE_DATA_DIR and ROTOSCOPE_CACHE_DIR to places that you may write to."
                ) from error
            try:
                yield self
            finally:
                for staged in self._folders.values():
                    shutil.rmtree(staged, ignore_errors=True)
                for parent in made:
                    with contextlib.suppress(OSError):  # what was restored is in it
                        parent.rmdir()

    def bring_database(self, file: Path) -> None:
        """Let a finished database be what is put in the database's place."""
        place = self._database_place
        assert place is not None
        place = place.absolute()
        home = next((one for one in self._folders if place.is_relative_to(one)), None)
        if home is None:
            home = place.parent
            self._folders[home] = _beside(place)
        staged = self._folders[home] / place.relative_to(home)
        staged.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(file, staged)
        staged.chmod(0o600)
        self._brings_database = True

    def in_the_way(self) -> list[Path]:
        """Files that are there already, with other bytes."""
        return [
            final
            for staged, final in self._files()
            if os.path.lexists(final) and not (final.is_file() and filecmp.cmp(staged, final, shallow=False))
        ]

    @contextlib.contextmanager
    def placed(self) -> Generator[None]:
        """Put everything in its place. What the block raises, or what fails here, undoes all of it.

        Raises:
            BackupError: the disk refuses.
        """
        undo = contextlib.ExitStack()
        try:
            for place in self._displaced():
                self._set_aside(place, undo)
            for final, staged in list(self._folders.items()):
                self._place_folder(staged, final, undo)
            yield
        except OSError as error:
            undo.close()
            raise BackupError(
                f"{error.filename} cannot be put in its place: {error.strerror}. Nothing was restored; "
                "make it possible, and restore again."
            ) from error
        except BaseException:
            undo.close()
            raise

    def _place_folder(self, staged: Path, final: Path, undo: contextlib.ExitStack) -> None:
        if not any(staged.iterdir()):
            return
        if not final.exists() or (final.is_dir() and not any(final.iterdir())):
            staged.rename(final)
            undo.callback(final.rename, staged)
            return
        for file in sorted(one for one in staged.rglob("*") if one.is_file() and not _is_old(one, staged)):
            place = final / file.relative_to(staged)
            self._set_aside(place, undo)
            for parent in reversed([one for one in place.parents if not one.exists()]):
                parent.mkdir(mode=0o700)
                undo.callback(parent.rmdir)
            file.rename(place)
            undo.callback(place.rename, file)

    def _set_aside(self, place: Path, undo: contextlib.ExitStack) -> None:
        """Move what is at a place out of the way, until everything is in its place."""
        if os.path.lexists(place):
            old = self._folder_of(place) / _OLD / secrets.token_hex(8)
            old.parent.mkdir(exist_ok=True)
            place.rename(old)
            undo.callback(old.rename, place)

    def _folder_of(self, place: Path) -> Path:
        return next(
            staged for final, staged in self._folders.items() if place.absolute().is_relative_to(final)
        )

    def _displaced(self) -> Iterator[Path]:
        """What belongs to a database that is replaced: its journals, and the queues of its jobs."""
        if self._brings_database and self._database_place is not None:
            for name in (str(self._database_place.absolute()), str(self._queues.absolute())):
                yield from (Path(f"{name}{end}") for end in _COMPANIONS)
            yield self._queues.absolute()

    def _files(self) -> Iterator[tuple[Path, Path]]:
        for final, staged in self._folders.items():
            for file in sorted(staged.rglob("*")):
                if file.is_file():
                    yield file, final / file.relative_to(staged)

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        if not self._lock.is_file():
            yield
            return
        with self._lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RestoreRefused(
                    f"A server or worker uses {self._lock.parent}. Stop it, and restore again; or name "
                    "another folder with ROTOSCOPE_DATA_DIR."
                ) from None
            yield


_OLD: Final = ".old"


def refuse_taken(taken: Sequence[object]) -> None:
    """Say what is in the way.

    Raises:
        RestoreRefused: something is.
    """
    if taken:
        shown = ", ".join(str(one) for one in taken[:_SHOWN])
        more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
        raise RestoreRefused(
            f"There already, with other bytes: {shown}{more}. Nothing was restored. Give --overwrite to "
            "replace what is there, or name another folder with ROTOSCOPE_DATA_DIR."
        )


def _beside(place: Path) -> Path:
    """A new hidden folder on the same file system."""
    place = place.absolute()
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")


def _is_old(file: Path, staged: Path) -> bool:
    return file.relative_to(staged).parts[0] == _OLD
