"""The palette of this machine's user, for those who do not want to say where things are."""

from __future__ import annotations

import os

from rotoscope.filters.base import Filter
from rotoscope.palette.palette import Palette
from rotoscope.render.segments.store import SegmentStore
from rotoscope.settings import load_settings


def standard_palette() -> Palette:
    """The bundled filters and the user's own, where the platform (or ``ROTOSCOPE_DATA_DIR``) keeps them."""
    return Palette(load_settings(os.environ).filters_dir)


def standard_store() -> SegmentStore:
    """Where the command line keeps finished segments; see :func:`rotoscope.render.stylize.stylize`."""
    return SegmentStore(load_settings(os.environ).segments_dir)


def load_filter(spec: str, *, precision: str = "auto", threads: int | None = None) -> Filter:
    """A filter of the standard palette, ready to paint.

    Args:
        spec: as typed after ``--filter``: ``great-wave``, ``posterize:levels=4``, ``./own.onnx``.
        precision: ``auto``, ``f32`` or ``bf16``.
        threads: threads that paint one picture; None: one a core.

    Raises:
        UnknownFilter: no filter of that name; the nearest are named.
        RotoscopeError: its file is not in order, or an option is not known.
    """
    return standard_palette().load(spec, precision=precision, threads=threads)
