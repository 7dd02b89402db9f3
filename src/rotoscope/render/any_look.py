"""What whoever renders asks of a look, simple or of layers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from rotoscope.filters.base import Filter
from rotoscope.media.clip import Clip
from rotoscope.media.frame import Pixels
from rotoscope.render.progress import ProgressCallback


class AnyLook(Protocol):
    """A :class:`~rotoscope.render.look.Look`, or a look of layers.

    Once it is prepared, painting is a function of pixels and time alone: any frame may be painted in any
    order, and in another process.
    """

    @property
    def painters(self) -> tuple[Filter, ...]:
        """What paints, in order, at all times."""
        ...

    @property
    def filters(self) -> Sequence[Filter]:
        """Every filter that paints at some time, each once."""
        ...

    @property
    def strength(self) -> float:
        """How much of what the painters paint shows, 0 to 1, at all times."""
        ...

    @property
    def size(self) -> int | None:
        """Short side of the result in pixels; None keeps the source's size."""
        ...

    @property
    def is_invisible(self) -> bool:
        """Whether the result is the source."""
        ...

    @property
    def description(self) -> str:
        """For a summary line."""
        ...

    @property
    def recipe(self) -> str | None:
        """The line that says in a result how it was made; None where the look's filters have no names."""
        ...

    @property
    def known_cuts(self) -> tuple[Fraction, ...]:
        """Where shots begin, in seconds from the clip's first frame; none where nobody looked for them."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what of it will not be seen, once it is prepared."""
        ...

    def prepared(self, clip: Clip, *, on_progress: ProgressCallback | None = None) -> AnyLook:
        """The look, complete for a clip; itself where it needs nothing of it."""
        ...

    def held_from(self, index: int) -> int:
        """The frame whose painting is shown at frame ``index``; both count from the first one painted."""
        ...

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """SHA-256 of everything that decides the pixels of frames with ``start <= time < stop`` (seconds)."""
        ...

    def paint(self, pixels: Pixels, at: Fraction = ...) -> Pixels:
        """Paint one picture; ``at`` is its time, in seconds from the clip's first frame."""
        ...
