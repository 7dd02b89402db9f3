"""The API held against its own document: requests made of it, good and bad (schemathesis)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import positive_data_acceptance

from rotoscope.api import tus

from api_bench import Bench

_EXAMPLES = 5
"""Requests of each operation, good ones and again bad ones."""
_REFUSALS = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429]
_CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": _REFUSALS}}}
_NEVER_ENDS = {"stream_events"}
_settings = settings(
    max_examples=_EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)


def faults_of(operation: Any, mode: GenerationMode, key: dict[str, str]) -> list[str]:  # noqa: ANN401
    """What is answered to requests of one operation, and is not what the document says."""

    @_settings
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:  # noqa: ANN401
        case.headers.pop("Prefer", None)  # nobody waits here
        # What fits the schema may be refused all the same: a URI that leads nowhere, a cursor of nobody.
        case.call_and_validate(headers=key, excluded_checks=[positive_data_acceptance])

    try:
        check()
    except Unsatisfiable:
        return []  # nothing that is sent there can be wrong
    except (Exception, BaseExceptionGroup) as error:
        return [f"{operation.label}, {mode.value}: {error}"]
    return []


def test_what_is_answered_is_what_the_document_says(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    key = {"Authorization": bench.client().headers["Authorization"]}
    schemathesis.serializer.alias(tus.CONTENT_TYPE, "application/octet-stream")
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", bench.app, config=SchemathesisConfig.from_dict(_CONFIG)
    )
    found: list[Any] = list(schema.get_all_operations())
    operations = [one.ok() for one in found]
    faults = [
        fault
        for operation in operations
        if operation.definition.raw["operationId"] not in _NEVER_ENDS
        for mode in GenerationMode
        for fault in faults_of(operation, mode, key)
    ]
    shutdown_lifespans()
    bench.close()
    assert not faults, "\n\n".join(faults)
