"""The manifest: a clip's facts and its frames as files, in JSON beside them.

Exact numbers are strings (``"1001/30000"``), so that no reader rounds them. One schema serves a folder
of separated frames and a folder of painted ones, which also names the filters.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from rotoscope.errors import ManifestError
from rotoscope.media.info import ColorTags, MediaInfo, VideoInfo

MANIFEST_NAME: Final = "manifest.json"
SCHEMA_VERSION: Final = 1
_CHUNK_BYTES: Final = 1 << 20


def _to_fraction(value: object) -> object:
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError) as error:
            raise ValueError(f"{value!r} is not a fraction such as 1001/30000") from error
    if isinstance(value, Fraction):
        return value
    raise ValueError("write fractions as strings such as 1001/30000")


Rational = Annotated[Fraction, BeforeValidator(_to_fraction), PlainSerializer(str, return_type=str)]
"""A Fraction, in JSON a string such as ``"1001/30000"``."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, 64 hexadecimal digits in lower case."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class SourceIdentity(_Record):
    """Which file the frames came from."""

    file: str
    """Its name, without its folder."""
    size_bytes: int = Field(ge=0)
    sha256: Digest | None
    """None where the source is no single file."""


class StreamColor(_Record):
    """Color tags of the source, by FFmpeg's names; null: untagged."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    range: str | None = None


class StreamFacts(_Record):
    """What is known of the source's picture track."""

    frame_size: tuple[int, int]
    """(width, height) of the upright frames."""
    coded_size: tuple[int, int]
    """(width, height) as stored in the source."""
    time_base: Rational
    """Seconds a unit of ``pts`` and ``duration`` of the frames."""
    average_rate: Rational | None
    """Frames a second as the source's header says."""
    rotation_degrees: Literal[0, 90, 180, 270] = 0
    """Clockwise; applied to the frames already."""
    is_mirrored: bool = False
    """Applied to the frames already."""
    sample_aspect_ratio: Rational = Fraction(1)
    """Width over height of a stored pixel, before turning."""
    color: StreamColor = StreamColor()
    pixel_format: str
    """FFmpeg's name, of the source."""
    is_variable_rate: bool | None
    duration_seconds: Rational | None
    """From the first frame to the end of the last one."""


class FrameEntry(_Record):
    """One frame and its file."""

    index: int = Field(ge=0)
    pts: int
    """In units of the manifest's ``time_base``."""
    duration: int | None = Field(default=None, ge=1)
    """In the same unit; null where the source does not say."""
    file: str
    """Name of the file, relative to the manifest's folder."""
    sha256: Digest

    @model_validator(mode="after")
    def _stays_inside(self) -> FrameEntry:
        path = Path(self.file)
        if not self.file or path.is_absolute() or ".." in path.parts or "\\" in self.file or ":" in self.file:
            raise ValueError(f"file {self.file!r} leaves the folder of the manifest")
        return self


class AppliedFilter(_Record):
    """A filter that painted the frames."""

    name: str
    digest: str
    """Of everything that decides its output."""
    strength: float = Field(default=1.0, ge=0, le=1)
    coherence: str | None = None
    """How the paintings of neighboring frames were kept alike; null in manifests that do not say."""


class ManifestFacts(_Record):
    """What manifests of every version say of a clip."""

    source: SourceIdentity
    stream: StreamFacts
    filters: tuple[AppliedFilter, ...] = ()
    """In the order in which they painted; empty for separated frames."""


class Shards(_Record):
    """Frames as JSON lines, in several files: ``<folder>/000000.jsonl`` has the first ones."""

    folder: Literal["frames"] = "frames"
    """Beside the manifest."""
    frames: int = Field(ge=1)
    """How many there are in all."""
    frames_per_shard: int = Field(ge=1)
    """In every file but the last, which has the rest."""


class ShardedManifest(ManifestFacts):
    """Facts of a clip whose frames are records of a project, in shards beside the manifest."""

    schema_version: Literal[2] = 2
    shards: Shards


class Manifest(ManifestFacts):
    """Facts of a clip and the files of its frames."""

    schema_version: Literal[1] = SCHEMA_VERSION
    frames: tuple[FrameEntry, ...]

    @model_validator(mode="after")
    def _in_order(self) -> Manifest:
        for position, (entry, following) in enumerate(zip(self.frames, self.frames[1:], strict=False)):
            if following.index != entry.index + 1 or following.pts <= entry.pts:
                raise ValueError(
                    f"frames {position} and {position + 1} are not in order: index {entry.index}, "
                    f"{following.index}; pts {entry.pts}, {following.pts}"
                )
        files = [entry.file for entry in self.frames]
        if len(set(files)) < len(files):
            raise ValueError("a file is named by two frames")
        if self.frames and self.frames[0].index != 0:
            raise ValueError(f"the first frame has index {self.frames[0].index}; indices start at 0")
        return self


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a folder.

    Raises:
        ManifestError: there is none, it cannot be read, or it breaks the schema (the first fault is named).
    """
    path = folder / MANIFEST_NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ManifestError(
            f"{folder} has no {MANIFEST_NAME}. Make one with `rotoscope separate`, or give the folder the "
            "manifest of its frames."
        ) from None
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ManifestError(
            f"{path} is not a manifest of version {SCHEMA_VERSION}: at {where}: {first['msg']}. "
            "Restore it, or separate the clip again."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write a folder's manifest, all or nothing; returns its path.

    Raises:
        ManifestError: the folder cannot be written to.
    """
    path = folder / MANIFEST_NAME
    temporary = folder / f".{MANIFEST_NAME}.part"
    try:
        temporary.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise ManifestError(
            f"{path} cannot be written: {error.strerror}. Check the folder and the disk."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def verify_files(folder: Path, manifest: Manifest, *, hashes: bool = False) -> None:
    """Check that the files of a manifest are there and, with ``hashes``, unchanged.

    Raises:
        ManifestError: a file is missing or, with ``hashes``, has other bytes; the first few are named.
    """
    missing = [entry.file for entry in manifest.frames if not (folder / entry.file).is_file()]
    if missing:
        raise ManifestError(
            f"{folder} lacks {len(missing)} of the {len(manifest.frames)} frames of its manifest: "
            f"{_few(missing)}. Put them back, or make the frames again."
        )
    if hashes:
        changed = [
            entry.file for entry in manifest.frames if file_sha256(folder / entry.file) != entry.sha256
        ]
        if changed:
            raise ManifestError(
                f"{len(changed)} of the {len(manifest.frames)} frames in {folder} differ from their manifest "
                f"({_few(changed)}). Make the frames again, or write their new hashes."
            )


def identify(source: Path) -> SourceIdentity:
    """Name, size and SHA-256 of a source; of a folder or pattern the name alone."""
    if not source.is_file():
        return SourceIdentity(file=source.name, size_bytes=0, sha256=None)
    return SourceIdentity(file=source.name, size_bytes=source.stat().st_size, sha256=file_sha256(source))


def stream_facts(info: MediaInfo, *, time_base: Fraction) -> StreamFacts:
    """The facts of a source as its manifest states them; ``time_base`` is that of the frames' times."""
    video = info.video
    return StreamFacts.model_validate(
        {
            "frame_size": video.frame_size,
            "coded_size": video.coded_size,
            "time_base": time_base,
            "average_rate": video.average_rate,
            "rotation_degrees": video.rotation_degrees,
            "is_mirrored": video.is_mirrored,
            "sample_aspect_ratio": video.sample_aspect_ratio,
            "color": _color(video),
            "pixel_format": video.pixel_format,
            "is_variable_rate": video.is_variable_rate,
            "duration_seconds": video.duration_seconds_from_content,
        }
    )


def color_of(facts: StreamFacts) -> ColorTags:
    """The color tags of a manifest."""
    color = facts.color
    return ColorTags(color.primaries, color.transfer, color.matrix, color.range)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        ManifestError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def _color(video: VideoInfo) -> StreamColor:
    tags = video.color
    return StreamColor(primaries=tags.primaries, transfer=tags.transfer, matrix=tags.matrix, range=tags.range)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
