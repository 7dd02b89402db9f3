"""Quotes against bills: quote works, really paint them, and count how many bills lie inside.

    python -m bench.quotes [--publish] [--only NUMBER ...]

Clips are short pieces of the reference footage that ``ROTOSCOPE_REFERENCE_DATA`` names; without it, pieces of
the project's own rendered flight. Every quote and every work is a process of its own, as for a user of the
command line; what else the machine does, it does meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from bench.__main__ import machine, say
from bench.clips import flight_720p
from bench.published import FiguresPage, markdown_table
from rotoscope.media.selection import Selection
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.quoting import measure_render
from rotoscope.render.stylize import stylize
from rotoscope.standard import load_filter

_RESULTS: Final = Path(__file__).parent / "results"
BAR: Final = 18
"""Bills of 20 that have to lie in the range that was quoted."""


@dataclass(frozen=True)
class Case:
    """One work."""

    clip: str
    filter: str
    size: int | None = None
    coherence: str = "smooth"
    start: float = 0.0
    stop: float | None = None
    suffix: str = ".mp4"


CASES: Final = (
    Case("drone_lofoten_coast.mp4", "great-wave", 240),
    Case("drone_lofoten_coast.mp4", "starry-night", 360, "off"),
    Case("davis_bear.mp4", "posterize", 240, "flow"),
    Case("davis_bear.mp4", "scream", 96, "best"),
    Case("scenecuts_bikes.mp4", "wheat-field", 180),
    Case("scenecuts_bikes.mp4", "lineart", None, "off"),
    Case("drone_kohlipe_beach1.mp4", "great-wave", None, "smooth", 10, 16),
    Case("drone_kohlipe_beach1.mp4", "halftone", 240, "smooth", 40, 48),
    Case("drone_kohlipe_sandbar3.mp4", "hakone", 240, "flow", 5, 10),
    Case("timelapse_harbour.mp4", "nebula", 270),
    Case("driving_highway.mp4", "woodcut", 270, "smooth", 0, 6),
    Case("driving_highway.mp4", "film", 360, "off", 2, 8),
    Case("davis_paragliding_launch.mp4", "perfume", 240, "off"),
    Case("davis_paragliding.mp4", "watercolor", 180),
    Case("people_juggle.mp4", "kiss", 240, "smooth", 2, 7),
    Case("people_juggle.mp4", "pencil", 270, "flow", 0, 4),
    Case("nasa_tool.mp4", "stained-glass", None, "smooth", 0, 10),
    Case("nasa_tool.mp4", "posterize", None, "off", 3, 11, ".webm"),
    Case("film_chaplin_bw.mp4", "prisons", 240, "smooth", 1, 8),
    Case("foreman_h264.mp4", "rhinoceros", None, "flow"),
    Case("fmt_h264_444_cockatoo.mp4", "carina", 240, "smooth", 0, 8),
    Case("derived_mjpeg.avi", "comic", None, "smooth"),
    Case("fmt_gif_pigs.gif", "zion", None, "off", 0, None, ".gif"),
    Case("fmt_av1_forest.mp4", "fuchun", 240),
)


class Outcome(BaseModel):
    """What was quoted and what was billed, in seconds of processor time."""

    clip: str
    filter: str
    size: int | None
    coherence: str
    frames: int
    sampled_frames: int
    low: float
    likely: float
    high: float
    billed: float

    @property
    def is_inside(self) -> bool:
        """Whether the bill lies in the quoted range."""
        return self.low <= self.billed <= self.high


class Report(BaseModel):
    """All of it."""

    machine: dict[str, object]
    outcomes: list[Outcome]

    @property
    def inside(self) -> int:
        """How many bills lie in the quoted range."""
        return sum(outcome.is_inside for outcome in self.outcomes)


def table(report: Report) -> str:
    """The outcomes as Markdown."""
    heads = (
        "clip",
        "filter",
        "short side",
        "coherence",
        "frames",
        "sampled",
        "quoted, CPU seconds",
        "billed",
        "inside",
    )
    rows = [
        (
            one.clip,
            one.filter,
            str(one.size or "own"),
            one.coherence,
            str(one.frames),
            str(one.sampled_frames),
            f"{one.likely:.2f} ({one.low:.2f} to {one.high:.2f})",
            f"{one.billed:.2f}",
            "yes" if one.is_inside else "**no**",
        )
        for one in report.outcomes
    ]
    return markdown_table([heads, *rows])


def summary(report: Report) -> str:
    """How many lie inside, in a sentence."""
    off = sorted(abs(one.billed / one.likely - 1) for one in report.outcomes)
    widest = max(one.high / one.likely - 1 for one in report.outcomes)
    return (
        f"{report.inside} of {len(report.outcomes)} bills lie inside their quotes; half of them are at "
        f"most {off[len(off) // 2]:.0%} from the likely value. No range was wider than ±{widest:.0%}. "
        f"Measured with `python -m bench.quotes` on {report.machine['cpu']}, "
        f"{report.machine['cores']} cores, which other work shared."
    )


PAGE: Final = FiguresPage(
    "quotes",
    "know-what-it-costs",
    Report,
    lambda report: {"quotes": table(report), "quotes-summary": summary(report)},
    shelf="how-to",
)
EXAMPLE: Final = FiguresPage(
    "quotes", "a-video-in-git", Report, lambda report: {"quotes-summary": summary(report)}, shelf="how-to"
)
"""The worked example, which tells how many lay inside."""


def main(arguments: list[str] | None = None) -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.quotes", description=__doc__)
    parser.add_argument("--publish", action="store_true", help="put the figures into the documentation")
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="cases, counted from 1")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "CASE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        print(json.dumps(_child(*given.child)))  # noqa: T201 - read by the process that started this one
        return
    numbers = given.only or range(1, len(CASES) + 1)
    report = Report(machine=machine(), outcomes=[])
    for number in numbers:
        outcome = measured(CASES[number - 1])
        report.outcomes.append(outcome)
        sign = " " if outcome.is_inside else "!"
        say(
            f"{sign} {number:>2} {outcome.clip:<30} {outcome.filter:<14} {outcome.coherence:<7}"
            f"{outcome.frames:>4} frames ({outcome.sampled_frames} sampled)  {outcome.low:.2f} … "
            f"{outcome.likely:.2f} … {outcome.high:.2f}  billed {outcome.billed:.2f}"
            f"  {outcome.billed / outcome.likely - 1:+.0%}"
        )
    say(summary(report))
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / "quotes.json").write_text(report.model_dump_json(indent=1) + "\n")
    if given.publish:
        say("\n".join(map(str, (*PAGE.publish(report), EXAMPLE.write()))))


def measured(case: Case) -> Outcome:
    """Quote a work, then do it."""
    quoted, billed = (_in_process(what, case) for what in ("quote", "bill"))
    named = {name: value for name, value in asdict(case).items() if name in Outcome.model_fields}
    return Outcome.model_validate({**named, **quoted, "billed": billed["cpu_seconds"]})


def _in_process(what: str, case: Case) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.quotes", "--child", what, json.dumps(asdict(case))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{what} of {case}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _child(what: str, text: str) -> dict[str, float]:
    case = Case(**json.loads(text))
    look = Look([load_filter(case.filter)], size=case.size)
    source = _clip(case)
    selection = Selection(
        start=Fraction(case.start) or None, stop=None if case.stop is None else Fraction(case.stop)
    )
    options = RenderOptions(coherence=case.coherence)  # pyright: ignore[reportArgumentType]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / f"painted{case.suffix}"
        if what == "bill":
            result = stylize(source, output, look, selection=selection, options=options)
            return {"cpu_seconds": result.cpu_seconds}
        found = measure_render(source, output, look, selection=selection, options=options)
        return {
            "frames": found.frames,
            "sampled_frames": found.sampled_frames,
            "low": found.cpu_seconds.low,
            "likely": found.cpu_seconds.likely,
            "high": found.cpu_seconds.high,
        }


def _clip(case: Case) -> Path:
    """The reference clip, or the flight in its place."""
    folder = os.environ.get("ROTOSCOPE_REFERENCE_DATA")
    if folder:
        return Path(folder) / "video" / case.clip
    _RESULTS.mkdir(exist_ok=True)
    return flight_720p(_RESULTS)


if __name__ == "__main__":
    main()
