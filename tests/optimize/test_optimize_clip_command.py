"""``rotoscope optimize`` of a clip, as it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from rotoscope.cli.bar import optimizing_clip_facts
from rotoscope.cli.optimize_clip import stopped, summary
from rotoscope.cli.optimize_clip_options import Coherence
from rotoscope.media.clip import open_clip
from rotoscope.optimize.progress import OptimizeProgress, TraceRow
from rotoscope.optimize.video.painting import PaintedClip
from rotoscope.optimize.video.plan import Step
from rotoscope.optimize.video.progress import VideoProgress
from rotoscope.optimize.video.recipe import COHERENCES, VideoRecipe

import samples
from command import Ran, Run, run
from feature_weights import write_weights
from optimize_toys import tensor, write_picture
from reference import MISSING, REFERENCE_DATA

__all__ = ["run"]

QUICK = ("--features", "squeezenet1_1", "--iterations", "2", "--levels", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clip, a photograph, a style image and weights, in the working folder."""
    samples.make_clip(tmp_path / "drone.mp4", frames=3)
    write_picture(tmp_path / "photo.png", 1)
    write_picture(tmp_path / "wave.png", 2)
    write_weights(tmp_path / "weights.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def optimize(run: Run, folder: Path) -> Run:
    """``optimize("drone.mp4", "out.mp4")`` with wave.png."""

    def typed(source: str | Path, *words: str | Path) -> Ran:
        return run("optimize", source, "wave.png", *words, *QUICK, "--feature-weights", "weights.safetensors")

    return typed


def test_a_clip_is_painted(optimize: Run, folder: Path) -> None:
    ran = optimize("drone.mp4", "out.mp4")
    assert ran.exit_code == 0, ran.err
    assert ran.out.startswith("out.mp4: 3 frames, 64x48, coherence temporal, in ")
    assert open_clip(folder / "out.mp4").expected_frames == 3


def test_the_result_as_json(optimize: Run) -> None:
    told = optimize("drone.mp4", "out.mkv", "--json", "--coherence", "passes", "--passes", "2").json
    assert (told["output"], told["frame_size"], told["frames"]) == ("out.mkv", [64, 48], 3)
    assert (told["paintings"], told["paintings_found"], told["shots"]) == (6, 0, 1)
    assert told["is_complete"] is True
    assert optimize("drone.mp4", "two.mkv", "--json", "--coherence", "none").json["paintings_found"] == 3


def test_everything_that_can_be_said_of_a_clip(optimize: Run, folder: Path) -> None:
    ran = optimize(
        "drone.mp4", "out.gif", "--coherence", "long", "--temporal-weight", "5",
        "--following-iterations", "2",
        "--offset", "1", "--offset", "3", "--flow-engine", "farneback", "--from", "0", "--to", "0.1",
        "--size", "40", "--live", "now.png", "--start", "noise", "--colors", "photo", "--restart",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.err
    assert {"out.gif", "now.png"} <= {path.name for path in folder.iterdir()}
    assert optimize("drone.mp4", "b.mp4", "--coherence", "blend", "--opacity", "0.5").exit_code == 0


@pytest.mark.parametrize(
    ("source", "words", "told"),
    [
        ("photo.png", ("out.png", "--coherence", "warp", "--to", "2"), "for clips alone: --coherence, --to."),
        ("drone.mp4", ("out.mp4", "--trace", "t.json"), "--trace and --plot are for stills"),
        ("drone.mp4", ("out.png",), "out.png is one still, and the frames of drone.mp4 were to be painted"),
        ("drone.mp4", ("out.mp4", "--opacity", "1"), "opacity was given, which says nothing with the"),
        ("drone.mp4", ("out.mp4", "--coherence", "long", "--offset", "2"), "offsets were 2; give numbers"),
        ("drone.mp4", ("out.mp4", "--flow-engine", "raft"), "There is no flow engine 'raft'. Give dis"),
        ("drone.mp4", ("out.mp4", "--from", "9"), "The selection has no frame in it"),
        ("drone.mp4", ("drone.mp4", "--overwrite"), "drone.mp4 is the source itself"),
        ("none.mp4", ("out.mp4",), "none.mp4"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(
    optimize: Run, folder: Path, source: str, words: tuple[str, ...], told: str
) -> None:
    ran = optimize(source, *words)
    assert ran.exit_code == 1
    assert told in " ".join(ran.err.split())
    assert not (folder / "out.mp4").exists()


def test_the_help_says_what_every_coherence_is() -> None:
    (option,) = get_args(Coherence)[1:]
    told = str(option.help)
    for name, meaning in COHERENCES.items():
        assert f"{name}: {meaning}" in told
    assert told.endswith(f"Default: {VideoRecipe().coherence}.")


def test_what_is_said_at_the_end_and_after_ctrl_c(tmp_path: Path) -> None:
    painted = PaintedClip(
        Path("out.mp4"), 48, 2, 48, 12, (455, 256), 1_200_000, 1864.0, "temporal", True, tmp_path
    )  # fmt: skip
    assert summary(painted).startswith("out.mp4: 48 frames in 2 shots, 455x256, coherence temporal, in ")
    assert ", 12 of 48 paintings made before, 1.2 MB" in summary(painted)
    assert stopped(painted) == (
        f"Stopped after 48 finished paintings of 48 frames; they are kept in {tmp_path}, and the same "
        f"command goes on from them. out.mp4 was not written."
    )


def test_the_bar_says_which_frame_and_how_long() -> None:
    row = TraceRow(1, 455, 256, 10, 12.0, 0.05, {"style": 0.0412})
    frame = OptimizeProgress(row, 1, 50, 0.2, 151.0, lambda: tensor(1))
    event = VideoProgress(Step(2, 12), 48, 4, 60, 0, 0.3, 1864.0, frame)
    assert optimizing_clip_facts(event) == "frame 13/48 · pass 2/4 · 455x256 · 10/50 · 31:04 left"


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_a_real_clip_is_steadier_with_the_temporal_loss_than_alone(run: Run, tmp_path: Path) -> None:
    assert REFERENCE_DATA is not None
    shown = tmp_path / "sintel"
    shown.mkdir()
    source = REFERENCE_DATA / "flow" / "sintel_raft_demo_10frames"
    for number in range(16, 20):
        (shown / f"{number}.png").write_bytes((source / f"frame_00{number}.png").read_bytes())
    short: dict[str, float] = {}
    weights = REFERENCE_DATA / "weights" / "squeezenet1_1_torchvision_features_f32.safetensors"
    for coherence in ("none", "temporal"):
        output = tmp_path / f"{coherence}.mkv"
        ran = run(
            "optimize", shown, REFERENCE_DATA / "style" / "hokusai_great_wave.jpg", output, "--size", "96",
            "--features", "squeezenet1_1", "--feature-weights", weights, "--iterations", "30",
            "--normalization", "torchvision", "--coherence", coherence, "--threads", "1",
        )  # fmt: skip
        assert ran.exit_code == 0, ran.err
        score = run("score", shown, output, "--json", "--width", "224").json
        short[coherence] = score["result"]["short"]
    assert np.isfinite(list(short.values())).all()
    assert short["temporal"] < short["none"]
