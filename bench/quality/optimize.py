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
from bench.quality.optimization import Balance, ImageOptimization
from bench.quality.options import add_network_options
from bench.quality.pictures import SHORT_SIDE, read_photograph, read_style, write_picture
from bench.quality.places import OPTIMIZED
from rotoscope.networks.features import Encoder

ITERATIONS = (50, 100, 500)
CONTENT_WEIGHT = 0.001
_SAVE_EVERY = 10
"""Iterations."""


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
            balance=Balance(arguments.content_weight),
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
    balance: Balance,
    tell: Callable[[str], None],
    short_side: int = SHORT_SIDE,
) -> None:
    """Optimize several photographs, all of them to the first count of iterations, then to the next.

    Args:
        photographs: stills.
        style: a still.
        encoder: features to fit.
        output: a folder, made if missing. Paintings are ``output/COUNT/NAME.png``, with a checkpoint
            ``output/NAME.checkpoint`` to go on from.
        iterations: counts after which paintings are kept.
        balance: see there.
        tell: told a line now and then.
        short_side: pixels of paintings and of the style image.

    Raises:
        RotoscopeError: a picture cannot be read, a checkpoint is of something else, or it diverged.
    """
    style_picture = read_style(style, short_side=short_side)
    for count in sorted(set(iterations)):
        (output / str(count)).mkdir(parents=True, exist_ok=True)
        for path in photographs:
            painting = output / str(count) / f"{path.stem}.png"
            checkpoint = output / f"{path.stem}.checkpoint"
            photograph = read_photograph(path, short_side=short_side)
            painter = ImageOptimization(encoder, photograph, style_picture, balance)
            if checkpoint.exists():
                painter.resume(checkpoint)  # also where nothing is left to do: it may be of another run
            if painting.exists():
                continue
            if painter.iterations > count:
                painter = ImageOptimization(encoder, photograph, style_picture, balance)
            _run(painter, count, checkpoint, lambda text, name=path.stem: tell(f"{name}: {text}"))
            write_picture(painting, painter.picture)


def _run(painter: ImageOptimization, count: int, checkpoint: Path, tell: Callable[[str], None]) -> None:
    """Go on to a count of iterations."""
    while painter.iterations < count:
        loss = painter.step()
        if painter.iterations % _SAVE_EVERY == 0 or painter.iterations == count:
            painter.save(checkpoint)
            tell(f"{painter.iterations} iterations, loss {loss:.5f}")


if __name__ == "__main__":
    sys.exit(main())
