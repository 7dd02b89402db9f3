"""The ``lineart`` kind: an ink drawing after the picture.

Extended difference of Gaussians (Winnemöller, Kyprianidis & Olsen, "XDoG: An eXtended difference-of-
Gaussians compendium", 2012) smoothed along the flow of edges (Kang, Lee & Chui, "Coherent line drawing",
2007). What differs from the papers is said where it is done.
"""

from __future__ import annotations

from typing import Annotated, Literal, cast

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from rotoscope.filters.colorspace import color_to_unit, parse_color
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import (
    Floats,
    apply_curves,
    full_scale,
    levels_of,
    options_digest,
    require_rgb,
)
from rotoscope.filters.regions import RegionSmoother, reduce_to
from rotoscope.media.frame import Pixels

_VERSION = 1

_WORKING_SIDE = 450
"""Shorter side of the picture that lines are found in, pixels. The response is enlarged *before* it is cut
into ink and paper, so that strokes of a 4K frame are as crisp as those of a small one, and as thick for
its size."""

_LINE_SIGMA = 0.0017
"""Standard deviation of the inner Gaussian over the shorter side: 1.2 pixels at 720."""
_SIGMA_RATIO = 1.6
"""Outer over inner Gaussian; 1.6 comes nearest to a Laplacian (Marr & Hildreth 1980)."""
_MIN_SIGMA = 0.6
"""Working pixels: a narrower Gaussian is all discretisation."""
_FLOW_SIGMA = 3.5
"""Smoothing of the edge directions, in line sigmas."""
_FLOW_STEPS = 3
"""Samples to either side along the flow."""
_FLOW_STRIDE = 1.6
"""Between two of them, in line sigmas."""
_CONTRAST_FLOOR = 0.35
"""Lines follow contrast *relative* to the surroundings, as drawn lines do, down to this lightness."""
_LEAST_LINE_GAIN = 20.0
"""How much a line's response weighs against the tone (XDoG's p) at no detail, and four times it at full."""
_SURROUND_SIGMA = 12.0
"""Size of the surroundings that a line must stand out from, in line sigmas."""
_SURROUND_GAIN = 1.2
"""How much of the surroundings' mean response is taken off each line."""
_LIGHTEST = 0.75
"""Paper as white as this is white: lines are as black on a white wall as on a grey one."""

Color = Annotated[str, AfterValidator(parse_color)]


class LineartOptions(KindOptions):
    """What ``lineart`` can be told."""

    weight: float = Field(
        default=1.0,
        ge=0.25,
        le=4,
        description="Thickness of the strokes; 1 is about 1/250 of the shorter side.",
    )
    detail: float = Field(default=0.5, ge=0, le=1, description="How faint a contrast still gets a line.")
    darkness: float = Field(
        default=0.35, ge=0, le=1, description="How much of the shadows is filled with ink."
    )
    softness: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Width of the ramp between ink and paper: pen at 0, charcoal at 1.",
    )
    over: Literal["paper", "photo"] = Field(
        default="paper", description="Lines on paper, or over the smoothed picture like a comic."
    )
    ink: Color = Field(default="#1a1a1f", description="Color of the lines, #rrggbb.")
    paper: Color = Field(default="#fbf8f1", description="Color of the paper, #rrggbb.")


class LineartFilter:
    """Draws a picture in ink."""

    kind = "lineart"

    def __init__(self, options: LineartOptions) -> None:
        self._options = options
        self._tone_smoother = RegionSmoother(0.5)
        self.name = "lineart"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        if self._options.over == "paper":
            luma = cast("Pixels", cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
            cover = self._ink_cover(luma, self._tone_smoother.luma(luma))
            return self._on_paper(cover)
        ycrcb = cast("Pixels", cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))
        smooth = self._tone_smoother.ycrcb(ycrcb)
        luma, tones = (cast("Pixels", cv2.extractChannel(picture, 0)) for picture in (ycrcb, smooth))
        ground = cast("Pixels", cv2.cvtColor(smooth, cv2.COLOR_YCrCb2RGB))
        return self._over_picture(self._ink_cover(luma, tones), ground)

    def _ink_cover(self, luma: Pixels, tones: Pixels) -> Pixels:
        """(H, W) of the picture's depth: how much of each pixel is ink, before the ramp is rounded off.

        Args:
            luma: (H, W), what the lines are drawn after.
            tones: the same smoothed into regions, what the shadows are filled after. (XDoG takes both from
                one picture; apart, texture gives no dots and shadows keep smooth borders.)
        """
        options = self._options
        white = full_scale(luma)
        lines = line_response(luma, weight=options.weight, detail=options.detail)
        if lines.shape != luma.shape:
            lines = cv2.resize(lines, (luma.shape[1], luma.shape[0]), interpolation=cv2.INTER_CUBIC)
        half_ramp = 0.02 + 0.2 * options.softness
        # A photo's own shadows show through: half the ink is as dark.
        middle = (0.6 if options.over == "paper" else 0.3) * options.darkness
        # ink = (middle + half_ramp - tone - lines) / (2 half_ramp), in levels; OpenCV clips it to the depth.
        gain = white / (2 * half_ramp)
        fill = np.minimum(tones, tones.dtype.type(round(_LIGHTEST * white)))
        line_gain = _LEAST_LINE_GAIN * 4**options.detail
        depth = cv2.CV_8U if white == 255 else cv2.CV_16U
        offset = gain * (middle + half_ramp)
        return cast(
            "Pixels",
            cv2.addWeighted(fill, -gain / white, lines, -gain * line_gain, offset, dtype=depth),
        )

    def _on_paper(self, cover: Pixels) -> Pixels:
        ink, paper = color_to_unit(self._options.ink), color_to_unit(self._options.paper)
        rounded = _rounded_ramp(levels_of(cover))[:, None]
        curves = cast("Floats", paper + rounded * (ink - paper))
        return apply_curves(cast("Pixels", cv2.merge([cover] * 3)), curves)

    def _over_picture(self, cover: Pixels, ground: Pixels) -> Pixels:
        ramp = _rounded_ramp(levels_of(cover))[:, None]
        layers = cast("Pixels", cv2.merge([cover] * 3))
        bare = apply_curves(layers, np.repeat(1 - ramp, 3, axis=1))
        inked = apply_curves(layers, ramp * color_to_unit(self._options.ink))
        return cast("Pixels", cv2.add(cv2.multiply(ground, bare, scale=1 / full_scale(ground)), inked))


def _rounded_ramp(values: Floats) -> Floats:
    return cast("Floats", values * values * (np.float32(3) - np.float32(2) * values))


def line_response(luma: Pixels, *, weight: float, detail: float) -> Floats:
    """Where lines belong: below zero on the dark side of an edge, above on the light side, 0 on flat areas.

    Args:
        luma: (H, W) uint8 or uint16.
        weight: thickness over the usual one.
        detail: 0..1; how faint a line, and how busy a texture, is still drawn.

    Returns:
        (h, w) float32 at the working size, which is never larger than the picture's; contrasts relative to
        the surroundings.
    """
    picture = reduce_to(luma, _WORKING_SIDE)
    values = picture.astype(np.float32) * np.float32(1 / full_scale(luma))
    sigma = max(_LINE_SIGMA * weight * min(picture.shape), _MIN_SIGMA)
    inner = cv2.GaussianBlur(values, (0, 0), sigma)
    outer = cv2.GaussianBlur(values, (0, 0), sigma * _SIGMA_RATIO)
    floor = np.float32(_CONTRAST_FLOOR)
    relative = cast("Floats", (inner - outer) / (outer * (1 - floor) + floor))
    along_x, along_y = _edge_directions(cast("Floats", inner), _FLOW_SIGMA * sigma)
    lines = _smooth_along(relative, along_x, along_y, _FLOW_STRIDE * sigma)
    # What is fainter than noise, or than the mean of its surroundings (a texture; surround inhibition,
    # Grigorescu et al. 2003), is shrunk away smoothly rather than cut, so that it cannot blink.
    surround = _blur_coarsely(np.abs(lines), _SURROUND_SIGMA * sigma)
    faintest = (1 - detail) * _SURROUND_GAIN * surround + np.float32(0.012 * (1 - detail) ** 2 + 0.002)
    return cast("Floats", np.maximum(lines - faintest, 0) + np.minimum(lines + faintest, 0))


def _edge_directions(values: Floats, sigma: float) -> tuple[Floats, Floats]:
    """Unit vectors along the edges: the minor eigenvectors of the smoothed structure tensor."""
    dx = cv2.Sobel(values, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(values, cv2.CV_32F, 0, 1)
    difference = _blur_coarsely(dx * dx - dy * dy, sigma)
    twice_product = _blur_coarsely(np.float32(2) * dx * dy, sigma)
    # The gradient's angle is half that of (dx² - dy², 2 dx dy); the edge runs across it.
    across = cv2.phase(difference, twice_product) * np.float32(0.5)
    cosine, sine = cv2.polarToCart(np.ones_like(across), across)
    return cast("Floats", -sine), cast("Floats", cosine)


def _blur_coarsely(values: Floats, sigma: float) -> Floats:
    """A Gaussian blur done at a reduced size, where ``sigma`` is 1.5 to 3 pixels: a fraction of the work."""
    height, width = values.shape
    small = values
    while sigma >= 3 and min(small.shape) > 1:
        small = cv2.resize(
            small, ((small.shape[1] + 1) // 2, (small.shape[0] + 1) // 2), interpolation=cv2.INTER_AREA
        )
        sigma /= 2
    blurred = cv2.GaussianBlur(small, (0, 0), sigma)
    return cast("Floats", cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR))


def _smooth_along(values: Floats, along_x: Floats, along_y: Floats, stride: float) -> Floats:
    """Gaussian-weighted mean along straight pieces of the flow.

    The papers follow the curve; over these few pixels its tangent is as good and needs no iteration.
    """
    height, width = values.shape
    columns = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    rows = np.repeat(np.arange(height, dtype=np.float32)[:, None], width, axis=1)
    total = values.copy()
    weights = 1.0
    for step in range(-_FLOW_STEPS, _FLOW_STEPS + 1):
        if step == 0:
            continue
        weight = float(np.exp(-0.5 * (2 * step / _FLOW_STEPS) ** 2))
        reach = step * stride
        sampled = cv2.remap(
            values,
            cv2.scaleAdd(along_x, reach, columns),
            cv2.scaleAdd(along_y, reach, rows),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        cv2.scaleAdd(sampled, weight, total, total)
        weights += weight
    return total * np.float32(1 / weights)


KIND = FilterKind("lineart", "An ink drawing after the picture.", LineartOptions, LineartFilter)
