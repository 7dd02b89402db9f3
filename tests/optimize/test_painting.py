"""Paintings as files: depth, color profile, alpha and size are the photograph's."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from rotoscope.errors import EncodeError, InvalidOptions, OutputExists, UnsupportedMedia
from rotoscope.filters.kinds import KINDS
from rotoscope.media.stills import read_still
from rotoscope.optimize import painting as painting_module
from rotoscope.optimize.painting import Painting, PaintingOptions, optimize_still
from rotoscope.optimize.progress import OptimizeProgress
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.style_source import StyleSource

import samples
from optimize_toys import ToyEncoder, blocks, toy_recipe, write_picture


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "photo.png", 1)


@pytest.fixture
def style(tmp_path: Path) -> StyleSource:
    return StyleSource(write_picture(tmp_path / "style.png", 2))


def paint(
    photo: Path, style: StyleSource, *, recipe: OptimizeRecipe | None = None, **values: object
) -> Painting:
    options = PaintingOptions(**values)  # pyright: ignore[reportArgumentType]
    return optimize_still(
        photo,
        [style],
        photo.with_name("out.png"),
        encoder=ToyEncoder(),
        recipe=recipe or toy_recipe(),
        options=options,
    )


def test_a_painting_has_the_photographs_size_and_its_losses_are_told(photo: Path, style: StyleSource) -> None:
    done = paint(photo, style)
    painted = read_still(done.output).pixels
    assert painted.shape == (64, 80, 3)
    assert not np.array_equal(painted, blocks(1, 64, 80))
    assert (done.frame_size, done.iterations, done.is_complete) == ((80, 64), 6, True)
    assert done.total == pytest.approx(sum(done.losses.values()))
    assert done.size_bytes == done.output.stat().st_size


def test_a_painting_can_be_smaller(photo: Path, style: StyleSource) -> None:
    assert paint(photo, style, size=48).frame_size == (60, 48)


def test_sixteen_bits_stay(photo: Path, style: StyleSource) -> None:
    deep = blocks(1, 64, 80).astype(np.uint16) * 257
    ramp = np.linspace(0, 400, 80).astype(np.uint16)[None, :, None]
    cv2.imwrite(str(photo), deep // 2 + ramp)
    painted = read_still(paint(photo, style).output).pixels
    assert painted.dtype == np.uint16
    assert len(np.unique(painted)) > 2000


def test_a_picture_in_a_profile_is_painted_as_a_screen_shows_it(photo: Path, style: StyleSource) -> None:
    wide, screen = samples.wide_profile(), ImageCms.createProfile("sRGB")
    picture = Image.fromarray(blocks(1, 64, 80) // 2 + 60)
    picture.save(photo, icc_profile=wide)
    own = ImageCms.ImageCmsProfile(BytesIO(wide))
    shown = ImageCms.profileToProfile(picture, own, screen)
    assert shown is not None
    Image.fromarray(np.asarray(shown)).save(photo.with_name("shown.png"))
    painted = read_still(paint(photo, style).output)
    of_shown = read_still(paint(photo.with_name("shown.png"), style, overwrite=True).output)
    assert (painted.icc_profile, of_shown.icc_profile) == (wide, None)
    result = ImageCms.profileToProfile(Image.fromarray(painted.pixels), own, screen)
    assert np.abs(np.asarray(result, int) - of_shown.pixels).mean() < 2
    assert np.abs(painted.pixels.astype(int) - of_shown.pixels).mean() > 4


def test_alpha_is_set_aside(photo: Path, style: StyleSource) -> None:
    alpha = np.linspace(0, 255, 80).astype(np.uint8)[None].repeat(64, axis=0)
    Image.fromarray(np.dstack((blocks(1, 64, 80), alpha))).save(photo)
    assert np.array_equal(read_still(paint(photo, style).output).pixels[..., 3], alpha)


def test_every_start_leads_to_a_painting(photo: Path, style: StyleSource) -> None:
    firsts: dict[str, float] = {}
    other = write_picture(photo.with_name("other.png"), 5, 40, 90)
    starts = {
        "photo": "photo",
        "noise": "noise",
        "style": "style",
        "other": other,
        "filter": KINDS["posterize"].build({}),
    }
    for name, start in starts.items():
        trace = photo.with_name(f"{name}.json")
        paint(photo, style, start=start, trace=trace, overwrite=True)
        firsts[name] = json.loads(trace.read_text())[0]["losses"]["content"]
    assert firsts["photo"] == 0
    assert min(firsts[name] for name in ("noise", "style", "other")) > firsts["filter"] > 0


def test_the_trace_has_every_iteration_and_the_plot_every_loss(photo: Path, style: StyleSource) -> None:
    trace, plot = photo.with_name("losses.json"), photo.with_name("losses.svg")
    paint(photo, style, recipe=toy_recipe(levels=2), trace=trace, plot=plot)
    rows = json.loads(trace.read_text())
    assert [(row["stage"], row["iteration"]) for row in rows] == [(1, n) for n in range(1, 5)] + [
        (2, n) for n in range(1, 7)
    ]
    assert all(row["total"] == pytest.approx(sum(row["losses"].values())) for row in rows)
    texts = [element.text for element in ElementTree.fromstring(plot.read_text()).iter() if element.text]
    assert {"total", "style", "content", "40x32", "80x64"} <= set(texts)


def test_the_picture_at_hand_is_shown_now_and_then(
    photo: Path, style: StyleSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting_module, "LIVE_SECONDS", 0.0)
    live = photo.with_name("now.jpg")
    seen: list[int] = []

    def look(_: OptimizeProgress) -> None:
        seen.append(read_still(live).pixels.shape[1])

    optimize_still(
        photo, [style], photo.with_name("out.png"), encoder=ToyEncoder(), recipe=toy_recipe(levels=2),
        options=PaintingOptions(live=live), on_progress=look,
    )  # fmt: skip
    assert set(seen) == {40, 80}


def test_a_stopped_painting_is_written_as_it_is_and_gone_on_with(photo: Path, style: StyleSource) -> None:
    whole = read_still(paint(photo, style).output).pixels
    options = PaintingOptions(checkpoint_dir=photo.parent / "kept", overwrite=True)
    asked = iter([False, True, *[False] * 10])
    ran = [
        optimize_still(
            photo, [style], photo.with_name("out.png"), encoder=ToyEncoder(), recipe=toy_recipe(),
            options=options, should_stop=lambda: next(asked),
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [(one.is_complete, one.iterations) for one in ran] == [(False, 2), (True, 6)]
    assert np.array_equal(read_still(ran[1].output).pixels, whole)


def test_masks_say_where_style_images_show(photo: Path, style: StyleSource) -> None:
    mask = np.zeros((64, 80), np.uint8)
    mask[:, :40] = 255
    Image.fromarray(mask).save(photo.with_name("left.png"))
    recipe = toy_recipe(content_weight=0, range_weight=0, iterations=4, spectrum=0)
    options = PaintingOptions(masks=[photo.with_name("left.png")])
    done = optimize_still(
        photo, [style], photo.with_name("out.png"), encoder=ToyEncoder(), recipe=recipe, options=options
    )
    change = np.abs(read_still(done.output).pixels.astype(int) - blocks(1, 64, 80)).max(axis=(0, 2))
    assert change[:38].max() > 0
    assert change[46:].max() == 0


def test_another_number_of_masks_than_of_style_images_is_refused(photo: Path, style: StyleSource) -> None:
    with pytest.raises(InvalidOptions, match=r'2 masks were given for 1 style images; .* with "rest"'):
        paint(photo, style, masks=[None, None])


def test_a_video_is_refused(tmp_path: Path, style: StyleSource) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=3)
    with pytest.raises(InvalidOptions, match=r"is no still but a video; .* rotoscope separate clip\.mp4 "):
        paint(clip, style)


def test_no_style_image_at_all_is_refused(photo: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"No style image was given"):
        optimize_still(photo, [], photo.with_name("out.png"), encoder=ToyEncoder())


def test_results_are_refused_before_any_work(photo: Path, style: StyleSource) -> None:
    def fails(error: type[Exception], told: str, output: str = "out.png", **values: object) -> None:
        with pytest.raises(error, match=told):
            optimize_still(
                photo, [style], photo.with_name(output), encoder=ToyEncoder(),
                options=PaintingOptions(**values),  # pyright: ignore[reportArgumentType]
            )  # fmt: skip

    fails(UnsupportedMedia, r"out\.mp4 is no name of a still", "out.mp4")
    fails(EncodeError, r"is the source itself", "photo.png", overwrite=True)
    fails(EncodeError, r"is the source itself", live=style.path)
    fails(UnsupportedMedia, r"Stills are not written as '\.xyz'", live=photo.with_name("now.xyz"))
    photo.with_name("old.json").touch()
    fails(OutputExists, r"old\.json exists already", trace=photo.with_name("old.json"))
