"""Folders that are watched, on any connector: sources come in, and people move results to judge them.

A watched place is looked at again and again. What is found is taken by one watcher, once it has stood still
for two looks, and is remembered in notes that outlive the watcher.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from rotoscope.errors import InvalidUri
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import StoredFile
from rotoscope.storage.uri import StorageUri, parse_uri
from rotoscope.storage.watching_notes import Note, Notes, StoredNotes

Kind: TypeAlias = Literal["source", "approved", "rejected", "retouched"]
"""What a file means by the folder that it is in."""
NOTES_FOLDER: Final = ".rotoscope-watch/"
"""In the outbox; its name is hidden, and it is never watched."""
UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".!ut")
"""How programs call files that they have not written to the end."""
LEASE: Final = timedelta(minutes=15)
"""How long a watcher may take to see to what it took."""
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched place: folders, each a URI that ends with ``/``."""

    inbox: StorageUri
    """Sources to be painted, also in folders within."""
    outbox: StorageUri
    """Where results go. What lies in it is not watched, except in the folders for people."""
    approved: StorageUri
    rejected: StorageUri
    retouched: StorageUri
    """Frames that somebody painted over: :mod:`rotoscope.storage.watching_frames`."""

    @classmethod
    def of(
        cls,
        inbox: str,
        outbox: str,
        *,
        approved: str | None = None,
        rejected: str | None = None,
        retouched: str | None = None,
    ) -> Watch:
        """A watched place by the URIs of its folders.

        Those for people are ``approved/``, ``rejected/`` and ``retouched/`` in the outbox unless others are
        named.

        Raises:
            InvalidUri: one is no URI of a folder, or two are the same.
        """
        out = _folder(outbox)
        folders = [
            out.joined(f"{name}/") if given is None else _folder(given)
            for name, given in (("approved", approved), ("rejected", rejected), ("retouched", retouched))
        ]
        watch = cls(_folder(inbox), out, *folders)
        places = [watch.inbox, watch.outbox, *folders]
        twice = next((place for place in places if places.count(place) > 1), None)
        if twice is not None:
            raise InvalidUri(
                f"{twice} is watched as two things. Inbox, outbox and the folders approved, rejected and "
                "retouched are five different ones."
            )
        return watch

    @property
    def notes(self) -> StorageUri:
        """The folder of notes in the outbox."""
        return self.outbox.joined(NOTES_FOLDER)

    @property
    def folders(self) -> Mapping[Kind, StorageUri]:
        """The watched folders."""
        return {
            "source": self.inbox,
            "approved": self.approved,
            "rejected": self.rejected,
            "retouched": self.retouched,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found, and taken by this watcher."""

    kind: Kind
    uri: StorageUri
    name: str
    """Its path in its folder: ``trip/drone.mp4``."""
    file: StoredFile
    key: str
    """Says the same to every watcher, and another thing when the file was stored anew. 40 hexadecimal digits.
    What is started for a file should be started once for its key."""


class Watcher:
    """Looks at a watched place.

    Several may look at one place, each by a name of its own. What one has taken is given to none again,
    unless it was not reported done within the lease: then that failed. So a file is never lost, and is given
    twice only where something went wrong between :meth:`look` and :meth:`done`; ``Found.key`` is then the
    same.
    """

    def __init__(
        self,
        storage: Storage,
        watch: Watch,
        *,
        name: str,
        notes: Notes | None = None,
        lease: timedelta = LEASE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Nothing is looked at yet.

        Args:
            storage: reaches the folders; the inbox to read, the outbox to write.
            watch: what is watched.
            name: of this watcher; with the same name, one that was started again goes on at once.
            notes: what was taken; by default in the folder of notes in the outbox. Google Drive does not
                create only (:class:`~rotoscope.storage.drive.DriveStore`): for several watchers of one place
                there, hand in notes in a database.
            lease: how long a watcher may take from :meth:`look` to :meth:`done`.
            now: the time, UTC.
        """
        self._storage = storage
        self._watch = watch
        self._name = name
        self._notes = notes or StoredNotes(storage, watch.notes)
        self._lease = lease
        self._now = now
        self._before: frozenset[str] = frozenset()
        self._held: set[str] = set()

    def look(self) -> list[Found]:
        """What is new, has stood still since the look before, and was taken by this watcher.

        It comes in the order of its URIs. The first look gives nothing.

        Raises:
            StorageError: a folder cannot be listed, or a note not be written.
        """
        listed = {found.key: found for found in self._listed()}
        still = [found for key, found in listed.items() if key in self._before]
        known = self._notes.known()
        taken = [found for found in still if self._take(found.key, known.get(found.key))]
        gone = known.keys() - listed.keys() - self._before
        self._held &= listed.keys() | self._before
        self._before = frozenset(listed)
        for key in gone:
            if self._now() - known[key].written > _KEPT:
                self._notes.forget(key)
        return sorted(taken, key=lambda found: str(found.uri))

    def done(self, found: Found) -> None:
        """Remember for good that a file was seen to: what it asks for is kept elsewhere now, as a job."""
        self._notes.finish(found.key, self._name)

    def _take(self, key: str, note: Note | None) -> bool:
        if note is not None and note.is_done:
            return False
        if note is not None and note.by == self._name and key not in self._held:
            self._held.add(key)  # taken before this watcher was started again
            return True
        if note is not None and self._now() - note.written < self._lease:
            return False
        turn = 1 if note is None else note.turn + 1
        taken = self._notes.take(key, turn, self._name, self._now())
        if taken:
            self._held.add(key)
        return taken

    def _listed(self) -> Iterator[Found]:
        places = {str(uri) for uri in (*self._watch.folders.values(), self._watch.outbox, self._watch.notes)}
        for kind, folder in self._watch.folders.items():
            base = str(folder)
            within = [place for place in places if place.startswith(base) and place != base]
            for uri, file in self._storage.list(folder):
                name = uri.path[len(folder.path) :]
                if file.size_bytes and not _is_unfinished(name) and not str(uri).startswith(tuple(within)):
                    yield Found(kind, uri, name, file, _key(kind, uri, file))


def _folder(text: str) -> StorageUri:
    uri = parse_uri(text)
    if not uri.is_folder:
        raise InvalidUri(f"{text} is watched, and so it is a folder: write it with / at its end.")
    return uri


def _is_unfinished(name: str) -> bool:
    """Whether a name is hidden, or that of a file that is still being written."""
    hidden = any(part.startswith((".", "~$")) for part in name.split("/"))
    return hidden or name.lower().endswith(UNFINISHED)


def _key(kind: Kind, uri: StorageUri, file: StoredFile) -> str:
    told = "\0".join((kind, str(uri), str(file.size_bytes), file.etag, file.modified.isoformat()))
    return hashlib.sha256(told.encode()).hexdigest()[:40]
