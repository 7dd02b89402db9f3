"""Options of ``rotoscope train`` that go together, and what they are made into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rotoscope.cli import train_options as own
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from rotoscope.training.progress import Budget
    from rotoscope.training.recipe import Recipe


@dataclass(frozen=True)
class Spending:
    """How long to train."""

    minutes: own.Minutes = None
    steps: own.Steps = None
    budget_dollars: own.Dollars = None
    rate_per_hour: own.Rate = None

    def budget(self) -> Budget:
        """For the library.

        Raises:
            InvalidOptions: a sum without a rate, or more than one way of saying it.
        """
        from rotoscope.training.progress import Budget  # noqa: PLC0415 - torch is heavy

        if self.budget_dollars is None:
            return Budget.of(steps=self.steps, minutes=self.minutes)
        if self.rate_per_hour is None:
            raise InvalidOptions(
                "--budget-dollars says how much to spend; --rate-per-hour, what an hour costs, belongs to it."
            )
        if self.minutes is not None:
            raise InvalidOptions("Give --minutes or --budget-dollars, not both.")
        return Budget.of(steps=self.steps, minutes=60 * self.budget_dollars / self.rate_per_hour)


@dataclass(frozen=True)
class Numbers:
    """The recipe of a file or the built-in one, and what is to be otherwise."""

    recipe: own.RecipeFile = None
    size: own.Size = None
    style_weight: own.StyleWeight = None
    stroke_scale: own.StrokeScale = None
    colors: own.Colors = None

    def made(self, *, features: str | None) -> Recipe:
        """For the library, with a feature network; None: the recipe's own.

        Raises:
            InvalidOptions, TrainingError: the file is not in order, or a number outside what is allowed.
        """
        from rotoscope.networks.style_network import SIZES  # noqa: PLC0415 - torch is heavy
        from rotoscope.training.recipe import Recipe  # noqa: PLC0415

        base = Recipe() if self.recipe is None else Recipe.load(self.recipe)
        if self.size is not None:
            base = base.of_size(SIZES[self.size])
        given = {
            "style_weight": self.style_weight,
            "style_side": None if self.stroke_scale is None else round(base.style_side * self.stroke_scale),
            "colors": self.colors,
            "features": features,
        }
        return base.revised({key: value for key, value in given.items() if value is not None})


@dataclass(frozen=True)
class Beginning:
    """What a training starts from."""

    init_from: own.InitFrom = None
    from_scratch: own.FromScratch = False

    def file(self) -> Path | None:
        """The filter file to start from: the given one, or the bundled one.

        Raises:
            InvalidOptions: a file was given, and that none is to be used.
        """
        if self.from_scratch:
            if self.init_from is not None:
                raise InvalidOptions("Give --init-from or --from-scratch, not both.")
            return None
        from rotoscope.training.start import BUNDLED_START  # noqa: PLC0415 - torch is heavy

        return self.init_from or BUNDLED_START


@dataclass(frozen=True)
class CardChoice:
    """Words for cards, as they were given."""

    title: own.Title = None
    artist: own.Artist = None
    year: own.Year = None
    license_: own.License = None
    source: own.Source = None
    collection: own.Collection = None
    thumbnail: own.Thumbnail = False
    meaning: own.Meaning = None
    tag: own.Tags = None

    @property
    def of_styles(self) -> Mapping[str, Sequence[str] | None]:
        """Of the style images, by field of the card: nothing, once for all or once for each."""
        return {
            "title": self.title,
            "artist": self.artist,
            "year": self.year,
            "license": self.license_,
            "source": self.source,
            "collection": self.collection,
        }
