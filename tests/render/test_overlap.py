"""Reading ahead and writing behind: order, bounds, errors, and that nothing keeps running."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing

import pytest

from rotoscope.render.overlap import WriteBehind, map_ahead, read_ahead


def _overlap_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name in {"read-ahead", "write-behind"}]


def test_items_arrive_in_order_and_the_thread_ends() -> None:
    assert list(read_ahead(range(100), depth=3)) == list(range(100))
    assert _overlap_threads() == []


def test_no_more_than_the_depth_is_read_ahead() -> None:
    taken: list[int] = []
    third_taken = threading.Event()

    def source() -> Generator[int, None, None]:
        for number in range(100):
            taken.append(number)
            if number == 3:
                third_taken.set()
            yield number

    with closing(read_ahead(source(), depth=2)) as items:
        assert next(items) == 0
        assert third_taken.wait(timeout=10)
        # 0 was handed over, 1 and 2 wait in the queue, 3 is held by the thread that cannot put it
        assert taken == [0, 1, 2, 3]


def test_closing_early_stops_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def source() -> Generator[int, None, None]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    items = read_ahead(source())
    assert next(items) == 0
    items.close()
    assert closed.is_set()
    assert _overlap_threads() == []


def test_an_error_of_the_source_comes_after_the_items_before_it() -> None:
    def source() -> Generator[int, None, None]:
        yield 1
        yield 2
        raise ValueError("frame 3 is broken")

    seen: list[int] = []
    with pytest.raises(ValueError, match="frame 3 is broken"):
        seen.extend(read_ahead(source()))
    items = read_ahead(source())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ValueError, match="frame 3 is broken"):
        next(items)


def test_what_is_put_is_written_in_order_before_the_block_is_left() -> None:
    written: list[int] = []
    with WriteBehind(written.append, depth=2) as behind:
        for number in range(50):
            behind.put(number)
    assert written == list(range(50))
    assert _overlap_threads() == []


def test_an_error_of_the_writer_is_raised_to_whoever_puts() -> None:
    def write(number: int) -> None:
        if number == 3:
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"), WriteBehind(write, depth=1) as behind:
        for number in range(1000):
            behind.put(number)
    assert _overlap_threads() == []


def test_an_error_on_the_last_item_is_raised_on_leaving() -> None:
    def write(_: int) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"), WriteBehind(write) as behind:
        behind.put(1)


def test_an_error_inside_the_block_drops_what_waits_and_is_not_hidden() -> None:
    written: list[int] = []
    may_write = threading.Event()

    def write(number: int) -> None:
        may_write.wait(timeout=10)
        written.append(number)

    with pytest.raises(KeyboardInterrupt), WriteBehind(write) as behind:
        for number in range(4):
            behind.put(number)
        behind_stops = threading.Timer(0.2, may_write.set)
        behind_stops.start()
        raise KeyboardInterrupt
    assert written in ([], [0])
    assert _overlap_threads() == []


def _numbers(count: int) -> Generator[int, None, None]:
    yield from range(count)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_order_whatever_takes_longest(workers: int) -> None:
    first_may_end = threading.Event()

    def work(number: int) -> int:
        if number == 0 and workers > 1:
            first_may_end.wait(timeout=10)
        if number == 1:
            first_may_end.set()
        return number * number

    assert list(map_ahead(work, _numbers(20), workers=workers)) == [n * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_of_the_work_is_raised_at_its_place(workers: int) -> None:
    def work(number: int) -> int:
        if number == 4:
            raise ValueError("picture 4 is broken")
        return number

    seen: list[int] = []
    with pytest.raises(ValueError, match="picture 4 is broken"):
        seen.extend(map_ahead(work, _numbers(20), workers=workers))
    results = map_ahead(work, _numbers(20), workers=workers)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="picture 4 is broken"):
        next(results)


def test_closing_map_ahead_closes_what_it_reads() -> None:
    results = map_ahead(str, read_ahead(range(1000)), workers=2)
    assert next(results) == "0"
    results.close()
    assert _overlap_threads() == []
