"""The table of classical kinds: filters that are made from options, without a file of weights.

To add one, write a module that ends with ``KIND = FilterKind(…)`` (see :mod:`rotoscope.filters.kind`)
and name it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rotoscope.filters import colors, comic, dusk, film, halftone, lineart, lut, pencil, posterize, watercolor
from rotoscope.filters.kind import FilterKind

_MODULES = (lineart, posterize, comic, halftone, pencil, watercolor, film, dusk, colors, lut)
_ALL: tuple[FilterKind[Any], ...] = tuple(module.KIND for module in _MODULES)

KINDS: Mapping[str, FilterKind[Any]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Name of a classical kind to the kind."""
