"""Measure how exact and how quick the flow engines are.

Exact: against the flow of a rendered flight, and of the public benchmarks in the folder of reference data
that ROTOSCOPE_REFERENCE_DATA names. Quick: one search between two pictures of 1280x720.

    python -m bench.flow
    python -m bench.flow --engine raft.onnx --json
    python -m bench.flow --publish
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from bench.__main__ import machine
from bench.flow.measuring import EngineFigures, Report, measure_engine
from bench.flow.page import PAGE, flow_table
from bench.flow.truths import FLIGHT, by_scene, flights, references
from bench.quality.console import reporting_errors, say
from bench.quality.network import REFERENCE_DATA_VARIABLE
from rotoscope.errors import InvalidOptions
from rotoscope.motion.engines import ENGINES, FlowEngine, Reduced
from rotoscope.motion.network import open_engine

SIZE = (1280, 720)
_REDUCED = (360, 240)
"""Short sides, in pixels, that engines are tried at as well."""


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.flow",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--engine", action="append", default=[], help="one more: the path of a flow network")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--publish", action="store_true", help="write them into the documentation; wants the reference data"
    )
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    with reporting_errors() as status:
        report = run([open_engine(spec) for spec in arguments.engine], wants_references=arguments.publish)
        say(report.model_dump_json(indent=1) if arguments.json else flow_table(report))
        if arguments.publish:
            say(f"written to {' and '.join(str(path) for path in PAGE.publish(report))}")
    return status.code


def run(more: Sequence[FlowEngine], *, wants_references: bool) -> Report:
    """Measure all engines, those that come along also on reduced pictures.

    Raises:
        InvalidOptions: references are wanted and not at hand.
    """
    named = os.environ.get(REFERENCE_DATA_VARIABLE)
    if wants_references and not named:
        raise InvalidOptions(f"{REFERENCE_DATA_VARIABLE} names no folder of reference data. Set it.")
    scenes = by_scene(chain(references(Path(named)) if named else (), flights()))
    reduced = [Reduced(engine, side) for engine in ENGINES.values() for side in _REDUCED]
    rows: list[EngineFigures] = [
        measure_engine(engine, scenes, scenes[FLIGHT][0], size=SIZE)
        for engine in (*ENGINES.values(), *reduced, *more)
    ]
    facts = machine()
    return Report(machine=f"{facts['cores']} cores of {facts['cpu']}", size=SIZE, rows=tuple(rows))


if __name__ == "__main__":
    sys.exit(main())
