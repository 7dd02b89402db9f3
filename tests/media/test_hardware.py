"""Encoders in hardware: refused with a reason where there is none, told from those in software."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.encoders import CODECS, HARDWARE_CODECS, EncoderOptions, codec_named
from rotoscope.media.hardware import require_hardware
from rotoscope.media.writer import open_writer


@pytest.mark.parametrize("name", sorted(HARDWARE_CODECS))
def test_one_that_opens_is_taken_and_others_are_refused_with_what_they_want(name: str) -> None:
    if _is_there(name):
        return
    family = name.split("_", maxsplit=1)[0]
    with pytest.raises(
        UnsupportedMedia, match=f"The encoder {name} cannot be used .* Choose --codec {family},"
    ):
        require_hardware(codec_named(name))


def test_it_is_refused_before_any_work(tmp_path: Path) -> None:
    refused = [name for name in HARDWARE_CODECS if not _is_there(name)]
    assert refused, "no machine has all of them"
    options = EncoderOptions(codec=refused[0])
    with pytest.raises(UnsupportedMedia, match="cannot be used on this machine"):
        open_writer(tmp_path / "b.mp4", source=None, options=options)
    assert list(tmp_path.iterdir()) == []


def _is_there(name: str) -> bool:
    try:
        require_hardware(codec_named(name))
    except UnsupportedMedia:
        return False
    return True


def test_software_is_never_refused_and_never_hardware() -> None:
    assert not set(CODECS) & set(HARDWARE_CODECS)
    for codec in CODECS.values():
        require_hardware(codec)


def test_an_unknown_codec_names_both_kinds() -> None:
    with pytest.raises(UnsupportedMedia, match=r"Known are av1, .* in hardware, .* h264_nvenc"):
        codec_named("h265")
