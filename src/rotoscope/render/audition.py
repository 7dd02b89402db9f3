"""Many filters on many pictures, side by side, with figures: to choose by eye and by number.

::

    pictures = read_pictures(["photo.jpg", "drone.mp4"], frames=3)
    filters, notes = load_candidates(standard_palette(), ["great-wave", "starry-night"])
    result = audition(pictures, filters, sort="detail")
    for row in result.rows:
        print(row.name, row.figures)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast, get_args

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.media.frame import Pixels
from rotoscope.render.figures import Figures, flicker, mean_figures, measure
from rotoscope.render.look import Look, resize_short_side
from rotoscope.render.progress import ProgressCallback, ProgressMeter

SortKey: TypeAlias = Literal["name", "style", "detail", "color", "flicker"]
"""What the rows of a sheet are ordered by."""

DEFAULT_SIZE: Final = 360
"""Short side, in pixels, that pictures are painted at."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A photograph, or a frame of a clip with the one after it."""

    name: str
    """For people: ``photo.jpg``, ``drone.mp4 at 1.50 s``."""
    pixels: Pixels
    """(H, W, 3) uint8 sRGB."""
    following: Pixels | None = None
    """The clip's next frame, of the same shape; None for what does not move."""
    source: Path | None = None
    """Where it was read."""
    time_seconds: Fraction | None = None
    """When a clip shows it; None for photographs."""


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """What one filter made of one picture."""

    pixels: Pixels
    """(H, W, 3) uint8, the picture's size."""
    figures: Figures


@dataclass(frozen=True, slots=True, eq=False)
class FilterRow:
    """What one filter made of every picture."""

    name: str
    """As it was asked for: ``great-wave``, ``posterize:levels=4``."""
    kind: str
    figures: Figures
    """Means over the paintings."""
    paintings: tuple[Painting, ...]
    """In the order of the pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class AuditionResult:
    """Every filter on every picture."""

    pictures: tuple[Picture, ...]
    """As they were painted: at the size asked for."""
    rows: tuple[FilterRow, ...]
    """Ordered by ``sort``."""
    sort: SortKey
    elapsed_seconds: float
    notes: tuple[str, ...] = ()
    """Sentences on what was left out, and why."""

    @property
    def has_flicker(self) -> bool:
        """Whether any picture moves."""
        return any(row.figures.flicker is not None for row in self.rows)

    def sorted_by(self, key: SortKey) -> AuditionResult:
        """The same in another order; see :func:`require_sort_key` for the keys.

        Raises:
            InvalidOptions: there is no such order, or flicker is asked for and nothing moves.
        """
        _require_order(key, moves=self.has_flicker)
        return replace(self, rows=tuple(sorted(self.rows, key=_ORDERS[key])), sort=key)


_ORDERS: Final[dict[str, Callable[[FilterRow], tuple[float, str]]]] = {
    "name": lambda row: (0.0, row.name),
    "style": lambda row: (-row.figures.style, row.name),
    "detail": lambda row: (-row.figures.detail, row.name),
    "color": lambda row: (row.figures.color, row.name),
    "flicker": lambda row: (row.figures.flicker or 0.0, row.name),
}
"""Strongest style first, most detail first, nearest colors first, steadiest first."""


def require_sort_key(key: str) -> SortKey:
    """The key of an order.

    ``name`` runs from a to z, ``style`` from the strongest, ``detail`` from the most, ``color`` from what is
    nearest the photograph, ``flicker`` from the steadiest.

    Raises:
        InvalidOptions: there is no such order.
    """
    if key not in get_args(SortKey):
        raise InvalidOptions(
            f"A sheet was to be sorted by {key!r}; it can be by {', '.join(get_args(SortKey))}."
        )
    return cast("SortKey", key)


def _require_order(key: SortKey, *, moves: bool) -> None:
    if require_sort_key(key) == "flicker" and not moves:
        raise InvalidOptions(
            "The sheet was to be sorted by flicker, and none of its pictures moves. Give a clip, or sort by "
            "name, style, detail or color."
        )


def audition(
    pictures: Sequence[Picture],
    filters: Mapping[str, Filter],
    *,
    size: int | None = DEFAULT_SIZE,
    sort: SortKey = "name",
    notes: Sequence[str] = (),
    on_progress: ProgressCallback | None = None,
) -> AuditionResult:
    """Paint every picture with every filter, and measure what comes out.

    Args:
        pictures: one or more; see :func:`rotoscope.render.candidates.read_pictures`.
        filters: name to filter, one or more; see :func:`rotoscope.render.candidates.load_candidates`.
        size: short side in pixels to paint at; pictures are reduced to it, never enlarged. None: their own.
        sort: order of the rows; see :func:`require_sort_key`.
        notes: sentences on what was left out, to be kept with the result.
        on_progress: called after every painting.

    Raises:
        InvalidOptions: no picture, no filter, a size under 16, no such order, or the order of flicker where
            nothing moves; nothing is painted then.
        FilterFailed: a filter gave back something else than a picture of the same size.
    """
    if not pictures:
        raise InvalidOptions("No picture was given to try filters on; give a photograph or a clip, or more.")
    if not filters:
        raise InvalidOptions("No filter was given to try; name one or more, or leave the choice out for all.")
    if size is not None and size < 16:
        raise InvalidOptions(f"The size {size} is too small: give the short side in pixels, 16 or more.")
    _require_order(sort, moves=any(picture.following is not None for picture in pictures))
    small = tuple(reduced(picture, size) for picture in pictures)
    total = len(small) * len(filters)
    meter = ProgressMeter("audition", frames_expected=total, on_progress=on_progress)
    rows: list[FilterRow] = []
    for name, painter in filters.items():
        look = Look([painter])
        paintings: list[Painting] = []
        for picture in small:
            paintings.append(_paint(look, picture))
            meter.advance((picture.pixels.shape[1], picture.pixels.shape[0]))
        figures = mean_figures([painting.figures for painting in paintings])
        rows.append(FilterRow(name, painter.kind, figures, tuple(paintings)))
    return AuditionResult(small, tuple(rows), "name", meter.elapsed_seconds, tuple(notes)).sorted_by(sort)


def reduced(picture: Picture, size: int | None) -> Picture:
    """The same at a short side of ``size`` pixels at most; None: as it is."""
    if size is None or min(picture.pixels.shape[:2]) <= size:
        return picture
    following = picture.following
    return replace(
        picture,
        pixels=_contiguous(resize_short_side(picture.pixels, size)),
        following=None if following is None else _contiguous(resize_short_side(following, size)),
    )


def _contiguous(pixels: Pixels) -> Pixels:
    return cast("Pixels", np.ascontiguousarray(pixels))


def _paint(look: Look, picture: Picture) -> Painting:
    painted = look.paint(picture.pixels)
    figures = measure(picture.pixels, painted)
    if picture.following is not None:
        pair = (painted, look.paint(picture.following))
        figures = replace(figures, flicker=flicker((picture.pixels, picture.following), pair))
    return Painting(painted, figures)
