"""Measure how much a clip that is painted already flickers, against its source.

What the figures are: docs/explanation/filter-quality.md.

    python -m bench.quality.clip drone.mp4 painted.mp4
    python -m bench.quality.clip drone.mp4 painted.mp4 --frames 48 --json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.quality.console import reporting_errors, say
from bench.quality.flicker import FRAMES, WIDTH, measure_flicker, read_frames, reduce_frames


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality.clip",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, help="the clip")
    parser.add_argument("painted", type=Path, help="the same clip painted")
    parser.add_argument("--frames", type=int, default=FRAMES, help="the first ones; default %(default)s")
    parser.add_argument("--width", type=int, default=WIDTH, help="measured at; default %(default)s pixels")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    with reporting_errors() as status:
        source, painted = (
            reduce_frames(read_frames(path, frames=arguments.frames), width=arguments.width)
            for path in (arguments.source, arguments.painted)
        )
        figures = asdict(measure_flicker(source, painted))
        if arguments.json:
            say(json.dumps(figures))
        else:
            say("  ".join(f"{name} {value:.5f}" for name, value in figures.items()))
    return status.code


if __name__ == "__main__":
    sys.exit(main())
