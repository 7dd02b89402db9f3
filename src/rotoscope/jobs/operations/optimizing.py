"""Optimize and texture: pictures made by changing pixels until their features fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field

from rotoscope.errors import InvalidOptions
from rotoscope.filters.controls import Colors
from rotoscope.jobs.operations.base import Operation, Workbench
from rotoscope.jobs.operations.learning import FeatureWish, StyleWish, require_torch
from rotoscope.jobs.operations.wishes import FilterSpec, Moment, ResultWish, Uri
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaKind
from rotoscope.media.selection import Selection
from rotoscope.media.timecode import parse_time
from rotoscope.plain import to_plain
from rotoscope.render.looks.strangers import loader_for_strangers
from rotoscope.render.result import video_seconds
from rotoscope.render.texture_output import parse_size, texture_timing

if TYPE_CHECKING:
    from pathlib import Path

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.progress import OptimizeProgress
    from rotoscope.optimize.recipe import OptimizeRecipe
    from rotoscope.optimize.start import Start

Styles = Annotated[tuple[StyleWish, ...], Field(min_length=1, max_length=8)]
Iterations = Annotated[int, Field(ge=1, le=100_000)]
_OF_RECIPE = (
    "features", "style_weight", "content_weight", "variation_weight", "style_scale", "style_loss", "colors",
    "iterations", "coarse_iterations", "method", "seed",
)  # fmt: skip


def _size_text(text: str) -> str:
    try:
        parse_size(text)
    except InvalidOptions as error:
        raise ValueError(str(error)) from error
    return text


class OptimizeParams(FeatureWish, ResultWish):
    """A still or a clip to paint by optimizing its pixels."""

    styles: Styles = Field(description="What it is painted after.")
    size: Annotated[int, Field(ge=16, le=8192)] | None = Field(default=None, description="Short side.")
    style_weight: Annotated[float, Field(ge=0)] | None = Field(default=None, description="More is stronger.")
    content_weight: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="More keeps more of the photograph."
    )
    variation_weight: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="More is smoother."
    )
    style_scale: Annotated[float, Field(ge=0.01, le=100)] | None = Field(
        default=None, description="2 makes strokes twice as large."
    )
    style_loss: Literal["gram", "covariance", "moments"] | None = Field(
        default=None, description="What is compared with the style images."
    )
    colors: Colors | None = Field(default=None, description="Whose colors the painting has.")
    iterations: Iterations | None = Field(default=None, description="At the full size.")
    coarse_iterations: Iterations | None = Field(default=None, description="At each smaller size.")
    method: Literal["lbfgs", "adam"] | None = Field(default=None, description="What descends.")
    seed: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Of noise.")
    start_filter: FilterSpec | None = Field(default=None, description="Begin with what this filter paints.")
    coherence: Literal["none", "blend", "warp", "temporal", "long", "passes"] | None = Field(
        default=None, description="Of a clip: what makes neighbors alike."
    )
    start: Moment | None = Field(default=None, description="Of a clip: first moment wanted.")
    stop: Moment | None = Field(default=None, description="Of a clip: first moment not wanted any more.")
    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="Of the file.")


class TextureParams(FeatureWish):
    """A texture to make of style images."""

    styles: Styles = Field(description="What it is a texture of.")
    output: Uri = Field(description="Of the texture: a still, a GIF or a video by its name.")
    overwrite: bool = Field(default=False, description="Replace what is at the output's URI already.")
    size: Annotated[str, AfterValidator(_size_text)] = Field(default="512", description="512, or 640x480.")
    tileable: bool = Field(default=False, description="It meets itself at its edges without a seam.")
    seed: Annotated[int, Field(ge=0)] = Field(default=0, description="Of noise.")
    seconds: Annotated[float, Field(gt=0, le=600)] | None = Field(
        default=None, description="Of a loop: how long it is."
    )
    iterations: Iterations | None = Field(default=None, description="At the full size.")
    coarse_iterations: Iterations | None = Field(default=None, description="At each smaller size.")
    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="Of the file.")


def _optimize(params: OptimizeParams, bench: Workbench) -> dict[str, Any]:
    require_torch("Optimizing a picture")
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415 - torch is heavy

    recipe = OptimizeRecipe.of_values(**{name: getattr(params, name) for name in _OF_RECIPE})
    source = bench.take(params.source)
    output = bench.make(params.output, overwrite=params.overwrite)
    if open_clip(source).info.kind is not MediaKind.STILL:
        return _optimize_clip(params, bench, recipe, source, output)
    if params.coherence or params.start or params.stop:
        raise InvalidOptions(f"{params.source} is a still; coherence, start and stop are for clips.")
    return _optimize_still(params, bench, recipe, source, output)


def _optimize_still(
    params: OptimizeParams, bench: Workbench, recipe: OptimizeRecipe, source: Path, output: Path
) -> dict[str, Any]:
    from rotoscope.optimize.painting import PaintingOptions, optimize_still  # noqa: PLC0415 - torch is heavy

    painting = optimize_still(
        source,
        [style.source(bench) for style in params.styles],
        output,
        encoder=_network(params, recipe, bench),
        recipe=recipe,
        options=PaintingOptions(
            size=params.size,
            start=_start(params, bench),
            quality=params.quality,
            checkpoint_dir=bench.cache_dir / "optimize",
            device=bench.device,
        ),
        on_progress=_teller(bench),
    )
    return {
        "output": params.output,
        "frame_size": list(painting.frame_size),
        "iterations": painting.iterations,
        "losses": painting.losses,
        "notes": list(painting.notes),
    }


def _optimize_clip(
    params: OptimizeParams, bench: Workbench, recipe: OptimizeRecipe, source: Path, output: Path
) -> dict[str, Any]:
    from rotoscope.optimize.video import painting  # noqa: PLC0415 - torch is heavy
    from rotoscope.optimize.video.recipe import VideoRecipe  # noqa: PLC0415

    selection = Selection(
        start=None if params.start is None else parse_time(params.start),
        stop=None if params.stop is None else parse_time(params.stop),
    )
    painted = painting.optimize_clip(
        source,
        [style.source(bench) for style in params.styles],
        output,
        encoder=_network(params, recipe, bench),
        cache_dir=bench.cache_dir,
        recipe=recipe,
        video=VideoRecipe.of_values(coherence=params.coherence),
        options=painting.ClipOptions(
            size=params.size,
            selection=selection,
            start=_start(params, bench),
            encoder=EncoderOptions(quality=params.quality),
            device=bench.device,
        ),
        on_progress=lambda progress: bench.tell(progress.fraction, progress.seconds_left),
    )
    return {
        "output": params.output,
        "frame_size": list(painted.frame_size),
        "frames": painted.frames,
        "video_seconds": float(video_seconds(open_clip(source, selection=selection))),
        "notes": list(painted.notes),
    }


def _texture(params: TextureParams, bench: Workbench) -> dict[str, Any]:
    require_torch("Making a texture of a style image")
    from rotoscope.optimize.recipe import OptimizeRecipe  # noqa: PLC0415 - torch is heavy
    from rotoscope.optimize.texture import Engine, TextureSize  # noqa: PLC0415
    from rotoscope.optimize.texture_file import TextureOptions, texture_file  # noqa: PLC0415

    output = bench.make(params.output, overwrite=params.overwrite)
    width, height = parse_size(params.size)
    recipe = OptimizeRecipe.of_values(
        features=params.features,
        seed=params.seed,
        content_weight=0.0,
        iterations=params.iterations,
        coarse_iterations=params.coarse_iterations,
    )
    made = texture_file(
        [style.source(bench) for style in params.styles],
        output,
        TextureSize(width, height, params.tileable),
        encoder=_network(params, recipe, bench),
        recipe=recipe,
        options=TextureOptions(
            timing=texture_timing(output, seconds=params.seconds, rate=None),
            quality=params.quality,
            device=bench.device,
            engine=Engine(checkpoint_dir=bench.cache_dir / "optimize", on_progress=_teller(bench)),
        ),
    )
    return {**cast("dict[str, Any]", to_plain(made)), "output": params.output}


def _start(params: OptimizeParams, bench: Workbench) -> Start:
    if params.start_filter is None:
        return "photo"
    return loader_for_strangers(bench.palette.load, bench.take)(params.start_filter)


def _network(params: FeatureWish, recipe: OptimizeRecipe, bench: Workbench) -> FeatureNetwork:
    """With the recipe's layers, in float32."""
    import torch  # noqa: PLC0415 - heavy

    return params.network(bench, precision=torch.float32, layers=recipe.layers, pooling=recipe.pooling)


def _teller(bench: Workbench) -> Callable[[OptimizeProgress], None]:
    def tell(progress: OptimizeProgress) -> None:
        bench.tell(progress.fraction, progress.seconds_left)

    return tell


OPTIMIZE = Operation(
    name="optimize",
    queue="optimize",
    summary="Paint a still or a clip by optimizing its pixels",
    params=OptimizeParams,
    run=_optimize,
    example={
        "source": "data://in/photo.jpg",
        "styles": [{"uri": "data://in/poster.jpg"}],
        "output": "data://out/finest.png",
    },
    paints=True,
)
TEXTURE = Operation(
    name="texture",
    queue="optimize",
    summary="Make a texture of a picture",
    params=TextureParams,
    run=_texture,
    example={
        "styles": [{"uri": "data://in/poster.jpg"}],
        "output": "data://out/texture.png",
        "size": "512",
        "tileable": True,
    },
)
