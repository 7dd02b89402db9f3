"""Style images as they are typed, cut and put together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import StyleImage
from rotoscope.filters.file import read_filter_file
from rotoscope.optimize.style_source import Region, StyleSource, read_styles, style_digest
from rotoscope.training.made_card import CardWords
from rotoscope.training.progress import Budget
from rotoscope.training.trainer import train_filter

from training_toys import Toy, picture


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("poster.jpg", StyleSource(Path("poster.jpg"))),
        ("a/poster.jpg:2", StyleSource(Path("a/poster.jpg"), weight=2)),
        ("poster.jpg:.5", StyleSource(Path("poster.jpg"), weight=0.5)),
        ("poster.jpg@0.1,0.2,0.5,.5", StyleSource(Path("poster.jpg"), Region(0.1, 0.2, 0.5, 0.5))),
        ("p.jpg@0,0,1,0.5:0.7", StyleSource(Path("p.jpg"), Region(0, 0, 1, 0.5), 0.7)),
        ("icon@2x.png", StyleSource(Path("icon@2x.png"))),
        ("me@home/p.jpg", StyleSource(Path("me@home/p.jpg"))),
        ("C:\\poster.jpg", StyleSource(Path("C:\\poster.jpg"))),
        ("12:30 at noon.png", StyleSource(Path("12:30 at noon.png"))),
    ],
)
def test_what_is_typed_is_taken_apart(text: str, source: StyleSource) -> None:
    assert StyleSource.parse(text) == source


def test_a_file_of_that_very_name_is_that_file(tmp_path: Path) -> None:
    for name in ("poster.jpg:2", "poster.jpg@0,0,1,1"):
        (tmp_path / name).touch()
        assert StyleSource.parse(str(tmp_path / name)) == StyleSource(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p.jpg@0,0,1", r"after the @ come four numbers from 0 to 1: left, top, width, height\. Write PICT"),
        ("p.jpg@0,0,1,1,1", "after the @ come four numbers"),
        ("p.jpg@0.5,0,0.6,1", r"region 0\.5,0,0\.6,1 does not lie inside a picture.*is its right half"),
        ("p.jpg@-0.1,0,0.6,1", "does not lie inside a picture"),
        ("p.jpg@0,0,0,1", "does not lie inside a picture"),
        ("p.jpg@10,20,300,300", "shares of the picture, 0 to 1"),
        ("p.jpg:0", r"weight of the style image p\.jpg was 0; it is a number above 0"),
        ("p.jpg:-1", "was -1; it is a number above 0"),
    ],
)
def test_what_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        StyleSource.parse(text)


def test_a_region_counts_as_if_it_were_cut_out(tmp_path: Path) -> None:
    whole = picture(1, 100, 200)
    Image.fromarray(whole).save(tmp_path / "whole.png")
    Image.fromarray(whole[50:, 40:120]).save(tmp_path / "cut.png")
    region = StyleSource(tmp_path / "whole.png", Region(0.2, 0.5, 0.4, 0.5))
    cut = StyleSource(tmp_path / "cut.png")
    (of_region,), (of_cut,) = (read_styles([source], short_side=64) for source in (region, cut))
    assert np.array_equal(of_region.pixels, of_cut.pixels)
    assert of_region.pixels.shape == (64, 102, 3)
    assert of_region.sha256 != of_cut.sha256


def test_a_region_of_too_few_pixels_is_refused(tmp_path: Path) -> None:
    Image.fromarray(picture(1, 100, 200)).save(tmp_path / "p.png")
    message = r"region 0,0,0\.1,1 is 20x100 pixels of a picture of 200x100; it must have 32 along each side"
    with pytest.raises(InvalidOptions, match=message):
        read_styles([StyleSource(tmp_path / "p.png", Region(0, 0, 0.1, 1))], short_side=64)


def test_no_style_image_at_all_is_refused() -> None:
    with pytest.raises(InvalidOptions, match="No style image was given"):
        read_styles([], short_side=64)


def test_weights_become_shares_and_are_part_of_the_digest(tmp_path: Path) -> None:
    for name in "ab":
        Image.fromarray(picture(ord(name), 50, 60)).save(tmp_path / f"{name}.png")
    a, b = (StyleSource(tmp_path / f"{name}.png") for name in "ab")
    pictures = read_styles([a, replace(b, weight=3)], short_side=40)
    assert [p.share for p in pictures] == [0.25, 0.75]
    same = read_styles([replace(a, weight=2), replace(b, weight=6)], short_side=40)
    assert style_digest(pictures) == style_digest(same)
    others = ([a, b], [replace(b, weight=3), a], [replace(a, region=Region(0, 0, 1, 0.9)), b], [a])
    digests = {style_digest(read_styles(sources, short_side=40)) for sources in others}
    assert len(digests | {style_digest(pictures)}) == 5


def test_the_card_names_every_style_image(toy: Toy, tmp_path: Path) -> None:
    Image.fromarray(picture(5, 80, 80)).save(tmp_path / "other.png")
    other = StyleSource(tmp_path / "other.png", Region(0.5, 0, 0.5, 1), 3)
    train_filter(
        [*toy.styles, other],
        name="two",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=tmp_path / "two.onnx",
        budget=Budget(steps=1),
        words=CardWords(styles=(StyleImage(title="One"), StyleImage(title="Another"))),
    )
    card = read_filter_file(tmp_path / "two.onnx").card
    assert card.style is not None
    assert (card.style.title, card.style.region, card.style.share) == ("One", None, 0.25)
    (more,) = card.more_styles
    assert (more.title, more.region, more.share) == ("Another", (0.5, 0, 0.5, 1), 0.75)
    assert None not in (card.style.sha256, more.sha256)
    assert json.loads(card.to_json())["more_styles"][0]["region"] == [0.5, 0, 0.5, 1]


def test_words_are_for_each_style_image_or_for_none(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match="There are 1 style images, and words for 2 of them"):
        train_filter(
            toy.styles,
            name="toy",
            recipe=toy.recipe,
            content=toy.content,
            encoder=toy.encoder,
            output=tmp_path / "f.onnx",
            budget=Budget(steps=1),
            words=CardWords(styles=(StyleImage(), StyleImage())),
        )
