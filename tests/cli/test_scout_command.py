"""``rotoscope scout`` as it is typed, with a feature network of random weights."""

from __future__ import annotations

import importlib.util
import shlex
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from rotoscope.cli.bar import scouting_bar, scouting_facts
from rotoscope.networks.features import SQUEEZENET
from rotoscope.training.scouting import scout as scouting
from rotoscope.training.scouting.scout import ScoutProgress

import samples
from command import Ran, Run


class Desk:
    """A folder with pictures, photographs and weights."""

    def __init__(self, run: Run) -> None:
        self._run = run
        generator = torch.Generator().manual_seed(0)
        weights = {
            name: torch.randn(shape, generator=generator) * 0.05 for name, shape in SQUEEZENET.shapes.items()
        }
        save_file(weights, Path("toy.safetensors"), metadata={"normalization": "torchvision"})
        samples.make_stills(Path("photos"), frames=4)
        Path("my paintings").mkdir()
        for seed, name in enumerate(("Wave.png", "tower.png")):
            Image.fromarray(samples.picture(seed, (96, 72))).save(Path("my paintings") / name)
        Image.fromarray(samples.picture(5, (96, 72))).save("photo.png")

    def scout(self, *arguments: str, output: str = "sheet.png") -> Ran:
        """Run the command with sketches of a step or two."""
        return self._run(
            *("scout", "my paintings", "-o", output, "--seconds", "0.1", "--content", "photos"),
            *("--photo", "photo.png", "--feature-weights", "toy.safetensors", "--threads", "1", *arguments),
        )


@pytest.fixture
def desk(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(run)


def test_a_sheet_of_sketches_and_what_to_type_next(desk: Desk, run: Run) -> None:
    ran = desk.scout()
    assert ran.exit_code == 0, ran.err
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["1", "2"]
    assert lines[2].startswith("sheet.png: 2 pictures sketched, ")
    assert lines[3] == "sketches: sheet-sketches"
    assert Path("sheet.png").stat().st_size > 1000
    assert {path.name for path in Path("sheet-sketches").iterdir()} == {"wave.onnx", "tower.onnx"}
    paint = shlex.split(lines[4].removeprefix("paint with one: rotoscope "))
    Image.fromarray(samples.picture(5, (96, 72))).save("photo.jpg")
    assert run(*paint).exit_code == 0
    assert Path("painted.png").exists()
    train = shlex.split(lines[5].removeprefix("go on from one: rotoscope "))
    assert train[0] == "train"
    going_on = ("--steps", "1", "--content", "photos", "--features", "squeezenet1_1", "--threads", "1")
    ran = run(*train, *going_on, "--feature-weights", "toy.safetensors")
    assert ran.exit_code == 0, ran.err


def test_json_has_ranks_and_figures_and_the_second_run_makes_nothing(desk: Desk) -> None:
    facts = desk.scout("--json", "--keep", "kept", output="page.html").json
    assert [place["rank"] for place in facts["places"]] == [1, 2]
    first = facts["places"][0]
    assert set(first["terms"]) == {"strokes", "reach", "detail", "tones"}
    assert set(first["figures"]) == {"style", "detail", "color", "flicker"}
    assert first["train_command"].startswith("rotoscope train 'my paintings/")
    assert Path(first["sketch"]).parent == Path("kept")
    assert facts["photographs"] == ["photo.png"]
    assert facts["sketched"] == 2
    again = desk.scout("--json", "--keep", "kept", output="page.png").json
    assert again["sketched"] == 0
    assert [place["name"] for place in again["places"]] == [place["name"] for place in facts["places"]]


def test_what_cannot_be_is_said_before_anything_is_trained(desk: Desk, run: Run) -> None:
    for arguments, told in (
        (("my paintings", "-o", "sheet.mp4"), ".html"),
        (("my paintings", "-o", "photo.png"), "exists already"),
        (("my paintings", "-o", "my paintings/Wave.png", "--overwrite"), "the source itself"),
        (("my painting", "-o", "sheet.png"), "does not exist"),
    ):
        ran = run("scout", *arguments, "--feature-weights", "toy.safetensors")
        assert ran.exit_code == 1
        assert told in ran.err
    assert not Path("sheet-sketches").exists()


def test_an_interruption_says_what_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scouting, "scout", interrupted)
    for arguments in ((), ("--json",)):
        ran = desk.scout(*arguments)
        assert ran.exit_code == 130
        assert "kept in sheet-sketches; the same command goes on" in ran.err
        assert not Path("sheet.png").exists()


def test_without_the_extra_it_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        """No package is installed."""

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    ran = desk.scout("--json")
    assert ran.exit_code == 1
    assert ran.json["error"]["type"] == "MissingExtra"
    assert 'pip install "rotoscope[train]"' in ran.json["error"]["message"]


def test_what_stands_beside_the_bar() -> None:
    progress = ScoutProgress("tabby-cat", 12, 50, 0.25, 1111)
    assert scouting_facts(progress) == "13/50 tabby-cat · 18:31 left"
    with scouting_bar(shown=True) as on_progress:
        assert on_progress is None  # no terminal
