"""Measure the service, print tables and write ``bench/results/api.json``.

    python -m bench.api [--quick] [--filter NAME] [--only stylize|listing|memory|jobs]

The server is a process of its own with one worker; whoever asks is another one, on the same cores.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from bench.__main__ import RESULTS, machine, print_rows, say
from bench.api.bookkeeping import measure_bookkeeping
from bench.api.measuring import (
    insert_jobs,
    measure_listing,
    measure_requests,
    measure_stylize,
    measure_together,
)
from bench.api.server import running

_JOBS = 10_000


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.api", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: for a look, not for a report")
    parser.add_argument("--filter", default="great-wave", help="the filter to paint with")
    parser.add_argument("--only", choices=["stylize", "listing", "memory", "jobs"])
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    report: dict[str, Any] = {"machine": machine(), "filter": arguments.filter}
    quick = arguments.quick
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        if arguments.only in (None, "stylize"):
            report["stylize"] = measure_stylize(server, arguments.filter, runs=10 if quick else 50)
            print_rows("images:stylize, warm", report["stylize"])
            report["together"] = measure_together(server, arguments.filter, runs=3 if quick else 20)
            print_rows("images:stylize, many at once", report["together"])
        if arguments.only in (None, "listing"):
            insert_jobs(server, _JOBS)
            report["listing"] = measure_listing(server, _JOBS, runs=10 if quick else 50)
            print_rows("GET /v1/jobs", report["listing"])
        if arguments.only in (None, "memory"):
            report["memory"] = measure_requests(server, 1_000 if quick else 10_000)
            print_rows("memory over light requests", report["memory"])
    if arguments.only in (None, "jobs"):
        with tempfile.TemporaryDirectory() as folder:
            segments = 10 if quick else 100
            report["jobs"] = measure_bookkeeping(Path(folder), arguments.filter, segments=segments)
            print_rows("a job beside painting", report["jobs"])
    (RESULTS / "api.json").write_text(json.dumps(report, indent=2) + "\n")
    say(f"\nwritten to {RESULTS / 'api.json'}")


if __name__ == "__main__":
    main()
