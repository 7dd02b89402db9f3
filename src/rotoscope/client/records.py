"""What a server answers, as records. Times have a time zone; names are those of the API's document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

JobState: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]
FINAL_STATES: Final = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class File:
    """A stored file."""

    uri: str
    name: str
    """The last part of its path."""
    size_bytes: int
    modified: datetime
    etag: str
    """Changes when the contents do."""
    sha256: str | None
    """Of the contents, hexadecimal; None where the store does not know it."""


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL that works without a key, for a while."""

    url: str
    method: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far an upload or a download is."""

    done_bytes: int
    total_bytes: int
    upload: str | None = None
    """Of a resumable upload: its path at the server, by which it can be gone on with."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A registered video, picture or folder of stills."""

    id: str
    uri: str
    sha256: str
    size_bytes: int
    info: dict[str, Any]
    """As ``rotoscope inspect --json`` tells it."""
    created: datetime


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames between two cuts."""

    number: int
    """Counted from 1."""
    first_frame: int
    stop_frame: int
    """The first frame after it."""
    start_seconds: float
    stop_seconds: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a server sent it."""

    content: bytes
    media_type: str

    def save(self, path: str | Path) -> Path:
        """Write it to a file; replaces what is there."""
        place = Path(path)
        place.write_bytes(self.content)
        return place


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is."""

    step: str
    """What is at work; empty before the first step."""
    frames_done: int
    """Of work that counts no frames: hundredths."""
    frames_expected: int | None
    segments_done: int
    segments_expected: int | None
    frames_per_second: float | None
    remaining_seconds: float | None
    """None while it cannot be told."""
    steps_done: int | None = None
    """Of a training; None of what takes no steps."""
    losses: dict[str, float] | None = None
    """Of a training, by name: means over its last steps."""
    previews: int = 0
    """Pictures of how it is going that were shown in this attempt."""


@dataclass(frozen=True, slots=True)
class JobFault:
    """Why a job failed."""

    code: str
    message: str
    """For people."""
    retryable: bool
    """Whether the same job may succeed when it is tried again."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stood when it was asked for."""

    id: str
    key_id: str | None
    """Of the key with which it was asked for."""
    operation: str
    params: dict[str, Any]
    state: JobState
    priority: int
    """Lower goes first."""
    budget_micros: int | None
    cost_micros: int
    """Of what was done so far, in millionths of the currency."""
    currency: str
    progress: JobProgress
    result: dict[str, Any] | None
    """URIs, counts and notes, once it has succeeded."""
    error: JobFault | None
    attempt: int
    created: datetime
    started: datetime | None
    ended: datetime | None

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in FINAL_STATES


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a job."""

    number: int
    first: int
    """Index of its first frame."""
    stop: int
    """Index after its last one."""
    state: Literal["queued", "running", "succeeded"]
    frames_done: int
    seconds: float | None
    """That its painting took."""
    worker: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    id: str
    type: str
    """``job.succeeded`` …"""
    subject: str
    """Id of what it happened to."""
    data: dict[str, Any]
    created: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the palette."""

    name: str
    kind: str
    version: int | None
    bundled: bool
    title: str | None
    category: str | None
    loudness: str | None
    tags: tuple[str, ...]
    digest: str | None
    problem: str | None
    """Why it cannot be used; None: it is in order."""


@dataclass(frozen=True, slots=True)
class FilterOption:
    """An option of a classical kind."""

    name: str
    description: str
    values: str
    default: str | None


@dataclass(frozen=True, slots=True)
class FilterSample:
    """A picture on a filter's card."""

    name: str
    path: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FilterDetail(Filter):
    """All that is known of a filter."""

    size_bytes: int | None
    card: dict[str, Any] | None
    options: tuple[FilterOption, ...]
    samples: tuple[FilterSample, ...]


@dataclass(frozen=True, slots=True)
class FilterVersion:
    """A version of a filter."""

    version: int | None
    digest: str | None
    created: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """Works with their story."""

    name: str
    title: str
    description: str | None
    story: str | None
    """Markdown."""
    tags: tuple[str, ...]
    cover: str | None
    """The work whose picture stands for it; None: the first."""
    date: str | None
    """As ``2026-11-27``."""
    published: bool
    feature: bool
    works: tuple[str, ...]
    """Names of its works, in their order."""


@dataclass(frozen=True, slots=True)
class UsedFilter:
    """What a work was painted with."""

    filter: str
    """As typed after ``--filter``."""
    digest: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """A picture or video of a collection."""

    name: str
    title: str
    kind: Literal["picture", "video"]
    file: str
    """URI; of a collection that is a folder of the server, perhaps a path in it."""
    source: str | None
    captions: str | None
    look: str | None
    """Text of the look file."""
    filters: tuple[UsedFilter, ...]
    place: str | None
    date: str | None
    """As ``2026-11-27``."""
    caption: str | None
    alt: str | None
    tags: tuple[str, ...]
    square: tuple[float, ...] | None
    """The middle of a square crop, in shares of width and height."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look that was put away."""

    id: str
    name: str
    document: dict[str, Any]
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    where: str
    told: str


@dataclass(frozen=True, slots=True)
class LookReport:
    """Whether a look is in order."""

    is_valid: bool
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class PictureUrl:
    """A URL that anybody may open."""

    url: str
    path: str


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What picture URLs are signed with."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without what lets in."""

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    used: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only time that it is shown."""

    key: str = field(repr=False)
    record: Key


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events are sent."""

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook and its secret: the only time that it is shown."""

    secret: str = field(repr=False)
    webhook: Webhook


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a message was sent."""

    at: datetime
    status: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook."""

    id: str
    event_id: str
    state: Literal["queued", "delivered", "failed"]
    attempts: tuple[Attempt, ...]
    due: datetime
    created: datetime


@dataclass(frozen=True, slots=True)
class Connector:
    """A configured place, without its secrets."""

    id: str
    uri: str
    """What its URIs begin with."""
    scheme: str
    label: str | None
    place: str
    rights: tuple[str, ...]
    title: str
    options: dict[str, Any]
    secrets: tuple[str, ...]
    """Names of those that are kept."""
    created: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched folder."""

    id: str
    inbox: str
    outbox: str
    painting: dict[str, Any]
    enabled: bool
    looked: datetime | None
    """When somebody looked last."""
    trouble: str | None
    """Why that look failed; None where it did not."""
    created: datetime


@dataclass(frozen=True, slots=True)
class ServerClient:
    """Somebody a server works for."""

    id: str
    name: str
    created: datetime


@dataclass(frozen=True, slots=True)
class NewServerClient:
    """A client that was just made, and its first key."""

    client: ServerClient
    key: NewKey


@dataclass(frozen=True, slots=True)
class ConnectorTest:
    """Whether a place can be reached."""

    works: bool
    told: str
