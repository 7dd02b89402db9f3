"""Quotes: what painting, or a training, takes and costs, told before it is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import Field

from rotoscope.economics.quotes import chosen_plan
from rotoscope.economics.rates import PLAN_PATTERN
from rotoscope.jobs.operations.base import Operation, Workbench
from rotoscope.jobs.operations.learning import require_torch
from rotoscope.jobs.operations.training import TrainParams
from rotoscope.jobs.operations.wishes import HowPainted, SourceWish, Uri
from rotoscope.plain import to_plain
from rotoscope.standard import quote
from rotoscope.storage.uri import parse_uri

if TYPE_CHECKING:
    from rotoscope.economics.quotes import Quote

PlanName = Annotated[
    str | None,
    Field(
        pattern=PLAN_PATTERN,
        description="Price plan; left out: the only one there is, or at cost.",
        default=None,
    ),
]


class QuoteParams(HowPainted, SourceWish):
    """A painting to quote. A few frames of this source are painted with this look, as all of them would be.

    The result says `frames`, `cpu_seconds`, `elapsed_seconds`, `cost`, `retail` and `wholesale`; each range
    has a likely value, a low and a high one, amounts in millionths of `currency`.
    """

    output: Uri | None = Field(
        default=None,
        description="URI that the result would have: its name decides its kind. Nothing is written there. "
        "Left out: of the source's own kind.",
    )
    plan: PlanName = None


class QuoteTrainingParams(TrainParams):
    """A training to quote. It is trained for a few steps, which are thrown away.

    The result is that of `POST /v1/quotes`.
    """

    plan: PlanName = None


def _quote(params: QuoteParams, bench: Workbench) -> dict[str, Any]:
    found = quote(
        bench.take(params.source),
        params.opened(bench),
        output=None if params.output is None else _name_of(params.output),
        selection=params.selection(),
        encoder=params.encoder(),
        options=params.options(bench.segments),
        rates=bench.rates(),
        plan=params.plan,
        on_progress=bench.on_progress,
    )
    return _told(replace(found, work=params.source))


def _name_of(uri: str) -> Path:
    """What a result there would be called; a folder's name has no suffix."""
    return Path(parse_uri(uri.rstrip("/")).name or "painted")


def _quote_training(params: QuoteTrainingParams, bench: Workbench) -> dict[str, Any]:
    require_torch("Quoting a training")
    from rotoscope.training.content import load_content, procedural_content  # noqa: PLC0415 - torch is heavy
    from rotoscope.training.progress import Budget  # noqa: PLC0415
    from rotoscope.training.quoting import quote_training  # noqa: PLC0415
    from rotoscope.training.run import SessionOptions  # noqa: PLC0415

    recipe, rates = params.recipe(), bench.rates()
    found = quote_training(
        [style.source(bench) for style in params.styles],
        name=params.name,
        recipe=recipe,
        content=procedural_content(recipe)
        if params.content is None
        else load_content(bench.take(params.content), recipe),
        encoder=params.network(bench),
        budget=Budget.of(steps=params.steps, minutes=params.minutes),
        rates=rates,
        plan=chosen_plan(rates, params.plan),
        options=SessionOptions(device=bench.device),
    )
    return _told(found)


def _told(found: Quote) -> dict[str, Any]:
    return {**cast("dict[str, Any]", to_plain(found)), "share": found.share}


QUOTE = Operation(
    name="quote",
    queue="stylize",
    summary="Say what a painting takes and costs",
    params=QuoteParams,
    run=_quote,
    example={"source": "data://in/drone.mp4", "filter": "great-wave"},
)
QUOTE_TRAINING = Operation(
    name="quote-training",
    queue="train",
    summary="Say what a training takes and costs",
    params=QuoteTrainingParams,
    run=_quote_training,
    example={"styles": [{"uri": "data://in/poster.jpg"}], "name": "poster", "minutes": 30},
)
