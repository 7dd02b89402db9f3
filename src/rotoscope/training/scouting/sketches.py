"""Sketches: filters after a short training, which show what a picture would make.

A sketch is a filter file like any other. It paints at once, and a longer training can start from it. Its card
says that it is a sketch and what it was made with, so that it is known again and not made twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rotoscope.errors import InvalidOptions, OutputExists, RotoscopeError
from rotoscope.filters.card import Card
from rotoscope.filters.file import FILE_SUFFIX, read_filter_file
from rotoscope.networks.features import Encoder
from rotoscope.optimize.style_source import StyleSource
from rotoscope.training.content import ContentSet
from rotoscope.training.export import load_starting_weights
from rotoscope.training.made_card import CardWords
from rotoscope.training.progress import Budget, ProgressCallback
from rotoscope.training.recipe import FeatureName, Recipe
from rotoscope.training.run import SessionOptions
from rotoscope.training.scouting.candidates import Candidate
from rotoscope.training.start import BUNDLED_START
from rotoscope.training.trainer import train_filter

DEFAULT_SECONDS: Final = 30.0
SKETCH_TAG: Final = "sketch"
"""On the card of every sketch."""


def sketch_recipe(features: FeatureName) -> Recipe:
    """The recipe of sketches: that of filters, less what half a minute has no time for.

    Args:
        features: feature network.
    """
    # Without the stability loss there are half as many paintings again; it makes a filter steady, and
    # changes little of what a still shows. The learning rate grows over fewer steps, as there are fewer, and
    # crops stay small: what larger ones gain is not seen in a sketch.
    return Recipe(features=features, stability_weight=0, warmup_steps=15, late_start=1)


@dataclass(frozen=True, slots=True)
class SketchSettings:
    """What all sketches of a scouting have in common."""

    recipe: Recipe
    content: ContentSet
    """Photographs to learn on."""
    encoder: Encoder
    """The recipe's feature network."""
    seconds: float = DEFAULT_SECONDS
    """Training of each."""
    start: Path = BUNDLED_START
    """The filter that every sketch starts from."""
    threads: int | None = None
    """Of torch; None: as many as torch is set to. Not part of the digest."""

    def __post_init__(self) -> None:
        """Refuse what trains nothing.

        Raises:
            InvalidOptions: seconds are not above 0.
        """
        if not 0 < self.seconds < float("inf"):
            raise InvalidOptions(
                f"Sketches of {self.seconds:g} seconds were asked for; give a number above 0, such as "
                f"{DEFAULT_SECONDS:g}."
            )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that decides a sketch beside its picture."""
        parts = (
            self.recipe.digest,
            self.content.digest,
            self.encoder.identity,
            load_starting_weights(self.start).digest,
            self.seconds,
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sketchbook:
    """A folder of sketches made with the same settings."""

    folder: Path
    settings: SketchSettings
    meaning: str
    """What the card of each says; it holds the settings' digest."""

    @classmethod
    def of(cls, folder: Path, settings: SketchSettings) -> Sketchbook:
        """The sketches of a folder; it need not exist yet."""
        meaning = (
            f"A sketch: {settings.seconds:g} seconds of training, to see what its style image makes of "
            f"photographs. Settings {settings.digest[:16]}."
        )
        return cls(folder, settings, meaning)

    def place(self, candidate: Candidate) -> Path:
        """Where the sketch of a picture is, or would be."""
        return self.folder / f"{candidate.name}{FILE_SUFFIX}"

    def require_room(self, candidates: Iterable[Candidate], *, overwrite: bool = False) -> None:
        """Refuse to replace what is there, before anything is trained.

        Args:
            candidates: whose sketches will be made.
            overwrite: sketches of other pictures or settings may be replaced; other filters never.

        Raises:
            OutputExists: a filter lies at the place of a sketch, or a sketch of something else.
        """
        for candidate in candidates:
            place = self.place(candidate)
            card = _card(place)
            if place.exists() and (card is None or SKETCH_TAG not in card.tags):
                raise OutputExists(
                    f"{place} is there already and is no sketch, so it is not replaced. Give another folder "
                    f"for the sketches (--keep)."
                )
            if card is not None and not (overwrite or self._is_of(card, candidate)):
                raise OutputExists(
                    f"{place} is a sketch of another picture or of other settings (seconds, content, feature "
                    f"network). Give another folder for the sketches (--keep), or --overwrite to replace it."
                )

    def find(self, candidate: Candidate) -> Card | None:
        """The card of a picture's sketch, where there is one of these settings."""
        card = _card(self.place(candidate))
        return card if card is not None and self._is_of(card, candidate) else None

    def draw(self, candidate: Candidate, *, on_progress: ProgressCallback | None = None) -> Card:
        """Train the sketch of a picture; what was at its place is replaced, see :meth:`require_room`.

        Args:
            candidate: the picture.
            on_progress: told after every step. What it raises ends the training, and nothing is written.

        Raises:
            OpenError, DecodeError, UnsupportedMedia: the picture cannot be read.
            TrainingError: its losses are not finite.
            EncodeError: the sketch cannot be written.
        """
        settings = self.settings
        made = train_filter(
            [StyleSource(candidate.path)],
            name=candidate.name,
            recipe=settings.recipe,
            content=settings.content,
            encoder=settings.encoder,
            output=self.place(candidate),
            budget=Budget(minutes=settings.seconds / 60),
            words=CardWords(meaning=self.meaning, tags=(SKETCH_TAG,)),
            init_from=settings.start,
            overwrite=True,
            options=SessionOptions(threads=settings.threads),
            on_progress=on_progress,
        )
        return made.card

    def _is_of(self, card: Card, candidate: Candidate) -> bool:
        return (
            SKETCH_TAG in card.tags
            and card.meaning == self.meaning
            and card.style is not None
            and card.style.sha256 == candidate.sha256
        )


def _card(path: Path) -> Card | None:
    """Of a filter file; None where there is none, or something else."""
    try:
        return read_filter_file(path).card
    except RotoscopeError:
        return None
