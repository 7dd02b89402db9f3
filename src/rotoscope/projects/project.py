"""A project: one clip, its frames, looks and results, in a Git repository."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from dulwich.objects import ObjectID
from pydantic import BaseModel, ValidationError

from rotoscope.errors import ProjectError, ProjectNotFound
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.manifest import (
    MANIFEST_NAME,
    ManifestFacts,
    ShardedManifest,
    Shards,
    SourceIdentity,
    StreamFacts,
    file_sha256,
    identify,
    read_manifest,
    stream_facts,
)
from rotoscope.media.timecode import format_time
from rotoscope.projects.records import (
    FRAMES_PER_SHARD,
    LOOKS,
    MANIFEST,
    RESULTS,
    TIMELINE,
    FrameRecord,
    LookSpan,
    ResultRecord,
    read_lines,
    shard_name,
    shards_of,
    to_document,
    to_lines,
)
from rotoscope.projects.repository import Repository
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.segments.frame_log import pixels_sha256

_ATTRIBUTES: Final = b"* -text\n*.png binary\n"
_CLIP: Final = "clip"
Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class State:
    """A project as it was in one commit; read when it is asked for."""

    repository: Repository
    commit: ObjectID

    @cached_property
    def manifest(self) -> ShardedManifest:
        """The clip's facts.

        Raises:
            ProjectError: there is none, or it breaks the schema.
        """
        content = self.repository.read(self.commit, MANIFEST)
        if content is None:
            raise ProjectNotFound(
                f"{self.repository.folder} is a Git repository without a {MANIFEST}, so no project. Make one "
                "in a folder of its own with `rotoscope project init CLIP`."
            )
        try:
            return ShardedManifest.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise ProjectError(
                f"{MANIFEST} of {self.repository.folder} is not a project's: at {where}: {first['msg']}. "
                "Restore an earlier one, or make the project again."
            ) from error

    @cached_property
    def frames(self) -> list[FrameRecord]:
        """Every frame, in order.

        Raises:
            ProjectError: a shard is missing or not in order.
        """
        shards = self.manifest.shards
        count = -(-shards.frames // shards.frames_per_shard)
        found = [one for number in range(count) for one in self._shard(number)]
        if [one.index for one in found] != list(range(shards.frames)):
            raise ProjectError(
                f"{self.repository.folder} should have {shards.frames} frames, numbered from 0, and its "
                f"shards hold {len(found)}. Restore an earlier state with `rotoscope project restore`."
            )
        return found

    def frames_between(self, first: int, stop: int) -> list[FrameRecord]:
        """Frames [first, stop), in order, of which only the shards are read that they are in.

        Raises:
            ProjectError: one of these shards is missing or not in order.
        """
        size = self.manifest.shards.frames_per_shard
        stop = min(stop, self.manifest.shards.frames)
        shards = range(first // size, -(-stop // size)) if first < stop else range(0)
        found = [one for number in shards for one in self._shard(number) if first <= one.index < stop]
        if [one.index for one in found] != list(range(first, stop)):
            raise self._incomplete(first, stop)
        return found

    @cached_property
    def timeline(self) -> list[LookSpan]:
        """Which look is over which frames."""
        return self._lines(LookSpan, TIMELINE)

    @cached_property
    def results(self) -> list[ResultRecord]:
        """What was made."""
        return self._lines(ResultRecord, RESULTS)

    @cached_property
    def files(self) -> dict[str, ObjectID]:
        """Every file, with the id of its bytes."""
        return self.repository.files(self.commit)

    def seconds_at(self, index: int) -> Fraction:
        """When a frame is shown, from the first one; of the index after the last frame, the clip's end."""
        stream, count = self.manifest.stream, self.manifest.shards.frames
        seconds = (self._frame(min(index, count - 1)).pts - self._frame(0).pts) * stream.time_base
        return seconds if index < count else max(seconds, stream.duration_seconds or Fraction(0))

    def told_range(self, first: int, stop: int) -> str:
        """``frames 25 to 49 (0:01.000 to 0:02.000)``."""
        if stop - first == 1:
            return f"frame {first} ({format_time(self.seconds_at(first))})"
        since, until = format_time(self.seconds_at(first)), format_time(self.seconds_at(stop))
        return f"frames {first} to {stop - 1} ({since} to {until})"

    def looks(self) -> dict[str, bytes]:
        """Look files by their names in the project."""
        return {
            name: self.repository.blob(id)
            for name, id in self.files.items()
            if name.startswith(f"{LOOKS}/") and name.endswith(".yaml")
        }

    def _frame(self, index: int) -> FrameRecord:
        size = self.manifest.shards.frames_per_shard
        shard = self._shard(index // size)
        if index % size >= len(shard) or shard[index % size].index != index:
            raise self._incomplete(index, index + 1)
        return shard[index % size]

    def _incomplete(self, first: int, stop: int) -> ProjectError:
        which = f"the frame {first}" if stop - first == 1 else f"the frames {first} to {stop - 1}"
        return ProjectError(
            f"{self.repository.folder} should have {which}, and its shards do not, or not in order. Restore "
            "an earlier state with `rotoscope project restore`."
        )

    def _shard(self, number: int) -> list[FrameRecord]:
        if number not in self._shards:
            self._shards[number] = self._lines(FrameRecord, shard_name(number))
        return self._shards[number]

    @cached_property
    def _shards(self) -> dict[int, list[FrameRecord]]:
        """Those that were read."""
        return {}

    def _lines(self, kind: type[Record], name: str) -> list[Record]:
        return read_lines(kind, self.repository.read(self.commit, name) or b"", name=name)


class Project:
    """A project in a folder. Made by :func:`init_project` and opened by :func:`open_project`."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.folder = repository.folder

    @property
    def state(self) -> State:
        """As the last commit has it."""
        return State(self.repository, self.repository.head)

    def state_at(self, name: str) -> State:
        """As a commit or branch has it.

        Raises:
            ProjectNotFound: no such commit or branch.
        """
        return State(self.repository, self.repository.resolve(name))

    def require_clean(self, doing: str) -> None:
        """Refuse what would write over changes that nobody committed.

        Raises:
            ProjectError: there are some; they are named.
        """
        changed = self.repository.uncommitted()
        if changed:
            raise ProjectError(
                f"{doing} would write over changes in {', '.join(changed[:3])}{' …' if changed[3:] else ''} "
                "that are not committed. Commit them with `git commit -a`, or give them up with "
                "`rotoscope project restore HEAD`."
            )

    def clip(self, given: Path | None = None) -> Path:
        """The clip, which is no part of the repository: where it was last, or beside the project's folder.

        Args:
            given: where it is now; remembered.

        Raises:
            ProjectError: it is not there, or another one than the manifest names.
        """
        source = self.state.manifest.source
        last = self.repository.setting(_CLIP)
        places = [given] if given else [Path(last)] if last else []
        if given is None:
            places += [self.folder / source.file, self.folder.absolute().parent / source.file]
        found = next((place for place in places if place.exists()), None)
        if found is None:
            looked = ", ".join(str(place) for place in places)
            raise ProjectError(
                f"The clip {source.file} of {self.folder} was not found at {looked}. Say where it is with "
                "--clip FILE."
            )
        self._require_same(found, source)
        self.remember_clip(found)
        return found

    def remember_clip(self, place: Path) -> None:
        """Keep where the clip is; in this folder alone."""
        told = str(place.absolute())
        if self.repository.setting(_CLIP) != told:
            self.repository.set(_CLIP, told)

    def _require_same(self, found: Path, source: SourceIdentity) -> None:
        if source.sha256 is None or found.is_dir():
            return
        same_size = found.stat().st_size == source.size_bytes
        if not same_size or file_sha256(found) != source.sha256:
            raise ProjectError(
                f"{found} is not the clip of {self.folder}: its manifest names {source.file} of "
                f"{source.size_bytes} bytes with SHA-256 {source.sha256[:12]}…. Give that file with --clip."
            )

    def commit(self, message: str, files: Mapping[str, bytes | None]) -> str:
        """Commit files, with look files that were put or changed by hand; gives the commit's id."""
        own = {
            f"{LOOKS}/{path.relative_to(self.folder / LOOKS).as_posix()}": path.read_bytes()
            for path in sorted((self.folder / LOOKS).rglob("*"))
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        }
        return self.repository.commit(message, {**own, **files})


def init_project(
    source: str | Path, folder: str | Path | None = None, *, on_progress: ProgressCallback | None = None
) -> Project:
    """Make a project of a clip: every frame is decoded once, and its hash noted.

    Args:
        source: a video, an animation, or a folder of stills, with the manifest of ``separate`` or without.
        folder: made; by default the clip's name with ``.project``, beside it.
        on_progress: called after every frame.

    Raises:
        ProjectError: the folder holds something already.
        RotoscopeError: the clip cannot be read; see :mod:`rotoscope.errors`. No folder is left then.
    """
    source = Path(source)
    folder = Path(folder) if folder is not None else source.with_name(f"{source.stem}.project")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            f"{folder} exists already and is not empty. Give a folder of another name; to see a project that "
            "is there, `rotoscope project status`."
        )
    clip = open_clip(source)
    frames = _hashed(clip, on_progress)
    facts = _facts(clip)
    shards = Shards(frames=len(frames), frames_per_shard=FRAMES_PER_SHARD)
    manifest = ShardedManifest(source=facts.source, stream=facts.stream, filters=facts.filters, shards=shards)
    made_before = folder.exists()
    try:
        project = Project(Repository.create(folder))
        title = f"Begin with {manifest.source.file}: {len(frames)} frames"
        project.commit(title, {".gitattributes": _ATTRIBUTES, **initial_files(manifest, frames)})
    except BaseException:
        shutil.rmtree(folder / ".git" if made_before else folder, ignore_errors=True)
        raise
    project.remember_clip(source)
    return project


def open_project(folder: str | Path = ".") -> Project:
    """The project in a folder.

    Raises:
        ProjectNotFound: there is none.
    """
    project = Project(Repository.open(Path(folder)))
    try:
        project.state.manifest  # noqa: B018 - says what is wrong with it
    except KeyError:
        raise ProjectNotFound(
            f"{folder} is a Git repository without a commit, so no project. Make one in a folder of its own "
            "with `rotoscope project init CLIP`."
        ) from None
    return project


def initial_files(manifest: ShardedManifest, frames: Iterable[FrameRecord]) -> dict[str, bytes]:
    """The files of a project that nobody has painted yet."""
    return {
        MANIFEST: to_document(manifest),
        TIMELINE: to_lines(()),
        RESULTS: to_lines(()),
        **shards_of(list(frames), manifest.shards),
    }


def _hashed(clip: Clip, on_progress: ProgressCallback | None) -> list[FrameRecord]:
    meter = ProgressMeter("read", frames_expected=clip.expected_frames, on_progress=on_progress)
    found: list[FrameRecord] = []
    for frame in clip.frames():
        found.append(FrameRecord(index=frame.index, pts=frame.pts, source=pixels_sha256(frame.pixels)))
        meter.advance((frame.shape[1], frame.shape[0]))
    return found


def _facts(clip: Clip) -> ManifestFacts:
    """What is known of a clip, by its manifest where it has one."""
    if clip.source.is_dir() and (clip.source / MANIFEST_NAME).exists():
        told = read_manifest(clip.source)
        return ManifestFacts(source=told.source, stream=told.stream, filters=told.filters)
    stream: StreamFacts = stream_facts(clip.info, time_base=clip.time_base)
    return ManifestFacts(source=identify(clip.source), stream=stream)
