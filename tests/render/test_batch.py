"""A library painted item by item: names, what is bad, going on, what has changed."""

from __future__ import annotations

import hashlib
import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import rotoscope
from rotoscope.errors import EncodeError, ManifestError, OpenError
from rotoscope.filters.kinds import KINDS
from rotoscope.media.clip import open_clip
from rotoscope.render.batch import BatchProgress, BatchResult, ItemState, stylize_folder
from rotoscope.render.journal import JOURNAL_NAME, look_key
from rotoscope.render.library import plan_library
from rotoscope.render.look import Look
from rotoscope.render.looks.layered import END_OF_TIME
from rotoscope.render.options import RenderOptions
from rotoscope.render.separate import separate
from rotoscope.render.stylize import DEFAULT_ENCODER

import samples

POSTER = Look([KINDS["posterize"].build({"levels": "3"})])


def photo(path: Path, index: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(samples.picture(index)).save(path)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def states(result: BatchResult) -> dict[str, str]:
    return {item.source.as_posix(): item.state.value for item in result.items}


def outputs(source: Path, folder: Path) -> dict[str, str]:
    return {p.source.as_posix(): p.output.as_posix() for p in plan_library(source, folder)}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A clip, an animation and photographs in folders, and what is no media."""
    library = tmp_path / "library"
    photo(library / "sea.jpg")
    photo(library / "trip" / "tower.png", 2)
    samples.make_clip(library / "trip" / "drone.mp4", frames=5)
    samples.make_gif(library / "trip" / "loop.gif")
    (library / "notes.txt").write_text("not media")
    photo(library / ".hidden.jpg")
    photo(library / ".thumbs" / "small.jpg")
    return library


def test_folders_names_and_kinds_are_kept(library: Path, tmp_path: Path) -> None:
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert states(result) == dict.fromkeys(
        ("sea.jpg", "trip/drone.mp4", "trip/loop.gif", "trip/tower.png"), "painted"
    )
    assert result.is_good
    assert names(tmp_path / "out") == [
        JOURNAL_NAME,
        "sea.jpg",
        "trip/drone.mp4",
        "trip/loop.gif",
        "trip/tower.png",
    ]
    assert len(list(open_clip(tmp_path / "out" / "trip" / "drone.mp4").frames())) == 5
    assert len(list(open_clip(tmp_path / "out" / "trip" / "loop.gif").frames())) == 4
    with Image.open(tmp_path / "out" / "sea.jpg") as painted:
        assert np.asarray(painted)[-4, 4, 0] > 150


def test_the_package_has_it_too(library: Path, tmp_path: Path) -> None:
    assert rotoscope.stylize_folder(library, tmp_path / "out", POSTER).counts == {"painted": 4}


def test_what_cannot_be_written_gets_another_suffix_and_no_two_become_one(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for name in ("a.bmp", "a.png", "A.ppm", "b.gif"):
        photo(library / name)
    for name in ("c.mp4", "c.flv", "%03d.jpg"):
        (library / name).write_bytes(b"")
    assert outputs(library, tmp_path / "out") == {
        "%03d.jpg": "03d.jpg",
        "A.ppm": "A-ppm.png",
        "a.bmp": "a-bmp.png",
        "a.png": "a.png",
        "b.gif": "b.png",
        "c.flv": "c-flv.mp4",
        "c.mp4": "c.mp4",
    }


def test_links_and_the_folder_of_results_are_not_walked(tmp_path: Path) -> None:
    library = tmp_path / "library"
    photo(library / "a.jpg")
    photo(library / "painted" / "a.jpg")
    photo(tmp_path / "elsewhere" / "secret.jpg")
    (library / "link").symlink_to(tmp_path / "elsewhere")
    (library / "link.jpg").symlink_to(tmp_path / "elsewhere" / "secret.jpg")
    assert list(outputs(library, library / "painted")) == ["a.jpg"]


def test_a_folder_of_frames_in_a_library_is_one_clip(tmp_path: Path) -> None:
    library = tmp_path / "library"
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=4)
    library.mkdir()
    separate(clip, library / "frames")
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert states(result) == {"frames": "painted"}
    assert len(list(open_clip(tmp_path / "out" / "frames").frames())) == 4
    assert states(stylize_folder(library, tmp_path / "out", POSTER)) == {"frames": "skipped"}


def test_a_bad_one_does_not_stop_the_others_and_is_told(library: Path, tmp_path: Path) -> None:
    samples.truncate(library / "trip" / "drone.mp4", library / "a-cut.mp4", keep=0.3)
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert result.counts == {"failed": 1, "painted": 4}
    assert not result.is_good
    bad = result.items[0]
    assert bad.error_type in ("OpenError", "DecodeError", "TruncatedError")
    assert bad.message is not None
    assert "a-cut.mp4" in bad.message
    assert "a-cut.mp4" not in names(tmp_path / "out")


def test_stopping_at_the_first_error_leaves_the_rest(library: Path, tmp_path: Path) -> None:
    (library / "a.mp4").write_bytes(b"#EXTM3U\n/etc/passwd\n")
    result = stylize_folder(library, tmp_path / "out", POSTER, on_error="stop")
    assert [item.state for item in result.items] == [ItemState.FAILED, *[ItemState.LEFT] * 4]
    assert "is an HLS playlist" in (result.items[0].message or "")


def test_a_run_that_was_stopped_goes_on_where_it_was(library: Path, tmp_path: Path) -> None:
    def interrupt(event: BatchProgress) -> None:
        if event.item is not None and event.item.source.name == "drone.mp4" and event.progress is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stylize_folder(library, tmp_path / "out", POSTER, on_progress=interrupt)
    assert names(tmp_path / "out") == [JOURNAL_NAME, "sea.jpg"]
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert result.counts == {"skipped": 1, "painted": 3}


def test_a_changed_source_is_said_and_repainted_only_with_overwrite(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    stylize_folder(library, out, POSTER)
    before = (out / "sea.jpg").read_bytes()
    photo(library / "sea.jpg", 200)
    result = stylize_folder(library, out, POSTER)
    assert states(result)["sea.jpg"] == "outdated"
    assert "its source has changed since. Give --overwrite to replace it" in (result.items[0].message or "")
    assert (out / "sea.jpg").read_bytes() == before
    assert stylize_folder(library, out, POSTER, overwrite=True).counts == {"painted": 1, "skipped": 3}
    assert (out / "sea.jpg").read_bytes() != before


def test_other_options_are_said(library: Path, tmp_path: Path) -> None:
    stylize_folder(library, tmp_path / "out", POSTER)
    round_and_round = RenderOptions(wrap=True)
    result = stylize_folder(library, tmp_path / "out", POSTER, options=round_and_round)
    assert "painted with another look or other options" in (result.items[0].message or "")
    by_two = RenderOptions(workers=2)  # decides nothing
    assert stylize_folder(library, tmp_path / "out", POSTER, options=by_two).counts == {"skipped": 4}


def test_options_at_their_defaults_are_not_counted_unless_they_always_were() -> None:
    def key(options: RenderOptions, *always: str) -> str:
        return look_key(POSTER, DEFAULT_ENCODER, options, always=always)

    digest = POSTER.digest_between(Fraction(0), END_OF_TIME)
    facts = [digest, repr(DEFAULT_ENCODER), [("on_truncated", "fail"), ("to_sdr", True)]]
    expected = hashlib.sha256(repr(facts).encode()).hexdigest()
    assert key(RenderOptions(to_sdr=True), "on_truncated") == expected
    assert key(RenderOptions(to_sdr=True)) != expected


def test_another_look_is_said(library: Path, tmp_path: Path) -> None:
    stylize_folder(library, tmp_path / "out", POSTER)
    weaker = Look(POSTER.filters, strength=0.5)
    result = stylize_folder(library, tmp_path / "out", weaker)
    assert result.counts == {"outdated": 4}
    assert "painted with another look or other options" in (result.items[0].message or "")
    assert stylize_folder(library, tmp_path / "out", weaker, overwrite=True).counts == {"painted": 4}


def test_a_copy_with_another_time_is_the_same_source(library: Path, tmp_path: Path) -> None:
    stylize_folder(library, tmp_path / "out", POSTER)
    os.utime(library / "sea.jpg", (1, 1))
    assert stylize_folder(library, tmp_path / "out", POSTER).counts == {"skipped": 4}


def test_a_result_that_nobody_remembers_is_not_replaced(library: Path, tmp_path: Path) -> None:
    photo(tmp_path / "out" / "sea.jpg")
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert states(result)["sea.jpg"] == "outdated"
    assert "was not made by a run that is remembered" in (result.items[0].message or "")


def test_a_result_that_was_touched_is_said(library: Path, tmp_path: Path) -> None:
    stylize_folder(library, tmp_path / "out", POSTER)
    (tmp_path / "out" / "sea.jpg").write_bytes(b"half")
    result = stylize_folder(library, tmp_path / "out", POSTER)
    assert "was changed since" in (result.items[0].message or "")


def test_progress_counts_items_and_bytes(library: Path, tmp_path: Path) -> None:
    told: list[BatchProgress] = []
    stylize_folder(library, tmp_path / "out", POSTER, on_progress=told.append)
    assert [event.items_done for event in told] == sorted(event.items_done for event in told)
    assert [event.bytes_done for event in told] == sorted(event.bytes_done for event in told)
    assert (told[-1].items_done, told[-1].bytes_done) == (4, told[-1].byte_count)
    assert any(event.progress is not None and event.progress.frames_done == 5 for event in told)


def test_refusals(library: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OpenError, match="holds no video and no photograph"):
        stylize_folder(tmp_path / "empty", tmp_path / "out", POSTER)
    assert not (tmp_path / "out").exists()
    with pytest.raises(EncodeError, match="is the source itself"):
        stylize_folder(library, library, POSTER)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / JOURNAL_NAME).write_text("{")
    with pytest.raises(ManifestError, match="which remembers what was painted, cannot be read"):
        stylize_folder(library, tmp_path / "out", POSTER)


def test_the_journal_says_what_was_painted_of_what(library: Path, tmp_path: Path) -> None:
    stylize_folder(library, tmp_path / "out", POSTER)
    journal = json.loads((tmp_path / "out" / JOURNAL_NAME).read_text())
    entry = journal["items"]["trip/drone.mp4"]
    assert entry["source"] == "trip/drone.mp4"
    assert entry["size_bytes"] == (library / "trip" / "drone.mp4").stat().st_size
    assert entry["output_bytes"] == (tmp_path / "out" / "trip" / "drone.mp4").stat().st_size
