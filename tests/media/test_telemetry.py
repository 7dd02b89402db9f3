"""GoPro's telemetry comes along in MP4 and MOV; other data tracks are left out with a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.fidelity import check
from rotoscope.media.telemetry import data_formats, telemetry_digests
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize

from reference import MISSING, REFERENCE_DATA
from samples import make_clip

FAST = EncoderOptions(preset="ultrafast")


def test_clips_without_telemetry_have_none(tmp_path: Path) -> None:
    assert data_formats(make_clip(tmp_path / "a.mp4")) == {0: "avc1", 1: "mp4a"}
    assert telemetry_digests(tmp_path / "a.mp4") == []
    assert data_formats(make_clip(tmp_path / "a.mkv")) == {}


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_telemetry_is_copied_and_what_is_no_telemetry_is_not(tmp_path: Path) -> None:
    assert REFERENCE_DATA is not None
    apple = REFERENCE_DATA / "video" / "fmt_10bit_hlg_editlist_rot.mp4"
    gopro = tmp_path / "gopro.mp4"
    # No free clip of a GoPro is at hand: a phone's tracks under GoPro's name travel the same way.
    gopro.write_bytes(apple.read_bytes().replace(b"mebx", b"gpmd"))
    result = stylize(gopro, tmp_path / "b.mp4", Look(), encoder=FAST)
    assert not any("data stream" in note for note in result.notes)
    assert telemetry_digests(tmp_path / "b.mp4") == telemetry_digests(gopro) != []
    rows = {row.name: row for row in check(gopro, tmp_path / "b.mp4").rows}
    assert rows["data stream 2"].result == "identical"
    result = stylize(apple, tmp_path / "c.mp4", Look(), encoder=FAST)
    assert len([note for note in result.notes if note.startswith("data stream")]) == 2
    assert check(apple, tmp_path / "c.mp4").lost == ()
