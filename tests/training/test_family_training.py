"""A family: one network learns several styles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image

from rotoscope.errors import InvalidOptions, TrainingError
from rotoscope.filters.card import StyleImage
from rotoscope.filters.family import shared_digest
from rotoscope.filters.file import read_filter_file
from rotoscope.optimize.style_source import StyleSource
from rotoscope.training.checkpoint import FILE_NAME
from rotoscope.training.content import Scenes
from rotoscope.training.export import load_starting_weights
from rotoscope.training.family_names import family_names
from rotoscope.training.made_card import CardWords
from rotoscope.training.objective import Objective, Painter, StepLosses
from rotoscope.training.progress import Budget, TrainingProgress
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import FilterPlan, TrainingResult, train_filter, train_filters

from training_toys import Toy, picture

COUNT = 3


def plans(folder: Path) -> list[FilterPlan]:
    """One filter for each of three pictures."""
    folder.mkdir(exist_ok=True)
    made: list[FilterPlan] = []
    for seed in range(COUNT):
        Image.fromarray(picture(seed + 50, 50, 60)).save(folder / f"{seed}.png")
        words = CardWords(styles=(StyleImage(title=f"Picture {seed}"),))
        source = StyleSource(folder / f"{seed}.png")
        made.append(FilterPlan(f"toy-{seed}", (source,), folder / f"toy-{seed}.onnx", words))
    return made


def train(
    toy: Toy,
    folder: Path,
    *,
    steps: int = 12,
    stop_after: int = 10**9,
    options: SessionOptions | None = None,
) -> tuple[TrainingResult, ...]:
    events: list[TrainingProgress] = []
    return train_filters(
        plans(folder),
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        budget=Budget(steps=steps),
        checkpoint_dir=folder / "run",
        options=options or SessionOptions(threads=1),
        on_progress=events.append,
        should_stop=lambda: len(events) >= stop_after,
    )


def weights(path: Path) -> dict[str, bytes]:
    """By name."""
    graph = onnx.load_model(path).graph
    return {tensor.name: tensor.SerializeToString(deterministic=True) for tensor in graph.initializer}


def test_a_family_is_one_filter_file_for_each_style(toy: Toy, tmp_path: Path) -> None:
    results = train(toy, tmp_path / "a")
    assert [result.output.name for result in results] == ["toy-0.onnx", "toy-1.onnx", "toy-2.onnx"]
    cards = [read_filter_file(result.output).card for result in results]
    assert [card.style.title for card in cards if card.style] == ["Picture 0", "Picture 1", "Picture 2"]
    assert len({card.style.sha256 for card in cards if card.style}) == COUNT
    assert len({card.family for card in cards}) == 1
    assert {card.recipe["filters_in_family"] for card in cards} == {COUNT}
    assert all(card.cost == cards[0].cost for card in cards)
    for result in results:
        assert shared_digest(onnx.load_model(result.output)) == result.card.family


def test_members_differ_in_their_styles_weights_only(toy: Toy, tmp_path: Path) -> None:
    one, another, _ = (weights(result.output) for result in train(toy, tmp_path / "a"))
    differing = {name for name in one if one[name] != another[name]}
    assert differing == {
        *("norm.weight", "norm.bias", "trunk.0.norm.weight", "trunk.0.norm.bias"),
        *("paint.weight", "paint.bias"),
    }


def test_each_member_comes_nearer_to_its_own_style(toy: Toy, tmp_path: Path) -> None:
    results = train(toy, tmp_path / "a", steps=90)
    first = train(toy, tmp_path / "b", steps=3)
    assert results[0].history[-1].losses.style < 0.8 * first[0].history[-1].losses.style


def test_steps_serve_the_styles_in_turn_and_each_has_the_stability_loss(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Objective, bool]] = []
    original = Objective.__call__

    def note(
        objective: Objective,
        paint: Painter,
        scenes: Scenes,
        *,
        with_stability: bool,
        rng: np.random.Generator,
    ) -> StepLosses:
        asked.append((objective, with_stability))
        return original(objective, paint, scenes, with_stability=with_stability, rng=rng)

    monkeypatch.setattr(Objective, "__call__", note)
    train(replace(toy, recipe=toy.recipe.revised({"stability_every": 3, "late_start": 1})), tmp_path / "a")
    first, second, third = (objective for objective, _ in asked[:COUNT])
    assert len({id(first), id(second), id(third)}) == COUNT
    assert [objective for objective, _ in asked] == [first, second, third] * 4
    assert [stable for _, stable in asked] == [True] * 3 + [False] * 6 + [True] * 3


@pytest.mark.parametrize("stop_after", [1, 4])
def test_a_family_that_was_stopped_goes_on_as_if_never_stopped(
    toy: Toy, tmp_path: Path, stop_after: int
) -> None:
    whole = train(toy, tmp_path / "whole", steps=8)
    train(toy, tmp_path / "parts", steps=8, stop_after=stop_after)
    parts = train(toy, tmp_path / "parts", steps=8)
    for one, another in zip(whole, parts, strict=True):
        assert weights(one.output) == weights(another.output)


def test_another_set_of_styles_is_another_run(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "a", steps=3)
    with pytest.raises(TrainingError, match="another run: style differ"):
        train_filter(
            [source for plan in plans(tmp_path / "a") for source in plan.styles],
            name="toy",
            recipe=toy.recipe,
            content=toy.content,
            encoder=toy.encoder,
            output=tmp_path / "toy.onnx",
            budget=Budget(steps=3),
            checkpoint_dir=tmp_path / "a" / "run",
        )


def test_training_can_start_from_the_checkpoint_of_a_family(toy: Toy, tmp_path: Path) -> None:
    first = train(toy, tmp_path / "a", steps=3)[0]
    start = load_starting_weights(tmp_path / "a" / "run" / FILE_NAME).state
    exported = load_starting_weights(first.output).state
    assert start.keys() == exported.keys()
    assert all(torch.allclose(start[name], exported[name], rtol=1e-3, atol=1e-5) for name in start)


def test_a_preview_shows_every_member(toy: Toy, tmp_path: Path) -> None:
    options = SessionOptions(threads=1, preview=tmp_path / "preview.png")
    train(toy, tmp_path / "a", steps=6, options=options)
    with Image.open(tmp_path / "preview.png") as preview:
        sheet = np.asarray(preview)
    assert sheet.shape == (48, 64 + COUNT * (8 + 64), 3)
    paintings = [sheet[:, 72 * n + 72 : 72 * n + 136] for n in range(COUNT)]
    assert not np.array_equal(paintings[0], paintings[1])


def test_an_output_that_is_there_is_refused_before_training(toy: Toy, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "toy-1.onnx").write_text("mine")
    with pytest.raises(Exception, match=r"toy-1\.onnx.* exists already"):
        train(toy, folder)
    assert not (folder / "toy-0.onnx").exists()


def test_names_and_places_are_each_filters_own(toy: Toy, tmp_path: Path) -> None:
    first, second, _ = plans(tmp_path)
    for what, doubled in (
        ("name", [first, replace(second, name=first.name)]),
        ("output", [first, replace(second, output=first.output)]),
    ):
        with pytest.raises(InvalidOptions, match=f"each their own {what}, but .* was given more than once"):
            train_filters(
                doubled,
                recipe=toy.recipe,
                content=toy.content,
                encoder=toy.encoder,
                budget=Budget(steps=1),
            )


def test_filters_of_a_family_are_named_after_their_pictures() -> None:
    files = ["Sea.jpg", "a/Night Sky (2).png", "b/sea.png", "北斎.jpg", f"{'long-' * 30}.png"]
    names = family_names("northern", [Path(file) for file in files])
    assert names[:4] == ("northern-sea", "northern-night-sky-2", "northern-sea-2", "northern-style")
    assert len(names[4]) <= 64
    many = family_names("northern", [Path(f"{'long-' * 30}.png")] * 3)
    assert len(set(many)) == 3
    assert all(len(name) <= 64 and not name.endswith("-") for name in many)


def test_a_familys_name_leaves_room() -> None:
    with pytest.raises(InvalidOptions, match="cannot be a filter's name"):
        family_names("x" * 60, [Path("a.jpg")])
