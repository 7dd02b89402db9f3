"""Where Rotoscope keeps things: the one place that knows the environment's names."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Final

import platformdirs

from rotoscope.errors import InvalidOptions

DATA_DIR_VARIABLE = "ROTOSCOPE_DATA_DIR"
"""Overrides where own filters, and a service's database and files, live."""
CACHE_DIR_VARIABLE = "ROTOSCOPE_CACHE_DIR"
"""Overrides where downloads and finished segments are kept."""
CACHE_SIZE_VARIABLE = "ROTOSCOPE_CACHE_GB"
"""Overrides how much of finished segments is kept, in GB."""
DATABASE_VARIABLE = "ROTOSCOPE_DATABASE_URL"
"""The service's database, where it is not SQLite in the data folder."""
STORE_VARIABLE = "ROTOSCOPE_STORE"
"""Where ``data://`` is: a folder, or ``s3://bucket/prefix``."""
FILE_ROOTS_VARIABLE = "ROTOSCOPE_FILE_ROOTS"
"""Folders that ``file://`` may read and write, separated as in ``PATH``; by default none."""
ALLOWED_HOSTS_VARIABLE = "ROTOSCOPE_ALLOWED_HOSTS"
"""Hosts of one's own network that a service may fetch from and send webhooks to, separated by commas."""
RATE_VARIABLE = "ROTOSCOPE_RATE"
"""What an hour of a processor costs, such as ``0.40 USD``."""
RATES_VARIABLE = "ROTOSCOPE_RATES"
"""A file of what things cost and are sold for, instead of one price."""
WORKER_VARIABLE = "ROTOSCOPE_WORKER_ID"
"""The name of a worker, where none is given; by default the machine's."""
SERVER_VARIABLE = "ROTOSCOPE_SERVER"
"""The server on which commands do their work, where it is not this machine."""
KEY_VARIABLE = "ROTOSCOPE_API_KEY"
"""The key that is shown to it."""
_DEFAULT_CACHE_GB = 8.0
_RATE: Final = re.compile(r"(\d+(?:\.\d{1,6})?) ?([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Rate:
    """What compute costs."""

    micros_per_hour: int = 0
    """Millionths of the currency for 3600 seconds of processor time."""
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders and places, passed down as values; nothing below the command line reads the environment."""

    data_dir: Path
    """The user's own things; filters are in ``filters/`` below it. It need not exist yet."""
    cache_dir: Path
    """What can be fetched or computed again. It need not exist yet."""
    segments_bytes: int = round(_DEFAULT_CACHE_GB * 1e9)
    """How much of finished segments stays after a render."""
    database_url: str = ""
    """See :data:`DATABASE_VARIABLE`; empty: SQLite in the data folder."""
    store_place: str = ""
    """See :data:`STORE_VARIABLE`; empty: the folder ``store`` in the data folder."""
    file_roots: tuple[Path, ...] = ()
    """See :data:`FILE_ROOTS_VARIABLE`."""
    allowed_hosts: frozenset[str] = frozenset()
    """See :data:`ALLOWED_HOSTS_VARIABLE`."""
    rate: Rate = field(default_factory=Rate)
    """What compute costs; nothing, where nobody says."""
    rates_file: Path | None = None
    """See :data:`RATES_VARIABLE`; None: the rate is all there is."""
    worker_id: str = field(default_factory=socket.gethostname)
    """The name under which this machine works."""

    @property
    def segments_dir(self) -> Path:
        """Finished segments of videos."""
        return self.cache_dir / "segments"

    @property
    def filters_dir(self) -> Path:
        """The user's own filters."""
        return self.data_dir / "filters"

    @property
    def collections_dir(self) -> Path:
        """The user's own collections."""
        return self.data_dir / "collections"

    @property
    def staging_dir(self) -> Path:
        """Copies of stored files while they are worked on."""
        return self.cache_dir / "staging"

    @property
    def database(self) -> str:
        """The service's database; SQLite in the data folder unless another was named."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'rotoscope.sqlite').absolute()}"

    @property
    def store(self) -> str:
        """Where ``data://`` is."""
        return self.store_place or str((self.data_dir / "store").absolute())


def load_settings(env: Mapping[str, str]) -> Settings:
    """Settings by the platform's conventions, unless the environment says otherwise.

    Args:
        env: the environment, as ``os.environ``; an empty value counts as absent. A leading ``~`` is
            expanded.

    Returns:
        The folders; none is created.

    Raises:
        InvalidOptions: the cache's size is no number from 0, or the rate is no amount of money.
    """
    data = env.get(DATA_DIR_VARIABLE) or platformdirs.user_data_dir("rotoscope", appauthor=False)
    cache = env.get(CACHE_DIR_VARIABLE) or platformdirs.user_cache_dir("rotoscope", appauthor=False)
    hosts = (env.get(ALLOWED_HOSTS_VARIABLE) or "").lower().split(",")
    roots = [root for root in (env.get(FILE_ROOTS_VARIABLE) or "").split(os.pathsep) if root]
    return Settings(
        data_dir=Path(data).expanduser(),
        cache_dir=Path(cache).expanduser(),
        segments_bytes=_cache_bytes(env.get(CACHE_SIZE_VARIABLE) or str(_DEFAULT_CACHE_GB)),
        database_url=env.get(DATABASE_VARIABLE) or "",
        store_place=env.get(STORE_VARIABLE) or "",
        file_roots=tuple(Path(root).expanduser() for root in roots),
        allowed_hosts=frozenset(host for host in map(str.strip, hosts) if host),
        rate=_rate(env.get(RATE_VARIABLE) or "0 USD"),
        rates_file=Path(named).expanduser() if (named := env.get(RATES_VARIABLE)) else None,
        worker_id=env.get(WORKER_VARIABLE) or socket.gethostname(),
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


def _rate(text: str) -> Rate:
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise InvalidOptions(
            f"{RATE_VARIABLE} is {text!r}; it is what an hour of a processor costs, such as 0.40 USD."
        )
    whole, _, part = found[1].partition(".")
    return Rate(int(whole) * 1_000_000 + int(part.ljust(6, "0") or 0), found[2])
