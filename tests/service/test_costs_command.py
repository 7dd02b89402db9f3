"""What a service's ledger says, on rows that jobs have made."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rotoscope.database.spending import ledger_entries, open_ledger
from rotoscope.errors import ServiceError
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import open_service
from rotoscope.jobs.tasks import QUEUES
from rotoscope.settings import Rate

from command import Run, run
from samples import make_clip, make_stills
from service_samples import finished, put_clip, settings_in

__all__ = ["run"]
RATES = """
rates: 1
currency: EUR
plans:
  studio: {per_picture: 1000, per_compute_second: 5, wholesale_discount: 20}
"""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder of a service that has painted twice, and what each job has cost."""
    folder = tmp_path_factory.mktemp("worked")
    settings = settings_in(folder, rate=Rate(3_600_000_000, "EUR"))
    costs: dict[str, int] = {}
    with open_service(settings, queues=QUEUES) as service:
        clip = put_clip(service, make_clip(folder / "clip.mp4"), "data://in/clip.mp4")
        still = put_clip(service, make_stills(folder / "stills", frames=1) / "0000.png", "data://in/a.png")
        for number, (operation, source, filters) in enumerate(
            [("renders", clip, "posterize:levels=4"), ("stylize", still, ["lineart", "posterize"])]
        ):
            output = f"data://out/{number}{source[-4:]}"
            params = {"source": source, "output": output, "filter": filters}
            done = finished(service, service.book.create(LOCAL_CLIENT, operation, params).id)
            assert done.state == "succeeded", done.fault
            costs[done.id] = done.cost_micros
    return folder, costs


@pytest.fixture
def here(worked: tuple[Path, dict[str, int]], run: Run, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The command reads that service's ledger."""
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(worked[0] / "data"))
    monkeypatch.setenv("ROTOSCOPE_RATE", "3600 EUR")
    return worked[1]


def test_every_job_costs_what_its_own_record_says(run: Run, here: dict[str, int]) -> None:
    told = run("costs", "--by", "job", "--json").json
    assert told["currency"] == "EUR"
    assert {row["name"]: row["cost_micros"] for row in told["by_job"]} == here
    assert min(here.values()) > 0


def test_every_filter_costs_what_its_jobs_cost(run: Run, here: dict[str, int]) -> None:
    rows = run("costs", "--by", "filter", "--json").json["by_filter"]
    assert {row["name"] for row in rows} == {"posterize", "lineart + posterize"}
    assert sum(row["cost_micros"] for row in rows) == sum(here.values())
    assert {row["name"]: row["frames"] for row in rows}["posterize"] == 20


def test_tables_are_for_people_too(run: Run, here: dict[str, int]) -> None:
    told = run("costs").out
    assert told.startswith("by filter:\n")
    assert "by job:\n" in told
    for job_id, cost in here.items():
        assert f"{job_id}  {cost / 1e6:.6f} EUR" in told


def test_a_period_without_work_has_no_costs(run: Run, here: dict[str, int]) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    assert run("costs", "--by", "filter", "--since", tomorrow).out == "by filter: nothing was done yet\n"
    assert len(run("costs", "--by", "job", "--until", tomorrow, "--json").json["by_job"]) == len(here)
    assert run("costs", "--client", "cli_nobody", "--by", "job", "--json").json["by_job"] == []


def test_a_statement_is_made_under_a_plan(
    run: Run, here: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rates.yaml").write_text(RATES)
    monkeypatch.setenv("ROTOSCOPE_RATES", str(tmp_path / "rates.yaml"))
    asked = ("costs", "--client", LOCAL_CLIENT, "--plan", "studio", "--json")
    retail = run(*asked).json["statement"]
    wholesale = run(*asked, "--wholesale").json["statement"]
    assert {line["job_id"] for line in retail["lines"]} == set(here)
    assert retail["cost_micros"] == sum(here.values())
    assert retail["price_micros"] == sum(line["price_micros"] for line in retail["lines"])
    assert wholesale["price_micros"] == pytest.approx(0.8 * retail["price_micros"], abs=1)
    assert f"{LOCAL_CLIENT}, plan studio: " in run(*asked[:-1]).out


def test_a_statement_is_of_one_client(run: Run, here: dict[str, int]) -> None:
    ran = run("costs", "--plan", "studio")
    assert ran.exit_code == 2
    assert "--plan makes the statement of one client" in ran.err
    assert "give one as 2026-11-01" in run("costs", "--since", "yesterday").err


def test_where_no_service_has_worked_there_is_no_ledger(run: Run, tmp_path: Path) -> None:
    ran = run("costs")
    assert ran.exit_code == 1
    assert "There is no ledger: no service has worked with sqlite:///" in ran.err
    assert not (tmp_path / "data").exists()


def test_a_ledger_is_read_by_client_and_time(worked: tuple[Path, dict[str, int]]) -> None:
    place = worked[0] / "data" / "rotoscope.sqlite"
    with sqlite3.connect(place) as plain:
        count = plain.execute("select count(*) from ledger").fetchone()[0]
    database = open_ledger(f"sqlite:///{place}")
    entries = ledger_entries(database)
    assert len(entries) == count
    assert ledger_entries(database, client_id=LOCAL_CLIENT) == entries
    middle = entries[1].created
    before, after = ledger_entries(database, until=middle), ledger_entries(database, since=middle)
    assert [*before, *after] == entries
    with pytest.raises(ServiceError, match="There is no ledger"):
        open_ledger("sqlite:////nowhere/at-all.sqlite")
