"""Sound that the project makes itself, as a file whose tracks can be copied into a result."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

_BIT_RATE = 160_000
"""Bits per second: transparent for stereo AAC."""
_BLOCK = 1024
"""Samples an AAC packet holds."""


def write_sound(path: Path, samples: NDArray[np.float32], *, sample_rate: int) -> None:
    """Encode stereo samples as AAC into an MP4 file.

    The file also holds one black picture of 16x16 pixels, because only files with pictures are opened
    (see :func:`rotoscope.media.opening.open_container`); whoever copies its streams leaves that out.

    Args:
        path: where; replaced if it exists.
        samples: (N, 2) float32 in -1..1.
        sample_rate: Hz.
    """
    with av.open(str(path), "w", format="mp4") as container:
        picture: Any = container.add_stream("libx264", rate=1)
        picture.width = picture.height = 16
        picture.pix_fmt = "yuv420p"
        sound: Any = container.add_stream("aac", rate=sample_rate)
        sound.codec_context.layout = "stereo"
        sound.codec_context.bit_rate = _BIT_RATE
        black = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), dtype=np.uint8), format="rgb24")
        black.pts = 0
        container.mux(picture.encode(black))
        container.mux(picture.encode(None))
        for start in range(0, len(samples), _BLOCK):
            container.mux(sound.encode(_audio_frame(samples[start : start + _BLOCK], start, sample_rate)))
        container.mux(sound.encode(None))


def _audio_frame(samples: NDArray[np.float32], start: int, sample_rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout="stereo")
    frame.sample_rate = sample_rate
    frame.pts = start
    frame.time_base = Fraction(1, sample_rate)
    return frame
