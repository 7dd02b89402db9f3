"""Rotoscope paints photographs and video with neural filters.

::

    import rotoscope

    wave = rotoscope.load_filter("great-wave")
    rotoscope.stylize("drone.mp4", "painted.mp4", rotoscope.Look([wave], strength=0.8))

Names are loaded when they are first used, so that ``import rotoscope`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from rotoscope._version import __version__

if TYPE_CHECKING:
    from rotoscope.economics.quotes import Quote
    from rotoscope.errors import RotoscopeError
    from rotoscope.filters.base import Filter
    from rotoscope.media.clip import Clip, open_clip
    from rotoscope.media.encoders import EncoderOptions
    from rotoscope.media.fidelity import check
    from rotoscope.media.frame import Frame
    from rotoscope.media.probe import inspect_media
    from rotoscope.media.selection import Selection
    from rotoscope.render.assemble import assemble
    from rotoscope.render.batch import stylize_folder
    from rotoscope.render.look import Look
    from rotoscope.render.options import RenderOptions
    from rotoscope.render.progress import Progress
    from rotoscope.render.result import RenderResult
    from rotoscope.render.score import Score
    from rotoscope.render.separate import separate
    from rotoscope.render.stylize import stylize
    from rotoscope.standard import load_filter, load_look, quote, score, standard_palette, standard_store

_HOMES = {
    "Clip": "rotoscope.media.clip",
    "EncoderOptions": "rotoscope.media.encoders",
    "Filter": "rotoscope.filters.base",
    "Frame": "rotoscope.media.frame",
    "Look": "rotoscope.render.look",
    "Quote": "rotoscope.economics.quotes",
    "Progress": "rotoscope.render.progress",
    "RenderOptions": "rotoscope.render.options",
    "RenderResult": "rotoscope.render.result",
    "RotoscopeError": "rotoscope.errors",
    "Score": "rotoscope.render.score",
    "Selection": "rotoscope.media.selection",
    "assemble": "rotoscope.render.assemble",
    "check": "rotoscope.media.fidelity",
    "inspect_media": "rotoscope.media.probe",
    "load_filter": "rotoscope.standard",
    "load_look": "rotoscope.standard",
    "open_clip": "rotoscope.media.clip",
    "quote": "rotoscope.standard",
    "score": "rotoscope.standard",
    "separate": "rotoscope.render.separate",
    "standard_palette": "rotoscope.standard",
    "standard_store": "rotoscope.standard",
    "stylize": "rotoscope.render.stylize",
    "stylize_folder": "rotoscope.render.batch",
}
"""Public name to the module that defines it."""

__all__ = [
    "Clip",
    "EncoderOptions",
    "Filter",
    "Frame",
    "Look",
    "Progress",
    "Quote",
    "RenderOptions",
    "RenderResult",
    "RotoscopeError",
    "Score",
    "Selection",
    "__version__",
    "assemble",
    "check",
    "inspect_media",
    "load_filter",
    "load_look",
    "open_clip",
    "quote",
    "score",
    "separate",
    "standard_palette",
    "standard_store",
    "stylize",
    "stylize_folder",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rotoscope' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted(__all__)
