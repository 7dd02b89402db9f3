"""``rotoscope train --texture``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from rotoscope.cli.bar import minutes_left, share_bar
from rotoscope.cli.present import human_duration, human_size
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.cli.feature_network import Running
    from rotoscope.cli.train_groups import Beginning, CardChoice, Numbers, Spending
    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.training.progress import Budget
    from rotoscope.training.texture import TextureProgress, TrainedTexture

_SHARED: Final = frozenset({"minutes", "steps", "stroke_scale"})
"""Options that say something of a texture as well."""


def refuse_for_texture(
    spending: Spending, numbers: Numbers, beginning: Beginning, card: CardChoice, **others: object
) -> None:
    """Refuse options that say something of a filter alone.

    Raises:
        InvalidOptions: one was given.
    """
    given = {**others, **asdict(spending), **asdict(numbers), **asdict(beginning), **asdict(card)}
    odd = [
        f"--{name.strip('_').replace('_', '-')}"
        for name, value in given.items()
        if value and name not in _SHARED
    ]
    if odd:
        raise InvalidOptions(
            f"{', '.join(odd)} says something of a filter, and --texture makes a texture file, which is made "
            f"of a style image alone. Leave it out, or train a filter without --texture."
        )


def train_texture_file(
    styles: Sequence[str],
    *,
    name: str,
    output: Path | None,
    budget: Budget,
    stroke_scale: float | None,
    encoder: FeatureNetwork,
    running: Running,
) -> None:
    """Train a texture network and tell what became of it.

    Raises:
        InvalidOptions: another number of style images than one, or a name that is none.
        RotoscopeError: as of :func:`rotoscope.training.texture.train_texture`.
    """
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415 - torch is heavy
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415
    from rotoscope.training.made_card import require_name  # noqa: PLC0415
    from rotoscope.training.texture import TextureTraining, train_texture  # noqa: PLC0415

    require_name(name)
    if len(styles) != 1:
        raise InvalidOptions(
            f"{len(styles)} style images were given; a texture file is made of one. Train one for each."
        )
    running.limit_threads()
    plain = TextureTraining()
    numbers = TextureTraining(style_side=round(plain.style_side * (stroke_scale or 1)))
    with (
        stop_on_interrupt() as should_stop,
        share_bar("train", shown=running.is_shown) as update,
    ):

        def tell(progress: TextureProgress) -> None:
            if update is not None:
                update(progress.fraction, training_facts(progress))

        made = train_texture(
            StyleSource.parse(styles[0]),
            output or Path(f"{name}.onnx"),
            name=name,
            encoder=encoder,
            budget=budget,
            numbers=numbers,
            device=running.device,
            overwrite=running.overwrite,
            on_progress=tell,
            should_stop=should_stop,
        )
    running.present(made, summary)
    if running.is_shown:
        typer.echo(f"try it: rotoscope texture {made.output} texture.png --size 512 --seed 1")


def training_facts(progress: TextureProgress) -> str:
    """What stands beside the bar, e.g. ``step 120 · loss 0.112 · 12:31 left``."""
    parts = [f"step {progress.step}", f"loss {progress.loss:.3f}"]
    if progress.seconds_left is not None:
        parts.append(f"{minutes_left(progress.seconds_left)} left")
    return " · ".join(parts)


def summary(made: TrainedTexture) -> str:
    """``bark.onnx: 900 steps in 20:00, loss 0.083, 0.2 MB``."""
    ended = "" if made.is_complete else "; stopped before its time"
    return (
        f"{made.output}: {made.steps} steps in {human_duration(made.seconds)}, loss {made.loss:.3f}, "
        f"{human_size(made.size_bytes)}{ended}"
    )
