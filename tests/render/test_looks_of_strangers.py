"""Looks of strangers: what they may name, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import AccessDenied, InvalidLook, InvalidOptions
from rotoscope.filters.spec import parse_filter_spec
from rotoscope.palette.palette import Palette
from rotoscope.render.looks.reading import parse_look
from rotoscope.render.looks.strangers import (
    MOST_FILTERS,
    loader_for_strangers,
    open_strangers_look,
    parse_strangers_look,
    require_no_path,
    require_no_paths,
    with_staged_masks,
)

LAYERS = {"look": 1, "layers": [{"filter": "posterize:levels=3"}]}
IDENTITY_CUBE = "LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"


def _nothing(uri: str) -> Path:
    raise AssertionError(f"{uri} was asked for")


def _masked(mask: dict[str, object]) -> dict[str, object]:
    return {"look": 1, "layers": [{"filter": "posterize", "mask": mask}]}


@pytest.mark.parametrize(
    "spec",
    [
        "./own.onnx",
        "/etc/filters/own.onnx",
        "../own.ONNX:strength=0.5",
        "lut:file=/etc/passwd",
        "lut:file=grade.cube",
        "colors:from=~/photo.jpg",
        "colors:count=3,from=/photo.jpg",
        "posterize:0.5+lut:file=/x.cube:0.5",
        "lut:file=data://../x.cube",
    ],
)
def test_a_filter_that_names_a_path_is_refused(spec: str) -> None:
    with pytest.raises(InvalidOptions, match=r"The filter was given as .*(file's name|URI|\.\. in its path)"):
        require_no_path(spec)


@pytest.mark.parametrize(
    "spec", ["great-wave", "posterize:levels=3", "great-wave:0.7+lineart:0.3", "lut:file=data://g.cube"]
)
def test_filters_of_the_palette_kinds_and_uris_are_taken(spec: str) -> None:
    require_no_path(spec)


@pytest.mark.parametrize(
    ("mask", "key"),
    [
        ({"kind": "picture", "file": "/etc/passwd"}, "layers.1.mask.file"),
        ({"kind": "picture", "file": "sky.png"}, "layers.1.mask.file"),
        ({"kind": "video", "file": "../../sky.mp4"}, "layers.1.mask.file"),
        ({"kind": "segmentation", "network": "/people.onnx"}, "layers.1.mask.network"),
        ({"kind": "picture", "file": "data://a/../../x"}, "layers.1.mask.file"),
        ({"kind": "picture", "file": "data://folder/"}, "layers.1.mask.file"),
        (
            {"kind": "union", "masks": [{"kind": "luma"}, {"kind": "picture", "file": "x.png"}]},
            "layers.1.mask.masks.2.file",
        ),
    ],
)
def test_a_mask_that_names_a_path_is_a_fault_with_its_place(mask: dict[str, object], key: str) -> None:
    with pytest.raises(InvalidLook) as raised:
        parse_strangers_look(_masked(mask))
    assert [fault.key for fault in raised.value.faults] == [key]


def test_paths_in_keyframes_and_chains_are_all_found() -> None:
    layers = [{"filter": {"0": "a.onnx", "0:01": ["posterize", "b.onnx"]}}, {"filter": "lut:file=c.cube"}]
    with pytest.raises(InvalidLook) as raised:
        parse_strangers_look({"look": 1, "layers": layers})
    assert [fault.key for fault in raised.value.faults] == ["layers.1.filter"] * 2 + ["layers.2.filter"]


def test_yaml_text_is_read_as_well_with_lines() -> None:
    with pytest.raises(InvalidLook, match=r"line 3, layers\.1\.filter: .*'x\.onnx'"):
        parse_strangers_look("look: 1\nlayers:\n- filter: x.onnx\n")


def test_a_look_names_only_so_many_filters() -> None:
    names = [f"posterize:levels={2 + number}" for number in range(MOST_FILTERS + 1)]
    with pytest.raises(InvalidLook, match=f"names {MOST_FILTERS + 1} filters; .* at most {MOST_FILTERS}"):
        require_no_paths(parse_look(f"{{look: 1, layers: [{{filter: {names}}}]}}", name="x"))


def test_masks_are_fetched_by_uri_and_the_look_says_what_it_said(tmp_path: Path) -> None:
    half = np.zeros((40, 60), np.uint8)
    half[:, 30:] = 255
    Image.fromarray(half).save(tmp_path / "half.png")
    asked: list[str] = []

    def take(uri: str) -> Path:
        asked.append(uri)
        return tmp_path / "half.png"

    text = parse_strangers_look(_masked({"kind": "picture", "file": "data://masks/half.png"}))
    look = open_strangers_look(text, Palette(tmp_path / "none").load, take)
    photo = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    painted = look.paint(photo)
    assert (painted[:, :25] == photo[:, :25]).all()
    assert (painted[:, 35:] != photo[:, 35:]).any()
    assert asked == ["data://masks/half.png"]
    assert look.recipe is not None
    assert "data://masks/half.png" in look.recipe
    assert str(tmp_path) not in look.recipe


def test_a_mask_that_may_not_be_read_is_not() -> None:
    def refuse(uri: str) -> Path:
        raise AccessDenied(f"{uri} is not yours.")

    text = parse_strangers_look(_masked({"kind": "picture", "file": "s3://others/half.png"}))
    with pytest.raises(AccessDenied, match=r"s3://others/half\.png is not yours"):
        with_staged_masks(text, refuse)


def test_a_look_that_was_not_held_against_the_rule_is_refused_before_anything_is_fetched() -> None:
    text = parse_look("{look: 1, layers: [{filter: a, mask: {kind: picture, file: /etc/passwd}}]}", name="x")
    with pytest.raises(InvalidLook, match="'/etc/passwd' is not a URI"):
        with_staged_masks(text, _nothing)


def test_tables_of_colors_are_fetched_by_uri(tmp_path: Path) -> None:
    (tmp_path / "negative.cube").write_text(IDENTITY_CUBE)
    load = loader_for_strangers(Palette(tmp_path / "none").load, lambda _: tmp_path / "negative.cube")
    photo = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert (load("lut:file=data://negative.cube").apply(photo) == 255 - photo).all()
    mixed = load("lut:file=data://negative.cube,strength=1:0.5+lut:file=data://b/negative.cube:0.5")
    assert (mixed.apply(photo) == 255 - photo).all()


def test_a_stored_name_that_would_read_as_options_is_refused(tmp_path: Path) -> None:
    uri = "lut:file=data://a%2Cstrength=0.cube"
    assert len(parse_filter_spec(uri).options) == 1
    load = loader_for_strangers(Palette(tmp_path).load, lambda _: tmp_path / "a,strength=0.cube")
    with pytest.raises(InvalidOptions, match="holds what ends an option"):
        load(uri)


def test_a_loader_refuses_paths() -> None:
    load = loader_for_strangers(lambda _: pytest.fail("loaded"), _nothing)
    with pytest.raises(InvalidOptions, match=r"'\./x\.onnx', which is a file's name"):
        load("./x.onnx")
