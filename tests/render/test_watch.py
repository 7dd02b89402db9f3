"""A watched folder: what settles is painted, what fails is named, what was done is remembered."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.cli.requests import make_look
from rotoscope.errors import InvalidOptions, OpenError, UnknownFilter
from rotoscope.media.clip import open_clip
from rotoscope.render.batch import BatchItem
from rotoscope.render.isolated import LookRequest
from rotoscope.render.journal import JOURNAL_NAME
from rotoscope.render.options import RenderOptions
from rotoscope.render.watch import WatchOptions, watch

import samples


def request(*filters: str) -> LookRequest:
    facts = {"filter_names": filters, "strength": 1.0, "size": None, "threads": 1, "precision": "f32"}
    return LookRequest(make_look, facts)


POSTER = request("posterize:levels=3")
ONCE = WatchOptions(settle_seconds=0, once=True)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A photograph, a clip in a folder, a GIF that does not move, and what only claims to be a clip."""
    inbox = tmp_path / "inbox"
    (inbox / "trip").mkdir(parents=True)
    Image.fromarray(samples.picture(1)).save(inbox / "sea.jpg")
    Image.fromarray(samples.picture(1)).save(inbox / "still.gif")
    samples.make_clip(inbox / "trip" / "drone.mp4", frames=3)
    (inbox / "list.mp4").write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    return inbox


def painted(
    inbox: Path, outbox: Path, look: LookRequest = POSTER, *, overwrite: bool = False
) -> dict[str, str]:
    items: list[BatchItem] = list(watch(inbox, outbox, look, watching=ONCE, overwrite=overwrite))
    return {item.source.as_posix(): item.state.value for item in items}


def test_what_is_there_is_painted_once_and_failures_are_named(inbox: Path, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    assert painted(inbox, outbox) == {
        "list.mp4": "failed",
        "sea.jpg": "painted",
        "still.gif": "painted",
        "trip/drone.mp4": "painted",
    }
    found = sorted(path.relative_to(outbox).as_posix() for path in outbox.rglob("*") if path.is_file())
    assert found == [JOURNAL_NAME, "failed/list.mp4.txt", "sea.jpg", "still.gif", "trip/drone.mp4"]
    told = (outbox / "failed" / "list.mp4.txt").read_text()
    assert told.startswith("list.mp4\nOpenError: ")
    assert "is an HLS playlist" in told
    assert len(list(open_clip(outbox / "trip" / "drone.mp4").frames())) == 3
    assert painted(inbox, outbox) == {}


def test_a_failure_is_tried_again_when_the_file_or_the_look_changes(inbox: Path, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    painted(inbox, outbox)
    samples.make_clip(inbox / "list.mp4", frames=2)
    assert painted(inbox, outbox) == {"list.mp4": "painted"}
    assert not (outbox / "failed" / "list.mp4.txt").exists()
    again = painted(inbox, outbox, request("posterize:levels=4"))
    assert set(again.values()) == {"outdated"}
    assert "with another look" in (outbox / "failed" / "sea.jpg.txt").read_text()
    assert painted(inbox, outbox) == {}
    assert set(painted(inbox, outbox, request("posterize:levels=4"), overwrite=True).values()) == {"painted"}


def test_a_file_that_grows_is_left_until_it_stands_still(inbox: Path, tmp_path: Path) -> None:
    whole = (inbox / "sea.jpg").read_bytes()
    (inbox / "list.mp4").unlink()
    watching = WatchOptions(settle_seconds=0.4, interval_seconds=0.1)
    items = watch(inbox, tmp_path / "outbox", POSTER, watching=watching)
    seen = [next(items).source.name for _ in range(3)]
    assert seen == ["sea.jpg", "still.gif", "drone.mp4"]
    (inbox / "new.jpg").write_bytes(whole[:100])
    timer = threading.Timer(0.2, lambda: (inbox / "new.jpg").write_bytes(whole))
    timer.start()
    item = next(items)
    timer.join()
    assert (item.source.name, item.state.value) == ("new.jpg", "painted")


def test_refusals(inbox: Path, tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="is not a folder"):
        watch(tmp_path / "none", tmp_path / "outbox", POSTER)
    with pytest.raises(UnknownFilter, match="'posterise'"):
        watch(inbox, tmp_path / "outbox", request("posterise"))
    with pytest.raises(InvalidOptions, match="Leave store, workers and score out"):
        watch(inbox, tmp_path / "outbox", POSTER, options=RenderOptions(workers=2))
    with pytest.raises(InvalidOptions, match=r"A time to settle of -1 s and an interval of 2 s cannot be"):
        WatchOptions(settle_seconds=-1)
    assert not (tmp_path / "outbox").exists()
