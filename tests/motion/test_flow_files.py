"""Flow in ``.flo`` files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rotoscope.errors import DecodeError, InvalidOptions, OpenError, OutputExists
from rotoscope.motion.flo import flow_bytes, read_flow, write_flow

from reference import MISSING, REFERENCE_DATA

FLOW = np.arange(2 * 3 * 2, dtype=np.float32).reshape(2, 3, 2) - 4.5


def test_flow_comes_back_from_a_file(tmp_path: Path) -> None:
    write_flow(tmp_path / "a.flo", FLOW)
    assert (read_flow(tmp_path / "a.flo") == FLOW).all()


def test_a_file_is_the_benchmarks_own_format() -> None:
    content = flow_bytes(FLOW)
    assert np.frombuffer(content, "<f4", 1) == 202021.25
    assert np.frombuffer(content, "<i4", 2, 4).tolist() == [3, 2]
    assert np.frombuffer(content, "<f4", offset=12).tolist() == FLOW.ravel().tolist()


def test_what_is_not_known_is_nan_here_and_beyond_1e9_there(tmp_path: Path) -> None:
    flow = FLOW.copy()
    flow[0, 1] = np.nan
    write_flow(tmp_path / "a.flo", flow)
    assert np.frombuffer((tmp_path / "a.flo").read_bytes(), "<f4", offset=12).max() > 1e9
    again = read_flow(tmp_path / "a.flo")
    assert np.isnan(again[0, 1]).all()
    assert np.isnan(again).sum() == 2
    half = bytearray(flow_bytes(FLOW))
    half[12:16] = np.float32(-2e9).tobytes()  # one of the two numbers is enough
    (tmp_path / "b.flo").write_bytes(half)
    assert np.isnan(read_flow(tmp_path / "b.flo")[0, 0]).all()


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    write_flow(tmp_path / "a.flo", FLOW)
    with pytest.raises(OutputExists, match=r"a\.flo exists already"):
        write_flow(tmp_path / "a.flo", FLOW)
    write_flow(tmp_path / "a.flo", -FLOW, overwrite=True)
    assert (read_flow(tmp_path / "a.flo") == -FLOW).all()
    assert [path.name for path in tmp_path.iterdir()] == ["a.flo"]


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"P6 3 2 255", OpenError, r"is no \.flo file: it begins with b'P6 3', not b'PIEH'"),
        (b"", OpenError, r"begins with b''"),
        (b"PIEH\x03\x00", DecodeError, r"states a size of 3x0; sides are 1 to 32768"),
        (flow_bytes(FLOW)[:8] + b"\xff\xff\xff\xff", DecodeError, r"states a size of 3x-1"),
        (flow_bytes(FLOW)[:-1], DecodeError, r"has 59 bytes; flow of 3x2 has 60\. It is damaged or cut off"),
        (flow_bytes(FLOW) + b"\x00", DecodeError, r"has 61 bytes"),
    ],
)
def test_other_files_are_refused(content: bytes, error: type[Exception], told: str, tmp_path: Path) -> None:
    (tmp_path / "a.flo").write_bytes(content)
    with pytest.raises(error, match=told):
        read_flow(tmp_path / "a.flo")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"none\.flo cannot be read: No such file"):
        read_flow(tmp_path / "none.flo")


def test_what_is_no_flow_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"shape \(2, 3\) is no flow; \(H, W, 2\) is"):
        write_flow(tmp_path / "a.flo", FLOW[..., 0])
    assert not list(tmp_path.iterdir())


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_the_benchmarks_files_are_read() -> None:
    assert REFERENCE_DATA is not None
    flow = read_flow(REFERENCE_DATA / "flow" / "middlebury" / "RubberWhale" / "flow10.flo")
    assert flow.shape == (388, 584, 2)
    assert 0 < np.isnan(flow).any(axis=2).mean() < 0.1
    assert np.nanmax(np.abs(flow)) < 10
