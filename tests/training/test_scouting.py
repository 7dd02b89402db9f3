"""Scouting in toy size: what is sketched, what is kept, what goes on after an interruption, the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import InvalidOptions, OpenError, OutputExists, TrainingError
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes, read_filter_file
from rotoscope.render.audition import Picture
from rotoscope.training.export import load_starting_weights
from rotoscope.training.recipe import Recipe
from rotoscope.training.scouting import photographs as photographs_module
from rotoscope.training.scouting.candidates import find_candidates
from rotoscope.training.scouting.photographs import made_photographs
from rotoscope.training.scouting.scout import ScoutProgress, ScoutResult, scout
from rotoscope.training.scouting.sheet import default_title, scouting_page, scouting_sheet
from rotoscope.training.scouting.sketches import SKETCH_TAG, SketchSettings

import samples
from graph_samples import tint_model
from training_toys import Toy, ToyEncoder, picture

PHOTOGRAPHS = (Picture("photo", samples.picture(1, (96, 72))),)


@dataclass(frozen=True)
class Studio:
    """A folder of pictures, and what to sketch them with."""

    folder: Path
    settings: SketchSettings

    @property
    def pictures(self) -> Path:
        return self.folder / "pictures"

    @property
    def sketches(self) -> Path:
        return self.folder / "sketches"

    def draw(self, name: str, seed: int) -> Path:
        path = self.pictures / name
        Image.fromarray(picture(seed, 80, 100)).save(path)
        return path

    def scout(self, told: list[ScoutProgress] | None = None, *, overwrite: bool = False) -> ScoutResult:
        candidates, notes = find_candidates([self.pictures])
        return scout(
            candidates,
            self.settings,
            folder=self.sketches,
            photographs=PHOTOGRAPHS,
            notes=notes,
            overwrite=overwrite,
            on_progress=None if told is None else told.append,
        )


@pytest.fixture
def studio(tmp_path: Path, toy: Toy) -> Studio:
    # Any time at all is one step at least, and more is not needed here.
    settings = SketchSettings(toy.recipe, toy.content, toy.encoder, seconds=0.001, threads=1)
    made = Studio(tmp_path, settings)
    made.pictures.mkdir()
    made.draw("Wave 1.png", 1)
    made.draw("tower.png", 2)
    return made


def names(result: ScoutResult) -> set[str]:
    return {place.candidate.name for place in result.places}


# --- the pictures -----------------------------------------------------------------------------------------


def test_names_of_filters_are_made_of_names_of_files(studio: Studio) -> None:
    for number, name in enumerate(("Tower.jpg", "été.png", "…….png", f"{'long-' * 30}.png"), start=3):
        studio.draw(name, number)
    found, notes = find_candidates([studio.pictures])
    assert notes == ()
    named = {one.path.name: one.name for one in found}
    assert named["Wave 1.png"] == "wave-1"
    assert (named["tower.png"], named["Tower.jpg"]) == ("tower-png", "tower-jpg")
    assert named["été.png"] == "t"
    assert named["…….png"] == "picture"
    for name in named.values():
        Card(name=name, padding=Padding(multiple=1))  # is a filter's name
    assert len(set(named.values())) == len(named)


def test_a_name_that_another_file_has_already(studio: Studio) -> None:
    for number, name in enumerate(("a.jpg", "a.png", "a-jpg.png"), start=3):
        studio.draw(name, number)
    found, _ = find_candidates([studio.pictures])
    named = {one.path.name: one.name for one in found}
    assert (named["a.png"], named["a.jpg"], named["a-jpg.png"]) == ("a-png", "a-jpg-2", "a-jpg")


def test_copies_and_empty_files_are_left_out_with_a_note(studio: Studio) -> None:
    (studio.pictures / "tower copy.png").write_bytes((studio.pictures / "tower.png").read_bytes())
    (studio.pictures / "nothing.png").touch()
    found, notes = find_candidates([studio.pictures, studio.pictures / "tower.png"])
    assert len(found) == 2
    assert any("is the same picture as" in note for note in notes)
    assert any("nothing.png left out" in note and "0 bytes" in note for note in notes)
    assert len(notes) == 2


def test_pictures_that_are_not_there(studio: Studio) -> None:
    with pytest.raises(OpenError, match=r"does not exist.*tower\.png"):
        find_candidates([studio.pictures / "towr.png"])
    (studio.folder / "empty").mkdir()
    with pytest.raises(OpenError, match="folder without pictures"):
        find_candidates([studio.folder / "empty"])


# --- sketches ---------------------------------------------------------------------------------------------


def test_a_scouting_from_folder_to_order(studio: Studio) -> None:
    told: list[ScoutProgress] = []
    result = studio.scout(told)
    assert names(result) == {"wave-1", "tower"}
    assert [place.rank for place in result.places] == [1, 2]
    assert result.sketched == 2
    assert [picture.name for picture in result.photographs] == ["photo"]
    for place in result.places:
        card = read_filter_file(place.sketch).card
        assert place.sketch == studio.sketches / f"{place.candidate.name}.onnx"
        assert card.tags == (SKETCH_TAG,)
        assert card.style is not None
        assert card.style.sha256 == place.candidate.sha256
        assert "0.001 seconds" in (card.meaning or "")
        assert 0 <= place.merit.score <= 1
        assert place.reason.endswith(".")
    assert (told[0].done, told[0].count, told[0].fraction) == (0, 2, 0)
    assert told[-1].done == 1
    fractions = [one.fraction for one in told]
    assert fractions == sorted(fractions)
    assert max(fractions) <= 1


def test_a_sketch_is_not_made_twice_and_a_new_picture_is(studio: Studio) -> None:
    first = studio.scout()
    contents = {place.sketch: place.sketch.read_bytes() for place in first.places}
    again = studio.scout()
    assert again.sketched == 0
    assert [place.candidate for place in again.places] == [place.candidate for place in first.places]
    studio.draw("third.png", 3)
    more = studio.scout()
    assert more.sketched == 1
    assert names(more) == {"wave-1", "tower", "third"}
    assert all(path.read_bytes() == content for path, content in contents.items())


def test_an_interruption_keeps_what_is_done(studio: Studio) -> None:
    candidates, _ = find_candidates([studio.pictures])

    def interrupt(progress: ScoutProgress) -> None:
        if progress.done == 1 and progress.fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scout(
            candidates,
            studio.settings,
            folder=studio.sketches,
            photographs=PHOTOGRAPHS,
            on_progress=interrupt,
        )
    assert len(list(studio.sketches.iterdir())) == 1
    assert studio.scout().sketched == 1


def test_an_interruption_of_the_first_leaves_nothing(studio: Studio) -> None:
    def interrupt(progress: ScoutProgress) -> None:
        raise KeyboardInterrupt

    candidates, _ = find_candidates([studio.pictures])
    with pytest.raises(KeyboardInterrupt):
        scout(
            candidates,
            studio.settings,
            folder=studio.sketches,
            photographs=PHOTOGRAPHS,
            on_progress=interrupt,
        )
    assert not studio.sketches.exists()


def test_a_picture_that_cannot_be_read_is_left_out(studio: Studio) -> None:
    (studio.pictures / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    result = studio.scout()
    assert names(result) == {"wave-1", "tower"}
    (note,) = result.notes
    assert note.startswith("broken.png left out: ")


def test_a_picture_whose_losses_are_not_finite_is_left_out(studio: Studio, toy: Toy) -> None:
    settings = replace(studio.settings, encoder=ToyEncoder(gain=float("nan")), seconds=60)
    candidates, _ = find_candidates([studio.pictures])
    with pytest.raises(TrainingError, match=r"None of the pictures could be sketched\. .*not finite"):
        scout(candidates, settings, folder=studio.sketches, photographs=PHOTOGRAPHS)
    assert not studio.sketches.exists()


def test_other_settings_are_other_sketches(studio: Studio) -> None:
    studio.scout()
    other = Studio(studio.folder, replace(studio.settings, seconds=0.002))
    with pytest.raises(OutputExists, match=r"other settings.*--keep.*--overwrite"):
        other.scout()
    assert other.scout(overwrite=True).sketched == 2


def test_a_sketch_of_another_picture_is_not_replaced(studio: Studio) -> None:
    studio.scout()
    studio.draw("tower.png", 7)
    with pytest.raises(OutputExists, match="another picture"):
        studio.scout()
    assert studio.scout(overwrite=True).sketched == 1


def test_a_filter_that_is_no_sketch_is_never_replaced(studio: Studio) -> None:
    studio.sketches.mkdir()
    own = studio.sketches / "tower.onnx"
    for content in (
        filter_file_bytes(tint_model(), Card(name="tower", padding=Padding(multiple=1))),
        b"no filter",
    ):
        own.write_bytes(content)
        with pytest.raises(OutputExists, match=r"no sketch.*--keep"):
            studio.scout(overwrite=True)
        assert own.read_bytes() == content
    assert [path.name for path in studio.sketches.iterdir()] == ["tower.onnx"]


def test_a_longer_training_can_start_from_a_sketch(studio: Studio) -> None:
    place = studio.scout().places[0]
    assert load_starting_weights(place.sketch).state


def test_sketches_start_from_the_bundled_filter(studio: Studio) -> None:
    settings = replace(studio.settings, recipe=Recipe(layer_weights=(1, 1), style_side=64))
    candidates, _ = find_candidates([studio.pictures])
    result = scout(candidates[:1], settings, folder=studio.sketches, photographs=PHOTOGRAPHS)
    (place,) = result.places
    assert place.card.recipe["start"] == "great-wave"
    assert place.like == "great-wave, where it started"  # after a step or two
    (note,) = result.notes
    assert note.startswith("1 of 1 sketches still look much like great-wave, where it started, so the order")
    assert note.endswith("They had 0.001 seconds each; give more (--seconds).")


def test_what_cannot_be_scouted(studio: Studio) -> None:
    with pytest.raises(InvalidOptions, match="No picture was given"):
        scout((), studio.settings, folder=studio.sketches)
    candidates, _ = find_candidates([studio.pictures])
    tiny = Picture("tiny.png", samples.picture(1, (80, 40)))
    with pytest.raises(InvalidOptions, match=r"tiny\.png has 80x40 pixels\. Give one of 64"):
        scout(candidates, studio.settings, folder=studio.sketches, photographs=[tiny])
    with pytest.raises(InvalidOptions, match="Sketches of 0 seconds"):
        replace(studio.settings, seconds=0)
    assert not studio.sketches.exists()


# --- sheets -----------------------------------------------------------------------------------------------


def test_sheets_and_pages_have_every_picture(studio: Studio) -> None:
    studio.draw("a panorama.png", 5)
    result = studio.scout()
    assert default_title(result) == "3 pictures, each sketched for 0.001 seconds with vgg19"
    sheet = scouting_sheet(result)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] <= 2 * 480
    page = scouting_page(replace(result, notes=("one < two",)))
    for place in result.places:
        assert f'data-name="{place.candidate.name}"' in page
        assert place.candidate.path.name in page
    assert page.count("<img ") == 1 + 3 * 2
    assert page.index(f'data-name="{result.places[0].candidate.name}"') == page.index("data-name=")
    assert 'data-key="reach"' in page
    assert "data-flicker" not in page  # nothing moves
    assert "one &lt; two" in page


def test_photographs_are_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    class Frame:
        pixels = samples.picture(3, (1280, 720))

    class Flight:
        def __init__(self, options: object) -> None:
            pass

        def render(self, index: int) -> Frame:
            return Frame()

    # The flight itself is tested elsewhere, and takes seconds.
    monkeypatch.setattr(photographs_module, "Flight", Flight)
    made = made_photographs()
    assert [one.name for one in made] == ["coast", "shore", "shapes"]
    assert [one.pixels.shape for one in made] == [(360, 640, 3), (360, 540, 3), (360, 540, 3)]
    assert [one.following is not None for one in made] == [True, True, False]
