"""Optimized pictures: they come nearer, and a run that was interrupted ends as one that was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.quality.optimization import Balance, ImageOptimization
from bench.quality.optimize import make_parser, optimize_all
from bench.quality.pictures import read_photograph
from rotoscope.errors import TrainingError

from quality_toys import blocks, lay_out_photographs, random_network

NETWORK = random_network()
BALANCE = Balance(0.01)


def begin(balance: Balance = BALANCE) -> ImageOptimization:
    return ImageOptimization(NETWORK, blocks(1, 32, 32), blocks(2, 32, 32), balance)


def test_every_iteration_but_the_first_comes_nearer() -> None:
    painter = begin()
    assert np.array_equal(painter.picture, blocks(1, 32, 32))
    losses = [painter.step() for _ in range(8)]
    assert losses[-1] < 0.5 * losses[0]
    assert painter.iterations == 8
    assert not np.array_equal(painter.picture, blocks(1, 32, 32))


def test_content_weighs_against_style() -> None:
    pictures = {}
    for weight in (0.0, 100.0):
        painter = begin(Balance(weight))
        for _ in range(6):
            painter.step()
        pictures[weight] = np.abs(painter.picture.astype(int) - blocks(1, 32, 32)).mean()
    assert pictures[100.0] < pictures[0.0]


def test_a_resumed_run_is_the_same_run(tmp_path: Path) -> None:
    whole, first = begin(), begin()
    for _ in range(3):
        whole.step()
        first.step()
    first.save(tmp_path / "run.checkpoint")
    second = begin()
    second.resume(tmp_path / "run.checkpoint")
    assert second.iterations == 3
    assert [second.step() for _ in range(3)] == [whole.step() for _ in range(3)]
    assert np.array_equal(second.picture, whole.picture)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    begin().save(tmp_path / "run.checkpoint")
    with pytest.raises(
        TrainingError, match=r"run\.checkpoint is of another photograph, style image, content w"
    ):
        begin(Balance(0.5)).resume(tmp_path / "run.checkpoint")


def test_several_photographs_are_painted_to_the_first_count_before_any_goes_on(tmp_path: Path) -> None:
    photographs = sorted(lay_out_photographs(tmp_path / "photos", 2).iterdir())
    Image.fromarray(blocks(9)).save(tmp_path / "style.png")
    told: list[str] = []
    for counts in ([2], [2, 3]):
        optimize_all(
            photographs,
            tmp_path / "style.png",
            NETWORK,
            output=tmp_path / "out",
            iterations=counts,
            balance=BALANCE,
            tell=told.append,
            short_side=64,
        )
    assert [line.split(",")[0] for line in told] == [
        "photo-0: 2 iterations",
        "photo-1: 2 iterations",
        "photo-0: 3 iterations",
        "photo-1: 3 iterations",
    ]
    made = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png"))
    assert made == ["2/photo-0.png", "2/photo-1.png", "3/photo-0.png", "3/photo-1.png"]
    painting = read_photograph(tmp_path / "out" / "3" / "photo-1.png", short_side=64)
    assert painting.shape == read_photograph(photographs[1], short_side=64).shape


def test_the_help_says_what_counts() -> None:
    text = make_parser().format_help()
    assert "goes on where it was interrupted" in text
    assert "--content-weight" in text
