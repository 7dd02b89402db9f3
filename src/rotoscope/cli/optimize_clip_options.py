"""The options that ``rotoscope optimize`` has for clips alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import typer

if TYPE_CHECKING:
    from rotoscope.optimize.video.recipe import VideoRecipe

Coherence: TypeAlias = Annotated[
    Literal["none", "blend", "warp", "temporal", "long", "passes"] | None,
    typer.Option(
        help="Of a clip, what makes neighbors alike. none: each frame alone, all from the same start; blend: "
        "the painted frame before is blended into the start at low opacity; warp: the painted frame before, "
        "moved along the flow, is the start; temporal: that start, and a loss that holds to it what can be "
        "followed; long: the same loss also of frames further back, where those nearer do not see a pixel; "
        "passes: all frames several times, forward and backward in turn. Default: temporal."
    ),
]
FollowingIterations: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1, help="Of a clip's frames that begin with a painting, all but the first of a shot; default: 50."
    ),
]
TemporalWeight: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0, help="Of temporal, long and passes: more is steadier; default: 20."),
]
Opacity: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Of blend: how much of the start is the frame before; default: 0.3."),
]
Offsets: TypeAlias = Annotated[
    list[int] | None,
    typer.Option(
        "--offset",
        min=1,
        metavar="FRAMES",
        help="Of long: frames back that are looked at, ascending from 1; repeat; default: 1, 2, 4, 8.",
    ),
]
Passes: TypeAlias = Annotated[
    int | None, typer.Option(min=2, max=50, help="Of passes: how often every frame is painted; default: 4.")
]
Engine: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--flow-engine",
        metavar="NAME",
        help="What finds a clip's flow: dis, dis-fine, farneback, or the path of a flow network (.onnx); "
        "default: dis-fine.",
    ),
]
From: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="TIME", help="Where to begin in a clip: seconds (12.5) or timecode (1:02.5)."
    ),
]
To: TypeAlias = Annotated[
    str | None,
    typer.Option("--to", metavar="TIME", help="Where to end in a clip; this moment is not included."),
]

_TYPED: Final = {"begin": "--from", "end": "--to"}
"""Options that are typed otherwise than they are called."""


@dataclass(frozen=True)
class ForClips:
    """What is said of clips alone; None where nothing is."""

    coherence: Coherence = None
    following_iterations: FollowingIterations = None
    temporal_weight: TemporalWeight = None
    opacity: Opacity = None
    offset: Offsets = None
    passes: Passes = None
    flow_engine: Engine = None
    begin: From = None
    end: To = None

    @property
    def typed(self) -> list[str]:
        """The options that were given."""
        said = [one.name for one in fields(self) if getattr(self, one.name) is not None]
        return [_TYPED.get(name, f"--{name.replace('_', '-')}") for name in said]

    def recipe(self) -> VideoRecipe:
        """For the library.

        Raises:
            InvalidOptions: a number is outside what is allowed.
        """
        from rotoscope.optimize.video.recipe import VideoRecipe  # noqa: PLC0415 - torch is heavy

        return VideoRecipe.of_values(
            coherence=self.coherence,
            following_iterations=self.following_iterations,
            temporal_weight=self.temporal_weight,
            opacity=self.opacity,
            offsets=None if self.offset is None else tuple(self.offset),
            passes=self.passes,
        )
