"""From style images to the file of a texture, still or moving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.media.frame import Pixels
from rotoscope.networks.device import DeviceName, choose_device
from rotoscope.networks.features import FeatureNetwork
from rotoscope.optimize.pictures import to_pixels
from rotoscope.optimize.progress import OptimizeProgress, ProgressCallback
from rotoscope.optimize.reading import read_style_images
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import Outcome
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.subject import Style
from rotoscope.optimize.texture import (
    DEFAULT_MOVEMENT,
    Engine,
    TextureSize,
    controls_for,
    loop_frame,
    synthesize,
    synthesize_loop,
    texture_recipe,
)
from rotoscope.render.texture_output import TextureTiming, refuse_texture, texture_timing, write_texture

LOOP_ITERATIONS = 30
"""Of a loop's control pictures, where nothing is said: they begin near a finished texture."""


@dataclass(frozen=True, slots=True)
class TextureOptions:
    """Everything about a texture that is no number of the recipe."""

    timing: TextureTiming | None = None
    """None: what the output's name asks for."""
    style_side: int | None = None
    """See :func:`~rotoscope.optimize.texture.texture_recipe`."""
    movement: float = DEFAULT_MOVEMENT
    loop_iterations: int = LOOP_ITERATIONS
    quality: float | None = None
    engine: Engine = field(default_factory=Engine)
    device: DeviceName = "auto"
    threads: int | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class MadeTexture:
    """A finished texture."""

    output: Path
    frame_size: tuple[int, int]
    """(width, height)."""
    frames: int
    size_bytes: int
    iterations: int
    seconds: float
    """Spent optimizing, over all sessions."""
    losses: dict[str, float]
    """What each loss adds to the objective, before the last iteration."""
    is_complete: bool
    """False where it was stopped before its last iteration."""
    notes: tuple[str, ...] = ()


def texture_file(
    styles: Sequence[StyleSource],
    output: Path,
    size: TextureSize,
    *,
    encoder: FeatureNetwork,
    recipe: OptimizeRecipe | None = None,
    options: TextureOptions | None = None,
) -> MadeTexture:
    """Make a texture of style images by optimization and write it.

    Args:
        styles: style images, or regions of them, with their weights.
        output: where; its name says whether it is a still or moves.
        size: of the texture.
        encoder: the recipe's feature network, with its layers.
        recipe: every number; content and sizes of style images in it do not count. None: as by default.
        options: everything else. A run that its engine stops is written as it is by then.

    Raises:
        InvalidOptions: no style image, a size that cannot be, a device that is not there …
        OptimizationError: it diverged, or its checkpoint is damaged.
        OpenError, DecodeError, UnsupportedMedia: a style image cannot be read.
        EncodeError, OutputExists: the result cannot be written.
    """
    options = options or TextureOptions()
    if not styles:
        raise InvalidOptions("No style image was given; a texture is made of one at least.")
    timing = options.timing or texture_timing(output, seconds=None, rate=None)
    refuse_texture(output, [style.path for style in styles], overwrite=options.overwrite)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    read = [style.to(device) for style in read_style_images(styles)]
    numbers = texture_recipe(recipe or OptimizeRecipe(), size, read, style_side=options.style_side)
    made = _Making(read, size, encoder.to(device), numbers, options)
    outcomes = made.outcomes(timing)
    report = write_texture(
        output,
        _frames(outcomes[-1].picture, timing),
        timing,
        quality=options.quality,
        overwrite=options.overwrite,
    )
    last = outcomes[-1]
    return MadeTexture(
        output,
        (size.width, size.height),
        timing.frames,
        report.size_bytes,
        sum(len(outcome.trace) for outcome in outcomes),
        sum(outcome.seconds for outcome in outcomes),
        dict(last.trace[-1].losses),
        last.is_complete and (len(outcomes) > 1 or not timing.is_moving),
        report.notes,
    )


@dataclass(frozen=True, slots=True)
class _Making:
    styles: Sequence[Style]
    size: TextureSize
    encoder: FeatureNetwork
    recipe: OptimizeRecipe
    options: TextureOptions

    def outcomes(self, timing: TextureTiming) -> list[Outcome]:
        """The still, and the loop around it where one is wanted and nobody asked to stop."""
        controls = controls_for(timing.seconds) if timing.is_moving else 0
        share = 1.0 if not controls else 0.25  # of the whole work, roughly
        engine = self.options.engine
        still = synthesize(
            self.styles,
            self.size,
            encoder=self.encoder,
            recipe=self.recipe,
            engine=replace(engine, on_progress=_part(engine.on_progress, 0.0, share)),
        )
        if not controls or not still.is_complete:
            return [still]
        loop = synthesize_loop(
            still.picture,
            self.styles,
            self.size,
            encoder=self.encoder,
            recipe=self.recipe.model_copy(update={"iterations": self.options.loop_iterations}),
            controls=controls,
            movement=self.options.movement,
            engine=replace(engine, on_progress=_part(engine.on_progress, share, 1.0)),
        )
        return [still, loop]


def _part(tell: ProgressCallback | None, start: float, stop: float) -> ProgressCallback | None:
    """A callback for a part of the work."""
    if tell is None:
        return None
    return lambda event: tell(_within(event, start, stop))


def _within(event: OptimizeProgress, start: float, stop: float) -> OptimizeProgress:
    left = event.seconds_left if stop == 1 else None  # of the first part it would be the part's alone
    return replace(event, fraction=start + (stop - start) * event.fraction, seconds_left=left)


def _frames(picture: Tensor, timing: TextureTiming) -> Iterator[Pixels]:
    like = np.zeros(1, np.uint8)
    for index in range(timing.frames):
        shown = picture if picture.shape[0] == 1 else loop_frame(picture, index / timing.frames)
        yield to_pixels(shown, like)
