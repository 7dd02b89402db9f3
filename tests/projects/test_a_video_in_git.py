"""docs/how-to/a-video-in-git.md, followed from top to bottom, with what it says is printed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.repo import Repo

from rotoscope.client import Job
from rotoscope.client.economics import Quote, UsageReport
from rotoscope.database.spending import ledger_entries, open_ledger
from rotoscope.media.clip import open_clip
from rotoscope.settings import load_settings

from command import Run
from followed import Piece, Reader, pieces
from running_server import running_server
from samples import make_clip

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "a-video-in-git.md"
SERVE = "rotoscope serve"
CPU_SECOND = 14
"""What the page says that it costs, in millionths."""


@dataclass(frozen=True)
class Followed:
    """The page as it was followed."""

    folder: Path
    reader: Reader
    for_git: tuple[Piece, ...]
    """What wants the git program; not followed yet."""
    server_seconds: float | None
    """Processor time of the server meanwhile, as the system counts it; None where it does not tell."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Followed]:
    """Everything but what wants the git program."""
    folder = tmp_path_factory.mktemp("reader")
    make_clip(folder / "drone.mp4", rate=Fraction(2), frames=40)
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        monkeypatch.chdir(folder)
        monkeypatch.setenv("HOME", str(folder / "home"))
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        server = stack.enter_context(running_server(folder))
        reader = Reader(PAGE, folder, server, monkeypatch, SERVE)
        stack.callback(reader.close)
        for_git = tuple(piece for piece in pieces(PAGE) if piece.code.startswith("git "))
        before = processor_seconds(server.process.pid)
        for piece in pieces(PAGE):
            if piece not in for_git:
                reader.follow(piece)
        after = processor_seconds(server.process.pid)
        used = None if before is None or after is None else after - before
        yield Followed(folder, reader, for_git, used)


def processor_seconds(pid: int) -> float | None:
    """Of a process, and of those that it started and that have ended."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def test_the_page_can_be_followed(followed: Followed) -> None:
    repositories = ("data/projects/flight", "flight.git", "copy")
    opened = [Repo(str(followed.folder / name)) for name in repositories]
    assert len({repository.head() for repository in opened}) == 1
    for repository in opened:
        assert list(porcelain.fsck(repository)) == []
        repository.close()


def test_the_frame_that_was_retouched_has_its_sun_and_its_neighbors_have_not(followed: Followed) -> None:
    frames = [frame.pixels for frame in open_clip(followed.folder / "both.mp4").frames()]
    assert len(frames) == 40
    gold = [red > 200 and green > 150 and blue < 60 for red, green, blue in (one[12, 46] for one in frames)]
    assert [index for index, is_gold in enumerate(gold) if is_gold] == [12]


@pytest.mark.skipif(shutil.which("git") is None, reason="the git program is not installed")
def test_git_finds_it_in_order_and_its_log_can_be_read(followed: Followed) -> None:
    (piece,) = followed.for_git
    assert "4 files changed" in followed.reader.follow(piece)


def test_every_line_of_the_ledger_is_what_was_metered(followed: Followed) -> None:
    settings = load_settings({"ROTOSCOPE_DATA_DIR": str(followed.folder / "data")})
    database = open_ledger(settings.database)
    entries = ledger_entries(database)
    database.close()
    assert [one.cost_micros for one in entries] == [round(CPU_SECOND * one.cpu_seconds) for one in entries]
    usage = followed.reader.names["usage"]
    assert isinstance(usage, UsageReport)
    of_project = [one for one in entries if one.operation.startswith("project-")]
    assert usage.total.cost_micros == sum(one.cost_micros for one in of_project)
    if followed.server_seconds is None:
        pytest.skip("the system does not tell a process's time in /proc")
    metered = sum(one.cpu_seconds for one in entries)
    # The system counts hundredths. The rest is what a server does beside its jobs: answering, waiting.
    assert followed.server_seconds / 10 < metered <= followed.server_seconds + 0.1


def test_the_bill_is_about_what_was_quoted(followed: Followed) -> None:
    """Not held against the range itself: a machine that tests share is no place to measure."""
    quote, done = followed.reader.names["quote"], followed.reader.names["done"]
    assert isinstance(quote, Quote)
    assert isinstance(done, Job)
    assert quote.cost.low_micros / 3 < done.cost_micros < 3 * quote.cost.high_micros


def test_a_project_that_was_restored_can_be_painted(followed: Followed, run: Run, tmp_path: Path) -> None:
    project = followed.folder / "elsewhere" / "projects" / "flight"
    again = ("--clip", followed.folder / "drone.mp4", "--output", tmp_path / "again.mp4")
    ran = run("project", "paint", project, *again)
    assert ran.exit_code == 0, ran.err
    assert "again.mp4: 40 frames" in ran.out
