"""Short forms for sharing: loops, crops, before and after, sheets, posters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import Field, model_validator

from rotoscope.jobs.operations.base import Operation, Params, Workbench
from rotoscope.jobs.operations.painting import told
from rotoscope.jobs.operations.wishes import Moment, Uri
from rotoscope.media.selection import Selection
from rotoscope.media.timecode import parse_rate, parse_time
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.comparison import ComparisonOptions, Form, compare
from rotoscope.render.sharing.crop import SHAPES, CropOptions, crop
from rotoscope.render.sharing.loop import LEAST_WIDTH, LoopOptions, make_loop
from rotoscope.render.sharing.poster import make_poster
from rotoscope.render.sharing.sheet import MOST_TILES, make_sheet

ShareForm: TypeAlias = Literal["loop", "square", "vertical", "before-after", "sheet", "poster"]
_OWN: Final[Mapping[ShareForm, frozenset[str]]] = {
    "loop": frozenset({"start", "seconds", "megabytes", "fade", "width", "fps", "quality"}),
    "square": frozenset({"center", "size", "start", "stop", "quality"}),
    "vertical": frozenset({"center", "size", "start", "stop", "quality"}),
    "before-after": frozenset({"painted", "shown", "offset", "labels", "size", "seconds", "quality"}),
    "sheet": frozenset({"more", "frames", "columns", "title", "width"}),
    "poster": frozenset({"title", "text", "at", "width", "quality"}),
}
"""What each form is asked beside source and output."""
_ALWAYS: Final = frozenset({"form", "source", "output", "overwrite"})
Share = Annotated[float, Field(ge=0, le=1)]


class ShareParams(Params):
    """What is shared of a painting, and in which form.

    Each form takes some of the parameters: a loop `start`, `seconds`, `megabytes`, `fade`, `width`, `fps`,
    `quality`; a square and a vertical `center`, `size`, `start`, `stop`, `quality`; before and after
    `painted`, `shown`, `offset`, `labels`, `size`, `seconds`, `quality`; a sheet `more`, `frames`, `columns`,
    `title`, `width`; a poster `title`, `text`, `at`, `width`, `quality`.
    """

    form: ShareForm = Field(description="What is made.")
    source: Uri = Field(description="URI of a painting; for before and after, of what was painted.")
    output: Uri = Field(description="URI of the result; its name decides its kind.")
    overwrite: bool = Field(default=False, description="Replace what is at the output's URI already.")
    painted: Uri | None = Field(default=None, description="URI of the painting, for before and after.")
    more: Annotated[tuple[Uri, ...], Field(max_length=MOST_TILES - 1)] = Field(
        default=(), description="Further pictures of a sheet."
    )
    start: Moment | None = Field(default=None, description="First moment wanted.")
    stop: Moment | None = Field(default=None, description="First moment not wanted any more.")
    seconds: Moment | None = Field(default=None, description="How long a loop is, or wiped stills are.")
    megabytes: Annotated[float, Field(gt=0, le=1000)] = Field(
        default=8, description="How large a loop is at most, in millions of bytes."
    )
    fade: Moment | None = Field(default=None, description="For how long a loop's end fades.")
    fps: Annotated[str, Field(pattern=r"^\d+(\.\d+|/\d+)?$")] | None = Field(
        default=None, description="Frames a second of a loop; by default as many as fit."
    )
    width: Annotated[int, Field(ge=LEAST_WIDTH, le=6000)] | None = Field(
        default=None,
        description="Pixels: of a loop, by default as many as fit; of a sheet or a poster, 1600.",
    )
    center: tuple[Share, Share] | None = Field(
        default=None, description="What stays in the middle of a crop, as shares of width and height."
    )
    size: Annotated[int, Field(ge=16, le=16384)] | None = Field(
        default=None, description="Short side in pixels."
    )
    shown: Form = Field(default="wipe", description="How before and after are shown.")
    offset: Moment = Field(default="0", description="Where in the source the painting begins.")
    labels: bool = Field(default=False, description="Write before and after on the pictures.")
    frames: Annotated[int, Field(ge=2, le=MOST_TILES)] = Field(
        default=12, description="Frames of one clip on a sheet."
    )
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)] | None = Field(
        default=None, description="Pictures side by side on a sheet."
    )
    title: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Of a sheet or a poster."
    )
    text: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="On a poster; by default what the filter's card says it means."
    )
    at: Moment | None = Field(default=None, description="The frame on a poster; by default the best one.")
    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="0 to 100.")

    @model_validator(mode="after")
    def _fits_the_form(self) -> ShareParams:
        fields = ShareParams.model_fields
        others = fields.keys() - _ALWAYS - _OWN[self.form]
        odd = sorted(name for name in others if getattr(self, name) != fields[name].default)
        if odd:
            raise ValueError(
                f"a {self.form} is not asked {', '.join(odd)}; it takes {', '.join(sorted(_OWN[self.form]))}"
            )
        if (self.painted is None) == (self.form == "before-after"):
            raise ValueError("painted is given for before-after, and for that alone")
        return self


def _time(text: str | None) -> Fraction | None:
    return None if text is None else parse_time(text)


def _loop(params: ShareParams, bench: Workbench, source: Path, output: Path) -> RenderResult:
    how = LoopOptions(
        seconds=_time(params.seconds) or LoopOptions().seconds,
        megabytes=params.megabytes,
        fade=_time(params.fade),
        width=params.width,
        fps=None if params.fps is None else parse_rate(params.fps),
        quality=params.quality,
    )
    start = _time(params.start)
    return make_loop(
        source, output, palette=bench.palette, start=start, options=how, on_progress=bench.on_progress
    )


def _crop(params: ShareParams, bench: Workbench, source: Path, output: Path) -> RenderResult:
    how = CropOptions(
        aspect=SHAPES[params.form], size=params.size, center=params.center, quality=params.quality
    )
    selection = Selection(start=_time(params.start), stop=_time(params.stop))
    return crop(source, output, how, selection=selection, on_progress=bench.on_progress)


def _before_after(params: ShareParams, bench: Workbench, source: Path, output: Path) -> RenderResult:
    assert params.painted is not None
    how = ComparisonOptions(
        form=params.shown,
        size=params.size,
        offset=parse_time(params.offset),
        labels=params.labels,
        seconds=_time(params.seconds),
        quality=params.quality,
    )
    return compare(source, bench.take(params.painted), output, how, on_progress=bench.on_progress)


def _sheet(params: ShareParams, bench: Workbench, source: Path, output: Path) -> RenderResult:
    return make_sheet(
        [source, *(bench.take(uri) for uri in params.more)],
        output,
        frames=params.frames,
        columns=params.columns,
        title=params.title or "",
        width=params.width or 1600,
        on_progress=bench.on_progress,
    )


def _poster(params: ShareParams, bench: Workbench, source: Path, output: Path) -> RenderResult:
    return make_poster(
        source,
        output,
        palette=bench.palette,
        title=params.title,
        text=params.text,
        at=_time(params.at),
        width=params.width or 1600,
        quality=params.quality,
        on_progress=bench.on_progress,
    )


_MAKERS: Final[Mapping[ShareForm, Callable[[ShareParams, Workbench, Path, Path], RenderResult]]] = {
    "loop": _loop,
    "square": _crop,
    "vertical": _crop,
    "before-after": _before_after,
    "sheet": _sheet,
    "poster": _poster,
}
assert _MAKERS.keys() == _OWN.keys() == set(get_args(ShareForm))


def _share(params: ShareParams, bench: Workbench) -> dict[str, Any]:
    output = bench.make(params.output, overwrite=params.overwrite)
    result = _MAKERS[params.form](params, bench, bench.take(params.source), output)
    return told(result, params.output)


SHARE = Operation(
    name="share",
    queue="stylize",
    summary="Make a loop, a crop, before and after, a sheet or a poster",
    params=ShareParams,
    run=_share,
    example={
        "form": "loop",
        "source": "data://out/painted.mp4",
        "output": "data://out/loop.gif",
        "megabytes": 4,
    },
)
