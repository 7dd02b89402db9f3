"""What is in a still, an animated picture, or a folder of stills."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.animation import AnimationSurvey, survey_animation
from rotoscope.media.info import ColorTags, MediaInfo, MediaKind, VideoInfo
from rotoscope.media.lazy import FrameTimes, Probed
from rotoscope.media.manifest import color_of
from rotoscope.media.opening import Limits
from rotoscope.media.sequence import Sequence, find_stills
from rotoscope.media.stills import StillHeader, read_header, read_xmp
from rotoscope.media.xmp import read_painting

_PIXEL_FORMATS = {(8, False): "rgb24", (8, True): "rgba", (16, False): "rgb48le", (16, True): "rgba64le"}
_ONE_PICTURE = FrameTimes(time_base=Fraction(1), pts=(0,), end_pts=1)


def probe_still(path: Path, header: StillHeader, *, limits: Limits) -> Probed:
    """Facts of one picture; it has no duration and no rate.

    ``metadata`` says how it was painted, where its XMP tells.
    """
    xmp = read_xmp(path, limits=limits)
    video = replace(
        _video_info(header, time_base=Fraction(1), frames=1, has_alpha=header.has_alpha, times=_ONE_PICTURE),
        is_variable_rate=None,
        duration_seconds_from_content=None,
    )
    info = MediaInfo(
        path=path,
        kind=MediaKind.STILL,
        container=header.format,
        size_bytes=path.stat().st_size,
        video=video,
        metadata={} if xmp is None else read_painting(xmp),
    )
    return Probed(info, times=_ONE_PICTURE)


def probe_animation(path: Path, header: StillHeader, *, count: bool, limits: Limits) -> Probed:
    """Facts of an animated picture; ``metadata["loop"]`` says how often it is played (0: for ever).

    The rest of ``metadata`` says how it was painted, where its XMP tells.

    Raises:
        DecodeError: not even its first picture can be decoded.
    """
    found = survey_animation(path, limits=limits) if count else None
    xmp = read_xmp(path, limits=limits)
    video = _video_info(
        header,
        time_base=found.times.time_base if found else Fraction(1, 1000),
        frames=found.claimed_frames if found else header.frame_count,
        has_alpha=found.has_alpha if found else header.has_alpha,
        times=found.times if found else None,
    )
    info = MediaInfo(
        path=path,
        kind=MediaKind.GIF,
        container=header.format,
        size_bytes=path.stat().st_size,
        video=video,
        metadata=_loop(found) | ({} if xmp is None else read_painting(xmp)),
        problems=(found.problem,) if found and found.problem else (),
    )
    if found is None:
        return Probed(info, times=None)
    return Probed(info, times=found.times, truncation=found.problem, claimed_frames=found.claimed_frames)


def probe_sequence(path: Path, *, rate: Fraction | None, limits: Limits) -> Probed:
    """Facts of a folder or pattern of stills; all headers are read, no pixels.

    Args:
        path: Folder or pattern.
        rate: Stills a second where no manifest says.
        limits: Size limits.

    Raises:
        OpenError: there are no stills, or one cannot be opened.
        UnsupportedMedia: they are not all of one size.
        ManifestError: the folder's manifest is broken.
    """
    found = find_stills(path)
    headers = [read_header(file, limits=limits) for file in found.files]
    _check_sizes(found, headers)
    deepest = max(headers, key=lambda header: header.bit_depth)
    times = found.times(rate)
    video = _video_info(
        deepest,
        time_base=times.time_base,
        frames=len(headers),
        has_alpha=any(header.has_alpha for header in headers),
        times=times,
        found=found,
    )
    info = MediaInfo(
        path=path,
        kind=MediaKind.IMAGES,
        container="folder" if path.is_dir() else "pattern",
        size_bytes=sum(file.stat().st_size for file in found.files),
        video=video,
        problems=found.problems,
    )
    return Probed(info, times=times)


def _video_info(
    header: StillHeader,
    *,
    time_base: Fraction,
    frames: int | None,
    has_alpha: bool,
    times: FrameTimes | None = None,
    found: Sequence | None = None,
) -> VideoInfo:
    manifest = found.manifest if found else None
    return VideoInfo(
        codec=header.format.lower(),
        coded_size=header.stored_size,
        frame_size=header.frame_size,
        pixel_format=_PIXEL_FORMATS[16 if header.bit_depth > 8 else 8, has_alpha],
        bit_depth=header.bit_depth,
        has_alpha=has_alpha,
        color=color_of(manifest.stream) if manifest else ColorTags(range="pc"),
        rotation_degrees=header.orientation.rotation_degrees,
        is_mirrored=header.orientation.is_mirrored,
        sample_aspect_ratio=_aspect(found),
        is_interlaced=False,
        time_base=time_base,
        average_rate=manifest.stream.average_rate if manifest else None,
        is_variable_rate=times.is_variable_rate if times else None,
        start_pts=times.pts[0] if times else 0,
        frame_count_from_header=frames,
        frame_count_from_content=len(times.pts) if times else None,
        duration_seconds_from_content=times.duration_seconds if times else None,
    )


def _aspect(found: Sequence | None) -> Fraction:
    """Of the stills as they lie there: the manifest states it before turning, its stills are turned."""
    if found is None or found.manifest is None:
        return Fraction(1)
    stream = found.manifest.stream
    aspect = stream.sample_aspect_ratio
    return 1 / aspect if stream.rotation_degrees in (90, 270) else aspect


def _check_sizes(found: Sequence, headers: list[StillHeader]) -> None:
    first = headers[0].frame_size
    for file, header in zip(found.files, headers, strict=True):
        if header.frame_size != first:
            raise UnsupportedMedia(
                f"{file} is {header.frame_size[0]}x{header.frame_size[1]}, but {found.files[0].name} is "
                f"{first[0]}x{first[1]}; all stills of a clip have one size. Scale them to one size, or "
                "paint them one by one."
            )


def _loop(found: AnimationSurvey | None) -> dict[str, str]:
    return {"loop": str(found.loop)} if found is not None and found.loop is not None else {}
