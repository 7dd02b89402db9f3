"""Turns: how many are let in at once, and in which order those who wait."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from rotoscope.api.refusals import Busy
from rotoscope.api.turns import Places, Turns


class Waiter(Thread):
    """Takes a turn, and notes when it has it."""

    def __init__(self, turns: Turns, client: str, order: list[str], leave: Event) -> None:
        super().__init__(daemon=True)
        self._turns, self._client, self._order, self._leave = turns, client, order, leave

    def run(self) -> None:
        with self._turns.turn(self._client):
            self._order.append(self._client)
            self._leave.wait(10)


def until(turns: Turns, waiting: int) -> None:
    pause = Event()
    for _ in range(1000):
        if turns.waiting == waiting:
            return
        pause.wait(0.005)
    raise AssertionError(f"{turns.waiting} wait, not {waiting}")


def test_those_who_wait_are_let_in_client_by_client() -> None:
    turns, order, leave = Turns(Places(at_once=1)), list[str](), Event()
    leave.set()
    waiters: list[Waiter] = []
    with turns.turn("first"):
        for client in ("huge", "huge", "huge", "small", "tiny", "huge", "small"):
            waiters.append(Waiter(turns, client, order, leave))
            waiters[-1].start()
            until(turns, len(waiters))
    for waiter in waiters:
        waiter.join(10)
    assert order == ["huge", "small", "tiny", "huge", "small", "huge", "huge"]
    assert turns.waiting == 0
    with turns.turn("again"):
        pass


def test_no_more_are_inside_than_there_are_places() -> None:
    turns, order, leave = Turns(Places(at_once=2)), list[str](), Event()
    waiters = [Waiter(turns, str(number), order, leave) for number in range(5)]
    for waiter in waiters:
        waiter.start()
    until(turns, 3)
    assert len(order) == 2
    leave.set()
    for waiter in waiters:
        waiter.join(10)
    assert len(order) == 5


def test_nobody_takes_all_places_to_wait_in() -> None:
    turns, order, leave = Turns(Places(at_once=1, waiting=4, waiting_of_one=2)), list[str](), Event()
    waiters = [Waiter(turns, "huge", order, leave) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    until(turns, 2)
    with pytest.raises(Busy, match="2 requests wait for it") as raised, turns.turn("huge"):
        pass
    assert int(raised.value.headers["Retry-After"]) >= 1
    small = Waiter(turns, "small", order, leave)
    small.start()
    until(turns, 3)
    leave.set()
    for waiter in (*waiters, small):
        waiter.join(10)
    assert order.count("small") == 1


def test_who_has_waited_too_long_is_sent_away_and_leaves_no_trace() -> None:
    turns = Turns(Places(at_once=1, patience_seconds=0.01))
    with turns.turn("a"):
        with pytest.raises(Busy, match=r"0\.01 seconds were not enough"), turns.turn("b"):
            pass
        assert turns.waiting == 0
    with turns.turn("b"):
        pass


def test_a_turn_ends_where_something_is_raised() -> None:
    turns = Turns(Places(at_once=1, waiting=0))
    with pytest.raises(ValueError, match="broken"), turns.turn("a"):
        raise ValueError("broken")
    with turns.turn("b"):
        pass
