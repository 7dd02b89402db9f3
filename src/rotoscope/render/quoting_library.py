"""What painting a folder of videos and photographs will take, found by painting a few of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.economics.estimates import Estimate, Sample, extrapolated
from rotoscope.errors import OpenError, RotoscopeError
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaKind
from rotoscope.media.probe import inspect_media
from rotoscope.render.any_look import AnyLook
from rotoscope.render.batch import fitting_encoder
from rotoscope.render.library import plan_library
from rotoscope.render.look import scaled_size
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.quoting import Measured, measure_render
from rotoscope.render.stylize import DEFAULT_ENCODER

_SAMPLED: Final = 5
"""Items of a kind that are painted, or sampled in turn, to know what the others take."""


@dataclass(frozen=True, slots=True)
class _Item:
    source: Path
    output: Path
    frames: int
    video_seconds: Fraction
    megapixels: float
    """Of all its frames, as they are painted."""


def measure_library(
    source: str | Path,
    look: AnyLook,
    *,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    options: RenderOptions = DEFAULT_OPTIONS,
    on_progress: ProgressCallback | None = None,
) -> Measured:
    """Paint samples as :func:`rotoscope.render.batch.stylize_folder` would, and say what all will take.

    Of the clips and of the photographs a few are measured, small and large ones; what the others take follows
    from their pixels. Items that cannot be painted are left out, with a note.

    Args:
        source: a folder.
        look: what would be painted.
        encoder: codec and quality.
        options: how the sources would be read and rendered.
        on_progress: called after every sampled frame.

    Raises:
        OpenError: nothing in the folder can be painted.
    """
    with tempfile.TemporaryDirectory(prefix="rotoscope-quote-") as folder:
        items, notes = _items(Path(source), Path(folder), look)
        estimates: list[Estimate] = []
        elapsed, sampled = 0.0, 0
        for kind in (
            [one for one in items if one.video_seconds],
            [one for one in items if not one.video_seconds],
        ):
            if not kind:
                continue
            chosen = _spread(kind)
            found = [
                measure_render(
                    one.source,
                    one.output,
                    look,
                    encoder=fitting_encoder(encoder, one.output),
                    options=options,
                    on_progress=on_progress,
                )
                for one in chosen
            ]
            units = sum(one.megapixels for one in kind)
            estimates.append(_all_of(kind, chosen, found))
            sampled += sum(one.sampled_frames for one in found)
            known = sum(one.megapixels for one in chosen)
            elapsed += sum(one.elapsed_seconds for one in found) / known * units
    return Measured(
        source=Path(source),
        frames=sum(one.frames for one in items),
        video_seconds=sum((one.video_seconds for one in items), Fraction(0)),
        pictures=sum(one.frames for one in items if not one.video_seconds),
        sampled_frames=sampled,
        cpu_seconds=Estimate.total(estimates),
        elapsed_seconds=elapsed,
        look=look.description,
        notes=tuple(notes),
    )


def _all_of(kind: Sequence[_Item], chosen: Sequence[_Item], found: Sequence[Measured]) -> Estimate:
    """What all items of a kind take, by what some of them do."""
    if len(chosen) == len(kind):
        return Estimate.total([one.cpu_seconds for one in found])
    samples = [
        Sample(item.megapixels, one.cpu_seconds.likely) for item, one in zip(chosen, found, strict=True)
    ]
    return extrapolated(0.0, samples, sum(one.megapixels for one in kind))


def _spread(items: Sequence[_Item]) -> list[_Item]:
    """At most so many of them, from the smallest to the largest."""
    by_size = sorted(items, key=lambda one: one.megapixels)
    if len(by_size) <= _SAMPLED:
        return by_size
    return [by_size[round((number + 0.5) / _SAMPLED * len(by_size) - 0.5)] for number in range(_SAMPLED)]


def _items(source: Path, folder: Path, look: AnyLook) -> tuple[list[_Item], list[str]]:
    """What can be painted, and notes on what cannot."""
    items: list[_Item] = []
    notes: list[str] = []
    for planned in plan_library(source, folder / "painted"):
        path = source / planned.source
        try:
            items.append(_item(path, Path(planned.output.name), look))
        except RotoscopeError as error:
            notes.append(f"{planned.source} is left out: {error}")
    if not items:
        raise OpenError(f"Nothing in {source} can be painted: {notes[0]}")
    return items, notes


def _item(path: Path, output: Path, look: AnyLook) -> _Item:
    info = inspect_media(path)
    width, height = scaled_size(info.video.frame_size, look.size)
    frames = info.video.frame_count_from_content or 1
    moves = info.kind is not MediaKind.STILL
    lasts = (info.video.duration_seconds_from_content or Fraction(0)) if moves else Fraction(0)
    return _Item(path, output, frames, lasts, frames * width * height / 1e6)
