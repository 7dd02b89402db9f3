"""How much of a style a painted clip has kept: a blur is steady, too, and no painting any more."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rotoscope.errors import InvalidOptions, MissingExtra, RotoscopeError
from rotoscope.media.clip import open_clip
from rotoscope.media.plain import Picture, read_picture, resize_short_side
from rotoscope.media.probe import inspect_media
from rotoscope.motion.flicker import WIDTH
from rotoscope.palette.palette import Palette
from rotoscope.render.on_screen import OnScreen
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.recipe_line import recipe_of
from rotoscope.render.score import FRAMES, Score, StyleScore, measure
from rotoscope.render.style_pictures import write_style
from rotoscope.styles.registry import STYLES

if TYPE_CHECKING:
    from torch import Tensor

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.networks.losses import StyleTarget

_LOOKED_AT: Final = 4
"""Frames whose style is measured, spread over those whose flicker is."""
_SHORT_SIDE: Final = 512
"""Pixels of frames and style image; smaller ones stay as they are."""
_FEATURES: Final = "vgg19"
_GIVE: Final = "give --style and --feature-weights"


@dataclass(frozen=True, slots=True)
class Features:
    """The network that style is seen with: VGG-19."""

    weights: Path | None = None
    """A file as training takes it; None: those that a training has fetched, if one has."""
    normalization: str | None = None
    """How pictures are prepared, for files that do not say."""


_NO_FEATURES: Final = Features()


def score(
    source: str | Path,
    result: str | Path,
    *,
    palette: Palette,
    cache_dir: Path,
    base: str | Path | None = None,
    frames: int = FRAMES,
    skip: int = 0,
    width: int = WIDTH,
    style: Path | None = None,
    features: Features = _NO_FEATURES,
    on_progress: ProgressCallback | None = None,
) -> Score:
    """Measure a painted clip: its flicker, its sharpness, and the style it has.

    Args:
        source: as of :func:`rotoscope.render.score.measure`, as are those that are not named here.
        result: the painting.
        palette: where the card of the filter is looked for that the result says it was painted with.
        cache_dir: where a training has put feature weights.
        base: the same filter frame by frame.
        frames: how many are measured.
        skip: how many are left out before.
        width: pixels at which flicker is measured.
        style: the style image; None: that of the filter, where Rotoscope can draw it itself.
        features: the network that style is seen with.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: a style image was given, and no weights are at hand.
        MissingExtra: likewise, and PyTorch is missing.
        RotoscopeError: as of :func:`rotoscope.render.score.measure`, or the style image or the weights cannot
            be read.
    """
    weights = features.weights or _fetched(cache_dir)
    is_asked_for = style is not None or features.weights is not None
    untold = _why_no_features(weights)
    if is_asked_for and untold is not None:
        raise untold
    measured = measure(
        source, result, base=base, frames=frames, skip=skip, width=width, on_progress=on_progress
    )
    picture, why = (read_picture(style), "") if style is not None else _style_of(Path(result), palette)
    if picture is None or untold is not None or weights is None:
        told = why or f"no feature weights are at hand; {_GIVE}"
        return replace(measured, notes=(*measured.notes, f"style kept is not told: {told}"))
    from rotoscope.networks.weights import load_feature_network  # noqa: PLC0415 - loads PyTorch

    network = load_feature_network(weights, architecture=_FEATURES, normalization=features.normalization)
    clips = [Path(path) for path in (source, result, *([] if base is None else [base]))]
    meter = ProgressMeter("style", frames_expected=_LOOKED_AT * len(clips), on_progress=on_progress)
    wanted = [skip + place * (measured.frames - 1) // (_LOOKED_AT - 1) for place in range(_LOOKED_AT)]
    eye = _Eye(network, picture)
    return replace(measured, style=_style_score([eye.distance(clip, wanted, meter) for clip in clips]))


def _style_score(distances: Sequence[float]) -> StyleScore:
    """From those of the source, the result, and perhaps the base."""
    source, result, *rest = distances
    if not rest:
        return StyleScore(source, result)
    way = source - rest[0]
    return StyleScore(source, result, rest[0], (source - result) / way if way > 0 else None)


class _Eye:
    """Sees how far pictures are from a style image."""

    def __init__(self, network: FeatureNetwork, style: Picture) -> None:
        from rotoscope.networks.losses import StyleTarget  # noqa: PLC0415 - loads PyTorch

        self._network = network
        self._target: StyleTarget = StyleTarget.of_features(self._features(style))

    def distance(self, path: Path, indices: Sequence[int], meter: ProgressMeter) -> float:
        """Mean style distance of some frames of a clip."""
        from rotoscope.networks.losses import style_loss  # noqa: PLC0415

        clip = open_clip(path)
        screen = OnScreen(clip.info)
        found: list[float] = []
        for index in indices:
            with closing(clip.frames(first=index, stop=index + 1)) as frames:
                picture = screen.show(next(frames).pixels)
            maps = self._features(picture)
            found.append(float(style_loss(maps, self._target, layer_weights=[1.0] * len(maps))))
            meter.advance((picture.shape[1], picture.shape[0]))
        return sum(found) / len(found)

    def _features(self, picture: Picture) -> Sequence[Tensor]:
        import torch  # noqa: PLC0415

        from rotoscope.training.content import to_tensor  # noqa: PLC0415

        seen = resize_short_side(picture, min(_SHORT_SIDE, *picture.shape[:2]))
        with torch.no_grad():
            return self._network(to_tensor(seen[None]))


def _fetched(cache_dir: Path) -> Path | None:
    """Weights that a training has fetched; None where none has, or PyTorch is missing."""
    if find_spec("torch") is None or find_spec("safetensors") is None:
        return None
    from rotoscope.networks.weights import fetched_weights  # noqa: PLC0415 - loads PyTorch

    path = fetched_weights(_FEATURES, cache_dir=cache_dir)
    return path if path.exists() else None


def _why_no_features(weights: Path | None) -> RotoscopeError | None:
    if find_spec("torch") is None or find_spec("safetensors") is None:
        return MissingExtra(
            "Measuring style needs PyTorch, which painting does not: install the extra with pip install "
            '"rotoscope[train]".'
        )
    if weights is None:
        return InvalidOptions(
            "Measuring style needs the weights of VGG-19, and none are at hand. Give them with "
            "--feature-weights FILE: .safetensors, or torchvision's .pth."
        )
    return None


def _style_of(result: Path, palette: Palette) -> tuple[Picture | None, str]:
    """The style image of the filter that a clip says it was painted with, or why it is not at hand."""
    recipe = recipe_of(inspect_media(result, count=False))
    if recipe is None:
        return None, f"{result} does not say how it was painted; {_GIVE}"
    if len(recipe.filters) != 1:
        return None, f"{result} was painted with several filters; {_GIVE}"
    name = next(iter(recipe.filters))
    card = next((entry.card for entry in palette.list() if entry.name == name), None)
    if card is None or card.style is None:
        return None, f"nothing is known of the style image of {name}; {_GIVE}"
    if name in STYLES:
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder) / f"{name}.png"
            write_style(name, drawn)
            if sha256(drawn.read_bytes()).hexdigest() == card.style.sha256:
                return read_picture(drawn), ""
    title = f" ({card.style.title})" if card.style.title else ""
    return None, f"the style image of {name}{title} is not part of its card; {_GIVE}"
