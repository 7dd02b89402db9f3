"""Make the pictures of the documentation with the product itself: ``make pictures``.

One part alone: ``python docs/make_pictures.py palette``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pictures_of.folder import PICTURES
from pictures_of.look_files import write_look_files
from pictures_of.looks import write_looks
from pictures_of.palette import write_palette
from pictures_of.sheets import (
    write_audition,
    write_before_and_after,
    write_classical_filters,
    write_style_images,
)
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
}


def main(wanted: Sequence[str]) -> None:
    """Make these parts anew; all of them where none is named."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise SystemExit(f"There is no part {', '.join(unknown)}. Parts: {', '.join(PARTS)}.")
    PICTURES.mkdir(exist_ok=True)
    palette = Palette(Path("none"))  # bundled filters only
    for name in wanted or PARTS:
        PARTS[name](palette)


if __name__ == "__main__":
    main(sys.argv[1:])
