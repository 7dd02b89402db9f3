"""Types of fields that several requests have."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import Path
from pydantic import BaseModel, ConfigDict, StringConstraints

Name: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""What people call something: one line."""

ID_PATTERN: Final = r"^[A-Za-z0-9_-]{1,64}$"
IdPath: TypeAlias = Annotated[str, Path(pattern=ID_PATTERN, description="Its id.")]
"""An id in a path."""


class RequestBody(BaseModel):
    """Base of what is sent: fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
