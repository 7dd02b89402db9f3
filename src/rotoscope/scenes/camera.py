"""A camera, and the path it flies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rotoscope.scenes.noise import Field

FIELD_OF_VIEW = np.radians(62.0)
"""Angle across the frame's longer side, as of a small drone's wide lens."""
SPEED = 14.0
"""Metres a second."""
ALTITUDE = 105.0
"""Metres above the sea, about which the flight rises and sinks."""
GRAVITY = 9.81


@dataclass(frozen=True)
class Camera:
    """A pinhole camera in the world (metres; x and y level, z up)."""

    position: NDArray[np.float64]
    """(3,) world coordinates of the lens."""
    axes: NDArray[np.float64]
    """(3, 3): the world directions of right, down and forward, one a row. Orthonormal."""
    focal: float
    """Focal length in pixels."""
    frame_size: tuple[int, int]
    """(width, height) in pixels. The optical axis meets the middle of the frame."""

    @property
    def centre(self) -> tuple[float, float]:
        """Pixel coordinates (column, row) of the optical axis; (0, 0) is the middle of the first pixel."""
        return (self.frame_size[0] - 1) / 2.0, (self.frame_size[1] - 1) / 2.0

    def rays(self, column: Field, row: Field) -> tuple[Field, Field, Field]:
        """World directions of pixels, as x, y and z; scaled so that one step is one metre of depth."""
        across = (column - np.float32(self.centre[0])) / np.float32(self.focal)
        down = (row - np.float32(self.centre[1])) / np.float32(self.focal)
        axes = self.axes.astype(np.float32)
        x, y, z = (axes[0, i] * across + (axes[1, i] * down + axes[2, i]) for i in range(3))
        return x, y, z

    def project(self, x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
        """Column, row and depth of points given *relative to the lens* (world directions, metres).

        Points at infinity may be given as directions; their depth means nothing then. Points behind the
        lens come back far outside the frame.
        """
        axes = self.axes.astype(np.float32)
        right, down, depth = (axes[i, 0] * x + axes[i, 1] * y + axes[i, 2] * z for i in range(3))
        scale = np.float32(self.focal) / np.where(depth > 1e-3, depth, np.float32(1e-3))
        column, row = self.centre
        return right * scale + np.float32(column), down * scale + np.float32(row), depth


class FlightPath:
    """Where the camera is, second by second: forward, swinging right and left, rising and sinking."""

    STEP = 1.0 / 120.0

    def __init__(self, *, duration_seconds: float, heading: float) -> None:
        """Lay out the path.

        Args:
            duration_seconds: how long it must reach.
            heading: mean direction, radians clockwise from +y.
        """
        self._heading = heading
        times = np.arange(int(np.ceil(duration_seconds / self.STEP)) + 2) * self.STEP
        turned = self.heading(times)
        steps = np.stack([np.sin(turned), np.cos(turned)], axis=1) * (SPEED * self.STEP)
        self._times = times
        self._track = np.concatenate([np.zeros((1, 2)), np.cumsum((steps[1:] + steps[:-1]) / 2.0, axis=0)])

    def heading(self, seconds: Field) -> Field:
        """Direction of flight, radians clockwise from +y."""
        return self._heading - np.radians(12.0) * np.cos(2.0 * np.pi * (seconds + 0.6) / 15.0)

    @property
    def track(self) -> NDArray[np.float64]:
        """(N, 2): world x and y all along the path, evenly in time."""
        return self._track

    def camera(self, seconds: float, *, frame_size: tuple[int, int]) -> Camera:
        """The camera at a time."""
        ahead, behind = self.heading(np.array([seconds + 0.05, seconds - 0.05]))
        turn = (ahead - behind) / 0.1
        wave = np.sin(2.0 * np.pi * seconds / np.array([11.0, 8.3, 0.83, 0.51, 0.67]) + np.arange(5))
        heading = float(self.heading(np.array(seconds))) + np.radians(0.035) * float(wave[2])
        pitch = np.radians(-12.5 + 0.9 * wave[1] + 0.03 * wave[3])
        # A coordinated turn leans by atan(v w / g); the gimbal takes up a part of it.
        roll = 0.9 * np.arctan2(SPEED * turn, GRAVITY) + np.radians(0.03) * float(wave[4])
        level = np.array([np.cos(heading), -np.sin(heading), 0.0])
        forward = np.array([np.sin(heading) * np.cos(pitch), np.cos(heading) * np.cos(pitch), np.sin(pitch)])
        down = np.cross(forward, level)
        right = np.cos(roll) * level + np.sin(roll) * down
        x, y = (float(np.interp(seconds, self._times, self._track[:, i])) for i in range(2))
        return Camera(
            position=np.array([x, y, ALTITUDE + 4.0 * float(wave[0])]),
            axes=np.stack([right, np.cross(forward, right), forward]),
            focal=max(frame_size) / 2.0 / float(np.tan(FIELD_OF_VIEW / 2.0)),
            frame_size=frame_size,
        )
