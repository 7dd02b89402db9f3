"""``rotoscope texture``, ``train --texture``, ``reconstruct`` and ``features``, as they are typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from rotoscope.media.stills import read_still

from command import Ran, Run, run
from feature_weights import write_weights
from optimize_toys import write_picture
from reference import MISSING, REFERENCE_DATA

__all__ = ["run"]

WEIGHTS = ("--features", "squeezenet1_1", "--feature-weights", "weights.safetensors")
QUICK = (*WEIGHTS, "--iterations", "2", "--coarse-iterations", "2", "--loop-iterations", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A style image, a photograph and weights, in the working folder."""
    for seed, name in enumerate(("bark.png", "photo.png")):
        write_picture(tmp_path / name, seed)
    write_weights(tmp_path / "weights.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def texture(run: Run, folder: Path) -> Run:
    """``texture("out.png", "--size", "64")`` of bark.png."""

    def typed(*words: str | Path) -> Ran:
        return run("texture", "bark.png", *words, *QUICK)

    return typed


@pytest.fixture
def trained(run: Run, folder: Path) -> Ran:
    """bark.onnx."""
    return run("train", "bark.png", "--name", "bark", "--texture", "--steps", "1", *WEIGHTS)


def test_a_texture_of_a_size(texture: Run, folder: Path) -> None:
    ran = texture("out.png", "--size", "96x64")
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("out.png: 96x64, ")
    assert " iterations in " in ran.out
    assert "style " in ran.out
    assert read_still(folder / "out.png").pixels.shape == (64, 96, 3)


def test_the_result_as_json(texture: Run) -> None:
    told = texture("out.png", "--size", "64", "--tileable", "--json").json
    assert (told["output"], told["frame_size"], told["frames"]) == ("out.png", [64, 64], 1)
    assert set(told["losses"]) == {"style", "range"}
    assert told["is_complete"] is True


def test_a_loop(texture: Run, folder: Path) -> None:
    ran = texture("out.gif", "--size", "48", "--duration", "0.5", "--fps", "10", "--movement", "0.3")
    assert ran.exit_code == 0, ran.err
    assert "out.gif: 48x48, 5 frames, " in ran.out
    with Image.open(folder / "out.gif") as picture:
        assert getattr(picture, "n_frames", 1) == 5
        assert picture.info["loop"] == 0


def test_everything_that_can_be_said_at_once(texture: Run, folder: Path) -> None:
    write_picture(folder / "moss.png", 7)
    ran = texture(
        "moss.png:2", "out.jpg", "--size", "64x48", "--tileable", "--seed", "4", "--style-size", "96",
        "--style-layer", "relu1:2", "--style-loss", "covariance", "--pooling", "average",
        "--variation-weight", "0.01", "--memory", "4", "--quality", "90", "--device", "cpu", "--threads", "1",
        "--restart",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("out.png", "--size", "64y"), "given as '64y'; write WIDTHxHEIGHT in pixels, such as 512x384"),
        (("out.png", "--size", "8x64"), "each 32 to 16384"),
        (("out.png", "--size", "100x64", "--tileable"), "The nearest size is 96x64."),
        (("out.png", "--duration", "2"), "out.png is the name of a still, which has no --duration or --fps"),
        (("out.gif", "--duration", "0.1", "--fps", "5"), "has 0 frames; what moves has two or more"),
        (("out.gif", "--fps", "x"), "A rate of 'x' was given; it is frames a second"),
        (("out.xyz",), "out.xyz"),
        (("bark.png", "--overwrite"), "bark.png is the source itself"),
        (("b.onnx", "out.png"), "b.onnx is a texture file, and 2 things were given"),
        (("none.png", "out.png"), "none.png"),
    ],
)
def test_what_cannot_be_is_said(texture: Run, folder: Path, words: tuple[str, ...], told: str) -> None:
    ran = texture(*words)
    assert ran.exit_code == 1
    assert told in " ".join(ran.err.split())
    assert not list(folder.glob("out.*"))


def test_a_texture_file_is_trained_and_makes_textures(run: Run, folder: Path, trained: Ran) -> None:
    assert trained.exit_code == 0, trained.err
    assert trained.out.startswith("bark.onnx: 1 steps in ")
    assert "try it: rotoscope texture bark.onnx texture.png --size 512 --seed 1" in trained.out
    ran = run("texture", "bark.onnx", "out.png", "--size", "80x48", "--seed", "3", "--json")
    assert (ran.json["frame_size"], ran.json["texture"]) == ([80, 48], "bark")
    moving = run("texture", "bark.onnx", "out.mp4", "--size", "64x48", "--duration", "1", "--tileable")
    assert moving.out.startswith("out.mp4: 64x48, 24 frames, bark, ")
    with av.open(str(folder / "out.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 24


def test_options_of_the_other_way_are_refused(run: Run, trained: Ran) -> None:
    ran = run("texture", "bark.onnx", "out.png", "--style-size", "64", "--iterations", "3")
    told = "--style-size, --iterations says how a texture is made of a style image, but bark.onnx"
    assert told in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--content", "."), "--content says something of a filter, and --texture makes a texture file"),
        (("--family", "--tag", "x"), "--family, --tag says something of a filter"),
        (("photo.png",), "2 style images were given; a texture file is made of one"),
        (("--output", "bark.pt"), "bark.pt has another suffix"),
    ],
)
def test_what_a_texture_file_cannot_be_is_said(
    run: Run, folder: Path, words: tuple[str, ...], told: str
) -> None:
    ran = run("train", "bark.png", *words, "--name", "bark", "--texture", "--steps", "1", *WEIGHTS)
    assert ran.exit_code == 1
    assert told in " ".join(ran.err.split())
    assert not (folder / "bark.onnx").exists()


def test_a_photograph_is_reconstructed(run: Run, folder: Path) -> None:
    ran = run("reconstruct", "photo.png", "seen.png", "--layer", "fire3", "--size", "48", "--iterations", "3",
              *WEIGHTS)  # fmt: skip
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("seen.png: 60x48, fire3, 3 iterations in ")
    assert read_still(folder / "seen.png").pixels.shape == (48, 60, 3)
    again = run("reconstruct", "photo.png", "photo.png", "--layer", "fire3", "--overwrite", *WEIGHTS)
    assert "photo.png is the source itself" in again.err


def test_channels_are_shown(run: Run, folder: Path) -> None:
    ran = run("features", "sheet.png", "--layer", "fire3", "--channels", "0,5,7-8", "--size", "32", "--steps",
              "2", *WEIGHTS)  # fmt: skip
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("sheet.png: fire3, channels 0, 5, 7, 8, ")
    assert (folder / "sheet.png").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("features", "x.png", "--layer", "conv1"), "squeezenet1_1 has no layer conv1; it has relu1, fire3"),
        (("features", "x.png", "--layer", "fire3", "--channels", "a"), "such as 0,5,9 or 0-11"),
        (("features", "x.png", "--layer", "fire3", "--channels", "500"), "it has 128 channels, 0 to 127"),
        (("features", "x.gif", "--layer", "fire3"), "Stills are not written as '.gif'"),
        (("reconstruct", "none.png", "x.png", "--layer", "fire3"), "none.png"),
    ],
)
def test_what_cannot_be_seen_is_said(run: Run, folder: Path, words: tuple[str, ...], told: str) -> None:
    ran = run(*words, *WEIGHTS)
    assert ran.exit_code == 1
    assert told in " ".join(ran.err.split())


@pytest.mark.parametrize("command", ["texture", "reconstruct", "features"])
def test_their_help_does_not_load_torch(command: str) -> None:
    code = (
        "import sys; from rotoscope.cli.main import app\n"
        f"try: app(['{command}', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_a_texture_of_real_weights_has_the_style_and_no_seam(run: Run, tmp_path: Path) -> None:
    assert REFERENCE_DATA is not None
    ran = run(
        "texture", REFERENCE_DATA / "style" / "morris_willow_bough.jpg", tmp_path / "out.png", "--size", "64",
        "--tileable", "--style-size", "128", "--iterations", "25", "--json", "--normalization", "caffe",
        "--feature-weights", REFERENCE_DATA / "weights" / "vgg19_conv_f16.safetensors",
    )  # fmt: skip
    assert ran.json["losses"]["style"] < 0.2
    pixels = read_still(tmp_path / "out.png").pixels.astype(float)
    for axis in (0, 1):
        steps = abs(pixels - pixels.take(range(-1, 63), axis)).mean(axis=(1 - axis, 2))
        assert steps[0] < steps[1:].max()
