"""A drone's flight along a coast that does not exist, with the exact motion of everything in it.

The clip is made for demonstrations, and as ground truth: its depth, optical flow and occlusion masks are
computed from geometry, not estimated. Frames are made in any order and always come out the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.scenes import actors
from rotoscope.scenes.camera import Camera, FlightPath
from rotoscope.scenes.noise import Field, sampled
from rotoscope.scenes.scene import HEADING, Scene
from rotoscope.scenes.shading import Layer, Painter, columns_of, film_grain, filmic
from rotoscope.scenes.tracing import Hits, Profiles

SAMPLES = ((-0.45, -0.28), (0.47, -0.25), (-0.02, 0.53))
"""Where a pixel's color is sampled besides its middle: columns and rows from there."""
STRIP_SAMPLES = 30000
"""Samples worked on at a time: their arrays fit into a processor's cache."""
SMALLEST_SIZE, LARGEST_SIZE = 16, 4096
LONGEST_SECONDS = 60
"""The scene is laid out around the path; farther on it would be coarse."""
TOLERANCE = 0.004
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
    """How many frames; a minute at most. The land is finest around the middle of the path, so flights
    of another length pass over land of the same shape with other small detail."""
    seed: int = 2016
    """Which coast, clouds and waves; 0 or more."""
    grain: float = 0.0
    """Film grain: standard deviation in 8-bit steps, 0 to 20. Flow is that of the scene, not of the film."""
    moving_water: bool = True
    """Let waves, glitter and foam move. Flow is that of the level sea either way (the water stays, the light
    on it moves); False holds the waves still, so that only what mirrors in them changes."""

    def __post_init__(self) -> None:
        width, height = self.frame_size
        if not (SMALLEST_SIZE <= width <= LARGEST_SIZE and SMALLEST_SIZE <= height <= LARGEST_SIZE):
            raise InvalidOptions(
                f"A flight cannot be rendered at {width}x{height}: width and height may be "
                f"{SMALLEST_SIZE} to {LARGEST_SIZE} pixels each. Choose a frame size within that range."
            )
        if self.frame_rate <= 0:
            raise InvalidOptions(
                f"A flight cannot have {self.frame_rate} frames a second: the rate must be above 0. "
                "Choose a rate such as 24 or 30000/1001."
            )
        if not 1 <= self.frame_count <= LONGEST_SECONDS * self.frame_rate:
            raise InvalidOptions(
                f"A flight cannot have {self.frame_count} frames at {self.frame_rate} a second: it may have "
                f"1 to {int(LONGEST_SECONDS * self.frame_rate)}, which is {LONGEST_SECONDS} seconds. "
                "Choose a number in that range."
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
    """(H, W) float32: metres along the optical axis to what a pixel's middle shows; infinity for sky."""
    backward_flow: Field | None
    """(H, W, 2) float32, pixels: x (to the right) then y (down), *position in the frame before minus
    position here*. So ``previous[y + flow[y, x, 1], x + flow[y, x, 0]]`` shows what this frame shows at
    ``[y, x]`` where ``occlusion`` is False. Exact for land, sky (infinitely far: the camera's turning
    alone), boat and birds; for the sea it is that of its still surface. None for the first frame."""
    occlusion: NDArray[np.bool_]
    """(H, W): True where that point was not to be seen in the frame before: hidden behind something, or
    outside the frame. All True for the first frame."""


@dataclass(frozen=True)
class _Geometry:
    hits: Hits
    sighting: actors.Sighting
    depth: Field


class Flight:
    """A scene and the camera that flies through it.

    Making one takes seconds (the land is shaped, planted and lit); rendering then is quick. Frames can be
    asked for in any order. Not for use from several threads at once.
    """

    def __init__(self, options: FlightOptions, *, scene: Scene | None = None) -> None:
        """Set out.

        Args:
            options: what to render.
            scene: of another flight with the same seed, to save the time of making it again. It is as fine as
                that flight needed it.
        """
        self.options = options
        """What is rendered."""
        self._path = FlightPath(
            duration_seconds=float(options.frame_count / options.frame_rate), heading=HEADING
        )
        self.scene = scene or self._new_scene()
        """What is flown over."""
        self._recent: dict[int, tuple[Profiles, _Geometry]] = {}

    def _new_scene(self) -> Scene:
        track = self._path.track.mean(axis=0)
        # Half a map ahead of the path's middle: there the finest ground is looked at from closest.
        middle = (float(track[0] + 260.0 * np.sin(HEADING)), float(track[1] + 260.0 * np.cos(HEADING)))
        finest = 0.25 * 2.0 ** round(float(np.log2(1280.0 / max(self.options.frame_size))))
        return Scene(
            seed=self.options.seed,
            finest_texel=min(max(finest, 0.25), 4.0),
            middle=middle,
            sky_density=min(max(self.camera(0).focal, 200.0), 800.0),
        )

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
            other: the frame to find them in: ``index - 1`` for backward flow, ``index + 1`` for forward flow.

        Returns:
            Flow (H, W, 2) float32, position in ``other`` minus position in ``index``; and (H, W) bool, True
            where the point is not to be seen in ``other``. See :class:`FlightFrame`.
        """
        self._check(index)
        self._check(other)
        profiles, there = self._geometry(other)
        _, here = self._geometry(index)
        x, y, z = self._moved(here, index, other)
        column, row, depth = self.camera(other).project(x, y, z)
        flow = np.stack([column - _columns(column.shape), row - _rows(row.shape)], axis=-1)
        width, height = self.options.frame_size
        outside = (
            (column < -0.5) | (column > width - 0.5) | (row < -0.5) | (row > height - 0.5) | (depth <= 0.0)
        )
        # Not the depth of the nearest pixel but of the very ray: at the edge of a hill they differ.
        met = np.concatenate([profiles.trace(column[rows], row[rows]).depth for rows in self._strips()])
        met = np.minimum(met, sampled(there.sighting.depth, column, row, nearest=True))
        own = np.where(np.isinf(here.depth), np.float32(np.inf), depth)
        # Two depths within half a pixel of level ground are one surface: seen flat, that is many metres.
        camera = self.camera(other)
        half_pixel = depth * np.float32(0.5 / (camera.focal * camera.position[2]))
        return flow, outside | (met < own * (1.0 - np.maximum(half_pixel, np.float32(TOLERANCE))))

    def _moved(self, here: _Geometry, index: int, other: int) -> tuple[Field, Field, Field]:
        """Points of a frame relative to the lens of another, at that one's time; directions for sky."""
        shift = self.camera(index).position - self.camera(other).position
        solid = np.isfinite(here.hits.depth)
        x, y, z = (
            axis + solid * np.float32(offset)
            for axis, offset in zip((here.hits.x, here.hits.y, here.hits.z), shift, strict=True)
        )
        seen = here.sighting.triangle >= 0
        if seen.any():
            then = actors.points(self.scene.actors.triangles(self._seconds(other)), here.sighting)
            x[seen], y[seen], z[seen] = (then - self.camera(other).position).astype(np.float32).T
        return x, y, z

    def _geometry(self, index: int) -> tuple[Profiles, _Geometry]:
        """What the middles of a frame's pixels show; the last two frames are kept."""
        if index not in self._recent:
            camera = self.camera(index)
            profiles = Profiles(self.scene.terrain, camera)
            triangles = self.scene.actors.triangles(self._seconds(index))
            width, height = self.options.frame_size
            column, row = _columns((height, width)), _rows((height, width))
            hits = Hits.stacked([profiles.trace(column[rows], row[rows]) for rows in self._strips()])
            sighting = actors.Stage(camera, triangles).look(column, row)
            sighting = sighting.in_front_of(hits.depth)
            geometry = _Geometry(hits, sighting, np.minimum(hits.depth, sighting.depth))
            while len(self._recent) > 1:
                del self._recent[next(iter(self._recent))]
            self._recent[index] = (profiles, geometry)
        # Last used, last to go.
        self._recent[index] = found = self._recent.pop(index)
        return found

    def _pixels(self, index: int) -> NDArray[np.uint8]:
        camera, seconds = self.camera(index), self._seconds(index)
        profiles, geometry = self._geometry(index)
        triangles = self.scene.actors.triangles(seconds)
        sea = self.scene.sea.at(
            seconds if self.options.moving_water else 0.0, self.scene.actors.boat_frame(seconds)
        )
        colors = self.scene.actors.colors(triangles, camera)
        painter = Painter(self.scene, sea, camera, colors)
        stage = actors.Stage(camera, triangles)
        width, height = self.options.frame_size
        column, row = _columns((height, width)), _rows((height, width))
        survey = painter.survey(geometry.hits, stage)
        strips: list[NDArray[np.uint8]] = []
        for rows in self._strips():
            middle, nearby = geometry.hits.part((rows, slice(None))), survey.part(rows)
            layer = painter.prepare(middle, nearby)
            light = painter.paint(middle, stage.look(column[rows], row[rows]), layer)
            box = columns_of(nearby.busy)
            if box is not None:
                places = column[rows][box], row[rows][box]
                light[box] += _more_samples(painter, profiles, stage, layer.part(box[1]), places)
                light[box] *= np.float32(1.0 / (1 + len(SAMPLES)))
            strips.append(filmic(light))
        pixels = np.concatenate(strips)
        if self.options.grain > 0.0:
            generator = np.random.default_rng([self.options.seed, 7, index])
            pixels = film_grain(pixels, strength=self.options.grain, generator=generator)
        return pixels

    def _strips(self) -> list[slice]:
        """Rows of the frame, some at a time."""
        width, height = self.options.frame_size
        rows = max(2, STRIP_SAMPLES // width)
        return [slice(top, top + rows) for top in range(0, height, rows)]

    def _seconds(self, index: int) -> float:
        return float(index / self.options.frame_rate)

    def _check(self, index: int) -> None:
        if not 0 <= index < self.options.frame_count:
            raise InvalidOptions(
                f"There is no frame {index} in this flight: it has frames 0 to "
                f"{self.options.frame_count - 1}. Ask for one of those, or render a longer flight."
            )


def _columns(shape: tuple[int, ...]) -> Field:
    return np.broadcast_to(np.arange(shape[1], dtype=np.float32)[None, :], shape)


def _rows(shape: tuple[int, ...]) -> Field:
    return np.broadcast_to(np.arange(shape[0], dtype=np.float32)[:, None], shape)


def _more_samples(
    painter: Painter, profiles: Profiles, stage: actors.Stage, layer: Layer, places: tuple[Field, Field]
) -> Field:
    """The sum of ``SAMPLES`` around the middles of some pixels: radiance, (H, W, 3)."""
    total = np.zeros((*places[0].shape, 3), np.float32)
    for aside, below in SAMPLES:
        at = places[0] + np.float32(aside), places[1] + np.float32(below)
        total += painter.paint(profiles.trace(*at), stage.look(*at), layer)
    return total
