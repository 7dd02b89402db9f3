"""Photographs that the pictures are painted from.

Six are in the repository (docs/pictures/photographs/SOURCES.md). The others come with scikit-image (group
``pictures`` in pyproject.toml) and are free for any use: the astronaut Eileen Collins and the Hubble deep
field (NASA, public domain), a rocket launch (SpaceX, CC0), a cup of coffee (Rachel Michetti, CC0), the cat
Chelsea (Stéfan van der Walt, CC0). The flight is rendered.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from pictures_of.folder import PICTURES
from rotoscope.media.frame import Pixels
from rotoscope.media.stills import read_still
from rotoscope.scenes.flight import Flight, FlightOptions

PALETTE_PHOTOGRAPHS = ("sunset", "lagoon", "dune", "courtyard", "astronaut", "otter")
"""Those that the palette is shown on, from the left: sky, water, desert, city, people, an animal."""
_SCIKIT_IMAGE = {
    "astronaut.png": "astronaut (NASA)",
    "rocket.jpg": "rocket (SpaceX)",
    "coffee.png": "coffee (R. Michetti)",
    "chelsea.png": "Chelsea (S. van der Walt)",
    "hubble_deep_field.jpg": "deep field (NASA)",
}


def palette_photographs() -> dict[str, Pixels]:
    """Name to picture, in the order of a strip."""
    folder = PICTURES / "photographs"
    return {name: read_still(folder / f"{name}.jpg").pixels for name in PALETTE_PHOTOGRAPHS}


@cache
def captioned_photographs() -> dict[str, Pixels]:
    """Caption to picture, in the order of a sheet."""
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        raise SystemExit("The photographs come with scikit-image: run `make pictures`, which installs it.")
    folder = Path(found.origin).parent / "data"
    photographs = {caption: read_still(folder / name).pixels for name, caption in _SCIKIT_IMAGE.items()}
    flight = Flight(FlightOptions(frame_size=(640, 360), frame_count=96))
    return {"flight (rendered)": flight.render(60).pixels, **photographs}
