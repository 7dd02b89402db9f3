"""Filters that are made of style images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rotoscope.client.jobs import Jobs
from rotoscope.client.records import Job, Picture


class Trainings:
    """Trainings, which are jobs: ``client.trainings``. ``client.jobs`` waits for them and cancels them."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def create(
        self,
        name: str,
        styles: Sequence[str | Mapping[str, Any]],
        **params: Any,  # noqa: ANN401 - as the API's document describes them
    ) -> Job:
        """Train a filter.

        Args:
            name: of the filter.
            styles: URIs of style images; or ``{"uri": …, "weight": …, "region": …}``.
            params: ``minutes`` or ``steps``, ``content``, ``style_weight``, ``stroke_scale``, ``colors`` …,
                and what is asked of all jobs, see :meth:`rotoscope.client.jobs.Jobs.create`.

        Raises:
            ApiError: the server refuses; ServerUnreachable: it does not answer.
        """
        wanted = [{"uri": style} if isinstance(style, str) else dict(style) for style in styles]
        return self._jobs.create("train", name=name, styles=wanted, **params)

    def list(self) -> Iterator[Job]:
        """Trainings, the newest first."""
        return self._jobs.list(operation="train")

    def preview(self, job_id: str) -> Picture:
        """What the filter paints by now.

        Raises:
            ApiError: there is no picture yet.
        """
        return self._jobs.preview(job_id)

    def stop(self, job_id: str) -> Job:
        """End it now, and make the filter of what was learned until then."""
        return self._jobs.stop(job_id)

    def resume(self, job_id: str) -> Job:
        """Go on with one that was cancelled or failed."""
        return self._jobs.retry(job_id)
