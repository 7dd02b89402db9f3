"""Which of many pictures would make a good filter: each is sketched, and the sketches are ranked.

::

    settings = SketchSettings(recipe, procedural_content(recipe), encoder)
    candidates, notes = find_candidates([Path("paintings")])
    result = scout(candidates, settings, folder=Path("sketches"), notes=notes)
    for place in result.places:
        print(place.rank, place.candidate.name, place.reason)
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rotoscope.errors import DecodeError, InvalidOptions, OpenError, TrainingError, UnsupportedMedia
from rotoscope.filters.card import Card
from rotoscope.filters.file import read_filter_file
from rotoscope.filters.neural import NeuralFilter
from rotoscope.media.atomic import encode_errors
from rotoscope.media.frame import Pixels
from rotoscope.media.plain import read_picture, resize_short_side
from rotoscope.render.audition import DEFAULT_SIZE, AuditionResult, FilterRow, Picture, audition, reduced
from rotoscope.render.suggestions import ALIKE, Suggestion, difference, rank
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.training.progress import TrainingProgress
from rotoscope.training.scouting.candidates import Candidate
from rotoscope.training.scouting.merit import Gauge, Merit
from rotoscope.training.scouting.photographs import made_photographs
from rotoscope.training.scouting.sketches import Sketchbook, SketchSettings

_STYLE_SIDE = 360
"""Short side of a style image as it is shown, pixels."""
_SMALLEST_PHOTOGRAPH = 64
"""Pixels of the short side; feature networks make nothing of less."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A picture in the order of merit."""

    rank: int
    """From 1."""
    candidate: Candidate
    sketch: Path
    """The filter file."""
    card: Card
    style_image: Pixels
    """(H, W, 3) uint8, small."""
    row: FilterRow
    """What the sketch made of the photographs."""
    merit: Merit
    reason: str
    """A plain sentence."""
    like: str | None
    """What it looks much like: the filter it started from, or a sketch before it; None: nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoutResult:
    """Every picture, sketched and ranked."""

    photographs: tuple[Picture, ...]
    """What was painted, at the size it was painted at."""
    places: tuple[Place, ...]
    """Best first."""
    folder: Path
    """Where the sketches are."""
    seconds: float
    """Training of each."""
    features: str
    """Feature network."""
    sketched: int
    """How many were made now; the others were there."""
    elapsed_seconds: float
    notes: tuple[str, ...] = ()
    """Sentences on what was left out, and why."""


@dataclass(frozen=True, slots=True)
class ScoutProgress:
    """Where a scouting stands."""

    name: str
    """What is sketched now."""
    done: int
    """Pictures that are done with."""
    count: int
    """Pictures in all."""
    fraction: float
    """Of the whole work, 0..1."""
    seconds_left: float
    """Training that is left; reading, painting and measuring come on top."""


ScoutCallback: TypeAlias = Callable[[ScoutProgress], None]
"""Called between steps. What it raises ends the scouting; finished sketches stay."""


def scout(
    candidates: Sequence[Candidate],
    settings: SketchSettings,
    *,
    folder: Path,
    photographs: Sequence[Picture] | None = None,
    size: int = DEFAULT_SIZE,
    notes: Sequence[str] = (),
    overwrite: bool = False,
    on_progress: ScoutCallback | None = None,
) -> ScoutResult:
    """Sketch every picture, paint the same photographs with each sketch, and rank them.

    A picture whose sketch is in the folder already, with the same settings, is not sketched again. So an
    interrupted scouting goes on where it stopped, and a larger one takes over what is done.

    Args:
        candidates: one or more pictures; see :func:`rotoscope.training.scouting.candidates.find_candidates`.
        settings: what sketches are made with.
        folder: where sketches are kept; made if missing.
        photographs: what to paint; None: :func:`~rotoscope.training.scouting.photographs.made_photographs`.
        size: short side to paint at, in pixels; larger photographs are reduced to it.
        notes: sentences on what was left out before, to be kept with the result.
        overwrite: replace sketches of other pictures or settings that are in the way.
        on_progress: told how far it is.

    Raises:
        InvalidOptions: no candidates, no photographs, or one that is too small.
        OutputExists: something else is where a sketch would be; nothing is trained then.
        TrainingError: none of the pictures could be sketched; says why the first could not.
        EncodeError: a sketch cannot be written.
    """
    if not candidates:
        raise InvalidOptions("No picture was given to scout; give a folder of pictures, or pictures.")
    began = time.monotonic()
    book = Sketchbook.of(folder, settings)
    book.require_room(candidates, overwrite=overwrite)
    shown = made_photographs() if photographs is None else tuple(photographs)
    _require_large_enough(shown)
    with encode_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    work = _Scouting(book, shown, size=size, on_progress=on_progress)
    try:
        work.run(candidates)
    finally:
        with contextlib.suppress(OSError):  # something is in it: it stays
            folder.rmdir()
    if not work.judged:
        raise TrainingError(f"None of the pictures could be sketched. {work.problems[0]}")
    return ScoutResult(
        photographs=work.photographs,
        places=work.ranked(),
        folder=folder,
        seconds=settings.seconds,
        features=settings.recipe.features,
        sketched=work.sketched,
        elapsed_seconds=time.monotonic() - began,
        notes=(*notes, *work.problems, *work.doubts()),
    )


def _require_large_enough(photographs: Sequence[Picture]) -> None:
    for picture in photographs:
        if min(picture.pixels.shape[:2]) < _SMALLEST_PHOTOGRAPH:
            raise InvalidOptions(
                f"The photograph {picture.name} has {picture.pixels.shape[1]}x{picture.pixels.shape[0]} "
                f"pixels. Give one of {_SMALLEST_PHOTOGRAPH} or more on each side to paint."
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A picture that is done with."""

    candidate: Candidate
    card: Card
    style_image: Pixels
    row: FilterRow
    merit: Merit


class _Scouting:
    """The work, picture by picture."""

    def __init__(
        self,
        book: Sketchbook,
        photographs: Sequence[Picture],
        *,
        size: int,
        on_progress: ScoutCallback | None,
    ) -> None:
        self._book = book
        self._on_progress = on_progress
        self._options = RuntimeOptions(threads=book.settings.threads)
        self.photographs = tuple(reduced(picture, size) for picture in photographs)
        self._gauge = Gauge(book.settings.encoder, book.settings.recipe, self.photographs)
        self._start = self._paint_start()
        self._apart: dict[frozenset[str], float] = {}
        self.judged: list[_Judged] = []
        self.problems: list[str] = []
        self.sketched = 0

    def run(self, candidates: Sequence[Candidate]) -> None:
        """Sketch what is not there yet, and judge all of it."""
        missing = [self._book.find(candidate) is None for candidate in candidates]
        for index, candidate in enumerate(candidates):
            tell = self._teller(candidate, index, len(candidates), sum(missing[index:]))
            tell(None)
            try:
                self._do(candidate, tell)
            except (OpenError, DecodeError, UnsupportedMedia, TrainingError) as error:
                self.problems.append(f"{candidate.path.name} left out: {error}")

    def ranked(self) -> tuple[Place, ...]:
        """What was judged, best first."""
        by_name = {one.candidate.name: one for one in self.judged}
        tried = AuditionResult(self.photographs, tuple(one.row for one in self.judged), "name", 0.0)
        order = rank(
            tried,
            lambda row: by_name[row.name].merit.score,
            known=[self._start],
            apart=lambda row, other: self._apart[frozenset((row.name, other.name))],
        )
        return tuple(self._place(number, by_name[one.name], one) for number, one in enumerate(order, start=1))

    def doubts(self) -> tuple[str, ...]:
        """What makes the order doubtful: sketches that did not get away from where they started."""
        start = self._start.name
        stuck = sum(self._apart[frozenset((one.candidate.name, start))] < ALIKE for one in self.judged)
        if 2 * stuck <= len(self.judged):
            return ()
        return (
            f"{stuck} of {len(self.judged)} sketches still look much like {start}, so the order says little. "
            f"They had {self._book.settings.seconds:g} seconds each; give more (--seconds).",
        )

    def _place(self, number: int, judged: _Judged, suggestion: Suggestion) -> Place:
        return Place(
            rank=number,
            candidate=judged.candidate,
            sketch=self._book.place(judged.candidate),
            card=judged.card,
            style_image=judged.style_image,
            row=judged.row,
            merit=judged.merit,
            reason=suggestion.reason,
            like=suggestion.like,
        )

    def _do(self, candidate: Candidate, tell: Callable[[TrainingProgress | None], None]) -> None:
        image = read_picture(
            candidate.path
        )  # before anything is trained: most that goes wrong goes wrong here
        card = self._book.find(candidate)
        if card is None:
            card = self._book.draw(candidate, on_progress=tell)
            self.sketched += 1
        sketch = NeuralFilter(read_filter_file(self._book.place(candidate)), options=self._options)
        (row,) = audition(self.photographs, {candidate.name: sketch}, size=None).rows
        for other in (self._start, *(one.row for one in self.judged)):
            self._apart[frozenset((row.name, other.name))] = difference(row, other)
        small = resize_short_side(image, min(_STYLE_SIDE, *image.shape[:2]))
        self.judged.append(_Judged(candidate, card, small, row, self._gauge.merit(image, row)))

    def _paint_start(self) -> FilterRow:
        start = self._book.settings.start
        name = f"{start.stem}, where it started"  # the comma keeps it apart from names of pictures
        painter = NeuralFilter(read_filter_file(start), options=self._options)
        return audition(self.photographs, {name: painter}, size=None).rows[0]

    def _teller(
        self, candidate: Candidate, done: int, count: int, missing: int
    ) -> Callable[[TrainingProgress | None], None]:
        seconds = self._book.settings.seconds

        def tell(training: TrainingProgress | None) -> None:
            if self._on_progress is None:
                return
            part = 0.0 if training is None else training.fraction
            left = missing * seconds - (0.0 if training is None else training.seconds)
            self._on_progress(
                ScoutProgress(candidate.name, done, count, (done + part) / count, max(0.0, left))
            )

        return tell
