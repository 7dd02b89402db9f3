"""The ``lut`` kind and .cube files."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.filter
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.filters import cube
from rotoscope.filters.base import Filter
from rotoscope.filters.cube_file import parse_cube
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels


def write(tmp_path: Path, text: str, name: str = "look.cube") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def lut(path: Path) -> Filter:
    return KINDS["lut"].build({"file": str(path)})


def cube_text(values: np.ndarray, *, head: str = "") -> str:
    """A 3-D .cube of (n, n, n, 3) values indexed [blue, green, red]."""
    rows = "\n".join(f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in values.reshape(-1, 3))
    return f"{head}LUT_3D_SIZE {len(values)}\n{rows}\n"


def identity(edge: int) -> np.ndarray:
    axis = np.linspace(0, 1, edge)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def noise(dtype: type = np.uint8, height: int = 60, width: int = 80) -> Pixels:
    values = np.random.default_rng(4).integers(0, np.iinfo(dtype).max, (height, width, 3), endpoint=True)
    return cast("Pixels", values.astype(dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("edge", [2, 17, 33, 64])
def test_the_identity_changes_nothing(edge: int, dtype: type, tmp_path: Path) -> None:
    picture = noise(dtype)
    np.testing.assert_array_equal(lut(write(tmp_path, cube_text(identity(edge)))).apply(picture), picture)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("entries", [2, 3, 1024])
def test_the_1d_identity_changes_nothing(entries: int, dtype: type, tmp_path: Path) -> None:
    rows = "\n".join(f"{v:.9f} {v:.9f} {v:.9f}" for v in np.linspace(0, 1, entries))
    picture = noise(dtype)
    painted = lut(write(tmp_path, f"LUT_1D_SIZE {entries}\n{rows}\n")).apply(picture)
    np.testing.assert_array_equal(painted, picture)


def test_a_1d_table_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, 'TITLE "by hand"\nLUT_1D_SIZE 3\n0 1 0\n0.2 0.5 0.5\n1 0 0.5\n')
    painted = lut(path).apply(
        np.array([[[0, 0, 0], [51, 51, 51], [204, 204, 204], [255, 255, 255]]], np.uint8)
    )
    assert painted.tolist() == [[[0, 255, 0], [20, 204, 51], [173, 51, 128], [255, 0, 128]]]


def test_a_3d_table_by_hand(tmp_path: Path) -> None:
    """Tetrahedra of the one cell: only the corners on the way along red, then green, then blue count."""
    corners = np.zeros((2, 2, 2, 3))
    corners[0, 0, 1] = (1.0, 0.0, 0.0)  # red
    corners[0, 1, 1] = (0.0, 1.0, 0.0)  # red and green
    corners[1, 1, 1] = (0.0, 0.0, 1.0)  # white
    corners[1, 0, 0] = (1.0, 1.0, 1.0)  # blue: not on the way
    painted = lut(write(tmp_path, cube_text(corners))).apply(np.array([[[204, 153, 51]]], np.uint8))
    # 0.8, 0.6, 0.2: red 0.8-0.6, red and green 0.6-0.2, white 0.2
    assert painted.tolist() == [[[51, 102, 51]]]


def test_red_varies_fastest(tmp_path: Path) -> None:
    rows = ["0 0 0"] * 8
    rows[1] = "1 0 0"
    painted = lut(write(tmp_path, "LUT_3D_SIZE 2\n" + "\n".join(rows))).apply(
        np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    )
    assert painted.tolist() == [[[255, 0, 0], [0, 0, 0], [0, 0, 0]]]


def test_greys_stay_grey_where_the_table_keeps_them(tmp_path: Path) -> None:
    values = np.random.default_rng(6).random((5, 5, 5, 3))
    for i in range(5):
        values[i, i, i] = (i / 4) ** 0.5
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    painted = lut(write(tmp_path, cube_text(values))).apply(grey)
    assert (painted.max(axis=2) == painted.min(axis=2)).all()


def test_results_outside_the_range_are_clipped(tmp_path: Path) -> None:
    values = identity(3) * 3 - 1
    painted = lut(write(tmp_path, cube_text(values))).apply(np.array([[[0, 128, 255]]], np.uint8))
    assert painted[0, 0, 0] == 0
    assert painted[0, 0, 2] == 255


def test_the_domain_spreads_the_table(tmp_path: Path) -> None:
    head = "DOMAIN_MIN 0.2 0.2 0.2\nDOMAIN_MAX 0.8 0.8 1.2\n"
    painted = lut(write(tmp_path, cube_text(identity(2), head=head))).apply(
        np.array([[[0, 51, 51], [127, 204, 255]]], np.uint8)
    )
    # (0 clamps to 0.2); (0.498 - 0.2) / 0.6; (1 - 0.2) / 1.0
    assert painted.tolist() == [[[0, 0, 0], [127, 255, 204]]]


@pytest.mark.parametrize("size", ["LUT_1D_SIZE 2", "LUT_3D_SIZE 2"])
def test_resolves_input_range(size: str, tmp_path: Path) -> None:
    rows = "0 0 0\n1 1 1" if "1D" in size else cube_text(identity(2)).split("\n", 1)[1]
    keyword = size[:6] + "_INPUT_RANGE 0.0 2.0"
    painted = lut(write(tmp_path, f"{size}\n{keyword}\n{rows}\n")).apply(np.full((1, 1, 3), 200, np.uint8))
    assert painted.tolist() == [[[100, 100, 100]]]


def test_a_1d_table_before_a_3d_one(tmp_path: Path) -> None:
    """Resolve's two in one: invert by curve, then keep red alone by cube."""
    values = identity(2) * [1, 0, 0]
    rows = cube_text(values).split("\n", 1)[1]
    path = write(tmp_path, f"LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n1 1 1\n0 0 0\n{rows}")
    assert lut(path).apply(np.array([[[55, 10, 20]]], np.uint8)).tolist() == [[[200, 0, 0]]]


def test_comments_blank_lines_tabs_and_a_byte_order_mark(tmp_path: Path) -> None:
    head = '\ufeff# made by hand\n\nTITLE\t"A # B"\r\nLUT_1D_SIZE 2\n'
    text = head + "# the table\n0\t0 0\n\n 1 1e0 +1.0 \n# end\n"
    parsed = parse_cube(text.encode(), name="x")
    assert parsed.title == "A # B"
    assert lut(write(tmp_path, text)).apply(noise()).shape == (60, 80, 3)


def test_bytes_through_the_kept_table_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        tmp_path, cube_text(np.random.default_rng(8).random((7, 7, 7, 3)), head="DOMAIN_MAX 1 0.9 1.1\n")
    )
    picture = noise()
    painter = lut(path)
    direct = painter.apply(picture)
    tabulated = 0
    original = cube.ColorCube._tabulate  # pyright: ignore[reportPrivateUsage]

    def counted(self: cube.ColorCube) -> np.ndarray:
        nonlocal tabulated
        tabulated += 1
        return original(self)

    monkeypatch.setattr(cube.ColorCube, "_tabulate", counted)
    large = np.zeros((2100, 2000, 3), np.uint8)
    for _ in range(4):
        painter.apply(large)
    np.testing.assert_array_equal(painter.apply(picture), direct)
    assert tabulated == 1


def through_ffmpeg(picture: Pixels, path: Path) -> NDArray[np.int64]:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.shape[1],
        height=picture.shape[0],
        format=av.VideoFormat("rgb24"),
        time_base=Fraction(1, 25),
    )
    steps = [
        source,
        graph.add("lut3d", f"file={path}:interp=tetrahedral"),
        graph.add("format", "pix_fmts=rgb24"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps).configure()
    frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
    frame.pts = 0
    graph.push(frame)
    pulled = graph.pull()
    assert isinstance(pulled, av.VideoFrame)
    return pulled.to_ndarray().astype(np.int64)


@pytest.mark.parametrize("edge", [2, 16, 33])
def test_it_agrees_with_ffmpeg(edge: int, tmp_path: Path) -> None:
    """FFmpeg truncates where we round, hence the one level."""
    values = identity(edge) ** [0.8, 1.2, 1.0] * 0.8 + 0.1 * np.random.default_rng(1).random(
        (edge, edge, edge, 3)
    )
    path = write(tmp_path, cube_text(values))
    ours = lut(path).apply(noise()).astype(int)
    theirs = through_ffmpeg(noise(), path)
    assert np.abs(ours - theirs).max() <= 1


def test_the_digest_follows_the_contents_and_not_the_path(tmp_path: Path) -> None:
    first = lut(write(tmp_path, cube_text(identity(2)), "a.cube"))
    copy = lut(write(tmp_path, cube_text(identity(2)), "b.cube"))
    other = lut(write(tmp_path, cube_text(identity(2) * 0.9), "c.cube"))
    assert first.digest == copy.digest != other.digest


BAD = [
    ("", None, "neither LUT_1D_SIZE nor LUT_3D_SIZE is given"),
    ("0 0 0\n1 1 1\n", None, "neither LUT_1D_SIZE nor LUT_3D_SIZE is given"),
    ("LUT_3D_SIZE 1\n0 0 0\n", 1, "LUT_3D_SIZE wants one integer, 2 to 129, not '1'"),
    ("LUT_3D_SIZE 130\n", 1, "LUT_3D_SIZE wants one integer, 2 to 129, not '130'"),
    ("LUT_1D_SIZE 2.5\n", 1, "LUT_1D_SIZE wants one integer, 2 to 65536, not '2.5'"),
    ("LUT_1D_SIZE nan\n", 1, "LUT_1D_SIZE wants one integer"),
    ("LUT_1D_SIZE inf\n", 1, "LUT_1D_SIZE wants one integer"),
    ("LUT_1D_SIZE\n", 1, "LUT_1D_SIZE wants one integer, 2 to 65536, not ''"),
    ("# x\nLUT_1D_SIZE 2\n\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n", 4, "LUT_1D_SIZE is there twice"),
    ("LUT_1D_SIZE 2\nDOMAIN_MIN 0 0\n0 0 0\n1 1 1\n", 2, "DOMAIN_MIN wants three numbers, not '0 0'"),
    ("LUT_1D_SIZE 2\nDOMAIN_MAX 0 nan 1\n0 0 0\n1 1 1\n", 2, "DOMAIN_MAX wants three numbers"),
    ("LUT_1D_SIZE 2\nDOMAIN_MAX 0 1 1\n0 0 0\n1 1 1\n", None, "its inputs end"),
    ("LUT_1D_SIZE 2\nLUT_IN_VIDEO_RANGE\n0 0 0\n1 1 1\n", 2, "'LUT_IN_VIDEO_RANGE' is no keyword"),
    ("LUT_1D_SIZE 2\n0 0 0\n", None, "the table has 1 entries, and its sizes ask for 2"),
    ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n1 1 1\n", 4, "the table has 3 entries, and its sizes ask for 2"),
    ("LUT_1D_SIZE 2\n0 0 0\n1 1\n", 3, "an entry is three finite numbers, not '1 1'"),
    ("LUT_1D_SIZE 2\n0 0 0\n1 x 1\n", 3, "an entry is three finite numbers, not '1 x 1'"),
    ("LUT_1D_SIZE 2\n0 0 nan\n1 1 1\n", 2, "an entry is three finite numbers"),
    ("LUT_1D_SIZE 2\n0 0 0 0\n1 1 1 1\n", 2, "an entry is three finite numbers"),
    ("LUT_1D_SIZE 2\n0 0 0\nTITLE late\n", 3, "an entry is three finite numbers"),
]


@pytest.mark.parametrize(("text", "line", "problem"), BAD)
def test_malformed_files_are_refused_by_line(
    text: str, line: int | None, problem: str, tmp_path: Path
) -> None:
    path = write(tmp_path, text)
    where = str(path) if line is None else f"{path}, line {line}"
    with pytest.raises(InvalidOptions, match=re.escape(f"{where}: {problem}")) as caught:
        lut(path)
    assert "LUT_3D_SIZE" in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.cube"
    path.write_bytes(b"LUT_1D_SIZE 2\n\xff\xfe")
    with pytest.raises(InvalidOptions, match=r"x\.cube: byte 14 is no UTF-8 text"):
        lut(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"none\.cube cannot be read: No such file.*lut:file=look\.cube"):
        lut(tmp_path / "none.cube")


def test_the_file_must_be_given() -> None:
    with pytest.raises(InvalidOptions, match="option 'file' must be given"):
        KINDS["lut"].build({})
