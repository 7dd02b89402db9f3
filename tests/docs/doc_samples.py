"""What the pages' examples are tried on: small files of the names that the pages use."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import onnx
import torch
from PIL import Image

from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes

import samples
from classic_networks import TransformerNet
from feature_weights import write_weights
from graph_samples import TINTS, clip_nodes, make_model, node, tint_model

_CHECKPOINT = Path(__file__).parents[1] / "vectors" / "tensorflow-checkpoint"
FEATURE_WEIGHTS = "squeezenet.safetensors"
_CUBE_CORNERS = [(r, g, b) for b in (0, 1) for g in (0, 1) for r in (0, 1)]


def lay_out(folder: Path) -> None:
    """Put a clip of 20 seconds, photographs, networks and a table of colors into a folder."""
    samples.make_clip(folder / "drone.mp4", rate=Fraction(2), frames=40)
    whole = samples.make_clip(folder / "whole.mkv", rate=Fraction(2), frames=40)
    samples.truncate(whole, folder / "cut-off.mkv")
    whole.unlink()
    for index, name in enumerate(("photo.jpg", "poster.jpg")):
        Image.fromarray(samples.picture(index)).save(folder / name)
    samples.make_stills(folder / "photos", frames=3, name="{:04d}.jpg")
    for name in ("library", "inbox"):
        samples.make_stills(folder / name / "trip", frames=1, name="sea-{}.jpg")
        samples.make_clip(folder / name / "flight.mp4", frames=3)
    (folder / "candy.onnx").write_bytes(_network_of_bytes().SerializeToString())
    _lay_out_weights(folder)
    write_weights(folder / FEATURE_WEIGHTS)
    rows = "\n".join(f"{r} {0.9 * g:.1f} {0.8 * b:.1f}" for r, g, b in _CUBE_CORNERS)
    (folder / "grade.cube").write_text(f"LUT_3D_SIZE 2\n{rows}\n")


def _lay_out_weights(folder: Path) -> None:
    """A TensorFlow checkpoint and a PyTorch state dict."""
    (folder / "checkpoints").mkdir()
    for part in (".index", ".data-00000-of-00001"):
        shutil.copy(_CHECKPOINT / f"version-2.ckpt{part}", folder / "checkpoints" / f"fns.ckpt{part}")
    (folder / "saved_models").mkdir()
    torch.save(TransformerNet().state_dict(), folder / "saved_models" / "mosaic.pth")


def _network_of_bytes() -> onnx.ModelProto:
    """Another maker's network, which takes and gives 0 to 255."""
    nodes = [node("Mul", ["image", "tints"], "tinted"), *clip_nodes("tinted")]
    return make_model(nodes, {"tints": TINTS.reshape(1, 3, 1, 1), "black": 0.0, "white": 255.0})


def place_filter(folder: Path, name: str) -> None:
    """A filter file, as a training would have left it."""
    folder.mkdir(parents=True, exist_ok=True)
    card = Card(name=name, padding=Padding(multiple=1))
    (folder / f"{name}.onnx").write_bytes(filter_file_bytes(tint_model(), card))
