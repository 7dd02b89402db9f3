"""A library of videos and photographs, painted into another folder; a run that was stopped goes on."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

from rotoscope.errors import OpenError, OutputExists, RotoscopeError
from rotoscope.media.atomic import encode_errors
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.output import OutputKind, output_kind
from rotoscope.render.any_look import AnyLook
from rotoscope.render.journal import Journal, is_same_source, look_key, size_of_result
from rotoscope.render.library import Planned, plan_library
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import Progress, ProgressCallback
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import DEFAULT_ENCODER, stylize

OnError: TypeAlias = Literal["continue", "stop"]
"""What happens after an item that cannot be painted."""
_ALWAYS_COUNTED: Final = ("on_truncated", "on_corrupt", "to_sdr", "wrap")
"""Options that journals have counted from the beginning."""


class ItemState(StrEnum):
    """What became of an item."""

    PAINTED = "painted"
    SKIPPED = "skipped"
    """Painted before, of the same source with the same look."""
    OUTDATED = "outdated"
    """A result is there, but not of this source or look; it is replaced with ``overwrite`` only."""
    FAILED = "failed"
    LEFT = "left"
    """Not tried, because an item before it failed."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One item of a library, and what became of it. Paths are relative to the two folders."""

    source: Path
    output: Path
    state: ItemState
    error_type: str | None = None
    """Name of an error of :mod:`rotoscope.errors`."""
    message: str | None = None
    """What went wrong, and what to do."""
    result: RenderResult | None = None
    """Where it was painted now."""

    @property
    def is_good(self) -> bool:
        """Whether the result that was asked for is there."""
        return self.state in (ItemState.PAINTED, ItemState.SKIPPED)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a library."""

    source: Path
    folder: Path
    look: str
    items: tuple[BatchItem, ...]
    elapsed_seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """How many items are in which state; states that nothing is in are left out."""
        return dict(Counter(item.state.value for item in self.items))

    @property
    def is_good(self) -> bool:
        """Whether every item's result is there."""
        return all(item.is_good for item in self.items)


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a library is."""

    items_done: int
    item_count: int
    bytes_done: int
    """Of the sources."""
    byte_count: int
    item: Planned | None
    """What is painted at the moment; None at the end."""
    progress: Progress | None
    """How far that is; None at its beginning."""


BatchCallback: TypeAlias = Callable[[BatchProgress], None]
"""Called before every item, after every frame, and at the end. What it raises stops the work."""


class Paint(Protocol):
    """Paints one item; as :func:`rotoscope.render.stylize.stylize` does, in this process or in another."""

    def __call__(  # noqa: D102 - said above
        self,
        item: Path,
        output: Path,
        encoder: EncoderOptions,
        /,
        *,
        overwrite: bool,
        on_progress: ProgressCallback | None,
    ) -> RenderResult: ...


def stylize_folder(
    source: str | Path,
    folder: str | Path,
    look: AnyLook,
    *,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    options: RenderOptions = DEFAULT_OPTIONS,
    on_error: OnError = "continue",
    on_progress: BatchCallback | None = None,
) -> BatchResult:
    """Paint every video and photograph of a folder, and of the folders in it, into another folder.

    Names and folders are kept; see :func:`rotoscope.render.library.plan_library`. Each result appears whole
    or not at all. What was painted is remembered in the folder, so that the same call again paints what is
    missing. A result whose source or look changed is replaced with ``overwrite`` only.

    Args:
        source: a folder.
        folder: made where it is missing.
        look: what to paint.
        encoder: codec and quality; options that an item's kind does not have are left out for it.
        overwrite: replace results that are not of the same source and look.
        options: how sources are read and rendered.
        on_error: ``continue`` with the next item, or ``stop``; either way the result tells.
        on_progress: called as the work goes on.

    Raises:
        OpenError: the source is no folder, or holds nothing to paint.
        EncodeError: the results cannot be written there.
        ManifestError: what the folder remembers cannot be read.
    """
    source, folder = Path(source), Path(folder)
    key = look_key(look, encoder, options, always=_ALWAYS_COUNTED)
    planned = plan_library(source, folder)
    if not planned:
        raise OpenError(
            f"{source} holds no video and no photograph. Give a folder of media, or of folders of media."
        )
    start = time.monotonic()
    with encode_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    batch = Batch(source, folder, key, encoder, partial(_paint_here, look, options), overwrite=overwrite)
    meter = _Meter(planned, on_progress)
    items: list[BatchItem] = []
    for one in planned:
        is_stopped = on_error == "stop" and any(item.state is ItemState.FAILED for item in items)
        items.append(_left(one) if is_stopped else batch.paint(one, on_progress=meter.begin(one)))
    meter.end()
    return BatchResult(source, folder, look.description, tuple(items), time.monotonic() - start)


def _paint_here(
    look: AnyLook,
    options: RenderOptions,
    item: Path,
    output: Path,
    encoder: EncoderOptions,
    /,
    *,
    overwrite: bool,
    on_progress: ProgressCallback | None,
) -> RenderResult:
    kind = output_kind(output)
    workers = options.workers if kind is OutputKind.VIDEO else 1
    return stylize(
        item,
        output,
        look,
        encoder=encoder,
        overwrite=overwrite,
        options=replace(
            options,
            workers=workers,
            score=options.score and kind is not OutputKind.STILL,
            credentials=options.credentials if kind is OutputKind.STILL else None,
        ),
        on_progress=on_progress,
    )


def _left(planned: Planned) -> BatchItem:
    return BatchItem(planned.source, planned.output, ItemState.LEFT)


class Batch:
    """Paints the items of one folder into another, and remembers them."""

    def __init__(
        self,
        source: Path,
        folder: Path,
        key: str,
        encoder: EncoderOptions,
        paint: Paint,
        *,
        overwrite: bool,
    ) -> None:
        self.source = source
        self.folder = folder
        self.journal = Journal(folder)
        self._key = key
        self._encoder = encoder
        self._paint = paint
        self._overwrite = overwrite
        # What fails because something is there need not fail when it may be replaced.
        self._failure_key = f"{key}+overwrite" if overwrite else key

    def paint(self, planned: Planned, *, on_progress: ProgressCallback | None = None) -> BatchItem:
        """Paint one item, unless it is there; errors of Rotoscope are in the item that is given back."""
        item = BatchItem(planned.source, planned.output, ItemState.FAILED)
        try:
            told = self.standing(planned)
            if told is not None:
                return told
            result = self._painted(planned, on_progress)
        except RotoscopeError as error:
            return replace(item, error_type=type(error).__name__, message=str(error))
        except (OSError, MemoryError) as error:
            place = self.source / planned.source
            message = f"{place} could not be painted: {error or type(error).__name__}. Try it by itself."
            return replace(item, error_type=OpenError.__name__, message=message)
        return replace(item, state=ItemState.PAINTED, result=result)

    def standing(self, planned: Planned) -> BatchItem | None:
        """What is to be said of an item without painting it; None where it is to be painted."""
        output = self.folder / planned.output
        if not output.exists():
            return None
        why = self._why_outdated(planned, output)
        if why is None:
            return BatchItem(planned.source, planned.output, ItemState.SKIPPED)
        if self._overwrite:
            return None
        message = f"{output} is there already, but {why}. Give --overwrite to replace it."
        return BatchItem(planned.source, planned.output, ItemState.OUTDATED, OutputExists.__name__, message)

    def _why_outdated(self, planned: Planned, output: Path) -> str | None:
        entry = self.journal.entry(planned.output)
        if entry is None:
            return "was not made by a run that is remembered"
        if not is_same_source(entry, planned.source, self.source / planned.source):
            return "its source has changed since"
        if entry.look != self._key:
            return "was painted with another look or other options"
        return "was changed since" if entry.output_bytes != size_of_result(output) else None

    def _painted(self, planned: Planned, on_progress: ProgressCallback | None) -> RenderResult:
        source, output = self.source / planned.source, self.folder / planned.output
        encoder = fitting_encoder(self._encoder, planned.output)
        with _folder_for(output):
            result = self._paint(source, output, encoder, overwrite=self._overwrite, on_progress=on_progress)
        self.journal.record(planned.source, planned.output, source, self._key)
        return result

    def record_failure(self, item: BatchItem) -> None:
        """Remember that an item cannot be painted, until its source or the look changes."""
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
            place = self.source / item.source
            self.journal.record(item.source, item.output, place, self._failure_key, error=item.message or "")

    def is_known_failure(self, planned: Planned) -> bool:
        """Whether an item failed before, and neither it nor the look has changed."""
        entry = self.journal.failure(planned.output)
        return (
            entry is not None
            and entry.look == self._failure_key
            and is_same_source(entry, planned.source, self.source / planned.source)
        )


@contextlib.contextmanager
def _folder_for(output: Path) -> Generator[None]:
    """The folder of a result; one that was made for it and stays empty is removed."""
    missing = [parent for parent in output.parents if not parent.exists()]
    with encode_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


def fitting_encoder(encoder: EncoderOptions, output: Path) -> EncoderOptions:
    """Without what this kind of result does not have."""
    kind = output_kind(output)
    if kind is not OutputKind.VIDEO:
        encoder = replace(encoder, codec=None, preset=None)
    if kind not in (OutputKind.GIF, OutputKind.WEBP, OutputKind.APNG):
        encoder = replace(encoder, width=None, loop=0)
    return encoder


class _Meter:
    """Tells how far all items are together."""

    def __init__(self, planned: tuple[Planned, ...], on_progress: BatchCallback | None) -> None:
        self._planned = planned
        self._on_progress = on_progress
        self._bytes = sum(one.size_bytes for one in planned)
        self._done = 0
        self._bytes_done = 0
        self._current: Planned | None = None

    def begin(self, item: Planned) -> ProgressCallback | None:
        if self._on_progress is None:
            return None
        self.end()
        self._current = item
        self._tell(None)
        return self._tell

    def end(self) -> None:
        if self._current is not None:
            self._done += 1
            self._bytes_done += self._current.size_bytes
            self._current = None
            if self._done == len(self._planned):
                self._tell(None)

    def _tell(self, progress: Progress | None) -> None:
        assert self._on_progress is not None
        share = 0.0
        if progress is not None and progress.step in ("assemble", "score"):
            share = 1.0  # it is painted; what is left is a moment's work
        elif progress is not None and progress.frames_expected:
            share = min(1.0, progress.frames_done / progress.frames_expected)
        extra = 0 if self._current is None else round(share * self._current.size_bytes)
        done = self._bytes_done + extra
        self._on_progress(
            BatchProgress(self._done, len(self._planned), done, self._bytes, self._current, progress)
        )
