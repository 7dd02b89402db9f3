"""What the pages on jobs and on running the service say in numbers."""

from __future__ import annotations

import re
from pathlib import Path

from rotoscope.jobs.bench import LOOK_SECONDS
from rotoscope.jobs.housekeeping import EVENTS_KEPT
from rotoscope.jobs.job import FINAL_STATES
from rotoscope.jobs.service import DRAIN_SECONDS
from rotoscope.jobs.supervising import BEAT_SECONDS, QUIET_SECONDS
from rotoscope.jobs.tasks import QUEUES, ROUND

DOCS = Path(__file__).parents[2] / "docs"


def said(page: str) -> str:
    return " ".join((DOCS / page).read_text(encoding="utf-8").split())


def test_the_page_on_jobs_says_how_long_things_take() -> None:
    page = said("explanation/jobs.md")
    assert "says every two seconds that it lives" in page
    assert BEAT_SECONDS == 2
    assert "found missing within half a minute" in page
    assert QUIET_SECONDS == 30
    assert "after each round of eight segments" in page
    assert ROUND == 8
    assert "notices within half a second" in page
    assert LOOK_SECONDS < 0.5


def test_the_page_on_jobs_names_states_and_queues_that_there_are() -> None:
    page = said("explanation/jobs.md")
    states = re.search(r"`queued` → `running` → (.*?)\.", page)
    assert states
    assert set(re.findall(r"`(\w+)`", states[1])) == FINAL_STATES
    drawing = re.search(r"```text(.*?)```", page)
    assert drawing
    assert {"probe", "stylize", "deliver"} <= set(re.findall(r"\w+", drawing[1])) & set(QUEUES)


def test_the_page_on_the_service_says_how_long_things_take() -> None:
    page = said("how-to/run-the-service.md")
    assert "finish what is at hand, for at most half a minute" in page
    assert DRAIN_SECONDS == 30
    assert "events after 30 days" in page
    assert EVENTS_KEPT.days == 30
