"""A folder that is watched: what is dropped into it is painted into another folder.

The folder is looked at again and again; a file is painted when its size and time have stood still for a
while. Everything is painted in a process of its own, under limits, because anybody may have put it there.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from rotoscope.errors import InvalidOptions, OpenError
from rotoscope.media.atomic import encode_errors
from rotoscope.media.encoders import EncoderOptions
from rotoscope.render.batch import Batch, BatchItem, ItemState
from rotoscope.render.isolated import (
    DEFAULT_ISOLATION,
    IsolationLimits,
    LookRequest,
    require_one_process,
    stylize_isolated,
)
from rotoscope.render.journal import Stamp, look_key
from rotoscope.render.library import Planned, plan_library
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import DEFAULT_ENCODER

FAILED_FOLDER: Final = "failed"
"""In the folder of results: a text for each file that could not be painted, of the same name."""
_ALWAYS_COUNTED: Final = ("on_truncated",)
"""Options that journals of watched folders have counted from the beginning."""


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How a folder is watched."""

    settle_seconds: float = 5.0
    """How long size and time of a file must stand still."""
    interval_seconds: float = 2.0
    """Between two looks."""
    once: bool = False
    """Paint what is there, and end."""

    def __post_init__(self) -> None:
        """Refuse times that cannot be.

        Raises:
            InvalidOptions: a negative time to settle, or no time between two looks.
        """
        if self.settle_seconds < 0 or self.interval_seconds <= 0:
            raise InvalidOptions(
                f"A time to settle of {self.settle_seconds:g} s and an interval of "
                f"{self.interval_seconds:g} s cannot be: the first is 0 or more, the second more than 0."
            )


DEFAULT_WATCH: Final = WatchOptions()


def watch(
    inbox: str | Path,
    outbox: str | Path,
    look: LookRequest,
    *,
    watching: WatchOptions = DEFAULT_WATCH,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    options: RenderOptions = DEFAULT_OPTIONS,
    limits: IsolationLimits = DEFAULT_ISOLATION,
    on_progress: ProgressCallback | None = None,
) -> Iterator[BatchItem]:
    """Paint what is dropped into a folder, for ever or once.

    Each result appears whole or not at all. What was painted or failed is remembered in ``outbox``, and is
    tried again when the file or the look changes. A file that fails is named in ``outbox/failed``, with the
    error's text. To end, stop asking for items, or interrupt.

    Args:
        inbox: a folder; what is in it is left as it is.
        outbox: made where it is missing.
        look: how the look is made.
        watching: how often to look, and when a file is complete.
        encoder: codec and quality; options that an item's kind does not have are left out for it.
        overwrite: replace results that are not of the same source and look.
        options: as for :func:`~rotoscope.render.isolated.stylize_isolated`.
        limits: what one item may take.
        on_progress: called after every frame.

    Yields:
        Every item that was painted or failed, when it is done.

    Raises:
        OpenError: ``inbox`` is no folder.
        EncodeError: the two are the same, or ``outbox`` cannot be written.
        InvalidOptions: ``options`` hold a store, several workers, or a score.
        RotoscopeError: the look cannot be made.
    """
    inbox, outbox = Path(inbox), Path(outbox)
    require_one_process(options)
    plan_library(inbox, outbox, look_inside=False)  # refuses what cannot be
    key = look_key(look.make(**look.arguments), encoder, options, always=_ALWAYS_COUNTED)
    with encode_errors(outbox):
        outbox.mkdir(parents=True, exist_ok=True)
    paint = partial(_paint_apart, look, options, limits)
    return _items(Batch(inbox, outbox, key, encoder, paint, overwrite=overwrite), watching, on_progress)


def _paint_apart(
    look: LookRequest,
    options: RenderOptions,
    limits: IsolationLimits,
    source: Path,
    output: Path,
    encoder: EncoderOptions,
    /,
    *,
    overwrite: bool,
    on_progress: ProgressCallback | None,
) -> RenderResult:
    return stylize_isolated(
        source,
        output,
        look,
        encoder=encoder,
        overwrite=overwrite,
        options=options,
        limits=limits,
        on_progress=on_progress,
    )


def _items(batch: Batch, watching: WatchOptions, on_progress: ProgressCallback | None) -> Iterator[BatchItem]:
    settling = _Settling(watching.settle_seconds)
    settling.settled(_present(batch))
    if watching.settle_seconds:
        time.sleep(watching.settle_seconds)
    while True:
        for planned in settling.settled(_present(batch)):
            if _is_done(batch, planned):
                continue
            item = batch.paint(planned, on_progress=on_progress)
            _tell(batch, item)
            yield item
        if watching.once:
            return
        time.sleep(watching.interval_seconds)


def _present(batch: Batch) -> tuple[Planned, ...]:
    """What is in the folder now; files may come and go while it is looked at."""
    with contextlib.suppress(FileNotFoundError):
        return plan_library(batch.source, batch.folder, look_inside=False)
    return ()


def _is_done(batch: Batch, planned: Planned) -> bool:
    try:
        if batch.is_known_failure(planned):
            return True
        standing = batch.standing(planned)
    except (FileNotFoundError, OpenError):
        return True  # taken away meanwhile
    return standing is not None and standing.state is ItemState.SKIPPED


class _Settling:
    """Which files have stood still for long enough."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[Path, tuple[Stamp, float]] = {}

    def settled(self, present: tuple[Planned, ...]) -> list[Planned]:
        now = time.monotonic()
        seen: dict[Path, tuple[Stamp, float]] = {}
        ready: list[Planned] = []
        for planned in present:
            stamp, since = Stamp(planned.size_bytes, planned.modified_ns), now
            known = self._seen.get(planned.source)
            if known is not None and known[0] == stamp:
                since = known[1]
            seen[planned.source] = (stamp, since)
            if now - since >= self._seconds and known is not None:
                ready.append(planned)
        self._seen = seen
        return ready


def _tell(batch: Batch, item: BatchItem) -> None:
    """Keep a text beside the results while an item cannot be painted."""
    note = batch.folder / FAILED_FOLDER / item.source.with_name(f"{item.source.name}.txt")
    with encode_errors(note):
        if item.is_good:
            note.unlink(missing_ok=True)
            return
        batch.record_failure(item)
        note.parent.mkdir(parents=True, exist_ok=True)
        part = note.with_name(f".{note.name}.{secrets.token_hex(4)}.part")
        part.write_text(f"{item.source}\n{item.error_type}: {item.message}\n", encoding="utf-8")
        part.replace(note)
