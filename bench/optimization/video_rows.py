"""Paints a scene with each coherence, and measures what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import ClassVar

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from bench.quality.pictures import as_tensor
from bench.quality.results import rounded
from rotoscope.media.frame import Pixels
from rotoscope.motion.engines import ENGINES
from rotoscope.motion.flicker import measure_flicker
from rotoscope.motion.flow import Picture
from rotoscope.networks.features import FeatureNetwork
from rotoscope.optimize.building import build_objective
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.stages import Stage
from rotoscope.optimize.start import noise
from rotoscope.optimize.subject import Style, Subject
from rotoscope.optimize.video.kept import KeptGallery
from rotoscope.optimize.video.plan import plan_steps
from rotoscope.optimize.video.progress import VideoMeter, VideoProgress
from rotoscope.optimize.video.recipe import COHERENCES, VideoRecipe
from rotoscope.optimize.video.run import Studio, paint_steps, painted_in

ENGINE = ENGINES["dis-fine"]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to paint a clip."""

    told: str
    """What the table calls it."""
    values: Mapping[str, object]
    """Of its recipe."""
    from_noise: bool = False
    """Whether frames that are painted alone begin with noise, each with another; otherwise, as they are."""


PAPER: dict[str, Row] = {
    "random": Row("random start", {"coherence": "none"}, from_noise=True),
    "previous": Row("previous frame as the start", {"coherence": "blend", "opacity": 1.0}, from_noise=True),
    "warped": Row("warped previous frame as the start", {"coherence": "warp"}, from_noise=True),
    "temporal": Row("temporal loss", {"coherence": "temporal"}, from_noise=True),
}
"""Those of the paper's table, worst to best there."""
COMMAND: dict[str, Row] = {
    f"photo-{name}": Row(f"`{name}`, from photographs", {"coherence": name}) for name in COHERENCES
}
"""What the command does."""
ROWS: dict[str, Row] = {**PAPER, **COMMAND}


class Figures(BaseModel):
    """What one row measures on one scene."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    short: float
    """Warping error of neighbors, mean squared difference of values 0..1."""
    style: float
    """Mean style loss of the frames: how far they are from the style image."""
    sharpness: float
    """Mean gradient as a share of the source's."""


class Report(BaseModel):
    """One run."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    features: str
    """The feature network."""
    style: str
    width: int
    iterations: int
    following_iterations: int
    scenes: dict[str, dict[str, Figures]]


class Painter:
    """Paints scenes with one style image."""

    def __init__(
        self,
        network: FeatureNetwork,
        style: Tensor,
        recipe: OptimizeRecipe,
        folder: Path,
        *,
        following_iterations: int,
        temporal_weight: float | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._network = network
        self._style = Style(style)
        self._recipe = recipe
        self._folder = folder
        self._following_iterations = following_iterations
        self._temporal_weight = temporal_weight
        self._tell = tell

    def figures(self, scene: str, frames: Sequence[Picture], rows: Sequence[str]) -> dict[str, Figures]:
        """Paint what is not painted yet, lay it out as a sheet, measure."""
        found: dict[str, Figures] = {}
        painted: list[list[Picture]] = [list(frames)]
        for name in rows:
            clip = self._painted(scene, frames, name)
            painted.append(clip)
            flicker = measure_flicker(frames, clip)
            style = fmean(self._style_loss(frame, shown) for frame, shown in zip(frames, clip, strict=True))
            found[name] = Figures(
                short=rounded(flicker.short), style=rounded(style), sharpness=rounded(flicker.sharpness)
            )
            self._tell(f"{scene}, {name}: {found[name]}")
        sheet = np.concatenate([np.concatenate(clip[:: len(clip) // 4], axis=1) for clip in painted])
        Image.fromarray(sheet).save(self._folder / f"{scene}.png")
        return found

    def _painted(self, scene: str, frames: Sequence[Picture], name: str) -> list[Picture]:
        row = ROWS[name]
        values = self._values(row)
        video = VideoRecipe.of_values(**values)
        steps = list(plan_steps([(0, len(frames))], video))
        told = (b"".join(frame.tobytes() for frame in frames), row.from_noise, self._recipe.digest)
        more = (self._network.identity, Subject(0, 0, [self._style]).digest, ENGINE.identity)
        keys = [
            hashlib.sha256(repr((told, more, last)).encode()).hexdigest() for last in ("alone", video.digest)
        ]
        gallery = KeptGallery(self._folder / scene, steps, alone=keys[0], together=keys[1])

        def start(index: int, picture: Pixels) -> Tensor:
            height, width = picture.shape[:2]
            return noise(height, width, seed=index) if row.from_noise else to_tensor(picture)

        def told_of(event: VideoProgress) -> None:
            if event.frame.fraction == 1:
                self._tell(f"{scene}, {name}: frame {event.step.index}, {event.frame.row.losses}")

        size = frames[0].shape[:2]
        meter = VideoMeter(steps, size, recipe=self._recipe, video=video, on_progress=told_of)
        studio = Studio(self._network, [self._style], start, self._recipe, video, ENGINE)
        paint_steps(steps, frames.__getitem__, gallery, studio, meter=meter)
        return [np.asarray(painted_in(gallery, video.parts, index), np.uint8) for index in range(len(frames))]

    def _values(self, row: Row) -> dict[str, object]:
        values = dict(row.values)
        if values["coherence"] != "none":
            values["following_iterations"] = self._following_iterations
        if values["coherence"] in ("temporal", "long", "passes"):
            values["temporal_weight"] = self._temporal_weight
        return values

    def _style_loss(self, photograph: Picture, painted: Picture) -> float:
        height, width = photograph.shape[:2]
        subject = Subject.of_photograph(as_tensor(photograph), [self._style])
        stage = Stage(height, width, 1)
        objective = build_objective(subject, stage, encoder=self._network, recipe=self._recipe)
        return objective(as_tensor(painted)).losses["style"]
