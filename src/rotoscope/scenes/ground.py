"""What covers the land, and how the sun falls on it.

Trees are real bumps in the height map, so they hide what is behind them and cast shadows. Light is baked: sun
with soft shadows, sky light with ambient occlusion, drifting cloud shade held still.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rotoscope.scenes.noise import Field, blurred, hashed, running_maximum, smoothstep
from rotoscope.scenes.relief import CRAG, MOISTURE, RELIEF

TREE_SPACING = 5.5
"""Metres between the cells of the grid that trees are scattered from, one a cell."""
TREELINE = 420.0
"""Metres above the sea where the last trees stand."""
SUN_COLOR = np.array([3.15, 2.62, 1.98], np.float32)
"""Radiance of a white matt surface that faces the sun, linear RGB."""
SKY_COLOR = np.array([0.40, 0.50, 0.66], np.float32)
"""Radiance of a white matt surface under the open sky in shadow, linear RGB."""


@dataclass(frozen=True)
class Patch:
    """A square of land at one resolution; rows go towards the sun (+y), columns to +x."""

    texel: float
    """Metres a texel."""
    x: Field
    """(1, N): metres of the columns."""
    y: Field
    """(N, 1): metres of the rows."""
    fields: Field
    """(N, N, 5): see :mod:`rotoscope.scenes.relief`."""
    grain: Field
    """(N, N): noise of a few texels, mean 0, standard deviation 1."""
    bare: Field
    """(N, N): height of the ground without trees, metres."""
    inland: Field
    """(N, N): metres from the shore, negative in the sea."""

    def part(self, rows: slice) -> Patch:
        """Some of its rows."""
        return Patch(
            self.texel,
            self.x,
            self.y[rows],
            self.fields[rows],
            self.grain[rows],
            self.bare[rows],
            self.inland[rows],
        )


def steepness(height: Field, texel: float) -> tuple[Field, Field]:
    """Slopes along x and y, (N, N) each: metres a metre."""
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=1, scale=0.5 / texel)
    towards = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=1, scale=0.5 / texel)
    return np.asarray(across, np.float32), np.asarray(towards, np.float32)


def wooded(patch: Patch, slope: Field) -> Field:
    """How likely a tree stands there, (N, N) in 0..1."""
    wet = smoothstep(-0.15, 0.35, patch.fields[..., MOISTURE] + 0.10)
    wet *= smoothstep(1.15, 0.7, slope) * smoothstep(22.0, 60.0, patch.inland)
    return np.maximum(wet, np.float32(0.015) * (patch.inland > 25.0)) * smoothstep(
        TREELINE, TREELINE - 160.0, patch.bare
    )


@dataclass(frozen=True)
class Plants:
    """What grows on a patch, as maps (N, N) float32."""

    canopy: Field
    """Metres above the bare ground."""
    crown: Field
    """Position on the crown: 1 at the top, 0 at its rim and between plants."""
    hue: Field
    """A random number for each plant, in 0..1."""

    def part(self, rows: slice) -> Plants:
        """Some rows."""
        return Plants(self.canopy[rows], self.crown[rows], self.hue[rows])


def scatter(patch: Patch, likely: Field, *, spacing: float, seed: int) -> tuple[Field, Field, Field] | None:
    """Set one plant a cell, here and there.

    Args:
        patch: where.
        likely: (N, N) chance of a plant.
        spacing: metres a cell.
        seed: which plants; place, vigour and hue depend on this and the cell alone.

    Returns:
        Three (N, N) maps: metres to the nearest plant, its vigour and its hue (0..1); None if nothing grows.
    """
    size = patch.bare.shape[0]
    first = [int(np.floor(axis.min() / spacing)) for axis in (patch.x, patch.y)]
    count = int(np.ceil(size * patch.texel / spacing)) + 1
    column, row = np.meshgrid(np.arange(count) + first[0], np.arange(count) + first[1])
    x = (column + hashed(column, row, seed=seed)) * spacing
    y = (row + hashed(column, row, seed=seed + 1)) * spacing
    texel_x = np.rint((x - patch.x.min()) / patch.texel).astype(np.int64)
    texel_y = np.rint((y - patch.y.min()) / patch.texel).astype(np.int64)
    inside = (texel_x >= 0) & (texel_x < size) & (texel_y >= 0) & (texel_y < size)
    chance = likely[np.clip(texel_y, 0, size - 1), np.clip(texel_x, 0, size - 1)]
    grows = inside & (hashed(column, row, seed=seed + 2) < chance)
    if not grows.any():
        return None
    texel_x, texel_y = texel_x[grows], texel_y[grows]
    free = np.ones((size, size), np.uint8)
    free[texel_y, texel_x] = 0
    found = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    distance, nearest = np.asarray(found[0], np.float32), np.asarray(found[1], np.int64)
    traits = np.zeros((2, int(nearest.max()) + 1), np.float32)
    for number in range(2):
        traits[number, nearest[texel_y, texel_x]] = hashed(column, row, seed=seed + 3 + number)[grows]
    return distance * np.float32(patch.texel), traits[0][nearest], traits[1][nearest]


def plant(patch: Patch, likely: Field, slope: Field, *, seed: int) -> Plants:
    """Trees where ``likely`` says, and bushes on the meadows between them."""
    rough = patch.grain * np.float32(0.13 * min(1.0, 0.6 / patch.texel))
    zero = np.zeros_like(patch.bare)
    canopy, crown, hue = zero, zero, zero
    if patch.texel <= 1.0:
        meadow = np.where((patch.inland > 14.0) & (slope < 0.9), np.float32(0.55), np.float32(0.0))
        meadow *= 0.45 + 0.55 * smoothstep(-0.5, 0.3, patch.fields[..., MOISTURE])
        bushes = scatter(patch, meadow, spacing=2.6, seed=seed + 10)
        if bushes is not None:
            out = bushes[0] / (0.35 + 1.15 * bushes[1] ** 2) + rough
            crown, hue = np.clip(1.0 - out, 0.0, 1.0), 0.4 * bushes[2]
            canopy = (0.4 + 1.5 * bushes[1] ** 2) * np.sqrt(np.clip(1.0 - out * out, 0.0, 1.0))
    trees = scatter(patch, likely, spacing=TREE_SPACING, seed=seed)
    if trees is not None:
        vigour = trees[1]
        out = trees[0] / (2.1 + 2.2 * vigour) + rough * 0.9
        conifer = trees[2] > 0.45
        top = np.clip(1.0 - out, 0.0, 1.0)
        # Branches in whorls step a conifer's cone; a broad crown is a lumpy dome.
        cone = top + 0.035 * np.sin(top * np.float32(38.0)) * (top > 0.02)
        dome = np.sqrt(np.clip(1.0 - out * out, 0.0, 1.0)) * (1.0 + 0.8 * rough)
        tall = np.where(conifer, (7.0 + 9.0 * vigour) * cone, (5.0 + 5.0 * vigour) * dome)
        tree = tall > canopy
        canopy, crown, hue = (
            np.where(tree, tall, canopy),
            np.where(tree, top, crown),
            np.where(tree, trees[2], hue),
        )
    return Plants(np.maximum(canopy, 0.0), crown, hue)


def blanket(patch: Patch, likely: Field) -> Plants:
    """As :func:`plant`, for maps too coarse to show single trees: a rough green cover."""
    canopy = 9.0 * likely * (likely > 0.2) * np.clip(1.0 + 0.25 * patch.grain, 0.0, None)
    return Plants(canopy, 0.45 + 0.15 * patch.grain, 0.5 + 0.25 * patch.grain)


def albedo(patch: Patch, slope: Field, plants: Plants) -> tuple[Field, Field]:
    """Color of the ground and of what grows on it.

    Returns:
        (N, N, 3) linear RGB reflectance, and (N, N) the share of it that is bare rock, 0..1.
    """
    wet = patch.fields[..., MOISTURE]
    relief, grain, height = patch.fields[..., RELIEF], patch.grain, patch.bare
    fine = min(1.0, 1.2 / patch.texel**0.5)

    meadow = smoothstep(-0.75, 0.40, wet + 0.30 * patch.fields[..., CRAG] + 0.22 * grain * fine)
    color = _mix(_rgb(0.235, 0.200, 0.095), _rgb(0.085, 0.125, 0.036), meadow)
    color = _mix(color, _rgb(0.165, 0.165, 0.062), 0.6 * smoothstep(0.1, 0.9, grain + 1.4 * relief))
    color = _mix(color, _rgb(0.20, 0.165, 0.115), 0.8 * smoothstep(250.0, 520.0, height + 90.0 * relief))
    color *= (1.0 + 0.26 * fine * grain)[..., None]

    path = np.abs(patch.inland - 58.0 - 9.0 * np.sin(patch.x / 31.0 + patch.y / 47.0))
    color = _mix(color, _rgb(0.46, 0.38, 0.27), smoothstep(2.4, 1.4, path) * (slope < 0.6))

    crag = patch.fields[..., CRAG]
    layers = 0.6 * np.sin(height * 1.7 + 1.6 * crag) + 0.4 * np.sin(height * 0.43 + 3.0 * wet + 0.8 * crag)
    rock = _mix(
        _rgb(0.125, 0.105, 0.088), _rgb(0.345, 0.300, 0.240), 0.5 + 0.34 * layers + 0.16 * crag + 0.14 * grain
    )
    bare = smoothstep(0.52, 0.86, slope + 0.10 * grain * fine + 0.18 * relief)
    bare = np.maximum(bare, smoothstep(10.0, 3.0, patch.inland) * smoothstep(0.22, 0.4, slope))
    color = _mix(color, rock, bare)

    shore = smoothstep(2.6, 1.4, height + 0.15 * grain) * smoothstep(0.5, 0.25, slope)
    sand = _rgb(0.56, 0.46, 0.32) * (1.0 + 0.05 * grain)[..., None]
    color = _mix(color, sand, shore)
    color *= (1.0 - 0.42 * smoothstep(0.75, 0.15, height))[..., None]  # wet from the last wave

    leaves = _mix(
        _rgb(0.052, 0.078, 0.022), _rgb(0.115, 0.128, 0.034), np.clip(plants.hue * 1.1 + 0.1 * grain, 0, 1)
    )
    leaves = _mix(leaves, _rgb(0.025, 0.050, 0.024), smoothstep(0.40, 0.50, plants.hue))
    leaves *= (0.45 + 0.75 * plants.crown + 0.12 * grain * fine)[..., None]
    green = smoothstep(0.15, 0.7, plants.canopy)
    color = _mix(color, leaves, green)

    snow = smoothstep(640.0, 860.0, height + 130.0 * relief + 12.0 * grain) * smoothstep(1.15, 0.75, slope)
    stone = np.clip(bare, 0.0, 1.0) * (1.0 - np.clip(shore, 0.0, 1.0)) * (1.0 - green) * (1.0 - 0.8 * snow)
    return np.clip(_mix(color, _rgb(0.80, 0.82, 0.86), snow), 0.004, 0.95), stone


def sea_color(patch: Patch) -> Field:
    """Radiance that comes up out of sunlit water, (N, N, 3): sand shows through where it is shallow."""
    depth = np.clip(-patch.bare, 0.0, None)[..., None]
    ripple = (1.0 + 0.10 * patch.grain)[..., None]
    weed = smoothstep(-0.1, 0.5, patch.fields[..., MOISTURE] + 0.3 * patch.fields[..., RELIEF])
    floor = _mix(_rgb(0.50, 0.44, 0.32), _rgb(0.10, 0.105, 0.06), weed) * ripple * 1.35
    through = np.exp(-depth * np.array([0.62, 0.17, 0.14], np.float32))
    return floor * through + np.array([0.006, 0.060, 0.100], np.float32) * (1.0 - through**0.35)


def cast_shadows(height: Field, texel: float, *, slopes: tuple[float, ...], beyond: Field | None) -> Field:
    """Heights up to which the air is in shadow, for several heights of the sun.

    As rows go towards the sun, one running maximum a column does it: a ridge at row j shades row i < j up
    to ``height[j] - (j - i) * texel * slope``.

    Args:
        height: (N, N) metres.
        texel: metres a texel.
        slopes: tangents of the sun's elevation (several: the penumbra).
        beyond: (len(slopes), N): the same result for the row that borders on the last; None: lit.

    Returns:
        (len(slopes), N, N) float32; at least ``height``.
    """
    size = height.shape[0]
    result = np.empty((len(slopes), size, size), np.float32)
    for number, slope in enumerate(slopes):
        fall = (np.arange(size, dtype=np.float32) * np.float32(texel * slope))[:, None]
        lifted = height - fall
        if beyond is not None:
            lifted[-1] = np.maximum(lifted[-1], beyond[number] - fall[-1])
        result[number] = running_maximum(lifted[::-1])[::-1] + fall
    return result


def hollowness(height: Field, texel: float) -> Field:
    """How much higher the surroundings are, (N, N): 0 on a plain, 1 in a pit, negative on a ridge."""
    hollow = np.zeros_like(height)
    for radius in (1.5, 6.0):
        around = blurred(height, radius)
        hollow += np.clip((around - height) / np.float32(radius * texel), -0.6, 1.5)
    return hollow


def lit(color: Field, sun: Field, slopes: tuple[Field, Field], hollow: Field, *, sun_slope: float) -> Field:
    """Light a surface.

    Args:
        color: (H, W, 3) reflectance.
        sun: (H, W) share of the sun that is seen.
        slopes: of the surface along x and y, (H, W) each.
        hollow: (H, W) from :func:`hollowness`.
        sun_slope: tangent of the sun's elevation.

    Returns:
        Radiance, (H, W, 3).
    """
    across, towards = slopes
    length = np.sqrt(1.0 + across * across + towards * towards)
    up, ahead = (np.float32(part / np.hypot(1.0, sun_slope)) for part in (sun_slope, 1.0))
    facing = np.clip((up - ahead * towards) / length, 0.0, 1.0)
    open_sky = np.clip(0.86 - 0.42 * hollow, 0.25, 1.05) * (0.6 + 0.4 / length)
    light = (sun * facing)[..., None] * SUN_COLOR + open_sky[..., None] * SKY_COLOR
    return color * (light + np.float32(0.05) * SUN_COLOR * color)


def _rgb(red: float, green: float, blue: float) -> Field:
    return np.array([red, green, blue], np.float32)


def _mix(below: Field, above: Field, share: Field) -> Field:
    return below + (above - below) * np.clip(share, 0.0, 1.0)[..., None]
