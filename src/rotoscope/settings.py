"""Where Rotoscope keeps things: the one place that knows the environment's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "ROTOSCOPE_DATA_DIR"
"""Overrides where own filters live."""
CACHE_DIR_VARIABLE = "ROTOSCOPE_CACHE_DIR"
"""Overrides where downloads are kept."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders, passed down as values; nothing below the command line reads the environment."""

    data_dir: Path
    """The user's own things; filters are in ``filters/`` below it. It need not exist yet."""
    cache_dir: Path
    """What can be fetched or computed again. It need not exist yet."""

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
    """
    data = env.get(DATA_DIR_VARIABLE) or platformdirs.user_data_dir("rotoscope", appauthor=False)
    cache = env.get(CACHE_DIR_VARIABLE) or platformdirs.user_cache_dir("rotoscope", appauthor=False)
    return Settings(data_dir=Path(data).expanduser(), cache_dir=Path(cache).expanduser())
