"""A look of layers, as a look file gives: painted one on the other, with masks, and changing over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal, cast

import numpy as np

from rotoscope.errors import FilterFailed
from rotoscope.filters.base import Filter, arithmetic_of
from rotoscope.media.clip import Clip
from rotoscope.media.frame import Pixels
from rotoscope.render.look import apply_filter, held_index, resize_short_side
from rotoscope.render.looks.blending import BlendMode, blend, lay_over
from rotoscope.render.looks.masks.base import FinishedMask, digest_of
from rotoscope.render.looks.preparation import prepare_masks
from rotoscope.render.looks.shots import CutFinder, Shots, found_cuts, shots_of
from rotoscope.render.looks.track import Track, number_at, told
from rotoscope.render.progress import ProgressCallback

_VERSION: Final = "1"
"""Goes up whenever the same look would give other pixels."""
END_OF_TIME: Final = Fraction(10**9)


@dataclass(frozen=True, slots=True, eq=False)
class PaintedLayer:
    """One painting, and how it is laid on those below."""

    filters: Track[Filter]
    strength: Track[float]
    paints: Literal["photo", "below"] = "photo"
    blend: BlendMode = "normal"
    mask: FinishedMask | None = None
    shots: frozenset[int] | None = None
    """Numbers of the shots that it shows in; None: all."""

    def digest_between(self, start: Fraction, stop: Fraction, shots: Shots | None) -> str:
        """SHA-256 of what decides it at ``start <= time < stop``; empty where it does not show at all."""
        strengths = self.strength.governing(start, stop)
        shown = (
            None if shots is None or self.shots is None else _shown_between(start, stop, shots, self.shots)
        )
        if all(key.value == 0 for key in strengths) or (shown is not None and not any(s for _, s in shown)):
            return ""
        where = shown if shown is not None else sorted(self.shots or ())
        filters = told(self.filters.governing(start, stop), lambda filter: filter.digest)
        mask = "" if self.mask is None else self.mask.digest_between(start, stop)
        return digest_of(repr([filters, told(strengths, float), self.paints, self.blend, where]), mask)


def _shown_between(
    start: Fraction, stop: Fraction, shots: Shots, numbers: frozenset[int]
) -> list[tuple[str, bool]]:
    """Where each shot of a span begins in it, and whether it is one of those."""
    begins = [start, *(cut for cut in shots.cuts if start < cut < stop)]
    return [("" if begin == start else str(begin), shots.number_at(begin) in numbers) for begin in begins]


@dataclass(frozen=True, slots=True, eq=False)
class LayeredLook:
    """Layers of paintings; made by :func:`rotoscope.load_look`."""

    title: str
    layers: tuple[PaintedLayer, ...]
    """From the bottom to the top."""
    overall_strength: float = 1.0
    """How much of the whole shows beside the photograph."""
    size: int | None = None
    """Short side of the result in pixels; None keeps the source's size."""
    hold: int = 1
    """Frames for which each painting stays."""
    cuts: tuple[Fraction, ...] | None = None
    """Cuts as the file states them; None: it states none."""
    shots: Shots | None = None
    """Known once the look is prepared."""
    moments: tuple[Fraction, ...] = ()
    """Times at which something begins or ends, for previews; rising."""
    recipe: str | None = None
    """What results say on how they were made; see :mod:`rotoscope.render.recipe_line`."""

    @property
    def painters(self) -> tuple[Filter, ...]:
        """One filter that stands for the whole look."""
        return (_WholeLook(self),)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every filter that a layer paints with at some time, each once."""
        found = {key.value.digest: key.value for layer in self.layers for key in layer.filters.keys}
        return tuple(found.values())

    @property
    def strength(self) -> float:
        """Always 1: how much shows is part of the painting."""
        return 1.0

    @property
    def is_invisible(self) -> bool:
        """Whether the result is the source at all times."""
        never = all(all(key.value == 0 for key in layer.strength.keys) for layer in self.layers)
        return (never or self.overall_strength == 0) and self.size is None

    @property
    def description(self) -> str:
        """For a summary line, e.g. ``Dusk (great-wave, lineart)``."""
        names = dict.fromkeys(key.value.name for layer in self.layers for key in layer.filters.keys)
        return f"{self.title} ({', '.join(names)})"

    @property
    def is_complete(self) -> bool:
        """Whether any frame can be painted; else the clip has to be seen first."""
        masks_are = all(layer.mask is None or layer.mask.is_complete for layer in self.layers)
        wants_shots = self.hold > 1 or any(layer.shots for layer in self.layers)
        return masks_are and (self.shots is not None or not wants_shots)

    def prepared(
        self,
        clip: Clip,
        *,
        on_progress: ProgressCallback | None = None,
        find_cuts: CutFinder = found_cuts,
    ) -> LayeredLook:
        """The look, complete for a clip: masks that need it have seen it, and shots are known.

        Args:
            clip: what is painted.
            on_progress: called for every frame that is looked at.
            find_cuts: finds cuts where the look states none.

        Raises:
            RotoscopeError: the clip or a mask video cannot be read.
        """
        if self.is_complete:
            return self
        shots = shots_of(clip, self.cuts, find_cuts)
        masks = [layer.mask for layer in self.layers if layer.mask is not None]
        made = iter(prepare_masks(masks, clip, shots=shots, on_progress=on_progress))
        layers = tuple(
            layer if layer.mask is None else replace(layer, mask=next(made)) for layer in self.layers
        )
        return replace(self, layers=layers, shots=shots)

    @property
    def known_cuts(self) -> tuple[Fraction, ...]:
        """See :class:`rotoscope.render.any_look.AnyLook`."""
        return self.shots.cuts if self.shots is not None else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """See :class:`rotoscope.render.any_look.AnyLook`."""
        if self.shots is None:
            return ()
        count = len(self.shots.cuts) + 1
        return tuple(
            f"layer {number} is never seen: it is for shot {min(layer.shots)}, and the clip has {count}"
            for number, layer in enumerate(self.layers, 1)
            if layer.shots and min(layer.shots) > count
        )

    def held_from(self, index: int) -> int:
        """The frame whose painting is shown at frame ``index``; both count from the first one painted."""
        return held_index(index, self.hold)

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """SHA-256 of everything that decides the pixels of frames with ``start <= time < stop``.

        With ``hold``, ``start`` is the time of the frame that the first painting is of.
        """
        layers = [layer.digest_between(start, stop, self.shots) for layer in self.layers]
        shown = [digest for digest in layers if digest]
        return digest_of(_VERSION, repr([self.overall_strength, self.size, self.hold]), *shown)

    def paint(self, pixels: Pixels, at: Fraction = Fraction(0)) -> Pixels:
        """Paint one picture.

        Args:
            pixels: (H, W, 3 or 4) uint8 or uint16; alpha is kept beside the painting, unpainted.
            at: its time, in seconds from the clip's first frame.

        Returns:
            Pixels of the same dtype and channels, of the look's size.

        Raises:
            FilterFailed: a filter gave back something else than a picture of the same size, or the look needs
                the clip and is not prepared.
        """
        pixels = resize_short_side(pixels, self.size)
        if pixels.shape[2] == 3:
            return self._paint_color(pixels, at)
        color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
        return cast("Pixels", np.dstack((self._paint_color(color, at), pixels[..., 3])))

    def _paint_color(self, photograph: Pixels, at: Fraction) -> Pixels:
        if self.overall_strength == 0:
            return photograph
        result = photograph
        paintings: dict[str, Pixels] = {}
        for layer in self.layers:
            strength = number_at(layer.strength, at)
            if strength == 0 or not self._is_in_shot(layer, at):
                continue
            mask = None if layer.mask is None else layer.mask.at(photograph, at)
            if mask is not None and not mask.any():
                continue
            if layer.paints == "photo":
                painting = _painting(layer.filters, photograph, at, paintings)
            else:
                painting = _painting(layer.filters, result, at, {})
            result = lay_over(result, blend(result, painting, layer.blend), mask, strength)
        return lay_over(photograph, result, None, self.overall_strength)

    def _is_in_shot(self, layer: PaintedLayer, at: Fraction) -> bool:
        if layer.shots is None:
            return True
        if self.shots is None:
            raise FilterFailed(
                "A layer of this look shows in some shots only, and these are not known yet. Paint with "
                "look.prepared(clip)."
            )
        return self.shots.number_at(at) in layer.shots


def _painting(filters: Track[Filter], pixels: Pixels, at: Fraction, made: dict[str, Pixels]) -> Pixels:
    """What a layer's filters make of a picture; two of them while they cross-fade."""
    between = filters.at(at)
    before = _made(between.before, pixels, made)
    if between.share == 0 or between.before is between.after:
        return before
    after = _made(between.after, pixels, made)
    return lay_over(before, after, None, between.share)


def _made(filter: Filter, pixels: Pixels, made: dict[str, Pixels]) -> Pixels:
    if filter.digest not in made:
        made[filter.digest] = apply_filter(filter, pixels)
    return made[filter.digest]


@dataclass(frozen=True, slots=True, eq=False)
class _WholeLook:
    """The look as a filter: what a manifest says has painted the frames."""

    look: LayeredLook
    kind = "look"

    @property
    def name(self) -> str:
        return self.look.title

    @property
    def digest(self) -> str:
        return self.look.digest_between(Fraction(0), END_OF_TIME)

    @property
    def arithmetic(self) -> str:
        keys = [key for layer in self.look.layers for key in layer.filters.keys]
        return ",".join(sorted({arithmetic_of(key.value) for key in keys} - {""}))

    def apply(self, pixels: Pixels) -> Pixels:
        return self.look.paint(pixels)


def moments_of(layers: Sequence[PaintedLayer], more: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Times at which something begins or ends."""
    keys = {key.time for layer in layers for track in (layer.filters, layer.strength) for key in track.keys}
    return tuple(sorted(keys | set(more)))
