"""From a photograph's file to its painting's: full depth, color profile, alpha and metadata are kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions, UnsupportedMedia
from rotoscope.media.atomic import refuse_existing, refuse_source, write_new_file
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.output import STILL_SUFFIXES, OutputKind, WriteReport, output_kind
from rotoscope.media.provenance import Provenance
from rotoscope.media.still_codecs import StillTags, encode_still, known_suffix
from rotoscope.media.stills_writer import StillWriter
from rotoscope.networks.device import DeviceName, choose_device
from rotoscope.networks.features import Encoder
from rotoscope.optimize.credits import provenance_of_optimized
from rotoscope.optimize.memory import Memory
from rotoscope.optimize.pictures import to_pixels, to_tensor
from rotoscope.optimize.progress import OptimizeProgress, ProgressCallback
from rotoscope.optimize.reading import read_style_images
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import Outcome, optimize
from rotoscope.optimize.start import Start, start_picture
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.subject import Style, Subject
from rotoscope.optimize.trace import trace_json, trace_plot
from rotoscope.render.grading import Grading, grade
from rotoscope.render.interrupt import StopCallback
from rotoscope.render.look import resize_short_side

LIVE_SECONDS = 15.0
"""So often the picture at hand is written."""
_LIVE_QUALITY = 85.0


@dataclass(frozen=True, slots=True)
class PaintingOptions:
    """Everything about one painting that is no number of the recipe."""

    size: int | None = None
    """Short side of the result, pixels; None: the photograph's."""
    start: Start = "photo"
    masks: Sequence[Path | None] = ()
    """Pictures, one a style image: it shows where that is white. None: where the others do not show. Empty:
    all style images are everywhere."""
    quality: float | None = None
    """Of the file, 0 to 100; None: visually lossless."""
    live: Path | None = None
    """Where the picture at hand is written every LIVE_SECONDS; its name says its format."""
    trace: Path | None = None
    """Where every iteration's losses are written, as JSON."""
    plot: Path | None = None
    """Where they are drawn, as SVG."""
    checkpoint_dir: Path | None = None
    """Where a run is kept until it is done; None: nowhere."""
    restart: bool = False
    """Begin anew, whatever an earlier session left there."""
    memory: Memory = field(default_factory=Memory)
    device: DeviceName = "auto"
    threads: int | None = None
    """None: as many as PyTorch takes."""
    provenance: bool = True
    """Whether the painting says how it was made."""
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Painting:
    """A finished painting."""

    output: Path
    frame_size: tuple[int, int]
    """(width, height)."""
    size_bytes: int
    iterations: int
    """At all sizes together."""
    seconds: float
    """Spent optimizing, over all sessions."""
    total: float
    """The objective before the last iteration."""
    losses: dict[str, float]
    """What each loss adds to it."""
    is_complete: bool
    """False where it was stopped before its last iteration."""
    notes: tuple[str, ...] = ()


def optimize_still(
    photograph: Path,
    styles: Sequence[StyleSource],
    output: Path,
    *,
    encoder: Encoder,
    recipe: OptimizeRecipe | None = None,
    options: PaintingOptions | None = None,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> Painting:
    """Paint a photograph by optimizing its pixels.

    Args:
        photograph: a still of any depth and color profile.
        styles: style images, or regions of them, with their weights.
        output: where; its name says the format.
        encoder: the recipe's feature network, with its layers.
        recipe: every number; None: as they are by default.
        options: everything else.
        on_progress: told after every iteration.
        should_stop: asked after every iteration: the painting is then written as it is by then, and its
            checkpoint stays.

    Raises:
        InvalidOptions: no still, no style image, masks that do not fit them, a device that is not there …
        OptimizationError: it diverged, or its checkpoint is damaged.
        OpenError, DecodeError, UnsupportedMedia: a picture cannot be read.
        EncodeError, OutputExists: a result cannot be written.
    """
    recipe, options = recipe or OptimizeRecipe(), options or PaintingOptions()
    _refuse(photograph, styles, output, options)
    clip = _open(photograph)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    job = _Job(recipe, options, encoder.to(device), device, on_progress, should_stop)
    grading = grade(clip.info, output, encoder=EncoderOptions())
    (frame,) = clip.frames()
    pixels = resize_short_side(frame.pixels, options.size)
    painted = _paint(pixels, grading, job, read_style_images(styles, options.masks))
    told = provenance_of_optimized(photograph, styles, recipe) if options.provenance else None
    report = _write(painted, output, grading, options, told)
    outcome = job.outcome
    assert outcome is not None
    _write_trace(outcome, options)
    return Painting(
        output,
        (painted.shape[1], painted.shape[0]),
        report.size_bytes,
        len(outcome.trace),
        outcome.seconds,
        outcome.trace[-1].total,
        dict(outcome.trace[-1].losses),
        outcome.is_complete,
        (*clip.problems, *grading.notes, *report.notes),
    )


def _paint(pixels: Pixels, grading: Grading, job: _Job, styles: Sequence[Style]) -> Pixels:
    """(H, W, 3 or 4) to the same with other colors; alpha is kept beside them."""

    def paint(shown: Pixels) -> Pixels:
        return job.paint(shown, styles)

    color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
    painted = paint(color) if grading.view is None else grading.view.paint(color, paint)
    return painted if pixels.shape[2] == 3 else cast("Pixels", np.dstack((painted, pixels[..., 3])))


def _write(
    painted: Pixels, output: Path, grading: Grading, options: PaintingOptions, told: Provenance | None
) -> WriteReport:
    with StillWriter(
        output,
        source=grading.source,
        options=EncoderOptions(quality=options.quality),
        overwrite=options.overwrite,
        provenance=told,
    ) as writer:
        writer.write(Frame(painted, 0, 0, Fraction(1)))
        return writer.close()


class _Job:
    """One painting on its way: what is called in the middle of color conversion."""

    def __init__(
        self,
        recipe: OptimizeRecipe,
        options: PaintingOptions,
        encoder: Encoder,
        device: torch.device,
        on_progress: ProgressCallback | None,
        should_stop: StopCallback | None,
    ) -> None:
        self._recipe = recipe
        self._options = options
        self._encoder = encoder
        self._device = device
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._shown = time.monotonic()
        self.outcome: Outcome | None = None

    def paint(self, shown: Pixels, styles: Sequence[Style]) -> Pixels:
        """(H, W, 3) as a screen shows it, to its painting."""
        options = self._options
        start = start_picture(options.start, shown, styles, seed=self._recipe.seed).to(self._device)
        subject = Subject.of_photograph(
            to_tensor(shown).to(self._device), [style.to(self._device) for style in styles]
        )
        self.outcome = optimize(
            subject,
            start,
            encoder=self._encoder,
            recipe=self._recipe,
            memory=options.memory,
            checkpoint_dir=options.checkpoint_dir,
            restart=options.restart,
            on_progress=self._tell,
            should_stop=self._should_stop,
        )
        return to_pixels(self.outcome.picture, shown)

    def _tell(self, progress: OptimizeProgress) -> None:
        live = self._options.live
        if live is not None and time.monotonic() - self._shown > LIVE_SECONDS:
            write_live(live, progress.picture())
            self._shown = time.monotonic()
        if self._on_progress is not None:
            self._on_progress(progress)


def write_live(path: Path, picture: Tensor) -> None:
    """Write a picture as it is by now; whoever watches the file never sees half of it.

    Args:
        path: where; replaced if it is there. Its name says the format.
        picture: (1, 3, H, W) float32 sRGB, clipped to 0..1.

    Raises:
        UnsupportedMedia: no picture is written under that name.
        EncodeError: it cannot be written.
    """
    pixels = to_pixels(picture, np.zeros(1, np.uint8))
    encoded = encode_still(pixels, known_suffix(path.suffix), quality=_LIVE_QUALITY, tags=StillTags())
    write_new_file(path, encoded.content, overwrite=True)


def _open(photograph: Path) -> Clip:
    clip = open_clip(photograph)
    if clip.info.kind is not MediaKind.STILL:
        raise InvalidOptions(
            f"{photograph} is no still but a {clip.info.kind.value}; one picture is optimized at a time. "
            f"Take frames out of it first: rotoscope separate {photograph.name} frames."
        )
    return clip


def _refuse(photograph: Path, styles: Sequence[StyleSource], output: Path, options: PaintingOptions) -> None:
    """What can be refused before any work is."""
    sources = [photograph, *(source.path for source in styles)]
    if output_kind(output, moving=False) is not OutputKind.STILL:
        raise UnsupportedMedia(
            f"{output} is no name of a still, which is what is optimized: end it in one of "
            f"{', '.join(STILL_SUFFIXES)}."
        )
    refuse_source(output, *sources)
    refuse_existing(output, overwrite=options.overwrite)
    for extra in (options.trace, options.plot):
        if extra is not None:
            refuse_source(extra, *sources)
            refuse_existing(extra, overwrite=options.overwrite)
    if options.live is not None:
        known_suffix(options.live.suffix)
        refuse_source(options.live, *sources)
        refuse_existing(options.live, overwrite=True)
    if not styles:
        raise InvalidOptions("No style image was given; a painting is made of one at least.")


def _write_trace(outcome: Outcome, options: PaintingOptions) -> None:
    if options.trace is not None:
        write_new_file(options.trace, trace_json(outcome.trace).encode(), overwrite=options.overwrite)
    if options.plot is not None:
        write_new_file(options.plot, trace_plot(outcome.trace).encode(), overwrite=options.overwrite)
