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


@pytest.fixture
def reader(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands beside a clip, after the service has painted one, and has written the rates of the page."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(r"```yaml\n# rates\.yaml\n(.*?)```", text, re.DOTALL)
    assert found
    (tmp_path / "rates.yaml").write_text(found[1])
    make_clip(tmp_path / "drone.mp4")
    with open_service(settings_in(tmp_path), queues=QUEUES) as service:
        put_clip(service, tmp_path / "drone.mp4", "data://in/a.mp4")
        params = {"source": "data://in/a.mp4", "output": "data://out/a.mp4", "filter": "posterize"}
        job = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
        assert job.state == "succeeded"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROTOSCOPE_RATES", "rates.yaml")
    return tmp_path


def test_what_the_page_says_of_plans_and_costs_can_be_done(reader: Path, run: Run) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        ran = run(*shlex.split(line)[1:])
        assert ran.exit_code == 0, f"{line}: {ran.err}"
        assert ran.out


def test_the_plan_of_the_page_costs_what_the_page_says(reader: Path) -> None:
    plan = read_rates(reader / "rates.yaml").plan("studio")
    assert plan.retail(Usage(video_seconds=60)) == 300_000
    assert plan.retail(Usage(video_seconds=60 * 101)) == 100 * 300_000 + 200_000
