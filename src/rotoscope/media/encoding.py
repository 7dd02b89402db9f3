"""What is decided before the first frame is encoded: codec, pixel format, tags, orientation, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from rotoscope.machine import processors
from rotoscope.media.color import effective_matrix
from rotoscope.media.encoders import (
    EncoderOptions,
    Picture,
    VideoCodec,
    codec_for,
    describe,
    is_ycbcr,
    picture_of,
    pixel_format_for,
    preset_for,
    stated_colors,
)
from rotoscope.media.hdr import HdrMetadata, read_hdr, x265_parameters
from rotoscope.media.info import ColorTags, MediaInfo, MediaKind
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import Clock, Container, Display

_MP4ISH = ("mp4", "mov")
_REORDERING = frozenset({"libx264", "libx265", "mpeg4", "mpeg2video"})
_HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})
_SCREEN_COLORS = ColorTags(primaries="bt709", transfer="iec61966-2-1", matrix="bt709", range="tv")
"""What is stated for pictures in RGB without tags (GIF, PNG …), which are meant for screens: sRGB."""

_UNTAGGED_RGB = ColorTags(range="pc")


@dataclass(frozen=True, slots=True)
class EncodingPlan:
    """Every decision on the picture track."""

    codec: VideoCodec
    pixel_format: str
    options: tuple[tuple[str, str], ...]
    """For the encoder, by FFmpeg's names."""
    color: ColorTags
    """What is stated."""
    matrix: str
    """What is computed with: the stated one, or what an untagged clip of the size means."""
    orientation: Orientation
    stored_size: tuple[int, int]
    """(width, height) of the stored picture."""
    sample_aspect_ratio: Fraction
    """Of the stored picture; 1 where the pixels are made square."""
    codec_tag: str | None
    is_constant_rate: bool
    notes: tuple[str, ...]


def plan_encoding(
    container: Container,
    options: EncoderOptions,
    *,
    source: MediaInfo | None,
    shape: tuple[int, int, int],
    deep: bool,
) -> EncodingPlan:
    """Decide how upright frames of ``shape`` (H, W, 3 or 4) are encoded; ``deep``: they are uint16.

    Raises:
        UnsupportedMedia: the wanted codec does not go with the container or the size.
    """
    video = source.video if source is not None else None
    source_depth = video.bit_depth if video is not None else 16
    codec = codec_for(container, options.codec, bit_depth=source_depth if deep else 8)
    orientation = _orientation(container, source)
    # Width and height change places by turning either way.
    size = orientation.upright_size((shape[1], shape[0]))
    aspect = _sample_aspect_ratio(source, orientation)
    shape_notes: list[str] = []
    if aspect != 1 and not (codec.states_pixel_shape or container.name in _MP4ISH):
        shape_notes.append(
            f"pixels of {aspect.numerator}:{aspect.denominator} made square: {codec.name} in "
            f"{container.name} states no other shape"
        )
        size, aspect = _square(size, aspect), Fraction(1)
    width, height = size
    wanted = picture_of(video, width=width, height=height, deep=deep, has_alpha=shape[2] == 4)
    pixel_format = pixel_format_for(codec, wanted)
    clip_color = _colors(source)
    color = stated_colors(codec, clip_color)
    hdr = _hdr_of(source, clip_color)
    knobs = _rate_control(codec, options)
    return EncodingPlan(
        codec=codec,
        pixel_format=pixel_format,
        options=(
            *knobs,
            *codec.options,
            *_reordering(container, codec, source),
            *_x264_options(codec),
            *_x265_options(codec, hdr, options.threads),
        ),
        color=color,
        matrix=effective_matrix(color, (width, height)),
        orientation=orientation,
        stored_size=size,
        sample_aspect_ratio=aspect,
        codec_tag=codec.tag if container.name in _MP4ISH else None,
        is_constant_rate=container.clock is Clock.CONSTANT or codec.is_constant_rate,
        notes=(
            *_picture_notes(codec, wanted, describe(pixel_format, width, height), source),
            *_color_notes(codec, clip_color, color),
            *_hdr_notes(codec, hdr),
            *shape_notes,
            *_orientation_notes(container, source),
        ),
    )


def _orientation(container: Container, source: MediaInfo | None) -> Orientation:
    if source is None or source.kind is not MediaKind.VIDEO or container.display is Display.UPRIGHT:
        return Orientation()
    return Orientation(source.video.rotation_degrees, source.video.is_mirrored)


def _orientation_notes(container: Container, source: MediaInfo | None) -> list[str]:
    if source is None or source.kind is not MediaKind.VIDEO or container.display is Display.MATRIX:
        return []
    if not source.video.rotation_degrees and not source.video.is_mirrored:
        return []
    return [f"pictures turned upright: {container.name} states no rotation"]


def _colors(source: MediaInfo | None) -> ColorTags:
    if source is None or (source.video.color == _UNTAGGED_RGB and not is_ycbcr(source.video.pixel_format)):
        return _SCREEN_COLORS
    color = source.video.color
    if color.matrix == "gbr":  # stored as RGB, and written as YCbCr
        return replace(color, matrix=effective_matrix(color, source.video.coded_size), range="tv")
    return color


def _color_notes(codec: VideoCodec, clip: ColorTags, stated: ColorTags) -> list[str]:
    fields = [
        field
        for field in ("primaries", "transfer", "matrix", "range")
        if getattr(clip, field) not in (None, getattr(stated, field))
        and (field, clip.range) != ("range", "tv")
    ]
    return [f"color {', '.join(fields)} not stated: {codec.name} has no place for it"] if fields else []


def _sample_aspect_ratio(source: MediaInfo | None, orientation: Orientation) -> Fraction:
    if source is None:
        return Fraction(1)
    ratio = source.video.sample_aspect_ratio
    on_its_side = source.video.rotation_degrees in (90, 270) and orientation == Orientation()
    return 1 / ratio if on_its_side and ratio else ratio


def _square(size: tuple[int, int], aspect: Fraction) -> tuple[int, int]:
    """The size in square pixels, widened or heightened to even numbers so that no detail is lost."""
    width, height = size
    if aspect > 1:
        return round(width * aspect / 2) * 2, height
    return width, round(height / aspect / 2) * 2


def _hdr_of(source: MediaInfo | None, color: ColorTags) -> HdrMetadata:
    if source is None or source.kind is not MediaKind.VIDEO or color.transfer not in _HDR_TRANSFERS:
        return HdrMetadata()
    return read_hdr(source.path)


def _rate_control(codec: VideoCodec, options: EncoderOptions) -> list[tuple[str, str]]:
    knobs: list[tuple[str, str]] = []
    if codec.quality is not None:
        knob = codec.quality.knob(options.quality_or_default)
        if codec.quality.option == "quantizer":
            knobs += [("qmin", f"{knob:.0f}"), ("qmax", f"{knob:.0f}")]
        else:
            knobs.append((codec.quality.option, f"{knob:.4g}"))
    preset = preset_for(codec, options.preset)
    if preset is not None:
        knobs.append(("preset", preset))
    return knobs


def _reordering(container: Container, codec: VideoCodec, source: MediaInfo | None) -> list[tuple[str, str]]:
    """Switch B-frames off where the container would lose times by them.

    AVI stores no presentation times, so frames must be stored as they are shown. MP4 stores how long each
    frame lasts *in the order of decoding*: with B-frames and uneven intervals, the last frame shown gets the
    duration of some other one.
    """
    uneven = source is None or source.video.is_variable_rate is not False
    loses_times = container.clock is Clock.CONSTANT or (container.name in _MP4ISH and uneven)
    if codec.encoder not in _REORDERING or not loses_times:
        return []
    return [("bf", "0")]


def _x264_options(codec: VideoCodec) -> list[tuple[str, str]]:
    """The same bytes from the same pictures.

    x264's macroblock tree reads memory that nobody has written, and now and then its bytes follow what was
    there: 6 of 450 encodings of the same 240 pictures differed, and none of 900 without it.
    """
    return [("x264-params", "mbtree=0")] if codec.encoder == "libx264" else []


def _x265_options(codec: VideoCodec, hdr: HdrMetadata, threads: int) -> list[tuple[str, str]]:
    """Static HDR metadata, and the same bytes on every machine.

    x265 shares pictures out among as many frame threads and slices of its lookahead as there are processors,
    and what it writes follows. With one of each, the rows of a picture are still shared out. ``info`` would
    write the number of threads into the stream.
    """
    if codec.encoder != "libx265":
        return []
    parameters = ["log-level=error", "info=0", "frame-threads=1", "lookahead-slices=0"]
    parameters.append(f"pools={max(2, threads or processors())}")  # without a pool it writes another stream
    stated = x265_parameters(hdr).get("x265-params")
    return [("x265-params", ":".join([*parameters, *([stated] if stated else [])]))]


def _hdr_notes(codec: VideoCodec, hdr: HdrMetadata) -> list[str]:
    notes = [
        f"{name} metadata left out: it describes the unpainted pictures frame by frame"
        for name in hdr.dynamic
    ]
    if (hdr.mastering or hdr.light) and codec.encoder != "libx265":
        notes.append(f"static HDR metadata left out: only hevc is written with it, not {codec.name}")
    return notes


def _picture_notes(codec: VideoCodec, wanted: Picture, got: Picture, source: MediaInfo | None) -> list[str]:
    notes: list[str] = []
    if wanted.has_alpha and not got.has_alpha:
        notes.append(f"transparency left out, pictures laid on white: {codec.name} here has none")
    if source is not None and got.bit_depth < min(wanted.bit_depth, source.video.bit_depth):
        notes.append(
            f"{source.video.bit_depth} bits a component became {got.bit_depth}: {codec.name} here has no more"
        )
    if got.chroma != wanted.chroma:
        odd = wanted.width % 2 or wanted.height % 2
        why = (
            f"{wanted.width}x{wanted.height} is odd, and {codec.name} has odd sizes at {got.chroma_name} only"
        )
        notes.append(
            f"chroma {wanted.chroma_name} became {got.chroma_name}: "
            f"{why if odd else f'{codec.name} here has no {wanted.chroma_name}'}"
        )
    elif source is not None and not is_ycbcr(source.video.pixel_format):
        notes.append(f"{source.video.pixel_format} pictures became {got.chroma_name} video")
    if source is not None and source.video.is_interlaced:
        notes.append("interlaced pictures became progressive: paint does not belong to fields")
    return notes
