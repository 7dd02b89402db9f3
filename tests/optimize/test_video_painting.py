"""Optimized clips as files: times, sound and rotation stay; runs go on; cuts begin anew."""

from __future__ import annotations

import os
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from rotoscope.errors import EncodeError, InvalidOptions, OutputExists, UnsupportedMedia
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.selection import Selection
from rotoscope.media.stills import read_still
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.video.kept import KeptFrames, prune
from rotoscope.optimize.video.painting import FRAMES_FOLDER, ClipOptions, PaintedClip, optimize_clip
from rotoscope.optimize.video.progress import VideoProgress
from rotoscope.optimize.video.recipe import VideoRecipe

import samples
from optimize_toys import ToyEncoder, blocks, toy_recipe, write_picture
from video_toys import Frames, pan, toy_video

LOSSLESS = ".mkv"


@pytest.fixture
def style(tmp_path: Path) -> StyleSource:
    return StyleSource(write_picture(tmp_path / "style.png", 2))


def film(path: Path, frames: Frames, **values: object) -> Path:
    height, width = frames[0].shape[:2]
    return samples.make_clip(path, size=(width, height), pictures=frames, **values)  # pyright: ignore[reportArgumentType]


def paint(
    source: Path,
    style: StyleSource,
    output: str = "out.mkv",
    *,
    video: VideoRecipe | None = None,
    **values: object,
) -> PaintedClip:
    stops = values.pop("stops_after", None)
    events: list[VideoProgress] = []
    values.setdefault(
        "encoder", EncoderOptions(codec="ffv1") if output.endswith(LOSSLESS) else EncoderOptions()
    )
    return optimize_clip(
        source,
        [style],
        source.parent / output,
        encoder=ToyEncoder(),
        cache_dir=source.parent / "cache",
        recipe=toy_recipe(),
        video=video or toy_video(),
        options=ClipOptions(**values),  # pyright: ignore[reportArgumentType]
        on_progress=events.append,
        should_stop=None if stops is None else lambda: len(events) >= int(str(stops)),
    )


def pictures(path: Path) -> list[Pixels]:
    with closing(open_clip(path).frames()) as frames:
        return [frame.pixels for frame in frames]


def kept(folder: Path) -> dict[str, bytes]:
    folder = folder / "cache" / FRAMES_FOLDER
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


def test_times_sound_and_rotation_are_the_sources(tmp_path: Path, style: StyleSource) -> None:
    source = samples.make_clip(
        tmp_path / "clip.mp4", pts=(0, 40, 100, 260), time_base=Fraction(1, 1000), rotation=90
    )
    painted = paint(source, style, "out.mp4")
    before, after = open_clip(source), open_clip(painted.output)
    assert [frame.time_seconds for frame in after.frames()] == [
        frame.time_seconds for frame in before.frames()
    ]
    assert after.info.video.frame_size == before.info.video.frame_size == (48, 64)
    assert len(after.info.audio) == len(before.info.audio) == 1
    assert (painted.frames, painted.frame_size, painted.is_complete) == (4, (48, 64), True)
    assert painted.size_bytes == painted.output.stat().st_size


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(tmp_path: Path, style: StyleSource) -> None:
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        film(tmp_path / name / "clip.mp4", pan(4))
    whole = paint(tmp_path / "whole" / "clip.mp4", style)
    stopped = paint(tmp_path / "parts" / "clip.mp4", style, stops_after=6 + 3 + 1)
    assert (stopped.is_complete, stopped.paintings, stopped.size_bytes) == (False, 2, 0)
    assert not stopped.output.exists()
    assert len(kept(tmp_path / "parts")) == 2
    rest = paint(tmp_path / "parts" / "clip.mp4", style)
    assert (rest.is_complete, rest.paintings, rest.paintings_found) == (True, 4, 2)
    assert kept(tmp_path / "whole") == kept(tmp_path / "parts")
    assert whole.output.read_bytes() == rest.output.read_bytes()


def test_finished_frames_are_found_by_the_same_command_alone(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(3))
    paint(source, style)
    assert paint(source, style, overwrite=True).paintings_found == 3
    assert paint(source, style, overwrite=True, video=toy_video(temporal_weight=3)).paintings_found == 1
    assert paint(source, style, overwrite=True, size=40).paintings_found == 0
    assert paint(source, style, overwrite=True, restart=True).paintings_found == 0
    other = StyleSource(write_picture(tmp_path / "other.png", 7))
    assert paint(source, other, overwrite=True).paintings_found == 0


def test_a_longer_part_goes_on_from_a_shorter_one(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(4))
    first = paint(source, style, "first.mkv", selection=Selection(stop=Fraction(2, 25)))
    assert first.frames == 2
    assert paint(source, style).paintings_found == 2
    later = paint(source, style, "later.mkv", selection=Selection(start=Fraction(1, 25)))
    assert (later.frames, later.paintings_found) == (3, 0)


def test_passes_find_the_frames_that_were_painted_alone(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(3))
    paint(source, style, video=toy_video(coherence="none"))
    painted = paint(source, style, "passes.mkv", video=toy_video(coherence="passes", passes=2))
    assert (painted.paintings, painted.paintings_found) == (6, 3)


def test_a_frame_that_is_damaged_is_painted_again(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(3))
    paint(source, style)
    before = kept(tmp_path)
    last = max((tmp_path / "cache" / FRAMES_FOLDER).rglob("*.png"), key=lambda path: path.name)
    last.write_bytes(last.read_bytes()[:50])
    assert paint(source, style, overwrite=True).paintings_found == 2
    assert kept(tmp_path) == before


def test_a_cut_begins_anew(tmp_path: Path, style: StyleSource) -> None:
    first, second = pan(9, seed=1), pan(2, seed=9)
    source = film(tmp_path / "both.mkv", [*first, *second], codec="ffv1")
    (tmp_path / "own").mkdir()
    own = film(tmp_path / "own" / "second.mkv", second, codec="ffv1")
    painted = paint(source, style)
    assert painted.shots == 2
    alone = paint(own, style)
    assert alone.shots == 1
    pairs = zip(pictures(painted.output)[9:], pictures(alone.output), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_what_is_written_are_the_kept_frames(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(3))
    painted = paint(source, style, "frames")
    written = [read_still(painted.output / f"{index:06d}.png").pixels for index in range(3)]
    found = {path.name: path for path in (tmp_path / "cache" / FRAMES_FOLDER).rglob("*.png")}
    for index, picture in enumerate(written):
        assert np.array_equal(picture, read_still(found[f"1-{index:06d}.png"]).pixels)
    assert (painted.output / "manifest.json").exists()


def test_size_is_the_short_side(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(2, height=96, width=128))
    painted = paint(source, style, size=48)
    assert painted.frame_size == (64, 48)
    assert pictures(painted.output)[0].shape == (48, 64, 3)


def test_16_bits_stay_16_bits_between_frames(tmp_path: Path, style: StyleSource) -> None:
    source = samples.make_ten_bit(tmp_path / "deep.mkv", frames=2)
    painted = paint(source, style)
    assert pictures(painted.output)[0].dtype == np.uint16
    assert {read_still(path).pixels.dtype.name for path in (tmp_path / "cache").rglob("*.png")} == {"uint16"}


def test_alpha_is_set_aside(tmp_path: Path, style: StyleSource) -> None:
    source = samples.make_alpha_webm(tmp_path / "alpha.webm", frames=2)
    alphas = [picture[..., 3] for picture in pictures(source)]
    painted = paint(source, style, "frames")
    for index, alpha in enumerate(alphas):
        assert np.array_equal(read_still(painted.output / f"{index:06d}.png").pixels[..., 3], alpha)


def test_a_folder_of_frames_is_a_clip(tmp_path: Path, style: StyleSource) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, frame in enumerate(pan(2)):
        cv2.imwrite(str(folder / f"{index:03d}.png"), frame)
    assert paint(folder, style, "out.gif").frames == 2


def test_progress_runs_from_the_first_iteration_to_the_last(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(3))
    events: list[VideoProgress] = []
    optimize_clip(
        source, [style], tmp_path / "out.mkv", encoder=ToyEncoder(), cache_dir=tmp_path / "cache",
        recipe=toy_recipe(), video=toy_video(), on_progress=events.append,
    )  # fmt: skip
    fractions = [event.fraction for event in events]
    assert len(events) == 6 + 3 + 3
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert [event.step.index for event in events] == [0] * 6 + [1] * 3 + [2] * 3
    assert events[-1].seconds_left == pytest.approx(0)


def test_the_frame_at_hand_can_be_watched(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(2))
    paint(source, style, live=tmp_path / "now.png")
    (last,) = (tmp_path / "cache").rglob("1-000001.png")
    assert np.array_equal(read_still(tmp_path / "now.png").pixels, read_still(last).pixels)


def test_the_frames_that_were_not_used_for_longest_go_first(tmp_path: Path) -> None:
    for age, key in enumerate("ab"):
        frames = KeptFrames(tmp_path, key * 32)
        frames.put(1, 0, blocks(1))
        os.utime(frames.folder, (1000 - age, 1000 - age))
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.png"))
    prune(tmp_path, size)
    assert len(list(tmp_path.iterdir())) == 2
    prune(tmp_path, size - 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32]
    prune(tmp_path / "none", 0)


def test_results_are_refused_before_any_work(tmp_path: Path, style: StyleSource) -> None:
    source = film(tmp_path / "clip.mp4", pan(2))
    still = StyleSource(style.path)

    def fails(error: type[Exception], said: str, output: str = "out.mkv", **values: object) -> None:
        with pytest.raises(error, match=said):
            paint(source, still, output, **values)  # pyright: ignore[reportArgumentType]
        assert not (tmp_path / "cache" / FRAMES_FOLDER).exists()

    fails(InvalidOptions, r"out\.png is one still, and the frames of .*clip\.mp4 were", "out.png")
    fails(UnsupportedMedia, r"out\.xyz", "out.xyz")
    fails(EncodeError, r"clip\.mp4 is the source itself", "clip.mp4", overwrite=True)
    fails(EncodeError, r"style\.png is the source itself", live=style.path)
    (tmp_path / "old.mkv").touch()
    fails(OutputExists, r"old\.mkv exists already", "old.mkv")
    fails(InvalidOptions, r"the coarsest 16 pixels along its short side; 32 are the least", size=16)
    with pytest.raises(InvalidOptions, match=r"photo\.png is a still, and a clip's frames were"):
        paint(write_picture(tmp_path / "photo.png", 1), style)
    with pytest.raises(InvalidOptions, match=r"No style image was given"):
        optimize_clip(source, [], tmp_path / "o.mkv", encoder=ToyEncoder(), cache_dir=tmp_path / "cache")
