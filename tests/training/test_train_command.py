"""``rotoscope train`` as it is typed, with a feature network of random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from rotoscope.cli.train import WHY_IT_ENDED
from rotoscope.cli.train_plans import style_images
from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import Card, StyleImage
from rotoscope.filters.file import read_filter_file
from rotoscope.networks.features import SQUEEZENET
from rotoscope.networks.style_network import SIZES
from rotoscope.palette.card_pictures import card_pictures
from rotoscope.training.progress import StopReason

import samples
from command import Ran, Run, run
from training_toys import picture

__all__ = ["run"]

RECIPE = """
features = "squeezenet1_1"
stem_channels = 4
trunk_channels = 8
hidden_channels = 6
trunk_blocks = 1
style_side = 64
content_side_range = [36, 48]
crop_side = 32
stability_shift_pixels = 4
"""


class Studio:
    """A folder with everything a training wants, in toy size."""

    def __init__(self, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        self._run = run
        (folder / "toy.toml").write_text(RECIPE)
        generator = torch.Generator().manual_seed(0)
        weights = {
            name: torch.randn(shape, generator=generator) * 0.05 for name, shape in SQUEEZENET.shapes.items()
        }
        save_file(weights, folder / "toy.safetensors", metadata={"normalization": "torchvision"})
        samples.make_stills(folder / "photos", frames=4)
        for seed, name in enumerate(("wave.png", "poster.png")):
            Image.fromarray(picture(seed, 80, 100)).save(folder / name)

    def train(self, *arguments: str) -> Ran:
        """Run the command for two steps."""
        return self._run(
            *("train", *arguments, "--recipe", "toy.toml", "--feature-weights", "toy.safetensors"),
            *("--content", "photos", "--steps", "2", "--threads", "1"),
        )


@pytest.fixture
def studio(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Studio:
    return Studio(tmp_path, run, monkeypatch)


def card_of(path: str) -> Card:
    return read_filter_file(Path(path)).card


def test_a_filter_of_several_style_images(studio: Studio) -> None:
    ran = studio.train(
        *("wave.png:3", "poster.png@0.5,0,0.5,1", "--name", "both", "--output", "both.onnx"),
        *("--title", "Wave", "--title", "Poster", "--license", "CC0-1.0", "--tag", "toy"),
    )
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("both.onnx: 2 steps in ")
    assert "(its whole budget), preview in both-preview.png" in ran.out
    card = card_of("both.onnx")
    assert card.style is not None
    assert (card.style.title, card.style.license, card.style.share) == ("Wave", "CC0-1.0", 0.75)
    assert [style.title for style in card.more_styles] == ["Poster"]
    assert card.more_styles[0].region == (0.5, 0, 0.5, 1)
    assert card.tags == ("toy",)


def test_programs_are_told_why_the_run_ended(studio: Studio) -> None:
    ran = studio.train("wave.png", "--name", "wave", "--json")
    assert {**ran.json, "seconds": 0} == {
        "output": str(Path("data/filters/wave.onnx").resolve()),
        "steps": 2,
        "seconds": 0,
        "dollars": None,
        "stopped_by": "budget",
    }


def test_what_a_run_cost_is_said_where_an_hour_has_a_price(studio: Studio) -> None:
    ran = studio.train("wave.png", "--name", "wave", "--output", "wave.onnx", "--rate-per-hour", "3600")
    training = card_of("wave.onnx").training
    assert training is not None
    assert training.dollars == pytest.approx(training.seconds, abs=0.06)
    assert f" for ${training.dollars:.2f} (its whole budget)" in ran.out


def test_every_reason_has_its_words() -> None:
    assert set(WHY_IT_ENDED) == set(StopReason)


def test_a_family_of_filters_and_a_mixture_of_them(studio: Studio, run: Run) -> None:
    ran = studio.train(
        *("wave.png", "poster.png@0,0,1,0.5", "--name", "toys", "--family"),
        *("--title", "Wave", "--title", "Poster", "--license", "CC0-1.0"),
    )
    assert ran.exit_code == 0, ran.err
    assert "--filter toys-wave:0.5+toys-poster:0.5" in ran.out
    wave, poster = (card_of(f"data/filters/toys-{name}.onnx") for name in ("wave", "poster"))
    assert wave.family == poster.family is not None
    assert (wave.style, poster.style) != (None, None)
    assert [card.style.title for card in (wave, poster) if card.style] == ["Wave", "Poster"]
    painted = run(
        *("stylize", "wave.png", "painted.png", "--filter", "toys-wave:0.5+toys-poster:0.5", "--json")
    )
    assert painted.exit_code == 0, painted.err
    assert painted.json["look"] == "toys-wave:0.5+toys-poster:0.5"


def test_a_family_in_a_folder(studio: Studio) -> None:
    ran = studio.train("wave.png", "poster.png", "--name", "toys", "--family", "--output", "out", "--json")
    assert ran.json["outputs"] == [str(Path("out") / f"toys-{name}.onnx") for name in ("wave", "poster")]
    assert all(Path(output).is_file() for output in ran.json["outputs"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("wave.png",), "--family was given with one style image"),
        (("wave.png:2", "poster.png"), "a weight for wave.png; each filter of a family has a style image of"),
        (("wave.png", "poster.png", "--output", "x.onnx"), "--output x.onnx is the name of a file; a family"),
    ],
)
def test_what_is_no_family_is_refused(studio: Studio, arguments: tuple[str, ...], message: str) -> None:
    ran = studio.train(*arguments, "--name", "toys", "--family")
    assert ran.exit_code == 1
    assert message in ran.err


def test_a_draft_starts_from_the_bundled_filter(studio: Studio) -> None:
    ran = studio.train("wave.png", "--name", "wave", "--output", "wave.onnx", "--size", "draft")
    assert ran.exit_code == 0, ran.err
    card = card_of("wave.onnx")
    assert card.recipe["start"] == "great-wave, fitted to another size"
    assert card.recipe["trunk_channels"] == SIZES["draft"].trunk


def test_a_region_that_is_none_is_refused(studio: Studio) -> None:
    ran = studio.train("wave.png@0,0,2", "--name", "wave")
    assert ran.exit_code == 1
    assert "'wave.png@0,0,2'; after the @ come four numbers" in ran.err


def test_words_are_given_once_for_all_or_once_for_each() -> None:
    words = {"title": ["A", "B"], "artist": ["C"], "year": None, "license": ["", "CC0-1.0"]}
    assert style_images(2, words) == (
        StyleImage(title="A", artist="C"),
        StyleImage(title="B", artist="C", license="CC0-1.0"),
    )
    assert style_images(1, {"title": ["A"]}) == (StyleImage(title="A"),)


def test_words_of_another_number_are_refused() -> None:
    with pytest.raises(
        InvalidOptions, match="--title was given 2 times for 1 style image; give it once, for"
    ):
        style_images(1, {"title": ["A", "B"]})
    with pytest.raises(
        InvalidOptions, match="--artist was given 2 times for 3 style images; give it once, f"
    ):
        style_images(3, {"artist": ["A", "B"]})


def test_the_card_holds_the_style_images_where_their_terms_allow(studio: Studio) -> None:
    ran = studio.train(
        *("wave.png", "poster.png", "--name", "both", "--output", "both.onnx"),
        *("--license", "CC0-1.0", "--thumbnail"),
    )
    assert ran.exit_code == 0, ran.err
    shown = card_pictures(card_of("both.onnx"))
    assert [(one.name, one.size) for one in shown] == [("style", (100, 80)), ("style-2", (100, 80))]


def test_it_holds_none_without_their_terms_or_without_being_told(studio: Studio) -> None:
    ran = studio.train("wave.png", "--name", "wave", "--output", "wave.onnx", "--thumbnail")
    assert ran.exit_code == 1
    assert "its terms must allow that. Say what they are with --license" in ran.err
    assert not Path("wave.onnx").exists()
    assert (
        studio.train("wave.png", "--name", "w", "--output", "w.onnx", "--license", "CC0-1.0").exit_code == 0
    )
    assert not card_pictures(card_of("w.onnx"))
