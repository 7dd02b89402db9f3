"""Masks: every kind, what can be done to all, and what needs the clip."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from PIL import Image

from rotoscope.errors import FilterFailed, InvalidLook
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Pixels
from rotoscope.media.selection import Selection
from rotoscope.render.looks.building import open_look
from rotoscope.render.looks.layered import LayeredLook

import samples

Write = Callable[..., LayeredLook]


class Flat:
    """Paints everything in one color."""

    name = kind = "flat"
    digest = "f"

    def apply(self, pixels: Pixels) -> Pixels:
        return np.full(pixels.shape, (255, 0, 255), np.uint8)


@pytest.fixture
def look_with(tmp_path: Path) -> Write:
    """A look that turns everything it shows in to a flat tone, with a mask."""

    def write(mask: str, more: str = "") -> LayeredLook:
        path = tmp_path / "look.yaml"
        path.write_text(f"look: 1\n{more}layers:\n  - filter: flat\n    mask: {mask}\n")
        look = open_look(path, lambda _: Flat())
        assert isinstance(look, LayeredLook)
        return look

    return write


def shown(look: LayeredLook, pixels: NDArray[Any], at: Fraction = Fraction(0)) -> NDArray[np.float64]:
    """How far each pixel went from the photograph to the flat tone, 0 to 1."""
    full, bare = np.array([255.0, 0.0, 255.0]), pixels.astype(float)
    painted = look.paint(pixels, at).astype(float)
    return ((painted - bare) * (full - bare)).sum(axis=2) / ((full - bare) ** 2).sum(axis=2)


def flat(color: tuple[int, int, int], size: tuple[int, int] = (60, 80)) -> NDArray[np.uint8]:
    return np.full((*size, 3), color, np.uint8)


GREEN = flat((40, 160, 60))


def test_a_linear_gradient_falls_from_its_begin_to_its_end(look_with: Write) -> None:
    found = shown(look_with("{kind: linear, begin: [0.5, 0], end: [0.5, 1]}"), GREEN)
    column = found[:, 10]
    assert column[0] > 0.97
    assert column[-1] < 0.03
    assert (np.diff(column) <= 0.01).all()
    assert np.ptp(found, axis=1).max() < 0.02


def test_a_radial_gradient_is_full_within_and_nothing_beyond(look_with: Write) -> None:
    found = shown(look_with("{kind: radial, center: [0.5, 0.5], inner: 0.1, outer: 0.3}"), GREEN)
    assert found[30, 40] > 0.99
    assert found[30, 5] < 0.01
    assert 0.3 < found[30, 52] < 0.7


def test_a_picture_masks_by_luma_and_alpha(look_with: Write, tmp_path: Path) -> None:
    picture = np.zeros((30, 40, 4), np.uint8)
    picture[:, :20] = 255
    picture[15:, :20, 3] = 0
    Image.fromarray(picture).save(tmp_path / "mask.png")
    found = shown(look_with("{kind: picture, file: mask.png}"), GREEN)
    assert found[10, 10] > 0.99
    assert found[50, 10] < 0.01
    assert found[10, 70] < 0.01


def test_a_color_key_shows_what_is_near_its_color(look_with: Write) -> None:
    pixels = GREEN.copy()
    pixels[:, 40:] = (200, 50, 40)
    found = shown(look_with("{kind: color, color: '#28a03c', smooth: 0}"), pixels)
    assert found[:, :35].min() > 0.99
    assert found[:, 45:].max() < 0.01


@pytest.mark.parametrize(
    ("mask", "left", "right"),
    [
        ("{kind: luma, low: 0.5, softness: 0.02, smooth: 0}", 0, 1),
        ("{kind: luma, high: 0.5, softness: 0.02, smooth: 0}", 1, 0),
        ("{kind: saturation, low: 0.5, smooth: 0}", 1, 0),
        ("{kind: saturation, low: 0.5, smooth: 0, invert: true}", 0, 1),
    ],
)
def test_ranges_of_luma_and_saturation(look_with: Write, mask: str, left: int, right: int) -> None:
    pixels = flat((10, 60, 20))
    pixels[:, 40:] = 210
    found = shown(look_with(mask), pixels)
    assert np.abs(found[:, :35] - left).max() < 0.02
    assert np.abs(found[:, 45:] - right).max() < 0.02


SQUARE = "kind: region, polygon: [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]], carried: false"


@pytest.mark.parametrize(
    ("more", "inside", "edge", "outside"),
    [("", 1, None, 0), (", invert: true", 0, None, 1), (", grow: 0.2", 1, 1, 0), (", grow: -0.2", 1, 0, 0),
     (", feather: 0.2", 1, 0.5, 0)],
)  # fmt: skip
def test_a_region_grows_shrinks_softens_and_turns_over(
    look_with: Write, more: str, inside: int, edge: float | None, outside: int
) -> None:
    found = shown(look_with("{" + SQUARE + more + "}"), GREEN)
    assert found[30, 40] == pytest.approx(inside, abs=0.02)
    assert found[3, 3] == pytest.approx(outside, abs=0.02)
    if edge is not None:
        assert found[30, 19:21].mean() == pytest.approx(edge, abs=0.1)


def test_an_ellipse_is_turned_clockwise(look_with: Write) -> None:
    ellipse = "{kind: region, carried: false, ellipse: {center: [0.5, 0.5], radii: [0.45, 0.1], turn: 45}}"
    found = shown(look_with(ellipse), flat((40, 160, 60), (80, 80)))
    assert found[60, 60] > 0.9
    assert found[60, 20] < 0.1


def test_masks_are_joined_by_what_all_or_any_show(look_with: Write) -> None:
    left = "{kind: linear, begin: [0.5, 0.5], end: [0.501, 0.5]}"
    top = "{kind: linear, begin: [0.5, 0.5], end: [0.5, 0.501]}"
    both = shown(look_with(f"{{kind: intersection, masks: [{left}, {top}]}}"), GREEN)
    either = shown(look_with(f"{{kind: union, masks: [{left}, {top}]}}"), GREEN)
    corners = [(10, 10), (10, 70), (50, 10), (50, 70)]
    assert [round(both[at]) for at in corners] == [1, 0, 0, 0]
    assert [round(either[at]) for at in corners] == [1, 1, 1, 0]


def moving_clip(path: Path) -> Path:
    """A textured square that goes from left to right over textured ground; ten frames a second."""
    ground = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 256, (96, 160, 3), np.uint8), (0, 0), 1.5)
    square = np.random.default_rng(2).integers(0, 256, (40, 40, 3), np.uint8)
    square = cv2.GaussianBlur(square, (0, 0), 1.5)
    pictures: list[NDArray[Any]] = []
    for left in range(20, 100, 4):
        picture = ground.copy()
        picture[30:70, left : left + 40] = square
        pictures.append(picture)
    return samples.make_clip(path, size=(160, 96), rate=Fraction(10), pictures=pictures, audio=False)


CARRIED = "{kind: region, polygon: [[0.35, 0.26], [0.65, 0.26], [0.65, 0.78], [0.35, 0.78]], at: 1s}"


def test_a_carried_region_follows_in_any_order_and_in_another_process(
    look_with: Write, tmp_path: Path
) -> None:
    clip = open_clip(moving_clip(tmp_path / "clip.mp4"))
    look = look_with(CARRIED)
    with pytest.raises(FilterFailed, match=r"look\.prepared\(clip\)"):
        look.paint(GREEN)
    steps: list[str] = []
    ready = look.prepared(clip, on_progress=lambda progress: steps.append(progress.step))
    assert set(steps) == {"prepare"}
    again = pickle.loads(pickle.dumps(ready))
    frames = list(clip.frames())
    for index in (17, 2, 10):
        at = frames[index].time_seconds
        found = shown(ready, GREEN, at)
        middle = (20 + 4 * index + 20) / 160 * 80
        columns = np.nonzero(found[30] > 0.5)[0]
        assert columns.mean() == pytest.approx(middle, abs=4)
        assert (again.paint(GREEN, at) == ready.paint(GREEN, at)).all()
    assert ready.prepared(clip) is ready


def test_a_carried_region_is_alike_whatever_part_is_painted(look_with: Write, tmp_path: Path) -> None:
    path = moving_clip(tmp_path / "clip.mp4")
    whole = look_with(CARRIED).prepared(open_clip(path))
    part = look_with(CARRIED).prepared(open_clip(path, selection=Selection(start=Fraction(3, 2))))
    at = Fraction(17, 10)
    assert (whole.paint(GREEN, at) == part.paint(GREEN, at)).all()
    assert whole.digest_between(at, at + 1) == part.digest_between(at, at + 1)


def test_a_carried_region_is_nowhere_in_other_shots(look_with: Write, tmp_path: Path) -> None:
    clip = open_clip(moving_clip(tmp_path / "clip.mp4"))
    ready = look_with(CARRIED, "cuts: [1.5s]\n").prepared(clip)
    assert (ready.paint(GREEN, Fraction(14, 10)) != GREEN).any()
    assert (ready.paint(GREEN, Fraction(16, 10)) == GREEN).all()


def test_a_mask_video_is_read_at_the_clips_times(look_with: Write, tmp_path: Path) -> None:
    masks = [np.full((48, 64, 3), 255 if index >= 10 else 0, np.uint8) for index in range(20)]
    samples.make_clip(tmp_path / "mask.mp4", rate=Fraction(10), pictures=masks, audio=False)
    ready = look_with("{kind: video, file: mask.mp4}").prepared(open_clip(moving_clip(tmp_path / "clip.mp4")))
    assert shown(ready, GREEN, Fraction(9, 10)).max() < 0.05
    assert shown(ready, GREEN, Fraction(1)).min() > 0.95


def test_a_smoothed_key_changes_over_time_and_not_at_once(look_with: Write, tmp_path: Path) -> None:
    pictures = [flat((40, 160, 60) if index < 5 else (200, 50, 40), (48, 64)) for index in range(10)]
    path = samples.make_clip(tmp_path / "clip.mp4", rate=Fraction(10), pictures=pictures, audio=False)
    key = "{kind: color, color: '#28a03c', smooth: 0.2s}"
    ready = look_with(key, "cuts: []\n").prepared(open_clip(path))
    levels = [float(shown(ready, GREEN, Fraction(index, 10)).mean()) for index in range(10)]
    assert levels[2] > 0.95
    assert levels[8] < 0.05
    assert 0.2 < levels[5] < 0.8
    for cuts in ("cuts: [0.5s]\n", ""):  # stated, or found
        with_cut = look_with(key, cuts).prepared(open_clip(path))
        sharp = [float(shown(with_cut, GREEN, Fraction(index, 10)).mean()) for index in (4, 5)]
        assert sharp[0] > 0.95
        assert sharp[1] < 0.05


def network(path: Path, *, output: str) -> None:
    """A network that takes red for the subject: logits of two classes, a probability, or class numbers."""
    kernels = {"logits": [[0, 0, 0], [20, 0, 0]], "one": [[1, 0, 0]], "classes": [[0, 0, 0], [20, 0, 0]]}[
        output
    ]
    weights = np.array(kernels, np.float32).reshape(-1, 3, 1, 1)
    bias = np.array([0] if output == "one" else [10, 0], np.float32)
    nodes = [helper.make_node("Conv", ["image", "weights", "bias"], ["found"])]
    kind, shape = TensorProto.FLOAT, [1, len(weights), "h", "w"]
    if output == "classes":
        nodes.append(helper.make_node("ArgMax", ["found"], ["classes"], axis=1, keepdims=0))
        kind, shape = TensorProto.INT64, [1, "h", "w"]
    graph = helper.make_graph(
        nodes,
        "finder",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("classes" if output == "classes" else "found", kind, shape)],
        [onnx.numpy_helper.from_array(weights, "weights"), onnx.numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(("output", "number"), [("logits", 1), ("one", 0), ("classes", 1)])
def test_a_network_of_the_users_finds_the_subject(
    look_with: Write, tmp_path: Path, output: str, number: int
) -> None:
    network(tmp_path / "finder.onnx", output=output)
    picture = np.zeros((96, 160, 3), np.uint8)
    picture[:, :80] = (255, 0, 0)
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(160, 96), pictures=[picture] * 3, audio=False)
    mask = f"{{kind: segmentation, network: finder.onnx, class: {number}, side: 96}}"
    ready = look_with(mask).prepared(open_clip(clip))
    found = shown(ready, np.full((96, 160, 3), 90, np.uint8), Fraction(1, 25))
    assert found[:, :70].min() > 0.9
    assert found[:, 90:].max() < 0.1
    assert pickle.loads(pickle.dumps(ready)).digest_between(Fraction(0), Fraction(1)) == ready.digest_between(
        Fraction(0), Fraction(1)
    )


def test_a_class_that_a_network_lacks_is_refused(look_with: Write, tmp_path: Path) -> None:
    network(tmp_path / "finder.onnx", output="logits")
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=2)
    with pytest.raises(FilterFailed, match=r"class 7 of finder\.onnx, which finds 2: give class 0 to 1"):
        look_with("{kind: segmentation, network: finder.onnx, class: 7}").prepared(open_clip(clip))


def test_files_that_a_mask_names_are_faults_with_their_line(look_with: Write, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(InvalidLook, match=r"line 4, layers\.1\.mask\.file: .*nowhere\.png"):
        look_with("{kind: picture, file: nowhere.png}")
    with pytest.raises(InvalidLook, match=r"layers\.1\.mask\.network: .*is not an ONNX model"):
        look_with("{kind: segmentation, network: bad.onnx}")
