"""The service's records. Alembic's migrations make these tables; a test holds the two together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rotoscope.database.columns import Instant, now


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Client(Table):
    """Whoever the service works for: owner of keys, files, media, jobs."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)


class Key(Table):
    """What a client shows to be let in. The key itself is not kept, its SHA-256 is."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    """Its first characters, to know it by."""
    scopes: Mapped[list[Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    used: Mapped[datetime | None]


class ConnectorRecord(Table):
    """A configured place."""

    __tablename__ = "connectors"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    label: Mapped[str] = mapped_column(String(64))
    scheme: Mapped[str] = mapped_column(String(16))
    settings: Mapped[dict[str, Any]]
    """As :class:`rotoscope.storage.connectors.ConnectorSettings` has them, without secrets."""
    secrets: Mapped[dict[str, Any]]
    """Never shown."""
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("client_id", "scheme", "label"),)


class Medium(Table):
    """A registered video, picture or folder of stills."""

    __tablename__ = "media"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    uri: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    info: Mapped[dict[str, Any]]
    """What ``rotoscope inspect --json`` says."""
    created: Mapped[datetime] = mapped_column(default=now)


class JobRecord(Table):
    """A job, from the moment it is accepted."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    key_id: Mapped[str | None] = mapped_column(ForeignKey("keys.id"))
    """With which it was asked for; None: not over HTTP."""
    operation: Mapped[str] = mapped_column(String(32))
    """``stylize``, ``train`` …: a name in :data:`rotoscope.jobs.operations.OPERATIONS`."""
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int] = mapped_column(Integer, default=100)
    """Lower goes first."""
    budget_micros: Mapped[int | None] = mapped_column(BigInteger)
    cost_micros: Mapped[int] = mapped_column(BigInteger, default=0)
    plan: Mapped[dict[str, Any] | None]
    """What was decided when the source was probed."""
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    """End with what there is."""
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    """Counted up by retry."""
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    once: Mapped[str | None] = mapped_column(String(64))
    """What it was made for; nothing gets a second job."""
    created: Mapped[datetime] = mapped_column(default=now)
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("client_id", "once"),
        Index("jobs_of_client", "client_id", "id"),
        Index("jobs_of_client_in_state", "client_id", "state", "id"),
        Index("jobs_in_state", "state", "id"),
    )


class SegmentRecord(Table):
    """A segment of a job."""

    __tablename__ = "segments"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    first: Mapped[int] = mapped_column(Integer)
    stop: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(64))
    """SHA-256 of everything that decides its bytes."""
    state: Mapped[str] = mapped_column(String(16), default="queued")
    frames_done: Mapped[int] = mapped_column(Integer, default=0)
    seconds: Mapped[float | None]
    worker: Mapped[str | None] = mapped_column(String(100))
    ended: Mapped[datetime | None]


class LedgerRow(Table):
    """One piece of work that is paid for, once: the unique constraint sees to that."""

    __tablename__ = "ledger"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    key_id: Mapped[str | None] = mapped_column(ForeignKey("keys.id"))
    """With which it was asked for."""
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id"))
    """None: a picture that was painted while somebody waited."""
    step: Mapped[str] = mapped_column(String(32))
    """Of its job; of a picture, what it was painted for."""
    part: Mapped[str] = mapped_column(String(80))
    """What of the step: a segment's key, or empty for the step as a whole; of a picture, which."""
    filter: Mapped[str | None] = mapped_column(Text)
    """What a picture was painted with; None: its job says it."""
    cpu_seconds: Mapped[float]
    """Processor time, as :class:`rotoscope.machine.WorkClock` counts it; what is charged for."""
    gpu_seconds: Mapped[float] = mapped_column(server_default="0")
    """Likewise, time on the clock with a GPU; charged for as well."""
    elapsed_seconds: Mapped[float]
    """On the clock."""
    frames: Mapped[int] = mapped_column(Integer)
    """That were painted; 0 for steps that paint none."""
    video_seconds: Mapped[float | None]
    """How long what was painted lasts as a video; None for pictures, and where nothing was painted."""
    cost_micros: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("job_id", "step", "part"),
        Index("ledger_of_client", "client_id", "created", "cost_micros"),
        Index("ledger_of_key", "key_id", "client_id", "created", "cost_micros"),
        Index(
            "ledger_of_pictures",
            "client_id",
            "part",
            unique=True,
            sqlite_where=text("job_id IS NULL"),
            postgresql_where=text("job_id IS NULL"),
        ),
    )


class RatesRecord(Table):
    """What things cost and are sold for, as the operator has put it; the newest one counts."""

    __tablename__ = "rates"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]]
    """As :class:`rotoscope.economics.rates.RatesText` has it."""
    created: Mapped[datetime] = mapped_column(default=now)


class BudgetRecord(Table):
    """What a client, or one of its keys, may spend in a month or at all."""

    __tablename__ = "budgets"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("keys.id"))
    """None: of all keys, and of what comes without one, together."""
    period: Mapped[str] = mapped_column(String(16))
    """``month`` or ``ever``."""
    limit_micros: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[datetime] = mapped_column(default=now)


class Event(Table):
    """Something that happened; read by server-sent events and sent to webhooks."""

    __tablename__ = "events"

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    type: Mapped[str] = mapped_column(String(64))
    """``job.queued``, ``job.running``, ``job.progressed``, ``job.succeeded``, ``job.failed`` …"""
    subject: Mapped[str] = mapped_column(String(64))
    """Id of what it happened to."""
    data: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        Index("events_of_client", "client_id", "sequence"),
        Index("events_of_subject", "subject", "sequence"),
    )


class WebhookRecord(Table):
    """Where events are sent."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    events: Mapped[list[Any]]
    """Types that are sent; empty: all."""
    enabled: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime] = mapped_column(default=now)


class DeliveryRecord(Table):
    """One event on its way to one webhook."""

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id"), index=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    """``queued``, ``delivered`` or ``failed``."""
    attempts: Mapped[list[Any]]
    """Each with time, status and what was answered."""
    due: Mapped[datetime] = mapped_column(default=now)
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("webhook_id", "event_id"), Index("deliveries_due", "state", "due"))


class IdempotentRequest(Table):
    """The answer to a request that carried an Idempotency-Key."""

    __tablename__ = "idempotent_requests"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body."""
    status: Mapped[int | None] = mapped_column(Integer)
    """None while the first request is at work."""
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(default=now)


class Upload(Table):
    """A resumable upload that is not complete."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    uri: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    overwrite: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]


class WatchRecord(Table):
    """A folder that is watched, and what is done with what comes in."""

    __tablename__ = "watches"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("keys.id"))
    """With which it was made; what it has painted is this key's."""
    inbox: Mapped[str] = mapped_column(Text)
    outbox: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]]
    """Of the operation ``stylize``, without source and output."""
    enabled: Mapped[bool] = mapped_column(default=True)
    looked: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(Text)
    """Why the last look failed."""
    created: Mapped[datetime] = mapped_column(default=now)


class LookRecord(Table):
    """A look that was put away under a name."""

    __tablename__ = "looks"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str] = mapped_column(String(200))
    document: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("client_id", "name"),)


class WorkerRecord(Table):
    """A process that works, and when it was last seen."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    queues: Mapped[list[Any]]
    device: Mapped[str] = mapped_column(String(100))
    started: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now, index=True)


class Secret(Table):
    """Something that all nodes of the service share, such as what picture URLs are signed with."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
