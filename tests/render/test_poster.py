"""Posters: what is written on them, and how they are laid out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from rotoscope.errors import InvalidOptions
from rotoscope.media.probe import inspect_media
from rotoscope.media.stills import read_still
from rotoscope.render.recipe_line import recipe_of
from rotoscope.render.sharing.lettering import font, spaced_length, wrapped
from rotoscope.render.sharing.poster import (
    PosterText,
    cards_of,
    draw_poster,
    make_poster,
    poster_text,
    shortened,
    title_of,
)
from rotoscope.standard import load_filter, standard_palette

import samples
from command import Run, run

__all__ = ["run"]


@pytest.fixture
def painted(run: Run, tmp_path: Path) -> Path:
    """A clip that great-wave has painted."""
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=8)
    assert run("stylize", clip, tmp_path / "the_drowned-coast.mp4", "-f", "great-wave").exit_code == 0
    return tmp_path / "the_drowned-coast.mp4"


def test_what_is_known_of_a_painting_is_written(painted: Path) -> None:
    recipe = recipe_of(inspect_media(painted))
    assert recipe is not None
    palette = standard_palette()
    told = poster_text(painted, recipe, cards_of(recipe, palette), title=None, text=None)
    meaning = palette.get("great-wave").card
    assert told == PosterText(
        title="The drowned coast",
        line="painted with Great Wave",
        style="after The Great Wave off Kanagawa by Katsushika Hokusai, c. 1831",
        text=(meaning.meaning or "") if meaning else "",
    )
    given = poster_text(painted, recipe, [], title="Mine", text="So.")
    assert (given.title, given.text, given.line) == ("Mine", "So.", "painted with great wave")


def test_a_poster_says_in_its_tags_what_painted_it(painted: Path, tmp_path: Path) -> None:
    made = make_poster(painted, tmp_path / "poster.png", palette=standard_palette(), width=600)
    assert made.frame_size[0] == 600
    assert made.look == "a poster: The drowned coast"
    told = inspect_media(made.output).metadata
    assert told["source"] == "the_drowned-coast.mp4"
    assert told["filters"].startswith("great-wave (The Great Wave off Kanagawa by Katsushika Hokusai")
    assert told["digital source type"] == "compositeWithTrainedAlgorithmicMedia"
    recipe = recipe_of(inspect_media(made.output))
    assert recipe is not None
    assert recipe.filters == {"great-wave": load_filter("great-wave").digest}


def test_a_picture_that_nothing_painted_has_a_poster_without_claims(tmp_path: Path) -> None:
    photo = tmp_path / "bay.png"
    Image.fromarray(samples.picture()).save(photo)
    made = make_poster(photo, tmp_path / "poster.png", palette=standard_palette(), width=400)
    assert inspect_media(made.output).metadata == {}


def test_the_frame_of_a_moment_is_taken(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", options={"crf": "1"})
    made = make_poster(
        clip, tmp_path / "poster.png", palette=standard_palette(), at=Fraction(10, 25), width=400
    )
    margin = 28
    inner = 400 - 2 * margin
    height = round(inner * 48 / 64)
    shown = read_still(made.output).pixels[margin : margin + height, margin : margin + inner]
    small = np.asarray(Image.fromarray(np.asarray(shown, np.uint8)).resize((64, 48)))
    assert samples.read_index(small) == 10


def test_what_cannot_be_a_poster_is_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    palette = standard_palette()
    with pytest.raises(InvalidOptions, match="is no still, and a poster is one"):
        make_poster(clip, tmp_path / "poster.mp4", palette=palette)
    with pytest.raises(InvalidOptions, match="width 9 is outside 400 to 6000"):
        make_poster(clip, tmp_path / "poster.png", palette=palette, width=9)
    with pytest.raises(InvalidOptions, match=r"lasts 0\.800 s, and its frame at 5 s was asked for"):
        make_poster(clip, tmp_path / "poster.png", palette=palette, at=Fraction(5))
    assert not (tmp_path / "poster.png").exists()


@pytest.mark.parametrize("shape", [(90, 160), (160, 90), (120, 120), (400, 60)])
def test_every_shape_of_picture_is_whole_and_inside(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), (200, 0, 0), np.uint8)
    poster = draw_poster(picture, PosterText("A title"), width=500)
    red = (poster[..., 0] > 150) & (poster[..., 1] < 60)
    rows, columns = np.nonzero(red.any(axis=1))[0], np.nonzero(red.any(axis=0))[0]
    assert rows[0] == 35
    assert columns[0] >= 35
    assert columns[-1] <= 500 - 35
    assert len(columns) / len(rows) == pytest.approx(shape[1] / shape[0], rel=0.02)


def test_all_words_stay_on_the_paper() -> None:
    told = PosterText(
        "A title so long that it does not fit into one line of a poster of this width at all",
        "painted with " + " + ".join(["filter"] * 14),
        "after a picture with a rather long name by somebody with a rather long name, c. 1831",
        "Some sentences. " * 20,
    )
    poster = draw_poster(np.full((90, 160, 3), 128, np.uint8), told, width=600)
    ink = poster.min(axis=2) < 200
    assert not ink[:, :36].any()
    assert not ink[:, -36:].any()
    assert not ink[-30:].any()


def test_lines_are_broken_between_words() -> None:
    letters = font(20)
    lines = wrapped("one two three four five", letters, 110)
    assert " ".join(lines) == "one two three four five"
    assert len(lines) > 1
    assert all(letters.getlength(line) <= 110 for line in lines)
    assert wrapped("incomprehensibilities", letters, 10) == ["incomprehensibilities"]


def test_capitals_stand_apart() -> None:
    draw = ImageDraw.Draw(Image.new("RGB", (10, 10)))
    letters = font(20)
    assert spaced_length("wave", letters) > draw.textlength("WAVE", letters)


def test_titles_are_made_of_names() -> None:
    assert title_of(Path("drone_lofoten-coast.mp4")) == "Drone lofoten coast"
    assert title_of(Path("IMG.0042.jpg")) == "IMG 0042"


def test_long_texts_end_with_a_sentence() -> None:
    assert shortened("Short.") == "Short."
    told = shortened("A sentence of some words. " * 40)
    assert len(told) <= 420
    assert told.endswith("words.")
    assert shortened("word " * 200).endswith("word…")
