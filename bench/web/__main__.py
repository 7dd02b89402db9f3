"""Measure the studio in a real browser, print tables and write ``bench/results/web.json``.

    python -m bench.web [--quick]

The service is a process of its own; the browser is another one, on the same cores.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.__main__ import RESULTS, machine, print_rows, say
from bench.api.measuring import insert_jobs
from bench.api.server import running
from bench.web.browser import NAMES, find_chromium, launched
from bench.web.measuring import measure_list, measure_sliders, measure_weight

_JOBS: Final = 1_000
_PLACES: Final = (
    "#/paint",
    "#/live",
    "#/filters",
    "#/train",
    "#/jobs",
    "#/projects",
    "#/collections",
    "#/costs",
    "#/settings",
)


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(prog="bench.web", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: for a look, not for a report")
    runs = 5 if parser.parse_args().quick else 24
    place = find_chromium()
    if place is None:
        raise SystemExit(
            f"There is no browser: none of {', '.join(NAMES)}. apt-get install chromium brings one."
        )
    RESULTS.mkdir(exist_ok=True)
    report: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, launched(place) as browser:
        report["browser"] = browser.version
        report["weight"] = measure_weight(browser, server, _PLACES)
        print_rows("pages with an empty cache", report["weight"])
        report["sliders"] = measure_sliders(browser, server, runs=runs)
        print_rows("sliders, 1024 pixels", report["sliders"])
        insert_jobs(server, _JOBS)
        report["list"] = measure_list(browser, server, _JOBS, runs=min(runs, 10))
        print_rows("long lists", report["list"])
    (RESULTS / "web.json").write_text(json.dumps(report, indent=2) + "\n")
    say(f"\nwritten to {RESULTS / 'web.json'}")


if __name__ == "__main__":
    main()
