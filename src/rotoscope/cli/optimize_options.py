"""The options of ``rotoscope optimize``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from rotoscope.optimize import start as starts

Photo: TypeAlias = Annotated[
    Path, typer.Argument(metavar="PHOTO|CLIP", help="The still that is painted, or the clip.")
]
Styles: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="STYLE…",
        help="The style image, or a region of it: poster.jpg@0.1,0.2,0.5,0.5 (left, top, width, height in "
        "shares of the picture). Several are averaged; poster.jpg:2 counts twice.",
    ),
]
Output: TypeAlias = Annotated[
    Path,
    typer.Argument(
        metavar="OUTPUT", help="The painting: .png and .tif keep 16 bits, .jpg, .webp; of a clip .mp4, .gif …"
    ),
]
Size: TypeAlias = Annotated[
    int | None,
    typer.Option(min=32, metavar="PX", help="Short side of the result; default: as it is."),
]
StyleWeight: TypeAlias = Annotated[
    float | None, typer.Option(min=0, help="More of the style, less of the photograph; default: 1.")
]
ContentWeight: TypeAlias = Annotated[
    float | None, typer.Option(min=0, help="More of the photograph, less of the style.")
]
VariationWeight: TypeAlias = Annotated[
    float | None, typer.Option(min=0, help="Total variation: less grain, and less that is fine; default: 0.")
]
StyleLayers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--style-layer",
        metavar="LAYER",
        help="A layer that is compared with the style image, with a weight after a colon: relu3_1:2; repeat.",
    ),
]
ContentLayers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--content-layer", metavar="LAYER", help="One that is compared with the photograph; likewise."
    ),
]
StyleLoss: TypeAlias = Annotated[
    Literal["gram", "covariance", "moments"] | None,
    typer.Option(
        help="What is compared: which channels fire together; that about their means, and the means; or mean "
        "and deviation of each channel alone."
    ),
]
Pooling: TypeAlias = Annotated[
    Literal["max", "average"] | None,
    typer.Option(help="How the feature network reduces its maps; average is smoother; default: max."),
]
StyleScale: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0.1, max=10, help="Size of strokes; 2 makes them twice as large; default: 1."),
]
Colors: TypeAlias = Annotated[
    Literal["style", "photo", "matched"] | None,
    typer.Option(
        help="style: the style image's; photo: the photograph's own, brightness alone is painted; matched: "
        "the style image is given the photograph's colors first."
    ),
]
Masks: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--mask",
        metavar="PICTURE",
        help="Where a style image shows: white. One for each, in their order; rest: where the others do not.",
    ),
]
Start: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="START", help="What to begin with: photo, noise, style, or a picture; default: photo."
    ),
]
StartFilter: TypeAlias = Annotated[
    str | None,
    typer.Option("--filter", "-f", metavar="NAME", help="Begin with what this filter paints instead."),
]
Iterations: TypeAlias = Annotated[int | None, typer.Option(min=1, help="At the full size; default: 100.")]
CoarseIterations: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="At each smaller size; default: 100.")
]
Levels: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=8, help="How many sizes, coarse to fine; default: from some 100 pixels on."),
]
Method: TypeAlias = Annotated[
    Literal["lbfgs", "adam"] | None, typer.Option(help="How pixels are changed; default: lbfgs.")
]
LearningRate: TypeAlias = Annotated[
    float | None, typer.Option(min=0.0001, max=1, help="Of adam; default: 0.02.")
]
Average: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Share of the last iterations whose pictures are averaged: less grain; default: 0."
    ),
]
Seed: TypeAlias = Annotated[int | None, typer.Option(min=0, help="Of the noise to begin with; default: 0.")]
Memory: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=1, metavar="GB", help="What it may take about; larger pictures are painted in tiles; default: 5."
    ),
]
Live: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="PICTURE", help="Where the picture at hand is written every quarter of a minute."),
]
Trace: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where every iteration's losses are written, as JSON."),
]
Plot: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="Where they are drawn, as SVG.")]
Restart: TypeAlias = Annotated[
    bool, typer.Option("--restart", help="Begin anew where an interrupted run would go on.")
]


@dataclass(frozen=True)
class Objective:
    """What paintings are compared with, and how."""

    style_weight: StyleWeight = None
    content_weight: ContentWeight = None
    variation_weight: VariationWeight = None
    style_layer: StyleLayers = None
    content_layer: ContentLayers = None
    style_loss: StyleLoss = None
    pooling: Pooling = None
    style_scale: StyleScale = None
    colors: Colors = None

    def values(self) -> dict[str, Any]:
        """Of the recipe, by name.

        Raises:
            InvalidOptions: a layer's weight is no number.
        """
        given = asdict(self)
        return {
            "style_layers": parse_layers(given.pop("style_layer")),
            "content_layers": parse_layers(given.pop("content_layer")),
            **given,
        }


@dataclass(frozen=True)
class Beginning:
    """Where style images show, and what a painting begins with."""

    mask: Masks = None
    start: Start = None
    start_filter: StartFilter = None

    @property
    def masks(self) -> list[Path | None]:
        """One for each style image, where there are any; None: where the others do not show."""
        return [None if name == "rest" else Path(name) for name in self.mask or ()]

    def made(self, *, threads: int | None) -> starts.Start:
        """For the library.

        Raises:
            InvalidOptions: two things to begin with were named.
        """
        if self.start_filter is not None:
            if self.start is not None:
                raise InvalidOptions("Give --start or --filter, not both: either says what to begin with.")
            from rotoscope.standard import load_filter  # noqa: PLC0415 - see cli.main

            return load_filter(self.start_filter, threads=threads)
        match self.start:
            case None | "photo":
                return "photo"
            case "noise" | "style":
                return self.start
            case _:
                return Path(self.start)


@dataclass(frozen=True)
class Descent:
    """How pixels are changed."""

    iterations: Iterations = None
    coarse_iterations: CoarseIterations = None
    levels: Levels = None
    method: Method = None
    learning_rate: LearningRate = None
    average: Average = None
    seed: Seed = None

    def values(self) -> dict[str, Any]:
        """Of the recipe, by name."""
        given = asdict(self)
        return {"averaged": given.pop("average"), **given}


@dataclass(frozen=True)
class Watching:
    """What it may take, and how it can be watched."""

    memory: Memory = None
    live: Live = None
    trace: Trace = None
    plot: Plot = None


def parse_layers(texts: Sequence[str] | None) -> dict[str, float] | None:
    """``relu3_1:2`` to names and weights; None where there is nothing.

    Raises:
        InvalidOptions: a weight that is no number.
    """
    if not texts:
        return None
    layers: dict[str, float] = {}
    for text in texts:
        name, _, weight = text.partition(":")
        try:
            layers[name] = float(weight or 1)
        except ValueError:
            raise InvalidOptions(
                f"A layer was given as {text!r}; write LAYER or LAYER:WEIGHT, such as relu3_1:2."
            ) from None
    return layers
