"""Measure what each coherence leaves of the flicker, and what it costs.

On a rendered flight, and on clips in the folder of reference data that ROTOSCOPE_REFERENCE_DATA names.
What the figures are: docs/explanation/coherence.md. Of a clip of one's own: rotoscope score.

    python -m bench.coherence
    python -m bench.coherence --filter starry-night --filter woodcut --json
    python -m bench.coherence --publish
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.__main__ import machine
from bench.clips import flight_720p
from bench.coherence.measuring import FRAMES, Report, Row, footage, measure_clip
from bench.coherence.page import PAGE, coherence_table
from bench.quality.console import reporting_errors, say
from bench.quality.network import REFERENCE_DATA_VARIABLE
from bench.quality.painters import load_painter
from bench.quality.places import BENCH
from rotoscope.standard import standard_palette

_FILTERS = ("stained-glass", "great-wave")


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.coherence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--filter", action="append", help=f"a name, or a file to import; default {' and '.join(_FILTERS)}"
    )
    parser.add_argument("--clip", action="append", help="of those at hand; default: all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--publish", action="store_true", help="write them into the documentation")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    with reporting_errors() as status:
        report = run(arguments.filter or _FILTERS, arguments.clip)
        say(report.model_dump_json(indent=1) if arguments.json else coherence_table(report))
        if arguments.publish:
            say(f"written to {' and '.join(str(path) for path in PAGE.publish(report))}")
    return status.code


def run(filters: Sequence[str], clips: Sequence[str] | None) -> Report:
    """Paint and measure all clips at hand, or those named."""
    named = os.environ.get(REFERENCE_DATA_VARIABLE)
    palette = standard_palette()
    painters = [load_painter(palette, spec, precision="auto", threads=None).filter for spec in filters]
    rows: list[Row] = []
    for name, clip in footage(flight_720p(BENCH / "results"), Path(named) if named else None).items():
        if clips is None or name in clips:
            rows += measure_clip(name, clip, painters)
    facts = machine()
    return Report(machine=f"{facts['cores']} cores of {facts['cpu']}", frames=FRAMES, rows=tuple(rows))


if __name__ == "__main__":
    sys.exit(main())
