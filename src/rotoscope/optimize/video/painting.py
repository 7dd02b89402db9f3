"""From a clip's file to its painting's: times, sound, rotation, depth and alpha are kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.clip import Clip, OnTruncated, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.output import OutputKind, WriteReport, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.shots import find_shots
from rotoscope.media.still_codecs import known_suffix
from rotoscope.motion.engines import ENGINES, FlowEngine
from rotoscope.networks.device import DeviceName, choose_device
from rotoscope.networks.features import Encoder
from rotoscope.optimize.memory import Memory
from rotoscope.optimize.painting import LIVE_SECONDS, write_live
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.reading import read_style_images
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.start import Start, start_picture
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.subject import Subject
from rotoscope.optimize.video.frames import ShownFrames
from rotoscope.optimize.video.kept import KeptGallery, prune
from rotoscope.optimize.video.plan import Span, Step, plan_steps
from rotoscope.optimize.video.progress import ProgressCallback, VideoMeter, VideoProgress
from rotoscope.optimize.video.recipe import VideoRecipe
from rotoscope.optimize.video.run import Studio, paint_steps, painted_in
from rotoscope.optimize.video.writing import open_output, write_painted
from rotoscope.render.grading import Grading, grade
from rotoscope.render.interrupt import StopCallback
from rotoscope.render.photographs import refuse_library
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import require_output_name

_VERSION: Final = 1
"""Goes up whenever the same clip would be painted otherwise: part of what kept frames are found under."""
ENGINE: Final = ENGINES["dis-fine"]
"""What finds the flow where nothing is said: beside an optimization, the exact one takes no time."""
FRAMES_FOLDER: Final = "optimized-frames"
"""Within the cache: a folder for each clip and recipe."""


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """Everything about one painted clip that is no number of a recipe."""

    size: int | None = None
    """Short side of the result, pixels; None: the clip's."""
    selection: Selection = WHOLE_CLIP
    """Which frames."""
    start: Start = "photo"
    """What frames begin with that are painted alone; their own photograph where nothing is said."""
    masks: Sequence[Path | None] = ()
    """As for a still; the same for all frames."""
    engine: FlowEngine = ENGINE
    """What finds the flow."""
    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    """How the result is written."""
    live: Path | None = None
    """Where the picture at hand is written now and then; its name says its format."""
    restart: bool = False
    """Paint all frames anew, whatever is kept of them."""
    most_kept_bytes: int | None = None
    """How much of finished frames stays once a clip is done, of all clips; None: all."""
    memory: Memory = field(default_factory=Memory)
    device: DeviceName = "auto"
    threads: int | None = None
    """None: as many as PyTorch takes."""
    on_truncated: OnTruncated = "fail"
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class PaintedClip:
    """What became of an optimization of a clip."""

    output: Path
    """Written where ``is_complete``."""
    frames: int
    """Of the clip."""
    shots: int
    """Frames between two cuts; each begins anew."""
    paintings: int
    """Finished ones: as many as frames, or several times as many with ``passes``."""
    paintings_found: int
    """Those of them that an earlier run had made."""
    frame_size: tuple[int, int]
    """(width, height)."""
    size_bytes: int
    """Of the result; 0 where it is not written."""
    seconds: float
    """Of this run."""
    coherence: str
    is_complete: bool
    """False where it was stopped: finished frames are kept, and nothing is written."""
    kept_in: Path
    """The folder of finished frames."""
    notes: tuple[str, ...] = ()


def optimize_clip(
    source: str | Path,
    styles: Sequence[StyleSource],
    output: Path,
    *,
    encoder: Encoder,
    cache_dir: Path,
    recipe: OptimizeRecipe | None = None,
    video: VideoRecipe | None = None,
    options: ClipOptions | None = None,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> PaintedClip:
    """Paint a clip by optimizing its frames, each with regard to its neighbors.

    Finished frames are kept in the cache under everything that decides them, so the same call goes on where
    an earlier one was stopped or killed; one that differs in the coherence alone finds the frames again that
    are painted alone. A cut begins anew.

    Args:
        source: a video, an animation, a folder of stills or a pattern.
        styles: style images, or regions of them, with their weights.
        output: its name decides what is written.
        encoder: the recipe's feature network, with its layers.
        cache_dir: where finished frames are kept.
        recipe: of frames that are painted alone; None: as for stills.
        video: what makes neighbors alike; None: the temporal loss.
        options: everything else.
        on_progress: told after every iteration.
        should_stop: asked after every iteration; the frame at hand is lost then, and nothing is written.

    Raises:
        InvalidOptions: a still, no style image, masks that do not fit them, frames that are too small …
        OptimizationError: a frame diverged.
        OpenError, DecodeError, TruncatedError, UnsupportedMedia: something cannot be read.
        EncodeError, OutputExists: a result or a finished frame cannot be written.
    """
    recipe, video, options = recipe or OptimizeRecipe(), video or VideoRecipe(), options or ClipOptions()
    began = time.monotonic()
    clip, grading = _open(source, styles, output, options)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    shots, kept_in = shots_of(clip, video), cache_dir / FRAMES_FOLDER
    studio = _studio(styles, encoder, recipe, video, options)
    gallery, meter, is_complete = _paint(
        clip, grading, shots, studio, cache_dir, options, on_progress, should_stop
    )
    written = _write(clip, grading, output, gallery, video, options, kept_in) if is_complete else None
    return PaintedClip(
        output,
        frames=clip.expected_frames,
        shots=len(shots),
        paintings=meter.done,
        paintings_found=meter.found,
        frame_size=meter.frame_size,
        size_bytes=written.size_bytes if written else 0,
        seconds=time.monotonic() - began,
        coherence=video.coherence,
        is_complete=is_complete,
        kept_in=kept_in,
        notes=(*clip.problems, *grading.notes, *(written.notes if written else ())),
    )


def _open(
    source: str | Path, styles: Sequence[StyleSource], output: Path, options: ClipOptions
) -> tuple[Clip, Grading]:
    """The clip, and how its pictures are seen; what can be refused before any work is."""
    _refuse(source, output, styles, options)
    clip = open_clip(source, selection=options.selection, on_truncated=options.on_truncated)
    if clip.info.kind is MediaKind.STILL:
        raise InvalidOptions(f"{source} is a still, and a clip's frames were to be painted. Give a clip.")
    grading = grade(clip.info, output, encoder=options.encoder)
    open_output(clip, grading, output, options.encoder, overwrite=options.overwrite).abort()
    return clip, grading


def _paint(
    clip: Clip,
    grading: Grading,
    shots: Sequence[Span],
    studio: Studio,
    cache_dir: Path,
    options: ClipOptions,
    on_progress: ProgressCallback | None,
    should_stop: StopCallback | None,
) -> tuple[KeptGallery, VideoMeter, bool]:
    """Paint all frames that are not kept; the last value is False where it was stopped before all were."""
    recipe, video = studio.recipe, studio.video
    steps = list(plan_steps(shots, video))
    with ShownFrames(clip, grading.view, options.size, keep=max(video.neighbors, default=0) + 2) as shown:
        gallery = _gallery(cache_dir, clip, steps, grading, studio, options)
        if options.restart:
            gallery.clear()
        height, width = shown(0).shape[:2]
        live = _Live(options.live, on_progress)
        meter = VideoMeter(steps, (height, width), recipe=recipe, video=video, on_progress=live.tell)
        is_complete = paint_steps(
            steps, shown, gallery, studio, meter=meter, should_stop=should_stop, on_painted=live.show
        )
    return gallery, meter, is_complete


def _write(
    clip: Clip,
    grading: Grading,
    output: Path,
    gallery: KeptGallery,
    video: VideoRecipe,
    options: ClipOptions,
    kept_in: Path,
) -> WriteReport:
    """Write the result, and let go of finished frames that nobody has wanted for long."""
    report = write_painted(
        clip,
        grading,
        output,
        lambda index: painted_in(gallery, video.parts, index),
        size=options.size,
        encoder=options.encoder,
        overwrite=options.overwrite,
    )
    gallery.touch()
    if options.most_kept_bytes is not None:
        prune(kept_in, options.most_kept_bytes)
    return report


def shots_of(clip: Clip, video: VideoRecipe) -> list[Span]:
    """Where coherence ends: at cuts; with ``none`` there is nothing that a cut could end.

    Raises:
        RotoscopeError: the clip cannot be read.
    """
    if video.coherence == "none":
        return [(0, clip.expected_frames)]
    return [(shot.first_frame, shot.stop_frame) for shot in find_shots(clip)]


def _studio(
    styles: Sequence[StyleSource],
    encoder: Encoder,
    recipe: OptimizeRecipe,
    video: VideoRecipe,
    options: ClipOptions,
) -> Studio:
    device = choose_device(options.device)
    read = read_style_images(styles, options.masks)
    return Studio(
        encoder.to(device),
        [style.to(device) for style in read],
        lambda _, picture: start_picture(options.start, picture, read, seed=recipe.seed),
        recipe,
        video,
        options.engine,
        options.memory,
        device,
    )


def _gallery(
    cache_dir: Path, clip: Clip, steps: Sequence[Step], grading: Grading, studio: Studio, options: ClipOptions
) -> KeptGallery:
    selection = options.selection
    own = Subject(0, 0, studio.styles)
    told = (
        _VERSION,
        SegmentStore(cache_dir / "segments").source_digest(clip.source),
        (selection.start, selection.every, selection.fps),
        repr(grading.view),
        options.size,
        own.digest,
        _told_of_start(options.start),
        studio.recipe.digest,
        studio.encoder.identity,
        studio.device.type,
    )
    # A pass that goes backward begins at the end; all else does not know where the clip ends.
    end = selection.stop if studio.video.coherence == "passes" else None
    together = (told, studio.video.digest, options.engine.identity, end)
    return KeptGallery(cache_dir / FRAMES_FOLDER, steps, alone=_digest(told), together=_digest(together))


def _told_of_start(start: Start) -> str:
    if isinstance(start, str):
        return start
    if isinstance(start, Path):
        return hashlib.sha256(start.read_bytes()).hexdigest()
    return start.digest


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _refuse(source: str | Path, output: Path, styles: Sequence[StyleSource], options: ClipOptions) -> None:
    """What can be refused before any work is."""
    require_output_name(output)
    refuse_library(Path(source), output)
    if not styles:
        raise InvalidOptions("No style image was given; a painting is made of one at least.")
    sources = (Path(source), *(style.path for style in styles))
    refuse_source(output, *sources)
    if output_kind(output) is OutputKind.STILL:
        raise InvalidOptions(
            f"{output} is one still, and the frames of {source} were to be painted. Give the name of a "
            f"video, an animation or a folder; or take one frame out of it first: rotoscope separate "
            f"{Path(source).name} frames."
        )
    if options.live is not None:
        known_suffix(options.live.suffix)
        refuse_source(options.live, *sources)
        refuse_existing(options.live, overwrite=True)


class _Live:
    """Shows the picture at hand now and then, and every frame that is finished."""

    def __init__(self, path: Path | None, on_progress: ProgressCallback | None) -> None:
        self._path = path
        self._on_progress = on_progress
        self._shown = time.monotonic()

    def tell(self, progress: VideoProgress) -> None:
        if self._path is not None and time.monotonic() - self._shown > LIVE_SECONDS:
            write_live(self._path, progress.frame.picture())
            self._shown = time.monotonic()
        if self._on_progress is not None:
            self._on_progress(progress)

    def show(self, step: Step, pixels: Pixels) -> None:
        del step
        if self._path is not None:
            write_live(self._path, to_tensor(pixels))
            self._shown = time.monotonic()
