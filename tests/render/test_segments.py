"""Videos in segments: whatever stops a run, the same command goes on and ends with the same bytes."""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rotoscope.errors import DecodeError, EncodeError, InvalidOptions, TruncatedError, WorkerLost
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.selection import Selection
from rotoscope.palette.palette import Palette
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.progress import Progress, ProgressCallback
from rotoscope.render.segments.plan import Segment, plan_segments
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import stylize

from samples import corrupt, make_clip, make_stills, make_variable_rate, picture, read_index, truncate

PALETTE = Palette(Path("no-filters-of-my-own"))
FRAMES = 700  # segments have up to 240 frames of so small pictures


def posterized(levels: int = 4) -> Look:
    return Look([PALETTE.load(f"posterize:levels={levels}")])


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = [picture(index % 256) for index in range(FRAMES)]
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", pictures=pictures, gop=50, b_frames=2)


@pytest.fixture
def store(tmp_path: Path) -> SegmentStore:
    return SegmentStore(tmp_path / "segments")


class Stop(Exception):
    """Stands for whatever stops a run."""


def stop_after(frames: int) -> ProgressCallback:
    def stop(progress: Progress) -> None:
        if progress.frames_done >= frames:
            raise Stop

    return stop


def indices(path: Path) -> list[int]:
    return [read_index(frame.pixels) for frame in open_clip(path).frames()]


# --- going on ---------------------------------------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes(
    clip: Path, store: SegmentStore, tmp_path: Path
) -> None:
    stylize(clip, tmp_path / "whole.mp4", posterized())
    with pytest.raises(Stop):
        stylize(
            clip,
            tmp_path / "out.mp4",
            posterized(),
            options=RenderOptions(store=store),
            on_progress=stop_after(500),
        )
    assert not (tmp_path / "out.mp4").exists()
    assert store.usage().pieces in (1, 2)  # the second may still be inside the encoder
    seen: list[Progress] = []
    result = stylize(
        clip, tmp_path / "out.mp4", posterized(), options=RenderOptions(store=store), on_progress=seen.append
    )
    assert (tmp_path / "out.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert result.frames == FRAMES
    assert seen[0].frames_found == seen[0].frames_done - 1 > 0
    assert any("were painted before, and used again" in note for note in result.notes)


def test_nothing_is_left_beside_the_output(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(Stop):
        stylize(clip, tmp_path / "out.mp4", posterized(), on_progress=stop_after(300))
    stylize(clip, tmp_path / "out.mp4", posterized(), selection=Selection(stop=Fraction(1)))
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_twenty_kills_at_random_moments(tmp_path: Path) -> None:
    pictures = [picture(index % 256) for index in range(2400)]
    clip = make_clip(tmp_path / "clip.mp4", pictures=pictures, gop=250)
    command = [sys.executable, "-m", "rotoscope.cli.main", "stylize", str(clip)]
    options = ["--filter", "posterize:levels=4", "--quiet"]
    environment = {**os.environ, "ROTOSCOPE_CACHE_DIR": str(tmp_path / "cache")}
    subprocess.run(
        [*command, str(tmp_path / "whole.mp4"), *options, "--no-cache"], check=True, env=environment
    )
    chance = random.Random(4)
    store = SegmentStore(tmp_path / "cache" / "segments")
    output = tmp_path / "out.mp4"
    pieces = [0]
    for _ in range(20):
        process = subprocess.Popen([*command, str(output), *options, "--overwrite"], env=environment)
        started = time.monotonic()
        while not store.folder.exists() and process.poll() is None:
            time.sleep(0.01)  # the first kill at least should find it at work
        time.sleep(chance.uniform(0, max(0.1, time.monotonic() - started)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        pieces.append(store.usage().pieces)
    assert pieces == sorted(pieces), "what was finished stays"
    subprocess.run([*command, str(output), *options, "--overwrite"], check=True, env=environment)
    assert output.read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_a_damaged_piece_is_painted_again(clip: Path, store: SegmentStore, tmp_path: Path) -> None:
    stylize(clip, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    place = sorted(store.folder.glob("*/*.piece"))[1]
    place.write_bytes(place.read_bytes()[:-3])
    stylize(clip, tmp_path / "two.mp4", posterized(), options=RenderOptions(store=store))
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


@pytest.mark.parametrize("change", ["look", "quality", "source", "selection"])
def test_another_look_source_or_encoding_has_pieces_of_its_own(
    clip: Path, store: SegmentStore, tmp_path: Path, change: str
) -> None:
    stylize(clip, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    before = store.usage().pieces
    source = clip
    if change == "source":
        pictures = [picture(index % 255) for index in range(FRAMES)]
        source = make_clip(tmp_path / "clip.mp4", pictures=pictures)
    result = stylize(
        source,
        tmp_path / "two.mp4",
        posterized(5 if change == "look" else 4),
        encoder=EncoderOptions(quality=50 if change == "quality" else None),
        selection=Selection(stop=Fraction(20) if change == "selection" else None),
        options=RenderOptions(store=store),
    )
    assert not any("used again" in note for note in result.notes)
    assert store.usage().pieces == before + len(plan_segments(open_clip(tmp_path / "two.mp4")))


def test_a_source_that_changed_under_its_name_is_another_source(store: SegmentStore, tmp_path: Path) -> None:
    source = make_clip(tmp_path / "clip.mp4", frames=10)
    stylize(source, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    source.unlink()
    make_clip(source, pictures=[picture(100 + index) for index in range(10)])
    stylize(source, tmp_path / "two.mp4", posterized(), options=RenderOptions(store=store))
    assert indices(tmp_path / "two.mp4") == list(range(100, 110))


# --- the same as in one go --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".ts", ".avi"])
def test_every_frame_once_in_every_container(clip: Path, tmp_path: Path, suffix: str) -> None:
    stylize(clip, tmp_path / f"out{suffix}", Look(), selection=Selection(stop=Fraction(13)))
    assert indices(tmp_path / f"out{suffix}") == [index % 256 for index in range(325)]


@pytest.mark.parametrize(
    "selection",
    [
        Selection(every=Fraction(1, 10)),
        Selection(fps=Fraction(30)),
        Selection(start=Fraction(3), stop=Fraction(17)),
        Selection(start=Fraction(7, 2), every=Fraction(1, 12)),
        Selection(start=Fraction(2), fps=Fraction(24)),
    ],
)
def test_segments_of_a_selection_are_those_of_the_whole(clip: Path, selection: Selection) -> None:
    opened = open_clip(clip, selection=selection)
    whole = [(frame.index, frame.pts, read_index(frame.pixels)) for frame in opened.frames()]
    parts: list[tuple[int, int, int]] = []
    for segment in plan_segments(opened):
        frames = opened.frames(first=segment.first, stop=segment.stop)
        parts += [(frame.index, frame.pts, read_index(frame.pixels)) for frame in frames]
    assert parts == whole


def test_a_variable_rate_is_kept_over_the_borders(tmp_path: Path) -> None:
    chance = random.Random(1)
    pts = [0]
    for _ in range(400):
        pts.append(pts[-1] + chance.choice([33, 34, 67, 108]))
    source = make_variable_rate(tmp_path / "clip.mp4", pts=pts)
    stylize(source, tmp_path / "out.mp4", Look())
    times = [frame.time_seconds for frame in open_clip(tmp_path / "out.mp4").frames()]
    assert times == [Fraction(value, 1000) for value in pts]


def test_stills_become_a_video_in_segments(tmp_path: Path, store: SegmentStore) -> None:
    folder = make_stills(tmp_path / "stills", frames=6)
    stylize(folder, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    again = stylize(folder, tmp_path / "two.mp4", posterized(), options=RenderOptions(store=store))
    assert indices(tmp_path / "two.mp4") == list(range(6))
    assert "6 of 6 frames were painted before, and used again" in again.notes


# --- workers ----------------------------------------------------------------------------------------------


def test_workers_paint_the_same_bytes(clip: Path, tmp_path: Path) -> None:
    stylize(clip, tmp_path / "one.mp4", posterized())
    seen: list[Progress] = []
    stylize(
        clip, tmp_path / "two.mp4", posterized(), options=RenderOptions(workers=2), on_progress=seen.append
    )
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert [event.frames_done for event in seen if event.step == "stylize"] == list(range(1, FRAMES + 1))


class Broken:
    """A filter that ends its process, or cannot paint."""

    kind = "test"
    name = "broken"
    digest = "0" * 64

    def __init__(self, how: str) -> None:
        self._how = how

    def apply(self, pixels: Pixels) -> Pixels:
        if self._how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._how == "typed":
            raise DecodeError("nothing to see")
        raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        (
            "killed",
            WorkerLost,
            r"painter-\d was killed by SIGKILL, as happens when memory runs out",
        ),
        ("typed", DecodeError, "nothing to see"),
        ("untyped", WorkerLost, "ZeroDivisionError: by nothing"),
    ],
)
def test_a_worker_that_fails_is_told(
    clip: Path, tmp_path: Path, how: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        stylize(clip, tmp_path / "out.mp4", Look([Broken(how)]), options=RenderOptions(workers=2))
    assert not list(tmp_path.iterdir())


def test_no_workers_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="0 workers were asked for; give 1 or more"):
        RenderOptions(workers=0)


@pytest.mark.parametrize(
    "spec",
    [
        "great-wave",
        "great-wave:0.7+nebula:0.3",
        "comic",
        "film:era=1950s",
        "great-wave:color=photo",
        "pencil",
    ],
)
def test_looks_travel_between_processes(spec: str) -> None:
    look = Look([PALETTE.load(spec)], strength=0.5)
    sent = pickle.loads(pickle.dumps(look))
    pixels = picture(3, (96, 64))
    assert np.array_equal(sent.paint(pixels), look.paint(pixels))
    assert sent.digest_between(Fraction(0), Fraction(1)) == look.digest_between(Fraction(0), Fraction(1))


def test_errors_travel_between_processes() -> None:
    error = TruncatedError("of 60 frames", claimed_frames=60, decoded_frames=50)
    sent = pickle.loads(pickle.dumps(error))
    assert (str(sent), sent.claimed_frames, sent.decoded_frames) == ("of 60 frames", 60, 50)


# --- where it is cut --------------------------------------------------------------------------------------


def test_segments_follow_on_each_other_and_begin_at_keyframes(clip: Path) -> None:
    opened = open_clip(clip)
    segments = plan_segments(opened)
    assert segments[0].first == 0
    assert segments[-1].stop == FRAMES
    assert all(a.stop == b.first for a, b in pairwise(segments))
    assert [segment.number for segment in segments] == list(range(len(segments)))
    assert all(segment.first % 50 == 0 for segment in segments)
    assert all(120 < segment.frames <= 300 for segment in segments)


def test_cuts_come_before_keyframes(clip: Path) -> None:
    assert plan_segments(open_clip(clip), cuts=[130, 410])[:2] == (Segment(0, 0, 130), Segment(1, 130, 350))


def test_where_there_is_no_keyframe_a_segment_ends_when_it_is_full(tmp_path: Path) -> None:
    pictures = [picture(index % 256) for index in range(500)]
    source = make_clip(tmp_path / "clip.mp4", pictures=pictures, gop=1000)
    assert [segment.first for segment in plan_segments(open_clip(source))] == [0, 240]


# --- the store --------------------------------------------------------------------------------------------


def test_pruning_removes_what_was_not_used_for_longest(
    clip: Path, store: SegmentStore, tmp_path: Path
) -> None:
    stylize(clip, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    paths = sorted(store.folder.glob("*/*.piece"))
    for age, path in enumerate(paths):
        used = time.time() - 7200 * (age + 1)
        os.utime(path, (used, used))
    newest = paths[0].stat().st_size
    assert store.prune(newest).pieces == len(paths) - 1
    assert list(store.folder.glob("*/*.piece")) == [paths[0]]
    assert store.prune(0).pieces == 1


def test_pieces_in_use_are_not_pruned(clip: Path, store: SegmentStore, tmp_path: Path) -> None:
    stylize(clip, tmp_path / "one.mp4", posterized(), options=RenderOptions(store=store))
    assert store.prune(0).pieces == 0
    assert store.prune(0, young_seconds=0).pieces == 3


def test_a_store_that_cannot_be_written_to(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(EncodeError, match="Set ROTOSCOPE_CACHE_DIR to a folder that can"):
        stylize(
            clip,
            tmp_path / "out.mp4",
            posterized(),
            options=RenderOptions(store=SegmentStore(tmp_path / "file" / "store")),
        )


def test_a_truncated_source_loses_nothing_of_what_it_holds(tmp_path: Path, store: SegmentStore) -> None:
    pictures = [picture(index % 256) for index in range(600)]
    source = make_clip(tmp_path / "clip.mkv", pictures=pictures, gop=10, audio=False)
    cut = truncate(source, tmp_path / "cut.mkv", keep=0.7)
    with pytest.raises(TruncatedError):
        stylize(cut, tmp_path / "out.mkv", posterized(), options=RenderOptions(store=store))
    result = stylize(
        cut, tmp_path / "out.mkv", posterized(), options=RenderOptions(store=store, on_truncated="keep")
    )
    assert indices(tmp_path / "out.mkv") == [index % 256 for index in range(result.frames)]
    assert 300 < result.frames < 600


def test_damage_ends_a_run_and_the_segments_before_it_stay(tmp_path: Path, store: SegmentStore) -> None:
    pictures = [picture(index % 256) for index in range(600)]
    source = make_clip(tmp_path / "clip.mp4", pictures=pictures, gop=60, audio=False)
    broken = corrupt(source, tmp_path / "broken.mp4", start=0.7, stop=0.72)
    with pytest.raises(DecodeError, match="is damaged"):
        stylize(broken, tmp_path / "out.mp4", posterized(), options=RenderOptions(store=store))
    assert store.usage().pieces >= 1
    result = stylize(
        broken, tmp_path / "out.mp4", posterized(), options=RenderOptions(store=store, on_corrupt="hold")
    )
    assert result.frames == 600
    told = [note for note in result.notes if note.endswith("or show the one before instead")]
    assert len(told) == 1
    again = stylize(
        broken, tmp_path / "again.mp4", posterized(), options=RenderOptions(store=store, on_corrupt="hold")
    )
    assert told[0] in again.notes, "what was painted before tells it too"
    shown = stylize(
        broken, tmp_path / "shown.mp4", posterized(), options=RenderOptions(store=store, on_corrupt="show")
    )
    assert shown.frames < 600
