"""Video codecs that can be written: what holds them, their pixel formats, one scale of quality for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import av

from rotoscope.errors import InvalidOptions, UnsupportedMedia
from rotoscope.media.info import ColorTags, VideoInfo
from rotoscope.media.output import Container

VISUALLY_LOSSLESS = 75.0
"""The default on the scale of quality: a difference is not seen at normal viewing distance."""


@dataclass(frozen=True)
class EncoderOptions:
    """How a result is encoded; validated when made."""

    codec: str | None = None
    """A name of :data:`CODECS`; None: what suits the container and the source's bit depth."""
    quality: float | None = None
    """0 (smallest file) to 100 (best); None: visually lossless (75). Lossless codecs ignore it."""
    preset: str | None = None
    """The encoder's own trade of time against size, e.g. ``veryfast``; None: the codec's default here."""
    width: int | None = None
    """Width in pixels of a GIF or animated WebP, the height follows; None: the frames' own."""
    loop: int = 0
    """How often a GIF or animated WebP plays; 0: for ever."""
    still_format: str = "png"
    """Suffix of the pictures in a folder of stills."""
    threads: int = 0
    """Threads of the encoder; 0: as many as it likes. A fixed number gives the same bytes everywhere."""

    def __post_init__(self) -> None:
        if self.codec is not None:
            codec_named(self.codec)
        if self.quality is not None and not 0 <= self.quality <= 100:
            raise InvalidOptions(f"A quality of {self.quality} was given; it goes from 0 to 100.")
        if self.width is not None and self.width < 1:
            raise InvalidOptions(f"A width of {self.width} was given; give 1 pixel or more.")
        if self.loop < 0:
            raise InvalidOptions(f"A loop count of {self.loop} was given; give 0 (for ever) or more.")

    @property
    def quality_or_default(self) -> float:
        """The quality, 75 where none was given."""
        return VISUALLY_LOSSLESS if self.quality is None else self.quality


@dataclass(frozen=True, slots=True)
class QualityScale:
    """A codec's own knob, pinned to the common scale at three points and straight between them."""

    option: str
    """FFmpeg's option, e.g. ``crf``; ``quantizer`` is a fixed one, from 1 to 31."""
    worst: float
    """The knob at quality 0."""
    visually_lossless: float
    """The knob at quality 75."""
    best: float
    """The knob at quality 100."""

    def knob(self, quality: float) -> float:
        """The codec's own value for a quality of 0 to 100."""
        if quality <= VISUALLY_LOSSLESS:
            share = quality / VISUALLY_LOSSLESS
            return self.worst + (self.visually_lossless - self.worst) * share
        share = (quality - VISUALLY_LOSSLESS) / (100 - VISUALLY_LOSSLESS)
        return self.visually_lossless + (self.best - self.visually_lossless) * share


_ALL_COLORS = frozenset({"primaries", "transfer", "matrix", "range"})
_LIMITED = ColorTags(range="tv")


@dataclass(frozen=True, slots=True)
class VideoCodec:
    """One way to write video."""

    name: str
    """The word on the command line, e.g. ``h264``."""
    encoder: str
    """FFmpeg's encoder, e.g. ``libx264``."""
    containers: frozenset[str]
    """Muxers (:attr:`Container.name`) that hold it."""
    pixel_formats: tuple[str, ...]
    """What the encoder takes, by FFmpeg's names."""
    quality: QualityScale | None = None
    """None: lossless, or of fixed quality."""
    preset: str | None = None
    """Default of the option ``preset``; None: the encoder has none."""
    presets: tuple[str, ...] = ()
    """What ``preset`` may be."""
    options: tuple[tuple[str, str], ...] = ()
    """Further options of the encoder, always given."""
    stated_colors: frozenset[str] = _ALL_COLORS
    """Which fields of :class:`ColorTags` it, or its container for it, can state."""
    fixed_colors: ColorTags = _LIMITED
    """What readers take for granted in the fields that are not stated."""
    states_pixel_shape: bool = True
    """Whether its stream says how wide a pixel is; MP4 and MOV say it for any codec."""
    odd_sizes_subsampled: bool = True
    """Whether 4:2:0 and 4:2:2 pictures may have odd sizes."""
    is_constant_rate: bool = False
    """Whether the codec's own clock cannot tick as finely as a variable rate needs."""
    tag: str | None = None
    """Codec tag in MP4 and MOV where the default one is not played everywhere."""


SAME_BYTES = {"fflags": "+bitexact"}
"""For every muxer of FFmpeg: no random identifiers (Matroska) and no versions, so that the same packets make
the same file."""

_MP4ISH = frozenset({"mp4", "mov", "matroska"})
_X26_PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
)  # fmt: skip
_SVT_PRESETS = tuple(str(number) for number in range(14))
_8_AND_10 = ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le")
_ALPHA = ("yuva420p", "yuva422p", "yuva444p", "yuva420p10le", "yuva422p10le", "yuva444p10le")
_12 = ("yuv420p12le", "yuv422p12le", "yuv444p12le")
_16 = ("yuv420p16le", "yuv422p16le", "yuv444p16le", "yuva444p16le")

CODECS: dict[str, VideoCodec] = {
    codec.name: codec
    for codec in (
        VideoCodec(
            name="h264",
            encoder="libx264",
            containers=_MP4ISH | {"mpegts", "avi"},
            pixel_formats=_8_AND_10,
            quality=QualityScale("crf", 45, 17, 1),
            # 60 frames of 720p at crf 17: veryfast 9 ms a frame and 0.89 MB, faster 15 ms and 0.95 MB.
            preset="veryfast",
            presets=_X26_PRESETS,
            odd_sizes_subsampled=False,
        ),
        VideoCodec(
            name="hevc",
            encoder="libx265",
            containers=_MP4ISH | {"mpegts"},
            pixel_formats=_8_AND_10 + _12,
            quality=QualityScale("crf", 45, 16, 1),
            # Measured at 720p in 10 bits: ultrafast 35 ms of CPU a frame, superfast 65 for 0.9 dB more.
            preset="ultrafast",
            presets=_X26_PRESETS,
            odd_sizes_subsampled=False,
            tag="hvc1",
        ),
        VideoCodec(
            name="vp9",
            states_pixel_shape=False,
            encoder="libvpx-vp9",
            containers=frozenset({"webm", "matroska", "mp4"}),
            pixel_formats=("yuv420p", "yuv422p", "yuv444p", "yuva420p"),
            quality=QualityScale("crf", 60, 20, 2),
            # Measured at 720p: realtime 17 ms of CPU a frame, "good" 93 for the same size and PSNR.
            options=(("b", "0"), ("deadline", "realtime"), ("cpu-used", "6"), ("row-mt", "1")),
        ),
        VideoCodec(
            name="av1",
            states_pixel_shape=False,
            encoder="libsvtav1",
            containers=frozenset({"webm", "matroska", "mp4"}),
            pixel_formats=("yuv420p", "yuv420p10le"),
            quality=QualityScale("crf", 60, 22, 2),
            preset="9",
            presets=_SVT_PRESETS,
            odd_sizes_subsampled=False,
        ),
        VideoCodec(
            name="prores",
            states_pixel_shape=False,
            encoder="prores_ks",
            containers=frozenset({"mov", "matroska"}),
            pixel_formats=("yuv422p10le", "yuv444p10le", "yuva444p10le"),
        ),
        VideoCodec(
            name="ffv1",
            encoder="ffv1",
            containers=frozenset({"matroska", "avi"}),
            pixel_formats=_8_AND_10 + _ALPHA + _12 + _16,
            options=(("level", "3"), ("slicecrc", "1")),
        ),
        VideoCodec(
            name="mpeg4",
            stated_colors=frozenset(),
            is_constant_rate=True,
            encoder="mpeg4",
            containers=_MP4ISH | {"avi", "mpegts"},
            pixel_formats=("yuv420p",),
            quality=QualityScale("quantizer", 31, 3, 1),
        ),
        VideoCodec(
            name="mpeg2",
            stated_colors=_ALL_COLORS - {"range"},
            is_constant_rate=True,
            encoder="mpeg2video",
            containers=frozenset({"mpeg", "mpegts", "matroska"}),
            pixel_formats=("yuv420p", "yuv422p"),
            quality=QualityScale("quantizer", 31, 3, 1),
        ),
        VideoCodec(
            name="mjpeg",
            stated_colors=frozenset(),
            fixed_colors=ColorTags(matrix="bt470bg", range="pc"),  # as JFIF defines it
            encoder="mjpeg",
            containers=_MP4ISH | {"avi"},
            pixel_formats=("yuv420p", "yuv422p", "yuv444p"),
            quality=QualityScale("quantizer", 31, 2, 1),
        ),
    )
}
"""Video codecs by the word on the command line."""

_NVENC = QualityScale("cq", 45, 19, 1)
_QSV = QualityScale("global_quality", 45, 19, 1)
_NO_REORDERING = (("bf", "0"),)

HARDWARE_CODECS: dict[str, VideoCodec] = {
    f"{name}_{kind}": VideoCodec(
        name=f"{name}_{kind}",
        encoder=f"{name}_{kind}",
        containers=CODECS[name].containers,
        pixel_formats=formats if name == "h264" else (*formats, "p010le"),
        quality=quality,
        options=(*options, *_NO_REORDERING),
        odd_sizes_subsampled=False,
        tag=CODECS[name].tag,
    )
    for name in ("h264", "hevc")
    for kind, formats, quality, options in (
        ("nvenc", ("yuv420p", "yuv444p"), _NVENC, (("rc", "vbr"), ("b", "0"))),
        ("qsv", ("nv12",), _QSV, ()),
        ("amf", ("yuv420p",), None, ()),
        ("videotoolbox", ("yuv420p",), None, ()),
    )
}
"""Encoders of graphics processors, never chosen by themselves: their bytes differ from machine to machine."""


class Picture(NamedTuple):
    """What the pictures to be encoded are."""

    width: int
    height: int
    bit_depth: int
    chroma: tuple[int, int]
    """(horizontal, vertical) steps between chroma samples: (1, 1) is 4:4:4, (2, 2) is 4:2:0."""
    has_alpha: bool

    @property
    def chroma_name(self) -> str:
        """The chroma as it is usually written, e.g. ``4:2:0``."""
        return {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}.get(
            self.chroma, f"chroma every {self.chroma[0]}x{self.chroma[1]} pixels"
        )


def codec_named(name: str) -> VideoCodec:
    """The codec of that name.

    Raises:
        UnsupportedMedia: there is none.
    """
    if name in HARDWARE_CODECS:
        return HARDWARE_CODECS[name]
    if name not in CODECS:
        raise UnsupportedMedia(
            f"There is no video codec {name!r} here. Known are {', '.join(sorted(CODECS))}; in hardware, "
            f"where there is some, {', '.join(sorted(HARDWARE_CODECS))}. Choose one of them."
        )
    return CODECS[name]


def codec_for(container: Container, wanted: str | None, *, bit_depth: int) -> VideoCodec:
    """The codec to write: the wanted one, or the container's default for that bit depth.

    Raises:
        UnsupportedMedia: the wanted codec is unknown, or the container does not hold it.
    """
    codec = codec_named(wanted or (container.deep_codec if bit_depth > 8 else container.default_codec))
    if container.name not in codec.containers:
        fitting = sorted(c.name for c in CODECS.values() if container.name in c.containers)
        raise UnsupportedMedia(
            f"The container {container.name} does not hold the codec {codec.name}. It holds "
            f"{', '.join(fitting)}; {codec.name} goes into {', '.join(sorted(codec.containers))}. Choose "
            f"another codec, or another suffix for the result."
        )
    return codec


def preset_for(codec: VideoCodec, wanted: str | None) -> str | None:
    """The preset to encode with: the wanted one, or the codec's default.

    Raises:
        InvalidOptions: the codec has no presets, or not that one.
    """
    if wanted is None or wanted in codec.presets:
        return wanted or codec.preset
    known = f"it has {', '.join(codec.presets)}" if codec.presets else "it has none: leave the preset out"
    raise InvalidOptions(f"{wanted!r} is no preset of the codec {codec.name}; {known}.")


def describe(pixel_format: str, width: int, height: int) -> Picture:
    """What FFmpeg's pixel format of that name holds; RGB counts as 4:4:4."""
    components = av.VideoFormat(pixel_format, 64, 64).components
    color = [part for part in components if not part.is_alpha]
    last = color[-1]
    return Picture(
        width=width,
        height=height,
        bit_depth=max(part.bits for part in components),
        chroma=(64 // last.width, 64 // last.height),
        has_alpha=any(part.is_alpha for part in components),
    )


def stated_colors(codec: VideoCodec, color: ColorTags) -> ColorTags:
    """The clip's tags as far as the codec states them, and what readers take for granted in the others."""

    def choose(field: str) -> str | None:
        return getattr(color if field in codec.stated_colors else codec.fixed_colors, field)

    return ColorTags(choose("primaries"), choose("transfer"), choose("matrix"), choose("range"))


def is_ycbcr(pixel_format: str) -> bool:
    """Whether FFmpeg's pixel format of that name has luma and chroma: no RGB, no palette, no gray alone."""
    return pixel_format.startswith(("yuv", "nv", "p0", "p2", "p4"))


def picture_of(source: VideoInfo | None, *, width: int, height: int, deep: bool, has_alpha: bool) -> Picture:
    """What the result should be able to hold: the source's depth and chroma, as far as the frames have them.

    Sources in RGB (GIF, PNG …) and unknown ones count as 4:2:0: 4:4:4 video does not play everywhere.
    """
    chroma = (2, 2)
    if source is not None and is_ycbcr(source.pixel_format):
        chroma = describe(source.pixel_format, width, height).chroma
    deep_bits = 16 if source is None or source.bit_depth <= 8 else source.bit_depth
    return Picture(width, height, deep_bits if deep else 8, chroma, has_alpha)


def pixel_format_for(codec: VideoCodec, wanted: Picture) -> str:
    """The codec's pixel format that loses least, and among those the leanest.

    Alpha weighs most, then bits, then chroma. A picture of odd size takes a format with full chroma where the
    codec needs even sizes for less.

    Raises:
        UnsupportedMedia: the codec has no format for such a size.
    """

    def cost(name: str) -> tuple[float, ...]:
        got = describe(name, wanted.width, wanted.height)
        lost_bits = max(0, wanted.bit_depth - got.bit_depth)
        lost_chroma = sum(max(0, g - w) for g, w in zip(got.chroma, wanted.chroma, strict=True))
        spare = sum(max(0, w - g) for g, w in zip(got.chroma, wanted.chroma, strict=True))
        return (
            wanted.has_alpha > got.has_alpha,
            lost_bits,
            lost_chroma,
            got.has_alpha > wanted.has_alpha,
            max(0, got.bit_depth - wanted.bit_depth),
            spare,
        )

    fitting = [name for name in codec.pixel_formats if holds_size(codec, name, wanted.width, wanted.height)]
    if not fitting:
        raise UnsupportedMedia(
            f"The codec {codec.name} needs even widths and heights; the frames are {wanted.width}x"
            f"{wanted.height}. Choose another codec, such as "
            f"{', '.join(sorted(set(CODECS) - {codec.name, 'av1'}))}, or --size with even numbers."
        )
    return min(fitting, key=cost)


def holds_size(codec: VideoCodec, pixel_format: str, width: int, height: int) -> bool:
    """Whether the codec takes pictures of that size in that format."""
    if codec.odd_sizes_subsampled:
        return True
    across, down = describe(pixel_format, width, height).chroma
    return width % across == 0 and height % down == 0
