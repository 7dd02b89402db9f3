"""Masks as a look file states them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from rotoscope.render.looks.values import Color, Part, Point, Share, Time

_DISTANCE: Final = "in shares of the picture's short side"
_POINT: Final = "[share of the width, share of the height]"


class MaskPart(Part):
    """What every mask can be told."""

    invert: bool = Field(default=False, description="Shows what it hid, and hides what it showed.")
    feather: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0, description=f"How wide its edges are softened, {_DISTANCE}."
    )
    grow: Annotated[float, Field(ge=-0.5, le=0.5)] = Field(
        default=0, description=f"How far it grows, or shrinks where negative, {_DISTANCE}."
    )


class PictureMask(MaskPart):
    """A drawn or black-and-white picture: white shows, black hides."""

    kind: Literal["picture"] = Field(description="A picture file.")
    file: str = Field(min_length=1, description="Its name, seen from the look file.")


class VideoMask(MaskPart):
    """A mask video: white shows, black hides, at the same times as the clip."""

    kind: Literal["video"] = Field(description="A video file.")
    file: str = Field(min_length=1, description="Its name, seen from the look file.")


class SmoothedPart(MaskPart):
    """What masks that are made of the picture's values can be told."""

    smooth: Time = Field(
        default=Fraction(1, 10),
        description="Time over which it is averaged, so that its edges do not flicker; 0: each frame alone.",
    )


class ColorMask(SmoothedPart):
    """What is near a color."""

    kind: Literal["color"] = Field(description="A color key.")
    color: Color = Field(description="The color, such as '#3f7d4a'.")
    tolerance: Share = Field(
        default=0.15, description="Distance in CIE Lab, of 100, that fully counts as near."
    )
    softness: Share = Field(default=0.1, description="Further distance over which it fades.")


class LumaMask(SmoothedPart):
    """What is of some brightness."""

    kind: Literal["luma"] = Field(description="A range of brightness.")
    low: Share = Field(default=0, description="From here.")
    high: Share = Field(default=1, description="To here.")
    softness: Share = Field(default=0.1, description="Beyond both, over which it fades.")


class SaturationMask(SmoothedPart):
    """What is of some saturation."""

    kind: Literal["saturation"] = Field(description="A range of saturation.")
    low: Share = Field(default=0, description="From here.")
    high: Share = Field(default=1, description="To here.")
    softness: Share = Field(default=0.1, description="Beyond both, over which it fades.")


class LinearMask(MaskPart):
    """A gradient along a line."""

    kind: Literal["linear"] = Field(description="A gradient along a line.")
    begin: Point = Field(default=(0.5, 0.0), description=f"Where it shows fully: {_POINT}.")
    end: Point = Field(default=(0.5, 1.0), description=f"Where it shows nothing: {_POINT}.")

    @model_validator(mode="after")
    def _two_points(self) -> LinearMask:
        if self.begin == self.end:
            raise ValueError("begin and end are one point; give two, a gradient goes from one to the other")
        return self


class RadialMask(MaskPart):
    """A gradient around a point."""

    kind: Literal["radial"] = Field(description="A gradient around a point.")
    center: Point = Field(default=(0.5, 0.5), description=f"Its middle: {_POINT}.")
    inner: Annotated[float, Field(ge=0, le=4)] = Field(
        default=0.2, description=f"Radius within which it shows fully, {_DISTANCE}."
    )
    outer: Annotated[float, Field(ge=0, le=4)] = Field(
        default=0.6, description=f"Radius beyond which it shows nothing, {_DISTANCE}."
    )


class Ellipse(Part):
    """An ellipse."""

    center: Point = Field(description=f"Its middle: {_POINT}.")
    radii: tuple[Annotated[float, Field(gt=0, le=2)], Annotated[float, Field(gt=0, le=2)]] = Field(
        description=f"Half its width and height: {_POINT}."
    )
    turn: float = Field(default=0, ge=-360, le=360, description="Degrees it is turned, clockwise.")


class RegionMask(MaskPart):
    """A region that is drawn on one frame, and carried through its shot by what moves in it."""

    kind: Literal["region"] = Field(description="A region that follows what it was drawn on.")
    polygon: Annotated[tuple[Point, ...], Field(min_length=3)] | None = Field(
        default=None, description=f"Its corners, {_POINT} each."
    )
    ellipse: Ellipse | None = Field(default=None, description="Instead of a polygon.")
    at: Time = Field(default=Fraction(0), description="Time of the frame that it was drawn on.")
    carried: bool = Field(default=True, description="false: it stays where it was drawn, in all shots.")

    @model_validator(mode="after")
    def _one_shape(self) -> RegionMask:
        if (self.polygon is None) == (self.ellipse is None):
            raise ValueError("a region has either a polygon or an ellipse; give one of the two")
        return self


class SegmentationMask(MaskPart):
    """What a segmentation network of the user's finds: people, sky …."""

    kind: Literal["segmentation"] = Field(description="What an ONNX network finds.")
    network: str = Field(
        min_length=1,
        description="The network's file. It takes (1, 3, H, W) float32 RGB of 0 to 1 and gives (1, C, h, w), "
        "or (1, h, w) class numbers.",
    )
    channel: int = Field(
        default=0, ge=0, le=4095, alias="class", description="Number of the class that shows."
    )
    output: Literal["probabilities", "logits"] | None = Field(
        default=None,
        description="What its output is: by default logits where there are several channels, which go "
        "through softmax, and probabilities where there is one; logits of one channel go through a sigmoid.",
    )
    side: int = Field(
        default=320,
        ge=32,
        le=2048,
        description="Short side, in pixels, of the pictures that the network sees.",
    )
    multiple: int = Field(default=32, ge=1, le=256, description="Both sides of those are multiples of this.")
    mean: tuple[float, float, float] = Field(
        default=(0.0, 0.0, 0.0), description="Subtracted from red, green and blue first."
    )
    deviation: tuple[float, float, float] = Field(
        default=(1.0, 1.0, 1.0), description="What they are divided by then."
    )
    smooth: Time = Field(
        default=Fraction(1, 5),
        description="Time over which it is averaged, so that its edges do not flicker; 0: each frame alone.",
    )


class IntersectionMask(MaskPart):
    """What all of several masks show."""

    kind: Literal["intersection"] = Field(description="What all of its masks show.")
    masks: tuple[AnyMask, ...] = Field(min_length=1, description="The masks.")


class UnionMask(MaskPart):
    """What any of several masks shows."""

    kind: Literal["union"] = Field(description="What any of its masks shows.")
    masks: tuple[AnyMask, ...] = Field(min_length=1, description="The masks.")


def _kind_of(value: object) -> object:
    return value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)


AnyMask: TypeAlias = Annotated[
    Annotated[PictureMask, Tag("picture")]
    | Annotated[VideoMask, Tag("video")]
    | Annotated[ColorMask, Tag("color")]
    | Annotated[LumaMask, Tag("luma")]
    | Annotated[SaturationMask, Tag("saturation")]
    | Annotated[LinearMask, Tag("linear")]
    | Annotated[RadialMask, Tag("radial")]
    | Annotated[RegionMask, Tag("region")]
    | Annotated[SegmentationMask, Tag("segmentation")]
    | Annotated[IntersectionMask, Tag("intersection")]
    | Annotated[UnionMask, Tag("union")],
    Discriminator(_kind_of),
]
"""A mask, told by its ``kind``."""

MASK_KINDS: Final[Mapping[str, type[MaskPart]]] = {
    "picture": PictureMask,
    "video": VideoMask,
    "color": ColorMask,
    "luma": LumaMask,
    "saturation": SaturationMask,
    "linear": LinearMask,
    "radial": RadialMask,
    "region": RegionMask,
    "segmentation": SegmentationMask,
    "intersection": IntersectionMask,
    "union": UnionMask,
}
"""Kinds by name."""

IntersectionMask.model_rebuild()
UnionMask.model_rebuild()
