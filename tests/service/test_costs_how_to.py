"""docs/how-to/know-what-it-costs.md: what it says after a service has worked, and of plans."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from rotoscope.economics.rates import read_rates
from rotoscope.economics.usage import Usage
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import open_service
from rotoscope.jobs.tasks import QUEUES

from command import Run, run
from samples import make_clip
from service_samples import finished, put_clip, settings_in

__all__ = ["run"]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "know-what-it-costs.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds a clip, the rates of the page, and the data of a service that has painted the clip."""
    folder = tmp_path_factory.mktemp("reader")
    found = re.search(r"```yaml\n# rates\.yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    (folder / "rates.yaml").write_text(found[1])
    make_clip(folder / "drone.mp4")
    with open_service(settings_in(folder), queues=QUEUES) as service:
        put_clip(service, folder / "drone.mp4", "data://in/a.mp4")
        params = {"source": "data://in/a.mp4", "output": "data://out/a.mp4", "filter": "posterize"}
        job = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
        assert job.state == "succeeded"
    return folder


@pytest.fixture
def reader(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in that folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("ROTOSCOPE_RATES", "rates.yaml")
    return folder


def test_what_the_page_says_of_plans_and_costs_can_be_done(reader: Path, run: Run) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        ran = run(*shlex.split(line)[1:])
        assert ran.exit_code == 0, f"{line}: {ran.err}"
        assert ran.out


def test_the_plan_of_the_page_costs_what_the_page_says(folder: Path) -> None:
    plan = read_rates(folder / "rates.yaml").plan("studio")
    assert plan.retail(Usage(video_seconds=60)) == 300_000
    assert plan.retail(Usage(video_seconds=60 * 101)) == 100 * 300_000 + 200_000
