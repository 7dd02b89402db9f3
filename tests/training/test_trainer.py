"""Whole runs in toy size: determinism, stopping, resuming after kill -9, errors."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image

from rotoscope.errors import InvalidOptions, OpenError, OutputExists, TrainingError
from rotoscope.filters.card import Card, StyleImage
from rotoscope.filters.file import read_filter_file
from rotoscope.networks.precision import fast_precision
from rotoscope.optimize.style_source import Region, StyleSource
from rotoscope.training import trainer
from rotoscope.training.checkpoint import FILE_NAME
from rotoscope.training.content import Scenes
from rotoscope.training.made_card import MOST_LOSSES, PADDING, CardWords, finished_card
from rotoscope.training.objective import Objective, Painter, StepLosses
from rotoscope.training.progress import Budget, Losses, LossRecord, StopReason, TrainingProgress
from rotoscope.training.run import SessionOptions
from rotoscope.training.state import TrainingState
from rotoscope.training.trainer import TrainingResult, train_filter

from training_toys import Toy, ToyEncoder

ONE_THREAD = SessionOptions(threads=1)
EVERY_STEP = replace(ONE_THREAD, checkpoint_seconds=0)


@dataclass
class Listener:
    """Remembers events; stops the run after some."""

    stop_after: int | None = None
    events: list[TrainingProgress] = field(default_factory=list[TrainingProgress])

    def tell(self, event: TrainingProgress) -> None:
        self.events.append(event)

    def should_stop(self) -> bool:
        return self.stop_after is not None and len(self.events) >= self.stop_after


def train(
    toy: Toy,
    output: Path,
    *,
    steps: int = 6,
    checkpoint_dir: Path | None = None,
    init_from: Path | None = None,
    overwrite: bool = False,
    options: SessionOptions = ONE_THREAD,
    listener: Listener | None = None,
) -> TrainingResult:
    listener = listener or Listener()
    return train_filter(
        toy.styles,
        name="toy-filter",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=output,
        budget=Budget(steps=steps),
        words=CardWords(
            styles=(StyleImage(title="Blocks", artist="A generator"),) * len(toy.styles),
            title="Toy",
            meaning="None.",
            tags=("toy", "test"),
        ),
        checkpoint_dir=checkpoint_dir,
        init_from=init_from,
        overwrite=overwrite,
        options=options,
        on_progress=listener.tell,
        should_stop=listener.should_stop,
    )


def weights(path: Path) -> bytes:
    """The file without its card, whose times differ from run to run."""
    model = onnx.load_model_from_string(path.read_bytes())
    del model.metadata_props[:]
    return model.SerializeToString(deterministic=True)


def test_a_run_makes_a_filter_that_paints(toy: Toy, tmp_path: Path) -> None:
    result = train(toy, tmp_path / "f.onnx")
    file = read_filter_file(tmp_path / "f.onnx")
    image = np.random.default_rng(0).random((1, 3, 64, 72), np.float32)
    painted = onnxruntime.InferenceSession(file.model).run(None, {"image": image})[0]
    assert np.asarray(painted).shape == image.shape
    assert result.output == tmp_path / "f.onnx"
    assert (result.steps, result.stopped_by) == (6, StopReason.BUDGET)


def test_the_card_says_what_the_filter_was_made_of(toy: Toy, tmp_path: Path) -> None:
    card = train(toy, tmp_path / "f.onnx").card
    assert card == read_filter_file(tmp_path / "f.onnx").card
    assert card.style == StyleImage(
        title="Blocks",
        artist="A generator",
        sha256=hashlib.sha256(toy.styles[0].path.read_bytes()).hexdigest(),
    )
    assert (card.padding.multiple, card.padding.margin) == (4, 32)
    assert card.recipe["learning_rate"] == toy.recipe.learning_rate
    assert json.loads(str(card.recipe["content_side_range"])) == list(toy.recipe.content_side_range)
    assert card.recipe["content"] == "toy"
    assert card.recipe["start"] == "random weights"
    assert (card.title, card.meaning, card.tags) == ("Toy", "None.", ("toy", "test"))
    assert card.metrics["training_steps"] == 6
    assert {"style_loss", "content_loss", "stability_loss"} <= set(card.metrics)
    assert card.cost is not None
    assert card.created is not None


def test_the_card_says_how_the_filter_was_trained(toy: Toy, tmp_path: Path) -> None:
    options = replace(ONE_THREAD, device="cpu")
    training = train(toy, tmp_path / "f.onnx", options=options).card.training
    assert training is not None
    assert (training.steps, training.ended_by, training.dollars) == (6, "budget", None)
    assert (training.device, training.device_title, training.threads) == ("cpu", None, 1)
    assert training.precision == str(fast_precision()).removeprefix("torch.")
    assert [losses["step"] for losses in training.losses] == [6]
    assert {"style", "content", "stability"} <= set(training.losses[0])


def test_the_card_tells_losses_at_even_distances(toy: Toy) -> None:
    state = TrainingState.new(toy.recipe)
    card = Card(name="toy", padding=PADDING)
    for count, steps in ((1, [10]), (20, [*range(10, 210, 10)]), (45, [20, 40, 60, 90])):
        losses = Losses(style=1, content=2, total_variation=3, range=4, lattice=5, stability=None)
        state.step = 10 * count
        state.history = [LossRecord(10 * (index + 1), 1.0, losses) for index in range(count)]
        training = finished_card(card, state, ended_by=StopReason.FLAT).training
        assert training is not None
        assert [row["step"] for row in training.losses][: len(steps)] == steps
        assert len(training.losses) == min(count, MOST_LOSSES)
        assert training.losses[-1]["step"] == 10 * count
        assert training.losses[0]["content"] == 2
        assert "stability" not in training.losses[0]


def test_money_is_counted_while_every_session_has_a_rate(toy: Toy) -> None:
    state = TrainingState.new(toy.recipe)
    state.spend(1800, dollars_per_hour=2)
    state.spend(3600, dollars_per_hour=4)
    assert (state.seconds, state.dollars) == (3600, 3)
    state.spend(3700, dollars_per_hour=None)
    state.spend(3800, dollars_per_hour=2)
    assert (state.seconds, state.dollars) == (3800, None)


def test_training_lowers_the_losses(toy: Toy, tmp_path: Path) -> None:
    listener = Listener()
    train(toy, tmp_path / "f.onnx", steps=60, listener=listener)
    losses = [event.losses for event in listener.events]
    assert losses[0] is not None
    assert losses[-1] is not None
    assert losses[-1].style < 0.8 * losses[0].style  # a mean over all steps against the first step


@pytest.mark.parametrize(
    ("values", "with_stability"),
    [
        ({"stability_every": 3}, [0, 3, 6, 9]),
        ({"stability_every": 2, "stability_start": 0.5}, [6, 8]),
        ({"stability_every": 1, "stability_start": 0.8}, [8, 9]),
        ({"stability_weight": 0}, []),
    ],
)
def test_the_stability_loss_sets_in_later_and_comes_every_so_many_steps(
    toy: Toy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, object],
    with_stability: list[int],
) -> None:
    asked: list[bool] = []

    class Asked(Objective):
        def __call__(
            self, paint: Painter, scenes: Scenes, *, with_stability: bool, rng: np.random.Generator
        ) -> StepLosses:
            asked.append(with_stability)
            return super().__call__(paint, scenes, with_stability=with_stability, rng=rng)

    monkeypatch.setattr(trainer, "Objective", Asked)
    train(replace(toy, recipe=toy.recipe.revised(values)), tmp_path / "f.onnx", steps=10)
    assert [step for step, wanted in enumerate(asked) if wanted] == with_stability


def test_the_same_arguments_give_the_same_weights(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "a.onnx")
    train(toy, tmp_path / "b.onnx")
    train(replace(toy, recipe=toy.recipe.revised({"seed": 4})), tmp_path / "c.onnx")
    assert weights(tmp_path / "a.onnx") == weights(tmp_path / "b.onnx")
    assert weights(tmp_path / "a.onnx") != weights(tmp_path / "c.onnx")


def test_callers_random_numbers_and_threads_are_left_alone(toy: Toy, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    train(toy, tmp_path / "f.onnx", steps=2, options=SessionOptions(threads=threads + 1))
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


def test_progress_counts_to_the_end(toy: Toy, tmp_path: Path) -> None:
    listener = Listener()
    train(toy, tmp_path / "f.onnx", steps=4, listener=listener)
    assert [e.step for e in listener.events] == [1, 2, 3, 4]
    assert [e.fraction for e in listener.events] == [0.25, 0.5, 0.75, 1]
    assert listener.events[-1].seconds_left == 0
    assert all(e.losses is not None and e.losses.stability is not None for e in listener.events)


def test_a_time_budget_ends_the_run(toy: Toy, tmp_path: Path) -> None:
    result = train_filter(
        toy.styles,
        name="toy",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=tmp_path / "f.onnx",
        budget=Budget(minutes=0.3 / 60),
    )
    assert result.stopped_by is StopReason.BUDGET
    assert result.seconds >= 0.3
    assert result.steps >= 1


def test_a_stopped_run_leaves_a_filter_and_goes_on_as_if_never_stopped(toy: Toy, tmp_path: Path) -> None:
    whole, parts, folder = tmp_path / "whole.onnx", tmp_path / "parts.onnx", tmp_path / "run"
    train(toy, whole, steps=8)
    stopped = train(toy, parts, steps=8, checkpoint_dir=folder, listener=Listener(stop_after=3))
    assert (stopped.steps, stopped.stopped_by) == (3, StopReason.REQUEST)
    assert weights(parts) != weights(whole)
    finished = train(toy, parts, steps=8, checkpoint_dir=folder)  # replaces the filter of its own session
    assert (finished.steps, finished.stopped_by) == (8, StopReason.BUDGET)
    assert weights(parts) == weights(whole)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from training_toys import make_toy
from rotoscope.training.objective import Objective, StepLosses
from rotoscope.training.progress import Budget
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import train_filter

def kill(event):
    if event.step == 5:
        os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[2])
toy = make_toy(folder)
train_filter(toy.styles, name="toy-filter", recipe=toy.recipe, content=toy.content, encoder=toy.encoder,
             output=folder / "killed.onnx", budget=Budget(steps=8), checkpoint_dir=folder / "run",
             options=SessionOptions(threads=1, checkpoint_seconds=0), on_progress=kill)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_goes_on_as_if_never_killed(toy: Toy, tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    killed = subprocess.run([sys.executable, "-c", KILLED, here, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert not (tmp_path / "killed.onnx").exists()
    listener = Listener()
    resumed = train(
        toy, tmp_path / "killed.onnx", steps=8, checkpoint_dir=tmp_path / "run", listener=listener
    )
    assert [event.step for event in listener.events] == [6, 7, 8]
    assert resumed.steps == 8
    train(toy, tmp_path / "whole.onnx", steps=8)
    assert weights(tmp_path / "killed.onnx") == weights(tmp_path / "whole.onnx")


def test_a_finished_run_is_exported_again_without_training(toy: Toy, tmp_path: Path) -> None:
    folder, listener = tmp_path / "run", Listener()
    train(toy, tmp_path / "a.onnx", checkpoint_dir=folder)
    train(toy, tmp_path / "b.onnx", checkpoint_dir=folder, listener=listener)
    assert listener.events == []
    assert weights(tmp_path / "a.onnx") == weights(tmp_path / "b.onnx")


@pytest.mark.parametrize(
    ("what", "how"),
    [
        *(("recipe", "recipe"), ("features", "features"), ("content", "content")),
        *(("style", "picture"), ("style", "region"), ("style", "weight")),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(toy: Toy, tmp_path: Path, what: str, how: str) -> None:
    first = toy.styles[0]
    toy = replace(toy, styles=(first, StyleSource(first.path)))
    train(toy, tmp_path / "a.onnx", steps=2, checkpoint_dir=tmp_path / "run")
    other = {
        "region": replace(toy, styles=(first, StyleSource(first.path, Region(0, 0, 1, 0.9)))),
        "weight": replace(toy, styles=(first, StyleSource(first.path, weight=2))),
        "recipe": replace(toy, recipe=toy.recipe.revised({"style_weight": 9})),
        "features": replace(toy, encoder=ToyEncoder(identity="other")),
        "content": replace(toy, content=replace(toy.content, digest="0" * 64)),
    }
    if how == "picture":
        Image.new("RGB", (40, 40), "red").save(first.path)
    with pytest.raises(TrainingError, match=f"another run: {what} differ. To start anew, delete that file"):
        train(other.get(how, toy), tmp_path / "b.onnx", checkpoint_dir=tmp_path / "run")


def test_a_damaged_checkpoint_is_refused(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "a.onnx", steps=2, checkpoint_dir=tmp_path)
    checkpoint = tmp_path / FILE_NAME
    checkpoint.write_bytes(checkpoint.read_bytes()[:-50])
    with pytest.raises(TrainingError, match=r"checkpoint\.safetensors cannot be read: it is damaged"):
        train(toy, tmp_path / "b.onnx", checkpoint_dir=tmp_path)


def test_checkpoints_leave_nothing_else_behind(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "a.onnx", checkpoint_dir=tmp_path / "run", options=EVERY_STEP)
    assert [p.name for p in (tmp_path / "run").iterdir()] == [FILE_NAME]


def test_previews_show_photograph_and_painting(toy: Toy, tmp_path: Path) -> None:
    preview, listener = tmp_path / "previews" / "now.png", Listener()
    options = replace(ONE_THREAD, preview=preview, preview_seconds=0)
    train(toy, tmp_path / "f.onnx", steps=2, options=options, listener=listener)
    assert [event.preview for event in listener.events] == [preview, preview]
    sheet = np.asarray(Image.open(preview))
    photograph = toy.content.pictures[2]
    assert sheet.shape == (48, 64 + 8 + 64, 3)
    assert np.array_equal(sheet[:, :64], photograph)
    assert not np.array_equal(sheet[:, 72:], photograph)
    assert [p.name for p in preview.parent.iterdir()] == ["now.png"]


def test_an_existing_output_is_refused_before_training(toy: Toy, tmp_path: Path) -> None:
    output, listener = tmp_path / "f.onnx", Listener()
    output.write_text("mine")
    with pytest.raises(OutputExists, match="exists already"):
        train(toy, output, listener=listener)
    assert listener.events == []
    assert output.read_text() == "mine"
    train(toy, output, steps=1, overwrite=True)
    assert read_filter_file(output).card.name == "toy-filter"


def test_resuming_does_not_replace_a_file_of_somebody_else(toy: Toy, tmp_path: Path) -> None:
    train(toy, tmp_path / "a.onnx", steps=2, checkpoint_dir=tmp_path / "run")
    (tmp_path / "b.onnx").write_text("mine")
    with pytest.raises(OutputExists):
        train(toy, tmp_path / "b.onnx", steps=4, checkpoint_dir=tmp_path / "run")


def test_training_starts_from_a_filter_or_a_checkpoint(toy: Toy, tmp_path: Path) -> None:
    first = train(toy, tmp_path / "a.onnx", steps=40, checkpoint_dir=tmp_path / "run")
    start = first.history[-1].losses.style
    for source in (tmp_path / "a.onnx", tmp_path / "run" / FILE_NAME):
        listener = Listener()
        train(toy, tmp_path / "b.onnx", steps=1, init_from=source, listener=listener, overwrite=True)
        losses = listener.events[0].losses
        assert losses is not None
        assert losses.style < start  # it goes on from what was learned, not from random weights


def test_a_start_of_another_size_is_fitted_and_the_card_says_so(toy: Toy, tmp_path: Path) -> None:
    first = train(toy, tmp_path / "a.onnx", steps=40)
    larger = replace(toy, recipe=toy.recipe.revised({"trunk_channels": 12, "trunk_blocks": 2}))
    listener = Listener()
    made = train(larger, tmp_path / "b.onnx", steps=1, init_from=tmp_path / "a.onnx", listener=listener)
    assert made.card.recipe["start"] == "a, fitted to another size"
    losses = listener.events[0].losses
    assert losses is not None
    assert losses.style < first.history[-1].losses.style


def test_a_start_that_is_no_filter_is_refused(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"weights to start from, .*nothing\.onnx, cannot be read"):
        train(toy, tmp_path / "b.onnx", init_from=tmp_path / "nothing.onnx")


def test_losses_that_are_not_finite_end_the_run_with_advice(toy: Toy, tmp_path: Path) -> None:
    toy.encoder.gain = float("nan")
    listener = Listener()
    with pytest.raises(TrainingError, match=r"not finite for 20 steps in a row .*learning_rate below 0\.004"):
        train(toy, tmp_path / "f.onnx", steps=50, listener=listener)
    assert not (tmp_path / "f.onnx").exists()
    assert len(listener.events) == 19
    assert listener.events[-1].losses is None


def test_single_steps_that_are_not_finite_are_left_out(toy: Toy, tmp_path: Path) -> None:
    def spoil(event: TrainingProgress) -> None:
        toy.encoder.gain = float("inf") if event.step == 2 else 1.0

    result = train_filter(
        toy.styles,
        name="toy",
        recipe=toy.recipe,
        content=toy.content,
        encoder=toy.encoder,
        output=tmp_path / "f.onnx",
        budget=Budget(steps=5),
        on_progress=spoil,
    )
    assert result.steps == 5
    assert all(np.isfinite(v) for v in result.history[-1].losses.known().values())


def test_a_run_that_never_stepped_makes_no_filter(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="stopped before its first step"):
        train(toy, tmp_path / "f.onnx", listener=Listener(stop_after=0))
    assert not (tmp_path / "f.onnx").exists()


def test_a_name_must_be_one(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"'Great Wave' cannot be a filter's name.*e\.g\. great-wave"):
        train_filter(
            toy.styles,
            name="Great Wave",
            recipe=toy.recipe,
            content=toy.content,
            encoder=toy.encoder,
            output=tmp_path / "f.onnx",
            budget=Budget(steps=1),
        )


def test_a_missing_style_image_is_named(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"nothing\.jpg"):
        train(replace(toy, styles=(StyleSource(tmp_path / "nothing.jpg"),)), tmp_path / "f.onnx")


def test_one_weight_for_each_layer(toy: Toy, tmp_path: Path) -> None:
    other = replace(toy, recipe=toy.recipe.revised({"layer_weights": [1, 1, 1]}))
    with pytest.raises(InvalidOptions, match="3 layer_weights, and the feature network 2 layers: first, se"):
        train(other, tmp_path / "f.onnx")
