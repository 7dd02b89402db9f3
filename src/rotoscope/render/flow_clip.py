"""The flow of a clip, to look at and to keep: what moves where, as a color wheel shows it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions, OutputExists
from rotoscope.machine import processors
from rotoscope.media.atomic import StagedFolder, encode_errors
from rotoscope.media.clip import Clip, OnTruncated, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import OutputKind, Writer, WriteReport, is_pattern, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.writer import open_writer
from rotoscope.motion.engines import DEFAULT_ENGINE, FlowEngine, Reduced
from rotoscope.motion.flo import SUFFIX, flow_bytes
from rotoscope.motion.flow import Flow, Picture, hidden, squared_lengths
from rotoscope.motion.wheel import paint_flow
from rotoscope.render.frames_folder import FramesFolderWriter
from rotoscope.render.grading import grade
from rotoscope.render.look import Look, resize_short_side
from rotoscope.render.on_screen import OnScreen
from rotoscope.render.overlap import WriteBehind, map_ahead, read_ahead
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import finish, require_output_name

_SAMPLED_PAIRS: Final = 12
"""Spread over the clip, to find how fast it is."""
_SAMPLED_SIDE: Final = 240
"""Pixels of the short side on which speeds are looked for; they are told in pixels of the result."""
_FASTEST: Final = 99
"""Percent of their pixels that have a color of their own; the others are faster than the scale."""
_LEAST_SPEED: Final = 1.0
"""Pixels: where nothing moves, noise is not blown up."""
_DEFAULT_ENCODER: Final = EncoderOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowResult(RenderResult):
    """One finished flow video."""

    engine: str
    """Name of what found the flow."""
    max_speed: float
    """Pixels a frame that have full color, all over the clip."""
    exported: Path | None = None
    """Folder of ``.flo`` files, one a frame."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A frame, and what leads to the next one."""

    frame: Frame
    here: Picture
    there: Picture
    is_last: bool = False
    """There is no next frame: ``there`` is the one before."""


_Found: TypeAlias = tuple[Frame, Flow]
"""A frame that shows its flow, and the flow."""


def show_flow(
    source: str | Path,
    output: str | Path,
    *,
    engine: FlowEngine = DEFAULT_ENGINE,
    selection: Selection = WHOLE_CLIP,
    size: int | None = None,
    max_speed: float | None = None,
    occlusions: bool = False,
    export: Path | None = None,
    encoder: EncoderOptions = _DEFAULT_ENCODER,
    overwrite: bool = False,
    on_truncated: OnTruncated = "fail",
    on_progress: ProgressCallback | None = None,
) -> FlowResult:
    """Show where everything in a clip moves, as a clip with the same times and sound.

    A frame shows its flow to the next one; the last, the flow to the one before, turned around.

    Args:
        source: whatever :func:`rotoscope.render.stylize.stylize` takes.
        output: its name decides what is written.
        engine: what finds the flow.
        selection: which frames.
        size: short side, in pixels, at which flow is found and shown; None: the source's.
        max_speed: pixels a frame that have full color; None: so that 99 of 100 pixels are within, as a dozen
            places of the clip have it. It is the same for all frames.
        occlusions: what cannot be followed is black; see :func:`rotoscope.motion.flow.hidden`.
        export: a folder that gets one ``.flo`` file a frame, named like separated frames; made if missing.
        encoder: quality.
        overwrite: replace results that are there already.
        on_truncated: as for stylize.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: there are fewer than two frames, the result is a still, or the speed is not above 0.
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left behind then.
    """
    require_output_name(output)
    output = Path(output)
    _require_speed(max_speed)
    clip = open_clip(source, selection=selection, on_truncated=on_truncated)
    _require_movement(clip, output)
    screen, written = OnScreen(clip.info), _written_as(clip, output, encoder)
    meter = ProgressMeter("flow", frames_expected=clip.expected_frames, on_progress=on_progress)
    with ExitStack() as stack:
        writer = stack.enter_context(_open_output(clip, written, output, encoder, overwrite=overwrite))
        exporter = stack.enter_context(_Exporter(export, overwrite=overwrite)) if export else None
        speed = max_speed or _speed_of(clip, engine, screen, size)
        work = partial(_find, engine=engine, max_speed=speed, occlusions=occlusions)
        pairs = _pairs(clip.frames(), screen, size)
        found = map_ahead(work, pairs, workers=min(2, processors()))
        with closing(found):
            report = _write(found, writer, exporter, meter)
    told = f"flow by {engine.name}, full color at {speed:g} pixels a frame"
    result = finish(report, meter, look=told, notes=(*clip.problems, *report.notes))
    known = {field.name: getattr(result, field.name) for field in fields(result)}
    return FlowResult(**known, engine=engine.name, max_speed=speed, exported=export)


def _write(
    found: Iterable[_Found], writer: Writer, exporter: _Exporter | None, meter: ProgressMeter
) -> WriteReport:
    with WriteBehind(writer.write) as behind:
        for index, (frame, flow) in enumerate(found):
            behind.put(frame)
            if exporter is not None:
                exporter.write(index, flow)
            meter.advance((flow.shape[1], flow.shape[0]), written_bytes=writer.written_bytes)
    report = writer.close()
    if exporter is not None:
        exporter.publish()
    return report


def _require_speed(max_speed: float | None) -> None:
    if max_speed is not None and not max_speed > 0:
        raise InvalidOptions(f"max_speed was {max_speed:g}; give the pixels, above 0, that have full color.")


def _require_movement(clip: Clip, output: Path) -> None:
    moving = clip.info.kind is not MediaKind.STILL
    if clip.expected_frames < 2:
        raise InvalidOptions(
            f"{clip.source} has {clip.expected_frames} frame here, and flow leads from one to the next. Give "
            "a clip, or select a longer span."
        )
    if output_kind(output, moving) is OutputKind.STILL:
        raise InvalidOptions(
            f"{output} is one still, and flow of {clip.expected_frames} frames was to be written. Give the "
            "name of a video, an animation or a folder."
        )


def _written_as(clip: Clip, output: Path, encoder: EncoderOptions) -> MediaInfo:
    """What the writer is told of the source: opaque pictures of 8 bits for ordinary screens."""
    source = grade(clip.info, output, encoder=encoder, to_sdr=True, wrap=False).source
    return replace(source, video=replace(source.video, bit_depth=8, has_alpha=False))


def _open_output(
    clip: Clip, source: MediaInfo, output: Path, encoder: EncoderOptions, *, overwrite: bool
) -> Writer:
    kind = output_kind(output)
    if kind is OutputKind.STILLS and not is_pattern(output):
        return FramesFolderWriter(
            output, clip=clip, source=source, look=Look(), options=encoder, overwrite=overwrite
        )
    selection = clip.selection
    is_cut = selection.start is not None or selection.stop is not None
    both_video = kind is OutputKind.VIDEO and clip.info.kind is MediaKind.VIDEO
    return open_writer(
        output,
        source=source,
        options=encoder,
        overwrite=overwrite,
        copy_streams_from=clip.source if both_video else None,
        span=(selection.start or Fraction(0), selection.stop) if is_cut else None,
    )


def _pairs(frames: Iterator[Frame], screen: OnScreen, size: int | None) -> Generator[_Pair]:
    """Every frame with the one that follows; the last with the one before."""
    last: _Pair | None = None
    before: tuple[Frame, Picture] | None = None
    with closing(read_ahead(frames)) as ahead:
        for frame in ahead:
            picture = screen.show(resize_short_side(frame.pixels, size))
            if before is not None:
                yield _Pair(before[0], before[1], picture)
                last = _Pair(frame, picture, before[1], is_last=True)
            before = frame, picture
    if last is not None:
        yield last


def _find(pair: _Pair, engine: FlowEngine, *, max_speed: float, occlusions: bool) -> _Found:
    flow = engine.find(pair.here, pair.there)
    shown = -flow if pair.is_last else flow
    picture = paint_flow(shown, max_speed=max_speed)
    if occlusions:
        picture[hidden(flow, engine.find(pair.there, pair.here))] = 0
    return pair.frame.with_pixels(picture), shown


def _speed_of(clip: Clip, engine: FlowEngine, screen: OnScreen, size: int | None) -> float:
    """Pixels a frame that 99 of 100 pixels stay below, from pairs of frames all over the clip."""
    last = clip.expected_frames - 2
    places = np.unique(np.linspace(0, last, min(_SAMPLED_PAIRS, last + 1)).round().astype(int))
    quick = Reduced(engine, _SAMPLED_SIDE)
    speeds: list[NDArray[np.float32]] = []
    for first in places.tolist():
        pairs = _pairs(clip.frames(first=first, stop=first + 2), screen, size)
        with closing(pairs):
            speeds += [np.sqrt(squared_lengths(quick.find(pair.here, pair.there))) for pair in pairs]
    fastest = float(np.percentile(np.concatenate(speeds), _FASTEST)) if speeds else 0.0
    return round(max(fastest, _LEAST_SPEED), 1)


class _Exporter:
    """Writes flow into a folder that appears when it is complete."""

    def __init__(self, folder: Path, *, overwrite: bool) -> None:
        """Stage it.

        Raises:
            OutputExists: it has something in it, and must not be replaced.
            EncodeError: it cannot be written to.
        """
        earlier = sorted(folder.iterdir()) if folder.is_dir() else []
        strangers = [path.name for path in earlier if path.suffix != SUFFIX]
        if earlier and (strangers or not overwrite):
            raise OutputExists(
                f"{folder} exists already and is not empty. Give another folder, or --overwrite to replace "
                f"one that holds {SUFFIX} files only."
            )
        self._replaced = [path.name for path in earlier]
        self._overwrite = overwrite
        self._staged = StagedFolder(folder)
        self._names: list[str] = []
        self._is_published = False

    def write(self, index: int, flow: Flow) -> None:
        """Add the flow of one frame."""
        name = f"{index:06d}{SUFFIX}"
        with encode_errors(self._staged.output):
            (self._staged.part / name).write_bytes(flow_bytes(flow))
        self._names.append(name)

    def publish(self) -> None:
        """Put the folder in its place."""
        self._staged.publish(self._names, replaced=self._replaced, overwrite=self._overwrite)
        self._is_published = True

    def __enter__(self) -> _Exporter:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_published:
            self._staged.discard()
