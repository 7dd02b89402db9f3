"""Figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from rotoscope.database.engine import Database
from rotoscope.database.tables import JobRecord
from rotoscope.jobs.job import JobState

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER: Final = "other"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of one application."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rotoscope_requests",
            "Requests by method, path template and status.",
            ("method", "path", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "rotoscope_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("method", "path"),
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._registry.register(_JobsByState(database))

    def observe(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        method = method if method in _METHODS else _OTHER
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(method, path).observe(seconds)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All figures and their media type, in the format that ``Accept`` prefers."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _JobsByState(Collector):
    """Asks the database when it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """What there will be; the database is not asked for it."""
        return [self._family()]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Jobs by state."""
        family = self._family()
        with self._database.reading() as session:
            counted = session.execute(select(JobRecord.state, func.count()).group_by(JobRecord.state))
            found: dict[str, int] = dict(counted.all())
        for state in get_args(JobState):
            family.add_metric([state], found.get(state, 0))
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("rotoscope_jobs", "Jobs by state.", labels=["state"])
