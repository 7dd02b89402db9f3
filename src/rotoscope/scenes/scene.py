"""Everything that a flight flies over and through."""

from __future__ import annotations

import numpy as np

from rotoscope.scenes.actors import Actors
from rotoscope.scenes.rock import Rock
from rotoscope.scenes.sky import Sky
from rotoscope.scenes.terrain import Terrain
from rotoscope.scenes.water import SeaState

HEADING = float(np.radians(-58.0))
"""Mean direction of flight, radians clockwise from the sun: it stands ahead to the right."""
SUN_ELEVATION = float(np.radians(24.0))
WIND = HEADING + 2.6
"""Direction the waves run to, radians clockwise from the sun."""


class Scene:
    """Land, sea, sky and what moves, before any camera looks at them.

    Making one is the slow part of a flight. Flights of one seed may share one.
    """

    def __init__(
        self, *, seed: int, finest_texel: float, middle: tuple[float, float], sky_density: float
    ) -> None:
        """Make a scene.

        Args:
            seed: which coast, clouds and waves.
            finest_texel: metres a texel of the finest map of the land; a power of two up to 32.
            middle: world x and y around which the land is finest.
            sky_density: stored points of sky for each unit of slope.
        """
        sun = (0.0, float(np.cos(SUN_ELEVATION)), float(np.sin(SUN_ELEVATION)))
        self.terrain = Terrain(
            seed=seed,
            finest_texel=finest_texel,
            middle=middle,
            heading=HEADING,
            sun_slope=float(np.tan(SUN_ELEVATION)),
        )
        self.rock = Rock(seed=seed)
        self.sky = Sky(seed=seed, heading=HEADING, sun=sun, density=sky_density)
        self.sea = SeaState(seed=seed, wind=WIND, sun=sun)
        self.actors = Actors(seed=seed, heading=HEADING, sun=sun)
