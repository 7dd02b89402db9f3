"""A contact sheet of what channels look for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import refuse_existing
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.still_codecs import known_suffix
from rotoscope.media.stills_writer import StillWriter
from rotoscope.networks.features import Encoder
from rotoscope.optimize.activation import (
    ActivationCallback,
    ActivationOptions,
    ChannelPicture,
    channel_count,
    channel_pictures,
    spread_channels,
)
from rotoscope.optimize.pictures import to_pixels
from rotoscope.render.interrupt import StopCallback

DEFAULT_CHANNELS = 12
"""So many, at even distances, where none is named."""
_COLUMNS = 6
_LEAST_WIDTH = 320


@dataclass(frozen=True, slots=True)
class FeatureSheet:
    """A finished sheet."""

    output: Path
    layer: str
    channels: tuple[int, ...]
    silent: tuple[int, ...]
    """Those of ``channels`` that answered to nothing that was tried."""
    frame_size: tuple[int, int]
    """(width, height)."""
    size_bytes: int
    is_complete: bool
    """False where it was stopped before its last channel."""


def parse_channels(text: str) -> list[int]:
    """``0,5,9`` or ``0-11`` or both to numbers.

    Raises:
        InvalidOptions: something else.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not (last.isdecimal() and int(first) <= int(last))):
            raise InvalidOptions(
                f"Channels were given as {text!r}; write numbers from 0 and spans of them, with commas "
                f"between, such as 0,5,9 or 0-11."
            )
        found += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(found))


def write_feature_sheet(
    output: Path,
    *,
    layer: str,
    encoder: Encoder,
    channels: Sequence[int] | None = None,
    options: ActivationOptions | None = None,
    overwrite: bool = False,
    on_progress: ActivationCallback | None = None,
    should_stop: StopCallback | None = None,
) -> FeatureSheet:
    """Make pictures that channels of a layer answer to most, and write them on one sheet.

    Args:
        output: a still, by its name.
        layer: of the feature network.
        encoder: it gives that layer.
        channels: which; None: DEFAULT_CHANNELS at even distances.
        options: how pictures are made.
        overwrite: replace what is there.
        on_progress: told after every step.
        should_stop: asked now and then; the sheet has then what is done.

    Raises:
        InvalidOptions: no such layer or channel.
        UnsupportedMedia: the output is no still.
        OutputExists, EncodeError: it cannot be written.
    """
    known_suffix(output.suffix)
    refuse_existing(output, overwrite=overwrite)
    options = options or ActivationOptions()
    wanted = list(channels or spread_channels(channel_count(encoder, layer), DEFAULT_CHANNELS))
    made = channel_pictures(
        encoder, layer, wanted, options=options, on_progress=on_progress, should_stop=should_stop
    )
    tiles = [_tile(one) for one in made]
    rows = [tiles[start : start + _COLUMNS] for start in range(0, len(tiles), _COLUMNS)]
    width = max(_LEAST_WIDTH, 2 * options.side * _COLUMNS)
    sheet = contact_sheet(rows, title=layer, width=width, tile_height=options.side)
    with StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite) as writer:
        writer.write(Frame(sheet, 0, 0, Fraction(1)))
        report = writer.close()
    return FeatureSheet(
        output,
        layer,
        tuple(one.channel for one in made),
        tuple(one.channel for one in made if one.activation <= 0),
        (sheet.shape[1], sheet.shape[0]),
        report.size_bytes,
        len(made) == len(wanted),
    )


def _tile(one: ChannelPicture) -> Tile:
    told = str(one.channel) if one.activation > 0 else f"{one.channel} (silent)"
    return Tile(to_pixels(one.picture[None], np.zeros(1, np.uint8)), told)
