"""Durable queues: the one module that knows DBOS.

A task is a DBOS workflow without steps of its own. Whatever is done in it can be done again: results are
content-addressed and create-only, rows unique. So nothing rests on the engine but this: a task that was put
into a queue is performed at least once, by a process that lives until it has.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import make_url

from rotoscope.jobs.operations.base import QueueName
from rotoscope.jobs.tasks import QUEUES, Step, Task

_VERSION: Final = "rotoscope-1"
"""Fixed, so that tasks put into a queue by one version are performed by the next."""
_AT_ONCE: Final[Mapping[QueueName, int]] = {"deliver": 4, "webhook": 8, "probe": 2}
"""Tasks of a queue that one process performs at once; of the others one: they take the whole machine."""
_POLLING_SECONDS: Final[Mapping[QueueName, float]] = {
    "probe": 0.1,
    "stylize": 0.05,
    "assemble": 0.1,
    "separate": 0.2,
}
"""How often a process asks a queue for tasks while there are any."""
_SELDOM_SECONDS: Final = 0.5
"""Of the queues that are not named."""
_RESTING_SECONDS: Final[Mapping[QueueName, float]] = {"probe": 0.25}
"""The same while there are none: every job begins in this queue."""
_RESTING_SELDOM_SECONDS: Final = 1.0
"""Of the queues that are not named."""
_REST_AFTER_SECONDS: Final = 15.0
"""Without a task."""


class Pace:
    """How often the queues are asked for tasks.

    Often while there are any, to waste no time between two of them; seldom while there are none, to leave an
    idle machine alone. It stands in the database, and all processes go by it. It never decides whether a task
    is performed.
    """

    def __init__(self, rest_after: float = _REST_AFTER_SECONDS) -> None:
        """Begin often.

        Args:
            rest_after: seconds without a task.
        """
        self._rest_after = rest_after
        self._is_quick = True
        self._busy = time.monotonic()

    @property
    def is_quick(self) -> bool:
        """Whether the queues are asked often, as far as this process knows."""
        return self._is_quick

    def quicken(self) -> None:
        """There are tasks."""
        self._busy = time.monotonic()
        if not self._is_quick:
            self._set(quick=True)

    def look(self, *, has_tasks: bool) -> None:
        """Go by what is in the queues; another process may have thought otherwise."""
        probe = DBOS.retrieve_queue("probe")
        self._is_quick = probe is None or probe.polling_interval_sec <= _polling_seconds("probe", quick=True)
        if has_tasks:
            self.quicken()
        elif self._is_quick and time.monotonic() - self._busy > self._rest_after:
            self._set(quick=False)

    def _set(self, *, quick: bool) -> None:
        for name in QUEUES:
            queue = DBOS.retrieve_queue(name)
            if queue is not None:
                queue.set_polling_interval_sec(_polling_seconds(name, quick=quick))
        self._is_quick = quick


@dataclass(frozen=True, slots=True)
class Engine:
    """The queues as one process sees them. There is one engine in a process."""

    database_url: str
    """SQLite or PostgreSQL; the engine's tables are its own."""
    worker_id: str
    """Tasks that a worker left undone are performed when a worker of that name starts again."""
    queues: Sequence[QueueName]
    """Those whose tasks this process performs; none: it only puts tasks into queues."""
    pace: Pace = field(default_factory=Pace)
    """How often queues are asked."""

    def start(self, perform: Callable[[Task], None]) -> None:
        """Begin to perform tasks.

        Args:
            perform: does one task, and raises nothing: a task that raises is not performed again.
        """
        global _perform  # noqa: PLW0603 - DBOS knows functions by name, so there is one in a process
        _perform = perform
        logging.getLogger("dbos").setLevel(logging.ERROR)
        config: DBOSConfig = {
            "name": "rotoscope",
            "system_database_url": self.database_url,
            "executor_id": self.worker_id,
            "application_version": _VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "console_log_level": "ERROR",
            "enable_otlp": False,
        }
        if make_url(self.database_url).get_backend_name() == "sqlite":
            config["use_listen_notify"] = False
        DBOS(config=config)
        DBOS.listen_queues(list(self.queues))
        DBOS.launch()
        for queue in QUEUES:
            DBOS.register_queue(
                queue,
                worker_concurrency=_AT_ONCE.get(queue, 1),
                polling_interval_sec=_polling_seconds(queue, quick=True),
            )

    def put(self, tasks: Sequence[tuple[Task, int]]) -> None:
        """Put tasks with their ranks into their queues; one that is or was there stays as it is."""
        if tasks:
            self.pace.quicken()
        for task, rank in tasks:
            with SetWorkflowID(task.id), SetEnqueueOptions(priority=rank):
                DBOS.enqueue_workflow(
                    task.queue,
                    _run,
                    task.queue,
                    task.step,
                    task.subject,
                    task.attempt,
                    task.part,
                    task.revived,
                )

    def waiting(self) -> frozenset[str]:
        """Subjects of tasks that are in a queue or at work."""
        found = DBOS.list_workflows(status=["ENQUEUED", "PENDING"], load_input=False, load_output=False)
        return frozenset(one.workflow_id.partition(".")[0] for one in found)

    def keep_pace(self) -> None:
        """To be called every few seconds: queues in which nothing is for a while are asked less often."""
        found = DBOS.list_workflows(
            status=["ENQUEUED", "PENDING"], limit=1, load_input=False, load_output=False
        )
        self.pace.look(has_tasks=bool(found))

    def adopt(self, worker_id: str) -> int:
        """Put the tasks back into their queues that a worker has left undone for good; gives how many."""
        left = DBOS.list_workflows(status="PENDING", executor_id=worker_id, load_input=False)
        for one in left:
            DBOS.resume_workflow(one.workflow_id, queue_name=one.queue_name)
        return len(left)

    def stop(self, *, drain_seconds: int) -> None:
        """Take no more tasks, and wait so long for those at hand; what is cut off is performed later."""
        DBOS.destroy(workflow_completion_timeout_sec=drain_seconds)


def _polling_seconds(queue: QueueName, *, quick: bool) -> float:
    if quick:
        return _POLLING_SECONDS.get(queue, _SELDOM_SECONDS)
    return _RESTING_SECONDS.get(queue, _RESTING_SELDOM_SECONDS)


def _nobody(task: Task) -> None:
    raise AssertionError(f"{task.id} was performed before the engine was started")


_perform: Callable[[Task], None] = _nobody


@DBOS.workflow(name="task")
def _run(queue: QueueName, step: Step, subject: str, attempt: int, part: int, revived: int) -> None:
    _perform(Task(queue, step, subject, attempt, part, revived))
