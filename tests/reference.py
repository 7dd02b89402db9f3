"""Real clips, pictures and networks that lie beside a checkout in CI; tests that want them skip without."""

from __future__ import annotations

import os
from pathlib import Path

MISSING = "ROTOSCOPE_REFERENCE_DATA names no folder of reference data"


def _folder() -> Path | None:
    named = os.environ.get("ROTOSCOPE_REFERENCE_DATA")
    return Path(named) if named and Path(named).is_dir() else None


REFERENCE_DATA = _folder()
"""The folder, or None where it is not at hand."""
