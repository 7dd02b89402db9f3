"""Records as JSON holds them."""

from __future__ import annotations

import dataclasses
from enum import Enum
from fractions import Fraction
from pathlib import Path


def to_plain(value: object) -> object:
    """Turn records into what JSON holds: dataclasses into objects, fractions and paths into text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Fraction, Path)):
        return str(value)
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value
