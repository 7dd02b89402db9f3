"""What a project keeps in its files. docs/project.schema.json is made of these classes.

Canonical JSON: keys sorted, one record a line, a line feed after the last. So Git compares line by line, and
the same facts are the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema

from rotoscope.errors import ProjectError
from rotoscope.media.manifest import Digest, ShardedManifest, Shards
from rotoscope.motion.coherence.modes import Coherence

FRAMES_PER_SHARD: Final = 500
MANIFEST: Final = "manifest.json"
RESULTS: Final = "results.jsonl"
TIMELINE: Final = "timeline.jsonl"
FRAMES: Final = "frames"
LOOKS: Final = "looks"
OVERRIDES: Final = "overrides"
STILLS: Final = "stills"
LookPath = Annotated[str, Field(pattern=r"^looks/[A-Za-z0-9][A-Za-z0-9._-]*\.yaml$")]
"""Of a look file in the project."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Painted(_Line):
    """What a frame was painted to, and what decided the bits beside its look."""

    sha256: Digest
    """Of its RGB pixels before encoding, row by row: (H, W, 3 or 4), uint16 in little endian."""
    look: LookPath
    coherence: Coherence
    """How neighboring frames were kept alike."""
    runtime: str | None
    """Library that ran the network, with its version; null where no network painted."""
    precision: str | None
    """Its arithmetic: ``f32`` or ``bf16``; null likewise."""


class FrameRecord(_Line):
    """One frame of the source: a line of ``frames/000000.jsonl`` and those after it."""

    index: int = Field(ge=0)
    pts: int
    """In units of the manifest's ``time_base``."""
    source: Digest
    """Of its decoded pixels, upright RGB, laid out as those of a painted frame."""
    painted: Painted | None = None
    """Null while no look was painted at it."""
    override: Digest | None = None
    """Of the pixels of a retouched still, ``overrides/<sha256>.png``, that is shown instead."""


class LookSpan(_Line):
    """A look over a range of frames: a line of ``timeline.jsonl``. Ranges rise and do not overlap."""

    first: int = Field(ge=0)
    """Index of its first frame."""
    stop: int = Field(ge=1)
    """Index after its last one."""
    look: LookPath
    coherence: Coherence


class ResultRecord(_Line):
    """One output that was made: a line of ``results.jsonl``."""

    output: str
    """Its name, without its folder."""
    sha256: Digest
    """Of the file."""
    size_bytes: int = Field(ge=0)
    frames: int = Field(ge=0)
    codec: str
    looks: tuple[LookPath, ...]
    """In the order of the timeline."""
    coherence: tuple[Coherence, ...]
    """Of each of them."""
    filters: dict[str, str]
    """What the looks name, and the digest of what was loaded."""
    frames_found: int = Field(ge=0)
    """Painted in an earlier run, and used again."""
    cost_seconds: float = Field(ge=0)
    """What the run took, by the clock."""


Record = TypeVar("Record", bound=BaseModel)


def to_line(record: BaseModel) -> str:
    """A record as one line of canonical JSON, without its line feed."""
    plain = record.model_dump(mode="json")
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_lines(records: Iterable[BaseModel]) -> bytes:
    """Records as JSON lines."""
    return "".join(f"{to_line(record)}\n" for record in records).encode()


def to_document(record: BaseModel) -> bytes:
    """A record as a file of its own, a key a line."""
    plain = record.model_dump(mode="json")
    return (json.dumps(plain, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def read_lines(kind: type[Record], content: bytes, *, name: str) -> list[Record]:
    """The records of a file of JSON lines.

    Raises:
        ProjectError: a line breaks the schema; it is named.
    """
    adapter = TypeAdapter(kind)
    found: list[Record] = []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            found.append(adapter.validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            raise ProjectError(
                f"{name}, line {number} is not in order: at {where}: {first['msg']}. Bring it back with "
                f"`rotoscope project restore HEAD {name}`."
            ) from error
    return found


def shard_name(number: int) -> str:
    """``frames/000000.jsonl``."""
    return f"{FRAMES}/{number:06d}.jsonl"


def shards_of(frames: list[FrameRecord], shards: Shards) -> dict[str, bytes]:
    """Files of frame records, by name."""
    size = shards.frames_per_shard
    return {
        shard_name(number): to_lines(frames[first : first + size])
        for number, first in enumerate(range(0, len(frames), size))
    }


def project_schema() -> dict[str, Any]:
    """The JSON Schema of a project's files, as docs/project.schema.json has it."""
    kinds = (ShardedManifest, FrameRecord, LookSpan, ResultRecord)
    _, schema = models_json_schema(
        [(kind, "serialization") for kind in kinds],
        title="A project of Rotoscope",
        description="manifest.json is a ShardedManifest; lines of frames/*.jsonl are FrameRecords, of "
        "timeline.jsonl LookSpans, of results.jsonl ResultRecords.",
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
