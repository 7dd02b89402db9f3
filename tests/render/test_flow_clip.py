"""The flow of a clip as a clip."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions, OutputExists
from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media
from rotoscope.motion.engines import ENGINES
from rotoscope.motion.flo import read_flow
from rotoscope.render.flow_clip import show_flow
from rotoscope.render.progress import Progress

import samples

SIZE = (96, 128)


def ground(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    gray = np.asarray(cv2.equalizeHist(cv2.GaussianBlur(noise, (0, 0), 1.5)), np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def pan(by: int = 4, frames: int = 6) -> list[NDArray[np.uint8]]:
    """Pictures of a ground that goes to the right."""
    wide = ground(1, SIZE[0], SIZE[1] + by * frames)
    return [wide[:, by * (frames - t) :][:, : SIZE[1]] for t in range(frames)]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Irregular times, with sound."""
    return samples.make_clip(
        tmp_path / "clip.mp4", pts=(0, 33, 67, 100, 208, 241), pictures=pan(), size=(128, 96)
    )


def colors(path: Path) -> list[list[int]]:
    """The color of the middle of each frame."""
    return [
        frame.pixels[40:60, 40:90, :3].mean(axis=(0, 1)).round().tolist()
        for frame in open_clip(path).frames()
    ]


def test_what_goes_to_the_right_is_red_all_along(clip: Path, tmp_path: Path) -> None:
    result = show_flow(clip, tmp_path / "flow.mkv", max_speed=4)
    assert result.engine == "dis"
    assert result.look == "flow by dis, full color at 4 pixels a frame"
    for red, green, blue in colors(tmp_path / "flow.mkv"):
        assert red > 200
        assert max(green, blue) < 90


def test_times_and_sound_come_along(clip: Path, tmp_path: Path) -> None:
    show_flow(clip, tmp_path / "flow.mp4")
    before, after = (list(open_clip(path).frames()) for path in (clip, tmp_path / "flow.mp4"))
    assert [f.time_seconds for f in before] == [f.time_seconds for f in after]
    assert len(inspect_media(tmp_path / "flow.mp4").audio) == 1


def test_the_scale_is_found_from_the_clip_and_told(clip: Path, tmp_path: Path) -> None:
    result = show_flow(clip, tmp_path / "flow.mp4")
    assert 3.5 < result.max_speed < 8
    assert f"full color at {result.max_speed:g} pixels a frame" in result.look


def test_the_scale_is_the_same_for_fast_and_slow_frames(tmp_path: Path) -> None:
    wide = ground(1, 96, 200)
    places = (60, 58, 56, 48, 40, 32)  # slow, then fast
    moving = [wide[:, place : place + 128] for place in places]
    clip = samples.make_clip(tmp_path / "clip.mkv", pictures=moving, size=(128, 96), audio=False)
    show_flow(clip, tmp_path / "flow.mkv", max_speed=8)
    slow, *_, fast = (green for _, green, _ in colors(tmp_path / "flow.mkv"))
    assert slow > 150
    assert fast < 60


def test_where_nothing_moves_it_is_white(tmp_path: Path) -> None:
    clip = samples.make_clip(
        tmp_path / "clip.mkv", pictures=[ground(1, *SIZE)] * 4, size=(128, 96), audio=False
    )
    result = show_flow(clip, tmp_path / "flow.mkv")
    assert result.max_speed == 1
    assert all(min(color) > 240 for color in colors(tmp_path / "flow.mkv"))


def test_each_frame_gets_a_file_that_leads_to_the_next(clip: Path, tmp_path: Path) -> None:
    result = show_flow(clip, tmp_path / "flow.mp4", export=tmp_path / "flow")
    assert result.exported == tmp_path / "flow"
    files = sorted((tmp_path / "flow").iterdir())
    assert [path.name for path in files] == [f"{index:06d}.flo" for index in range(6)]
    for path in files:  # the last one leads as its frame was reached
        flow = read_flow(path)
        assert flow.shape == (96, 128, 2)
        assert np.median(flow[20:-20, 20:-20], axis=(0, 1)) == pytest.approx((4, 0), abs=0.3)


def test_what_cannot_be_followed_is_black(clip: Path, tmp_path: Path) -> None:
    show_flow(clip, tmp_path / "flow", occlusions=True, max_speed=4)
    pixels = next(open_clip(tmp_path / "flow").frames()).pixels
    assert not pixels[30:60, -3:].any()  # it leaves the picture at the right
    assert pixels[30:60, 30:60].any(axis=2).mean() > 0.9


def test_flow_is_found_at_the_size_that_is_asked_for(clip: Path, tmp_path: Path) -> None:
    result = show_flow(clip, tmp_path / "flow.gif", size=48, export=tmp_path / "flow")
    assert result.frame_size == (64, 48)
    flow = read_flow(tmp_path / "flow" / "000000.flo")
    assert flow.shape == (48, 64, 2)
    assert np.median(flow[10:-10, 10:-10, 0]) == pytest.approx(2, abs=0.3)


def test_an_engine_can_be_chosen(clip: Path, tmp_path: Path) -> None:
    result = show_flow(clip, tmp_path / "flow.mp4", engine=ENGINES["farneback"])
    assert "flow by farneback" in result.look


def test_a_deep_clip_with_another_range_gives_plain_pictures(tmp_path: Path) -> None:
    clip = samples.make_ten_bit(tmp_path / "deep.mp4", frames=3)
    show_flow(clip, tmp_path / "flow.mp4")
    video = inspect_media(tmp_path / "flow.mp4").video
    assert video.bit_depth == 8
    assert video.color.transfer != "arib-std-b67"


def test_transparent_and_animated_sources_are_shown_too(tmp_path: Path) -> None:
    gif = samples.make_gif(tmp_path / "a.gif", transparent=True)
    assert show_flow(gif, tmp_path / "flow.gif").frames == 4
    assert show_flow(gif, tmp_path / "%03d.png").frames == 4


def test_a_folder_says_where_its_frames_came_from(clip: Path, tmp_path: Path) -> None:
    show_flow(clip, tmp_path / "flow")
    manifest = json.loads((tmp_path / "flow" / "manifest.json").read_text())
    assert manifest["source"]["file"] == "clip.mp4"
    assert manifest["filters"] == []


def test_every_frame_is_told(clip: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    show_flow(clip, tmp_path / "flow.mp4", on_progress=told.append)
    assert [progress.frames_done for progress in told] == [1, 2, 3, 4, 5, 6]
    assert told[0].step == "flow"


def test_one_frame_leads_nowhere(clip: Path, tmp_path: Path) -> None:
    still = samples.make_stills(tmp_path / "one", frames=1)
    with pytest.raises(InvalidOptions, match=r"has 1 frame here, and flow leads from one to the next"):
        show_flow(still, tmp_path / "flow.mp4")
    with pytest.raises(InvalidOptions, match=r"flow\.png is one still, and flow of 6 frames"):
        show_flow(clip, tmp_path / "flow.png")


def test_a_speed_of_nothing_is_refused(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"max_speed was 0; give the pixels"):
        show_flow(clip, tmp_path / "flow.mp4", max_speed=0)


def test_nothing_is_replaced_unasked_and_nothing_is_left_behind(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(OutputExists, match=r"kept exists already.*holds \.flo files only"):
            show_flow(clip, tmp_path / "flow.mp4", export=tmp_path / "kept", overwrite=overwrite)
    assert {path.name for path in tmp_path.iterdir()} == {"clip.mp4", "kept"}

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show_flow(clip, tmp_path / "flow.mp4", export=tmp_path / "flow", on_progress=stop)
    assert {path.name for path in tmp_path.iterdir()} == {"clip.mp4", "kept"}


def test_results_are_replaced_where_that_is_asked_for(clip: Path, tmp_path: Path) -> None:
    show_flow(clip, tmp_path / "flow.mp4", export=tmp_path / "flow")
    show_flow(clip, tmp_path / "flow.mp4", export=tmp_path / "flow", size=48, overwrite=True)
    assert read_flow(tmp_path / "flow" / "000005.flo").shape == (48, 64, 2)
