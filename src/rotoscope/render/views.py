"""What a filter is shown of a picture that is more than an sRGB rectangle, and the way back.

Filters are made for upright pictures in sRGB. HDR, pictures with a color profile, and pictures that go all
the way round are laid before them as such, and what they paint is put back where it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias, cast

import numpy as np

from rotoscope.media.color_profile import ProfileConversion
from rotoscope.media.frame import Pixels
from rotoscope.media.hdr_view import HdrView
from rotoscope.media.still_codecs import as_bytes
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import resize_short_side

Paint: TypeAlias = Callable[[Pixels], Pixels]
"""(H, W, 3) to the same size and type."""

_WRAPPED_SHARE = 1 / 8
"""Of the width, shown again beyond either edge: some 500 pixels of a 4K sphere."""


class View(Protocol):
    """Stands between pictures of one clip and what paints them; may be used by several threads."""

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """(H, W, 3) of the source, painted by ``paint``, which is shown what a screen shows."""
        ...


@dataclass(frozen=True, slots=True)
class HdrKept:
    """HDR in, HDR out."""

    hdr: HdrView

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """See :class:`View`."""
        seen = self.hdr.see(pixels)
        return self.hdr.back(paint(seen.pixels), seen)


@dataclass(frozen=True, slots=True)
class HdrToSdr:
    """HDR in, a picture for ordinary screens out: sRGB, of 8 bits unless ``is_deep``."""

    hdr: HdrView
    is_deep: bool = False

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """See :class:`View`."""
        shown = self.hdr.see(pixels).pixels
        return paint(shown if self.is_deep else as_bytes(shown))


@dataclass(frozen=True, slots=True)
class InProfile:
    """A picture in the colors of an ICC profile."""

    conversion: ProfileConversion

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """See :class:`View`."""
        seen = self.conversion.see(pixels)
        return self.conversion.back(paint(seen), seen, pixels)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A picture whose left edge continues its right one, as a sphere in equirectangular projection does."""

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """See :class:`View`."""
        width = pixels.shape[1]
        margin = round(width * _WRAPPED_SHARE / 8) * 8  # networks work on grids of pixels
        around = np.concatenate((pixels[:, width - margin :], pixels, pixels[:, :margin]), axis=1)
        return cast("Pixels", np.ascontiguousarray(paint(cast("Pixels", around))[:, margin : margin + width]))


@dataclass(frozen=True, slots=True)
class Nested:
    """One view within another."""

    outer: View
    inner: View

    def paint(self, pixels: Pixels, paint: Paint) -> Pixels:
        """See :class:`View`."""
        return self.outer.paint(pixels, lambda seen: self.inner.paint(seen, paint))


def paint_through(view: View | None, look: AnyLook, pixels: Pixels, at: Fraction = Fraction(0)) -> Pixels:
    """Paint one picture with a look, through a view where there is one.

    Args:
        view: None: the filters are shown the pixels as they are.
        look: what to paint.
        pixels: (H, W, 3 or 4) uint8 or uint16 of the source; alpha is kept beside the painting.
        at: its time, in seconds from the clip's first frame.
    """
    if view is None:
        return look.paint(pixels, at)
    pixels = resize_short_side(pixels, look.size)
    is_unpainted = look.strength == 0 or not look.painters
    if is_unpainted and not changes_range(view):
        return pixels
    color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
    painted = view.paint(color, lambda seen: look.paint(seen, at))
    if pixels.shape[2] == 3:
        return painted
    alpha = pixels[..., 3] if painted.dtype == pixels.dtype else as_bytes(pixels)[..., 3]
    return cast("Pixels", np.dstack((painted, alpha)))


def changes_range(view: View) -> bool:
    """Whether a picture comes out otherwise even where nothing is painted."""
    return isinstance(view, HdrToSdr) or (isinstance(view, Nested) and changes_range(view.outer))
