"""The ``lut`` kind: the colors of a .cube file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from rotoscope.filters.cube import ColorCube
from rotoscope.filters.cube_file import read_cube
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import apply_curves, levels_of, options_digest, require_rgb
from rotoscope.media.frame import Pixels

_VERSION = 1


class LutOptions(KindOptions):
    """What ``lut`` can be told."""

    file: Path = Field(
        exclude=True,  # the digest takes the file's contents: a copy elsewhere is the same filter
        description="The .cube file: a 1-D or 3-D table of colors, or both, of Adobe's or Resolve's kind.",
    )


class LutFilter:
    """Sends every pixel through the table of a .cube file.

    1-D tables are linear between entries, 3-D ones tetrahedral; results are rounded to the nearest level.
    Values are taken as they are encoded in the picture: a table made for log footage wants log footage.
    """

    kind = "lut"

    def __init__(self, options: LutOptions) -> None:
        """Read the file.

        Raises:
            InvalidOptions: it cannot be read or breaks the format.
        """
        cube_file, content = read_cube(options.file)
        self._curves = cube_file.curves
        self._cube = (
            ColorCube(cube_file.lattice, domain=cube_file.lattice_domain, curves=cube_file.curves)
            if cube_file.lattice is not None
            else None
        )
        self.name = "lut"
        self.digest = options_digest(self.kind, _VERSION, options, content)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        if self._cube is not None:
            return self._cube.apply(pixels)
        assert self._curves is not None  # a .cube file has one table or both
        return apply_curves(pixels, self._curves(levels_of(pixels)[:, None].repeat(3, axis=1)))


KIND = FilterKind(
    "lut", "The colors of a .cube file: film looks, camera conversions, grades.", LutOptions, LutFilter
)
