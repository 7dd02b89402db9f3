"""Train: a filter of style images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from rotoscope.filters.card import NAME_PATTERN, StyleImage
from rotoscope.jobs.operations.base import Operation, Workbench
from rotoscope.jobs.operations.learning import FeatureWish, StyleWish, require_torch
from rotoscope.jobs.operations.wishes import Uri

if TYPE_CHECKING:
    from rotoscope.training.made_card import CardWords
    from rotoscope.training.recipe import Recipe

_PREVIEW_SECONDS: Final = 20.0
"""Between two previews: who waits in front of a page wants to see something soon."""


class TrainParams(FeatureWish):
    """A filter to make of one or more style images."""

    styles: Annotated[tuple[StyleWish, ...], Field(min_length=1, max_length=16)] = Field(
        description="What its style is taken from."
    )
    name: Annotated[str, Field(pattern=NAME_PATTERN, max_length=64)] = Field(
        description="Of the filter in the palette."
    )
    content: Uri | None = Field(
        default=None, description="A folder of photographs, or a video, to learn on; by default drawn ones."
    )
    steps: Annotated[int, Field(ge=1)] | None = Field(default=None, description="How long to train.")
    minutes: Annotated[float, Field(gt=0)] | None = Field(default=None, description="How long to train.")
    style_weight: Annotated[float, Field(gt=0)] | None = Field(default=None, description="More is stronger.")
    stroke_scale: Annotated[float, Field(ge=0.25, le=4)] | None = Field(
        default=None, description="Size of strokes that it learns."
    )
    colors: Literal["style", "photo"] = Field(default="style", description="Whose colors it paints.")
    from_scratch: bool = Field(default=False, description="Start from random weights.")
    title: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Name for people to read."
    )
    meaning: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="Why this picture."
    )
    style_image: StyleImage | None = Field(default=None, description="What the card says of the pictures.")
    tags: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(
        default=(), description="Words to find it by."
    )

    @model_validator(mode="after")
    def _one_budget(self) -> TrainParams:
        if self.steps is not None and self.minutes is not None:
            raise ValueError("give steps or minutes, not both")
        return self

    def recipe(self) -> Recipe:
        """The built-in one, with what was asked for."""
        from rotoscope.training.recipe import Recipe  # noqa: PLC0415 - loads PyTorch

        plain = Recipe()
        given: dict[str, Any] = {
            "style_weight": self.style_weight,
            "colors": self.colors,
            "features": self.features,
            "style_side": self.stroke_scale and round(plain.style_side * self.stroke_scale),
        }
        return plain.revised({key: value for key, value in given.items() if value is not None})

    def words(self) -> CardWords:
        """What the card says."""
        from rotoscope.training.made_card import CardWords  # noqa: PLC0415 - loads PyTorch

        images = () if self.style_image is None else (self.style_image,) * len(self.styles)
        return CardWords(styles=images, title=self.title, meaning=self.meaning, tags=self.tags)


def _train(params: TrainParams, bench: Workbench) -> dict[str, Any]:
    require_torch("Training")
    from rotoscope.training.content import load_content, procedural_content  # noqa: PLC0415 - torch is heavy
    from rotoscope.training.progress import Budget, TrainingProgress  # noqa: PLC0415
    from rotoscope.training.run import SessionOptions  # noqa: PLC0415
    from rotoscope.training.start import BUNDLED_START  # noqa: PLC0415
    from rotoscope.training.trainer import FilterPlan, train_filters  # noqa: PLC0415

    recipe = params.recipe()
    output = bench.scratch / f"{params.name}.onnx"
    styles = [style.source(bench) for style in params.styles]

    def tell(progress: TrainingProgress) -> None:
        if progress.preview is not None:
            bench.show(progress.preview)
            bench.keep_checkpoint()
        losses = None if progress.losses is None else progress.losses.known()
        bench.tell(progress.fraction, progress.seconds_left, steps_done=progress.step, losses=losses)

    [result] = train_filters(
        [FilterPlan(params.name, styles, output, params.words())],
        recipe=recipe,
        content=procedural_content(recipe)
        if params.content is None
        else load_content(bench.take(params.content), recipe),
        encoder=params.network(bench),
        budget=Budget.of(steps=params.steps, minutes=params.minutes),
        checkpoint_dir=bench.checkpoint_dir(),
        init_from=None if params.from_scratch else BUNDLED_START,
        overwrite=True,
        options=SessionOptions(
            device=bench.device, preview=bench.scratch / "preview.png", preview_seconds=_PREVIEW_SECONDS
        ),
        on_progress=tell,
        should_stop=bench.should_stop,
    )
    bench.show(bench.scratch / "preview.png")
    bench.publish(output)
    return {
        "filter": params.name,
        "steps": result.steps,
        "seconds": result.seconds,
        "stopped_by": result.stopped_by.value,
    }


TRAIN = Operation(
    name="train",
    queue="train",
    summary="Make a filter of a picture",
    params=TrainParams,
    run=_train,
    example={"styles": [{"uri": "data://in/poster.jpg"}], "name": "poster", "minutes": 30},
)
