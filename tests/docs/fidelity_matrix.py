"""``docs/reference/fidelity.md``: what comes back of each kind of file, found by doing it.

Write it anew with ``python tests/docs/fidelity_matrix.py``; with ROTOSCOPE_REFERENCE_DATA the real clips too.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.fidelity import Row, Verdict, check
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.probe import inspect_media
from rotoscope.media.spherical import Projection, whole_sphere, write_projection
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.stylize import stylize

from reference import REFERENCE_DATA
from samples import (
    alpha_picture,
    make_alpha_webm,
    make_clip,
    make_gif,
    make_matroska,
    make_odd_sized,
    make_stills,
    make_ten_bit,
    make_variable_rate,
    picture,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/fidelity.md"
GENERATED, REAL = "generated files", "real clips"

COLUMNS: dict[str, tuple[str, ...]] = {
    "frames and times": ("frame count", "presentation times", "duration"),
    "size and turn": ("frame size", "rotation", "pixel shape", "interlacing", "360° projection"),
    "depth and chroma": ("bit depth", "chroma"),
    "color": ("color primaries", "color transfer", "color matrix", "color range", "HDR", "ICC profile"),
    "HDR metadata": ("mastering display", "light level"),
    "transparency": ("transparency", "matte"),
    "pictures": ("pictures",),
    "sound": ("sound track",),
    "other tracks": ("subtitle", "data", "video", "cover", "attachment"),
    "chapters and tags": ("chapters", "metadata", "EXIF", "XMP"),
}

_HEAD = """\
<!-- Written by tests/docs/fidelity_matrix.py, which does what the page says; do not edit. -->
# What comes back

Every row is a file that was sent through `rotoscope stylize` without a filter, and held against its source
by `rotoscope check --unpainted`. *Kept* is as it was; *converted* is there in another form; *left out* is
gone; the numbers say why. An empty cell: the file has no such thing. Nothing here is a loss: what is
converted or left out, the result could not hold.

"""


@dataclass(frozen=True)
class Case:
    """A kind of file, and what it becomes."""

    name: str
    make: Callable[[Path], object]
    suffix: str
    output: str
    options: EncoderOptions = field(default_factory=lambda: EncoderOptions(quality=90))
    to_sdr: bool = False


def _sphere(path: Path) -> None:
    make_clip(path, frames=6)
    write_projection(path, Projection(in_entry=whole_sphere()))


def _photograph(path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Rotocam", 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(picture(1)).save(path, exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta/>", quality=95)


def _deep_still(path: Path) -> None:
    pixels = np.asarray(picture(1).astype(np.uint16) * 257 + 3, np.uint16)
    path.write_bytes(encode_still(pixels, path.suffix, quality=100, tags=StillTags()).content)


def _mode(mode: str, path: Path) -> None:
    Image.fromarray(alpha_picture(1) if "A" in mode else picture(1)).convert(mode).save(path)


_LATE = range(80, 1080, 40)
_LOSSLESS = EncoderOptions(quality=100)
_codec = partial(EncoderOptions, quality=90)

CASES: tuple[Case, ...] = (
    Case("MP4: H.264, constant rate, sound", make_clip, ".mp4", ".mp4"),
    Case("MP4: variable rate", make_variable_rate, ".mp4", ".mp4"),
    Case("MP4: variable rate", make_variable_rate, ".mp4", ".mkv"),
    Case(
        "MP4: B-frames, late start", partial(make_clip, b_frames=3, pts=range(80, 1080, 40)), ".mp4", ".mp4"
    ),
    Case("MP4: turned by 90°", partial(make_clip, rotation=90), ".mp4", ".mp4"),
    Case("MP4: turned by 90°", partial(make_clip, rotation=90), ".mp4", ".webm"),
    Case("MP4: turned by 270° and mirrored", partial(make_clip, rotation=270, mirrored=True), ".mp4", ".mov"),
    Case("MP4: turned by 180°", partial(make_clip, rotation=180), ".mp4", ".mkv"),
    Case("MP4: pixels of 4:3", partial(make_clip, sample_aspect_ratio=Fraction(4, 3)), ".mp4", ".mp4"),
    Case("MP4: interlaced", partial(make_clip, interlaced=True), ".mp4", ".mp4"),
    Case("MP4: 427x241, 4:4:4", make_odd_sized, ".mp4", ".mp4"),
    Case("MP4: 4:2:2", partial(make_clip, pix_fmt="yuv422p"), ".mp4", ".mp4"),
    Case("MP4: full range, BT.709", partial(make_clip, color_range="pc", matrix="bt709"), ".mp4", ".mp4"),
    Case("MP4: HEVC, 10 bits, HLG", make_ten_bit, ".mp4", ".mp4"),
    Case("MP4: HEVC, 10 bits, HLG", make_ten_bit, ".mp4", ".webm"),
    Case("MP4: HEVC, 10 bits, HLG, `--codec prores`", make_ten_bit, ".mp4", ".mov", _codec(codec="prores")),
    Case("MP4: HEVC, 10 bits, HLG, `--to-sdr`", make_ten_bit, ".mp4", ".mp4", to_sdr=True),
    Case("MP4: HEVC, 10 bits, HLG", make_ten_bit, ".mp4", ".avi"),
    Case("MP4: HEVC, 10 bits, HLG", make_ten_bit, ".mp4", ".gif"),
    Case("MP4: 360°", _sphere, ".mp4", ".mp4"),
    Case("MP4: 360°", _sphere, ".mp4", ".mkv"),
    Case("Matroska: two sounds, subtitles, chapters, tags", make_matroska, ".mkv", ".mkv"),
    Case("Matroska: two sounds, subtitles, chapters, tags", make_matroska, ".mkv", ".mp4"),
    Case("Matroska: two sounds, subtitles, chapters, tags", make_matroska, ".mkv", ".webm"),
    Case("WebM: VP9 with alpha", make_alpha_webm, ".webm", ".webm"),
    Case("WebM: VP9 with alpha, `--codec prores`", make_alpha_webm, ".webm", ".mov", _codec(codec="prores")),
    Case("WebM: VP9 with alpha", make_alpha_webm, ".webm", ".mp4"),
    Case("GIF", make_gif, ".gif", ".gif"),
    Case("GIF, transparent", partial(make_gif, transparent=True), ".gif", ".webp", _LOSSLESS),
    Case("GIF, transparent", partial(make_gif, transparent=True), ".gif", ".apng"),
    Case("JPEG: turned by EXIF, XMP, sRGB profile", _photograph, ".jpg", ".jpg"),
    Case("JPEG: turned by EXIF, XMP, sRGB profile", _photograph, ".jpg", ".png"),
    Case("PNG of 16 bits", _deep_still, ".png", ".png"),
    Case("TIFF of 16 bits", _deep_still, ".tif", ".tif"),
    Case("PNG, transparent", partial(_mode, "RGBA"), ".png", ".png"),
    Case("PNG, palette", partial(_mode, "P"), ".png", ".png"),
    Case("PNG, gray", partial(_mode, "L"), ".png", ".png"),
    Case("a folder of stills", make_stills, "", ".mp4"),
)


def rows_of(case: Case) -> tuple[Row, ...]:
    """Send the case's file through, and hold the result against it."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / f"a{case.suffix}", Path(folder) / f"b{case.output}"
        case.make(source)
        return _sent_through(source, output, case.options, to_sdr=case.to_sdr)


def _sent_through(source: Path, output: Path, options: EncoderOptions, *, to_sdr: bool) -> tuple[Row, ...]:
    stylize(source, output, Look(), encoder=options, options=RenderOptions(to_sdr=to_sdr))
    return check(source, output, unpainted=True).rows


def real_rows() -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    """The same for every file of the reference videos: kind, result, rows."""
    assert REFERENCE_DATA is not None
    files = [path for path in (REFERENCE_DATA / "video").iterdir() if path.suffix != ".tsv"]
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(files):
            output = Path(folder) / f"b{path.suffix}"
            is_video = path.suffix not in (".gif",)
            hevc = inspect_media(path).video.bit_depth > 8
            options = EncoderOptions(
                preset="ultrafast" if is_video and path.suffix not in _NO_PRESET else None
            )
            rows = _sent_through(path, output, options if not hevc else EncoderOptions(), to_sdr=False)
            output.unlink()
            yield _kind_of(inspect_media(path)), path.suffix, rows


_NO_PRESET = frozenset({".avi", ".mpg"})


def _kind_of(info: MediaInfo) -> str:
    """What a file is, without its name."""
    video = info.video
    size = f"{video.coded_size[0]}x{video.coded_size[1]}"
    if info.kind is MediaKind.GIF:
        return f"{info.container}, {size}"
    parts = [f"{info.path.suffix.lstrip('.').upper()}: {video.codec}, {video.pixel_format}, {size}"]
    parts += [f"{float(video.average_rate):.4g} frames a second"] if video.average_rate else []
    parts += ["variable rate"] if video.is_variable_rate else []
    parts += [f"turned by {video.rotation_degrees}°"] if video.rotation_degrees else []
    parts += ["interlaced"] if video.is_interlaced else []
    names = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
    parts += [names[video.color.transfer]] if video.color.transfer in names else []
    parts += [track.codec for track in info.audio]
    return ", ".join(parts)


class Table:
    """Rows of the page, with one number for each reason."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._reasons: dict[str, int] = {}

    def add(self, kind: str, result: str, rows: tuple[Row, ...]) -> None:
        """One file."""
        lost = [row.name for row in rows if row.is_loss]
        assert not lost, f"{kind} to {result}: lost {lost}"
        cells = (self._cell(column, rows) for column in COLUMNS)
        self._lines.append(" | ".join((f"| {kind}", result.lstrip(".") or "folder", *cells)) + " |")

    def _cell(self, column: str, rows: tuple[Row, ...]) -> str:
        mine = [row for row in rows if _column_of(row.name) == column]
        worst = [row for row in mine if row.verdict not in (Verdict.KEPT, Verdict.ADDED)]
        if not worst:
            return "kept" if mine else ""
        word = "converted" if any(row.verdict is Verdict.CONVERTED for row in worst) else "left out"
        numbers = sorted({self._number(f"{_plain(row.name)}: {row.why}") for row in worst})
        return f"{word} {', '.join(map(str, numbers))}"

    def _number(self, reason: str) -> int:
        return self._reasons.setdefault(reason, len(self._reasons) + 1)

    def text(self) -> str:
        """The table and the reasons below it."""
        head = " | ".join(("| file", "to", *COLUMNS)) + " |"
        rule = "|" + "---|" * (len(COLUMNS) + 2)
        reasons = [f"{number}. {reason}" for reason, number in self._reasons.items()]
        return "\n".join([head, rule, *self._lines, "", *reasons])


def _column_of(name: str) -> str:
    if name.endswith(" metadata"):  # HDR10+, Dolby Vision
        return "HDR metadata"
    for column, names in COLUMNS.items():
        if name in names or name.startswith(tuple(f"{known} " for known in names)):
            return column
    raise AssertionError(f"no column for {name!r}")


def _plain(name: str) -> str:
    """Without the number of a track."""
    return re.sub(r" \d+\b", "", name)


def generated() -> str:
    """The table of generated files."""
    table = Table()
    for case in CASES:
        table.add(case.name, case.output, rows_of(case))
    return table.text()


def real() -> str:
    """The table of real clips."""
    table = Table()
    for kind, result, rows in real_rows():
        table.add(kind, result, rows)
    return table.text()


def section(page: str, name: str) -> str:
    """What stands between the marks of a section."""
    return page.split(f"<!-- {name} -->\n")[1].split(f"\n<!-- /{name} -->", maxsplit=1)[0].strip()


def page(generated_table: str, real_table: str) -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, name, table in (
        ("Files made for this page", GENERATED, generated_table),
        ("Real clips", REAL, real_table),
    ):
        parts.append(f"## {title}\n\n<!-- {name} -->\n\n{table}\n\n<!-- /{name} -->\n\n")
    return "".join(parts).rstrip() + "\n"


def main() -> None:
    """Write the page; the real clips' part stays where there are none."""
    there = section(PAGE.read_text(encoding="utf-8"), REAL) if PAGE.exists() else ""
    PAGE.write_text(page(generated(), real() if REFERENCE_DATA else there), encoding="utf-8")


if __name__ == "__main__":
    main()
