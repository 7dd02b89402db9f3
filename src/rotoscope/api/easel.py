"""The easel: where pictures are painted while somebody waits for them."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

from fastapi import Depends, Request

from rotoscope.api.models.images import SUFFIXES, PaintOptions
from rotoscope.api.picture_cache import PictureCache
from rotoscope.api.shelf import FilterShelf
from rotoscope.api.turns import Places, Turns
from rotoscope.jobs.charging import Took
from rotoscope.jobs.picture_charges import PictureBill, PictureCharges
from rotoscope.machine import WorkClock
from rotoscope.media.opening import Limits
from rotoscope.media.stills import read_header
from rotoscope.palette.palette import Palette
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import Look, scaled_size
from rotoscope.render.looks.building import Overrides
from rotoscope.render.looks.reading import LookText
from rotoscope.render.looks.strangers import Take, loader_for_strangers, open_strangers_look
from rotoscope.render.still import PaintedStill, paint_still
from rotoscope.settings import Settings

LIMITS: Final = Limits(max_pixels=40_000_000)
"""Of pictures that somebody waits for, and of their paintings."""
MOST_BYTES: Final = 64_000_000
"""Of a picture's file."""
_KEPT_PIXELS: Final = 4_000_000
"""Up to here a filter that painted a picture stays ready."""
_CACHE_BYTES: Final = 2_000_000_000
_OWN_FORMATS: Final = {"JPEG": ".jpg", "WEBP": ".webp"}


class Easel:
    """Paints for all clients, with bounds on what is done and kept at once. Usable from any thread."""

    def __init__(self, settings: Settings, charges: PictureCharges, places: Places | None = None) -> None:
        self.charges = charges
        self.turns = Turns(places or Places())
        self.shelf = FilterShelf()
        self.pictures = PictureCache(settings.cache_dir / "pictures", most_bytes=_CACHE_BYTES)
        self.painting = Lock()
        """A network uses all cores, and paints one picture at a time."""

    def paint(
        self,
        bill: PictureBill,
        palette: Palette,
        source: Path,
        options: PaintOptions,
        *,
        look: LookText | None,
        take: Take,
        suffix: str,
        keeps_tags: bool = True,
    ) -> PaintedStill:
        """Paint one picture when it is its client's turn, and write it into the ledger.

        Args:
            bill: what the ledger says of it.
            palette: of that client.
            source: a picture file.
            options: how.
            look: what ``options.look`` stands for.
            take: fetches what the look names by URI.
            suffix: of the result.
            keeps_tags: whether EXIF and XMP come along.

        Raises:
            BudgetExhausted: a budget of its client, or of its key, is used up; nothing was painted.
            Busy: too many want to paint.
            RotoscopeError: as :func:`rotoscope.render.still.paint_still`, and of filters and looks.
        """
        self.charges.require_within(bill)
        clock = WorkClock()
        with self.turns.turn(bill.client_id):
            begun = time.perf_counter()
            with clock.running():
                made = self.open_look(palette, options, look, take, keep=_is_kept(source, options))
                painted = paint_still(
                    source,
                    made,
                    suffix,
                    quality=options.quality,
                    quick=True,
                    keeps_tags=keeps_tags,
                    limits=LIMITS,
                    while_painting=self.painting,
                )
            took = Took(clock.seconds, elapsed_seconds=time.perf_counter() - begun, frames=1)
        self.charges.charge(bill, took)
        return painted

    def open_look(
        self, palette: Palette, options: PaintOptions, look: LookText | None, take: Take, *, keep: bool = True
    ) -> AnyLook:
        """What is asked for, ready to paint."""
        load = partial(self.shelf.load, palette, keep=keep)
        if look is not None:
            said = Overrides(options.strength, options.size, options.stroke_scale, options.colors)
            return open_strangers_look(look, load, take, overrides=said)
        return Look(
            [loader_for_strangers(load, take)(spec) for spec in options.filter],
            strength=options.strength,
            size=options.size,
            stroke_scale=options.stroke_scale,
            colors=options.colors or "style",
        )


def suffix_for(source: Path, options: PaintOptions, accepted: str | None) -> str:
    """What the result is written as.

    Args:
        source: a picture file.
        options: may say it.
        accepted: what the header Accept says; None: anything.
    """
    if options.format is not None:
        return SUFFIXES[options.format]
    return accepted or _OWN_FORMATS.get(read_header(source, limits=LIMITS).format, ".png")


def _is_kept(source: Path, options: PaintOptions) -> bool:
    width, height = scaled_size(read_header(source, limits=LIMITS).frame_size, options.size)
    return width * height <= _KEPT_PIXELS


def easel_of(request: Request) -> Easel:
    """The application's easel."""
    easel = request.app.state.easel
    assert isinstance(easel, Easel)
    return easel


UseEasel = Annotated[Easel, Depends(easel_of)]
"""A route's parameter that gets the easel."""
