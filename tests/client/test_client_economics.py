"""Quotes, bills, usage and budgets of a server, by its client and by commands."""

from __future__ import annotations

import io
from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.client import Client
from rotoscope.errors import ApiError, JobFailed
from rotoscope.settings import KEY_VARIABLE

from command import Run, run
from running_server import RunningServer, running_server
from samples import make_clip, picture

__all__ = ["run"]
RATES = {
    "rates": 1,
    "currency": "EUR",
    "costs": {"cpu_second": 1_000_000},
    "plans": {"studio": {"per_video_minute": 600_000, "wholesale_discount": 20}},
}


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServer]:
    """A server with prices."""
    with running_server(tmp_path_factory.mktemp("priced")) as server:
        with server.client() as client:
            assert client.rates.put(RATES).currency == "EUR"
        yield server


@pytest.fixture
def client(priced: RunningServer) -> Generator[Client]:
    with priced.client() as opened:
        yield opened


def long_enough(client: Client, folder: Path) -> str:
    clip = make_clip(folder / "long.mp4", size=(320, 240), frames=150)
    return client.files.upload(clip, f"data://in/{folder.name}.mp4").uri


def test_jobs_cost_about_what_was_quoted(client: Client, tmp_path: Path) -> None:
    """Not held against the range itself: a machine that tests share is no place to measure."""
    source = long_enough(client, tmp_path)
    found = client.quotes.create(source, filter="watercolor")
    assert (found.work, found.frames, found.look, found.plan) == (source, 150, "watercolor", "studio")
    assert found.sampled_frames > 0
    assert found.cost.low_micros < found.cost.likely_micros < found.cost.high_micros
    assert found.cost.likely_micros == pytest.approx(1e6 * found.cpu_seconds.likely, abs=1)
    assert found.share <= 0.25 + 1e-9
    job = client.jobs.create("renders", source=source, output="data://out/w.mp4", filter="watercolor")
    done = client.jobs.wait(job.id)
    assert found.cost.low_micros / 2 < done.cost_micros < 2 * found.cost.high_micros
    made = client.usage.statement("studio")
    line = next(line for line in made.lines if line.job == job.id)
    assert line.price_micros == pytest.approx(found.retail.likely_micros, rel=0.01)
    assert line.cost_micros == done.cost_micros


def test_the_ledger_of_all_work_is_the_meter(client: Client, tmp_path: Path) -> None:
    source = long_enough(client, tmp_path)
    client.jobs.wait(client.jobs.create("inspect", source=source).id)
    jobs = {job.id: job for job in client.jobs.list() if job.is_final}
    by_job = client.usage.get("job")
    assert {row.name: row.cost_micros for row in by_job.items} == {
        one: job.cost_micros for one, job in jobs.items() if job.cost_micros
    }
    for by in ("filter", "key", "day", "operation"):
        report = client.usage.get(by)
        assert sum(row.cost_micros for row in report.items) == by_job.total.cost_micros
    assert by_job.total.cost_micros == pytest.approx(1e6 * by_job.total.cpu_seconds, rel=0.001)
    assert [row.name for row in client.usage.get("key").items] == [client.keys.self().id]


def test_a_key_whose_budget_is_used_up_is_stopped(client: Client, tmp_path: Path) -> None:
    source = long_enough(client, tmp_path)
    budget = client.budgets.create(1, key=client.keys.self().id, period="ever")
    job = client.jobs.create("renders", source=source, output="data://out/b.mp4", filter="halftone")
    with pytest.raises(JobFailed, match=rf"The budget {budget.id} of 1 millionths .* It can be retried\."):
        client.jobs.wait(job.id)
    assert client.budgets.get(budget.id).left_micros == 0
    assert client.budgets.update(budget.id, 10**12).left_micros > 0
    assert budget.id in [one.id for one in client.budgets.list()]
    client.jobs.retry(job.id)
    assert client.jobs.wait(job.id).state == "succeeded"
    client.budgets.delete(budget.id)
    with pytest.raises(ApiError, match="There is no budget"):
        client.budgets.get(budget.id)


def test_plans_are_changed_by_the_operator(client: Client) -> None:
    made = client.rates.put_plan("by-the-picture", {"per_picture": 5})
    assert client.rates.plan("by-the-picture") == made
    assert made in client.rates.get().plans
    client.rates.delete_plan("by-the-picture")
    assert made not in client.rates.get().plans


def test_commands_ask_the_server(
    run: Run, priced: RunningServer, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, priced.key)
    at = ("--server", priced.url)
    clip = make_clip(tmp_path / "short.mp4")
    ran = run("quote", clip, "loop.gif", "--filter", "posterize", "--width", "48", *at)
    assert ran.exit_code == 0, ran.err
    assert ran.out.splitlines()[0].endswith("short.mp4: 20 frames, posterize; 20 were painted to know")
    assert "EUR" in ran.out
    assert run("costs", "--by", "filter", *at, "--json").json["currency"] == "EUR"
    told = run("costs", "--by", "operation", *at).out
    assert told.startswith("by operation:\n")
    assert "  quote " in told
    ran = run("costs", "--plan", "studio", "--wholesale", *at)
    assert ran.out.startswith("cli_local, plan studio: ")
    assert not any(file.uri.startswith("data://quoted/") for file in client.files.list("data://"))


def test_pictures_are_in_the_ledger_without_a_job(
    run: Run, priced: RunningServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.BytesIO()
    Image.fromarray(picture(0, (48, 32))).save(file, "PNG")
    for _ in range(3):
        client.images.stylize(file.getvalue(), filter="halftone")
    (told,) = [one for one in client.usage.get("job").items if one.name == "(picture)"]
    assert (told.jobs, told.frames) == (0, 3)
    made = client.usage.statement("studio")
    (line,) = [one for one in made.lines if one.operation == "picture"]
    assert (line.job, line.filter, line.pictures) == (None, "halftone", 3)
    monkeypatch.setenv(KEY_VARIABLE, priced.key)
    at = ("--server", priced.url)
    assert "  3 pictures  0.000000 EUR  picture halftone\n" in run("costs", "--plan", "studio", *at).out
    assert "(picture)" in run("costs", "--by", "job", *at).out
    budget = client.budgets.create(1, period="ever")
    with pytest.raises(ApiError, match="that the client may spend altogether is used up") as refused:
        client.images.stylize(file.getvalue(), filter="halftone")
    assert (refused.value.status, refused.value.code) == (409, "budget-exhausted")
    client.budgets.delete(budget.id)
