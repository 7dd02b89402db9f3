"""Content: own photographs, procedural pictures, scenes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import DecodeError, OpenError, TrainingError
from rotoscope.media.clip import open_clip
from rotoscope.media.plain import plain, read_picture, resize_short_side
from rotoscope.training import content as content_module
from rotoscope.training.content import (
    MINIMUM_PHOTOGRAPHS,
    ContentSet,
    load_content,
    procedural_content,
    scenes_of_step,
)
from rotoscope.training.procedural import procedural_pictures
from rotoscope.training.recipe import Recipe

import samples

SMALL = Recipe(content_side_range=(36, 48), crop_side=32, stability_shift_pixels=0)


def save(folder: Path, *names: str, size: tuple[int, int] = (60, 50)) -> None:
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
        Image.fromarray(pixels).save(path)


def test_photographs_are_found_in_folders_below_and_resized(tmp_path: Path) -> None:
    save(tmp_path, "a.png", "b.JPG", "deep/c.webp", "deep/d.tif", ".hidden/e.png", ".f.png")
    (tmp_path / "notes.txt").write_text("x")
    content = load_content(tmp_path, SMALL)
    assert [p.shape for p in content.pictures] == [(48, 58, 3)] * 4
    assert content.origin == "4 photographs"


def test_too_few_photographs_are_refused_with_advice(tmp_path: Path) -> None:
    save(tmp_path, "a.png")
    with pytest.raises(TrainingError, match=f"holds 1 pictures .*at least {MINIMUM_PHOTOGRAPHS}.*procedural"):
        load_content(tmp_path, SMALL)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"nowhere does not exist\. Give a folder .*or a video, or leave"):
        load_content(tmp_path / "nowhere", SMALL)


def test_a_video_gives_frames_at_even_distances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "MAXIMUM_FRAMES", 5)
    clip = samples.make_clip(tmp_path / "a.mp4", frames=20)
    content = load_content(clip, SMALL)
    assert content.origin == "5 frames"
    frames = [frame.pixels for frame in open_clip(clip).frames()]
    for picture, index in zip(content.pictures, (0, 4, 8, 12, 16), strict=True):
        assert np.array_equal(picture, resize_short_side(plain(frames[index]), 48))


def test_too_short_a_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"a\.mp4 has 2 frames; training wants at least 4 pictures"):
        load_content(samples.make_clip(tmp_path / "a.mp4", frames=2), SMALL)


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("not a video")
    with pytest.raises(OpenError, match=r"a\.mp4"):
        load_content(tmp_path / "a.mp4", SMALL)


def test_a_damaged_photograph_is_named(tmp_path: Path) -> None:
    save(tmp_path, "a.png", "b.png", "c.png", "d.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:200])
    with pytest.raises(DecodeError, match=r"b\.png is a damaged"):
        load_content(tmp_path, SMALL)


def test_many_photographs_are_thinned_out_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "MAXIMUM_PHOTOGRAPHS", 4)
    save(tmp_path, *(f"{i}.png" for i in range(8)))
    expected = [resize_short_side(read_picture(tmp_path / f"{i}.png"), 48) for i in (0, 2, 4, 6)]
    for picture, wanted in zip(load_content(tmp_path, SMALL).pictures, expected, strict=True):
        assert np.array_equal(picture, wanted)


def test_scenes_are_decided_by_index_and_seed() -> None:
    content = procedural_content(SMALL)
    first = content.scenes([1], SMALL).pixels
    again = content.scenes([0, 1], SMALL).pixels[1:]
    other = content.scenes([2], SMALL).pixels
    assert first.shape == (1, 3, 32, 32)
    assert not bool((first == content.scenes([1], SMALL.revised({"seed": 5})).pixels).all())
    assert bool((first == again).all())
    assert not bool((first == other).all())
    assert 0 <= float(first.min()) <= float(first.max()) <= 1


def test_scenes_are_squares_of_the_sizes_asked_for() -> None:
    # A ramp from left to right: its slope tells how large a piece of the picture a scene shows.
    ramp = np.linspace(0, 255, 96).astype(np.uint8)[None, :, None].repeat(48, 0).repeat(3, 2)
    content = ContentSet.of_pictures((ramp,), short_side=48, origin="ramp")
    spans = [float((c[0].max() - c[0].min()) * 96) for c in content.scenes(range(50), SMALL).pixels]
    # Seen at 48 a scene shows 32 pixels of the 48 high picture, seen at 36 it shows 42.7.
    assert 28 < min(spans) < 34
    assert 38 < max(spans) < 44


def test_scenes_are_mirrored_half_of_the_time() -> None:
    ramp = np.linspace(0, 255, 96).astype(np.uint8)[None, :, None].repeat(48, 0).repeat(3, 2)
    content = ContentSet.of_pictures((ramp,), short_side=48, origin="ramp")
    rising = sum(float(c[0, 0, -1]) > float(c[0, 0, 0]) for c in content.scenes(range(60), SMALL).pixels)
    assert 15 < rising < 45


def test_every_round_goes_through_all_scenes_in_another_order() -> None:
    recipe = SMALL.revised({"scenes": 6, "crops_per_step": 4})
    seen = [index for step in range(3) for index in scenes_of_step(recipe, step)]
    assert sorted(seen[:6]) == sorted(seen[6:]) == list(range(6))
    assert seen[:6] != seen[6:]
    assert seen != [i for step in range(3) for i in scenes_of_step(recipe.revised({"seed": 1}), step)]


def test_procedural_pictures_differ_by_seed_and_repeat() -> None:
    first = procedural_pictures(seed=1, side=48, count=3)
    assert all(p.shape == (48, 72, 3) for p in first)
    again = procedural_pictures(seed=1, side=48, count=3)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], procedural_pictures(seed=2, side=48, count=1)[0])
    assert all(p.std() > 5 for p in first)  # none is blank


def test_digest_is_of_the_pixels() -> None:
    pictures = tuple(np.full((8, 8, 3), value, np.uint8) for value in (1, 2))
    one = ContentSet.of_pictures(pictures, short_side=8, origin="a")
    assert one.digest == ContentSet.of_pictures(pictures, short_side=8, origin="b").digest
    assert one.digest != ContentSet.of_pictures(pictures[::-1], short_side=8, origin="a").digest


def test_pictures_are_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (20, 10)).save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg").shape == (20, 10, 3)


def test_transparent_pixels_are_white_and_16_bit_grey_keeps_its_tones(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read_picture(tmp_path / "clear.png").min() == 255
    Image.fromarray(np.full((4, 4), 257 * 100, np.uint16)).save(tmp_path / "deep.png")
    assert np.unique(read_picture(tmp_path / "deep.png")).tolist() == [100]


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(OpenError, match=r"a\.png"):
        read_picture(tmp_path / "a.png")


def test_resizing_keeps_the_aspect_ratio(tmp_path: Path) -> None:
    save(tmp_path, "wide.png", size=(90, 30))
    assert resize_short_side(read_picture(tmp_path / "wide.png"), 60).shape == (60, 180, 3)
