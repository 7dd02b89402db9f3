"""Make the pictures of the documentation with the product itself: ``make pictures``.

One part alone: ``python docs/make_pictures.py palette``. Those of IN_MINUTES are made where they are named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pictures_of.coherence import write_coherence
from pictures_of.folder import PICTURES
from pictures_of.gallery import write_gallery
from pictures_of.look_files import write_look_files
from pictures_of.looks import write_looks
from pictures_of.palette import write_palette
from pictures_of.samples import write_samples
from pictures_of.sheets import (
    write_audition,
    write_before_and_after,
    write_classical_filters,
    write_style_images,
)
from pictures_of.textures import write_sight, write_textures
from pictures_of.tiles import write_tiles

from rotoscope.palette.palette import Palette

PARTS: Final[Mapping[str, Callable[[Palette], None]]] = {
    "palette": write_palette,
    "classical-filters": write_classical_filters,
    "audition": write_audition,
    "looks": write_looks,
    "look-files": write_look_files,
    "style-images": write_style_images,
    "before-and-after": write_before_and_after,
    "tiles": write_tiles,
    "coherence": write_coherence,
    "textures": write_textures,
    "sight": write_sight,
    "gallery": write_gallery,
    "samples": lambda _: write_samples(),
}
IN_MINUTES: Final = ("textures", "sight", "gallery")
"""Parts that take minutes and the weights of a feature network, or a browser."""


def main(wanted: Sequence[str]) -> None:
    """Make these parts anew; where none is named, all but those of IN_MINUTES."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise SystemExit(f"There is no part {', '.join(unknown)}. Parts: {', '.join(PARTS)}.")
    PICTURES.mkdir(exist_ok=True)
    palette = Palette(Path("none"))  # bundled filters only
    for name in wanted or [name for name in PARTS if name not in IN_MINUTES]:
        PARTS[name](palette)


if __name__ == "__main__":
    main(sys.argv[1:])
