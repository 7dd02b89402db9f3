"""How an optimization went: every iteration as JSON, and drawn."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from rotoscope.optimize.progress import TraceRow

_WIDTH, _HEIGHT, _MARGIN = 720, 360, 56
_INKS = ("#1f2a36", "#a34a2a", "#2f6f8f", "#6b8e23", "#8a5a9e", "#b8860b")
_LEAST = 1e-12


def trace_json(trace: Sequence[TraceRow]) -> str:
    """An array of objects, one an iteration, with the fields of :class:`TraceRow`."""
    return json.dumps([asdict(row) for row in trace], indent=1) + "\n"


def trace_plot(trace: Sequence[TraceRow]) -> str:
    """The objective and what each loss adds to it over all iterations, on a logarithmic scale, as SVG.

    A dotted line is where a larger size begins.
    """
    names = ("total", *dict.fromkeys(name for row in trace for name in row.losses))
    curves = {
        name: [row.total if name == "total" else row.losses.get(name, 0.0) for row in trace] for name in names
    }
    known = [value for curve in curves.values() for value in curve if value > _LEAST] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    high = max(high, low + 1)
    parts = [*_grid(low, high), *_sizes(trace)]
    for number, (name, curve) in enumerate(curves.items()):
        ink = _INKS[number % len(_INKS)]
        points = " ".join(
            f"{_across(index, len(curve)):.1f},{_up(math.log10(value), low, high):.1f}"
            for index, value in enumerate(curve)
            if value > _LEAST
        )
        parts.append(f'<polyline fill="none" stroke="{ink}" stroke-width="1.5" points="{points}"/>')
        place = _MARGIN + 90 * number
        parts.append(f'<text x="{place}" y="20" fill="{ink}">{escape(name)}</text>')
    parts.append(f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 12}" text-anchor="end">iterations</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _grid(low: int, high: int) -> list[str]:
    parts: list[str] = []
    for power in range(low, high + 1):
        y = _up(power, low, high)
        line = f'x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{y:.1f}" y2="{y:.1f}"'
        parts.append(f'<line {line} stroke="#dddddd"/>')
        parts.append(f'<text x="{_MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">1e{power}</text>')
    return parts


def _sizes(trace: Sequence[TraceRow]) -> list[str]:
    parts: list[str] = []
    for index, row in enumerate(trace):
        if index == 0 or row.stage != trace[index - 1].stage:
            x = _across(index, len(trace))
            ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{_MARGIN}" y2="{_HEIGHT - _MARGIN}"'
            parts.append(f'<line {ends} stroke="#999999" stroke-dasharray="2 4"/>')
            parts.append(f'<text x="{x + 4:.1f}" y="{_MARGIN - 8}">{row.width}x{row.height}</text>')
    return parts


def _across(index: int, count: int) -> float:
    return _MARGIN + (_WIDTH - 2 * _MARGIN) * index / max(1, count - 1)


def _up(power: float, low: int, high: int) -> float:
    return _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * (power - low) / (high - low)
