"""The options of ``rotoscope texture``, ``reconstruct`` and ``features``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

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
