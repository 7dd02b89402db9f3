"""An optimization of frames, one after the other: the engine, which knows of no clips and no files.

After Ruder, Dosovitskiy and Brox 2016, "Artistic style transfer for videos" (arXiv:1604.08610).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from rotoscope.errors import OptimizationError
from rotoscope.media.frame import Pixels
from rotoscope.motion.engines import DEFAULT_ENGINE, FlowEngine
from rotoscope.networks.features import Encoder
from rotoscope.optimize.memory import Memory
from rotoscope.optimize.pictures import to_pixels, to_tensor
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import optimize
from rotoscope.optimize.subject import Style, Subject
from rotoscope.optimize.video.following import follow
from rotoscope.optimize.video.plan import Step
from rotoscope.optimize.video.progress import VideoMeter
from rotoscope.optimize.video.recipe import VideoRecipe
from rotoscope.optimize.video.terms import Wanted, laid_together, long_weights, temporal_terms
from rotoscope.render.interrupt import StopCallback

Shown: TypeAlias = Callable[[int], Pixels]
"""A frame of the source by its number, (H, W, 3) uint8 or uint16 sRGB."""
StartOf: TypeAlias = Callable[[int, Pixels], Tensor]
"""What a frame begins with that is painted alone, from its number and its picture: (1, 3, H, W) 0..1."""


class Gallery(Protocol):
    """Holds finished paintings: every one that is needed is asked for here, so few are in memory."""

    def find(self, part: int, index: int) -> Pixels | None:
        """The painting of a frame in a pass, to the bit as it was put here; None where there is none."""
        ...

    def put(self, part: int, index: int, pixels: Pixels) -> None:
        """Keep one."""
        ...


@dataclass(frozen=True, slots=True)
class Studio:
    """What all frames of a clip are painted with."""

    encoder: Encoder
    """Feature maps; it gives all of the recipe's layers."""
    styles: Sequence[Style]
    """On the encoder's device."""
    start: StartOf
    recipe: OptimizeRecipe
    """Of frames that are painted alone."""
    video: VideoRecipe = field(default_factory=VideoRecipe)
    engine: FlowEngine = DEFAULT_ENGINE
    memory: Memory = field(default_factory=Memory)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


def paint_steps(
    steps: Iterable[Step],
    shown: Shown,
    gallery: Gallery,
    studio: Studio,
    *,
    meter: VideoMeter,
    should_stop: StopCallback | None = None,
    on_painted: Callable[[Step, Pixels], None] | None = None,
) -> bool:
    """Paint what the gallery does not have yet.

    What a frame takes from another is that one's painting as it was kept, rounded, so a run that was stopped
    and gone on with gives the same paintings.

    Args:
        steps: in order; see :func:`rotoscope.optimize.video.plan.plan_steps`.
        shown: the source.
        gallery: where paintings are found and put.
        studio: everything else.
        meter: told of every iteration.
        should_stop: asked after every iteration; the frame at hand is then lost.
        on_painted: told of every painting that was made.

    Returns:
        Whether all of it is done; otherwise it was asked to stop.

    Raises:
        InvalidOptions: frames are too small, the encoder lacks a layer, or a mask is empty.
        OptimizationError: a frame diverged.
        RotoscopeError: a frame cannot be read, or a painting not be kept.
    """
    for step in steps:
        if gallery.find(step.part, step.index) is not None:
            meter.found_one(step)
            continue
        pixels = paint_step(step, shown, gallery, studio, meter=meter, should_stop=should_stop)
        if pixels is None:
            return False
        gallery.put(step.part, step.index, pixels)
        meter.painted_one(step)
        if on_painted is not None:
            on_painted(step, pixels)
    return True


def paint_step(
    step: Step,
    shown: Shown,
    gallery: Gallery,
    studio: Studio,
    *,
    meter: VideoMeter,
    should_stop: StopCallback | None = None,
) -> Pixels | None:
    """One painting of one frame; None where it was asked to stop. Raises as :func:`paint_steps`."""
    picture = shown(step.index)
    video = studio.video
    wanted = _wanted(step, picture, shown, gallery, studio)
    recipe = studio.recipe if step.is_alone else video.following(studio.recipe)
    subject = Subject.of_photograph(to_tensor(picture).to(studio.device), studio.styles)
    if wanted and video.has_loss(step.part):
        on_device = [Wanted(one.picture.to(studio.device), one.weights.to(studio.device)) for one in wanted]
        subject = replace(subject, more_terms=temporal_terms(on_device, weight=video.temporal_weight))
    outcome = optimize(
        subject,
        _start(step, picture, wanted, gallery, studio).to(studio.device),
        encoder=studio.encoder,
        recipe=recipe,
        memory=studio.memory,
        on_progress=lambda event: meter.tell(step, event),
        should_stop=should_stop,
    )
    return to_pixels(outcome.picture, picture) if outcome.is_complete else None


def _wanted(step: Step, picture: Pixels, shown: Shown, gallery: Gallery, studio: Studio) -> list[Wanted]:
    """What the neighbors of a frame say of it, the nearest first; nothing where no flow is asked for."""
    if studio.video.coherence == "blend":
        return []
    found = [
        follow(studio.engine, picture, shown(index), painted_in(gallery, step.part, index))
        for index in step.neighbors
    ]
    weights = long_weights([one.weights for one in found])
    return [replace(one, weights=own) for one, own in zip(found, weights, strict=True)]


def _start(step: Step, picture: Pixels, wanted: Sequence[Wanted], gallery: Gallery, studio: Studio) -> Tensor:
    video = studio.video
    if step.part > 1:
        before = to_tensor(painted_in(gallery, step.part - 1, step.index))
        if not wanted:
            return before
        return torch.lerp(before, wanted[0].picture, video.pass_share * wanted[0].weights)
    if wanted:
        return laid_together(wanted)
    start = studio.start(step.index, picture)
    if not step.neighbors:
        return start
    before = to_tensor(painted_in(gallery, step.part, step.neighbors[0]))
    return torch.lerp(start, before, video.opacity)


def painted_in(gallery: Gallery, part: int, index: int) -> Pixels:
    """A painting that is there, because what needs it comes later.

    Raises:
        OptimizationError: it has been removed meanwhile.
    """
    found = gallery.find(part, index)
    if found is None:
        raise OptimizationError(
            f"The finished painting of frame {index} is gone from where it was kept. Run the same command "
            f"again: what is missing is painted anew."
        )
    return found
