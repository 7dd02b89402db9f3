"""Time image optimization against the classic procedure, on the same objective, size and machine.

The classic procedure (one size, L-BFGS, 500 iterations) is run first, and kept in the output folder. Then
Rotoscope's own until its picture has at most the same objective, measured in float32 for both. Time is told
by the clock and as processor time, which other work on the machine disturbs less.

    python -m bench.optimization photo.jpg starry_night.jpg --output optimization
    python -m bench.optimization photo.jpg wave.jpg --output /tmp/o --side 128 --iterations 50 --threads 1
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from bench.optimization.classic import ITERATIONS, classic
from bench.optimization.ours import classic_recipe, ours
from bench.optimization.record import Record
from bench.optimization.yardstick import LAYERS, Yardstick
from bench.quality.console import reporting_errors, say
from bench.quality.network import measuring_network
from bench.quality.options import add_network_options
from bench.quality.pictures import as_picture, as_tensor, read_photograph, read_style, write_picture

SIDE = 384
MOST_ITERATIONS = 500
"""Of Rotoscope's own at the full size, where the goal is not reached before."""
COARSE_ITERATIONS = 40


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.optimization",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photograph", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="a folder for pictures and figures")
    parser.add_argument("--side", type=int, default=SIDE, help="short side, pixels; default %(default)s")
    parser.add_argument(
        "--iterations", type=int, default=ITERATIONS, help="of the classic procedure; default %(default)s"
    )
    parser.add_argument("--threads", type=int, help="default: all cores")
    add_network_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    with reporting_errors() as status:
        network = measuring_network(
            os.environ,
            weights=arguments.feature_weights,
            normalization=arguments.normalization,
            layers=LAYERS,
        )
        photograph = as_tensor(read_photograph(arguments.photograph, short_side=arguments.side))
        style = as_tensor(read_style(arguments.style, short_side=arguments.side))
        yardstick = Yardstick.of(network, photograph, style)
        arguments.output.mkdir(parents=True, exist_ok=True)
        kept = arguments.output / f"classic-{arguments.iterations}.safetensors"
        if kept.exists():
            peer = read_record(kept)
            say(f"{kept} is taken as it is; delete it to measure anew")
        else:
            peer = classic(yardstick, photograph, iterations=arguments.iterations, tell=say)
            write_record(kept, peer)
        recipe = classic_recipe(yardstick, iterations=MOST_ITERATIONS, coarse_iterations=COARSE_ITERATIONS)
        own = ours(yardstick, photograph, style, goal=peer.final, recipe=recipe, tell=say)
        for name, record in (("classic", peer), ("ours", own)):
            write_picture(arguments.output / f"{name}.png", as_picture(record.picture))
        say(present(peer, own))
        figures = {"classic": facts(peer), "ours": facts(own), "threads": torch.get_num_threads()}
        (arguments.output / "figures.json").write_text(json.dumps(figures, indent=1))
    return status.code


def facts(record: Record) -> dict[str, object]:
    """What is kept of a record beside its picture."""
    return {
        "iterations_at_full_size": len(record.objectives),
        "seconds": round(record.seconds, 1),
        "processor_seconds": round(record.processor_seconds, 1),
        "objective": record.final,
    }


def present(peer: Record, own: Record) -> str:
    """A small table, and how the times compare."""
    rows = [
        f"{name:8} {len(record.objectives):5} {record.seconds:10.1f} {record.processor_seconds:10.1f} "
        f"{record.final:12.6g}"
        for name, record in (("classic", peer), ("ours", own))
    ]
    if own.final <= peer.final:
        told = f"the classic objective was reached in {_share(own, peer)}"
    else:
        told = f"the classic objective was not reached in {_share(own, peer)}"
    return "\n".join(("         iter.    seconds  processor    objective", *rows, told, _same(peer, own)))


def _share(own: Record, peer: Record) -> str:
    processor, clock = own.processor_seconds / peer.processor_seconds, own.seconds / peer.seconds
    return f"{processor:.1%} of its processor time, {clock:.1%} by the clock"


def _same(peer: Record, own: Record) -> str:
    """How long the classic procedure took for what ours has, which may be less than all."""
    enough = [number for number, value in enumerate(peer.objectives, start=1) if value <= own.final]
    if not enough:
        return "the classic procedure never had an objective as low"
    seconds = peer.processor_seconds * enough[0] / len(peer.objectives)
    return (
        f"for the same objective the classic procedure took {enough[0]} iterations and {seconds:.1f} s of "
        f"processor time, {seconds / own.processor_seconds:.2f} times as long"
    )


def write_record(path: Path, record: Record) -> None:
    """Keep a record."""
    told = {"seconds": record.seconds, "processor_seconds": record.processor_seconds, "final": record.final}
    tensors = {
        "picture": record.picture.contiguous(),
        "objectives": torch.tensor(record.objectives, dtype=torch.float64),
        **{name: torch.tensor(value, dtype=torch.float64) for name, value in told.items()},
    }
    save_file(tensors, path)


def read_record(path: Path) -> Record:
    """The record that :func:`write_record` kept."""
    kept = load_file(path)
    return Record(
        float(kept["seconds"]),
        float(kept["processor_seconds"]),
        kept["objectives"].tolist(),
        float(kept["final"]),
        kept["picture"],
    )


if __name__ == "__main__":
    sys.exit(main())
