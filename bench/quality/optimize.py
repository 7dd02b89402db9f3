"""Paint photographs by optimizing their pixels (Gatys et al. 2016), and keep paintings on the way.

It takes long, and goes on where it was interrupted. `bench.quality` measures the folders it writes: one for
each count of iterations.

    python -m bench.quality.optimize wave.jpg photos/a.jpg photos/b.jpg
    nice -n 19 python -m bench.quality.optimize wave.jpg photos/a.jpg --threads 1 --iterations 50 100
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from bench.quality.console import reporting_errors, say
from bench.quality.network import measuring_network
from bench.quality.options import add_network_options
from bench.quality.pictures import (
    SHORT_SIDE,
    as_picture,
    as_tensor,
    read_photograph,
    read_style,
    write_picture,
)
from bench.quality.places import OPTIMIZED
from rotoscope.networks.features import Encoder
from rotoscope.optimize.progress import OptimizeProgress
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import optimize
from rotoscope.optimize.subject import Style, Subject

ITERATIONS = (50, 100, 500)
CONTENT_WEIGHT = 0.001
_TELL_EVERY = 10
"""Iterations."""
_MOST_ITERATIONS = 100_000
"""A run is ended before by whoever asked for it."""


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality.optimize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("style", type=Path, help="the style image")
    parser.add_argument("photographs", type=Path, nargs="+", help="photographs to paint")
    parser.add_argument("--output", type=Path, default=OPTIMIZED, help="a folder; default %(default)s")
    parser.add_argument(
        "--iterations", type=int, nargs="+", default=ITERATIONS, help="after which to keep the painting"
    )
    parser.add_argument(
        "--content-weight", type=float, default=CONTENT_WEIGHT, help="style has 1; default %(default)s"
    )
    parser.add_argument("--threads", type=int, help="default: all cores")
    add_network_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Optimize; gives the exit status."""
    arguments = make_parser().parse_args(words)
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    with reporting_errors() as status:
        network = measuring_network(
            os.environ, weights=arguments.feature_weights, normalization=arguments.normalization
        )
        optimize_all(
            arguments.photographs,
            arguments.style,
            network,
            output=arguments.output,
            iterations=arguments.iterations,
            content_weight=arguments.content_weight,
            tell=say,
        )
    return status.code


def optimize_all(
    photographs: Sequence[Path],
    style: Path,
    encoder: Encoder,
    *,
    output: Path,
    iterations: Sequence[int],
    content_weight: float,
    tell: Callable[[str], None],
    short_side: int = SHORT_SIDE,
) -> None:
    """Optimize several photographs, all of them to the first count of iterations, then to the next.

    Args:
        photographs: stills.
        style: a still.
        encoder: features to fit: VGG-19's to relu4_1.
        output: a folder, made if missing. Paintings are ``output/COUNT/NAME.png``; what to go on from is in
            ``output/NAME.checkpoint``.
        iterations: counts after which paintings are kept.
        content_weight: of the content loss; style has 1.
        tell: told a line now and then.
        short_side: pixels of paintings and of the style image.

    Raises:
        RotoscopeError: a picture cannot be read, or it diverged.
    """
    style_picture = as_tensor(read_style(style, short_side=short_side))
    recipe = measuring_recipe(encoder, content_weight)
    counts = sorted(set(iterations))
    for count in counts:
        (output / str(count)).mkdir(parents=True, exist_ok=True)
        for path in photographs:
            painting = output / str(count) / f"{path.stem}.png"
            if painting.exists():
                continue
            later = any((output / str(more) / painting.name).exists() for more in counts if more > count)
            photograph = as_tensor(read_photograph(path, short_side=short_side))
            outcome = optimize(
                Subject.of_photograph(photograph, [Style(style_picture)]),
                photograph,
                encoder=encoder,
                recipe=recipe,
                checkpoint_dir=output / f"{path.stem}.checkpoint",
                restart=later,
                on_progress=(clock := _Clock(path.stem, count, tell)),
                should_stop=clock.is_over,
            )
            write_picture(painting, as_picture(outcome.picture))


def measuring_recipe(encoder: Encoder, content_weight: float) -> OptimizeRecipe:
    """What is published: Gatys et al.'s procedure, relative losses, no more than one size."""
    return OptimizeRecipe.of_values(
        style_layers=dict.fromkeys(encoder.layers, 1.0),
        content_layers={encoder.content_layer: 1.0},
        content_weight=content_weight,
        range_weight=0,
        levels=1,
        spectrum=0,
        iterations=_MOST_ITERATIONS,
    )


class _Clock:
    """Ends a run at a count of iterations, and tells how far it is."""

    def __init__(self, name: str, count: int, tell: Callable[[str], None]) -> None:
        self._name, self._count, self._tell = name, count, tell
        self._done = 0

    def __call__(self, progress: OptimizeProgress) -> None:
        self._done = progress.row.iteration
        if self._done % _TELL_EVERY == 0 or self._done == self._count:
            self._tell(f"{self._name}: {self._done} iterations, loss {progress.row.total:.5f}")

    def is_over(self) -> bool:
        return self._done >= self._count


if __name__ == "__main__":
    sys.exit(main())
