"""Content: the photographs a filter learns to paint, and the pieces of them that it sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rotoscope.errors import TrainingError
from rotoscope.media.stills import SUFFIXES
from rotoscope.training.pictures import Picture, read_picture, resize_short_side
from rotoscope.training.procedural import procedural_pictures
from rotoscope.training.recipe import Recipe

MINIMUM_PHOTOGRAPHS = 4
"""Fewer are refused: the filter would learn these pictures and not how to paint."""
MAXIMUM_PHOTOGRAPHS = 200
"""More are thinned out evenly: at the default size that many take some 300 MB."""


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

    def scenes(self, rng: np.random.Generator, recipe: Recipe) -> Tensor:
        """Random pieces of photographs: a picture, a size, a place and a mirroring each.

        Args:
            rng: source of the choices; the same state, the same crops.
            recipe: how many, how large, and what sizes the photograph is seen at.

        Returns:
            (crops_per_step, 3, scene_side, scene_side) float32, sRGB 0..1.
        """
        return to_tensor(np.stack([self._scene(rng, recipe) for _ in range(recipe.crops_per_step)]))

    def _scene(self, rng: np.random.Generator, recipe: Recipe) -> Picture:
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


def load_content(folder: Path, recipe: Recipe) -> ContentSet:
    """Own photographs or frames, resized once and kept in memory.

    Args:
        folder: searched for pictures with all folders in it; hidden files are left out. Of more than
            MAXIMUM_PHOTOGRAPHS pictures, that many are taken at even distances in the order of their paths.
        recipe: decides the short side.

    Raises:
        TrainingError: no folder, or fewer than MINIMUM_PHOTOGRAPHS pictures in it.
        OpenError, DecodeError, UnsupportedMedia: a picture cannot be read; names it.
    """
    if not folder.is_dir():
        raise TrainingError(
            f"the content {folder} is not a folder. Give a folder with photographs or frames of your own, "
            f"or leave it out to train on the built-in procedural pictures."
        )
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


def _evenly(paths: list[Path], count: int) -> list[Path]:
    if len(paths) <= count:
        return paths
    return [paths[i * len(paths) // count] for i in range(count)]
