"""Run the benchmarks, print a table and write ``bench/results/bench.json``.

    python -m bench [--quick] [--filter NAME] [--only speed|painting|memory|large|projects]

Everything is measured in one run on one clip, the project's own rendered flight at 1280x720 with sound,
so that ratios can be trusted where absolute figures depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from bench.clips import flight_720p
from bench.large import compare_tiles, measure_large
from bench.memory import measure_memory
from bench.painting import measure_painting
from bench.projects import measure_projects
from bench.speed import measure_speed

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: for a look, not for a report")
    parser.add_argument("--filter", default="great-wave", help="the neural filter to paint with")
    parser.add_argument("--only", choices=["speed", "painting", "memory", "large", "projects"])
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    report: dict[str, Any] = {"machine": machine(), "filter": arguments.filter}
    if arguments.only in (None, "speed"):
        report["speed"] = measure_speed(
            flight_720p(RESULTS), RESULTS, arguments.filter, runs=1 if arguments.quick else 3
        )
        print_rows("end to end, 1280x720 with sound", report["speed"])
    if arguments.only in (None, "painting"):
        report["painting"] = measure_painting(arguments.filter, rounds=1 if arguments.quick else 4)
        print_rows("painting alone, 1280x720", report["painting"])
    if arguments.only in (None, "memory"):
        report["memory"] = measure_memory(RESULTS, arguments.filter)
        print_rows("peak memory of `rotoscope stylize`", report["memory"])
    if arguments.only in (None, "large"):
        report["large"] = measure_large(RESULTS, arguments.filter)
        print_rows("a photograph of 100 megapixels, `rotoscope stylize`", report["large"])
        report["tiles"] = compare_tiles(arguments.filter)
        print_rows("tiled against whole, levels of 255", report["tiles"])
    if arguments.only in (None, "projects"):
        report["projects"] = measure_projects(RESULTS, runs=1 if arguments.quick else 3)
        print_rows("a project of 20,000 frames", report["projects"])
    (RESULTS / "bench.json").write_text(json.dumps(report, indent=2) + "\n")
    say(f"\nwritten to {RESULTS / 'bench.json'}")


def machine() -> dict[str, object]:
    """What it was measured on."""
    cpu = next(
        (line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")),
        platform.processor(),
    )
    flags = next((line for line in _cpu_lines() if line.startswith("flags")), "")
    known = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "extensions": [flag for flag in known if f" {flag} " in f"{flags} "],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def print_rows(title: str, rows: list[dict[str, Any]]) -> None:
    """Print one table."""
    say(f"\n{title}")
    for row in rows:
        cells = (f"{key} {value}" for key, value in row.items() if key != "case")
        say(f"  {row['case']:<44} {'   '.join(cells)}")


def say(text: str) -> None:
    """Print now, not when a buffer is full."""
    print(text, flush=True)  # noqa: T201 - a benchmark's purpose


if __name__ == "__main__":
    main()
