"""Measures candidates on photographs and clips; what is known from the last run is not measured again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from bench.quality.distances import (
    MeasuredPainting,
    MeasuredPhotograph,
    measure_painting,
    measure_photograph,
    measure_style,
    photograph_style,
    share_of_own,
)
from bench.quality.frames import FRAMES, Clip, paint_frames, read_frames, reduce_frames
from bench.quality.painters import Painter, digest_of, load_painter
from bench.quality.pictures import SHORT_SIDE, find_pictures, read_photograph, read_style, write_picture
from bench.quality.results import ClipFigures, PaintingFigures, Row, folder_name, key_of, rounded
from bench.quality.table import Candidate
from rotoscope.errors import InvalidOptions
from rotoscope.media.plain import Picture, read_picture
from rotoscope.motion.flicker import WIDTH, measure_flicker
from rotoscope.networks.features import Encoder
from rotoscope.networks.losses import StyleTarget
from rotoscope.palette.palette import Palette
from rotoscope.runtime.graph import Precision

_VERSION, _FLICKER_VERSION = 2, 2
"""Count up when figures come out differently, so that those of before are not taken for known."""

Advance = Callable[[tuple[int, int]], None]
"""Called with (width, height) after each picture that is painted or measured."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all candidates share."""

    encoder: Encoder
    palette: Palette
    precision: Precision = "f32"
    threads: int | None = None
    short_side: int = SHORT_SIDE
    """Pixels of photographs and style images."""
    clip_width: int = WIDTH
    """Pixels that painted clips are measured at."""


class Photographs:
    """Photographs at the size they are painted at, looked at when they are first wanted."""

    def __init__(self, folder: Path, conditions: Conditions) -> None:
        """Find them.

        Raises:
            OpenError: the folder has no picture in it.
        """
        self._files = find_pictures(folder)
        self._conditions = conditions
        self._measured: dict[str, MeasuredPhotograph] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """In order."""
        return tuple(self._files)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Name to SHA-256 of the file."""
        return {name: digest_of(path) for name, path in self._files.items()}

    @cached_property
    def pictures(self) -> Mapping[str, Picture]:
        """Name to (H, W, 3) uint8."""
        side = self._conditions.short_side
        return {name: read_photograph(path, short_side=side) for name, path in self._files.items()}

    def measured(self, name: str) -> MeasuredPhotograph:
        """What a painting of it is compared with."""
        if name not in self._measured:
            self._measured[name] = measure_photograph(self._conditions.encoder, self.pictures[name])
        return self._measured[name]

    def mean_style(self, names: Sequence[str], style: StyleTarget) -> float:
        """How far those of these names are from a style image before anything is painted."""
        return fmean(photograph_style(self.measured(name), style) for name in names)


def measure_candidate(
    candidate: Candidate,
    photographs: Photographs,
    conditions: Conditions,
    *,
    known: Sequence[Row],
    folder: Path,
    advance: Advance,
) -> Row:
    """Measure one candidate's paintings.

    Args:
        candidate: what to measure.
        photographs: what to paint, or what was painted.
        conditions: see there.
        known: rows of before; one of the same key is taken over.
        folder: paintings are kept in a folder of their own in it, named as :attr:`Row.folder_name`.
        advance: see there.

    Raises:
        RotoscopeError: the candidate cannot be loaded, a picture cannot be read, or a painting has another
            shape than its photograph.
    """
    painter = _painter(candidate, conditions)
    files = _painted_files(candidate, photographs)
    digest = painter.digest if painter is not None else key_of([digest_of(path) for path in files.values()])
    names = tuple(files) or photographs.names
    key = key_of(
        *(_VERSION, conditions.encoder.identity, conditions.short_side, digest, digest_of(candidate.style)),
        *((conditions.precision,) if painter is not None else ()),
        *((name, photographs.digests[name]) for name in names),
    )
    keep_in = folder / folder_name(candidate.title, key)
    same = next((row for row in known if row.key == key), None)
    if same is not None and all((keep_in / f"{name}.png").exists() for name in names):
        return same.model_copy(update={"group": candidate.group, "title": candidate.title, "clips": ()})
    keep_in.mkdir(parents=True, exist_ok=True)
    style = measure_style(conditions.encoder, read_style(candidate.style, short_side=conditions.short_side))
    measured: dict[str, MeasuredPainting] = {}
    for name in names:
        photograph = photographs.pictures[name]
        painting = _painted(painter, photograph) if painter is not None else read_picture(files[name])
        _require_shape(painting, photograph, name, conditions.short_side)
        write_picture(keep_in / f"{name}.png", painting)
        measured[name] = measure_painting(conditions.encoder, painting, photographs.measured(name), style)
        advance((painting.shape[1], painting.shape[0]))
    own = share_of_own(
        [one.layout for one in measured.values()], [photographs.measured(name).layout for name in names]
    )
    return Row(
        key=key,
        group=candidate.group,
        title=candidate.title,
        painter=_painter_name(candidate),
        digest=digest,
        parameters=painter.parameters if painter is not None else None,
        style_image=candidate.style.name,
        own=rounded(own),
        photographs_style=rounded(photographs.mean_style(names, style)),
        paintings=_figures(measured),
    )


class Clips:
    """Clips that are painted frame by frame, reduced; read when they are first wanted."""

    def __init__(self, files: Sequence[Path], conditions: Conditions) -> None:
        self.files = tuple(files)
        self._conditions = conditions
        self._frames: dict[Path, Clip] = {}

    def frames(self, path: Path) -> Clip:
        """The clip as it is painted; read once."""
        if path not in self._frames:
            self._frames[path] = read_frames(path)
        return self._frames[path]

    def measure_source(self, *, known: Sequence[ClipFigures], advance: Advance) -> tuple[ClipFigures, ...]:
        """The flicker of the clips themselves."""
        return tuple(self._measure(path, None, "", known, advance) for path in self.files)

    def measure_painted(
        self,
        candidate: Candidate,
        digest: str,
        *,
        known: Sequence[ClipFigures],
        advance: Advance,
    ) -> tuple[ClipFigures, ...]:
        """The flicker of every clip, painted frame by frame by a candidate's filter of that digest."""
        settings = f"{digest} {self._conditions.precision}"
        painter: Painter | None = None
        found: list[ClipFigures] = []
        for path in self.files:
            if painter is None and self._known(path, settings, known) is None:
                painter = _painter(candidate, self._conditions)
            found.append(self._measure(path, painter, settings, known, advance))
        return tuple(found)

    def _measure(
        self,
        path: Path,
        painter: Painter | None,
        settings: str,
        known: Sequence[ClipFigures],
        advance: Advance,
    ) -> ClipFigures:
        same = self._known(path, settings, known)
        if same is not None:
            return same
        frames, width = self.frames(path), self._conditions.clip_width
        source = painted = reduce_frames(frames, width=width)
        if painter is not None:
            painted = reduce_frames(paint_frames(lambda frame: _painted(painter, frame), frames), width=width)
        size = (source.shape[2], source.shape[1])
        flicker = measure_flicker(source, painted, on_pair=lambda: advance(size))
        if flicker.long is None:
            raise InvalidOptions(f"Nothing in {path} can be followed over 8 frames; give another clip.")
        return ClipFigures(
            clip=path.stem,
            key=self._key(path, settings),
            short=rounded(flicker.short),
            long=rounded(flicker.long),
            sharpness=rounded(flicker.sharpness),
        )

    def _known(self, path: Path, settings: str, known: Sequence[ClipFigures]) -> ClipFigures | None:
        key = self._key(path, settings)
        return next((figures for figures in known if figures.key == key), None)

    def _key(self, path: Path, settings: str) -> str:
        return key_of(_FLICKER_VERSION, digest_of(path), settings, FRAMES, self._conditions.clip_width)


def _figures(measured: Mapping[str, MeasuredPainting]) -> tuple[PaintingFigures, ...]:
    return tuple(
        PaintingFigures(name=name, style=rounded(one.style), content=rounded(one.content))
        for name, one in measured.items()
    )


def _painter(candidate: Candidate, conditions: Conditions) -> Painter | None:
    if candidate.filter is None:
        return None
    return load_painter(
        conditions.palette,
        candidate.filter,
        precision=conditions.precision,
        threads=conditions.threads,
        margin=candidate.margin,
    )


def _painter_name(candidate: Candidate) -> str:
    """The filter as it was given, but of files and folders the name alone."""
    path = candidate.paintings or Path(candidate.filter or "")
    return path.name if path.exists() else str(candidate.filter)


def _painted_files(candidate: Candidate, photographs: Photographs) -> dict[str, Path]:
    """Photograph's name to painting, for a candidate that is painted already."""
    if candidate.paintings is None:
        return {}
    found = find_pictures(candidate.paintings)
    files = {name: path for name, path in found.items() if name in photographs.names}
    if not files:
        raise InvalidOptions(
            f"no picture in {candidate.paintings} has the name of a photograph: "
            f"{', '.join(photographs.names)}."
        )
    return files


def _require_shape(painting: Picture, photograph: Picture, name: str, short_side: int) -> None:
    if painting.shape != photograph.shape:
        (height, width), (wanted_height, wanted_width) = painting.shape[:2], photograph.shape[:2]
        raise InvalidOptions(
            f"the painting {name} is {width}x{height}; its photograph is measured at {wanted_width}x"
            f"{wanted_height} ({short_side} pixels on the short side, sides multiples of 4). Paint it so."
        )


def _painted(painter: Painter, picture: Picture) -> NDArray[np.uint8]:
    return np.asarray(painter.filter.apply(picture), np.uint8)
