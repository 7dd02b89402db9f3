"""Fidelity of the pictures themselves, for results on which nothing was painted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import inf, log10
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.media.clip import open_clip
from rotoscope.media.fidelity_rows import Row, Verdict, kept, lost
from rotoscope.media.frame import Pixels
from rotoscope.media.hdr import HdrMetadata, read_hdr
from rotoscope.media.hdr_view import view_of
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.opening import Limits

SAMPLES = 5
"""Frames that are compared, spread over the clip."""
LEAST_DB = 30.0
"""PSNR below which a picture is not what it was: encoders leave 35 dB and more at the usual quality, tiny
pictures of hard edges in pure colors 31; a wrong transfer function some 20."""
_IDENTICAL = 100.0


def compare_unpainted(before: MediaInfo, after: MediaInfo, *, limits: Limits) -> list[Row]:
    """PSNR of some frames at half their size, as fine as 4:2:0 holds colors, and of their transparency.

    HDR is compared as a screen shows it, so that it may have become standard range.
    """
    count = min(before.video.frame_count_from_content or 1, after.video.frame_count_from_content or 1)
    wanted = sorted({round(share * (count - 1)) for share in np.linspace(0, 1, SAMPLES)})
    colors: list[float] = []
    mattes: list[float] = []
    both = zip(_frames(before, wanted, limits), _frames(after, wanted, limits), strict=False)
    for source, result in both:
        if source.shape[:2] != result.shape[:2]:
            told = "x".join(map(str, source.shape[1::-1]))
            got = "x".join(map(str, result.shape[1::-1]))
            return [
                Row("pictures", told, got, Verdict.CONVERTED, "pictures of unlike sizes are not compared")
            ]
        colors.append(psnr(*(_coarse(picture) for picture in _visible(source, result))))
        if source.shape[2] == result.shape[2] == 4:
            mattes.append(psnr(source[..., 3], result[..., 3]))
    return [_row("pictures", colors, after), *([_row("matte", mattes, after)] if mattes else [])]


def psnr(source: NDArray[np.float32], result: NDArray[np.float32]) -> float:
    """Peak signal-to-noise ratio in dB of values 0..1; infinite where they are alike."""
    error = float(np.mean((source - result) ** 2))
    return inf if error == 0 else -10 * log10(error)


def _row(name: str, ratios: list[float], after: MediaInfo) -> Row:
    worst = min(ratios, default=inf)
    got = "alike" if worst >= _IDENTICAL else f"PSNR {worst:.1f} dB at least"
    told = f"{len(ratios)} frames"
    if worst >= LEAST_DB:
        return kept(name, told, got)
    if after.container == "GIF":
        return Row(name, told, got, Verdict.CONVERTED, "a GIF has 256 colors")
    return lost(name, told, got, "not painted, and not what it was", verdict=Verdict.CONVERTED)


def _frames(info: MediaInfo, wanted: list[int], limits: Limits) -> Iterator[NDArray[np.float32]]:
    """Chosen frames, 0..1, HDR as a screen shows it."""
    hdr = read_hdr(info.path) if info.kind is MediaKind.VIDEO else HdrMetadata()
    view = view_of(info.video.color, hdr)
    frames = open_clip(info.path, on_truncated="keep", limits=limits).frames()
    for index, frame in enumerate(islice(frames, wanted[-1] + 1)):
        if index in wanted:
            pixels = frame.pixels
            color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
            yield _scaled(pixels if view is None else view.see(color).pixels)


def _scaled(pixels: Pixels) -> NDArray[np.float32]:
    scaled = pixels.astype(np.float32) / np.iinfo(pixels.dtype).max
    return np.asarray(scaled, np.float32)


def _visible(source: NDArray[np.float32], result: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """(H, W, 3) of both as they are seen: on white, for color under full transparency means nothing."""
    return [
        picture if picture.shape[2] == 3 else picture[..., :3] * picture[..., 3:] + (1 - picture[..., 3:])
        for picture in (source, result)
    ]


def _coarse(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    half = (max(1, width // 2), max(1, height // 2))
    return np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.float32)
