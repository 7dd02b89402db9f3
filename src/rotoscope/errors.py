"""Every error Rotoscope raises on purpose.

The tree::

    RotoscopeError
    ├─ MediaError
    │  ├─ OpenError            a source cannot be opened: missing, not media, refused by the safety rules
    │  ├─ DecodeError          a source opened, but its pictures cannot be read
    │  ├─ TruncatedError       a source ended before what it claimed; carries claimed and decoded counts
    │  ├─ EncodeError          a result cannot be written: codec, container, disk
    │  ├─ OutputExists         the output is there already and --overwrite was not given
    │  └─ UnsupportedMedia     a kind, codec or size that this version does not handle
    ├─ FilterError
    │  ├─ UnknownFilter        no filter of that name in the palette
    │  ├─ InvalidOptions       an option of a filter or of a command is outside what is allowed
    │  └─ FilterFailed         a filter raised, or returned something that is not a picture of the same size
    ├─ WeightsError
    │  ├─ ChecksumMismatch     bytes differ from the pinned SHA-256
    │  ├─ UnsupportedArchitecture  weights or a graph whose architecture is not recognised
    │  └─ UnsafeFile           a file that could do more than hold numbers: external data, pickles …
    ├─ FetchError              a file with a pinned address cannot be fetched
    ├─ PaletteError
    │  ├─ InvalidCard          a card that breaks the schema
    │  └─ DuplicateFilter      the palette has another filter of that name
    ├─ InvalidLook             a look file is not in order; carries every fault with its line
    ├─ UnknownStyle            no style image of that name can be drawn
    ├─ PublishError            something cannot be published
    │  ├─ InvalidCollection    a collection or a work is not in order; carries every fault with its line
    │  ├─ CollectionNotFound   no collection of that name, or no such work in it
    │  ├─ DuplicateCollection  there is a collection, or a work in it, of that name
    │  ├─ SiteConflict         a site would replace or remove files that it does not own
    │  └─ BrokenLinks          a site names files or places that it does not have; carries every one
    ├─ ManifestError           a manifest is missing, breaks the schema, or disagrees with the files beside it
    ├─ ProjectError             a project cannot do what was asked
    │  ├─ ProjectNotFound      no project in that folder, or no such branch, commit, path or frame in it
    │  ├─ ProjectConflict      two branches changed the same; carries every conflict
    │  └─ RemoteFailed         another repository cannot be reached, or refuses
    ├─ TrainingError           training cannot start or go on
    ├─ OptimizationError       an optimization cannot start or go on
    ├─ WorkerLost              a process that painted ended without a word
    ├─ IsolationError          work in a process of its own died, or went over a limit
    ├─ InvalidRates           rates or a price plan are not in order, or not at hand
    ├─ BackupError             a backup cannot be made, is missing, or does not fit
    │  ├─ BackupDamaged        bytes of a backup are missing, or other than they were
    │  └─ RestoreRefused       something is there already that a restore would replace
    ├─ CredentialsError        a certificate or its key cannot sign a picture
    ├─ RecipeMismatch          what a result was made with is not at hand, or has changed
    └─ MissingExtra            a Python package of an optional extra is not installed

Catch :class:`RotoscopeError` to catch them all. A message is one paragraph: what was given, what is
allowed, what to do. Library code raises these and nothing else for bad input; it knows nothing of
exit codes or HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self


class RotoscopeError(Exception):
    """Base of every error that Rotoscope raises on purpose."""


class MediaError(RotoscopeError):
    """Something about a video, picture or folder of pictures."""


class OpenError(MediaError):
    """A source cannot be opened."""


class DecodeError(MediaError):
    """A source opened, but its pictures cannot be read."""


class TruncatedError(DecodeError):
    """A source ended before what it claimed."""

    def __init__(self, message: str, *, claimed_frames: int | None, decoded_frames: int) -> None:
        super().__init__(message)
        self.claimed_frames = claimed_frames
        """Frames the source's header (or its index) promised; None where it promised a duration only."""
        self.decoded_frames = decoded_frames
        """Frames that could be decoded."""

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process with its counts."""
        make = partial(TruncatedError, claimed_frames=self.claimed_frames, decoded_frames=self.decoded_frames)
        return make, self.args


class EncodeError(MediaError):
    """A result cannot be written."""


class OutputExists(EncodeError):
    """The output is there already."""


class UnsupportedMedia(MediaError):
    """A kind, codec or size of media that this version does not handle."""


class FilterError(RotoscopeError):
    """Something about a filter."""


class UnknownFilter(FilterError):
    """No filter of that name."""


class InvalidOptions(FilterError):
    """An option is outside what is allowed."""


class FilterFailed(FilterError):
    """A filter broke its contract while painting."""


class WeightsError(RotoscopeError):
    """Something about a file of weights or a graph."""


class ChecksumMismatch(WeightsError):
    """Bytes differ from the pinned checksum."""


class UnsupportedArchitecture(WeightsError):
    """An architecture that is not recognised."""


class UnsafeFile(WeightsError):
    """A file that could do more than hold numbers."""


class FetchError(RotoscopeError):
    """A file with a pinned address cannot be fetched."""


class PaletteError(RotoscopeError):
    """Something about the set of filters at hand."""


class InvalidCard(PaletteError):
    """A card breaks the schema."""


class DuplicateFilter(PaletteError):
    """The palette has another filter of that name."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing that is wrong in a file that people write."""

    line: int
    """Counted from 1."""
    key: str
    """Where, e.g. ``layers.2.mask.feather``; items count from 1. Empty: the file as a whole."""
    told: str
    """What is wrong."""

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.told}" if self.key else f"line {self.line}: {self.told}"


class LookFault(FileFault):
    """One thing that is wrong in a look file."""

    __slots__ = ()


class InvalidLook(RotoscopeError):
    """A look file is not in order."""

    faults: tuple[LookFault, ...] = ()
    """All that is wrong with it; empty where it cannot be read at all."""

    @classmethod
    def of(cls, name: str, faults: Sequence[LookFault]) -> Self:
        """The error for these faults of the file of that name."""
        told = "; ".join(str(fault).rstrip(".") for fault in faults)
        error = cls(f"{name} is not a look that can be painted: {told}. See docs/how-to/look-files.md.")
        error.faults = tuple(faults)
        return error


class PublishError(RotoscopeError):
    """Something cannot be published."""


@dataclass(frozen=True, slots=True)
class CollectionFault:
    """One thing that is wrong in a collection's files."""

    file: str
    """Its name, beside the collection's: ``works/dusk.yaml``."""
    fault: FileFault

    def __str__(self) -> str:
        return f"{self.file}, {self.fault}"


class InvalidCollection(PublishError):
    """A collection or a work is not in order."""

    faults: tuple[CollectionFault, ...] = ()
    """All that is wrong with its files; empty where it was not read from files."""

    @classmethod
    def of(cls, name: str, faults: Sequence[CollectionFault]) -> Self:
        """The error for these faults of the collection of that name."""
        told = "; ".join(str(fault).rstrip(".") for fault in faults)
        error = cls(f"{name} is not a collection in order: {told}. See docs/how-to/publish.md.")
        error.faults = tuple(faults)
        return error


class CollectionNotFound(PublishError):
    """No collection of that name, or no such work in it."""


class DuplicateCollection(PublishError):
    """There is a collection, or a work in it, of that name."""


class SiteConflict(PublishError):
    """A site would replace or remove files that it does not own."""


class BrokenLinks(PublishError):
    """A site names files or places that it does not have."""

    def __init__(self, message: str, *, links: Sequence[str]) -> None:
        super().__init__(message)
        self.links = tuple(links)
        """One sentence each."""

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process with its links."""
        return partial(BrokenLinks, links=self.links), self.args


class UnknownStyle(RotoscopeError):
    """No style image of that name can be drawn."""


class ManifestError(RotoscopeError):
    """A manifest is missing, breaks the schema, or disagrees with the files beside it."""


class ProjectError(RotoscopeError):
    """A project cannot do what was asked."""


class ProjectNotFound(ProjectError):
    """No project in that folder, or no such branch, commit, path or frame in it."""


class ProjectConflict(ProjectError):
    """Two branches changed the same; nothing was merged."""

    def __init__(self, message: str, *, conflicts: Sequence[str]) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)
        """One sentence each."""

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process with its conflicts."""
        return partial(ProjectConflict, conflicts=self.conflicts), self.args


class ProjectBusy(ProjectError):
    """A project is being changed by somebody else at this moment."""


class ProjectExists(ProjectError):
    """There is a project of that name already."""


class RemoteFailed(ProjectError):
    """Another repository cannot be reached, or refuses."""


class TrainingError(RotoscopeError):
    """Training cannot start or go on."""


class OptimizationError(RotoscopeError):
    """An optimization cannot start or go on."""


class WorkerLost(RotoscopeError):
    """A process that painted ended without a word."""


class IsolationError(RotoscopeError):
    """Work in a process of its own died, or went over a limit."""


class StorageError(RotoscopeError):
    """Something about bytes by URI."""


class InvalidUri(StorageError):
    """A URI is not well formed, or its scheme is not known."""


class StoredFileNotFound(StorageError):
    """Nothing is stored at that URI."""


class StoredFileExists(StorageError):
    """Something is stored there already."""


class AccessDenied(StorageError):
    """Rights forbid it."""


class StoreUnavailable(StorageError):
    """A store does not answer."""


class CorruptTransfer(StorageError):
    """Bytes arrived other than they were sent."""


class JobError(RotoscopeError):
    """Something about a job."""


class JobNotFound(JobError):
    """No job of that id."""


class IllegalTransition(JobError):
    """A job's state does not allow what was asked."""


class JobCancelled(JobError):
    """A job was cancelled while it ran."""


class JobFailed(JobError):
    """A job ended without its result."""


class BudgetExhausted(JobError):
    """A budget is used up: a job's own, a client's or a key's."""


class BudgetNotFound(JobError):
    """No budget of that id."""


class MachineDiffers(JobError):
    """This machine would paint other bytes than the rest of a job has."""


class ServiceError(RotoscopeError):
    """The service cannot start, or a server cannot be reached."""


class ServerUnreachable(ServiceError):
    """A server does not answer."""


class ApiError(ServiceError):
    """A server refuses a request."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        request_id: str | None = None,
        retry_after: float | None = None,
        faults: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        """The status code of HTTP."""
        self.code = code
        """The kind of error, such as ``not-found``; empty where the answer was no problem document."""
        self.request_id = request_id
        """By which the server knows the request; for questions about it."""
        self.retry_after = retry_after
        """Seconds after which it may be served, where the server says so."""
        self.faults = tuple(faults)
        """Each thing that is wrong in the request: where, and what."""

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process with all it knows."""
        make = partial(
            ApiError,
            status=self.status,
            code=self.code,
            request_id=self.request_id,
            retry_after=self.retry_after,
            faults=self.faults,
        )
        return make, self.args


class BackupError(RotoscopeError):
    """A backup cannot be made, is missing, or does not fit."""


class BackupDamaged(BackupError):
    """Bytes of a backup are missing, or other than they were."""


class RestoreRefused(BackupError):
    """Something is there already that a restore would replace."""


class InvalidSignature(ServiceError):
    """A webhook's message was not signed with the secret, or too long ago."""


class InvalidRates(RotoscopeError):
    """Rates or a price plan are not in order, or not at hand."""


class UnknownPlan(InvalidRates):
    """There is no price plan of that name."""


class RatesConflict(InvalidRates):
    """Rates do not fit the amounts that are in the ledger already."""


class CredentialsError(RotoscopeError):
    """A certificate or its key cannot sign a picture."""


class RecipeMismatch(RotoscopeError):
    """What a result was made with is not at hand, or has changed."""


class MissingExtra(RotoscopeError):
    """A package of an optional extra is not installed."""
