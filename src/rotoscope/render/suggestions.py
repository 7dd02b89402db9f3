"""Which filters suit one picture, and why: ranked by what they did to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal, TypeAlias

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.render.audition import AuditionResult, FilterRow
from rotoscope.render.figures import Figures, mean_figures, measure, patches

Mood: TypeAlias = Literal["balanced", "subtle", "loud"]
"""What is looked for."""

COLOR_SPAN: Final = 0.25
"""Mean Oklab distance at which colors count as wholly others."""
STYLE_APART: Final = 0.5
"""Style of one painting against another that is half of a usual difference; color the other half."""
COLOR_APART: Final = 0.15
"""Color of one painting against another that is half of a usual difference."""
ALIKE: Final = 0.45
"""Difference of two filters' paintings below which they look alike; two bundled filters have about 1.1."""
TREND: Final = 0.03
"""Mean change along an axis of Oklab that is worth a word."""
GRAY: Final = 0.03
"""Mean chroma below which a painting is called gray."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A filter for a picture."""

    name: str
    figures: Figures
    score: float
    """0 to 1: how well it fits what is looked for."""
    reason: str
    """A plain sentence."""
    like: str | None = None
    """The filter before it that it looks much like; None for those that stand for themselves."""


def suggest(result: AuditionResult, *, count: int = 6, mood: Mood = "balanced") -> list[Suggestion]:
    """Rank the filters of an audition.

    ``balanced`` looks for much style with much detail kept (the geometric mean of the two), ``subtle`` for
    detail and colors kept, ``loud`` for style and colors moved. A filter that does nothing visible is no
    suggestion of any kind, and comes last.

    The first place is the best score's. Every further place goes to the best score times the square root of
    the difference (up to 1) from the nearest of those before it; so the first places look different. A filter
    that looks like one before it waits until all others are named.

    Args:
        result: every filter on one picture or more.
        count: how many at most, 1 or more.
        mood: what is looked for.

    Raises:
        InvalidOptions: ``count`` is less than 1, or there is no such mood.
    """
    if count < 1:
        raise InvalidOptions(f"{count} suggestions were asked for; ask for 1 or more.")
    if mood not in _SCORES:
        raise InvalidOptions(f"The mood {mood!r} was asked for; there are {', '.join(_SCORES)}.")
    return rank(result, lambda row: _score(row.figures, mood), count=count)


def difference(row: FilterRow, other: FilterRow) -> float:
    """How unlike two filters' paintings of the same pictures are in texture and in color; 0: the same.

    The figures *style* and *color* of one painting against the other, each over what is usual, in equal
    parts.
    """
    figures = mean_figures(
        [
            measure(painting.pixels, counterpart.pixels)
            for painting, counterpart in zip(row.paintings, other.paintings, strict=True)
        ]
    )
    return (figures.style / STYLE_APART + figures.color / COLOR_APART) / 2


def rank(
    result: AuditionResult,
    score: Callable[[FilterRow], float],
    *,
    count: int | None = None,
    known: Sequence[FilterRow] = (),
    apart: Callable[[FilterRow, FilterRow], float] = difference,
) -> list[Suggestion]:
    """Give filters places by a score, so that the first places look different.

    Args:
        result: every filter on one picture or more.
        score: 0 to 1; those with 0 come last.
        count: how many places at most; None: as many as there are filters.
        known: paintings of the same pictures by filters that have a place already, before the first.
        apart: how unlike the paintings of two are, for those who have compared them already.
    """
    places: list[Suggestion] = []
    left = [_Candidate(row, score(row)) for row in sorted(result.rows, key=lambda row: row.name)]
    for row in known:
        _see(left, row, apart)
    while left and (count is None or len(places) < count):
        best = max(left, key=lambda candidate: candidate.rank)
        left.remove(best)
        like = best.nearest if best.difference < ALIKE else None
        reason = _reason(result, best.row, like)
        places.append(Suggestion(best.row.name, best.row.figures, best.score, reason, like))
        _see(left, best.row, apart)
    return places


def _see(
    candidates: Sequence[_Candidate], placed: FilterRow, apart: Callable[[FilterRow, FilterRow], float]
) -> None:
    for candidate in candidates:
        candidate.see(placed, apart(candidate.row, placed))


@dataclass(slots=True, eq=False)
class _Candidate:
    """A filter that has no place yet."""

    row: FilterRow
    score: float
    difference: float = 1.0
    """From what is nearest to it among those that have a place; 1 and more count as 1."""
    nearest: str | None = None

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The larger the better; those that do nothing come after those that look like another."""
        return (self.score > 0, self.difference >= ALIKE, self.score * sqrt(self.difference))

    def see(self, placed: FilterRow, difference: float) -> None:
        """One more filter has a place, and is so unlike this one."""
        if difference < self.difference:
            self.difference, self.nearest = difference, placed.name


_SCORES: Final[dict[str, Callable[[Figures], float]]] = {
    "balanced": lambda figures: sqrt(figures.style * figures.detail),
    "subtle": lambda figures: figures.detail * (1 - _moved(figures)),
    "loud": lambda figures: (figures.style + _moved(figures)) / 2,
}


def _score(figures: Figures, mood: Mood) -> float:
    return _SCORES[mood](figures) if _is_visible(figures) else 0.0


def _moved(figures: Figures) -> float:
    """0 to 1: how far colors moved."""
    return min(figures.color / COLOR_SPAN, 1.0)


def _is_visible(figures: Figures) -> bool:
    return figures.style >= 0.03 or figures.color >= 0.02


# --- words ------------------------------------------------------------------------------------------------

_TEXTURES: Final = (
    (0.03, "leaves the texture as it is"),
    (0.25, "touches the texture lightly"),
    (0.4, "paints with a light hand"),
    (0.55, "paints visibly"),
)
_COLORS: Final = (
    (0.02, "the photograph's colors"),
    (0.06, "colors close to the photograph's"),
    (0.15, "colors moved somewhat"),
)


def _reason(result: AuditionResult, row: FilterRow, like: str | None) -> str:
    """``Paints visibly, keeps 81 % of the edges, colors moved somewhat: darker, cooler.``."""
    figures = row.figures
    if not _is_visible(figures):
        return "Changes next to nothing in this picture."
    texture = _named(figures.style, _TEXTURES, "puts strokes of its own over everything")
    colors = _named(figures.color, _COLORS, "colors of its own")
    trend = color_trend(result, row)
    told = f": {', '.join(trend)}" if trend and figures.color >= _COLORS[0][0] else ""
    alike = f"; looks much like {like}" if like else ""
    sentence = f"{texture}, keeps {100 * figures.detail:.0f} % of the edges, {colors}{told}{alike}."
    return sentence[0].upper() + sentence[1:]


def color_trend(result: AuditionResult, row: FilterRow) -> list[str]:
    """Where a filter takes the colors on average, in words, e.g. ``["darker", "cooler"]``; maybe none.

    Lightness, the blue-yellow axis and chroma of Oklab, each by more than :data:`TREND`.
    """
    pairs = list(zip(result.pictures, row.paintings, strict=True))
    before = np.concatenate([patches(picture.pixels).reshape(-1, 3) for picture, _ in pairs])
    after = np.concatenate([patches(painting.pixels).reshape(-1, 3) for _, painting in pairs])
    lightness, _, yellow = (float(value) for value in (after - before).mean(axis=0))
    chroma = float((np.hypot(*after.T[1:]) - np.hypot(*before.T[1:])).mean())
    left = float(np.hypot(*after.T[1:]).mean())
    words = [_turned(lightness, "darker", "lighter")]
    if left < GRAY and chroma < -TREND:
        words.append("gray")
    else:
        words += [_turned(yellow, "cooler", "warmer"), _turned(chroma, "paler", "more vivid")]
    return [word for word in words if word]


def _turned(value: float, less: str, more: str) -> str:
    return "" if abs(value) < TREND else more if value > 0 else less


def _named(value: float, names: tuple[tuple[float, str], ...], otherwise: str) -> str:
    return next((name for limit, name in names if value < limit), otherwise)
