"""What goes into an audition: pictures read from photographs and clips, filters loaded by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np

from rotoscope.errors import DecodeError, InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.kinds import KINDS
from rotoscope.media.clip import Clip
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.lazy import Probed
from rotoscope.media.manifest import MANIFEST_NAME
from rotoscope.media.opening import DEFAULT_LIMITS
from rotoscope.media.picture import flatten
from rotoscope.media.probe import probe
from rotoscope.media.selection import Selection
from rotoscope.media.sequence import find_stills
from rotoscope.media.still_codecs import as_bytes
from rotoscope.palette.palette import Palette
from rotoscope.render.audition import Picture
from rotoscope.render.look import resize_short_side

DEFAULT_FRAMES = 3
"""Of a clip."""

_OPTION = re.compile(r"\s*[a-z][a-z0-9_-]*=")


# --- pictures ---------------------------------------------------------------------------------------------


def read_pictures(
    sources: Sequence[str | Path], *, frames: int = DEFAULT_FRAMES, size: int | None = None
) -> list[Picture]:
    """Read photographs, and frames of clips at even distances.

    Transparency is laid on white and 16 bits become 8.

    Args:
        sources: photographs, clips, folders of photographs (of which ``frames`` are taken, at even
            distances) or folders of frames with their manifest.
        frames: how many of each clip, 1 or more; a clip that has fewer gives all. With each, the next frame
            is read too, so that flicker can be measured.
        size: short side in pixels that larger pictures are reduced to at once, to save memory; None: no.

    Raises:
        InvalidOptions: ``frames`` is less than 1.
        OpenError: there is no such picture; near names are said.
        RotoscopeError: it cannot be read; see :mod:`rotoscope.errors`.
    """
    if frames < 1:
        raise InvalidOptions(f"{frames} frames of each clip were asked for; give 1 or more.")
    pictures: list[Picture] = []
    for source in map(Path, sources):
        if source.is_dir() and not (source / MANIFEST_NAME).exists():
            photographs = find_stills(source).files
            for index in spread(len(photographs), frames):
                pictures += _read(photographs[index], 1, size)
        else:
            pictures += _read(source, frames, size)
    return pictures


def spread(count: int, wanted: int) -> list[int]:
    """Indices of ``wanted`` out of ``count`` things: the middles of equal parts, each once."""
    parts = min(count, wanted)
    return [(2 * part + 1) * count // (2 * parts) for part in range(parts)]


def _read(source: Path, frames: int, size: int | None) -> list[Picture]:
    probed = probe(source, count=True, rate=None, limits=DEFAULT_LIMITS)
    times = probed.times
    if probed.info.kind is MediaKind.STILL or times is None or len(times.pts) < 2:
        pixels, _ = _two_frames(source, probed, Fraction(0), size)
        return [Picture(source.name, pixels, source=source)]
    pictures: list[Picture] = []
    # A clip's last frame has none after it, so it is never the first of two.
    for index in spread(len(times.pts) - 1, frames):
        moment = (times.pts[index] - times.pts[0]) * times.time_base
        pixels, following = _two_frames(source, probed, moment, size)
        name = f"{source.name} at {float(moment):.2f} s"
        pictures.append(Picture(name, pixels, following, source, moment))
    return pictures


def _two_frames(
    source: Path, probed: Probed, moment: Fraction, size: int | None
) -> tuple[Pixels, Pixels | None]:
    """The frame shown at a moment, and the next one; None where there is none."""
    clip = Clip(source, probed, selection=Selection(start=moment), on_truncated="keep", limits=DEFAULT_LIMITS)
    with closing(clip.frames()) as frames:
        found = [_plain(frame.pixels, size) for frame in islice(frames, 2)]
    if not found:
        raise DecodeError(
            f"{source} shows no frame at or after {float(moment):g} s. Check it with rotoscope inspect, or "
            "give another clip."
        )
    return found[0], found[1] if len(found) > 1 else None


def _plain(pixels: Pixels, size: int | None) -> Pixels:
    """(H, W, 3) uint8, reduced."""
    opaque = as_bytes(flatten(pixels) if pixels.shape[2] == 4 else pixels)
    if size is not None and min(opaque.shape[:2]) > size:
        opaque = resize_short_side(opaque, size)
    return cast("Pixels", np.ascontiguousarray(opaque))


# --- filters ----------------------------------------------------------------------------------------------


def split_specs(text: str) -> list[str]:
    """Filters joined by commas, of which each may have options joined by commas.

    ``great-wave,posterize:levels=4,tones=channels`` names two: what reads ``option=value`` after a filter
    with options belongs to it.
    """
    specs: list[str] = []
    for piece in text.split(","):
        continues = specs and ":" in specs[-1] and _OPTION.match(piece)
        if continues:
            specs[-1] += f",{piece}"
        elif piece.strip():
            specs.append(piece.strip())
    return specs


def load_candidates(
    palette: Palette,
    specs: Sequence[str] | None = None,
    *,
    threads: int | None = None,
    precision: str = "auto",
) -> tuple[dict[str, Filter], tuple[str, ...]]:
    """Load filters to try.

    Args:
        palette: where they are.
        specs: what a user types after ``--filter``, each; None: the whole palette, classical kinds with their
            default options.
        threads: threads of one inference; None: all cores.
        precision: ``auto``, ``f32`` or ``bf16``.

    Returns:
        Filters by what they were asked for as, and a note on each of the palette that cannot be loaded as it
        is (a file that is damaged, a kind that wants options).

    Raises:
        InvalidOptions: the list is empty, or a filter cannot be made with those options.
        UnknownFilter: no filter of that name; the nearest are named.
        RotoscopeError: as :meth:`rotoscope.palette.palette.Palette.load`.
    """
    if specs is not None:
        if not specs:
            raise InvalidOptions(
                "No filter was given to try. Name some, e.g. great-wave,starry-night (rotoscope filters list "
                "has them), or leave --filters out to try all."
            )
        return {spec: palette.load(spec, threads=threads, precision=precision) for spec in specs}, ()
    filters: dict[str, Filter] = {}
    notes: list[str] = []
    for entry in palette.list():
        if entry.problem is not None:
            notes.append(f"{entry.name} left out: {entry.problem}")
        elif entry.kind in KINDS and _wants_options(entry.kind):
            notes.append(f"{entry.name} left out: it wants options; name it with them to try it")
        else:
            filters[entry.name] = palette.load(entry.name, threads=threads, precision=precision)
    return filters, tuple(notes)


def _wants_options(kind: str) -> bool:
    try:
        KINDS[kind].build({})
    except InvalidOptions:
        return True
    return False
