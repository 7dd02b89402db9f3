"""What a job that has painted tells of the work that came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from rotoscope.errors import PublishError
from rotoscope.publish.work import UsedFilter


def work_facts_of_job(
    job_id: str, params: Mapping[str, Any], result: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Fields of a work: its file, its source, its filters, its look.

    Args:
        job_id: for messages.
        params: what the job was asked.
        result: what came of it; None while it has not succeeded.

    Raises:
        PublishError: the job has not succeeded, or makes no picture and no video.
    """
    output = None if result is None else result.get("output")
    if not isinstance(output, str) or output.endswith("/"):
        told = "has not succeeded" if result is None else "has made no picture and no video"
        raise PublishError(
            f"The job {job_id} {told}, so no work can be made of it. Give the id of one that has painted, or "
            "the URI of a file."
        )
    look = params.get("look")
    names = list(
        _names(look if isinstance(look, Mapping) else {"layers": [{"filter": params.get("filter")}]})
    )
    return {
        "file": output,
        "source": params.get("source"),
        "filters": tuple(UsedFilter(filter=name) for name in dict.fromkeys(names)),
        "look": yaml.safe_dump(dict(look), sort_keys=False) if isinstance(look, Mapping) else None,
    }


def _names(look: Mapping[str, Any]) -> Iterator[str]:
    """Filters of a look as JSON has it: one, a chain, or keyframes of either."""
    for layer in look.get("layers", ()):
        yield from _flat(layer.get("filter"))


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _flat(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _flat(one)
