"""Squares and upright pictures: a window over a clip or a picture that rests on what matters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.output import OutputKind, output_kind
from rotoscope.media.plain import plain
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.shots import CutFinder
from rotoscope.media.writer import open_writer
from rotoscope.motion.flow import Picture
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.interest import Crop, Floats, best_place, interest, small_picture, steady_path
from rotoscope.render.sharing.shown import ShownClip, even, resized
from rotoscope.render.stylize import finish, require_output_name

SQUARE: Final = Fraction(1)
VERTICAL: Final = Fraction(9, 16)
SHAPES: Final[Mapping[str, Fraction]] = {"square": SQUARE, "vertical": VERTICAL}
"""Width over height, by name."""
_USUAL_SIDE: Final = 1080
"""Pixels of the short side that sites show."""
_LOOKS_A_SECOND: Final = 4
_STEP: Final = 1 / _LOOKS_A_SECOND

Center = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CropOptions:
    """How a crop is made; validated when made.

    Raises:
        InvalidOptions: a number outside what is allowed.
    """

    aspect: Fraction = SQUARE
    """Width over height."""
    size: int | None = None
    """Short side of the result in pixels; None: 1080, or what there is where that is less."""
    center: Center | None = None
    """The place that stays in the middle, as shares of width and height; None: what matters is followed."""
    quality: float | None = None
    """0 to 100; None: visually lossless."""

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 16:
            raise InvalidOptions(f"The size {self.size} is too small: give 16 pixels or more.")
        if self.center is not None and not all(0 <= share <= 1 for share in self.center):
            told = ",".join(f"{share:g}" for share in self.center)
            raise InvalidOptions(
                f"The center {told} lies outside the picture: give shares of its width and height, 0 to 1, "
                "such as 0.5,0.4."
            )


def parse_center(text: str) -> Center:
    """A place as people type it: ``0.5,0.4``.

    Raises:
        InvalidOptions: anything but two numbers with a comma between.
    """
    across, comma, down = text.partition(",")
    try:
        return float(across), float(down if comma else "none")
    except ValueError:
        raise InvalidOptions(
            f"{text!r} is no place in a picture: give shares of its width and height with a comma between, "
            "such as 0.5,0.4."
        ) from None


def crop(
    source: str | Path,
    output: str | Path,
    options: CropOptions,
    *,
    selection: Selection = WHOLE_CLIP,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Cut a picture or a clip to a shape.

    The window is as large as the picture has it. Over a clip it stands still for a whole shot where that
    shows nearly as much as following would, and glides otherwise; at a cut it jumps. Of a still, color
    profile, EXIF and XMP come along; of a video, sound.

    Args:
        source: a picture, a video, an animation or a folder of frames.
        output: its name decides what is written.
        options: which shape, and what is in the middle.
        selection: which part of a clip.
        overwrite: replace what is there.
        on_progress: called after every frame, of looking and of writing.

    Raises:
        RotoscopeError: the source cannot be read, or the result not be written.
    """
    require_output_name(output)
    output = Path(output)
    encoder = EncoderOptions(quality=options.quality)
    if output_kind(output, moving=False) is OutputKind.STILL and (
        open_clip(source, selection=selection).info.kind is MediaKind.STILL
    ):
        return _crop_still(Path(source), output, options, encoder, overwrite, on_progress)
    clip = ShownClip(source, selection)
    _require_moving_result(output, clip)
    window = Crop.of(clip.size, float(options.aspect))
    size = _result_size(window, options, is_even=True)
    passes = 1 if options.center else 2
    meter = ProgressMeter(
        "share", frames_expected=passes * clip.clip.expected_frames, on_progress=on_progress
    )
    with clip.writer(output, encoder=encoder, overwrite=overwrite) as writer:
        path = _path(clip, window, options, meter)
        looked = meter.frames_done
        with closing(clip.frames()) as frames:
            for number, frame in enumerate(frames):
                cut = _cut(cast("Picture", frame.pixels), window, path[min(number, len(path) - 1)])
                writer.write(frame.with_pixels(resized(cut, size)))
                meter.advance(size, written_bytes=writer.written_bytes)
        report = writer.close()
    meter.frames_done -= looked
    return finish(report, meter, look=_told(options), notes=(*clip.clip.problems, *report.notes))


def _require_moving_result(output: Path, clip: ShownClip) -> None:
    if output_kind(output) is OutputKind.STILL:
        raise InvalidOptions(
            f"{output} is one still, and {clip.clip.source} has {clip.clip.expected_frames} frames. Give the "
            "name of a video or an animation."
        )


def _crop_still(
    source: Path,
    output: Path,
    options: CropOptions,
    encoder: EncoderOptions,
    overwrite: bool,
    on_progress: ProgressCallback | None,
) -> RenderResult:
    clip = open_clip(source)
    meter = ProgressMeter("share", frames_expected=1, on_progress=on_progress)
    with (
        closing(clip.frames()) as frames,
        open_writer(output, source=clip.info, options=encoder, overwrite=overwrite) as writer,
    ):
        frame = next(frames)
        height, width = frame.shape[:2]
        window = Crop.of((width, height), float(options.aspect))
        size = _result_size(window, options, is_even=False)
        writer.write(frame.with_pixels(crop_picture(frame.pixels, window, size, center=options.center)))
        meter.advance(size)
        report = writer.close()
    return finish(report, meter, look=_told(options), notes=report.notes)


def crop_picture(
    pixels: Pixels, window: Crop, size: tuple[int, int], *, center: Center | None = None
) -> Pixels:
    """Cut one picture.

    Args:
        pixels: (H, W, 3 or 4) uint8 or uint16.
        window: made for that size.
        size: (width, height) of the result.
        center: as :attr:`CropOptions.center`.

    Returns:
        Pixels of the same type and channels.
    """
    if center is not None:
        place = window.centered_at(center)
    else:
        place = best_place(window.scores(interest(small_picture(plain(pixels)))))
    left, top = (round(place * window.room), 0) if window.is_across else (0, round(place * window.room))
    cut = np.ascontiguousarray(pixels[top : top + window.size[1], left : left + window.size[0]])
    return cast("Pixels", resized(cast("Picture", cut), size))


def _path(clip: ShownClip, window: Crop, options: CropOptions, meter: ProgressMeter) -> NDArray[np.float64]:
    """Where the window stands at each frame, as a share of its way."""
    if options.center is not None:
        return np.full(1, window.centered_at(options.center))
    shots = _looked_at(clip, window, meter)
    return np.concatenate([shot.path(window) for shot in shots])


class _Shot:
    """What was seen of one shot."""

    def __init__(self) -> None:
        self.times: list[float] = []
        """Of all its frames, in seconds."""
        self.looks: list[float] = []
        """When it was looked at."""
        self.scores: list[Floats] = []

    def path(self, window: Crop) -> NDArray[np.float64]:
        """Where the window stands at each of its frames."""
        return np.interp(self.times, self.looks, steady_path(self.scores, _STEP, window))


def _looked_at(clip: ShownClip, window: Crop, meter: ProgressMeter) -> list[_Shot]:
    shots: list[_Shot] = []
    cuts = CutFinder()
    before: Picture | None = None
    with closing(clip.frames()) as frames:
        for frame in frames:
            small = small_picture(cast("Picture", frame.pixels))
            if cuts.is_cut(small) or not shots:
                shots.append(_Shot())
                before = None
            shot, at = shots[-1], float(frame.time_seconds)
            shot.times.append(at)
            if not shot.looks or at - shot.looks[-1] >= _STEP - 1e-6:
                shot.looks.append(at)
                shot.scores.append(window.scores(interest(small, before)))
                before = small
            meter.advance(clip.size)
    return shots


def _cut(picture: Picture, window: Crop, place: float) -> Picture:
    """The window's part of a picture; between pixels, so that a slow glide does not stutter."""
    at = place * window.room
    left, top = (at, 0.0) if window.is_across else (0.0, at)
    if math.isclose(at, round(at), abs_tol=1e-3):
        x, y = round(left), round(top)
        return np.ascontiguousarray(picture[y : y + window.size[1], x : x + window.size[0]])
    middle = (left + (window.size[0] - 1) / 2, top + (window.size[1] - 1) / 2)
    return cast("Picture", cv2.getRectSubPix(picture, window.size, middle))


def _result_size(window: Crop, options: CropOptions, *, is_even: bool) -> tuple[int, int]:
    short = min(window.size)
    scale = (options.size or min(short, _USUAL_SIDE)) / short
    width, height = window.size[0] * scale, window.size[1] * scale
    return even((width, height)) if is_even else (max(1, round(width)), max(1, round(height)))


def _told(options: CropOptions) -> str:
    shape = f"{options.aspect.numerator}:{options.aspect.denominator}"
    return f"cut to {shape}" if options.center is None else f"cut to {shape} at a center"
