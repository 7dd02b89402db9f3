"""Fidelity of the pictures' own properties: size, orientation, depth, chroma, color tags, alpha."""

from __future__ import annotations

from fractions import Fraction

from rotoscope.media.encoders import CODECS, describe, is_ycbcr
from rotoscope.media.fidelity_rows import Row, Verdict, container_of_result, kept, lost
from rotoscope.media.hdr import HdrMetadata, read_hdr
from rotoscope.media.hdr_view import HDR_TRANSFERS, SDR_COLOR
from rotoscope.media.info import MediaInfo, MediaKind, VideoInfo
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import Display
from rotoscope.media.spherical import is_equirectangular
from rotoscope.media.stills import read_still

_SHAPE_SLACK = Fraction(1, 50)
_COLOR_FIELDS = ("primaries", "transfer", "matrix", "range")


def compare_pictures(before: MediaInfo, after: MediaInfo) -> list[Row]:
    """Everything that one picture shows or states of itself."""
    rows = [
        _compare_size(before, after),
        _compare_rotation(before, after),
        _compare_aspect(before, after),
        _compare_depth(before, after),
        _compare_chroma(before, after),
        *_compare_colors(before, after),
        *_compare_hdr(before, after),
        *_compare_alpha(before, after),
        *_compare_interlacing(before, after),
        *_compare_still_tags(before, after),
    ]
    return [row for row in rows if row is not None]


def compare_projection(before: MediaInfo, after: MediaInfo) -> list[Row]:
    """What a 360° video says of itself."""
    name = "360° projection"
    if before.kind is not MediaKind.VIDEO or not is_equirectangular(before.path):
        return []
    if after.kind is MediaKind.VIDEO and is_equirectangular(after.path):
        return [kept(name, "equirectangular")]
    container = container_of_result(after)
    if container is not None and container.name in ("mp4", "mov"):
        return [lost(name, "equirectangular", "none", f"{container.name} states it")]
    return [Row(name, "equirectangular", "none", Verdict.DROPPED, "stated in mp4 and mov only")]


def _compare_size(before: MediaInfo, after: MediaInfo) -> Row:
    name = "frame size"
    told, got = (f"{info.video.frame_size[0]}x{info.video.frame_size[1]}" for info in (before, after))
    if told == got:
        return kept(name, told)
    was_oblong = _upright_aspect(before.video) != 1
    if was_oblong and _states_no_shape(after) and _shown_shape(before.video) == _shown_shape(after.video):
        return Row(name, told, got, Verdict.CONVERTED, "pixels made square, for the result states no shape")
    return lost(name, told, got, "the frames have another size", verdict=Verdict.CONVERTED)


def _states_no_shape(info: MediaInfo) -> bool:
    container = container_of_result(info)
    codec = CODECS.get(_family(info.video.codec))
    if container is None or codec is None:
        return True
    return not codec.states_pixel_shape and container.name not in ("mp4", "mov")


def _shown_shape(video: VideoInfo) -> int:
    """Width over height as shown, in percent: sizes are rounded to whole, even pixels."""
    width, height = video.frame_size
    return round(100 * width * _upright_aspect(video) / height)


def _upright_aspect(video: VideoInfo) -> Fraction:
    turn = Orientation(video.rotation_degrees, video.is_mirrored)
    return turn.upright_aspect(video.sample_aspect_ratio)


def _compare_rotation(before: MediaInfo, after: MediaInfo) -> Row:
    name = "rotation"
    told, got = (
        f"{info.video.rotation_degrees} degrees{', mirrored' if info.video.is_mirrored else ''}"
        for info in (before, after)
    )
    if told == got:
        return kept(name, told)
    container = container_of_result(after)
    if container is None or container.display is Display.UPRIGHT:
        what = container.name if container else after.container
        return Row(name, told, got, Verdict.CONVERTED, f"{what} states none: pictures were turned upright")
    return lost(name, told, got, "the container states rotations", verdict=Verdict.CONVERTED)


def _compare_aspect(before: MediaInfo, after: MediaInfo) -> Row:
    name = "pixel shape"
    shapes = (_upright_aspect(before.video), _upright_aspect(after.video))
    told, got = (f"{shape.numerator}:{shape.denominator}" for shape in shapes)
    if told == got:
        return kept(name, told)
    if _states_no_shape(after):
        return Row(
            name, told, got, Verdict.CONVERTED, f"{after.video.codec} in {after.container} states none"
        )
    if after.video.codec == "mpeg2video" and abs(shapes[0] / shapes[1] - 1) < _SHAPE_SLACK:
        return Row(name, told, got, Verdict.CONVERTED, "mpeg2 knows four picture shapes only")
    return lost(name, told, got, f"{after.video.codec} states pixel shapes", verdict=Verdict.CONVERTED)


def _compare_depth(before: MediaInfo, after: MediaInfo) -> Row:
    name = "bit depth"
    told, got = before.video.bit_depth, after.video.bit_depth
    if told == got:
        return kept(name, str(told))
    if got > told:
        return Row(name, str(told), str(got), Verdict.CONVERTED, f"{after.video.codec} here has no less")
    if _became_sdr(before, after):
        return Row(name, str(told), str(got), Verdict.CONVERTED, "standard range needs no more")
    most = max((describe(fmt, 2, 2).bit_depth for fmt in _formats(after)), default=8)
    if got >= most:
        return Row(name, str(told), str(got), Verdict.CONVERTED, f"{after.video.codec} here has no more")
    why = f"{after.video.codec} has up to {most} bits"
    return lost(name, str(told), str(got), why, verdict=Verdict.CONVERTED)


def _formats(info: MediaInfo) -> tuple[str, ...]:
    """Pixel formats that results of this codec can have here."""
    codec = CODECS.get(_family(info.video.codec))
    return codec.pixel_formats if codec else ()


def _family(codec: str) -> str:
    return {"mpeg2video": "mpeg2"}.get(codec, codec)


def _compare_chroma(before: MediaInfo, after: MediaInfo) -> Row | None:
    name = "chroma"
    if not (is_ycbcr(before.video.pixel_format) and after.kind is MediaKind.VIDEO):
        return None
    width, height = after.video.coded_size
    source = describe(before.video.pixel_format, width, height)
    result = describe(after.video.pixel_format, width, height)
    if source.chroma == result.chroma:
        return kept(name, source.chroma_name)
    told, got = source.chroma_name, result.chroma_name
    if all(r <= s for r, s in zip(result.chroma, source.chroma, strict=True)):
        return Row(name, told, got, Verdict.CONVERTED, "finer than it was; nothing is lost")
    if any(describe(fmt, width, height).chroma == source.chroma for fmt in _formats(after)):
        return lost(name, told, got, f"{after.video.codec} has {told}", verdict=Verdict.CONVERTED)
    return Row(name, told, got, Verdict.CONVERTED, f"{after.video.codec} here has no {told}")


def _became_sdr(before: MediaInfo, after: MediaInfo) -> bool:
    """Whether HDR was converted for ordinary screens, which is no loss: it was asked for, or had to be."""
    is_shown = after.kind is not MediaKind.VIDEO or after.video.color.transfer == SDR_COLOR.transfer
    return before.video.color.transfer in HDR_TRANSFERS and is_shown


def _compare_colors(before: MediaInfo, after: MediaInfo) -> list[Row]:
    if _became_sdr(before, after):
        told, got = before.video.color.transfer or "", after.video.color.transfer or "sRGB"
        return [
            Row("HDR", told, got, Verdict.CONVERTED, "to standard range: asked for, or all the result holds")
        ]
    rows: list[Row] = []
    for field in _COLOR_FIELDS:
        name = f"color {field}"
        told, got = (getattr(info.video.color, field) for info in (before, after))
        if told == got:
            rows.append(kept(name, told or "untagged"))
        elif (told, got, field) == ("tv", None, "range"):
            rows.append(kept(name, "tv", "untagged, which means tv"))
        elif told is None or (got is not None and not is_ycbcr(before.video.pixel_format)):
            rows.append(
                Row(name, told or "untagged", got or "untagged", Verdict.ADDED, "stated for the new codec")
            )
        elif after.kind is not MediaKind.VIDEO or field not in _stated_colors(after):
            why = f"{after.video.codec} cannot state it"
            rows.append(Row(name, told, got or "untagged", Verdict.CONVERTED, why))
        else:
            rows.append(lost(name, told, got or "untagged", f"{after.video.codec} states color tags"))
    return rows


def _stated_colors(info: MediaInfo) -> frozenset[str]:
    codec = CODECS.get(_family(info.video.codec))
    return codec.stated_colors if codec else frozenset()


def _compare_hdr(before: MediaInfo, after: MediaInfo) -> list[Row]:
    source = _hdr(before)
    if source == HdrMetadata() or _became_sdr(before, after):
        return []
    result = _hdr(after)
    rows: list[Row] = []
    pairs = (
        ("mastering display", source.mastering, result.mastering),
        ("light level", source.light, result.light),
    )
    for name, told, got in pairs:
        if told is None:
            continue
        if told == got:
            rows.append(kept(name, "stated"))
        elif after.video.codec == "hevc":
            rows.append(lost(name, "stated", "stated otherwise" if got else "none", "hevc states it"))
        else:
            rows.append(Row(name, "stated", "none", Verdict.DROPPED, "written with hevc only"))
    for name in source.dynamic:
        why = "it describes the unpainted pictures frame by frame"
        rows.append(Row(f"{name} metadata", "stated", "none", Verdict.DROPPED, why))
    return rows


def _hdr(info: MediaInfo) -> HdrMetadata:
    return read_hdr(info.path) if info.kind is MediaKind.VIDEO else HdrMetadata()


def _compare_alpha(before: MediaInfo, after: MediaInfo) -> list[Row]:
    name = "transparency"
    if not before.video.has_alpha:
        return []
    if after.video.has_alpha:
        return [kept(name, "yes")]
    formats = _formats(after)
    if after.kind is MediaKind.VIDEO and any(describe(fmt, 2, 2).has_alpha for fmt in formats):
        return [lost(name, "yes", "no", f"{after.video.codec} has it")]
    if after.kind is MediaKind.VIDEO or after.container in ("JPEG", "MPO"):
        return [Row(name, "yes", "no", Verdict.DROPPED, f"{after.video.codec} here has none")]
    return [Row(name, "possible", "no", Verdict.CONVERTED, "every pixel of the result is opaque")]


def _compare_interlacing(before: MediaInfo, after: MediaInfo) -> list[Row]:
    if not before.video.is_interlaced:
        return []
    if after.video.is_interlaced:
        return [kept("interlacing", "interlaced")]
    why = "painted whole pictures have no fields"
    return [Row("interlacing", "interlaced", "progressive", Verdict.CONVERTED, why)]


def _compare_still_tags(before: MediaInfo, after: MediaInfo) -> list[Row]:
    if before.kind is not MediaKind.STILL or after.kind is not MediaKind.STILL:
        return []
    source, result = read_still(before.path), read_still(after.path)
    rows: list[Row] = []
    for name, told, got in (
        ("ICC profile", source.icc_profile, result.icc_profile),
        ("EXIF", source.exif, result.exif),
        ("XMP", source.xmp, result.xmp),
    ):
        if told is None:
            continue
        if got is not None:
            rows.append(kept(name, f"{len(told)} bytes", f"{len(got)} bytes"))
        else:
            rows.append(lost(name, f"{len(told)} bytes", "none", f"{after.container} holds it"))
    return rows
