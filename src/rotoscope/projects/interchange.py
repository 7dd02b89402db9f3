"""A project's timeline for editing programs, as OpenTimelineIO keeps it, and back.

One video track: a clip for every range of frames under one look, its source range in the source's time, and
the look beside it as metadata. Looks travel as their texts, so the file alone says how to paint.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import MissingExtra, ProjectError
from rotoscope.media.atomic import refuse_existing, write_new_file
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.projects.alone import by_oneself
from rotoscope.projects.looks import lay, runs_of
from rotoscope.projects.project import Project, State
from rotoscope.projects.records import TIMELINE, LookPath, LookSpan, to_lines
from rotoscope.render.looks.reading import parse_look


class CheckLook(Protocol):
    """What a look's text is held against."""

    def __call__(self, text: str, /, *, name: str) -> object:
        """Raise InvalidLook where it is not in order; ``name`` is what messages call it."""
        ...


KEY: Final = "rotoscope"
"""Under which metadata is kept."""


class LookMetadata(BaseModel):
    """What a clip of the timeline says of its look."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    look: LookPath
    coherence: Coherence
    text: Annotated[str, Field(max_length=100_000)]
    """Of the look file."""


def export_timeline(
    project: Project, output: Path, *, overwrite: bool = False, target: str | None = None
) -> int:
    """Write the timeline of the last commit; gives how many clips it has.

    Args:
        project: whose.
        output: an ``.otio`` file.
        overwrite: replace what is there.
        target: path or URI that the timeline names the clip by; None: where it was last on this machine.

    Raises:
        MissingExtra: OpenTimelineIO is not installed.
        OutputExists, EncodeError: the file cannot be written.
    """
    otio = _library()
    refuse_existing(output, overwrite=overwrite)
    state = project.state
    texts = state.looks()
    place = target or project.repository.setting("clip") or state.manifest.source.file
    rate = _rate(state)
    track = otio.schema.Track(name="painted", kind=otio.schema.TrackKind.Video)
    for first, stop, span in runs_of(state.timeline, len(state.frames)):
        clip = otio.schema.Clip(
            name=Path(span.look).stem if span else "unpainted",
            media_reference=otio.schema.ExternalReference(
                target_url=place, available_range=_time_range(otio, state, 0, len(state.frames), rate)
            ),
            source_range=_time_range(otio, state, first, stop, rate),
        )
        told: dict[str, Any] = {
            "first": first,
            "stop": stop,
            "start_seconds": str(state.seconds_at(first)),
            "stop_seconds": str(state.seconds_at(stop)),
        }
        if span is not None:
            text = texts.get(span.look, b"").decode()
            told |= {"look": span.look, "coherence": span.coherence, "text": text}
        clip.metadata[KEY] = told
        track.append(clip)
    timeline = otio.schema.Timeline(name=Path(state.manifest.source.file).stem)
    timeline.tracks.append(track)
    timeline.metadata[KEY] = {
        "source": state.manifest.source.model_dump(mode="json"),
        "commit": state.commit.decode(),
    }
    content = otio.adapters.write_to_string(timeline, "otio_json") + "\n"
    write_new_file(output, content.encode(), overwrite=overwrite)
    return len(track)


@by_oneself
def import_timeline(project: Project, source: Path, *, check_look: CheckLook = parse_look) -> str | None:
    """Take the looks and their ranges from a timeline; gives the commit's id, None where nothing is new.

    A clip's source range decides which frames, to the nearest one: a program may have moved it.

    Args:
        project: whose timeline.
        source: an ``.otio`` file.
        check_look: what the texts of its looks are held against.

    Raises:
        MissingExtra: OpenTimelineIO is not installed.
        ProjectError: the file is no timeline, is one of another clip, or has no look of Rotoscope in it.
        InvalidLook: the text of a look is not in order.
    """
    otio = _library()
    timeline = _read(otio, source)
    state = project.state
    _require_same_source(timeline, state, source)
    spans: list[LookSpan] = []
    texts: dict[str, str] = {}
    for clip in timeline.find_clips():
        told = clip.metadata.get(KEY)
        if told is None or "look" not in told:
            continue
        look = _metadata(told, source)
        check_look(look.text, name=f"{look.look} in {source}")
        if texts.setdefault(look.look, look.text) != look.text:
            raise ProjectError(f"{source} has two texts of {look.look}. Give one of them another name.")
        bounds = _frames(state, clip.trimmed_range())
        if bounds:
            span = LookSpan(first=bounds[0], stop=bounds[1], look=look.look, coherence=look.coherence)
            spans = lay(spans, span)
    if not spans:
        raise ProjectError(
            f"{source} has no clip with a look of Rotoscope. Export a timeline with `rotoscope project "
            "export --otio FILE` and change that."
        )
    files: dict[str, bytes | None] = {name: text.encode() for name, text in texts.items()}
    files[TIMELINE] = to_lines(spans)
    if all(project.repository.read(state.commit, name) == content for name, content in files.items()):
        return None
    lines = [f"{state.told_range(one.first, one.stop)}: {one.look}, {one.coherence}" for one in spans]
    return project.commit("\n".join([f"Take the timeline of {source.name}", "", *lines]) + "\n", files)


def _library() -> Any:  # noqa: ANN401 - a module without types
    if find_spec("opentimelineio") is None:
        raise MissingExtra(
            "Timelines need OpenTimelineIO, which is not installed: install the extra with pip install "
            '"rotoscope[otio]".'
        )
    import opentimelineio  # noqa: PLC0415 - optional  # pyright: ignore[reportMissingTypeStubs]

    return opentimelineio


def _read(otio: Any, source: Path) -> Any:  # noqa: ANN401 - a module without types
    try:
        timeline = otio.adapters.read_from_file(str(source), "otio_json")
    except (OSError, ValueError, otio.exceptions.OTIOError) as error:
        raise ProjectError(f"{source} cannot be read as a timeline: {error}. Give an .otio file.") from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise ProjectError(f"{source} holds a {type(timeline).__name__} and no timeline. Give an .otio file.")
    return timeline


def _require_same_source(timeline: Any, state: State, source: Path) -> None:  # noqa: ANN401
    told = timeline.metadata.get(KEY, {}).get("source", {})
    wanted = state.manifest.source.sha256
    if told.get("sha256") not in (None, wanted):
        raise ProjectError(
            f"{source} is a timeline of another clip: {told.get('file')} with SHA-256 "
            f"{str(told.get('sha256'))[:12]}…. Import it into the project of that clip."
        )


def _metadata(told: Any, source: Path) -> LookMetadata:  # noqa: ANN401 - the library's dictionary
    try:
        return LookMetadata.model_validate(dict(told.items()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProjectError(
            f"{source} has a clip whose look is not in order: at metadata.{KEY}.{where}: {first['msg']}. "
            "Export the timeline again, and change that."
        ) from error


def _rate(state: State) -> Fraction:
    stream = state.manifest.stream
    return stream.average_rate or 1 / stream.time_base


def _time_range(otio: Any, state: State, first: int, stop: int, rate: Fraction) -> Any:  # noqa: ANN401
    start, end = state.seconds_at(first), state.seconds_at(stop)
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(start * rate), float(rate)),
        otio.opentime.RationalTime(float((end - start) * rate), float(rate)),
    )


def _frames(state: State, wanted: Any) -> tuple[int, int] | None:  # noqa: ANN401 - the library's range
    """First and stop of the frames whose times are nearest to a range's ends; None where there are none."""
    start = wanted.start_time.to_seconds()
    end = start + wanted.duration.to_seconds()
    times = [float(state.seconds_at(index)) for index in range(len(state.frames) + 1)]
    first, stop = _nearest(times, start), _nearest(times, end)
    return (first, stop) if first < stop else None


def _nearest(times: list[float], at: float) -> int:
    place = bisect_left(times, at)
    around = [index for index in (place - 1, place) if 0 <= index < len(times)]
    return min(around, key=lambda index: abs(times[index] - at))
