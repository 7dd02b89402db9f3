"""All operations, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from rotoscope.errors import InvalidOptions
from rotoscope.jobs.operations.base import Operation, Params
from rotoscope.jobs.operations.looking import AUDITION, CHECK, FLOW, INSPECT, SCORE
from rotoscope.jobs.operations.optimizing import OPTIMIZE, TEXTURE
from rotoscope.jobs.operations.painting import ASSEMBLE, RENDERS, SEPARATE, STYLIZE
from rotoscope.jobs.operations.projects import BEGIN_PROJECT, PAINT_PROJECT
from rotoscope.jobs.operations.publishing import PUBLISH
from rotoscope.jobs.operations.quoting import QUOTE, QUOTE_TRAINING
from rotoscope.jobs.operations.training import TRAIN

OPERATIONS: Final[Mapping[str, Operation[Any]]] = MappingProxyType(
    {
        operation.name: operation
        for operation in (
            SEPARATE,
            STYLIZE,
            ASSEMBLE,
            RENDERS,
            INSPECT,
            CHECK,
            SCORE,
            AUDITION,
            FLOW,
            OPTIMIZE,
            TEXTURE,
            TRAIN,
            QUOTE,
            QUOTE_TRAINING,
            PUBLISH,
            BEGIN_PROJECT,
            PAINT_PROJECT,
        )
    }
)


def checked_params(operation: str, params: Mapping[str, Any]) -> Params:
    """Parameters of an operation, held against its schema.

    Raises:
        InvalidOptions: no such operation, or parameters that break its schema.
    """
    found = OPERATIONS.get(operation)
    if found is None:
        raise InvalidOptions(f"There is no operation {operation!r}. Operations are {', '.join(OPERATIONS)}.")
    try:
        checked: Params = found.params.model_validate(dict(params))
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'together'}: {one['msg']}"
            for one in error.errors(include_url=False)
        )
        raise InvalidOptions(f"What {operation} was asked is not in order: {told}.") from error
    return checked
