"""Usage and statements, counted from the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from rotoscope.database.spending import LedgerEntry, filters_of
from rotoscope.economics.plans import Plan, Tier
from rotoscope.economics.statements import By, spent_by, statement

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROW = LedgerEntry(
    client_id="cli_a",
    key_id="key_1",
    job_id="job_1",
    operation="stylize",
    filter="great-wave",
    step="segment",
    part="0",
    cpu_seconds=2.0,
    gpu_seconds=0.5,
    elapsed_seconds=1.5,
    frames=48,
    video_seconds=2.0,
    cost_micros=200,
    created=NOON,
)
PLAN = Plan("studio", per_picture=(Tier(0, 1000),), per_video_minute=(Tier(0, 60_000), Tier(1, 30_000)))
ENTRIES = st.lists(
    st.builds(
        LedgerEntry,
        client_id=st.sampled_from(["cli_a", "cli_b"]),
        key_id=st.sampled_from([None, "key_1", "key_2"]),
        job_id=st.sampled_from(["job_1", "job_2", "job_3"]),
        operation=st.sampled_from(["stylize", "train"]),
        filter=st.sampled_from(["", "great-wave", "lineart"]),
        step=st.just("work"),
        part=st.just(""),
        cpu_seconds=st.floats(0, 1000),
        gpu_seconds=st.floats(0, 1000),
        elapsed_seconds=st.floats(0, 1000),
        frames=st.integers(0, 500),
        video_seconds=st.none() | st.floats(0, 100),
        cost_micros=st.integers(0, 10**6),
        created=st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),
    ),
    max_size=12,
)


def test_what_a_filter_has_cost_is_the_sum_of_its_rows() -> None:
    rows = [
        ROW,
        replace(ROW, job_id="job_2", cost_micros=50),
        replace(ROW, filter="lineart", cost_micros=900),
    ]
    dear, cheap = spent_by(rows, "filter")
    assert (dear.name, dear.cost_micros, dear.jobs) == ("lineart", 900, 1)
    assert (cheap.name, cheap.cost_micros, cheap.jobs, cheap.frames) == ("great-wave", 250, 2, 96)
    assert (cheap.cpu_seconds, cheap.video_seconds) == (4.0, 4.0)


def test_work_without_a_filter_stands_under_its_operation() -> None:
    assert spent_by([replace(ROW, filter="", operation="train")], "filter")[0].name == "(train)"


def test_days_are_those_of_utc_and_in_order() -> None:
    late = replace(ROW, created=datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=2))))
    assert [one.name for one in spent_by([late, ROW], "day")] == ["2026-11-20", "2026-11-21"]


@given(ENTRIES, st.sampled_from(["filter", "job", "key", "client", "day", "operation"]))
def test_however_it_is_counted_the_sum_is_the_ledgers(rows: list[LedgerEntry], by: By) -> None:
    found = spent_by(rows, by)
    assert sum(one.cost_micros for one in found) == sum(row.cost_micros for row in rows)
    assert sum(one.frames for one in found) == sum(row.frames for row in rows)
    assert len({one.name for one in found}) == len(found)


def test_a_statement_has_a_line_a_job_and_goes_on_through_tiers() -> None:
    rows = [
        ROW,
        replace(ROW, part="1", video_seconds=58.0, created=NOON + timedelta(seconds=5)),
        replace(ROW, job_id="job_2", video_seconds=60.0, created=NOON + timedelta(hours=1)),
        replace(ROW, job_id="job_3", video_seconds=None, frames=2, created=NOON + timedelta(hours=2)),
    ]
    made = statement(rows, PLAN, client_id="cli_a", since=NOON, until=NOON + timedelta(days=1))
    assert [(line.job_id, line.price_micros) for line in made.lines] == [
        ("job_1", 60_000),
        ("job_2", 30_000),
        ("job_3", 2000),
    ]
    assert (made.price_micros, made.cost_micros, made.plan) == (92_000, 800, "studio")
    assert (made.lines[0].video_seconds, made.lines[0].pictures, made.lines[2].pictures) == (60.0, 0, 2)


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    rows = [ROW, replace(ROW, job_id="job_2", created=NOON + timedelta(days=1))]
    made = statement(rows, PLAN, client_id="cli_a", since=NOON, until=NOON + timedelta(days=1))
    assert [line.job_id for line in made.lines] == ["job_1"]


@given(ENTRIES, st.booleans())
def test_nobody_pays_for_another_and_lines_sum_to_what_is_owed(
    rows: list[LedgerEntry], is_wholesale: bool
) -> None:
    since, until = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    made = [
        statement(rows, PLAN, client_id=who, since=since, until=until, is_wholesale=is_wholesale)
        for who in ("cli_a", "cli_b")
    ]
    assert sum(one.cost_micros for one in made) == sum(row.cost_micros for row in rows)
    for one in made:
        assert one.price_micros == sum(line.price_micros for line in one.lines)


def test_filters_are_named_without_their_options() -> None:
    assert filters_of({"filter": "posterize:levels=4"}) == "posterize"
    assert filters_of({"filter": ["lineart", "great-wave"]}) == "lineart + great-wave"
    layers = [{"filter": "great-wave"}, {"filter": ["lineart:width=2", "great-wave"]}, {"fill": "red"}]
    assert filters_of({"look": {"look": 1, "layers": layers}}) == "great-wave + lineart"
    assert filters_of({"source": "data://in/a.mp4"}) == ""
