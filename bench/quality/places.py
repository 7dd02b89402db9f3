"""Where results are kept."""

from __future__ import annotations

from pathlib import Path

BENCH = Path(__file__).parents[1]
RESULTS = BENCH / "results" / "quality"
"""Everything that is measured on this machine; not committed."""
OPTIMIZED = RESULTS / "optimized"
"""Paintings by :mod:`bench.quality.optimize`."""
PUBLISHED = BENCH / "measured" / "quality.json"
"""The figures that the documentation shows; committed."""
PUBLISHED_MINUTES = BENCH / "measured" / "minutes.json"
"""Those of a recorded training."""
COMPARISON = Path(__file__).with_name("comparison.toml")
"""What is compared in the documentation."""
DOCS_PHOTOGRAPHS = BENCH.parent / "docs" / "pictures" / "photographs"
"""Photographs that the documentation shows: free, and by none of those that filters are measured on."""
