"""The order in which tasks are performed, and that none is lost on the way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from dbos import DBOS

from rotoscope.jobs.engine import Engine, Pace
from rotoscope.jobs.tasks import QUEUES, Task

from service_samples import until


class Doer:
    """Notes what it was given to do."""

    def __init__(self) -> None:
        self.done: list[Task] = []

    def perform(self, task: Task) -> None:
        time.sleep(0.002)
        self.done.append(task)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(f"sqlite:///{tmp_path / 'queues.sqlite'}", "here", QUEUES)


def segment(job: str, number: int) -> Task:
    return Task("stylize", "segment", job, 1, number)


def test_a_task_is_put_into_a_queue_once(engine: Engine) -> None:
    doer = Doer()
    engine.start(doer.perform)
    try:
        for _ in range(3):
            engine.put([(segment("job_a", 0), 100)])
        until(lambda: doer.done)
        engine.put([(segment("job_a", 0), 100), (segment("job_b", 0), 100)])
        until(lambda: len(doer.done) == 2)
        assert [task.subject for task in doer.done] == ["job_a", "job_b"]
        until(lambda: not engine.waiting())
    finally:
        engine.stop(drain_seconds=0)


def test_jobs_start_in_their_order_and_a_long_one_lets_short_ones_go_ahead(engine: Engine) -> None:
    putting = Engine(engine.database_url, engine.worker_id, ())
    tasks = [segment("job_long", number) for number in range(40)]
    tasks += [segment(f"job_short_{number}", part) for number in range(3) for part in range(2)]
    urgent = segment("job_urgent", 0)
    doer = Doer()
    putting.start(doer.perform)
    try:
        putting.put([(task, task.rank(100)) for task in tasks])
        putting.put([(urgent, urgent.rank(1))])
        assert putting.waiting() == {task.subject for task in [*tasks, urgent]}
        time.sleep(0.3)
        assert not doer.done, "this process listens to no queue"
    finally:
        putting.stop(drain_seconds=0)
    engine.start(doer.perform)
    try:
        until(lambda: len(doer.done) == len(tasks) + 1)
    finally:
        engine.stop(drain_seconds=0)
    order = [task.subject for task in doer.done]
    assert order[0] == "job_urgent"
    assert order[1:9] == ["job_long"] * 8, "a round of the one that came first"
    assert order[9:15] == [f"job_short_{number}" for number in (0, 0, 1, 1, 2, 2)]
    assert order[15:] == ["job_long"] * 32
    assert [task.part for task in doer.done if task.subject == "job_long"] == list(range(40))


def test_what_a_worker_left_undone_is_adopted(engine: Engine, tmp_path: Path) -> None:
    """As another worker does it; that this one is dead is for the supervisor to know."""
    gone = Engine(engine.database_url, "gone", QUEUES)
    begun: list[Task] = []
    may_end: list[bool] = []

    def stand_still(task: Task) -> None:
        begun.append(task)
        until(lambda: may_end)

    gone.start(stand_still)
    gone.put([(segment("job_a", 0), 1)])
    until(lambda: begun)
    gone.stop(drain_seconds=0)
    doer = Doer()
    engine.start(doer.perform)
    try:
        assert engine.adopt("gone") == 1
        until(lambda: doer.done)
        assert doer.done == begun
    finally:
        may_end.append(True)
        engine.stop(drain_seconds=0)


def test_queues_in_which_nothing_is_are_asked_seldom_until_something_comes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'queues.sqlite'}"
    engine, doer = Engine(url, "here", QUEUES, Pace(rest_after=0)), Doer()
    engine.start(doer.perform)
    try:
        assert engine.pace.is_quick
        engine.keep_pace()
        assert not engine.pace.is_quick
        assert _polls_stylize_every() == 1
        engine.put([(segment("job_a", 0), 100)])
        assert engine.pace.is_quick
        assert _polls_stylize_every() == 0.05
        until(lambda: doer.done)
    finally:
        engine.stop(drain_seconds=0)


def test_a_process_goes_by_the_pace_that_another_one_has_set(tmp_path: Path) -> None:
    engine, doer = Engine(f"sqlite:///{tmp_path / 'queues.sqlite'}", "here", ()), Doer()
    engine.start(doer.perform)
    try:
        engine.put([(segment("job_a", 0), 100)])
        Pace(rest_after=0).look(has_tasks=False)  # before it knew of the task
        assert engine.pace.is_quick, "as it believes"
        assert _polls_stylize_every() == 1
        engine.keep_pace()
        assert _polls_stylize_every() == 0.05, "there is a task"
    finally:
        engine.stop(drain_seconds=0)


def _polls_stylize_every() -> float:
    queue = DBOS.retrieve_queue("stylize")
    assert queue is not None
    return queue.polling_interval_sec
