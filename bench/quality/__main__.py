"""Measure how near filters come to their style images, what they leave of photographs, and how they flicker.

What the figures are: docs/explanation/filter-quality.md. Paintings, contact sheets and tables are written to
a folder; what was measured before is not measured again.

    python -m bench.quality --pair great-wave=wave.jpg --photographs photos/
    python -m bench.quality --pair ./other.onnx=style.jpg --photographs photos/ --clip drone.mp4
    python -m bench.quality bench/quality/comparison.toml --publish
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch

from bench.quality.comparing import Comparison
from bench.quality.console import reporting_errors, say
from bench.quality.measuring import Conditions
from bench.quality.network import REFERENCE_DATA_VARIABLE, measuring_network
from bench.quality.options import add_network_options
from bench.quality.page import publish
from bench.quality.pictures import SHORT_SIDE
from bench.quality.places import COMPARISON, PUBLISHED, RESULTS
from bench.quality.results import Report, read_json
from bench.quality.table import Table, parse_pair, read_table, require_files
from rotoscope.cli.bar import progress_bar
from rotoscope.errors import InvalidOptions
from rotoscope.runtime.graph import Precision
from rotoscope.standard import standard_palette


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("table", type=Path, nargs="?", help="a TOML table; default: what the docs compare")
    parser.add_argument(
        "--pair", action="append", default=[], metavar="FILTER=STYLE",
        help="a filter and its style image, instead of a table; may be repeated",
    )  # fmt: skip
    parser.add_argument("--photographs", type=Path, help="a folder, for --pair")
    parser.add_argument(
        "--clip", type=Path, action="append", default=[], help="a clip that the pairs paint for flicker"
    )
    parser.add_argument(
        "--data",
        type=Path,
        help=f"a folder that paths may be taken from; default: ${REFERENCE_DATA_VARIABLE}",
    )
    parser.add_argument(
        "--styles", type=Path, action="append", default=[],
        help="a folder more with style images of bundled filters",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=RESULTS, help="a folder; default %(default)s")
    parser.add_argument(
        "--short-side", type=int, default=SHORT_SIDE,
        help="pixels of photographs and style images; default %(default)s",
    )  # fmt: skip
    parser.add_argument("--precision", choices=["f32", "bf16", "auto"], default="f32", help="default f32")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--publish", action="store_true", help="put the figures into the documentation")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    add_network_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    is_silent = arguments.quiet or arguments.json
    with reporting_errors() as status:
        published = read_json(PUBLISHED, Report) if PUBLISHED.exists() else None
        table = _table(arguments)
        require_files(table)
        conditions = _conditions(arguments)
        with progress_bar(shown=not is_silent) as on_progress:
            report = Comparison(
                table,
                conditions,
                arguments.output,
                published,
                tell=(lambda _: None) if is_silent else say,
                on_progress=on_progress,
            ).run()
        if arguments.publish:
            publish(report)
        if arguments.json:
            say(json.dumps(report.model_dump(mode="json"), indent=1))
    return status.code


def _table(arguments: argparse.Namespace) -> Table:
    """What was asked for."""
    if not arguments.pair:
        named = arguments.data or os.environ.get(REFERENCE_DATA_VARIABLE)
        table = read_table(arguments.table or COMPARISON, data=Path(named) if named else None)
        return table.model_copy(update={"styles": (*table.styles, *arguments.styles)})
    if arguments.table is not None or arguments.photographs is None:
        raise InvalidOptions("--pair wants --photographs, a folder, and no table.")
    flicker = {"flicker": bool(arguments.clip)}
    pairs = tuple(parse_pair(text).model_copy(update=flicker) for text in arguments.pair)
    return Table(photographs=arguments.photographs, clips=tuple(arguments.clip), candidate=pairs)


def _conditions(arguments: argparse.Namespace) -> Conditions:
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    network = measuring_network(
        os.environ, weights=arguments.feature_weights, normalization=arguments.normalization
    )
    return Conditions(
        network,
        standard_palette(),
        precision=cast("Precision", arguments.precision),
        threads=arguments.threads,
        short_side=arguments.short_side,
    )


if __name__ == "__main__":
    sys.exit(main())
