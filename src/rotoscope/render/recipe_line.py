"""The recipe line: how a result was made, in its own tags, so that it can be told and done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope._version import __version__
from rotoscope.errors import RecipeMismatch, RotoscopeError
from rotoscope.filters.base import Filter
from rotoscope.filters.controls import Colors
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import ANIMATION_SUFFIXES, STILL_SUFFIXES
from rotoscope.media.probe import inspect_media
from rotoscope.motion.coherence.modes import Coherence

RECIPE_KEY: Final = "ROTOSCOPE"
"""The tag's name; Matroska writes names in capitals."""
RECIPE_SUFFIXES: Final = frozenset({".m4v", ".mkv", ".mov", ".mp4", ".webm"})
"""Names of results whose container holds tags of any name."""


def recipe_tags(output: Path, recipe: str | None, *, coherence: Coherence) -> dict[str, str]:
    """The tags of a result that say how it was made; none where its container holds no such tag.

    Args:
        output: its name says what container it is.
        recipe: the line of the look; None where its filters have no names.
        coherence: how neighboring frames are kept alike. It is told even where it is the default, which may
            be another one in a later version.
    """
    if recipe is None or output.suffix.lower() not in RECIPE_SUFFIXES:
        return {}
    return {RECIPE_KEY: with_coherence(recipe, coherence)}


def with_coherence(recipe: str, coherence: Coherence) -> str:
    """A recipe line that tells how neighboring frames are kept alike as well."""
    return RecipeLine.model_validate_json(recipe).model_copy(update={"coherence": coherence}).to_json()


class RecipeLine(BaseModel):
    """How a result was painted."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    version: str = __version__
    """Of Rotoscope."""
    look: Annotated[str, Field(max_length=100_000)]
    """Text of a look file."""
    filters: dict[str, str]
    """What was asked for, as typed after ``--filter``, and the digest of what was loaded."""
    digest: str | None = None
    """Of the whole look; None where its filters say it all."""
    strength: float = 1.0
    size: int | None = None
    stroke_scale: float | None = None
    colors: Colors | None = None
    coherence: Coherence | None = None
    """How neighboring frames were kept alike; None in a result that does not say, and in the line of a look,
    which does not know."""

    def to_json(self) -> str:
        """One line; what is as always is left out."""
        return self.model_dump_json(exclude_defaults=True, exclude={"version"})[:-1] + (
            f',"version":"{self.version}"}}'
        )


def recipe_of(info: MediaInfo) -> RecipeLine | None:
    """The recipe line among the tags of a file; None where there is none that can be read."""
    found = [value for key, value in info.metadata.items() if key.upper() == RECIPE_KEY]
    try:
        return RecipeLine.model_validate_json(found[0]) if found else None
    except ValidationError:
        return None


def read_recipe(path: Path) -> RecipeLine:
    """The recipe line of a result.

    Raises:
        RecipeMismatch: it has none.
        OpenError: it cannot be opened.
    """
    recipe = recipe_of(inspect_media(path, count=False))
    if recipe is None:
        raise RecipeMismatch(
            f"{path} does not say how it was made. Results named "
            f"{', '.join(sorted((*RECIPE_SUFFIXES, *ANIMATION_SUFFIXES, *STILL_SUFFIXES)))} do, "
            "where Rotoscope has painted them; give one, or a look file with --look."
        )
    return recipe


def load_same(
    recipe: RecipeLine, load_filter: Callable[[str], Filter], *, result: Path
) -> Mapping[str, Filter]:
    """The filters of a recipe line.

    Raises:
        RecipeMismatch: one is not at hand, or is another one than it was.
    """
    loaded: dict[str, Filter] = {}
    for spec, digest in recipe.filters.items():
        try:
            loaded[spec] = load_filter(spec)
        except RotoscopeError as error:
            raise RecipeMismatch(
                f"{result} was painted with the filter {spec!r}, which is not at hand: {error} Import it, or "
                "paint with another look."
            ) from error
        if loaded[spec].digest != digest:
            raise RecipeMismatch(
                f"{result} was painted with another {spec!r}: its digest was {digest[:12]}…, and the one at "
                f"hand has {loaded[spec].digest[:12]}…. Bring that filter back, or paint with another look."
            )
    return loaded
