"""Optimized pictures that filters are measured against; the engine has tests of its own."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from bench.quality.optimize import make_parser, optimize_all
from bench.quality.pictures import read_photograph

from quality_toys import blocks, lay_out_photographs, random_network

NETWORK = random_network()


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
            content_weight=0.01,
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
