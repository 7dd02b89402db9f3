"""The comparison with the classic procedure: both lower one objective, and the table says how soon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from bench.optimization.__main__ import main, make_parser
from bench.optimization.ours import classic_recipe
from bench.optimization.yardstick import LAYERS, Yardstick
from rotoscope.networks.features import TORCHVISION, WHOLE_ARCHITECTURES, FeatureNetwork
from rotoscope.optimize.building import build_objective
from rotoscope.optimize.stages import Stage
from rotoscope.optimize.subject import Style, Subject

from optimize_toys import tensor, write_picture


def random_weights() -> dict[str, torch.Tensor]:
    """VGG-19's to relu5_1, drawn so that its maps neither vanish nor grow."""
    generator = torch.Generator().manual_seed(3)
    shapes = WHOLE_ARCHITECTURES["vgg19"].tapped(LAYERS).shapes
    return {
        name: torch.randn(shape, generator=generator) * ((2 / shape[1] / 9) ** 0.5 if shape[1:] else 0.1)
        for name, shape in shapes.items()
    }


def test_both_procedures_lower_the_same_objective() -> None:
    network = FeatureNetwork(
        WHOLE_ARCHITECTURES["vgg19"].tapped(LAYERS), random_weights(), normalization=TORCHVISION,
        identity="random", precision=torch.float32,
    )  # fmt: skip
    yardstick = Yardstick.of(network, tensor(1, 48, 48), tensor(2, 48, 48))
    objective = build_objective(
        Subject.of_photograph(tensor(1, 48, 48), [Style(tensor(2, 48, 48))]),
        Stage(48, 48, 1),
        encoder=network,
        recipe=classic_recipe(yardstick),
    )
    picture = tensor(3, 48, 48)
    assert objective(picture).total == pytest.approx(yardstick.measured(picture), rel=1e-4)


def test_the_table_says_how_soon_the_goal_was_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photograph, style = (write_picture(tmp_path / name, seed) for seed, name in enumerate(("p.png", "s.png")))
    save_file(random_weights(), tmp_path / "vgg.safetensors", metadata={"normalization": "torchvision"})
    words = [
        str(photograph), str(style), "--output", str(tmp_path / "out"), "--side", "48", "--iterations", "3",
        "--feature-weights", str(tmp_path / "vgg.safetensors"),
    ]  # fmt: skip
    assert main(words) == 0
    assert "the classic objective was reached in " in capsys.readouterr().out
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert figures["ours"]["objective"] <= figures["classic"]["objective"]
    assert figures["classic"]["iterations_at_full_size"] == 3
    assert {"classic.png", "ours.png"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert main(words) == 0
    assert "is taken as it is; delete it to measure anew" in capsys.readouterr().out


def test_the_help_says_what_is_measured() -> None:
    text = make_parser().format_help()
    assert "500 iterations" in text
    assert "default 384" in text
