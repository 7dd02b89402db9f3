"""What a layer of a feature network still knows of a photograph: a picture that it cannot tell from it.

After Mahendran and Vedaldi 2015, "Understanding deep image representations by inverting them", and the
content reconstructions of Gatys et al. 2016: noise is changed until the layer's map is the photograph's, with
a little total variation against what the layer does not see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from torch import Tensor

from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.still_codecs import known_suffix
from rotoscope.media.stills_writer import StillWriter
from rotoscope.networks.device import DeviceName, choose_device
from rotoscope.networks.features import Encoder
from rotoscope.optimize.pictures import resized, to_pixels, to_tensor, with_short_side
from rotoscope.optimize.progress import ProgressCallback
from rotoscope.optimize.reading import read_in_srgb
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import Outcome, optimize
from rotoscope.optimize.start import noise
from rotoscope.optimize.subject import Subject
from rotoscope.render.interrupt import StopCallback

VARIATION_WEIGHT = 0.1
"""Of total variation, where nothing is said."""
ITERATIONS = 150
"""Where nothing is said."""
DEFAULT_SIDE = 256
"""Short side that a photograph is taken at where nothing is said, pixels."""


def reconstruction_recipe(
    layer: str,
    *,
    features: str = "vgg19",
    variation_weight: float = VARIATION_WEIGHT,
    iterations: int = ITERATIONS,
    seed: int = 0,
) -> OptimizeRecipe:
    """The recipe of a reconstruction: one layer's content, and no style.

    At one size alone: begun at a smaller one, it would be given what the layer might not know.

    Raises:
        InvalidOptions: a value outside what is allowed, or a layer that the network does not have.
    """
    return OptimizeRecipe.of_values(
        features=features,
        style_weight=0.0,
        content_layers={layer: 1.0},
        content_weight=1.0,
        variation_weight=variation_weight,
        iterations=iterations,
        levels=1,
        seed=seed,
    )


def reconstruct(
    photograph: Tensor,
    *,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> Outcome:
    """Find a picture that is the photograph to a layer.

    Args:
        photograph: (1, 3, H, W) float32 sRGB 0..1, on the encoder's device.
        encoder: it gives the recipe's layer.
        recipe: of :func:`reconstruction_recipe`.
        on_progress: told after every iteration.
        should_stop: asked after every iteration.

    Raises:
        InvalidOptions: the photograph is too small, or the encoder lacks the layer.
        OptimizationError: it diverged.
    """
    height, width = photograph.shape[2:]
    # Noise without grain, which a layer behind a pooling would neither see nor take away.
    coarse = noise(math.ceil(height / 4), math.ceil(width / 4), seed=recipe.seed)
    start = resized(coarse, height, width).to(photograph.device)
    return optimize(
        Subject.of_photograph(photograph, ()),
        start,
        encoder=encoder,
        recipe=recipe,
        on_progress=on_progress,
        should_stop=should_stop,
    )


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A finished reconstruction."""

    output: Path
    layer: str
    frame_size: tuple[int, int]
    """(width, height)."""
    size_bytes: int
    iterations: int
    seconds: float
    losses: dict[str, float]
    """``content``: how far the layer's map is from the photograph's; 0 is the same, 1 as far as nothing."""
    is_complete: bool
    """False where it was stopped before its last iteration."""


def reconstruct_file(
    photograph: Path,
    output: Path,
    *,
    layer: str,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    side: int | None = DEFAULT_SIDE,
    device: DeviceName = "auto",
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> Reconstruction:
    """Reconstruct a photograph from what a layer knows of it, and write the picture.

    Args:
        photograph: a still.
        output: a still, by its name.
        layer: the recipe's; told in the result.
        encoder: it gives that layer.
        recipe: of :func:`reconstruction_recipe`.
        side: short side that the photograph is taken at, pixels; None: as it is.
        device: where.
        overwrite: replace what is there.
        on_progress: told after every iteration.
        should_stop: asked after every iteration; the picture is then written as it is.

    Raises:
        InvalidOptions, OptimizationError: as :func:`reconstruct`.
        OpenError, DecodeError, UnsupportedMedia: the photograph cannot be read, or the output is no still.
        OutputExists, EncodeError: the result cannot be written.
    """
    known_suffix(output.suffix)
    refuse_source(output, photograph)
    refuse_existing(output, overwrite=overwrite)
    where = choose_device(device)
    shown = to_tensor(read_in_srgb(photograph)).to(where)
    if side is not None:
        shown = with_short_side(shown, side).clamp(0, 1)
    outcome = reconstruct(
        shown,
        encoder=encoder.to(where),
        recipe=recipe,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    pixels = to_pixels(outcome.picture, np.zeros(1, np.uint8))
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(pixels, 0, 0, Fraction(1)))
        report = writer.close()
    return Reconstruction(
        output,
        layer,
        (pixels.shape[1], pixels.shape[0]),
        report.size_bytes,
        len(outcome.trace),
        outcome.seconds,
        dict(outcome.trace[-1].losses),
        outcome.is_complete,
    )
