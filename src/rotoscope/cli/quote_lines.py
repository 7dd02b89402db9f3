"""A quote for people, wherever it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotoscope.cli.present import human_duration

if TYPE_CHECKING:
    from rotoscope.economics.quotes import Money, Quote


def lines_of(found: Quote) -> list[str]:
    """What was found, a line a fact."""
    took = found.cpu_seconds
    pictures = "1 picture" if found.frames == 1 else f"{found.frames} frames"
    sampled = "1 was" if found.sampled_frames == 1 else f"{found.sampled_frames} were"
    lines = [
        f"{found.work}: {pictures}, {found.look}; {sampled} painted to know",
        f"processor time  {took.likely:.1f} s ({took.low:.1f} to {took.high:.1f}, ±{found.share:.0%})",
        f"on the clock    about {human_duration(found.elapsed_seconds)}, as busy as this machine is now",
        f"cost            {_told(found.cost, found.currency)}",
    ]
    if found.plan is not None:
        lines += [
            f"retail          {_told(found.retail, found.currency)}, plan {found.plan}",
            f"wholesale       {_told(found.wholesale, found.currency)}",
        ]
    return lines


def _told(money: Money, currency: str) -> str:
    likely, low, high = (
        f"{micros / 1_000_000:.6f}" for micros in (money.likely_micros, money.low_micros, money.high_micros)
    )
    return f"{likely} {currency}" if low == high else f"{likely} {currency} ({low} to {high})"
