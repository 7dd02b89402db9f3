"""Which filters suit one picture, and why: ranked by what they did to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal, TypeAlias

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.media.frame import Pixels
from rotoscope.render.audition import AuditionResult, FilterRow
from rotoscope.render.figures import Figures, measure, patches

Mood: TypeAlias = Literal["balanced", "subtle", "loud"]
"""What is looked for."""

COLOR_SPAN: Final = 0.25
"""Mean Oklab distance at which colors count as wholly others."""
NEAR_STYLE: Final = 0.3
"""Two paintings whose style figures differ from each other by less, and …"""
NEAR_COLOR: Final = 0.06
"""… whose colors are nearer than this, look alike."""
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
    suggestion of any kind, and comes last. The first places go to filters that look different: one whose
    paintings differ little in texture and color from those of a filter before it waits until all others are
    named.

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
    ranked = sorted(result.rows, key=lambda row: (-_score(row.figures, mood), row.name))
    first: list[FilterRow] = []
    waiting: list[tuple[FilterRow, str]] = []
    for row in ranked:
        like = next((other.name for other in first if look_alike(row, other)), None)
        if like is None:
            first.append(row)
        else:
            waiting.append((row, like))
    places = [*((row, None) for row in first), *waiting]
    return [
        Suggestion(row.name, row.figures, _score(row.figures, mood), _reason(result, row, like), like)
        for row, like in places[:count]
    ]


def look_alike(row: FilterRow, other: FilterRow) -> bool:
    """Whether two filters' paintings of the same pictures are near in texture and in color."""
    pairs = zip(row.paintings, other.paintings, strict=True)
    apart = [_apart(a.pixels, b.pixels) for a, b in pairs]
    styles, colors = zip(*apart, strict=True)
    return sum(styles) / len(styles) < NEAR_STYLE and sum(colors) / len(colors) < NEAR_COLOR


def _apart(painting: Pixels, other: Pixels) -> tuple[float, float]:
    figures = measure(painting, other)
    return figures.style, figures.color


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
