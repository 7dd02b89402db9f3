"""``rotoscope stylize`` from file to file: every kind of output, every option, every refusal."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media

import samples
from command import Run

POSTER = ("--filter", "posterize:levels=3")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twenty frames with sound at irregular times."""
    return samples.make_variable_rate(tmp_path / "clip.mp4")


def _times(path: Path) -> list[Fraction]:
    return [frame.time_seconds for frame in open_clip(path).frames()]


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_video_keeps_times_and_sound(run: Run, clip: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"painted.{suffix}"
    ran = run("stylize", clip, output, *POSTER)
    assert ran.exit_code == 0, ran.err
    source, result = _times(clip), _times(output)
    assert len(result) == len(source)
    rounding = Fraction(1, 2000) if suffix == "mkv" else 0
    steps = zip(source, result, strict=True)
    assert all(abs((there - result[0]) - (here - source[0])) <= rounding for here, there in steps)
    assert len(inspect_media(output).audio) == 1
    assert f"{output}: {len(source)} frames, 64x48, h264" in ran.out


def test_the_result_is_painted_and_strength_zero_is_not(run: Run, clip: Path, tmp_path: Path) -> None:
    def mean_difference(strength: str) -> float:
        output = tmp_path / f"at-{strength}.mp4"
        assert run("stylize", clip, output, *POSTER, "--strength", strength).exit_code == 0
        pairs = zip(open_clip(clip).frames(), open_clip(output).frames(), strict=True)
        return float(np.mean([np.abs(a.pixels.astype(int) - b.pixels).mean() for a, b in pairs]))

    unpainted, half, full = (mean_difference(strength) for strength in ("0", "0.5", "1"))
    assert unpainted < 3
    assert full > unpainted + 5
    assert unpainted < half < full


def test_a_gif_loops_at_its_own_width_and_rate(run: Run, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.gif"
    ran = run("stylize", clip, output, *POSTER, "--fps", "10", "--width", "32", "--stop", "0.5")
    assert ran.exit_code == 0, ran.err
    with Image.open(output) as image:
        assert image.size == (32, 24)
        assert getattr(image, "n_frames", 1) == 5
        assert image.info["duration"] == 100
        assert image.info["loop"] == 0


def test_an_animated_webp(run: Run, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.webp"
    assert run("stylize", clip, output, *POSTER, "--stop", "0.3").exit_code == 0
    with Image.open(output) as image:
        assert getattr(image, "n_frames", 1) > 1


def test_numbered_stills_by_pattern(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "stills" / "f-%03d.jpg", *POSTER, "--every", "0.2s", "--json")
    assert ran.exit_code == 0, ran.err
    names = sorted(path.name for path in (tmp_path / "stills").iterdir())
    assert names == [f"f-{n:03}.jpg" for n in range(ran.json["frames"])]
    assert len(names) > 2


def test_a_still_and_a_folder_of_stills(run: Run, tmp_path: Path) -> None:
    folder = samples.make_stills(tmp_path / "photos", frames=3)
    still = next(iter(sorted(folder.iterdir())))
    assert run("stylize", still, tmp_path / "one.png", *POSTER).exit_code == 0
    with Image.open(tmp_path / "one.png") as image:
        assert image.size == (64, 48)
    ran = run("stylize", folder, tmp_path / "painted", *POSTER)
    assert ran.exit_code == 0, ran.err
    assert len(list((tmp_path / "painted").glob("*.png"))) == 3


def test_photographs_of_any_size_keep_their_names_and_sizes(run: Run, tmp_path: Path) -> None:
    photos, paintings = tmp_path / "photos", tmp_path / "paintings"
    photos.mkdir()
    Image.fromarray(samples.picture(1, (64, 48))).save(photos / "sea.jpg")
    Image.fromarray(samples.picture(2, (50, 70))).save(photos / "tower.png")
    ran = run("stylize", photos, paintings, *POSTER)
    assert ran.exit_code == 0, ran.err
    sizes: dict[str, tuple[int, int]] = {}
    for path in sorted(paintings.glob("[!.]*")):
        with Image.open(path) as image:
            sizes[path.name] = image.size
    assert sizes == {"sea.jpg": (64, 48), "tower.png": (50, 70)}
    again = run("stylize", photos, paintings, *POSTER)
    assert again.exit_code == 0
    assert "paintings: 2 skipped" in again.out
    assert run("stylize", photos, paintings, *POSTER, "--overwrite").exit_code == 0
    assert run("stylize", photos, photos, *POSTER, "--overwrite").exit_code == 1


@pytest.mark.parametrize(
    ("output", "option", "told"),
    [
        ("a.mp4", ("--width", "32"), "--width is for animations"),
        ("a.mp4", ("--loop", "3"), "--loop is for animations"),
        ("a.gif", ("--codec", "h264"), "--codec is for videos"),
        ("a.mp4", ("--preset", "bogus"), "'bogus' is no preset of the codec h264; it has ultrafast"),
        ("a.mp4", ("--codec", "mpg7"), "There is no video codec 'mpg7'"),
        ("", (), "The output has no name"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    run: Run, clip: Path, tmp_path: Path, output: str, option: tuple[str, ...], told: str
) -> None:
    ran = run("stylize", clip, tmp_path / output if output else "", *POSTER, *option)
    assert ran.exit_code == 1
    assert told in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_filters_chain_in_order(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "a.png", "--preview", *POSTER, "--filter", "lineart", "--json")
    assert ran.exit_code == 0, ran.err
    assert ran.json["look"] == "posterize + lineart"


def test_size_scales_the_short_side(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("stylize", clip, tmp_path / "small.mp4", *POSTER, "--size", "24").exit_code == 0
    assert inspect_media(tmp_path / "small.mp4").video.frame_size == (32, 24)


def test_start_and_stop_cut_and_keep_times(run: Run, clip: Path, tmp_path: Path) -> None:
    assert (
        run("stylize", clip, tmp_path / "cut.mp4", *POSTER, "--start", "0.2", "--stop", "0:0.5").exit_code
        == 0
    )
    source = [time - _times(clip)[0] for time in _times(clip)]
    wanted = [time for time in source if Fraction("0.2") <= time < Fraction("0.5")]
    cut = _times(tmp_path / "cut.mp4")
    assert len(cut) == len(wanted) > 1
    assert [time - cut[0] for time in cut] == [time - wanted[0] for time in wanted]


@pytest.mark.parametrize("at", [(), ("0:0.4",), ("400ms",)])
def test_preview_is_one_picture_beside_the_video(
    run: Run, clip: Path, tmp_path: Path, at: tuple[str, ...]
) -> None:
    ran = run("stylize", clip, tmp_path / "look.mp4", *POSTER, "--preview", *at)
    assert ran.exit_code == 0, ran.err
    assert f"{tmp_path / 'look.png'}: 1 picture" in ran.out
    assert not (tmp_path / "look.mp4").exists()


def test_preview_shows_the_frame_of_that_time(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "steady.mp4", frames=20)
    ran = run("stylize", clip, tmp_path / "look.png", *POSTER, "--strength", "0", "--preview", "0.4s")
    assert ran.exit_code == 0, ran.err
    with Image.open(tmp_path / "look.png") as image:
        assert samples.read_index(np.asarray(image)) == 10


def test_json_has_what_was_made(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "painted.mp4", *POSTER, "--json")
    assert ran.json["output"] == str(tmp_path / "painted.mp4")
    assert ran.json["frame_size"] == [64, 48]
    assert ran.json["size_bytes"] == (tmp_path / "painted.mp4").stat().st_size


def test_quiet_prints_nothing(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "painted.mp4", *POSTER, "--quiet")
    assert (ran.exit_code, ran.out, ran.err) == (0, "", "")


# --- refusals ---------------------------------------------------------------------------------------------


def _refused(
    run: Run, tmp_path: Path, source: str | Path, *told: str, arguments: tuple[str, ...] = POSTER
) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    ran = run("stylize", source, tmp_path / "refused.mp4", *arguments)
    assert ran.exit_code == 1
    assert ran.out == ""
    assert ran.err.startswith("rotoscope: ")
    assert "Traceback" not in ran.err
    for words in told:
        assert words in ran.err
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_missing_file_is_named_with_its_neighbours(run: Run, clip: Path, tmp_path: Path) -> None:
    _refused(run, tmp_path, clip.with_name("clop.mp4"), "clop.mp4 does not exist", "clip.mp4")


def test_a_folder_without_pictures(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _refused(run, tmp_path, tmp_path / "empty", "empty")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello, this is no video\n" * 20, "text"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n", "playlist"),
        (b"", "empty"),
    ],
    ids=["text", "playlist", "empty"],
)
def test_what_only_claims_to_be_a_video(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "fake.mp4").write_bytes(content)
    _refused(run, tmp_path, tmp_path / "fake.mp4", "fake.mp4", told)


def test_a_truncated_video_is_not_passed_off_as_whole(run: Run, tmp_path: Path) -> None:
    whole = samples.make_clip(tmp_path / "whole.mkv", frames=60, size=(320, 240))
    cut = samples.truncate(whole, tmp_path / "cut.mkv")
    _refused(run, tmp_path, cut, "cut.mkv", "frames")


def test_a_truncated_video_can_be_kept_and_says_so(run: Run, tmp_path: Path) -> None:
    whole = samples.make_clip(tmp_path / "whole.mkv", frames=60, size=(320, 240))
    cut = samples.truncate(whole, tmp_path / "cut.mkv")
    ran = run("stylize", cut, tmp_path / "kept.mp4", *POSTER, "--on-truncated", "keep")
    assert ran.exit_code == 0, ran.err
    assert "note:" in ran.err
    assert 0 < len(_times(tmp_path / "kept.mp4")) < 60


def test_an_unknown_filter_suggests_the_nearest(run: Run, clip: Path, tmp_path: Path) -> None:
    _refused(run, tmp_path, clip, "'posterise'", "posterize", arguments=("--filter", "posterise"))


def test_an_unknown_option_of_a_filter_lists_what_it_takes(run: Run, clip: Path, tmp_path: Path) -> None:
    _refused(run, tmp_path, clip, "levels", arguments=("--filter", "posterize:level=3"))


def test_an_existing_output_stays(run: Run, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.mp4"
    output.write_bytes(b"precious")
    ran = run("stylize", clip, output, *POSTER)
    assert ran.exit_code == 1
    assert "exists already" in ran.err
    assert "--overwrite" in ran.err
    assert output.read_bytes() == b"precious"
    assert run("stylize", clip, output, *POSTER, "--overwrite").exit_code == 0
    assert output.read_bytes() != b"precious"


def test_the_source_is_never_written_over(run: Run, clip: Path) -> None:
    before = clip.read_bytes()
    ran = run("stylize", clip, clip, *POSTER, "--overwrite")
    assert ran.exit_code == 1
    assert "is the source itself" in ran.err
    assert clip.read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that even root cannot write to")
def test_an_unwritable_folder(run: Run, clip: Path) -> None:
    ran = run("stylize", clip, "/proc/painted.mp4", *POSTER)
    assert ran.exit_code == 1
    assert "/proc/painted.mp4 cannot be written" in ran.err
    assert "Traceback" not in ran.err


def test_an_unknown_kind_of_output(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "painted.docx", *POSTER)
    assert ran.exit_code == 1
    assert ".mp4" in ran.err


def test_a_selection_without_frames(run: Run, clip: Path, tmp_path: Path) -> None:
    _refused(run, tmp_path, clip, "no frame", arguments=(*POSTER, "--start", "100"))


def test_an_error_is_json_where_json_was_asked_for(run: Run, tmp_path: Path) -> None:
    ran = run("stylize", tmp_path / "none.mp4", tmp_path / "out.mp4", *POSTER, "--json")
    assert ran.exit_code == 1
    assert ran.json["error"]["type"] == "OpenError"
    assert "none.mp4" in ran.json["error"]["message"]


def test_a_missing_filter_is_a_usage_error(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "out.mp4")
    assert ran.exit_code == 2
    assert "--filter" in ran.err
