"""Content: the photographs a filter learns to paint, and the pieces of them that it sees."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rotoscope.errors import TrainingError
from rotoscope.media.clip import open_clip
from rotoscope.media.plain import Picture, plain, read_picture, resize_short_side
from rotoscope.media.stills import SUFFIXES
from rotoscope.training.procedural import procedural_pictures
from rotoscope.training.recipe import Recipe

Item = TypeVar("Item")

MINIMUM_PHOTOGRAPHS = 4
"""Fewer are refused: the filter would learn these pictures and not how to paint."""
MAXIMUM_PHOTOGRAPHS = 200
"""More are thinned out evenly: at the default size that many take some 300 MB."""
MAXIMUM_FRAMES = 100
"""Of a video: its frames resemble each other, so fewer do."""
_SCENES, _ORDER = 1, 2
"""Keep the random numbers of scenes and of their order apart from those of a step."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """Pieces of photographs, with the numbers by which they are known again."""

    indexes: tuple[int, ...]
    """In one run, an index always means the same pixels."""
    pixels: Tensor
    """(len(indexes), 3, scene_side, scene_side) float32, sRGB 0..1."""

    def to(self, device: torch.device) -> Scenes:
        """The same on a device."""
        return Scenes(self.indexes, self.pixels.to(device))


@dataclass(frozen=True, slots=True)
class ContentSet:
    """Pictures of one short side, and where they came from."""

    pictures: tuple[Picture, ...]
    """Each (H, W, 3) uint8 sRGB; every short side is ``short_side``."""
    short_side: int
    """Pixels."""
    origin: str
    """For people: ``37 photographs`` or ``procedural``."""
    digest: str
    """SHA-256 of all pixels: the same digest, the same content."""

    @classmethod
    def of_pictures(cls, pictures: tuple[Picture, ...], *, short_side: int, origin: str) -> ContentSet:
        """Put pictures of that short side together."""
        hasher = hashlib.sha256()
        for picture in pictures:
            hasher.update(repr(picture.shape).encode())
            hasher.update(np.ascontiguousarray(picture).data)
        return cls(pictures, short_side, origin, hasher.hexdigest())

    def scenes(self, indexes: Sequence[int], recipe: Recipe) -> Scenes:
        """Random pieces of photographs: a picture, a size, a place and a mirroring each.

        Args:
            indexes: which pieces; the same index and recipe, the same piece.
            recipe: how many, how large, and what sizes the photograph is seen at.
        """
        pixels = np.stack([self._scene(index, recipe) for index in indexes])
        return Scenes(tuple(indexes), to_tensor(pixels))

    def _scene(self, index: int, recipe: Recipe) -> Picture:
        rng = np.random.default_rng([recipe.seed, _SCENES, index])
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        seen_side = rng.uniform(*recipe.content_side_range)
        # A piece of the photograph resized to seen_side is a resized piece of another size of this one.
        side = min(round(recipe.scene_side * self.short_side / seen_side), self.short_side)
        top = int(rng.integers(picture.shape[0] - side + 1))
        left = int(rng.integers(picture.shape[1] - side + 1))
        piece = picture[top : top + side, left : left + side]
        size = (recipe.scene_side, recipe.scene_side)
        resized = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.uint8)
        return resized[:, ::-1] if rng.random() < 0.5 else resized


def scenes_of_step(recipe: Recipe, step: int) -> tuple[int, ...]:
    """Indexes of the scenes of a step: every round goes through all of them once, in an order of its own.

    Returns:
        crops_per_step numbers, 0 <= number < recipe.scenes.
    """
    first = step * recipe.crops_per_step
    return tuple(
        _in_round(recipe, *divmod(i, recipe.scenes)) for i in range(first, first + recipe.crops_per_step)
    )


def _in_round(recipe: Recipe, number: int, place: int) -> int:
    return int(np.random.default_rng([recipe.seed, _ORDER, number]).permutation(recipe.scenes)[place])


def load_content(source: Path, recipe: Recipe) -> ContentSet:
    """Own photographs or footage, resized once and kept in memory.

    Args:
        source: a video, of which up to MAXIMUM_FRAMES frames are taken at even distances; or a folder,
            searched for pictures with all folders in it, without hidden files. Of more than
            MAXIMUM_PHOTOGRAPHS pictures, that many are taken at even distances in the order of their paths.
        recipe: decides the short side.

    Raises:
        TrainingError: nothing is there, or it holds fewer than MINIMUM_PHOTOGRAPHS pictures.
        OpenError, DecodeError, UnsupportedMedia: it or a picture in it cannot be read; names which.
    """
    if source.is_dir():
        return _photographs(source, recipe)
    if source.is_file():
        return _footage(source, recipe)
    raise TrainingError(
        f"the content {source} does not exist. Give a folder with photographs of your own, or a video, or "
        f"leave it out to train on the built-in procedural pictures."
    )


def _footage(path: Path, recipe: Recipe) -> ContentSet:
    clip = open_clip(path, on_truncated="keep")
    count = clip.expected_frames
    if count < MINIMUM_PHOTOGRAPHS:
        raise TrainingError(
            f"the content {path} has {count} frames; training wants at least {MINIMUM_PHOTOGRAPHS} pictures. "
            f"Give a longer video or a folder with photographs."
        )
    wanted = set(_evenly(list(range(count)), MAXIMUM_FRAMES))
    short_side = recipe.content_side_range[1]
    pictures = tuple(
        resize_short_side(plain(frame.pixels), short_side)
        for index, frame in enumerate(clip.frames())
        if index in wanted
    )
    return ContentSet.of_pictures(pictures, short_side=short_side, origin=f"{len(pictures)} frames")


def _photographs(folder: Path, recipe: Recipe) -> ContentSet:
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if len(paths) < MINIMUM_PHOTOGRAPHS:
        raise TrainingError(
            f"the content folder {folder} holds {len(paths)} pictures ({', '.join(SUFFIXES)}); "
            f"training wants at least {MINIMUM_PHOTOGRAPHS}, and some dozens that differ are better. Add "
            f"photographs, or leave the content out to train on the built-in procedural pictures."
        )
    chosen = _evenly(paths, MAXIMUM_PHOTOGRAPHS)
    short_side = recipe.content_side_range[1]
    pictures = tuple(resize_short_side(read_picture(path), short_side) for path in chosen)
    return ContentSet.of_pictures(pictures, short_side=short_side, origin=f"{len(pictures)} photographs")


def procedural_content(recipe: Recipe) -> ContentSet:
    """The built-in content: pictures made from the recipe's seed, so that nothing need be downloaded.

    They have skies, ridges, textures, edges and round shapes, but no faces, houses or trees: own
    photographs make a better filter.
    """
    short_side = recipe.content_side_range[1]
    pictures = procedural_pictures(seed=recipe.seed, side=short_side)
    return ContentSet.of_pictures(pictures, short_side=short_side, origin="procedural")


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 to (N, 3, H, W) float32 0..1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


def _evenly(items: list[Item], count: int) -> list[Item]:
    if len(items) <= count:
        return items
    return [items[i * len(items) // count] for i in range(count)]
