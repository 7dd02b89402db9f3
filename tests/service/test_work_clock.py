"""Processor time of several pieces of work in one process."""

from __future__ import annotations

import threading
import time

import torch

from rotoscope.machine import WorkClock, cpu_seconds, gpu_held
from rotoscope.networks.device import occupied


def burn(seconds: float, start: float) -> None:
    """Use so much processor time, as whoever asks counts it."""
    while cpu_seconds() - start < seconds:
        sum(range(20_000))


def test_work_by_itself_is_counted_as_the_process_counts_it() -> None:
    clock = WorkClock()
    before = cpu_seconds()
    with clock.running():
        burn(0.1, cpu_seconds())
        inside = cpu_seconds()
        assert inside >= 0.1
    after = cpu_seconds()
    assert inside <= clock.seconds <= after - before
    counted = clock.seconds
    burn(0.05, cpu_seconds())
    assert clock.seconds == counted


def test_of_two_at_once_no_second_is_counted_twice() -> None:
    clocks = [WorkClock(), WorkClock()]
    both = threading.Barrier(3)

    def work(clock: WorkClock) -> None:
        with clock.running():
            both.wait()
            burn(0.2, cpu_seconds())
            both.wait()

    before = cpu_seconds()
    threads = [threading.Thread(target=work, args=(clock,)) for clock in clocks]
    for thread in threads:
        thread.start()
    both.wait()
    both.wait()
    for thread in threads:
        thread.join()
    used = cpu_seconds() - before
    assert min(clock.seconds for clock in clocks) >= 0.2
    assert 0.4 <= sum(clock.seconds for clock in clocks) <= used


def test_what_a_library_does_in_threads_of_its_own_is_counted() -> None:
    clock = WorkClock()
    with clock.running():
        thread = threading.Thread(target=_compute)
        thread.start()
        thread.join()
        assert cpu_seconds() >= 0.1


def _compute() -> None:
    start = time.thread_time()
    while time.thread_time() - start < 0.1:
        sum(range(20_000))


def test_who_waits_is_not_charged() -> None:
    waiting, working = WorkClock(), WorkClock()
    with waiting.running():
        with waiting.paused():
            before = waiting.seconds
            thread = threading.Thread(target=_run, args=(working,))
            thread.start()
            thread.join()
            assert waiting.seconds == before
        assert working.seconds >= 0.1
        burn(0.05, cpu_seconds())
        assert waiting.seconds >= before + 0.05


def _run(clock: WorkClock) -> None:
    with clock.running():
        burn(0.1, cpu_seconds())


def test_a_clock_that_does_not_run_is_paused_without_harm() -> None:
    clock = WorkClock()
    with clock.paused():
        burn(0.02, cpu_seconds())
    burn(0.02, cpu_seconds())
    assert clock.seconds == 0


def test_time_with_a_gpu_is_counted_once_and_that_of_the_processor_is_not() -> None:
    clock = WorkClock()
    with clock.running():
        with occupied(torch.device("cpu")):
            time.sleep(0.02)
        assert clock.gpu_seconds == 0
        began = time.monotonic()
        with occupied(torch.device("cuda")):
            time.sleep(0.02)
            assert 0.02 <= clock.gpu_seconds <= time.monotonic() - began, "so far"
            with occupied(torch.device("mps")):
                time.sleep(0.02)
        assert 0.04 <= clock.gpu_seconds <= time.monotonic() - began
    counted = clock.gpu_seconds
    with gpu_held():  # no clock runs here
        time.sleep(0.01)
    assert clock.gpu_seconds == counted
