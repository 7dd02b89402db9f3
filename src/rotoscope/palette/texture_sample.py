"""Texture samples: what a filter's strokes look like, painted by the filter itself, for its card.

The subject is gray, so that every color in the sample is the filter's. It has broad soft forms in light and
dark, because filters paint the two differently, and a little grain, because strokes grow on it: on smooth
ramps and on flat areas most filters show little but their lattice.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.card import Card
from rotoscope.filters.file import (
    FILE_SUFFIX,
    FilterFile,
    filter_file_bytes,
    parse_filter_file,
    write_new_file,
)
from rotoscope.filters.graph_rules import parse_model
from rotoscope.filters.neural import NeuralFilter
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.frame import Pixels
from rotoscope.palette.card_pictures import picture_text
from rotoscope.palette.folder import checksum_path, make_folder, read_checked_file, record_checksum
from rotoscope.runtime.graph import RuntimeOptions

SAMPLE_SIDE = 160
"""Pixels."""
MAX_SAMPLE_BYTES = 7_000
"""Of the encoded sample; a third more as text on the card."""

_BORDER = 32  # what the edge of a picture does to strokes is not to be in the sample
_SEED = 7
_FORM_PIXELS, _GRAIN_PIXELS = 20.0, 4.0


def texture_subject() -> NDArray[np.uint8]:
    """What samples are painted from, with a border around the sample: (H, W, 3) uint8, gray."""
    side = SAMPLE_SIDE + 2 * _BORDER
    draw = np.random.default_rng(_SEED)
    forms, grain = (_soft_noise(draw, side, radius) for radius in (_FORM_PIXELS, _GRAIN_PIXELS))
    levels = np.clip(0.5 + 0.42 * np.tanh(1.5 * forms) + 0.05 * grain, 0, 1)
    return np.repeat(np.rint(levels * 255).astype(np.uint8)[..., None], 3, axis=2)


def paint_texture(file: FilterFile) -> Pixels:
    """A filter's texture sample: (SAMPLE_SIDE, SAMPLE_SIDE, 3) uint8, one pixel a pixel of the painting.

    Raises:
        UnsupportedArchitecture, FilterFailed: the graph cannot be run.
    """
    painted = NeuralFilter(file, options=RuntimeOptions(precision="f32")).apply(texture_subject())
    return painted[_BORDER:-_BORDER, _BORDER:-_BORDER]


def with_texture(file: FilterFile) -> FilterFile:
    """The same graph with a texture sample on its card, in place of one that is there.

    Raises:
        UnsupportedArchitecture, FilterFailed: the graph cannot be run.
    """
    text = picture_text(paint_texture(file), MAX_SAMPLE_BYTES)
    card: Card = file.card.model_copy(update={"texture": text})
    what = f"The filter {card.name!r}"
    data = filter_file_bytes(parse_model(file.model, what=what), card, half_weights=False)
    return parse_filter_file(data, what=what)


def write_with_texture(source: Path, folder: Path, *, overwrite: bool = False) -> FilterFile:
    """Copy a filter file and put a texture sample on the copy's card; its checksum is recorded beside it.

    Args:
        source: a filter file; it stays as it is.
        folder: where ``NAME.onnx`` is written; it is made if it is missing.
        overwrite: replace what is there.

    Returns:
        What was written: another file with another digest, which paints the same.

    Raises:
        UnknownFilter, UnsafeFile, UnsupportedArchitecture, InvalidCard, ChecksumMismatch: ``source`` is not
            in order.
        FilterFailed: its graph cannot be run.
        OutputExists, EncodeError: it cannot be written.
    """
    file = read_checked_file(source)
    place = folder / f"{file.card.name}{FILE_SUFFIX}"
    refuse_source(place, source)
    make_folder(folder)
    for output in (place, checksum_path(place)):
        refuse_existing(output, overwrite=overwrite)
    made = with_texture(file)
    write_new_file(place, made.model, overwrite=overwrite)
    record_checksum(place, made.digest)
    return made


def _soft_noise(draw: np.random.Generator, side: int, radius: float) -> NDArray[np.float32]:
    """(side, side) of mean 0 and deviation 1, smooth over ``radius`` pixels."""
    noise = draw.standard_normal((side, side)).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), radius), np.float32)
    return (smooth - smooth.mean()) / smooth.std()
