"""The options of ``rotoscope texture``, ``reconstruct`` and ``features``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from rotoscope.cli import optimize_options
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from rotoscope.render.texture_output import TextureTiming

Styles: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="STYLE…",
        help="The style image, or a region of it: poster.jpg@0.1,0.2,0.5,0.5; several are averaged. Or a "
        "texture file, .onnx, that rotoscope train --texture made.",
    ),
]
Output: TypeAlias = Annotated[
    Path,
    typer.Argument(
        metavar="OUTPUT", help="A still (.png, .jpg …), or a loop: a video, .gif, .apng, a folder of stills."
    ),
]
Size: TypeAlias = Annotated[str, typer.Option(metavar="WxH", help="Width and height, pixels; default: 512.")]
Tileable: TypeAlias = Annotated[
    bool,
    typer.Option("--tileable", help="Without a seam where it is laid side by side; multiples of 16."),
]
Seed: TypeAlias = Annotated[int, typer.Option(min=0, help="Another seed, another texture.")]
Duration: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0.1, max=120, metavar="SECONDS", help="Of a loop; default: 4."),
]
Rate: TypeAlias = Annotated[
    str | None, typer.Option("--fps", metavar="RATE", help="Frames a second of a loop; default: 24.")
]
Movement: TypeAlias = Annotated[
    float | None, typer.Option(min=0, max=1, help="How much of it changes in a loop; default: 0.5.")
]
StyleSize: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=32,
        metavar="PX",
        help="Short side that the style image is taken at: smaller, and the texture is finer; default: its "
        "own, 512 at most.",
    ),
]
LoopIterations: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Of a loop, after those of the still it is around; default: 30.")
]
Layer: TypeAlias = Annotated[
    str, typer.Option(metavar="LAYER", help="Of the feature network, such as relu1_1, relu3_1, relu4_2.")
]
Photo: TypeAlias = Annotated[Path, typer.Argument(metavar="PHOTO", help="A still.")]
Still: TypeAlias = Annotated[
    Path, typer.Argument(metavar="OUTPUT", help="A still to write: .png, .jpg, .webp or .tif.")
]
PhotoSize: TypeAlias = Annotated[
    int, typer.Option("--size", min=32, metavar="PX", help="Short side that the photograph is taken at.")
]
Variation: TypeAlias = Annotated[
    float | None,
    typer.Option("--variation-weight", min=0, help="Total variation: less grain; default: 0.1."),
]
PhotoIterations: TypeAlias = Annotated[
    int | None, typer.Option("--iterations", min=1, help="How many; default: 150.")
]
Channels: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="NUMBERS", help="Which channels: 0,5,9 or 0-11; default: 12 of them, evenly."),
]
Side: TypeAlias = Annotated[
    int, typer.Option("--size", min=32, max=512, metavar="PX", help="Side of each channel's picture.")
]
Steps: TypeAlias = Annotated[int, typer.Option(min=1, help="How often a picture is changed.")]


@dataclass(frozen=True)
class Wanted:
    """The texture, however it is made."""

    size: Size = "512"
    tileable: Tileable = False
    seed: Seed = 0
    duration: Duration = None
    fps: Rate = None
    movement: Movement = None

    @property
    def frame_size(self) -> tuple[int, int]:
        """(width, height) in pixels.

        Raises:
            InvalidOptions: it is none.
        """
        from rotoscope.render.texture_output import parse_size  # noqa: PLC0415 - see cli.main

        return parse_size(self.size)

    def timing(self, output: Path) -> TextureTiming:
        """Frames and their rate.

        Raises:
            InvalidOptions: the rate is none, or a still was given a duration.
        """
        from rotoscope.render.texture_output import texture_timing  # noqa: PLC0415 - see cli.main

        return texture_timing(output, seconds=self.duration, rate=_rate(self.fps))


@dataclass(frozen=True)
class Synthesis:
    """How a texture is made of a style image."""

    style_size: StyleSize = None
    style_layer: optimize_options.StyleLayers = None
    style_loss: optimize_options.StyleLoss = None
    pooling: optimize_options.Pooling = None
    variation_weight: optimize_options.VariationWeight = None
    iterations: optimize_options.Iterations = None
    coarse_iterations: optimize_options.CoarseIterations = None
    loop_iterations: LoopIterations = None

    def values(self) -> dict[str, Any]:
        """Of the recipe, by name.

        Raises:
            InvalidOptions: a layer's weight is no number.
        """
        given = asdict(self)
        del given["style_size"], given["loop_iterations"]
        return {"style_layers": optimize_options.parse_layers(given.pop("style_layer")), **given}


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 240:
        raise InvalidOptions(
            f"A rate of {text!r} was given; it is frames a second, above 0 up to 240, such as 24 or "
            f"30000/1001."
        )
    return rate
