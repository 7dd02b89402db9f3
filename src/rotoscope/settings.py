"""Where Rotoscope keeps things: the one place that knows the environment's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

import platformdirs

from rotoscope.errors import InvalidOptions

DATA_DIR_VARIABLE = "ROTOSCOPE_DATA_DIR"
"""Overrides where own filters live."""
CACHE_DIR_VARIABLE = "ROTOSCOPE_CACHE_DIR"
"""Overrides where downloads and finished segments are kept."""
CACHE_SIZE_VARIABLE = "ROTOSCOPE_CACHE_GB"
"""Overrides how much of finished segments is kept, in GB."""
_DEFAULT_CACHE_GB = 8.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders, passed down as values; nothing below the command line reads the environment."""

    data_dir: Path
    """The user's own things; filters are in ``filters/`` below it. It need not exist yet."""
    cache_dir: Path
    """What can be fetched or computed again. It need not exist yet."""
    segments_bytes: int = round(_DEFAULT_CACHE_GB * 1e9)
    """How much of finished segments stays after a render."""

    @property
    def segments_dir(self) -> Path:
        """Finished segments of videos."""
        return self.cache_dir / "segments"

    @property
    def filters_dir(self) -> Path:
        """The user's own filters."""
        return self.data_dir / "filters"


def load_settings(env: Mapping[str, str]) -> Settings:
    """Settings by the platform's conventions, unless the environment says otherwise.

    Args:
        env: the environment, as ``os.environ``; an empty value counts as absent. A leading ``~`` is
            expanded.

    Returns:
        The folders; none is created.

    Raises:
        InvalidOptions: the cache's size is no number from 0.
    """
    data = env.get(DATA_DIR_VARIABLE) or platformdirs.user_data_dir("rotoscope", appauthor=False)
    cache = env.get(CACHE_DIR_VARIABLE) or platformdirs.user_cache_dir("rotoscope", appauthor=False)
    return Settings(
        data_dir=Path(data).expanduser(),
        cache_dir=Path(cache).expanduser(),
        segments_bytes=_cache_bytes(env.get(CACHE_SIZE_VARIABLE) or str(_DEFAULT_CACHE_GB)),
    )


def _cache_bytes(text: str) -> int:
    try:
        gigabytes = float(text)
        if not 0 <= gigabytes < inf:
            raise ValueError
    except ValueError:
        raise InvalidOptions(
            f"{CACHE_SIZE_VARIABLE} is {text!r}; it is a number of GB from 0, such as 20 or 0.5."
        ) from None
    return round(gigabytes * 1e9)
