"""From upright RGB frames to the pictures an encoder takes: orientation, alpha, matrix and range."""

from __future__ import annotations

from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from rotoscope.errors import EncodeError
from rotoscope.media.color import RANGES, SWSCALE_MATRICES
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.orientation import Orientation
from rotoscope.media.planes import PlanarFrame, PlaneEncoding, Planes

_RANGE_NUMBERS = {name: number for number, name in RANGES.items()}
_FULL_RANGE = 2

_PLANAR_FORMATS = frozenset({"yuv420p", "yuvj420p"})
_INPUT_FORMATS = {
    ("|u1", 3): "rgb24",
    ("|u1", 4): "rgba",
    ("<u2", 3): "rgb48le",
    ("<u2", 4): "rgba64le",
}
"""FFmpeg's formats by NumPy's type string and the number of channels."""


def inverse(orientation: Orientation) -> Orientation:
    """The orientation that undoes this one.

    A quarter turn followed by a mirror is undone by doing it again.
    """
    turn = orientation.rotation_degrees
    return Orientation(turn if orientation.is_mirrored else -turn % 360, orientation.is_mirrored)


class PictureConverter:
    """Makes encoder pictures of one pixel format from frames of one size and dtype.

    The frames' RGB is in the clip's transfer function already, so only matrix and range are applied.
    """

    def __init__(
        self,
        pixel_format: str,
        *,
        size: tuple[int, int] | None = None,
        matrix: str,
        color_range: str | None,
        orientation: Orientation,
    ) -> None:
        """Prepare the conversion.

        Args:
            pixel_format: FFmpeg's name of what the encoder takes.
            size: (width, height) to scale the stored picture to; None: its own.
            matrix: From RGB to YCbCr, one of :data:`rotoscope.media.color.SWSCALE_MATRICES`.
            color_range: ``tv``, ``pc``, or None for ``tv``.
            orientation: What a player does to the stored picture; undone here.
        """
        self._pixel_format = pixel_format
        self._width, self._height = size or (None, None)
        self._matrix = SWSCALE_MATRICES[matrix]
        self._planes_fit = pixel_format in _PLANAR_FORMATS and orientation == Orientation()
        self._encoding = PlaneEncoding(matrix, color_range == "pc")
        self._range = _RANGE_NUMBERS[color_range or "tv"]
        self._to_stored = inverse(orientation)
        # Measured on constant patches: limited range is within 0.6 levels without ACCURATE_RND; full range
        # needs it, or grey turns one level green (0.8 ms more a frame at 1280x720).
        precise = Interpolation.ACCURATE_RND if self._range == _FULL_RANGE else Interpolation(0)
        self._interpolation = Interpolation.BILINEAR | precise
        self._keeps_alpha = any(part.is_alpha for part in av.VideoFormat(pixel_format, 64, 64).components)
        self._reformatter = VideoReformatter()

    def convert(self, frame: Frame) -> av.VideoFrame:
        """One picture, without its time.

        Raises:
            EncodeError: the pixels are not (H, W, 3 or 4) uint8 or uint16.
        """
        if isinstance(frame, PlanarFrame) and self._takes(frame):
            return planes_as_video_frame(frame.planes)
        pixels = frame.pixels
        if pixels.ndim == 3 and pixels.shape[2] == 4 and not self._keeps_alpha:
            pixels = flatten(pixels)
        picture = as_video_frame(_shrink_white(self._to_stored.apply(pixels)))
        # PyAV would take the tags of the RGB input for the output's: both ends are stated here.
        return self._reformatter.reformat(
            picture,
            width=self._width,
            height=self._height,
            format=self._pixel_format,
            src_color_range=_FULL_RANGE,
            dst_colorspace=self._matrix,
            dst_color_range=self._range,
            interpolation=self._interpolation,
            threads=1,
        )

    def _takes(self, frame: PlanarFrame) -> bool:
        """Whether the frame's planes are what the encoder wants, as they are."""
        same_size = (self._width, self._height) in ((None, None), frame.shape[1::-1])
        return self._planes_fit and frame.encoding == self._encoding and same_size


def planes_as_video_frame(planes: Planes) -> av.VideoFrame:
    """FFmpeg's picture of planes."""
    height, width = planes.luma.shape
    picture = av.VideoFrame(width, height, "yuv420p")
    buffers: tuple[Any, ...] = picture.planes  # buffers, which the stubs do not say
    for stored, plane in zip(buffers, planes, strict=True):
        rows = np.frombuffer(stored, np.uint8).reshape(stored.height, stored.line_size)
        rows[:, : stored.width] = plane
    return picture


def as_video_frame(pixels: Pixels) -> av.VideoFrame:
    """FFmpeg's view of (H, W, 3 or 4) uint8 or uint16 pixels, without a copy where they lie in one piece.

    Raises:
        EncodeError: they have another shape or dtype.
    """
    channels = pixels.shape[2] if pixels.ndim == 3 else 0
    pixel_format = _INPUT_FORMATS.get((pixels.dtype.str, channels))
    if pixel_format is None:
        raise EncodeError(
            f"A frame of shape {pixels.shape} and dtype {pixels.dtype} was given; a frame is (H, W, 3 or 4), "
            f"uint8 or uint16."
        )
    whole: Any = np.ascontiguousarray(pixels)  # NumPy's stubs lose which of the two dtypes it is
    return av.VideoFrame.from_numpy_buffer(whole, format=pixel_format)


def _shrink_white(pixels: Pixels) -> Pixels:
    """Swscale takes 255 << 8 for the white of 16-bit RGB; 65535 would be 3 levels of 1023 too bright."""
    if pixels.dtype == np.uint8:
        return pixels
    factor = (255 << 8) / 65535
    factors: Any = (factor, factor, factor, 1.0)  # a scalar a channel, which OpenCV's stubs do not know
    deep: Any = pixels
    return np.asarray(cv2.multiply(deep, factors), np.uint16)


def flatten(pixels: Pixels) -> Pixels:
    """(H, W, 4) to (H, W, 3): on white, which is what FFmpeg's GIF reader puts under transparent pixels."""
    top = int(np.iinfo(pixels.dtype).max)
    color, alpha = pixels[..., :3], pixels[..., 3:]
    if int(alpha.min()) == top:
        flat = np.ascontiguousarray(color)
    else:
        wide = color.astype(np.uint64) * alpha + np.uint64(top) * (top - alpha.astype(np.uint64))
        flat = (wide + top // 2) // top
    return flat.astype(np.uint8) if top == 255 else flat.astype(np.uint16)
