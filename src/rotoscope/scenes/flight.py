"""A drone's flight along a coast that does not exist, with the exact motion of everything in it.

The clip is made for demonstrations, and as ground truth: its depth, optical flow and occlusion masks are
computed from geometry, not estimated. Frames are made in any order and always come out the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.scenes import actors
from rotoscope.scenes.camera import Camera, FlightPath
from rotoscope.scenes.noise import Field
from rotoscope.scenes.shading import Painter, film_grain, filmic
from rotoscope.scenes.sky import Sky
from rotoscope.scenes.terrain import Terrain
from rotoscope.scenes.tracing import Hits, Profiles
from rotoscope.scenes.water import SeaState

HEADING = float(np.radians(-58.0))
"""Mean direction of flight, radians clockwise from the sun: it stands ahead to the right."""
SUN_ELEVATION = float(np.radians(24.0))
SAMPLES = ((-0.25, -0.25), (0.25, 0.25))
"""Where a pixel's color is sampled, columns and rows from its middle."""
STRIP_SAMPLES = 40000
"""Samples worked on at a time: their arrays fit into a processor's cache."""
SMALLEST_SIZE, LARGEST_SIZE = 16, 4096
LONGEST_SECONDS = 60
"""The scene is laid out around the path; farther on it would be coarse."""
TOLERANCE = 0.01
"""Relative difference of depth above which two points are not the same surface."""


@dataclass(frozen=True, slots=True)
class FlightOptions:
    """What to render.

    Raises:
        InvalidOptions: a value is outside its range.
    """

    frame_size: tuple[int, int] = (1280, 720)
    """(width, height) in pixels, 16 to 4096 each; odd sizes too. The longer side sees 62 degrees."""
    frame_rate: Fraction = Fraction(24)
    """Frames a second."""
    frame_count: int = 96
    """How many frames; a minute at most."""
    seed: int = 2016
    """Which coast, clouds and waves; 0 or more."""
    grain: float = 0.0
    """Film grain: standard deviation in 8-bit steps, 0 to 20. It belongs to the film, not to the scene: flow is
    that of the scene."""
    moving_water: bool = True
    """Let waves, glitter and foam move. Flow is that of the still water surface either way (the water's body does not
    move, light on it does); False holds the waves still, and only what mirrors in them changes with the view."""

    def __post_init__(self) -> None:
        width, height = self.frame_size
        if not (SMALLEST_SIZE <= width <= LARGEST_SIZE and SMALLEST_SIZE <= height <= LARGEST_SIZE):
            raise InvalidOptions(
                f"A flight cannot be rendered at {width}x{height}: width and height may be {SMALLEST_SIZE} to "
                f"{LARGEST_SIZE} pixels each. Choose a frame size within that range."
            )
        if self.frame_rate <= 0:
            raise InvalidOptions(
                f"A flight cannot have {self.frame_rate} frames a second: the rate must be above 0. "
                "Choose a rate such as 24 or 30000/1001."
            )
        if not 1 <= self.frame_count <= LONGEST_SECONDS * self.frame_rate:
            raise InvalidOptions(
                f"A flight cannot have {self.frame_count} frames at {self.frame_rate} a second: it may have 1 to "
                f"{int(LONGEST_SECONDS * self.frame_rate)}, which is {LONGEST_SECONDS} seconds. Choose fewer."
            )
        if self.seed < 0:
            raise InvalidOptions(
                f"A flight's seed cannot be {self.seed}: it may be 0 or any larger whole number."
            )
        if not 0.0 <= self.grain <= 20.0:
            raise InvalidOptions(
                f"A flight's film grain cannot be {self.grain}: it may be 0 (none) to 20 eight-bit steps; "
                "2 looks like a good film."
            )


@dataclass(frozen=True, slots=True)
class FlightFrame:
    """One frame and its truth."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) sRGB."""
    depth: Field
    """(H, W) float32: metres along the optical axis to what the middle of the pixel shows; infinity for sky."""
    backward_flow: Field | None
    """(H, W, 2) float32, pixels: x (to the right) then y (down), *position in the frame before minus position
    here*. So ``previous[y + flow[y, x, 1], x + flow[y, x, 0]]`` shows what this frame shows at ``[y, x]``, where
    ``occlusion`` is False. Exact for land, sky (infinitely far: the camera's turning alone), boat and birds; for the sea
    it is that of its still surface. None for the first frame."""
    occlusion: NDArray[np.bool_]
    """(H, W): True where that point was not to be seen in the frame before: hidden behind something, or outside
    the frame. All True for the first frame."""


@dataclass(frozen=True)
class _Geometry:
    hits: Hits
    sighting: actors.Sighting
    depth: Field


class Flight:
    """A scene and the camera that flies through it.

    Making one takes seconds (the land is shaped, planted and lit); rendering then is quick. Frames can be asked for
    in any order. Not for use from several threads at once.
    """

    def __init__(self, options: FlightOptions) -> None:
        self.options = options
        """What is rendered."""
        self._path = FlightPath(
            duration_seconds=float(options.frame_count / options.frame_rate), heading=HEADING
        )
        sun = (0.0, float(np.cos(SUN_ELEVATION)), float(np.sin(SUN_ELEVATION)))
        track = self._path.track.mean(axis=0)
        # Half a map ahead of the path's middle: there the finest ground is looked at from closest.
        middle = (float(track[0] + 260.0 * np.sin(HEADING)), float(track[1] + 260.0 * np.cos(HEADING)))
        finest = 0.25 * 2.0 ** round(float(np.log2(1280.0 / max(options.frame_size))))
        self._terrain = Terrain(
            seed=options.seed,
            finest_texel=min(max(finest, 0.25), 4.0),
            middle=middle,
            heading=HEADING,
            sun_slope=float(np.tan(SUN_ELEVATION)),
        )
        self._sky = Sky(seed=options.seed, heading=HEADING, sun=sun)
        self._sea = SeaState(seed=options.seed, wind=HEADING + 2.6, sun=sun)
        self._actors = actors.Actors(seed=options.seed, heading=HEADING, sun=sun)
        self._recent: dict[int, tuple[Profiles, _Geometry]] = {}

    def camera(self, index: int) -> Camera:
        """The camera of a frame."""
        self._check(index)
        return self._path.camera(self._seconds(index), frame_size=self.options.frame_size)

    def render(self, index: int) -> FlightFrame:
        """One frame with its truth.

        Args:
            index: 0 to ``frame_count - 1``.

        Raises:
            InvalidOptions: there is no such frame.
        """
        self._check(index)
        pixels = self._pixels(index)
        depth = self._geometry(index)[1].depth
        if index == 0:
            return FlightFrame(pixels, depth.copy(), None, np.ones(depth.shape, bool))
        flow, occlusion = self.motion(index, index - 1)
        return FlightFrame(pixels, depth.copy(), flow, occlusion)

    def motion(self, index: int, other: int) -> tuple[Field, NDArray[np.bool_]]:
        """Where the points that one frame shows are in any other frame.

        Args:
            index: the frame whose pixels are asked about.
            other: the frame they are looked for in: ``index - 1`` for backward flow, ``index + 1`` for forward flow.

        Returns:
            Flow (H, W, 2), position in ``other`` minus position in ``index``; and (H, W) bool, True where the point is
            not to be seen in ``other``. See :class:`FlightFrame`.
        """
        self._check(index)
        self._check(other)
        _, there = self._geometry(other)
        profiles, here = self._geometry(index)
        x, y, z = self._moved(here, index, other)
        column, row, depth = self.camera(other).project(x, y, z)
        flow = np.stack([column - _columns(column.shape), row - _rows(row.shape)], axis=-1)
        del profiles
        width, height = self.options.frame_size
        outside = (
            (column < -0.5) | (column > width - 0.5) | (row < -0.5) | (row > height - 0.5) | (depth <= 0.0)
        )
        # One over depth is linear across the picture of a plane: interpolating it does not bend the ground.
        nearness = cv2.remap(
            1.0 / there.depth, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        own = np.where(np.isinf(here.depth), np.float32(0.0), 1.0 / np.maximum(depth, np.float32(1e-3)))
        hidden = nearness > own * np.float32(1.0 + TOLERANCE) + np.float32(2e-6)
        return flow, outside | hidden

    def _moved(self, here: _Geometry, index: int, other: int) -> tuple[Field, Field, Field]:
        """Points of a frame relative to the lens of another frame, at that frame's time; directions for sky."""
        shift = self.camera(index).position - self.camera(other).position
        solid = np.isfinite(here.hits.depth)
        x, y, z = (
            axis + solid * np.float32(offset)
            for axis, offset in zip((here.hits.x, here.hits.y, here.hits.z), shift, strict=True)
        )
        seen = here.sighting.triangle >= 0
        if seen.any():
            then = actors.points(self._actors.triangles(self._seconds(other)), here.sighting)
            x[seen], y[seen], z[seen] = (then - self.camera(other).position).astype(np.float32).T
        return x, y, z

    def _geometry(self, index: int) -> tuple[Profiles, _Geometry]:
        """What the middles of a frame's pixels show; the last two frames are kept."""
        if index not in self._recent:
            camera = self.camera(index)
            profiles = Profiles(self._terrain, camera)
            triangles = self._actors.triangles(self._seconds(index))
            width, height = self.options.frame_size
            blocks = [profiles.trace(column, row) for column, row in self._strips()]
            hits = Hits.stacked(blocks)
            sighting = actors.look(camera, triangles, _columns((height, width)), _rows((height, width)))
            sighting = sighting.in_front_of(hits.depth)
            geometry = _Geometry(hits, sighting, np.minimum(hits.depth, sighting.depth))
            while len(self._recent) > 1:
                del self._recent[next(iter(self._recent))]
            self._recent[index] = (profiles, geometry)
        return self._recent[index]

    def _pixels(self, index: int) -> NDArray[np.uint8]:
        camera, seconds = self.camera(index), self._seconds(index)
        profiles, _ = self._geometry(index)
        triangles = self._actors.triangles(seconds)
        sea = self._sea.at(seconds if self.options.moving_water else 0.0, self._actors.boat_frame(seconds))
        painter = Painter(self._terrain, self._sky, sea, camera, self._actors.colors(triangles, camera))
        strips: list[NDArray[np.uint8]] = []
        for column, row in self._strips():
            total = np.zeros((*column.shape, 3), np.float32)
            for aside, down in SAMPLES:
                at = column + np.float32(aside), row + np.float32(down)
                total += painter.paint(profiles.trace(*at), actors.look(camera, triangles, *at))
            strips.append(filmic(total * np.float32(1.0 / len(SAMPLES))))
        pixels = np.concatenate(strips)
        if self.options.grain > 0.0:
            generator = np.random.default_rng([self.options.seed, 7, index])
            pixels = film_grain(pixels, strength=self.options.grain, generator=generator)
        return pixels

    def _strips(self) -> list[tuple[Field, Field]]:
        """Pixel coordinates of the frame, some rows at a time."""
        width, height = self.options.frame_size
        rows = max(2, STRIP_SAMPLES // width)
        column, row = _columns((height, width)), _rows((height, width))
        return [(column[top : top + rows], row[top : top + rows]) for top in range(0, height, rows)]

    def _seconds(self, index: int) -> float:
        return float(index / self.options.frame_rate)

    def _check(self, index: int) -> None:
        if not 0 <= index < self.options.frame_count:
            raise InvalidOptions(
                f"There is no frame {index} in this flight: it has frames 0 to {self.options.frame_count - 1}. "
                "Ask for one of those, or render a longer flight."
            )


def _columns(shape: tuple[int, ...]) -> Field:
    return np.broadcast_to(np.arange(shape[1], dtype=np.float32)[None, :], shape)


def _rows(shape: tuple[int, ...]) -> Field:
    return np.broadcast_to(np.arange(shape[0], dtype=np.float32)[:, None], shape)
