"""The options of ``rotoscope train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Styles: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="STYLE…",
        help="The style image, or a region of it: poster.jpg@0.1,0.2,0.5,0.5 (left, top, width, height in "
        "shares of the picture). Several are averaged; poster.jpg:2 counts twice.",
    ),
]
Name: TypeAlias = Annotated[str, typer.Option(help="The filter's name: words joined by hyphens.")]
Family: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--family",
        help="One filter for each style image, called NAME-picture: one network learns all, and mixtures of "
        "them are as quick as one.",
    ),
]
Texture: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--texture",
        help="A texture file instead of a filter: a network that makes textures of any size (rotoscope "
        "texture).",
    ),
]
Content: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER|VIDEO",
        help="Photographs or footage to learn on; default: built-in procedural pictures.",
    ),
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Filter file, or a folder for a family; default: your palette."),
]
Minutes: TypeAlias = Annotated[
    float | None,
    typer.Option("--minutes", "--budget-minutes", min=0.01, help="How long to train; default: 30."),
]
Steps: TypeAlias = Annotated[int | None, typer.Option(min=1, help="How many steps, instead of minutes.")]
Dollars: TypeAlias = Annotated[
    float | None, typer.Option(min=0.0001, help="How much to spend, instead of minutes.")
]
Rate: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0.0001, help="What an hour of this machine costs: for that, and for the card."),
]
RecipeFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A recipe, .toml or .json; default: the built-in one."),
]
Size: TypeAlias = Annotated[
    Literal["draft", "standard", "fine"] | None,
    typer.Option(help="Of the network: half, once or 2.4 times the arithmetic of a standard one."),
]
StyleWeight: TypeAlias = Annotated[
    float | None, typer.Option(min=0, help="More of the style, less of the photograph; default: 1.")
]
StrokeScale: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0.25, max=4, help="Size of strokes; 2 makes them twice as large; default: 1."),
]
Colors: TypeAlias = Annotated[
    Literal["style", "photo"] | None,
    typer.Option(help="Whose colors paintings have: the style image's or the photograph's; default: style."),
]
Features: TypeAlias = Annotated[
    Literal["vgg19", "vgg16", "squeezenet1_1"] | None,
    typer.Option(help="Feature network; SqueezeNet is five times as quick and has finer strokes."),
]
FeatureWeights: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Its weights: .safetensors, or torchvision's .pth.")
]
Normalization: TypeAlias = Annotated[
    Literal["torchvision", "caffe"] | None,
    typer.Option(help="What the weights expect, for files that do not say."),
]
InitFrom: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Filter file to start from; default: the bundled great-wave."),
]
FromScratch: TypeAlias = Annotated[
    bool, typer.Option("--from-scratch", help="Start from random numbers: it takes longer.")
]
Device: TypeAlias = Annotated[
    Literal["auto", "cpu", "cuda", "mps"],
    typer.Option(help="Where to train; auto: a graphics card that PyTorch knows, else the processor."),
]
Title: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="For the card: title of the style image; of several, repeat it in their order."),
]
Artist: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="For the card: who made it; once for all, or once for each.")
]
Year: TypeAlias = Annotated[list[str] | None, typer.Option(help="For the card: when it was made; likewise.")]
License: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--license", help="For the card: terms of use of the style image; likewise."),
]
Source: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="For the card: where the style image was found, e.g. an address; likewise."),
]
Collection: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="For the card: museum or collection that holds it; likewise.")
]
Thumbnail: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--thumbnail",
        help="For the card: the style image itself, small, which its terms must allow; wants --license.",
    ),
]
Meaning: TypeAlias = Annotated[str | None, typer.Option(help="For the card: why this picture.")]
Tags: TypeAlias = Annotated[
    list[str] | None, typer.Option("--tag", help="For the card: a word to find it by; repeat.")
]
