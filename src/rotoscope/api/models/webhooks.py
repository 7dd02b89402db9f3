"""Webhooks, deliveries and events, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.database.tables import DeliveryRecord, WebhookRecord
from rotoscope.jobs.book import Happening
from rotoscope.jobs.happenings import EVENT_TYPES

TEST_EVENT: Final = "webhook.test"
_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def _known(name: str) -> str:
    if name not in EVENT_TYPES:
        raise ValueError(f"{name[:80]!r} is no type of event. Types are {', '.join(EVENT_TYPES)}.")
    return name


EventType = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(EVENT_TYPES)})]
HookUrl = Annotated[
    str,
    Field(max_length=2000, description="Where events are sent: `https://…`.", pattern=r"^https?://[!-~]+$"),
]
EventFilter = Annotated[
    list[EventType],
    Field(
        max_length=len(EVENT_TYPES),
        description="Types of events that are sent; empty: all but `job.progressed` and "
        "`job.segment_finished`.",
    ),
]


class WebhookRequest(RequestBody):
    """A webhook that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://example.org/hook", "events": ["job.succeeded", "job.failed"]}]
        }
    )

    url: HookUrl
    events: EventFilter = Field(default=[])


class WebhookChange(RequestBody):
    """What of a webhook is to be otherwise; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    url: HookUrl | None = None
    events: EventFilter | None = None
    enabled: bool | None = Field(default=None, description="Whether anything is sent.")


class WebhookView(BaseModel):
    """Where events are sent."""

    id: str = Field(examples=["whk_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    url: str = Field(examples=["https://example.org/hook"])
    events: list[str]
    enabled: bool
    created: datetime

    @classmethod
    def of(cls, record: WebhookRecord) -> WebhookView:
        """The view of a record."""
        return cls.model_validate(record, from_attributes=True)


class WebhookMade(BaseModel):
    """A webhook, and what its messages are signed with."""

    secret: str = Field(
        description="For checking signatures by the Standard Webhooks specification. It is shown this once.",
        examples=[_SECRET],
    )
    webhook: WebhookView


class Attempt(BaseModel):
    """One time that a message was sent."""

    at: datetime
    status: int | None = Field(description="What was answered; null: nothing.")
    answer: str = Field(description="The beginning of it, or what went wrong.")


class DeliveryView(BaseModel):
    """One event on its way to one webhook."""

    id: str = Field(examples=["dlv_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    event_id: str
    state: Literal["queued", "delivered", "failed"]
    attempts: list[Attempt]
    due: datetime = Field(description="When it is sent next, while it is queued.")
    created: datetime

    @classmethod
    def of(cls, record: DeliveryRecord) -> DeliveryView:
        """The view of a record."""
        return cls.model_validate(record, from_attributes=True)


class EventView(BaseModel):
    """Something that happened."""

    id: str = Field(examples=["evt_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    type: str = Field(examples=["job.succeeded"])
    subject: str = Field(description="Id of what it happened to.")
    data: dict[str, Any]
    created: datetime

    @classmethod
    def of(cls, event: Happening) -> EventView:
        """The view of an event."""
        return cls.model_validate(event, from_attributes=True)
