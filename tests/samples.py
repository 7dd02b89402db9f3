"""Synthetic clips and pictures, made in code, whose every frame says which one it is.

Every frame carries its index as eight black or white blocks along the top (most significant bit at the
left), and the two bottom corners are red (left) and blue (right). So a test can tell which frame it got
(:func:`read_index`) and whether it is upright (:func:`corners`), through lossy codecs too.
"""

from __future__ import annotations

import struct
import wave
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageCms

INDEX_BITS = 8
SAMPLE_RATE = 48000
UNSPECIFIED = 2
"""FFmpeg's number for a matrix, transfer function or primaries that nobody stated."""

_AUDIO_CODECS = {".webm": "libopus", ".ts": "mp2", ".mpg": "mp2", ".avi": "mp2"}
_MATRICES = {"bt709": 1, "bt601": 5, "bt2020": 9}
"""swscale's colorspace numbers, as PyAV's ``dst_colorspace`` takes them."""
_MATRIX_TAGS = {"bt709": 1, "bt601": 6, "bt2020": 9}
"""FFmpeg's AVColorSpace numbers, as the codec context takes them."""
_ALPHA_FORMATS = ("yuva", "rgba", "bgra", "gbrap", "argb")
_RANGES = {"tv": 1, "pc": 2}


# --- pictures ---------------------------------------------------------------------------------------------


def picture(index: int = 0, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """Frame ``index`` of every sample clip: (H, W, 3) uint8."""
    width, height = size
    ys, xs = np.mgrid[0:height, 0:width]
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0] = 64 + 96 * xs // width
    pixels[..., 1] = 64 + 96 * ys // height
    pixels[..., 2] = 64 + 16 * (index % 8)
    edges = np.linspace(0, width, INDEX_BITS + 1).astype(int)
    for bit in range(INDEX_BITS):
        is_set = index >> (INDEX_BITS - 1 - bit) & 1
        pixels[: height // 3, edges[bit] : edges[bit + 1]] = 255 if is_set else 0
    pixels[-(height // 3) :, : width // 4] = (230, 20, 20)
    pixels[-(height // 3) :, -(width // 4) :] = (20, 20, 230)
    return pixels


def read_index(pixels: NDArray[Any]) -> int:
    """Which frame this is, read from the blocks of an upright picture (any integer dtype)."""
    height, width = pixels.shape[:2]
    half = np.iinfo(pixels.dtype).max / 2
    edges = np.linspace(0, width, INDEX_BITS + 1).astype(int)
    index = 0
    for bit in range(INDEX_BITS):
        middle = (edges[bit] + edges[bit + 1]) // 2
        index = index << 1 | int(pixels[height // 6, middle, :3].mean() > half)
    return index


def corners(pixels: NDArray[Any]) -> str:
    """Colors of the bottom corners, left then right, by name: ``"red blue"`` for an upright picture."""
    height, width = pixels.shape[:2]
    names: list[str] = []
    for x in (width // 10, width - 1 - width // 10):
        red, green, blue = (int(v) for v in pixels[height - 1 - height // 10, x, :3])
        names.append(
            "red" if red > 2 * max(green, blue) else "blue" if blue > 2 * max(red, green) else "other"
        )
    return " ".join(names)


def alpha_picture(index: int = 0, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """:func:`picture` with a transparent right half: (H, W, 4) uint8."""
    pixels = picture(index, size)
    alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    alpha[:, size[0] // 2 :] = 0
    return np.concatenate([pixels, alpha], axis=2)


# --- clips ------------------------------------------------------------------------------------------------


def make_clip(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    rate: Fraction = Fraction(25),
    frames: int = 20,
    audio: bool = True,
    audio_tracks: int = 1,
    rotation: int = 0,
    mirrored: bool = False,
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    b_frames: int = 0,
    gop: int = 12,
    interlaced: bool = False,
    matrix: str | None = None,
    color_range: str | None = None,
    primaries: int | None = None,
    transfer: int | None = None,
    sample_aspect_ratio: Fraction | None = None,
    subtitles: bool = False,
    chapters: bool = False,
    metadata: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    pictures: Sequence[NDArray[Any]] | None = None,
) -> Path:
    """Write a clip whose container follows the path's suffix.

    Args:
        path: Where; returned for convenience.
        size: (width, height) of the stored picture.
        rate: Frames a second (and the time base, unless ``time_base`` is given).
        frames: How many (at most 256 tell themselves apart); ignored where ``pts`` or ``pictures`` says it.
        audio: With ``audio_tracks`` sine tones as long as the pictures.
        audio_tracks: How many tones (the second has the language ``fra``).
        rotation: Clockwise degrees a player turns the stored picture by.
        mirrored: A player also flips it left to right, after turning.
        pts: Presentation times in units of ``time_base``: variable rate, start offsets.
        time_base: Unit of ``pts``; 1/1000 by default where ``pts`` is given.
        codec: FFmpeg's name of the encoder.
        pix_fmt: FFmpeg's name of the pixel format.
        b_frames: Largest run of B-frames.
        gop: Frames between keyframes.
        interlaced: Top field first, H.264.
        matrix: ``bt709``, ``bt601`` or ``bt2020``: converted with, and tagged; None: bt601, untagged.
        color_range: ``tv`` or ``pc``: converted to, and tagged; None: tv, untagged.
        primaries: FFmpeg's number of the primaries to tag.
        transfer: FFmpeg's number of the transfer function to tag.
        sample_aspect_ratio: Of a stored pixel.
        subtitles: With one SubRip track (Matroska only).
        chapters: With two chapters.
        metadata: Container tags.
        options: More options for the video encoder.
        pictures: (H, W, 3 or 4) uint8 or uint16 instead of :func:`picture`.
    """
    if pictures is None:
        draw = alpha_picture if pix_fmt.startswith(_ALPHA_FORMATS) else picture
        pictures = [draw(i, size) for i in range(len(pts) if pts is not None else frames)]
    unit = time_base or (Fraction(1, 1000) if pts is not None else 1 / rate)
    times = list(pts) if pts is not None else [round(i / rate / unit) for i in range(len(pictures))]
    container_options = {"movflags": "+faststart"} if path.suffix in {".mp4", ".mov"} else {}
    durations = _durations(times, rate, unit)
    with av.open(str(path), "w", container_options=container_options) as container:
        container.metadata.update(dict(metadata or {}))
        if chapters:
            _add_chapters(container)
        video = container.add_stream(codec, rate=rate)
        assert isinstance(video, VideoStream)
        video.width, video.height = size
        video.pix_fmt = pix_fmt
        context = video.codec_context
        context.time_base = unit
        context.gop_size = gop
        context.max_b_frames = b_frames
        context.sample_aspect_ratio = sample_aspect_ratio or Fraction(1)
        context.colorspace = _MATRIX_TAGS.get(matrix or "", UNSPECIFIED)
        context.color_range = _RANGES.get(color_range or "", 0)
        context.color_primaries = primaries or UNSPECIFIED
        context.color_trc = transfer or UNSPECIFIED
        context.options = _encoder_options(codec, b_frames, interlaced) | dict(options or {})
        if rotation or mirrored:
            video.set_display_rotation(-rotation, hflip=mirrored)
        sounds = [_add_audio(container, path.suffix, i) for i in range(audio_tracks if audio else 0)]
        titles = _add_subtitles(container) if subtitles else None
        container.start_encoding()
        for pixels, time, duration in zip(pictures, times, durations, strict=True):
            frame = _video_frame(pixels, pix_fmt, matrix, color_range)
            frame.pts, frame.time_base, frame.duration = time, unit, duration
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number, sound in enumerate(sounds):
            _mux_tone(
                container, sound, 440 * (number + 1), times[0] * unit, (times[-1] + durations[-1]) * unit
            )
        if titles is not None:
            _mux_subtitles(container, titles)
    return path


def _encoder_options(codec: str, b_frames: int, interlaced: bool) -> dict[str, str]:
    if codec == "libx264":
        fields = ":tff=1" if interlaced else ""
        return {"preset": "veryfast", "crf": "12", "x264-params": f"scenecut=0:bframes={b_frames}{fields}"}
    if codec == "libx265":
        return {"preset": "ultrafast", "crf": "12", "x265-params": f"log-level=none:bframes={b_frames}"}
    if codec == "libvpx-vp9":
        return {"deadline": "realtime", "cpu-used": "8", "crf": "15", "b": "0", "auto-alt-ref": "0"}
    return {"qscale": "2"} if codec in {"mpeg2video", "mpeg4", "mjpeg"} else {}


def _durations(times: Sequence[int], rate: Fraction, unit: Fraction) -> list[int]:
    last = round(1 / rate / unit)
    return [*(b - a for a, b in pairwise(times)), last]


def _video_frame(
    pixels: NDArray[Any], pix_fmt: str, matrix: str | None, color_range: str | None
) -> av.VideoFrame:
    deep = pixels.dtype == np.uint16
    source = {(False, 3): "rgb24", (False, 4): "rgba", (True, 3): "rgb48le", (True, 4): "rgba64le"}
    frame = av.VideoFrame.from_ndarray(
        np.ascontiguousarray(pixels), format=source[bool(deep), pixels.shape[2]]
    )
    return frame.reformat(
        format=pix_fmt,
        dst_colorspace=_MATRICES[matrix or "bt601"],
        src_color_range=_RANGES["pc"],
        dst_color_range=_RANGES[color_range or "tv"],
    )


def _add_audio(container: OutputContainer, suffix: str, number: int) -> AudioStream:
    codec = _AUDIO_CODECS.get(suffix, "aac")
    stream = container.add_stream(codec, rate=SAMPLE_RATE)
    assert isinstance(stream, AudioStream)
    stream.codec_context.layout = "stereo"
    stream.metadata["language"] = ("eng", "fra")[number % 2]
    return stream


def _mux_tone(
    container: OutputContainer, stream: AudioStream, hertz: int, start: Fraction, stop: Fraction
) -> None:
    size = 1024
    first, count = int(start * SAMPLE_RATE), int((stop - start) * SAMPLE_RATE)
    resampler = av.AudioResampler(
        format=stream.codec_context.format, layout="stereo", rate=SAMPLE_RATE, frame_size=0
    )
    for offset in range(0, count, size):
        n = np.arange(offset, min(offset + size, count))
        samples = (0.3 * 32767 * np.sin(2 * np.pi * hertz * n / SAMPLE_RATE)).astype(np.int16)
        chunk = av.AudioFrame.from_ndarray(
            np.repeat(samples, 2).reshape(1, -1), format="s16", layout="stereo"
        )
        chunk.sample_rate, chunk.pts, chunk.time_base = SAMPLE_RATE, first + offset, Fraction(1, SAMPLE_RATE)
        for resampled in resampler.resample(chunk):
            container.mux(stream.encode(resampled))
    container.mux(stream.encode(None))


def _add_chapters(container: OutputContainer) -> None:
    unit = Fraction(1, 1000)
    container.set_chapters(
        [
            {"id": 1, "start": 0, "end": 400, "time_base": unit, "metadata": {"title": "Take off"}},
            {"id": 2, "start": 400, "end": 800, "time_base": unit, "metadata": {"title": "Landing"}},
        ]
    )


def _add_subtitles(container: OutputContainer) -> Stream:
    stream = container.add_mux_stream("subrip")
    stream.metadata["language"] = "eng"
    return stream


def _mux_subtitles(container: OutputContainer, stream: Stream) -> None:
    for start, text in ((0, b"Hello"), (400, b"Goodbye")):
        packet: av.Packet[Any] = av.Packet(text)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = start
        packet.duration = 300
        container.mux(packet)


# --- ready-made clips -------------------------------------------------------------------------------------

IRREGULAR_PTS = (0, 33, 67, 100, 208, 241, 275, 383, 417, 450, 558, 592, 625, 658, 767, 800)
"""Milliseconds, as a phone writes them: 33 ms with gaps of 108 ms."""


def make_variable_rate(path: Path, *, pts: Sequence[int] = IRREGULAR_PTS, audio: bool = True) -> Path:
    """Irregular presentation times, in milliseconds."""
    return make_clip(path, pts=pts, audio=audio)


def make_odd_sized(path: Path) -> Path:
    """427x241, 4:4:4: a size that chroma subsampling cannot hold."""
    return make_clip(path, size=(427, 241), pix_fmt="yuv444p", frames=6)


def make_ten_bit(path: Path, *, frames: int = 8) -> Path:
    """HEVC, 10 bits, tagged BT.2020 with HLG."""
    return make_clip(
        path,
        size=(128, 96),
        codec="libx265",
        pix_fmt="yuv420p10le",
        frames=frames,
        matrix="bt2020",
        primaries=9,
        transfer=18,
        color_range="tv",
    )


def make_alpha_webm(path: Path, *, frames: int = 8) -> Path:
    """VP9 with alpha; the right half is transparent."""
    return make_clip(path, codec="libvpx-vp9", pix_fmt="yuva420p", frames=frames, audio=False)


def make_matroska(path: Path) -> Path:
    """H.264 with two sound tracks, SubRip subtitles, two chapters and a title."""
    return make_clip(path, audio_tracks=2, subtitles=True, chapters=True, metadata={"title": "Sample"})


def make_gif(
    path: Path,
    *,
    delays_ms: Sequence[int] = (100, 50, 200, 100),
    size: tuple[int, int] = (64, 48),
    transparent: bool = False,
    loop: int = 0,
) -> Path:
    """An animated GIF, WebP or APNG (by suffix) with one frame a delay."""
    draw = alpha_picture if transparent else picture
    images = [Image.fromarray(draw(i, size)) for i in range(len(delays_ms))]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=list(delays_ms), loop=loop, disposal=2
    )
    return path


def make_stills(
    folder: Path, *, frames: int = 5, size: tuple[int, int] = (64, 48), name: str = "{:04d}.png"
) -> Path:
    """A folder of numbered stills; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(frames):
        Image.fromarray(picture(index, size)).save(folder / name.format(index))
    return folder


def make_sound_only(path: Path) -> Path:
    """Sound and no picture: a WAV file, or whatever else the suffix says."""
    if path.suffix != ".wav":
        with av.open(str(path), "w") as container:
            _mux_tone(container, _add_audio(container, path.suffix, 0), 440, Fraction(0), Fraction(1))
        return path
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return path


# --- damage -----------------------------------------------------------------------------------------------


def truncate(source: Path, target: Path, *, keep: float = 0.6) -> Path:
    """The first ``keep`` of the source's bytes."""
    content = source.read_bytes()
    target.write_bytes(content[: int(len(content) * keep)])
    return target


def corrupt(source: Path, target: Path, *, seed: int = 0, start: float = 0.5, stop: float = 0.6) -> Path:
    """The source with the bytes of ``[start, stop)`` (shares of its length) replaced by noise."""
    content = bytearray(source.read_bytes())
    first, last = int(len(content) * start), int(len(content) * stop)
    noise = np.random.default_rng(seed).integers(0, 256, last - first, dtype=np.uint8)
    content[first:last] = noise.tobytes()
    target.write_bytes(bytes(content))
    return target


@cache  # the time it is made at is in it
def wide_profile() -> bytes:
    """SRGB's curve with the primaries of BT.2020: the numbers of an sRGB profile, exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Colorants of BT.2020 at D50, by the Bradford method.
    colorants = {b"rXYZ": (0.6734, 0.2790, -0.0019), b"gXYZ": (0.1656, 0.6753, 0.0299),
                 b"bXYZ": (0.1251, 0.0456, 0.7969)}  # fmt: skip
    for number in range(struct.unpack_from(">I", profile, 128)[0]):
        name, place, _ = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if name in colorants:
            numbers = [round(value * 65536) for value in colorants[name]]
            struct.pack_into(">3i", profile, place + 8, *numbers)
    return bytes(profile)
