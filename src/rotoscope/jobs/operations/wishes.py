"""What several operations are asked alike: sources and results, looks, spans of time, encoding."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from rotoscope.errors import InvalidOptions, RotoscopeError
from rotoscope.filters.controls import Colors
from rotoscope.jobs.operations.base import Params, Workbench
from rotoscope.media.clip import OnTruncated
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.mending import OnCorrupt
from rotoscope.media.selection import Selection
from rotoscope.media.timecode import parse_rate, parse_time
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import Look
from rotoscope.render.looks.building import Overrides
from rotoscope.render.looks.document import LookDocument
from rotoscope.render.looks.strangers import (
    loader_for_strangers,
    open_strangers_look,
    parse_strangers_look,
    require_no_path,
)
from rotoscope.render.options import RenderOptions
from rotoscope.render.recipe_line import RecipeLine
from rotoscope.render.segments.store import SegmentStore
from rotoscope.storage.uri import parse_uri


def _uri(text: str) -> str:
    try:
        return str(parse_uri(text))
    except RotoscopeError as error:
        raise ValueError(str(error)) from error


def _time(text: str) -> str:
    try:
        parse_time(text)
    except RotoscopeError as error:
        raise ValueError(str(error)) from error
    return text


def _filter(spec: str) -> str:
    try:
        require_no_path(spec)
    except RotoscopeError as error:
        raise ValueError(str(error)) from error
    return spec


Uri = Annotated[str, AfterValidator(_uri)]
"""Of a stored file, or of a folder where it ends with ``/``."""
Moment = Annotated[str, AfterValidator(_time), Field(examples=["12", "0:12", "1:02:03.5"])]
"""Seconds or a timecode, from the clip's first frame."""
FilterSpec = Annotated[
    str, Field(min_length=1, max_length=1000, examples=["great-wave"]), AfterValidator(_filter)
]
"""As typed after ``--filter``."""


LookId = Annotated[str, Field(pattern=r"^look_[0-9a-z]{1,60}$")]
"""Of a look that was put away; whoever makes a job of it puts the look itself in its place."""


class SourceWish(Params):
    """What goes in."""

    source: Uri = Field(description="URI of what goes in; a folder of stills ends with /.")


class ResultWish(SourceWish):
    """What goes in, and where the result goes."""

    output: Uri = Field(
        description="URI of the result; its name decides its kind, and a folder of stills ends with /."
    )
    overwrite: bool = Field(default=False, description="Replace what is at the output's URI already.")


class SpanWish(Params):
    """Which part of a clip, and at what rate."""

    start: Moment | None = Field(default=None, description="First moment wanted.")
    stop: Moment | None = Field(default=None, description="First moment not wanted any more.")
    every: Moment | None = Field(default=None, description="One frame an interval.")
    fps: Annotated[str, Field(pattern=r"^\d+(\.\d+|/\d+)?$")] | None = Field(
        default=None, description="Resample to so many frames a second.", examples=["24", "30000/1001"]
    )

    def selection(self) -> Selection:
        """For the library.

        Raises:
            InvalidOptions: they do not go together.
        """
        return Selection(
            start=None if self.start is None else parse_time(self.start),
            stop=None if self.stop is None else parse_time(self.stop),
            every=None if self.every is None else parse_time(self.every),
            fps=None if self.fps is None else parse_rate(self.fps),
        )


class EncodingWish(Params):
    """How a result is encoded."""

    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="0 is the smallest file, 100 the best; 75 looks lossless."
    )
    codec: str | None = Field(default=None, description="Of a video, such as h264, hevc or prores.")
    preset: str | None = Field(default=None, description="The encoder's own trade of time against size.")
    width: Annotated[int, Field(ge=1, le=16384)] | None = Field(
        default=None, description="Of a GIF or animated WebP, in pixels."
    )
    loop: Annotated[int, Field(ge=0)] = Field(default=0, description="How often a GIF plays; 0 is for ever.")

    def encoder(self) -> EncoderOptions:
        """For the library.

        Raises:
            InvalidOptions: a codec that is not known.
        """
        return EncoderOptions(
            codec=self.codec, quality=self.quality, preset=self.preset, width=self.width, loop=self.loop
        )


class LookWish(Params):
    """What is painted: filters, or a look."""

    filter: FilterSpec | tuple[FilterSpec, ...] | None = Field(
        default=None, description="A filter as typed after --filter; a list is a chain."
    )
    look: LookDocument | LookId | None = Field(
        default=None, description="Instead of filter: a look, or the id of one that was put away."
    )
    strength: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1, description="How much of the painting shows."
    )
    stroke_scale: Annotated[float, Field(ge=0.25, le=4)] | None = Field(
        default=None, description="Size of strokes beside the picture."
    )
    colors: Colors = Field(default="style", description="Whose colors the painting has.")
    size: Annotated[int, Field(ge=16, le=16384)] | None = Field(
        default=None, description="Short side of the result in pixels; by default the source's."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> LookWish:
        if (self.filter is None) == (self.look is None):
            raise ValueError("give either filter or look")
        return self

    def opened(self, bench: Workbench, *, threads: int | None = None) -> AnyLook:
        """Ready to paint.

        Raises:
            RotoscopeError: a filter or the look is not in order.
        """

        def load(spec: str) -> Any:  # noqa: ANN401 - a Filter, as LoadFilter says
            return bench.palette.load(spec, threads=threads)

        if isinstance(self.look, str):
            raise InvalidOptions(f"The look {self.look} was not put into the job; make the job by the API.")
        if self.look is not None:
            asked = self.look.model_dump(mode="json", by_alias=True, exclude_unset=True)
            said = Overrides(
                self.strength,
                self.size,
                self.stroke_scale,
                None if self.colors == "style" else self.colors,
            )
            text = parse_strangers_look(asked, name="The look")
            return open_strangers_look(text, load, bench.take, overrides=said)
        names = (self.filter,) if isinstance(self.filter, str) else self.filter or ()
        load_one = loader_for_strangers(load, bench.take)
        filters = [load_one(name) for name in names]
        recipe = RecipeLine(
            look=json.dumps({"look": 1, "layers": [{"filter": list(names)}]}),
            filters={name: one.digest for name, one in zip(names, filters, strict=True)},
            strength=self.strength,
            size=self.size,
            stroke_scale=self.stroke_scale,
            colors=None if self.colors == "style" else self.colors,
        )
        return Look(
            filters,
            strength=self.strength,
            size=self.size,
            stroke_scale=self.stroke_scale,
            colors=self.colors,
            recipe=recipe.to_json(),
        )


class RenderingWish(Params):
    """How sources are read and rendered."""

    coherence: Coherence = Field(default="smooth", description="How neighboring frames are kept alike.")
    to_sdr: bool = Field(default=False, description="Convert HDR to standard range.")
    wrap: bool | None = Field(default=None, description="Whether the left edge continues the right one.")
    on_truncated: OnTruncated = Field(default="fail", description="What becomes of a source that ends early.")
    on_corrupt: OnCorrupt = Field(default="fail", description="What becomes of damaged frames.")

    provenance: bool = Field(
        default=True, description="Whether a still or an animated picture says how it was made."
    )
    score: bool = Field(default=False, description="Measure how much the result flickers.")

    def options(self, store: SegmentStore) -> RenderOptions:
        """For the library."""
        return RenderOptions(
            coherence=self.coherence,
            to_sdr=self.to_sdr,
            wrap=self.wrap,
            on_truncated=self.on_truncated,
            on_corrupt=self.on_corrupt,
            provenance=self.provenance,
            score=self.score,
            store=store,
        )


class HowPainted(RenderingWish, EncodingWish, SpanWish, LookWish):
    """All that is said of a painting but what is painted and where it goes."""


class PaintingWish(HowPainted, ResultWish):
    """Everything that ``rotoscope stylize`` takes."""
