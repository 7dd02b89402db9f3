"""What a place owns of what was published there before: the record that is kept beside the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import PublishError
from rotoscope.media.manifest import file_sha256

SITE_RECORD: Final = ".rotoscope-site.json"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class OwnedFile(_Record):
    """A file that was published."""

    sha256: Digest
    size_bytes: int = Field(ge=0)


class OwnedFiles(_Record):
    """Files of a place that belong to what was published there, by path."""

    site: Literal[1] = 1
    """Version of this record."""
    files: dict[str, OwnedFile] = Field(default_factory=dict[str, OwnedFile])
    pending: dict[str, Digest] = Field(default_factory=dict[str, Digest])
    """What was about to take files' places; empty where publishing came to its end."""
    made: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What was made of which medium, by a key of everything that decides it: need not be made again."""

    def owns(self, path: str, digest: str) -> bool:
        """Whether a file with these bytes came from here."""
        known = self.files.get(path)
        return (known is not None and known.sha256 == digest) or self.pending.get(path) == digest

    def to_bytes(self) -> bytes:
        """As its file has it."""
        return (self.model_dump_json(indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of what is published."""

    sha256: str
    size_bytes: int
    content: bytes | Path | None
    """Its bytes, or a local file that has them; None: the place has it already."""

    @classmethod
    def of(cls, content: bytes | Path) -> PublishedFile:
        """Of bytes, or of a local file."""
        if isinstance(content, Path):
            return cls(file_sha256(content), content.stat().st_size, content)
        return cls(sha256(content).hexdigest(), len(content), content)

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            ValueError: they are at the place alone.
        """
        if self.content is None:
            raise ValueError("the file is at its place alone")
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


def parse_record(content: bytes | None, *, place: str) -> OwnedFiles:
    """The record of a place; an empty one where it has none.

    Raises:
        PublishError: it is no such record.
    """
    if content is None:
        return OwnedFiles()
    try:
        return OwnedFiles.model_validate_json(content)
    except ValidationError as error:
        raise PublishError(
            f"The record of what was published in {place} ({SITE_RECORD}) is damaged, so that nobody can say "
            "which files there may be replaced. Bring it back from a backup, or publish to another place."
        ) from error


def record_of(files: Mapping[str, PublishedFile], made: Mapping[str, Any]) -> OwnedFiles:
    """The record of these files."""
    owned = {
        path: OwnedFile(sha256=file.sha256, size_bytes=file.size_bytes)
        for path, file in sorted(files.items())
    }
    return OwnedFiles(files=owned, made=dict(sorted(made.items())))
