"""Textures: pictures that have the statistics of style images and show nothing.

After Gatys, Ecker and Bethge 2015, "Texture synthesis using convolutional neural networks": noise is changed
until the Gram matrices of its feature maps are those of the style image. Here from coarse to fine, so that
what is large has its place before what is small.

A texture that loops is a closed path through such pictures: a periodic cubic spline whose control pictures
are optimized together, so that every picture on it is a texture. It is smooth, because splines are; it
returns to where it began, because it is closed; and at any rate there is a frame for any time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import Encoder
from rotoscope.optimize.memory import Memory
from rotoscope.optimize.objective import Evaluation, Objective
from rotoscope.optimize.pictures import resized, resized_around
from rotoscope.optimize.progress import ProgressCallback
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import Outcome, optimize
from rotoscope.optimize.stages import Stage, plan_stages
from rotoscope.optimize.start import noise
from rotoscope.optimize.subject import Style, Subject
from rotoscope.render.interrupt import StopCallback
from rotoscope.render.texture_output import require_multiples

TILE_MULTIPLE = 16
"""Height and width of what is laid side by side, pixels: the deepest maps have a position for so many."""
STYLE_SIDE = 512
"""Pixels: a style image with a longer short side is taken at this size, where nothing is said."""
LEAST_STYLE_SIDE = 64
"""Pixels: at no coarser size is a texture begun than one at which the style image is so large."""
COARSEST_SIDE = 64
"""Pixels: no size that a texture is begun at has a smaller short side, unless it is smaller itself."""
CONTROLS_A_SECOND = 1.5
"""Of a loop: more change more, and take longer."""
FEWEST_CONTROLS = 4
"""A cubic spline has no fewer."""
DEFAULT_MOVEMENT = 0.5
"""Share of what control pictures have from other places to begin with."""
_PHASES_A_CONTROL = 2
"""Pictures on the path that are optimized: those at control points and halfway between."""


@dataclass(frozen=True, slots=True)
class TextureSize:
    """How large a texture is, and what goes on behind its borders."""

    width: int
    height: int
    tileable: bool = False
    """Whether it can be laid side by side without a seam."""

    def __post_init__(self) -> None:
        """Refuse a tileable size that the feature network has no whole number of positions for.

        Raises:
            InvalidOptions: a side is no multiple of TILE_MULTIPLE.
        """
        if self.tileable:
            require_multiples(self.width, self.height, TILE_MULTIPLE)


def texture_recipe(
    recipe: OptimizeRecipe, size: TextureSize, styles: Sequence[Style], *, style_side: int | None = None
) -> OptimizeRecipe:
    """A recipe for a texture of that size: no content, and style images at their own size.

    Args:
        recipe: everything else.
        size: of the texture.
        styles: one or more.
        style_side: short side that style images are taken at, pixels; None: that of the largest, STYLE_SIDE
            at most.
    """
    side = style_side or min(STYLE_SIDE, max(min(style.picture.shape[2:]) for style in styles))
    short = min(size.width, size.height)
    halvings = math.floor(math.log2(min(side / LEAST_STYLE_SIDE, short / COARSEST_SIDE)))
    changed = {"content_weight": 0.0, "style_scale": side / short}
    if recipe.levels is None:
        changed["levels"] = 1 + max(0, halvings)
    return OptimizeRecipe.of_values(**{**recipe.model_dump(), **changed})


@dataclass(frozen=True, slots=True)
class Engine:
    """What :func:`~rotoscope.optimize.run.optimize` takes besides pictures and the recipe."""

    memory: Memory = field(default_factory=Memory)
    checkpoint_dir: Path | None = None
    restart: bool = False
    on_progress: ProgressCallback | None = None
    should_stop: StopCallback | None = None


def synthesize(
    styles: Sequence[Style],
    size: TextureSize,
    *,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    engine: Engine | None = None,
) -> Outcome:
    """Make a texture.

    Args:
        styles: style images without masks, on the encoder's device.
        size: of the texture.
        encoder: the recipe's feature network; of a tileable texture, a
            :class:`~rotoscope.networks.features.FeatureNetwork`.
        recipe: of :func:`texture_recipe`; its seed says which texture.
        engine: bounds, checkpoints, who is told; None: as by default.

    Raises:
        InvalidOptions: the size is too small, too large to be tileable, or the encoder lacks a layer.
        OptimizationError: it diverged, or its checkpoint is damaged.
        EncodeError: the checkpoint cannot be written.
    """
    coarsest, *_ = plan_stages(
        size.height, size.width, iterations=1, coarse_iterations=1, levels=recipe.levels
    )
    start = _smooth_noise(coarsest, recipe.seed, wraps=size.tileable)
    subject = Subject(size.height, size.width, styles, wraps=size.tileable)
    return _optimized(subject, start, encoder, recipe, engine or Engine())


def synthesize_loop(
    texture: Tensor,
    styles: Sequence[Style],
    size: TextureSize,
    *,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    controls: int,
    movement: float = DEFAULT_MOVEMENT,
    engine: Engine | None = None,
) -> Outcome:
    """Make the control pictures of a texture that moves and ends where it began.

    Args:
        texture: (1, 3, H, W) float32, which the loop is around: an outcome of :func:`synthesize`.
        styles: as there.
        size: as there.
        encoder: as there.
        recipe: as there; its ``iterations`` are those of the loop.
        controls: FEWEST_CONTROLS or more; see :func:`controls_for`.
        movement: 0..1, how much of each control picture comes from another place to begin with.
        engine: as there.

    Returns:
        An outcome whose picture is (controls, 3, H, W), for :func:`loop_frame`.

    Raises:
        InvalidOptions, OptimizationError, EncodeError: as there.
    """
    if not 0 <= movement <= 1:
        raise InvalidOptions(f"A movement of {movement:g} was given; it is a number from 0 to 1.")
    engine = engine or Engine()
    phases = torch.arange(controls * _PHASES_A_CONTROL) / (controls * _PHASES_A_CONTROL)
    change = _along(spline_weights(controls, phases))
    subject = Subject(size.height, size.width, styles, wraps=size.tileable, of_objective=change)
    texture = texture.clamp(0, 1)
    start = torch.cat([_stirred(texture, size, movement, recipe.seed + number) for number in range(controls)])
    memory = replace(engine.memory, history_bytes=engine.memory.history_bytes / controls)
    recipe = recipe.model_copy(update={"levels": 1})
    return _optimized(subject, start, encoder, recipe, replace(engine, memory=memory))


def controls_for(seconds: float) -> int:
    """How many control pictures a loop of that length has."""
    return max(FEWEST_CONTROLS, round(seconds * CONTROLS_A_SECOND))


def spline_weights(controls: int, phases: Tensor) -> Tensor:
    """What each control picture counts at a phase of a closed cubic B-spline.

    Args:
        controls: how many, FEWEST_CONTROLS or more.
        phases: (M,) float32; 0 and 1 are the same.

    Returns:
        (M, controls) float32; rows add up to 1.
    """
    place = (phases % 1) * controls
    left = place.floor()
    t = place - left
    parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    weights = torch.zeros(len(phases), controls)
    for offset, part in enumerate(parts, start=-1):
        index = (left.long() + offset) % controls
        weights.scatter_add_(1, index[:, None], (part / 6)[:, None])
    return weights


def loop_frame(path: Tensor, phase: float) -> Tensor:
    """The picture of a loop at a phase of 0..1: (controls, 3, H, W) to (1, 3, H, W)."""
    weights = spline_weights(path.shape[0], torch.tensor([phase])).to(path.device)
    return torch.einsum("mk,kchw->mchw", weights, path)


def _along(weights: Tensor) -> Callable[[Objective], Callable[[Tensor], Evaluation]]:
    """From the objective of a picture to the mean of those along a path."""

    def of_path(of_one: Objective) -> Callable[[Tensor], Evaluation]:
        def evaluate(path: Tensor) -> Evaluation:
            share = 1 / len(weights)
            total, losses = 0.0, dict[str, float]()
            gradient = torch.zeros_like(path)
            for row in weights.to(path.device):
                one = of_one(torch.einsum("k,kchw->chw", row, path)[None])
                total += share * one.total
                for name, loss in one.losses.items():
                    losses[name] = losses.get(name, 0.0) + share * loss
                gradient += share * row[:, None, None, None] * one.gradient
            return Evaluation(total, losses, gradient)

        return evaluate

    return of_path


def _smooth_noise(size: TextureSize | Stage, seed: int, *, wraps: bool) -> Tensor:
    """Noise without grain: what is finest, feature losses hardly take away."""
    coarse = noise(math.ceil(size.height / 2), math.ceil(size.width / 2), seed=seed)
    enlarged = resized_around if wraps else resized
    return enlarged(coarse, size.height, size.width)


def _stirred(texture: Tensor, size: TextureSize, movement: float, seed: int) -> Tensor:
    """A texture with itself, moved somewhere else, laid over it: its mean, contrast and spectrum stay."""
    generator = torch.Generator().manual_seed(seed)
    moved = texture
    for axis, length in ((2, size.height), (3, size.width)):
        shift = int(torch.randint(length, (1,), generator=generator))
        places = torch.arange(length) + shift
        mirrored = torch.minimum(places, 2 * length - 1 - places)
        places = places % length if size.tileable else mirrored
        moved = moved.index_select(axis, places.to(texture.device))
    mean = texture.mean(dim=(2, 3), keepdim=True)
    return mean + math.sqrt(1 - movement**2) * (texture - mean) + movement * (moved - mean)


def _optimized(
    subject: Subject, start: Tensor, encoder: Encoder, recipe: OptimizeRecipe, engine: Engine
) -> Outcome:
    return optimize(
        subject,
        start.to(subject.styles[0].picture.device),
        encoder=encoder,
        recipe=recipe,
        memory=engine.memory,
        checkpoint_dir=engine.checkpoint_dir,
        restart=engine.restart,
        on_progress=engine.on_progress,
        should_stop=engine.should_stop,
    )
