"""Painting a project: looks over ranges of its clip become one video, and a commit."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.errors import InvalidOptions, ProjectError
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.manifest import file_sha256
from rotoscope.media.selection import WHOLE_CLIP
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.projects.alone import by_oneself
from rotoscope.projects.looks import BuildLook, LoadFilter, LookFile, arithmetic, build, lay, runs_of
from rotoscope.projects.project import Project, State
from rotoscope.projects.records import (
    LOOKS,
    OVERRIDES,
    RESULTS,
    STILLS,
    TIMELINE,
    FrameRecord,
    LookSpan,
    Painted,
    ResultRecord,
    shards_of,
    to_lines,
)
from rotoscope.render.any_look import AnyLook
from rotoscope.render.holding import held_within_shots
from rotoscope.render.look import Look
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.recipe_line import RecipeLine
from rotoscope.render.result import RenderResult
from rotoscope.render.segments.frame_log import FrameLog, Retouched
from rotoscope.render.segments.painting import paint_segments
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.planned import PlannedRender, open_render
from rotoscope.render.segments.store import SegmentStore, require_folder
from rotoscope.render.segments.video import join_render, required_piece
from rotoscope.render.stylize import DEFAULT_ENCODER, finish

_UNPAINTED: Final = Look()


@dataclass(frozen=True, slots=True)
class Range:
    """Which part a look is laid over: times from the first frame; None: from the beginning, to the end."""

    start: Fraction | None = None
    stop: Fraction | None = None


@dataclass(frozen=True, slots=True)
class PaintedProject:
    """What a painting has made."""

    result: RenderResult
    commit: str
    """Its id."""
    frames_changed: int
    """Frames that look otherwise than in the commit before."""
    frames_painted: int
    """Frames that were painted now; the others were found."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of frames under one look."""

    span: LookSpan | None
    """None: no look is over it."""
    look: AnyLook
    planned: PlannedRender
    segments: tuple[Segment, ...]


@by_oneself
def paint_project(
    project: Project,
    output: str | Path,
    load_filter: LoadFilter,
    *,
    look: LookFile | None = None,
    over: Range = Range(),
    clip: Path | None = None,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    options: RenderOptions = DEFAULT_OPTIONS,
    overwrite: bool = False,
    with_frames: bool = False,
    build_look: BuildLook | None = None,
    on_progress: ProgressCallback | None = None,
) -> PaintedProject:
    """Paint the whole clip by the project's timeline, and commit what came of it.

    Segments that were painted before are found again, so a look over one second costs that second. What no
    look is over stays unpainted; retouched frames take their places.

    Args:
        project: whose clip is painted.
        output: a video.
        load_filter: loads the filters that looks name.
        look: laid over ``over`` first; None: the timeline stays as it is.
        over: where.
        clip: where the clip is now; None: where it was last.
        encoder: codec and quality.
        options: how it is read and rendered; coherence is that of the new look.
        overwrite: replace an output that is there already.
        with_frames: commit every painted frame as a still.
        build_look: makes looks ready to paint; None: files that they name lie in the project's ``looks``.
        on_progress: called after every frame.

    Raises:
        ProjectError: the timeline is empty, the range holds no frame, or the clip is not at hand.
        ProjectBusy: somebody else is changing the project.
        RotoscopeError: see :mod:`rotoscope.errors`; neither an output nor a commit is left then.
    """
    output = Path(output)
    source = project.clip(clip)
    refuse_source(output, source)
    refuse_existing(output, overwrite=overwrite)
    state = project.state
    timeline, texts = _laid(project, look, over, options.coherence)
    make: BuildLook = build_look or (lambda one: build(one, project.folder, load_filter))
    looks = _built(project, timeline, texts, make)
    with contextlib.ExitStack() as stack:
        store = options.store or SegmentStore(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        require_folder(store)
        stills = project.repository.place(STILLS) if with_frames else None
        log = FrameLog(stills, _retouched(project, state))
        settings = replace(options, store=store, frame_log=log)
        parts = list(
            _parts(source, output, state, timeline, looks, encoder=encoder, options=settings, store=store)
        )
        meter = ProgressMeter("stylize", frames_expected=len(state.frames), on_progress=on_progress)
        _paint(parts, store, meter)
        result = _join(parts, store, output, meter, overwrite=overwrite)
        hashes = {pts: sha for part in parts for pts, sha in _noted(part, store).items()}
    frames = _painted(state.frames, parts, hashes)
    record = _record(result, timeline, looks, meter)
    files = _stills(project, hashes, all_of_them=with_frames) | {name: texts[name].encode() for name in looks}
    files |= _records(state, timeline, frames, record)
    changed = [new.index for old, new in zip(state.frames, frames, strict=True) if _shown(old) != _shown(new)]
    id = project.commit(_message(state, timeline, look, over, record, changed), files)
    return PaintedProject(result, id, len(changed), record.frames - record.frames_found)


def _built(
    project: Project, timeline: list[LookSpan], texts: Mapping[str, str], make: BuildLook
) -> dict[str, AnyLook]:
    """The looks of a timeline, ready to paint, by name."""
    names = dict.fromkeys(span.look for span in timeline)
    return {name: make(LookFile(name, _text(project, texts, name))) for name in names}


def _records(
    state: State, timeline: list[LookSpan], frames: list[FrameRecord], record: ResultRecord
) -> dict[str, bytes]:
    """The files that say what was painted."""
    return {
        TIMELINE: to_lines(timeline),
        RESULTS: to_lines([*state.results, record]),
        **shards_of(frames, state.manifest.shards),
    }


def _laid(
    project: Project, look: LookFile | None, over: Range, coherence: Coherence
) -> tuple[list[LookSpan], dict[str, str]]:
    """The timeline with a look laid on it, and the texts of looks by name.

    Raises:
        ProjectError: there is no look then.
    """
    state = project.state
    timeline = state.timeline
    texts = {name: content.decode() for name, content in _looks_in(project).items()}
    if look is not None:
        span = LookSpan.model_validate({**_frames_of(state, over), "look": look.name, "coherence": coherence})
        timeline = lay(timeline, span)
        texts[look.name] = look.text
    if not timeline:
        raise ProjectError(
            f"{project.folder} has no look yet. Paint with one: --look FILE, or --filter NAME."
        )
    return timeline, texts


def _looks_in(project: Project) -> Mapping[str, bytes]:
    """Look files as they are in the folder, committed or not: one may edit them there."""
    folder = project.folder
    files = [path for path in project.repository.place(LOOKS).glob("*.yaml") if not path.is_symlink()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _text(project: Project, texts: Mapping[str, str], name: str) -> str:
    if name not in texts:
        raise ProjectError(
            f"{project.folder} has no {name}, which its timeline names. Bring it back with `rotoscope "
            f"project restore HEAD {name}`, or lay another look over its frames."
        )
    return texts[name]


def _frames_of(state: State, over: Range) -> dict[str, int]:
    """The frames shown in a range.

    Raises:
        InvalidOptions: there are none.
    """
    count = len(state.frames)
    start, stop = over.start or Fraction(0), over.stop
    inside = [
        index
        for index in range(count)
        if start <= (at := state.seconds_at(index)) and (stop is None or at < stop)
    ]
    if not inside:
        raise InvalidOptions(
            f"No frame of {state.manifest.source.file} is shown in that range: it has {count} frames and "
            f"lasts {float(state.seconds_at(count)):.3f} s. Give an earlier --start, or a later --stop."
        )
    return {"first": inside[0], "stop": inside[-1] + 1}


def _retouched(project: Project, state: State) -> dict[int, Retouched]:
    found = {
        frame.pts: Retouched(project.repository.place(f"{OVERRIDES}/{frame.override}.png"), frame.override)
        for frame in state.frames
        if frame.override
    }
    for still in found.values():
        if not still.file.exists():
            name = still.file.relative_to(project.folder).as_posix()
            raise ProjectError(
                f"{still.file} is missing, which is shown instead of a painted frame. Bring it back with "
                f"`rotoscope project restore HEAD {name}`."
            )
    return found


def _parts(
    source: Path,
    output: Path,
    state: State,
    timeline: list[LookSpan],
    looks: Mapping[str, AnyLook],
    *,
    encoder: EncoderOptions,
    options: RenderOptions,
    store: SegmentStore,
) -> Iterator[_Part]:
    """Every run of frames with its look, in order, planned."""
    number = 0
    for first, stop, span in runs_of(timeline, len(state.frames)):
        look = looks[span.look] if span else _UNPAINTED
        planned = open_render(
            source,
            output,
            look,
            selection=WHOLE_CLIP,
            encoder=encoder,
            options=replace(options, coherence=span.coherence if span else "off"),
            store=store,
        )
        if planned is None:
            raise InvalidOptions(f"{output} is no video that a project paints: name it .mp4, .mov or .mkv.")
        if planned.job.clip.expected_frames != len(state.frames):
            raise ProjectError(
                f"{source} gives {planned.job.clip.expected_frames} frames, and the project has "
                f"{len(state.frames)}. It has changed, or is read otherwise now: make the project again."
            )
        cut = _within(planned.segments, first, stop, number)
        number += len(cut)
        yield _Part(span, look, planned, cut)


def _within(segments: Iterable[Segment], first: int, stop: int, number: int) -> tuple[Segment, ...]:
    """Segments cut to a range; numbered from ``number``."""
    kept: list[Segment] = []
    for one in segments:
        since, until = max(one.first, first), min(one.stop, stop)
        if since < until:
            is_part = (since, until) != (one.first, one.stop)
            kept.append(Segment(number + len(kept), since, until, (one.first, one.stop) if is_part else None))
    return tuple(kept)


def _paint(parts: Iterable[_Part], store: SegmentStore, meter: ProgressMeter) -> None:
    """Paint the segments that are not in the store."""
    for part in parts:
        job = part.planned.job
        missing: list[Segment] = []
        for segment in part.segments:
            piece = job.find(segment, store)
            if piece is None:
                missing.append(segment)
            else:
                height, width, _ = piece.index.facts.shape
                meter.found(piece.index.facts.frames, (width, height))
        for run in _together(missing):
            held_from = held_within_shots(job.clip, job.look)
            painter = FramePainter(
                job.look,
                job.grading.view,
                origin=job.clip.origin_seconds,
                held_from=held_from,
                first_index=job.reach(run[0]).since,
            )
            paint_segments(job, run, store, painter, meter)


def _together(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Segments that follow on each other; parts of longer ones by themselves."""
    run: list[Segment] = []
    for segment in segments:
        if run and (segment.within or run[-1].within or run[-1].stop != segment.first):
            yield run
            run = []
        run.append(segment)
    if run:
        yield run


def _join(
    parts: list[_Part], store: SegmentStore, output: Path, meter: ProgressMeter, *, overwrite: bool
) -> RenderResult:
    pieces = [required_piece(part.planned, segment, store) for part in parts for segment in part.segments]
    planned = parts[0].planned
    report = join_render(planned, pieces, output, overwrite=overwrite, meter=meter.following("assemble"))
    found = meter.frames_found
    again = (f"{found} of {meter.frames_done} frames were painted before, and used again",) if found else ()
    names = " + ".join(dict.fromkeys(part.look.description for part in parts if part.span))
    notes = (*planned.job.clip.problems, *planned.job.grading.notes, *report.notes, *again)
    return finish(report, meter, look=names, notes=notes)


def _noted(part: _Part, store: SegmentStore) -> dict[int, str]:
    notes: dict[int, str] = {}
    for segment in part.segments:
        notes |= store.notes(part.planned.job.key(segment)) or {}
    return notes


def _painted(frames: list[FrameRecord], parts: list[_Part], hashes: Mapping[int, str]) -> list[FrameRecord]:
    """The frames with what they were painted to."""
    made: list[FrameRecord] = []
    for part in parts:
        runtime, precision = arithmetic(part.look)
        for frame in frames[part.segments[0].first : part.segments[-1].stop]:
            sha256 = hashes.get(frame.pts)
            painted = None
            if part.span and sha256:
                painted = Painted(
                    sha256=sha256,
                    look=part.span.look,
                    coherence=part.span.coherence,
                    runtime=runtime,
                    precision=precision,
                )
            made.append(frame.model_copy(update={"painted": painted}))
    return made


def _shown(frame: FrameRecord) -> str | None:
    return frame.painted.sha256 if frame.painted else None


def _record(
    result: RenderResult, timeline: list[LookSpan], looks: Mapping[str, AnyLook], meter: ProgressMeter
) -> ResultRecord:
    filters: dict[str, str] = {}
    for look in looks.values():
        if look.recipe is not None:
            filters |= RecipeLine.model_validate_json(look.recipe).filters
    return ResultRecord(
        output=result.output.name,
        sha256=file_sha256(result.output),
        size_bytes=result.size_bytes,
        frames=result.frames,
        codec=result.codec,
        looks=tuple(span.look for span in timeline),
        coherence=tuple(span.coherence for span in timeline),
        filters=filters,
        frames_found=meter.frames_found,
        cost_seconds=round(result.elapsed_seconds, 3),
    )


def _stills(project: Project, hashes: Mapping[int, str], *, all_of_them: bool) -> dict[str, bytes | None]:
    """Stills of the painted frames, where they are wanted; those of earlier paintings are taken away."""
    wanted = {f"{STILLS}/{sha256}.png" for sha256 in hashes.values()}
    there = {path.relative_to(project.folder).as_posix() for path in (project.folder / STILLS).glob("*.png")}
    return {
        name: (project.folder / name).read_bytes() if name in wanted else None
        for name in sorted(wanted | there if all_of_them else there)
    }


def _message(
    state: State,
    timeline: list[LookSpan],
    look: LookFile | None,
    over: Range,
    record: ResultRecord,
    changed: list[int],
) -> str:
    if look is None:
        what = "Paint by the timeline"
    elif over == Range():
        what = f"Paint with {look.title}"
    else:
        span = _frames_of(state, over)
        what = f"Paint {state.told_range(span['first'], span['stop'])} with {look.title}"
    count = len(changed)
    title = f"{what}: {count} of {len(state.frames)} frames changed"
    lines = [f"{state.told_range(span.first, span.stop)}: {span.look}, {span.coherence}" for span in timeline]
    made = f"{record.output}: {record.size_bytes} bytes, {record.codec}, in {record.cost_seconds:.1f} s"
    return "\n".join([title, "", *lines, made]) + "\n"
