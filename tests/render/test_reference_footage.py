"""Real footage painted with a bundled filter: nothing is lost that the output could have held."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.filters.base import Filter
from rotoscope.media.fidelity import check
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize
from rotoscope.standard import load_filter

from reference import MISSING, REFERENCE_DATA

pytestmark = pytest.mark.reference_data

_SMALL = ("derived_oddsize_427x241_yuv444.mp4", "fmt_gif_pigs.gif", "fmt_rot90_small.mp4", "foreman_h264.mp4")
"""Painted with every run of the tests; the rest takes minutes."""
_CONSTANT_RATE_CONTAINERS = frozenset({".avi", ".mpg", ".ts"})
"""Painted into .mp4: their own container holds constant rates, or rounds times."""


def _clips(*, small: bool) -> list[object]:
    folder = REFERENCE_DATA / "video" if REFERENCE_DATA else None
    paths = sorted(p for p in folder.iterdir() if p.suffix != ".tsv") if folder and folder.is_dir() else []
    chosen = [path for path in paths if (path.name in _SMALL) == small]
    return [pytest.param(p, id=p.name) for p in chosen] or [
        pytest.param(None, marks=pytest.mark.skip(MISSING), id="no clips")
    ]


@pytest.fixture(scope="module")
def great_wave() -> Filter:
    return load_filter("great-wave")


def _paint_and_check(clip: Path, tmp_path: Path, painter: Filter) -> None:
    suffix = ".mp4" if clip.suffix in _CONSTANT_RATE_CONTAINERS else clip.suffix
    output = tmp_path / f"painted{suffix}"
    stylize(clip, output, Look([painter]))
    report = check(clip, output)
    assert report.rows
    assert report.lost == ()


@pytest.mark.parametrize("clip", _clips(small=True))
def test_small_clips_come_back_whole(clip: Path, tmp_path: Path, great_wave: Filter) -> None:
    _paint_and_check(clip, tmp_path, great_wave)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("clip", _clips(small=False))
def test_every_clip_comes_back_whole(clip: Path, tmp_path: Path, great_wave: Filter) -> None:
    _paint_and_check(clip, tmp_path, great_wave)
