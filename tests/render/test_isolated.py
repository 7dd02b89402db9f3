"""Painting in a process of its own: results, progress and errors come back; what kills it does no harm."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from PIL import Image

from rotoscope.cli.requests import make_look
from rotoscope.errors import (
    InvalidOptions,
    IsolationError,
    OpenError,
    OutputExists,
    RotoscopeError,
    TruncatedError,
    UnknownFilter,
    UnsupportedMedia,
)
from rotoscope.media.clip import open_clip
from rotoscope.render.isolated import IsolationLimits, LookRequest, stylize_isolated
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.progress import Progress
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import stylize

import samples


def request(*filters: str) -> LookRequest:
    facts = {"filter_names": filters, "strength": 1.0, "size": None, "threads": 1, "precision": "f32"}
    return LookRequest(make_look, facts)


POSTER = request("posterize:levels=3")


def kill_oneself() -> NoReturn:
    """What a decoder that crashes does to its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twelve frames."""
    return samples.make_clip(tmp_path / "clip.mp4", frames=12)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_result_is_that_of_painting_here(clip: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    result = stylize_isolated(clip, tmp_path / "there.mp4", POSTER, on_progress=told.append)
    here = stylize(clip, tmp_path / "here.mp4", make_look(**POSTER.arguments))
    assert (tmp_path / "there.mp4").read_bytes() == (tmp_path / "here.mp4").read_bytes()
    assert result.output == tmp_path / "there.mp4"
    assert (result.frames, result.frame_size, result.codec) == (here.frames, here.frame_size, here.codec)
    assert [event.frames_done for event in told if event.step == "stylize"] == list(range(1, 13))
    assert [event.frames_done for event in told if event.step == "assemble"] == [12]
    assert told[-1].frame_size == (64, 48)
    assert left(tmp_path) == ["clip.mp4", "here.mp4", "there.mp4"]


def test_errors_come_back_as_themselves(clip: Path, tmp_path: Path) -> None:
    whole = samples.make_clip(tmp_path / "whole.mkv", frames=60, size=(320, 240))
    cut = samples.truncate(whole, tmp_path / "cut.mkv")
    before = left(tmp_path)
    with pytest.raises(TruncatedError, match=r"cut\.mkv") as caught:
        stylize_isolated(cut, tmp_path / "out.mp4", POSTER)
    assert 0 < caught.value.decoded_frames < 60
    with pytest.raises(UnknownFilter, match="'posterise'"):
        stylize_isolated(clip, tmp_path / "out.mp4", request("posterise"))
    with pytest.raises(UnsupportedMedia, match="does not name a kind of result"):
        stylize_isolated(clip, tmp_path / "out.docx", POSTER)
    assert left(tmp_path) == before


def test_an_output_that_is_there_stays(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"precious")
    with pytest.raises(OutputExists, match=r"out\.mp4 exists already"):
        stylize_isolated(clip, tmp_path / "out.mp4", POSTER)
    assert (tmp_path / "out.mp4").read_bytes() == b"precious"
    stylize_isolated(clip, tmp_path / "out.mp4", POSTER, overwrite=True)
    assert len(list(open_clip(tmp_path / "out.mp4").frames())) == 12


def test_a_process_that_is_killed_is_said_and_leaves_nothing(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
    deadly = LookRequest(kill_oneself)
    with pytest.raises(IsolationError, match=r"clip\.mp4 was ended by the signal SIGKILL: it crashed, or"):
        stylize_isolated(clip, tmp_path / "out.mp4", deadly)
    assert left(tmp_path) == ["clip.mp4"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_a_picture_that_does_not_fit_into_the_memory(tmp_path: Path) -> None:
    Image.new("RGB", (9000, 9000)).save(tmp_path / "large.png")
    with pytest.raises(RotoscopeError) as caught:
        stylize_isolated(
            tmp_path / "large.png",
            tmp_path / "out.png",
            POSTER,
            limits=IsolationLimits(memory_bytes=400_000_000),
        )
    assert isinstance(caught.value, IsolationError)
    assert "memory" in str(caught.value)
    assert "400,000,000 bytes" in str(caught.value)
    assert left(tmp_path) == ["large.png"]


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "long.mp4", frames=250, size=(640, 480), audio=False)
    with pytest.raises(IsolationError, match=r"long\.mp4 was not done after 0\.5 seconds"):
        stylize_isolated(clip, tmp_path / "out.mp4", POSTER, limits=IsolationLimits(seconds=0.5))
    assert left(tmp_path) == ["long.mp4"]


def test_limits_of_file_pixels_and_frames(clip: Path, tmp_path: Path) -> None:
    for limits, told in (
        (IsolationLimits(file_bytes=1000), "bytes; at most 1,000 are read"),
        (IsolationLimits(max_pixels=1000), "64x48 = 3,072 pixels; at most 1,000 are read"),
        (IsolationLimits(max_frames=5), "would give 12 frames; at most 5 are read"),
    ):
        with pytest.raises((OpenError, UnsupportedMedia), match=told):
            stylize_isolated(clip, tmp_path / "out.mp4", POSTER, limits=limits)
    assert left(tmp_path) == ["clip.mp4"]


def test_what_only_claims_to_be_media(tmp_path: Path) -> None:
    (tmp_path / "list.mp4").write_bytes(b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n")
    with pytest.raises(OpenError, match="is an HLS playlist"):
        stylize_isolated(tmp_path / "list.mp4", tmp_path / "out.mp4", POSTER)
    with pytest.raises(OpenError, match="does not exist"):
        stylize_isolated(tmp_path / "none.mp4", tmp_path / "out.mp4", POSTER)


def test_options_go_along(tmp_path: Path) -> None:
    whole = samples.make_clip(tmp_path / "whole.mkv", frames=60, size=(320, 240))
    cut = samples.truncate(whole, tmp_path / "cut.mkv")
    options = RenderOptions(on_truncated="keep", on_corrupt="hold", wrap=True)
    there = stylize_isolated(cut, tmp_path / "there.mp4", POSTER, options=options)
    here = stylize(cut, tmp_path / "here.mp4", make_look(**POSTER.arguments), options=options)
    assert there.output.read_bytes() == here.output.read_bytes()
    assert there.notes == here.notes


@pytest.mark.parametrize(
    "options",
    [
        RenderOptions(workers=2),
        RenderOptions(store=SegmentStore(Path("segments"))),
        RenderOptions(score=True),
    ],
)
def test_what_reaches_beyond_the_process_is_refused(
    clip: Path, tmp_path: Path, options: RenderOptions
) -> None:
    with pytest.raises(InvalidOptions, match=r"one process that keeps no segments .*\. Leave store"):
        stylize_isolated(clip, tmp_path / "out.mp4", POSTER, options=options)


def test_a_corrupt_clip_gives_a_result_or_a_typed_error(tmp_path: Path) -> None:
    whole = samples.make_clip(tmp_path / "whole.mp4", frames=40, size=(320, 240))
    kept = RenderOptions(on_truncated="keep")
    for seed in range(2):
        broken = samples.corrupt(whole, tmp_path / f"broken-{seed}.mp4", seed=seed, start=0.3, stop=0.7)
        output = tmp_path / f"out-{seed}.mp4"
        try:
            told = str(stylize_isolated(broken, output, POSTER, options=kept).output)
        except RotoscopeError as error:
            told = str(error)
        assert f"{seed}.mp4" in told


def test_three_frames_that_claim_ten_hours_are_three_frames(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "hours.mp4", pts=(0, 40, 36_000_000), audio=False)
    result = stylize_isolated(clip, tmp_path / "out.mp4", POSTER, limits=IsolationLimits(max_frames=10))
    assert result.frames == 3


def test_modules_in_the_current_folder_are_not_imported(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    (folder / "numpy.py").write_text("raise SystemExit('harm')")
    monkeypatch.chdir(folder)
    assert stylize_isolated(clip, tmp_path / "out.mp4", POSTER).frames == 12


def test_what_progress_raises_ends_the_work(clip: Path, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stylize_isolated(clip, tmp_path / "out.mp4", POSTER, on_progress=interrupt)
    assert left(tmp_path) == ["clip.mp4"]


def test_a_look_is_asked_for_by_the_name_of_its_function() -> None:
    assert LookRequest(Look, {"strength": 0.5}).as_json() == {
        "module": "rotoscope.render.look",
        "function": "Look",
        "arguments": {"strength": 0.5},
    }
