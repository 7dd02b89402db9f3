"""``rotoscope optimize``, as it is typed."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.cli.bar import optimizing_facts
from rotoscope.media.stills import read_still, read_xmp
from rotoscope.optimize.progress import OptimizeProgress, TraceRow

from command import Ran, Run, run
from feature_weights import write_weights
from optimize_toys import blocks, tensor, write_picture
from reference import MISSING, REFERENCE_DATA

__all__ = ["run"]

QUICK = ("--features", "squeezenet1_1", "--iterations", "3", "--coarse-iterations", "2")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures and weights, in the working folder."""
    for seed, name in enumerate(("photo.png", "wave.png", "poster.png")):
        write_picture(tmp_path / name, seed)
    write_weights(tmp_path / "weights.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def optimize(run: Run, folder: Path) -> Run:
    """``optimize("wave.png", "out.png", "--levels", "2")`` of photo.png."""

    def typed(*words: str | Path) -> Ran:
        return run("optimize", "photo.png", *words, *QUICK, "--feature-weights", "weights.safetensors")

    return typed


def test_a_photograph_is_painted(optimize: Run, folder: Path) -> None:
    ran = optimize("wave.png", "out.png")
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("out.png: 80x64, 3 iterations in ")
    assert "style " in ran.out
    assert read_still(folder / "out.png").pixels.shape == (64, 80, 3)


def test_a_painting_says_how_it_was_made_or_nothing(run: Run, optimize: Run, folder: Path) -> None:
    assert optimize("wave.png", "poster.png:2", "out.jpg").exit_code == 0
    told = run("inspect", "out.jpg").out
    assert "process: algorithmically painted" in told
    assert "digital source type: compositeWithTrainedAlgorithmicMedia" in told
    assert "source: photo.png" in told
    packet = read_xmp(folder / "out.jpg") or b""
    assert sha256((folder / "wave.png").read_bytes()).hexdigest().encode() in packet
    assert optimize("wave.png", "silent.jpg", "--no-provenance").exit_code == 0
    assert read_xmp(folder / "silent.jpg") is None


def test_the_result_as_json(optimize: Run) -> None:
    told = optimize("wave.png", "poster.png:2", "out.png", "--json", "--size", "48").json
    assert (told["output"], told["frame_size"], told["iterations"]) == ("out.png", [60, 48], 3)
    assert set(told["losses"]) == {"style", "content", "range"}
    assert told["is_complete"] is True


def test_everything_that_can_be_said_at_once(optimize: Run, folder: Path) -> None:
    Image.fromarray(blocks(7)).save(folder / "left.png")
    ran = optimize(
        "wave.png@0,0,0.5,1", "poster.png", "out.tif", "--mask", "left.png", "--mask", "rest",
        "--style-weight", "2", "--content-weight", "0.1", "--variation-weight", "0.01",
        "--style-layer", "relu1:2", "--style-layer", "fire5", "--content-layer", "fire3",
        "--style-loss", "covariance", "--pooling", "average", "--style-scale", "1.5", "--colors", "matched",
        "--start", "noise", "--seed", "4", "--levels", "2", "--method", "adam", "--learning-rate", "0.05",
        "--average", "0.5", "--memory", "4", "--live", "now.png", "--trace", "t.json", "--plot", "t.svg",
        "--quality", "90", "--device", "cpu", "--threads", "1", "--restart",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.err
    assert {"out.tif", "t.json", "t.svg"} <= {path.name for path in folder.iterdir()}


def test_it_can_begin_with_what_a_filter_paints(optimize: Run) -> None:
    assert optimize("wave.png", "out.png", "--filter", "posterize").exit_code == 0
    both = optimize("wave.png", "two.png", "--filter", "posterize", "--start", "noise")
    assert "Give --start or --filter, not both" in both.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("wave.png", "out.png", "--style-layer", "relu1:x"), "write LAYER or LAYER:WEIGHT, such as"),
        (("wave.png", "out.png", "--style-layer", "conv1"), "squeezenet1_1 has no layer conv1; it has"),
        (("wave.png", "out.mp4"), "out.mp4 is no name of a still"),
        (("none.png", "out.png"), "none.png"),
        (("wave.png", "photo.png", "--overwrite"), "photo.png is the source itself"),
        (("wave.png", "out.png", "--levels", "3"), "the coarsest 16 pixels along its short side; 32 are the"),
        (("wave.png", "out.png", "--mask", "rest", "--mask", "rest"), "2 masks were given for 1 style"),
        (("wave.png", "out.png", "--start", "nothing"), "nothing"),
        (("wave.png:0", "out.png"), "weight of the style image wave.png was 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(optimize: Run, folder: Path, words: tuple[str, ...], told: str) -> None:
    ran = optimize(*words)
    assert ran.exit_code == 1
    assert told in " ".join(ran.err.split())
    assert not (folder / "out.png").exists()


def test_the_program_says_what_to_install_where_torch_is_missing(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> None: ...

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    ran = run("optimize", "photo.png", "wave.png", "out.png")
    assert ran.exit_code == 1
    assert "Optimizing a picture needs torch and safetensors" in ran.err


def test_its_help_does_not_load_torch() -> None:
    code = (
        "import sys; from rotoscope.cli.main import app\n"
        "try: app(['optimize', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_the_bar_says_size_losses_and_time() -> None:
    row = TraceRow(2, 384, 256, 40, 12.0, 0.05, {"style": 0.0412, "content": 0.00731})
    event = OptimizeProgress(row, 3, 100, 0.5, 151.0, lambda: tensor(1))
    assert optimizing_facts(event) == "384x256 · 40/100 · style 0.0412 · content 0.00731 · 2:31 left"


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_a_painting_of_real_weights_has_the_style_and_keeps_the_content(run: Run, tmp_path: Path) -> None:
    assert REFERENCE_DATA is not None
    ran = run(
        "optimize", REFERENCE_DATA / "validation" / "aesust_26.jpg",
        REFERENCE_DATA / "style" / "hokusai_great_wave.jpg", tmp_path / "out.png", "--size", "96",
        "--iterations", "15", "--content-weight", "0.1",
        "--feature-weights", REFERENCE_DATA / "weights" / "vgg19_conv_f16.safetensors",
        "--normalization", "caffe", "--trace", tmp_path / "t.json", "--json",
    )  # fmt: skip
    losses = ran.json["losses"]
    assert losses["style"] < 0.2
    assert losses["content"] / 0.1 < 0.8, "losses are told with their weights"
