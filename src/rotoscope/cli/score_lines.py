"""A score as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rotoscope.motion.flicker import Flicker
    from rotoscope.render.score import Score


def lines_of(score: Score) -> list[str]:
    """A score for people: a table of the clips, and what is left and kept."""
    rows = [("source", score.source), ("result", score.result)]
    rows += [] if score.base is None else [("base", score.base)]
    lines = [f"{score.frames} frames at {score.frame_size[0]}x{score.frame_size[1]}"]
    lines.append(
        f"{'':<16} {'short':>9} {'long':>9} {'sharpness':>10}" + ("     style" if score.style else "")
    )
    styles = {} if score.style is None else {name: getattr(score.style, name) for name, _ in rows}
    lines += [_row(name, flicker, styles.get(name)) for name, flicker in rows]
    if score.base is not None:
        kept = None if score.style is None else score.style.kept
        lines.append(f"{'flicker left':<16} {_share(score.short_left):>9} {_share(score.long_left):>9}")
        lines.append(f"{'kept':<16} {'':>9} {'':>9} {_share(score.sharpness_kept):>10}" + _style_kept(kept))
    return lines


def _row(name: str, flicker: Flicker, style: float | None) -> str:
    long = "–" if flicker.long is None else f"{flicker.long:.5f}"
    shown = "" if style is None else f" {style:>9.3f}"
    return f"{name:<16} {flicker.short:>9.5f} {long:>9} {flicker.sharpness:>10.2f}{shown}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _style_kept(kept: float | None) -> str:
    return "" if kept is None else f" {_share(kept):>9}"
