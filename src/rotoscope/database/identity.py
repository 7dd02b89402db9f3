"""Identifiers of records: a prefix that tells the kind, and a part that sorts by time of making."""

from __future__ import annotations

import secrets
import time
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_TIME_CHARACTERS: Final = 10
"""50 bits hold milliseconds until the year 37,000."""
_RANDOM_CHARACTERS: Final = 16


def new_id(prefix: str) -> str:
    """Such as ``job_01k2x7…``: later ones sort after earlier ones, to the millisecond."""
    number = time.time_ns() // 1_000_000
    stamp = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_TIME_CHARACTERS - 1), -1, -5))
    chance = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return f"{prefix}_{stamp}{chance}"
