"""Watched folders, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.database.tables import WatchRecord
from rotoscope.jobs.operations.wishes import HowPainted, Uri


class WatchRequest(RequestBody):
    """A folder that is to be watched."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "inbox": "dropbox://inbox/",
                    "outbox": "dropbox://painted/",
                    "painting": {"filter": "great-wave"},
                }
            ]
        }
    )

    inbox: Uri = Field(description="URI of a folder; what comes in is painted.")
    outbox: Uri = Field(
        description="URI of the folder of results. People move them to `approved/` or `rejected/` in it, "
        "and put frames that they painted over into `retouched/`."
    )
    painting: HowPainted = Field(description="What is painted, and how.")


class WatchChange(RequestBody):
    """What of a watch is to be otherwise."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    enabled: bool = Field(description="Whether anybody looks.")


class WatchView(BaseModel):
    """A watched folder."""

    id: str = Field(examples=["wat_01k2x7"])
    inbox: str
    outbox: str
    painting: dict[str, Any]
    enabled: bool
    looked: datetime | None = Field(description="When somebody looked last.")
    trouble: str | None = Field(description="Why that look failed; null where it did not.")
    created: datetime

    @classmethod
    def of(cls, row: WatchRecord) -> WatchView:
        """A row as it is shown."""
        return cls(
            id=row.id,
            inbox=row.inbox,
            outbox=row.outbox,
            painting=row.params,
            enabled=row.enabled,
            looked=row.looked,
            trouble=row.trouble,
            created=row.created,
        )
