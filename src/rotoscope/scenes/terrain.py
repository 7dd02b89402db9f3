"""The land as nested square maps (a clip map, Tanner et al. 1998), each twice as wide and half as fine.

Which map gives a point's *height* depends on the point alone, never on the camera: the ground is one fixed
surface, and flow computed from it is exact. *Colors* are filtered by distance (trilinear between the maps),
so far ground neither shimmers nor aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes import ground, relief
from rotoscope.scenes.noise import Field, band, blurred, resized, sampled, smoothstep

MAP_SIZE = 1024
"""Texels along a side of each map."""
WIDEST_TEXEL = 32.0
"""Metres a texel of the widest map."""
RADIANCE_RANGE = 4.0
"""Radiance that a stored color of 255 stands for; colors are stored as square roots."""
CARVED_TEXEL = 4.0
"""Metres a texel of the widest map that shows ledges in rock."""
PENUMBRA = (0.93, 1.0, 1.07)
"""Sun slopes that shadows are averaged over, relative to its middle (wider than the real sun: softer)."""


@dataclass(frozen=True)
class _Map:
    height: Field
    color: Field
    shade: Field
    fields: Field


class Terrain:
    """Ground under a flight: height and color at any point.

    World coordinates are metres: x and y level, z up, the sea at 0; the sun stands over +y.
    """

    def __init__(
        self, *, seed: int, finest_texel: float, middle: tuple[float, float], heading: float, sun_slope: float
    ) -> None:
        """Shape, plant, light and store the land.

        Args:
            seed: which land.
            finest_texel: metres a texel of the finest map; a power of two up to 16.
            middle: world x and y of the middle of every map.
            heading: radians clockwise from +y of the flight, along which the coast is laid out.
            sun_slope: tangent of the sun's elevation.
        """
        self._seed, self._middle, self._heading, self._sun_slope = seed, middle, heading, sun_slope
        self.finest_texel = finest_texel
        """Metres a texel of the finest map."""
        heights: list[Field] = []
        colors: list[NDArray[np.uint8]] = []
        parent, texel = None, WIDEST_TEXEL
        while texel >= finest_texel:
            parent = self._make(texel, parent)
            heights.insert(0, parent.height)
            colors.insert(0, np.rint(parent.color).astype(np.uint8))
            texel /= 2.0
        self.level_count = len(heights)
        self._store(heights, colors)

    def _make(self, texel: float, parent: _Map | None) -> _Map:
        """One map, from the next wider one (None: from nothing)."""
        generator = np.random.default_rng([self._seed, int(64.0 * texel)])
        size = MAP_SIZE
        if parent is None:
            start = int(size * texel / relief.COARSEST_TEXEL)
            fields = relief.first_fields(generator, start)
            step = relief.COARSEST_TEXEL
            while step > texel:
                step /= 2.0
                fields = relief.refine(fields, generator, texel=step)
        else:
            fields = relief.refine(_central(parent.fields), generator, texel=texel)
        offset = (np.arange(size, dtype=np.float32) - (size - 1) / 2.0) * texel
        x, y = (self._middle[0] + offset)[None, :], (self._middle[1] + offset)[:, None]
        bare, inland = np.empty((2, size, size), np.float32)
        sin, cos = np.float32(np.sin(self._heading)), np.float32(np.cos(self._heading))
        for rows in _strips():
            along, across = x * sin + y[rows] * cos, x * cos - y[rows] * sin
            bare[rows], inland[rows] = relief.ground_height(along, across, fields[rows])
        if texel <= CARVED_TEXEL:
            smooth = blurred(bare, max(0.6, 2.5 / texel))
            slope = np.hypot(*ground.steepness(smooth, texel))
            for rows in _strips():
                bare[rows] = relief.weathered(bare[rows], slope[rows], fields[rows])
        patch = ground.Patch(texel, x, y, fields, _grain(generator), bare, inland)
        return self._cover(patch, parent)

    def _cover(self, patch: ground.Patch, parent: _Map | None) -> _Map:
        slope = np.hypot(*ground.steepness(patch.bare, patch.texel))
        likely = ground.wooded(patch, slope)
        if patch.texel <= 2.0:
            plants = ground.plant(patch, likely, slope, seed=self._seed)
        else:
            plants = ground.blanket(patch, likely)
        height = patch.bare + plants.canopy
        beyond = None
        if parent is not None:
            height = _fade_into(height, parent.height)
            quarter = MAP_SIZE // 4
            beyond = np.repeat(parent.shade[:, MAP_SIZE - quarter, quarter : MAP_SIZE - quarter], 2, axis=1)
        surface = np.maximum(height, 0.0)
        slopes = tuple(self._sun_slope * wider for wider in PENUMBRA)
        shade = ground.cast_shadows(surface, patch.texel, slopes=slopes, beyond=beyond)
        color = self._paint(patch, slope, plants, surface, shade)
        if parent is not None:
            color = _fade_into(color, parent.color)
        return _Map(height, color, shade, patch.fields)

    def _paint(
        self, patch: ground.Patch, slope: Field, plants: ground.Plants, surface: Field, shade: Field
    ) -> Field:
        """Stored color of a whole map, strip by strip: what fits into a processor's cache is much faster."""
        slopes = ground.steepness(surface, patch.texel)
        hollow = ground.hollowness(surface, patch.texel)
        result = np.empty((*surface.shape, 5), np.float32)
        for rows in _strips():
            part = patch.part(rows)
            soft = np.float32(0.5 + 0.6 * patch.texel)
            sun = np.mean(1.0 - np.clip((shade[:, rows] - surface[rows]) / soft - 0.15, 0.0, 1.0), axis=0)
            color, stone = ground.albedo(part, slope[rows], plants.part(rows))
            radiance = ground.lit(
                color, sun, (slopes[0][rows], slopes[1][rows]), hollow[rows], sun_slope=self._sun_slope
            )
            sea = smoothstep(0.05, -0.05, part.bare)[..., None]
            if sea.any():
                radiance += (ground.sea_color(part) * (0.35 + 0.65 * sun[..., None]) - radiance) * sea
            result[rows, :, :3] = np.sqrt(np.clip(radiance / RADIANCE_RANGE, 0.0, 1.0)) * 255.0
            result[rows, :, 3] = stone * 255.0 * (1.0 - sea[..., 0])
            result[rows, :, 4] = sun * 255.0
        return result

    def _store(self, heights: list[Field], colors: list[NDArray[np.uint8]]) -> None:
        """Lay the maps one under the other in one picture: a sample is then one look-up."""
        _fold(colors)
        self._heights = np.concatenate(heights)
        self._colors = np.concatenate([color[..., :4] for color in colors])
        self._sunlight = np.concatenate([color[..., 4] for color in colors])

    def home_level(self, x: Field, y: Field) -> Field:
        """The finest map that holds each point, as a whole number in float32; any shape."""
        away = np.maximum(np.abs(x - np.float32(self._middle[0])), np.abs(y - np.float32(self._middle[1])))
        reach = np.float32(self.finest_texel * (MAP_SIZE / 2.0 - 2.0))
        level = np.ceil(np.log2(np.maximum(away / reach, np.float32(0.5))))
        return np.clip(level, 0.0, self.level_count - 1.0)

    def height(self, x: Field, y: Field, level: Field | None = None) -> Field:
        """Metres above the sea, negative on its floor; (H, W) for coordinates of that shape.

        ``level`` spares working it out: the home level of a point nearby (maps agree where they meet).
        """
        return sampled(self._heights, *self._places(x, y, self.home_level(x, y) if level is None else level))

    def color(self, x: Field, y: Field, footprint: Field) -> tuple[Field, Field]:
        """What the ground sends back, filtered.

        Args:
            x: (H, W) metres.
            y: the same shape.
            footprint: (H, W) metres of ground that a sample stands for.

        Returns:
            Linear radiance (H, W, 3), and the share of bare rock (H, W) in 0..1.
        """
        wanted = np.log2(np.maximum(footprint, 1e-3) / np.float32(self.finest_texel))
        wanted = np.clip(np.maximum(wanted, self.home_level(x, y)), 0.0, self.level_count - 1.001)
        level = np.floor(wanted)
        finer = sampled(self._colors, *self._places(x, y, level))
        coarser = sampled(self._colors, *self._places(x, y, level + np.float32(1.0)))
        mixed = finer + (coarser - finer) * (wanted - level)[..., None]
        root = mixed[..., :3] * np.float32(RADIANCE_RANGE**0.5 / 255.0)
        return root * root, mixed[..., 3] * np.float32(1.0 / 255.0)

    def sunlight(self, x: Field, y: Field) -> Field:
        """Share of the sun that is seen, (H, W) in 0..1, unfiltered."""
        place = self._places(x, y, self.home_level(x, y))
        return sampled(self._sunlight, *place) * np.float32(1.0 / 255.0)

    def _places(self, x: Field, y: Field, level: Field) -> tuple[Field, Field]:
        """Column and row in the stored picture of points on the maps ``level`` (whole numbers)."""
        per_metre = np.exp2(-level) * np.float32(1.0 / self.finest_texel)
        half = np.float32(MAP_SIZE / 2.0 - 1.0)
        middle = np.float32((MAP_SIZE - 1) / 2.0)
        column = np.clip((x - np.float32(self._middle[0])) * per_metre, -half, half) + middle
        row = np.clip((y - np.float32(self._middle[1])) * per_metre, -half, half)
        return column, row + (level * np.float32(MAP_SIZE) + middle)


def _strips() -> list[slice]:
    return [slice(top, top + 32) for top in range(0, MAP_SIZE, 32)]


def _grain(generator: np.random.Generator) -> Field:
    return (band(generator, MAP_SIZE, texels=0.8) + band(generator, MAP_SIZE, texels=1.8)) * np.float32(0.7)


def _central(fields: Field) -> Field:
    quarter = MAP_SIZE // 4
    return fields[quarter:-quarter, quarter:-quarter]


def _fade_into(own: Field, parent: Field) -> Field:
    """Let the rim of a map become its parent's, so that no seam shows where maps meet."""
    wide = resized(_central(parent), (MAP_SIZE, MAP_SIZE))
    inward = np.minimum(np.arange(MAP_SIZE), np.arange(MAP_SIZE)[::-1]).astype(np.float32)
    share = smoothstep(4.0, MAP_SIZE * 0.10, np.minimum(inward[None, :], inward[:, None]))
    return wide + (own - wide) * (share if own.ndim == 2 else share[..., None])


def _fold(colors: list[NDArray[np.uint8]]) -> None:
    """Replace the middle of each map by the average of the finer one: nothing changes as it nears."""
    quarter = MAP_SIZE // 4
    for finer, color in pairwise(colors):
        middle = resized(finer, (MAP_SIZE // 2, MAP_SIZE // 2))
        color[quarter:-quarter, quarter:-quarter] = np.rint(middle)
