"""Measure how steady optimized clips are, coherence by coherence, as table 1 of Ruder et al. 2016 does.

Ten frames of Sintel (in the folder of reference data that ROTOSCOPE_REFERENCE_DATA names) and ten of the
rendered flight are painted with each coherence. The figure is the short-term warping error of
`rotoscope score`. What is painted is kept in the output folder, so an interrupted run goes on.

    python -m bench.optimization.video style.jpg
    python -m bench.optimization.video style.jpg --scene flight --row warped --row temporal --width 128
    python -m bench.optimization.video style.jpg --publish
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from bench.optimization.video_page import PAGE, video_table
from bench.optimization.video_rows import COMMAND, PAPER, ROWS, Painter, Report
from bench.optimization.video_scenes import SCENES, read_scene
from bench.quality.console import reporting_errors, say
from bench.quality.network import REFERENCE_DATA_VARIABLE, measuring_network
from bench.quality.options import add_network_options
from bench.quality.pictures import as_tensor, read_style
from bench.quality.places import BENCH
from rotoscope.errors import InvalidOptions
from rotoscope.optimize.recipe import OptimizeRecipe

RESULTS = BENCH / "results" / "optimized-video"
WIDTH = 256
ITERATIONS = 40
FOLLOWING_ITERATIONS = 20


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.optimization.video",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("style", type=Path, help="the style image")
    parser.add_argument("--output", type=Path, default=RESULTS, help="a folder; default %(default)s")
    parser.add_argument("--scene", action="append", choices=list(SCENES), help="default: all")
    parser.add_argument("--row", action="append", choices=list(ROWS), help="default: those of the paper")
    parser.add_argument(
        "--presets", action="store_true", help="also what the command offers, each from photographs"
    )
    parser.add_argument("--width", type=int, default=WIDTH, help="pixels; default %(default)s")
    parser.add_argument(
        "--iterations",
        type=int,
        default=ITERATIONS,
        help="of frames that are painted alone; default %(default)s",
    )
    parser.add_argument(
        "--following-iterations",
        type=int,
        default=FOLLOWING_ITERATIONS,
        help="of frames that begin with a painting; default %(default)s",
    )
    parser.add_argument("--temporal-weight", type=float, help="default: the program's")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--publish", action="store_true", help="write the table into the documentation")
    add_network_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    with reporting_errors() as status:
        scenes = arguments.scene or list(SCENES)
        rows = arguments.row or [*PAPER, *(COMMAND if arguments.presets else ())]
        if arguments.publish and (set(scenes) != set(SCENES) or not {*PAPER} <= set(rows)):
            raise InvalidOptions(
                "All scenes and all rows of the paper are published; leave --scene and --row out."
            )
        recipe = OptimizeRecipe.of_values(iterations=arguments.iterations)
        network = measuring_network(
            os.environ,
            weights=arguments.feature_weights,
            normalization=arguments.normalization,
            precision=None,
            layers=recipe.layers,
        )
        painter = Painter(
            network,
            as_tensor(read_style(arguments.style, short_side=arguments.width)),
            recipe,
            arguments.output,
            following_iterations=arguments.following_iterations,
            temporal_weight=arguments.temporal_weight,
            tell=say,
        )
        named = os.environ.get(REFERENCE_DATA_VARIABLE)
        figures = {
            scene: painter.figures(
                scene,
                read_scene(scene, width=arguments.width, data=None if named is None else Path(named)),
                rows,
            )
            for scene in scenes
        }
        report = Report(
            features=recipe.features,
            style=arguments.style.stem,
            width=arguments.width,
            iterations=arguments.iterations,
            following_iterations=arguments.following_iterations,
            scenes=figures,
        )
        say(video_table(report))
        if arguments.publish:
            say(f"written to {' and '.join(str(path) for path in PAGE.publish(report))}")
    return status.code


if __name__ == "__main__":
    sys.exit(main())
