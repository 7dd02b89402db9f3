"""Toy parts for optimized clips: paintings in memory, and frames whose motion is known."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rotoscope.media.frame import Pixels
from rotoscope.motion.engines import ENGINES
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.start import noise
from rotoscope.optimize.subject import Style
from rotoscope.optimize.video.plan import plan_steps
from rotoscope.optimize.video.progress import VideoMeter
from rotoscope.optimize.video.recipe import VideoRecipe
from rotoscope.optimize.video.run import Studio, paint_steps

from optimize_toys import ToyEncoder, blocks, tensor, toy_recipe

Frames = Sequence[NDArray[np.uint8]]


class Wall:
    """A gallery in memory."""

    def __init__(self) -> None:
        self.paintings: dict[tuple[int, int], Pixels] = {}

    def find(self, part: int, index: int) -> Pixels | None:
        return self.paintings.get((part, index))

    def put(self, part: int, index: int, pixels: Pixels) -> None:
        self.paintings[part, index] = pixels


def pan(count: int, *, step: int = 2, seed: int = 1, height: int = 48, width: int = 64) -> Frames:
    """A view that wanders over smooth blobs, ``step`` pixels to the right a frame."""
    wide = cv2.GaussianBlur(blocks(seed, height, width + step * count), (0, 0), 2)
    return [np.array(wide[:, step * n : step * n + width], np.uint8) for n in range(count)]


def toy_video(**values: object) -> VideoRecipe:
    """A recipe of a few iterations."""
    few = {} if values.get("coherence") == "none" else {"following_iterations": 3}
    return VideoRecipe.of_values(**{**few, **values})


def paint(frames: Frames, video: VideoRecipe, *, wall: Wall | None = None, from_noise: bool = False) -> Wall:
    """Paint all frames of one shot."""
    wall = wall or Wall()
    recipe = toy_recipe()
    steps = list(plan_steps([(0, len(frames))], video))

    def start(index: int, picture: Pixels) -> Tensor:
        height, width = picture.shape[:2]
        return noise(height, width, seed=index) if from_noise else to_tensor(picture)

    studio = Studio(ToyEncoder(), [Style(tensor(2))], start, recipe, video, ENGINES["dis"])
    height, width = frames[0].shape[:2]
    meter = VideoMeter(steps, (height, width), recipe=recipe, video=video)
    assert paint_steps(steps, frames.__getitem__, wall, studio, meter=meter)
    return wall
