"""Runs: from coarse to fine, stopped and gone on with, averaged, and back from where they are lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions, OptimizationError
from rotoscope.optimize.colors import with_colors_of
from rotoscope.optimize.descent import Descent
from rotoscope.optimize.memory import Memory, tiling_for
from rotoscope.optimize.objective import Objective
from rotoscope.optimize.progress import OptimizeProgress
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import Outcome, optimize
from rotoscope.optimize.stages import Stage, plan_stages
from rotoscope.optimize.start import covering, noise
from rotoscope.optimize.steps import Adaptive, LimitedMemory, Stepper
from rotoscope.optimize.subject import Style, Subject

from optimize_toys import ToyEncoder, tensor, toy_recipe, toy_subject

METHODS = ("lbfgs", "adam")


class Bowl:
    """A loss whose only minimum is a known picture, ten times as steep in one half as in the other."""

    name = "bowl"
    weight = 1.0

    def __init__(self, bottom: Tensor) -> None:
        self.bottom = bottom

    def loss(self, picture: Tensor) -> Tensor:
        steepness = torch.linspace(0.1, 1, picture.shape[3])
        return (steepness * (picture - self.bottom).square()).sum()


def paint(recipe: OptimizeRecipe, subject: Subject | None = None, **options: object) -> Outcome:
    subject = subject or toy_subject()
    return optimize(subject, tensor(1), encoder=ToyEncoder(), recipe=recipe, **options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("make", [lambda: LimitedMemory(10), lambda: Adaptive(0.05)], ids=METHODS)
def test_a_descent_finds_the_bottom_of_a_bowl(make: Callable[[], Stepper]) -> None:
    bottom = tensor(2, 32, 32)
    descent = Descent(Objective(ToyEncoder(), [], [Bowl(bottom)]), tensor(1, 32, 32), make())
    for _ in range(100):
        descent.step()
    assert (descent.picture - bottom).abs().max() < 0.03


@pytest.mark.parametrize("method", METHODS)
def test_an_optimization_comes_nearer(method: str) -> None:
    outcome = paint(toy_recipe(method=method, iterations=12))
    assert [row.iteration for row in outcome.trace] == list(range(1, 13))
    assert outcome.trace[-1].total < 0.6 * outcome.trace[0].total
    assert outcome.picture.shape == (1, 3, 48, 64)
    assert outcome.is_complete


@pytest.mark.parametrize("method", METHODS)
def test_a_run_that_is_stopped_and_gone_on_with_is_the_same_run(method: str, tmp_path: Path) -> None:
    recipe = toy_recipe(method=method, iterations=9, averaged=0.8, coarse_iterations=3)
    whole = paint(recipe)
    asked = iter([False] * 5 + [True])
    first = paint(recipe, checkpoint_dir=tmp_path, should_stop=lambda: next(asked))
    assert (first.is_complete, len(first.trace)) == (False, 6)
    assert len(list(tmp_path.iterdir())) == 1
    second = paint(recipe, checkpoint_dir=tmp_path)
    assert [row.total for row in second.trace] == [row.total for row in whole.trace]
    assert torch.equal(second.picture, whole.picture)
    assert second.trace[:6] == first.trace, "the time that is gone counts on"
    assert second.trace[6].seconds > first.trace[5].seconds
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_stopped_at_a_coarse_size_gives_a_picture_of_the_full_one(tmp_path: Path) -> None:
    subject = toy_subject(height=64, width=96)
    recipe = toy_recipe(levels=2)
    first = paint(recipe, subject, checkpoint_dir=tmp_path, should_stop=lambda: True)
    assert [(row.stage, row.width, row.height) for row in first.trace] == [(1, 48, 32)]
    assert first.picture.shape == (1, 3, 64, 96)
    assert len(paint(recipe, subject, checkpoint_dir=tmp_path).trace) == 4 + 6


def test_another_run_does_not_go_on_with_it(tmp_path: Path) -> None:
    paint(toy_recipe(), checkpoint_dir=tmp_path, should_stop=lambda: True)
    other = paint(toy_recipe(content_weight=0.5), checkpoint_dir=tmp_path, should_stop=lambda: True)
    assert len(other.trace) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_can_begin_anew(tmp_path: Path) -> None:
    paint(toy_recipe(), checkpoint_dir=tmp_path, should_stop=lambda: True)
    outcome = paint(toy_recipe(), checkpoint_dir=tmp_path, restart=True, should_stop=lambda: True)
    assert len(outcome.trace) == 1


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    paint(toy_recipe(), checkpoint_dir=tmp_path, should_stop=lambda: True)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(OptimizationError, match=rf"{kept.name} cannot be read: .* say --restart"):
        paint(toy_recipe(), checkpoint_dir=tmp_path)


def test_progress_tells_how_far_it_is() -> None:
    told: list[OptimizeProgress] = []
    outcome = paint(toy_recipe(levels=1), on_progress=told.append)
    assert [event.row for event in told] == list(outcome.trace)
    assert [event.fraction for event in told] == pytest.approx([n / 6 for n in range(1, 7)])
    assert told[0].seconds_left is None
    assert told[-1].seconds_left == 0
    assert set(told[0].row.losses) == {"style", "content", "range"}
    assert told[-1].picture().shape == (1, 3, 48, 64)


def test_small_sizes_take_their_share_of_the_work() -> None:
    told: list[float] = []

    def note(event: OptimizeProgress) -> None:
        told.append(event.fraction)

    paint(toy_recipe(levels=2), toy_subject(height=64, width=64), on_progress=note)
    coarse, fine = 4 / 4, 6
    assert told[3] == pytest.approx(coarse / (coarse + fine))
    assert told[-1] == 1


def test_averaged_pictures_are_the_mean_of_the_last_ones() -> None:
    pictures: list[Tensor] = []

    def keep(event: OptimizeProgress) -> None:
        pictures.append(event.picture().clone())

    last = paint(toy_recipe(), on_progress=keep).picture
    averaged = paint(toy_recipe(averaged=0.5)).picture
    assert torch.equal(last, pictures[-1])
    assert torch.allclose(averaged, torch.stack(pictures[-3:]).mean(dim=0), atol=1e-6)


def test_a_descent_that_is_lost_goes_back_to_its_best_picture() -> None:
    class Reckless:
        def __init__(self) -> None:
            self.forgot = 0

        def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
            return picture + (1000 if self.forgot == 0 else -0.01 * gradient)

        def forget(self) -> None:
            self.forgot += 1

        def state(self) -> dict[str, Tensor]:
            return {}

        def restore(self, state: object) -> None: ...

    stepper = Reckless()
    descent = Descent(Objective(ToyEncoder(), [], [Bowl(tensor(2))]), tensor(1), stepper)
    totals = [descent.step().total for _ in range(4)]
    assert totals[1] > 1000 * totals[0]
    assert stepper.forgot == 1
    assert totals[2] == totals[0] > totals[3]


def test_what_is_no_number_is_an_error() -> None:
    with pytest.raises(OptimizationError, match=r"diverged after 0 iterations: its objective is nan\. Give"):
        optimize(toy_subject(), tensor(1), encoder=ToyEncoder(gain=float("nan")), recipe=toy_recipe())


def test_sizes_double_up_to_the_pictures_own() -> None:
    stages = plan_stages(384, 512, iterations=50, coarse_iterations=80)
    assert [(s.height, s.width) for s in stages] == [(96, 128), (192, 256), (384, 512)]
    assert [s.iterations for s in stages] == [80, 80, 50]
    assert len(plan_stages(1080, 1920, iterations=1, coarse_iterations=1)) == 4
    assert len(plan_stages(190, 190, iterations=1, coarse_iterations=1)) == 1


def test_a_picture_that_is_too_small_is_refused() -> None:
    with pytest.raises(
        InvalidOptions, match=r"is 64x40 and was to be painted in 2 sizes, the coarsest 20 pix"
    ):
        plan_stages(40, 64, iterations=1, coarse_iterations=1, levels=2)


def test_without_a_photograph_a_texture_is_made() -> None:
    subject = Subject(48, 64, [Style(tensor(2))])
    outcome = optimize(subject, noise(48, 64), encoder=ToyEncoder(), recipe=toy_recipe(iterations=12))
    assert set(outcome.trace[-1].losses) == {"style", "range"}
    assert outcome.trace[-1].total < 0.5 * outcome.trace[0].total


def test_the_photographs_colors_are_kept_where_brightness_alone_is_painted() -> None:
    outcome = paint(toy_recipe(colors="photo"))
    change = outcome.picture - tensor(1)
    assert change.abs().max() > 0.01
    assert torch.allclose(change, change.mean(dim=1, keepdim=True).expand_as(change), atol=1e-5)


def test_colors_of_another_picture_are_its_mean_and_covariance() -> None:
    generator = torch.Generator().manual_seed(2)
    picture = 0.5 + 0.05 * torch.randn((1, 3, 40, 40), generator=generator)
    mixing = torch.tensor([[1.0, 0.5, 0.2], [0.0, 0.8, 0.3], [0.1, 0.0, 0.4]])
    wanted = 0.4 + 0.05 * torch.einsum(
        "ij,njhw->nihw", mixing, torch.randn((1, 3, 30, 30), generator=generator)
    )
    matched = with_colors_of(picture, wanted)[0].flatten(1)
    assert torch.allclose(matched.mean(dim=1), wanted[0].flatten(1).mean(dim=1), atol=1e-3)
    assert torch.allclose(torch.cov(matched), torch.cov(wanted[0].flatten(1)), atol=1e-4)


def test_noise_is_the_same_for_the_same_seed() -> None:
    assert torch.equal(noise(8, 9, seed=3), noise(8, 9, seed=3))
    assert not torch.equal(noise(8, 9, seed=3), noise(8, 9, seed=4))


def test_a_picture_to_start_from_is_cut_to_the_paintings_shape() -> None:
    wide = torch.zeros(1, 3, 20, 60)
    wide[..., 20:40] = 1
    assert torch.equal(covering(wide, 10, 10), torch.ones(1, 3, 10, 10))


def test_large_pictures_are_taken_in_tiles_and_remember_fewer_steps() -> None:
    memory = Memory()
    hd, small = Stage(1080, 1920, 1), Stage(384, 512, 1)
    assert tiling_for(ToyEncoder(), small, memory) is None
    tiling = tiling_for(ToyEncoder(), hd, memory)
    assert tiling is not None
    assert tiling.margin == 16
    assert memory.history_for(small, 20) == 20
    assert memory.history_for(Stage(2160, 3840, 1), 20) < 20
    assert Memory.of_gigabytes(8).maps_bytes > memory.maps_bytes


def test_a_network_that_cannot_be_shown_pieces_refuses_large_pictures() -> None:
    class Unaligned(ToyEncoder):
        reach = None

    with pytest.raises(
        InvalidOptions, match=r"1920x1080 has to be painted in tiles, which this feature network"
    ):
        tiling_for(Unaligned(), Stage(1080, 1920, 1), Memory())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"style_layers": {"conv9": 1}}, r"vgg19 has no layer conv9; it has relu1_1, relu1_2"),
        ({"style_layers": {"relu1_1": 0}}, r"weights of layers were .* numbers from 0, one above it"),
        ({"style_weight": 0, "content_weight": 0}, r"are both 0; nothing would be painted"),
        ({"iterations": 0}, r"iterations: Input should be greater than or equal to 1"),
    ],
)
def test_a_recipe_that_is_none_is_refused(values: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidOptions, match=told):
        OptimizeRecipe.of_values(**values)
