"""Short forms for sharing: loops, crops, before and after, sheets, posters."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import EncodeError, InvalidOptions, OutputExists, UnsupportedMedia
from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media
from rotoscope.media.stills import read_still
from rotoscope.render.progress import Progress
from rotoscope.render.sharing.best_frame import candidates, merit
from rotoscope.render.sharing.comparison import FORMS, ComparisonOptions, Form, compare, wipe_place, wiped
from rotoscope.render.sharing.crop import SQUARE, VERTICAL, CropOptions, crop, parse_center
from rotoscope.render.sharing.interest import Crop, interest, small_picture
from rotoscope.render.sharing.loop import LoopOptions, make_loop
from rotoscope.render.sharing.sheet import make_sheet

import samples

Bytes = NDArray[np.uint8]


def ground(size: tuple[int, int] = (320, 180)) -> Bytes:
    """A soft gradient with nothing in it."""
    width, height = size
    across = np.linspace(90, 130, width, dtype=np.float32)[None, :, None]
    return np.broadcast_to(across, (height, width, 3)).astype(np.uint8).copy()


def with_ball(center: tuple[int, int], size: tuple[int, int] = (320, 180)) -> Bytes:
    """A checkered red ball on the ground."""
    picture = ground(size)
    cv2.circle(picture, center, 26, (220, 40, 30), -1)
    cv2.circle(picture, center, 14, (250, 240, 60), -1)
    cv2.circle(picture, center, 6, (20, 20, 160), -1)
    return picture


def ball_in(picture: NDArray[np.generic]) -> float:
    """Where the ball's middle is, as a share of the width; NaN: it is not in the picture."""
    red = (picture[..., 0].astype(int) - picture[..., 2]) > 90
    return float(np.nonzero(red)[1].mean() / picture.shape[1]) if red.sum() > 40 else float("nan")


def moving(path: Path, places: list[tuple[int, int]], *, rate: int = 10) -> Path:
    return samples.make_clip(
        path, size=(320, 180), rate=Fraction(rate), pictures=[with_ball(place) for place in places]
    )


def pictures_of(path: Path) -> list[Bytes]:
    return [cast("Bytes", frame.pixels) for frame in open_clip(path).frames()]


def noisy(path: Path, frames: int = 30) -> Path:
    """A clip that compresses badly."""
    dice = np.random.default_rng(5)
    pictures = [dice.integers(0, 256, (180, 320, 3), np.uint8) for _ in range(frames)]
    return samples.make_clip(path, size=(320, 180), rate=Fraction(20), pictures=pictures, audio=False)


# Loops


@pytest.mark.parametrize("suffix", ["gif", "webp", "apng"])
def test_a_loop_is_as_long_as_was_asked_and_plays_for_ever(tmp_path: Path, suffix: str) -> None:
    clip = moving(tmp_path / "clip.mp4", [(60 + 4 * n, 90) for n in range(30)])
    made = make_loop(clip, tmp_path / f"loop.{suffix}", options=LoopOptions(seconds=Fraction(1)))
    assert made.frame_size == (320, 180)
    with Image.open(made.output) as image:
        assert image.info["loop"] == 0
        assert getattr(image, "n_frames", 1) == made.frames == 10
    assert inspect_media(made.output).video.duration_seconds_from_content == 1


def test_a_loop_is_no_larger_than_it_may_be_and_not_much_smaller(tmp_path: Path) -> None:
    clip = noisy(tmp_path / "clip.mp4")
    whole = make_loop(clip, tmp_path / "whole.gif", options=LoopOptions(seconds=Fraction(1), megabytes=99))
    most = whole.size_bytes / 2
    small = LoopOptions(seconds=Fraction(1), megabytes=most / 1e6)
    made = make_loop(clip, tmp_path / "small.gif", options=small)
    assert most * 0.6 < made.size_bytes == made.output.stat().st_size <= most
    assert made.frame_size[0] < whole.frame_size[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "small.gif", "whole.gif"]


def test_with_its_width_given_a_loop_gives_frames_up(tmp_path: Path) -> None:
    clip = noisy(tmp_path / "clip.mp4")
    whole = make_loop(clip, tmp_path / "whole.gif", options=LoopOptions(Fraction(1), 99, width=320))
    most = whole.size_bytes * 0.7 / 1e6
    made = make_loop(clip, tmp_path / "less.gif", options=LoopOptions(Fraction(1), most, width=320))
    assert made.frame_size == (320, 180)
    assert made.frames < whole.frames


def test_a_loop_that_cannot_be_small_enough_leaves_nothing(tmp_path: Path) -> None:
    clip = noisy(tmp_path / "clip.mp4")
    with pytest.raises(EncodeError, match=r"would be [\d.]+ MB, 160 pixels wide at .* 0\.01 MB are allowed"):
        make_loop(clip, tmp_path / "loop.gif", options=LoopOptions(megabytes=0.01))
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_the_end_of_a_loop_leads_into_its_beginning(tmp_path: Path) -> None:
    """The picture gets brighter all the time; faded, the last frame is nearly what comes before the first."""
    levels = np.linspace(40, 220, 30)
    grays = [np.full((180, 320, 3), round(level), np.uint8) for level in levels]
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(320, 180), rate=Fraction(10), pictures=grays)
    faded, hard = (
        pictures_of(make_loop(clip, tmp_path / name, options=LoopOptions(fade=fade)).output)
        for name, fade in (("faded.webp", Fraction(1)), ("hard.webp", Fraction(0)))
    )
    assert len(hard) == 30
    assert abs(float(hard[-1].mean()) - float(hard[0].mean())) > 150
    assert len(faded) == 20
    assert abs(float(faded[-1].mean()) - float(faded[0].mean())) < 25
    steps = [abs(float(b.mean()) - float(a.mean())) for a, b in pairwise([*faded, faded[0]])]
    assert max(steps) < 25


def test_a_loop_begins_where_it_is_told(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", rate=Fraction(10), frames=20)
    options = LoopOptions(seconds=Fraction(1, 2), fade=Fraction(0))
    made = make_loop(clip, tmp_path / "loop.apng", start=Fraction(1), options=options)
    assert samples.read_index(pictures_of(made.output)[0]) == 10


def test_what_is_no_loop_is_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    still = tmp_path / "still.png"
    Image.fromarray(samples.picture()).save(still)
    with pytest.raises(UnsupportedMedia, match=r"a loop is written as \.apng, \.gif, \.webp"):
        make_loop(clip, tmp_path / "loop.mp4")
    with pytest.raises(InvalidOptions, match="is one picture, and a loop is made of a clip"):
        make_loop(still, tmp_path / "loop.gif")
    with pytest.raises(InvalidOptions, match=r"lasts 0\.800 s, and the loop was to begin at 3 s"):
        make_loop(clip, tmp_path / "loop.gif", start=Fraction(3))
    (tmp_path / "there.gif").write_bytes(b"mine")
    with pytest.raises(OutputExists):
        make_loop(clip, tmp_path / "there.gif")
    assert (tmp_path / "there.gif").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"seconds": Fraction(0)}, "more than 0 and at most 60"),
        ({"seconds": Fraction(61)}, "more than 0 and at most 60"),
        ({"megabytes": 0.0}, "0 MB were allowed"),
        ({"fade": Fraction(2)}, "outside 0 to 1.5 s, half of the loop"),
        ({"width": 100}, "give 160 pixels or more"),
    ],
)
def test_numbers_of_a_loop_outside_what_is_allowed(wrong: dict[str, Fraction], told: str) -> None:
    with pytest.raises(InvalidOptions, match=told):
        LoopOptions(**wrong)  # pyright: ignore[reportArgumentType]


def test_progress_of_a_loop_is_told(tmp_path: Path) -> None:
    told: list[Progress] = []
    clip = samples.make_clip(tmp_path / "clip.mp4")
    make_loop(clip, tmp_path / "loop.gif", on_progress=told.append)
    assert told[-1].frames_done == len(told) > 1


# Crops


@pytest.mark.parametrize("left", [50, 160, 270])
def test_a_still_is_cut_to_what_is_in_it(tmp_path: Path, left: int) -> None:
    Image.fromarray(with_ball((left, 90))).save(tmp_path / "photo.png")
    made = crop(tmp_path / "photo.png", tmp_path / "square.png", CropOptions(SQUARE))
    assert made.frame_size == (180, 180)
    assert 0.14 <= ball_in(read_still(made.output).pixels) <= 0.86


def test_a_still_keeps_its_depth_its_profile_and_what_it_says(tmp_path: Path) -> None:
    profile = samples.wide_profile()
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x010F] = "Rotocam"
    Image.fromarray(with_ball((160, 90))).save(photo, icc_profile=profile, exif=exif)
    made = read_still(crop(photo, tmp_path / "v.jpg", CropOptions(VERTICAL)).output)
    assert made.icc_profile == profile
    assert b"Rotocam" in (made.exif or b"")
    deep = (with_ball((160, 90)).astype(np.uint16) * 257) ^ np.uint16(0x55)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert read_still(crop(tmp_path / "deep.png", tmp_path / "d.png", CropOptions()).output).pixels.dtype == (
        np.uint16
    )


def test_a_center_that_is_given_is_kept_to(tmp_path: Path) -> None:
    Image.fromarray(with_ball((270, 90))).save(tmp_path / "photo.png")
    made = crop(tmp_path / "photo.png", tmp_path / "left.png", CropOptions(center=(0.0, 0.5)))
    assert (read_still(made.output).pixels == with_ball((270, 90))[:, :180]).all()


def test_a_window_over_what_stays_does_not_move(tmp_path: Path) -> None:
    clip = moving(tmp_path / "clip.mp4", [(250 + n % 3, 90) for n in range(20)])
    made = crop(clip, tmp_path / "square.mp4", CropOptions(SQUARE))
    assert made.frames == 20
    assert made.frame_size == (180, 180)
    found = [ball_in(picture) for picture in pictures_of(made.output)]
    assert np.ptp(found) < 0.03
    assert 0.2 < float(np.mean(found)) < 0.9


def test_a_window_follows_what_crosses_the_picture_without_shaking(tmp_path: Path) -> None:
    clip = moving(tmp_path / "clip.mp4", [(30 + 5 * n, 90) for n in range(52)], rate=10)
    made = crop(clip, tmp_path / "upright.mp4", CropOptions(VERTICAL))
    found = [ball_in(picture) for picture in pictures_of(made.output)]
    seen = np.array(found)
    assert np.isfinite(seen).mean() > 0.9
    # Where the window is, from where the ball is in the clip and in the window; it glides.
    window = np.array([30 + 5 * n for n in range(52)]) - seen * 101
    steps = np.diff(window[np.isfinite(window)])
    assert steps.max() < 12
    assert np.abs(np.diff(steps)).max() < 5
    assert window[np.isfinite(window)][-1] - window[np.isfinite(window)][0] > 120


def test_at_a_cut_the_window_jumps(tmp_path: Path) -> None:
    light, dark = with_ball((40, 90)), 255 - with_ball((280, 90))
    dark[64:116, 254:306] = with_ball((280, 90))[64:116, 254:306]
    clip = samples.make_clip(
        tmp_path / "clip.mp4", size=(320, 180), rate=Fraction(10), pictures=[light] * 12 + [dark] * 12
    )
    found = [ball_in(picture) for picture in pictures_of(
        crop(clip, tmp_path / "v.mp4", CropOptions(VERTICAL)).output
    )]  # fmt: skip
    assert np.isfinite(found).all()
    assert np.ptp(found[:12]) < 0.03
    assert np.ptp(found[12:]) < 0.03


def test_a_cut_clip_keeps_its_times_and_its_sound(tmp_path: Path) -> None:
    clip = samples.make_variable_rate(tmp_path / "clip.mp4")
    made = crop(clip, tmp_path / "square.mp4", CropOptions(SQUARE, size=64))
    before, after = (
        [frame.time_seconds for frame in open_clip(path).frames()] for path in (clip, made.output)
    )
    assert [time - after[0] for time in after] == [time - before[0] for time in before]
    info = inspect_media(made.output)
    assert len(info.audio) == 1
    assert info.video.frame_size == (64, 64)


def test_a_clip_that_lies_on_its_side_is_cut_upright(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(96, 64), rotation=90)
    made = crop(clip, tmp_path / "square.mp4", CropOptions(SQUARE, center=(0.5, 0)))
    info = inspect_media(made.output)
    assert info.video.frame_size == (64, 64)
    assert info.video.rotation_degrees == 0
    whole = next(iter(open_clip(clip).frames())).pixels
    cut = next(iter(open_clip(made.output).frames())).pixels
    assert np.abs(cut.astype(int) - whole[:64]).mean() < 6


def test_what_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    with pytest.raises(InvalidOptions, match=r"is one still, and .* has 20 frames"):
        crop(clip, tmp_path / "a.png", CropOptions())
    with pytest.raises(InvalidOptions, match=r"center 2,0\.5 lies outside the picture"):
        CropOptions(center=(2, 0.5))
    with pytest.raises(InvalidOptions, match="'left' is no place in a picture"):
        parse_center("left")
    assert parse_center("0.25, 1") == (0.25, 1.0)


def test_interest_is_where_something_is() -> None:
    found = interest(small_picture(with_ball((250, 60))))
    down, across = np.unravel_index(int(found.argmax()), found.shape)
    assert abs(across / found.shape[1] - 250 / 320) < 0.12
    assert abs(down / found.shape[0] - 60 / 180) < 0.2
    assert float(found.sum()) == pytest.approx(1, abs=1e-3)


def test_a_window_knows_its_way() -> None:
    wide, tall = Crop.of((320, 180), 1), Crop.of((180, 320), 1)
    assert (wide.size, wide.room, wide.is_across) == ((180, 180), 140, True)
    assert (tall.size, tall.room, tall.is_across) == ((180, 180), 140, False)
    assert wide.centered_at((0.5, 0)) == pytest.approx(0.5)
    assert wide.centered_at((1, 0)) == 1
    assert Crop.of((100, 100), 1).centered_at((0.1, 0.1)) == 0


# Before and after


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A clip whose frames tell their numbers, and the same in negative."""
    source = samples.make_clip(tmp_path / "source.mp4", options={"crf": "1"})
    negative = [255 - picture for picture in pictures_of(source)]
    painted = samples.make_clip(tmp_path / "painted.mp4", pictures=negative, options={"crf": "1"})
    return source, painted


def test_side_by_side_both_show_the_same_moment(pair: tuple[Path, Path], tmp_path: Path) -> None:
    made = compare(*pair, tmp_path / "both.mp4", ComparisonOptions("beside"))
    assert made.frame_size == (64 * 2 + 2, 48)
    for index, picture in enumerate(pictures_of(made.output)):
        assert samples.read_index(picture[:, :64]) == index
        assert samples.read_index(255 - picture[:, -64:]) == index
    assert len(inspect_media(made.output).audio) == 1


def test_a_painting_of_a_part_is_in_step_by_its_offset(tmp_path: Path) -> None:
    source = samples.make_clip(tmp_path / "source.mp4", options={"crf": "1"})
    later = [255 - picture for picture in pictures_of(source)][5:15]
    part = samples.make_clip(tmp_path / "part.mp4", pictures=later, audio=False, options={"crf": "1"})
    how = ComparisonOptions("stacked", offset=Fraction(5, 25))
    made = compare(source, part, tmp_path / "both.mp4", how)
    pictures = pictures_of(made.output)
    assert [samples.read_index(picture[:48]) for picture in pictures] == list(range(5, 15))
    assert [samples.read_index(255 - picture[-48:]) for picture in pictures] == list(range(5, 15))
    info = inspect_media(made.output)
    assert len(info.audio) == 1  # the painting has none: the source's, of that part
    assert (info.audio[0].duration_seconds_from_header or 0) < Fraction(6, 10)


def test_a_wipe_begins_with_the_source_shows_the_painting_and_comes_back(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    pictures = pictures_of(compare(*pair, tmp_path / "wipe.mp4").output)
    source, painted = (pictures_of(path) for path in pair)

    def apart(picture: Bytes, other: Bytes) -> float:
        return float(np.abs(picture.astype(int) - other).mean())

    assert apart(pictures[0], source[0]) < 8
    assert apart(pictures[10], painted[10]) < 8
    assert apart(pictures[-1], source[-1]) < 8
    assert apart(pictures[5], source[5]) > 8 < apart(pictures[5], painted[5])


def test_a_wipe_comes_back_and_never_leaps() -> None:
    places = [wipe_place(number / 200) for number in range(401)]
    assert places[0] == places[200] == places[400] == 0
    assert places[100] == 1
    assert max(abs(b - a) for a, b in pairwise(places)) < 0.03


def test_a_line_may_lie_between_two_pixels() -> None:
    dark, light = np.zeros((4, 40, 3), np.uint8), np.full((4, 40, 3), 200, np.uint8)
    means = [float(wiped(dark, light, place, line=1.5).mean()) for place in np.linspace(0.5, 0.6, 17)]
    assert all(0 < before - after < 10 for before, after in pairwise(means))
    board = wiped(dark, light, 0.5, line=1.5)
    assert board[0, 10].tolist() == [0, 0, 0]
    assert board[0, 30].tolist() == [200, 200, 200]
    assert (wiped(dark, light, 1, line=3) == dark).all()
    assert (wiped(dark, light, 0, line=3) == light).all()
    assert (dark == 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_two_stills_become_one(tmp_path: Path, form: Form) -> None:
    Image.fromarray(samples.picture(1)).save(tmp_path / "a.png")
    Image.fromarray(255 - samples.picture(1)).save(tmp_path / "b.png")
    made = compare(tmp_path / "a.png", tmp_path / "b.png", tmp_path / "both.png", ComparisonOptions(form))
    size = {"beside": (130, 48), "stacked": (64, 98)}.get(form, (64, 48))
    assert made.frame_size == size
    board = read_still(made.output).pixels
    assert (board[:20, :20] == samples.picture(1)[:20, :20]).all()
    assert (board[-10:, -10:] == 255 - samples.picture(1)[-10:, -10:]).all()


def test_two_stills_are_wiped_in_a_clip(tmp_path: Path) -> None:
    Image.fromarray(samples.picture(1)).save(tmp_path / "a.png")
    Image.fromarray(255 - samples.picture(1)).save(tmp_path / "b.png")
    how = ComparisonOptions(seconds=Fraction(1))
    made = compare(tmp_path / "a.png", tmp_path / "b.png", tmp_path / "wipe.gif", how)
    assert made.frames == 25
    assert inspect_media(made.output).video.duration_seconds_from_content == 1


def test_words_are_written_on_them(pair: tuple[Path, Path], tmp_path: Path) -> None:
    size = 240
    plain, labeled = (
        pictures_of(
            compare(
                *pair, tmp_path / f"{labels}.mp4", ComparisonOptions("split", size=size, labels=labels)
            ).output
        )[0]
        for labels in (False, True)
    )
    changed = np.abs(plain.astype(int) - labeled).max(axis=2) > 60
    assert changed[-60:, :80].any()
    assert changed[-60:, -80:].any()
    assert not changed[: size // 2].any()


def test_what_does_not_belong_together_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    Image.fromarray(samples.picture()).save(still)
    with pytest.raises(InvalidOptions, match=r"still\.png is one picture, and .*painted\.mp4 moves"):
        compare(still, pair[1], tmp_path / "x.mp4")
    with pytest.raises(InvalidOptions, match=r"lasts 0\.800 s, and the painting was to begin at 9 s"):
        compare(*pair, tmp_path / "x.mp4", ComparisonOptions(offset=Fraction(9)))
    with pytest.raises(InvalidOptions, match=r"is one still, and .* moves"):
        compare(*pair, tmp_path / "x.png")
    with pytest.raises(InvalidOptions, match="Known are wipe, split, beside, stacked"):
        ComparisonOptions(cast("Form", "fade"))
    with pytest.raises(EncodeError, match="is the source itself"):
        compare(*pair, pair[0], overwrite=True)
    assert not list(tmp_path.glob("x.*"))


# Sheets, and the frame that looks best


def test_a_sheet_of_a_clip_shows_frames_all_over_it(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    made = make_sheet([clip], tmp_path / "sheet.png", frames=6, columns=3, title="Numbers")
    assert made.look == "a sheet of 6 pictures"
    assert made.frame_size == read_still(made.output).pixels.shape[1::-1]
    assert 3 * 64 < made.frame_size[0] < 1600


def test_a_sheet_of_several_takes_one_of_each(tmp_path: Path) -> None:
    Image.fromarray(samples.picture()).save(tmp_path / "a.png")
    clip = samples.make_clip(tmp_path / "clip.mp4")
    assert make_sheet([tmp_path / "a.png", clip], tmp_path / "s.jpg").look == "a sheet of 2 pictures"


def test_sheets_that_cannot_be_are_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    with pytest.raises(InvalidOptions, match="2 to 100 pictures"):
        make_sheet([clip], tmp_path / "s.png", frames=1)
    with pytest.raises(InvalidOptions, match="0 columns"):
        make_sheet([clip], tmp_path / "s.png", columns=0)
    with pytest.raises(UnsupportedMedia):
        make_sheet([clip], tmp_path / "s.mp4")


def test_candidates_leave_the_ends_out() -> None:
    assert candidates(1) == [0]
    assert candidates(3) == [0, 1, 2]
    many = candidates(1000)
    assert many[0] == 40
    assert many[-1] == 959
    assert len(many) == 24


def test_a_sharp_colorful_picture_is_better_than_a_blurred_or_a_dark_one() -> None:
    sharp = with_ball((160, 90))
    assert merit(sharp) > merit(cast("Bytes", cv2.GaussianBlur(sharp, (0, 0), 6)))
    assert merit(sharp) > merit((sharp // 12).astype(np.uint8))
    assert merit(sharp) > merit(ground())
