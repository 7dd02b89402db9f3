"""The API held against its own document: requests made of it, good and bad (schemathesis)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings

from api_bench import Bench
from schemathesis.specs.openapi.checks import positive_data_acceptance

_EXAMPLES = 8
"""Requests of each operation."""
_NEVER_ENDS = {"stream_events"}


def test_what_is_answered_is_what_the_document_says(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    key = {"Authorization": bench.client().headers["Authorization"]}
    schema = schemathesis.openapi.from_asgi("/openapi.json", bench.app)
    faults: list[str] = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()
        if operation.definition.raw["operationId"] in _NEVER_ENDS:
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=_EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:  # noqa: ANN401
            case.headers.pop("Prefer", None)  # nobody waits here
            case.call_and_validate(headers=key, excluded_checks=[positive_data_acceptance])

        try:
            check()
        except (Exception, BaseExceptionGroup) as error:
            faults.append(f"{operation.label}: {error}")
    bench.close()
    assert not faults, "\n\n".join(faults)
