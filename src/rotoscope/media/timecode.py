"""Times as people type them, to exact seconds."""

from __future__ import annotations

import re
from fractions import Fraction

from rotoscope.errors import InvalidOptions

_UNITS = {
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "min": Fraction(60),
    "h": Fraction(3600),
}
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*({'|'.join(_UNITS)})?", re.ASCII)
_CLOCK = re.compile(rf"(?:(\d+):)?(\d+):({_NUMBER})", re.ASCII)
_EXAMPLES = "12.5, 1:02.5, 00:01:02.500, 1s, 500ms, 2m, 1h"


def parse_time(text: str) -> Fraction:
    """Seconds, exact, of a time or duration as people type it.

    ====================  =======
    ``12.5``, ``12.5s``   seconds
    ``500ms``             milliseconds
    ``2m``, ``2min``      minutes
    ``1h``                hours
    ``1:02.5``            minutes:seconds
    ``00:01:02.500``      hours:minutes:seconds
    ====================  =======

    Raises:
        InvalidOptions: anything else, a negative time, or 60 and more after a colon.
    """
    cleaned = text.strip().lower()
    if match := _WITH_UNIT.fullmatch(cleaned):
        return Fraction(match[1]) * _UNITS[match[2] or "s"]
    if match := _CLOCK.fullmatch(cleaned):
        hours, minutes, seconds = int(match[1] or 0), int(match[2]), Fraction(match[3])
        if seconds < 60 and (match[1] is None or minutes < 60):
            return 3600 * hours + 60 * minutes + seconds
        raise InvalidOptions(
            f"{text!r} has more than 59 after a colon. Write minutes and seconds below 60, such as "
            f"{_EXAMPLES}."
        )
    raise InvalidOptions(f"{text!r} is not a time. Times look like {_EXAMPLES}, and are never negative.")


def format_time(seconds: Fraction) -> str:
    """``H:MM:SS.mmm`` or ``M:SS.mmm``, rounded to the millisecond, for messages."""
    milliseconds = round(seconds * 1000)
    sign, milliseconds = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{sign}{clock}:{rest // 1000:02d}.{rest % 1000:03d}"


def parse_rate(text: str) -> Fraction:
    """A frame rate: ``24``, ``23.976``, ``30000/1001``.

    Raises:
        InvalidOptions: not a positive number.
    """
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise InvalidOptions(
            f"{text!r} is no frame rate: give frames a second, e.g. 24, 23.976 or 30000/1001."
        )
    return _EXACT_RATES.get(rate, rate)


# What people type for the NTSC rates, and what they mean (SMPTE ST 12-1).
_EXACT_RATES = {
    Fraction("23.976"): Fraction(24000, 1001),
    Fraction("23.98"): Fraction(24000, 1001),
    Fraction("29.97"): Fraction(30000, 1001),
    Fraction("59.94"): Fraction(60000, 1001),
}


def decimal_text(seconds: Fraction) -> str:
    """A time as a decimal number, such as ``62.25``; exact where a decimal number can be, else to 1 ns."""
    whole, part = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    return f"{whole}.{part:09d}".rstrip("0").rstrip(".")
