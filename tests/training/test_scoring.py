"""Which style a painted clip has, and when that is not told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

import rotoscope
from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import VGG19
from rotoscope.palette.palette import Palette
from rotoscope.training.scoring import Features, score

import samples

Picture = NDArray[np.uint8]


def blocks(seed: int, frames: int = 5) -> list[Picture]:
    """Random blocks that go to the right, four pixels a frame."""
    cells = np.random.default_rng(seed).integers(0, 256, (8, 14, 3), np.uint8)
    wide = np.kron(cells, np.ones((8, 8, 1), np.uint8))
    return [wide[:, 4 * (frames - t) :][:, :80] for t in range(frames)]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """VGG-19 that knows nothing."""
    draw = torch.Generator().manual_seed(3)
    tensors = {
        name: torch.randn(shape, generator=draw) * ((2 / (shape[1] * 9)) ** 0.5 if len(shape) == 4 else 0.1)
        for name, shape in VGG19.shapes.items()
    }
    save_file(tensors, tmp_path / "vgg.safetensors", metadata={"normalization": "torchvision"})
    return tmp_path / "vgg.safetensors"


def make(path: Path, pictures: list[Picture], metadata: dict[str, str] | None = None) -> Path:
    return samples.make_clip(path, pictures=pictures, size=(80, 64), audio=False, metadata=metadata)


@pytest.fixture
def clips(tmp_path: Path) -> tuple[Path, Path, Path, Path]:
    """A source, what is halfway to a style, what is nearly there, and the style image."""
    style = blocks(2)
    source, half, near = ([(p * share).astype(np.uint8) for p in style] for share in (0.2, 0.6, 0.9))
    Image.fromarray(style[0]).save(tmp_path / "style.png")
    made = [make(tmp_path / f"{name}.mkv", p) for name, p in (("a", source), ("b", half), ("c", near))]
    return made[0], made[1], made[2], tmp_path / "style.png"


def test_style_is_measured_and_what_is_kept_of_it(
    clips: tuple[Path, Path, Path, Path], weights: Path, tmp_path: Path
) -> None:
    source, half, near, image = clips
    found = score(
        source,
        half,
        base=near,
        palette=Palette(tmp_path / "none"),
        cache_dir=tmp_path,
        style=image,
        features=Features(weights),
        width=64,
    ).style
    assert found is not None
    assert found.base is not None
    assert found.base < found.result < found.source
    assert found.kept == pytest.approx((found.source - found.result) / (found.source - found.base))


def test_without_a_base_there_is_nothing_to_keep(clips: tuple[Path, Path, Path, Path], weights: Path) -> None:
    source, half, _, image = clips
    found = rotoscope.score(source, half, style=image, feature_weights=weights, width=64).style
    assert found is not None
    assert (found.base, found.kept) == (None, None)


def test_it_is_told_why_style_is_not(clips: tuple[Path, Path, Path, Path], tmp_path: Path) -> None:
    source, half, *_ = clips
    palette = Palette(tmp_path / "none")

    def note(result: Path) -> str:
        found = score(source, result, palette=palette, cache_dir=tmp_path, width=64)
        assert found.style is None
        return found.notes[-1]

    assert "style kept is not told: " in note(half)
    assert "b.mkv does not say how it was painted; give --style and --feature-weights" in note(half)
    recipe = '{"look":"","filters":{"NAME":"0"},"version":"1"}'
    for name, told in (
        ("great-wave", "the style image of great-wave (The Great Wave"),
        ("posterize", "nothing is known of the style image of posterize"),
        ("woodcut", "no feature weights are at hand"),
        ('a":"0","b', "was painted with several filters"),
    ):
        tags = {"ROTOSCOPE": recipe.replace("NAME", name)}
        assert told in note(make(tmp_path / "tagged.mkv", blocks(1), tags))


def test_style_that_was_asked_for_needs_weights(clips: tuple[Path, Path, Path, Path], tmp_path: Path) -> None:
    source, half, _, image = clips
    with pytest.raises(InvalidOptions, match="needs the weights of VGG-19, and none are at hand"):
        score(source, half, palette=Palette(tmp_path), cache_dir=tmp_path, style=image)


def test_a_style_image_that_is_drawn_here_is_drawn_again(
    clips: tuple[Path, Path, Path, Path], weights: Path, tmp_path: Path
) -> None:
    source, *_ = clips
    tags = {"ROTOSCOPE": '{"look":"","filters":{"woodcut":"0"},"version":"1"}'}
    result = make(tmp_path / "tagged.mkv", blocks(1), tags)
    found = score(
        source,
        result,
        palette=Palette(tmp_path / "none"),
        cache_dir=tmp_path,
        features=Features(weights),
        width=64,
    )
    assert found.style is not None
    assert found.notes == ()
