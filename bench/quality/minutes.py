"""Record a training: how good its filter is after each minute, measured and painted.

It trains as `rotoscope train` does, and keeps what the filter is at every checkpoint. These are measured
afterwards, on photographs that were not trained on.

    python -m bench.quality.minutes poster.jpg --content holiday-photos/ --photographs photos/
    python -m bench.quality.minutes poster.jpg --content holiday-photos/ --photographs photos/ --minutes 30
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from bench.quality.comparing import Comparison
from bench.quality.console import reporting_errors, say
from bench.quality.measuring import Conditions
from bench.quality.network import measuring_network
from bench.quality.options import add_network_options
from bench.quality.page import publish_minutes
from bench.quality.painters import load_painter
from bench.quality.places import DOCS_PHOTOGRAPHS, RESULTS
from bench.quality.sheets import write_time_sheet
from bench.quality.table import Candidate, Table
from bench.quality.tables import MINUTES_GROUP
from rotoscope.cli.bar import training_bar
from rotoscope.filters.card import Card
from rotoscope.media.plain import Picture, read_picture, resize_short_side
from rotoscope.networks.features import FeatureNetwork
from rotoscope.optimize.style_source import StyleSource
from rotoscope.standard import standard_palette
from rotoscope.training.checkpoint import FILE_NAME
from rotoscope.training.content import load_content
from rotoscope.training.export import export_filter, load_starting_weights
from rotoscope.training.progress import Budget, TrainingProgress
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import SessionOptions
from rotoscope.training.start import BUNDLED_START
from rotoscope.training.trainer import TrainingResult, train_filter

DEFAULT_MINUTES = 10.0
_SHOWN = ("sunset", "dune", "courtyard")
"""Photographs of the documentation that the picture shows."""
_SHOWN_SIDE = 360
"""Pixels of their short side."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a filter is after some time."""

    seconds: float
    step: int
    checkpoint: Path

    @property
    def title(self) -> str:
        """For tables: ``2:00, 530 steps``."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes}:{seconds:02}, {self.step} steps"


@dataclass
class Recorder:
    """Keeps every checkpoint that a run writes."""

    checkpoint: Path
    """Where the run writes it, again and again."""
    folder: Path
    """Where copies go."""
    moments: list[Moment] = field(default_factory=list[Moment])
    _seen: int = 0

    def look(self, progress: TrainingProgress) -> None:
        """To be called after each step."""
        written = self.checkpoint.stat().st_mtime_ns if self.checkpoint.exists() else 0
        if written == self._seen:
            return
        self._seen = written
        copy = self.folder / f"{progress.step:06}.safetensors"
        shutil.copyfile(self.checkpoint, copy)
        self.moments.append(Moment(progress.seconds, progress.step, copy))

    def finish(self, result: TrainingResult) -> None:
        """To be called when the run is over: its last checkpoint is what it made."""
        if not self.moments or self.moments[-1].step < result.steps:
            self.moments.append(Moment(result.seconds, result.steps, self.checkpoint))


def make_parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality.minutes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("style", type=Path, help="the style image")
    parser.add_argument("--content", type=Path, required=True, help="a folder of photographs to learn on")
    parser.add_argument("--photographs", type=Path, required=True, help="a folder of others, to measure on")
    parser.add_argument("--minutes", type=float, default=DEFAULT_MINUTES, help="default %(default)s")
    parser.add_argument("--recipe", type=Path, help="as for `rotoscope train`")
    parser.add_argument("--init-from", type=Path, default=BUNDLED_START, help="as for `rotoscope train`")
    parser.add_argument(
        "--output", type=Path, default=RESULTS / "minutes", help="a folder; default %(default)s"
    )
    parser.add_argument(
        "--publish", action="store_true", help="put figures and picture into the documentation"
    )
    add_network_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Train, measure; gives the exit status."""
    arguments = make_parser().parse_args(words)
    with reporting_errors() as status:
        result, moments = record(arguments)
        style, output = arguments.style, arguments.output
        candidates = tuple(candidate_of(moment, result.card, style, output) for moment in moments)
        measuring = _network(arguments, torch.float32)
        conditions = Conditions(measuring, standard_palette(), threads=torch.get_num_threads())
        table = Table(photographs=arguments.photographs, candidate=candidates)
        report = Comparison(table, conditions, output, tell=say).run()
        write_time_sheet(output / "minutes.png", _painters(candidates, conditions), _shown_photographs())
        if arguments.publish:
            publish_minutes(report, output / "minutes.png")
    return status.code


def record(arguments: argparse.Namespace) -> tuple[TrainingResult, list[Moment]]:
    """Train; gives what came of it, and what the filter was on the way.

    Raises:
        RotoscopeError: as :func:`rotoscope.training.trainer.train_filter`.
    """
    output: Path = arguments.output
    recipe = Recipe() if arguments.recipe is None else Recipe.load(arguments.recipe)
    for folder in ("training", "moments"):  # a recording is of one run, from its start
        shutil.rmtree(output / folder, ignore_errors=True)
    recorder = Recorder(output / "training" / FILE_NAME, output / "moments")
    recorder.folder.mkdir(parents=True)
    with training_bar(shown=True) as show:

        def on_progress(progress: TrainingProgress) -> None:
            recorder.look(progress)
            if show is not None:
                show(progress)

        result = train_filter(
            [StyleSource(arguments.style)],
            name="recorded",
            recipe=recipe,
            content=load_content(arguments.content, recipe),
            encoder=_network(arguments, None),
            output=output / "filter.onnx",
            budget=Budget(minutes=arguments.minutes),
            checkpoint_dir=recorder.checkpoint.parent,
            init_from=arguments.init_from,
            overwrite=True,
            options=SessionOptions(device="cpu", preview=output / "preview.png"),
            on_progress=on_progress,
        )
    recorder.finish(result)
    return result, recorder.moments


def _painters(
    candidates: Sequence[Candidate], conditions: Conditions
) -> dict[str, Callable[[Picture], Picture]]:
    """What paints as the filter did at each moment, by the moments' titles."""
    found: dict[str, Callable[[Picture], Picture]] = {}
    for one in candidates:
        painter = load_painter(
            conditions.palette, str(one.filter), precision=conditions.precision, threads=conditions.threads
        )
        found[one.title] = lambda picture, filter=painter.filter: np.asarray(filter.apply(picture), np.uint8)
    return found


def _shown_photographs() -> list[Picture]:
    """Photographs of the documentation, which anybody may show; of one aspect ratio."""
    files = [DOCS_PHOTOGRAPHS / f"{name}.jpg" for name in _SHOWN]
    return [np.ascontiguousarray(resize_short_side(read_picture(file), _SHOWN_SIDE)) for file in files]


def _network(arguments: argparse.Namespace, precision: torch.dtype | None) -> FeatureNetwork:
    return measuring_network(
        os.environ,
        weights=arguments.feature_weights,
        normalization=arguments.normalization,
        precision=precision,
    )


def candidate_of(moment: Moment, card: Card, style: Path, folder: Path) -> Candidate:
    """What a filter was at a moment, written as a filter file, as a candidate."""
    place = folder / "moments" / f"{moment.step:06}.onnx"
    weights = load_starting_weights(moment.checkpoint)
    export_filter(weights.state, card, place, overwrite=True)
    return Candidate(title=moment.title, filter=str(place), style=style, group=MINUTES_GROUP)


if __name__ == "__main__":
    sys.exit(main())
