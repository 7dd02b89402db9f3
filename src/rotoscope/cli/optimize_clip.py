"""What ``rotoscope optimize`` does with a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rotoscope.cli.bar import optimizing_clip_bar
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rotoscope.cli.feature_network import Running
    from rotoscope.cli.optimize_clip_options import ForClips
    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.painting import PaintingOptions
    from rotoscope.optimize.recipe import OptimizeRecipe
    from rotoscope.optimize.style_source import StyleSource
    from rotoscope.optimize.video.painting import ClipOptions, PaintedClip
    from rotoscope.settings import Settings


def is_clip(source: Path) -> bool:
    """Whether a source is no still.

    Raises:
        OpenError, UnsupportedMedia: it cannot be read.
    """
    from rotoscope.media.clip import open_clip  # noqa: PLC0415 - see cli.main
    from rotoscope.media.info import MediaKind  # noqa: PLC0415

    return open_clip(source).info.kind is not MediaKind.STILL


def refuse_for_stills(source: Path, asked: ForClips) -> None:
    """Refuse what says nothing of a still.

    Raises:
        InvalidOptions: something for clips was said.
    """
    if asked.typed:
        raise InvalidOptions(
            f"{source} is a still; for clips alone: {', '.join(asked.typed)}. Leave that out, or give a "
            f"video, an animation or a folder of frames."
        )


def optimize_clip(
    source: Path,
    styles: Sequence[StyleSource],
    output: Path,
    asked: ForClips,
    *,
    encoder: FeatureNetwork,
    recipe: OptimizeRecipe,
    still: PaintingOptions,
    settings: Settings,
    running: Running,
) -> None:
    """Call and present; ``still`` has what was said for stills as well as clips."""
    from rotoscope.optimize.video import painting  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.render.interrupt import stop_on_interrupt  # noqa: PLC0415

    if still.trace is not None or still.plot is not None:
        raise InvalidOptions("--trace and --plot are for stills; a clip has as many traces as frames.")
    video, clip_options = asked.recipe(), _options(asked, still, settings)
    with stop_on_interrupt() as should_stop, optimizing_clip_bar(shown=running.is_shown) as on_progress:
        painted = painting.optimize_clip(
            source,
            styles,
            output,
            encoder=encoder,
            cache_dir=settings.cache_dir,
            recipe=recipe,
            video=video,
            options=clip_options,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    _present(painted, as_json=running.as_json, quiet=running.quiet)


def _options(asked: ForClips, still: PaintingOptions, settings: Settings) -> ClipOptions:
    from rotoscope.cli.requests import make_selection  # noqa: PLC0415 - see cli.main
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415
    from rotoscope.motion.network import open_engine  # noqa: PLC0415
    from rotoscope.optimize.video.painting import ENGINE, ClipOptions  # noqa: PLC0415

    return ClipOptions(
        size=still.size,
        selection=make_selection(asked.begin, asked.end, None, None),
        start=still.start,
        masks=still.masks,
        engine=open_engine(asked.flow_engine or ENGINE.name),
        encoder=EncoderOptions(quality=still.quality),
        live=still.live,
        restart=still.restart,
        most_kept_bytes=settings.segments_bytes,
        memory=still.memory,
        device=still.device,
        threads=still.threads,
        overwrite=still.overwrite,
    )


def _present(painted: PaintedClip, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(painted)
    elif not quiet and painted.is_complete:
        typer.echo(summary(painted))
        print_notes(painted.notes)
    if not painted.is_complete:
        typer.echo(stopped(painted), err=True)
        raise typer.Exit(130)


def summary(painted: PaintedClip) -> str:
    """``painted.mp4: 48 frames in 2 shots, 455x256, coherence temporal, in 31:04, 1.2 MB``."""
    shots = "" if painted.shots == 1 else f" in {painted.shots} shots"
    width, height = painted.frame_size
    found, made = painted.paintings_found, painted.paintings
    before = f", {found} of {made} paintings made before" if found else ""
    return (
        f"{painted.output}: {painted.frames} frames{shots}, {width}x{height}, coherence {painted.coherence}, "
        f"in {human_duration(painted.seconds)}{before}, {human_size(painted.size_bytes)}"
    )


def stopped(painted: PaintedClip) -> str:
    """What is said where Ctrl-C came."""
    return (
        f"Stopped after {painted.paintings} finished paintings of {painted.frames} frames; they are kept in "
        f"{painted.kept_in}, and the same command goes on from them. {painted.output} was not written."
    )
