"""Looks, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import Name, RequestBody
from rotoscope.api.models.images import LookGiven
from rotoscope.api.models.problem import ProblemFault
from rotoscope.database.tables import LookRecord

_DUSK: Final[dict[str, Any]] = {
    "look": 1,
    "layers": [{"filter": "great-wave", "strength": {"0": 0.2, "0:10": 0.9}}],
}


class LookRequest(RequestBody):
    """A look to put away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "dusk", "document": _DUSK}]})

    name: Name = Field(description="What it is called; no two of yours have the same.", examples=["dusk"])
    document: LookGiven = Field(
        description="The look as JSON, or a look file's YAML as text. Files in it are named by URI.",
        examples=[_DUSK],
    )


class LookCheckRequest(RequestBody):
    """A look to be looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": _DUSK}]})

    document: LookGiven = Field(description="As for a look that is put away.", examples=[_DUSK])


class LookView(BaseModel):
    """A look that was put away."""

    id: str = Field(examples=["look_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    name: str = Field(examples=["dusk"])
    document: dict[str, Any] = Field(description="The look as JSON.", examples=[_DUSK])
    created: datetime
    changed: datetime

    @classmethod
    def of(cls, record: LookRecord) -> LookView:
        """The view of a record."""
        return cls.model_validate(record, from_attributes=True)


class LookReport(BaseModel):
    """Whether a look is in order."""

    is_valid: bool
    faults: list[ProblemFault] = Field(
        description="All that is wrong with it; layers count from 1, such as `layers.1.mask.file`."
    )
