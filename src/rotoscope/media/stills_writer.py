"""Writes frames as pictures: one still, or a folder of numbered ones."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from rotoscope.errors import EncodeError, OutputExists
from rotoscope.media.atomic import StagedFile, StagedFolder
from rotoscope.media.credentials import Credentials, Signing
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import NUMBER, STILL_SUFFIXES, WriteReport, is_pattern
from rotoscope.media.painted_tags import PaintedTags, painted_tags
from rotoscope.media.provenance import Provenance
from rotoscope.media.still_codecs import StillTags, encode_still, known_suffix
from rotoscope.media.stills import read_still
from rotoscope.media.writing import TransactionalWriter

_FOLDER_PATTERN = "%06d"


class StillWriter(TransactionalWriter):
    """One picture. ICC profile, EXIF and XMP of a still source come along; its orientation is applied."""

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        provenance: Provenance | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        super().__init__(output)
        self._suffix = known_suffix(output.suffix)
        self._quality = options.quality_or_default
        tagged = _tags_of(source)
        told = PaintedTags(tagged) if provenance is None else painted_tags(tagged, provenance, self._suffix)
        self._tags, self._tag_notes = told.tags, told.notes
        if provenance is not None and credentials is not None:
            path = None if source is None else source.path
            self._tags = replace(told.tags, finish=Signing(credentials, provenance, output.name, path))
        self._staged = StagedFile(output, overwrite=overwrite)
        self._notes: tuple[str, ...] | None = None

    def _write(self, frame: Frame) -> None:
        if self._notes is not None:
            raise EncodeError(
                f"{self._output} is one still, and a second frame was given. Write a numbered pattern "
                f"such as {self._output.with_name('%05d' + self._suffix)}, or one moment with --preview."
            )
        encoded = encode_still(frame.pixels, self._suffix, quality=self._quality, tags=self._tags)
        self._staged.part.write_bytes(encoded.content)
        self._notes = (*self._tag_notes, *encoded.notes)

    def _finish(self) -> WriteReport:
        if self._notes is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        size = self._staged.publish()
        return WriteReport(self._output, 1, size, self._suffix.lstrip("."), self._notes)

    def _discard(self) -> None:
        self._staged.discard()


class StillsWriter(TransactionalWriter):
    """Numbered pictures from 0 on, in a folder that is made where it is missing.

    With ``overwrite``, all pictures of an earlier, longer result under the same pattern go.
    """

    def __init__(self, output: Path, *, options: EncoderOptions, overwrite: bool) -> None:
        super().__init__(output)
        if is_pattern(output):
            self._folder, self._pattern = output.parent, output.name
        else:
            self._folder, self._pattern = output, _FOLDER_PATTERN + known_suffix(options.still_format)
        self._suffix = known_suffix(Path(self._pattern).suffix)
        self._quality = options.quality_or_default
        self._overwrite = overwrite
        if self._folder.exists() and not self._folder.is_dir():
            raise EncodeError(
                f"{self._folder} is a file, and a folder of stills is to be written. Give another name."
            )
        earlier = self._earlier()
        if earlier and not overwrite:
            raise OutputExists(
                f"{self._folder} holds {len(earlier)} pictures already, such as {earlier[0]}. Give another "
                f"folder, or --overwrite to replace them."
            )
        self._staged = StagedFolder(self._folder)
        self._names: list[str] = []
        self._notes: dict[str, None] = {}

    def _write(self, frame: Frame) -> None:
        number = len(self._names)
        name = NUMBER.sub(lambda place: place.group() % number, self._pattern, count=1)
        encoded = encode_still(frame.pixels, self._suffix, quality=self._quality, tags=StillTags())
        (self._staged.part / name).write_bytes(encoded.content)
        self._names.append(name)
        self._notes |= dict.fromkeys(encoded.notes)

    def _finish(self) -> WriteReport:
        if not self._names:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        replaced = self._earlier() if self._overwrite else []
        size = self._staged.publish(self._names, replaced=replaced, overwrite=self._overwrite)
        return WriteReport(
            self._folder,
            len(self._names),
            size,
            self._suffix.lstrip("."),
            tuple(self._notes),
            files=tuple(self._names),
        )

    def _discard(self) -> None:
        self._staged.discard()

    def _earlier(self) -> list[str]:
        """Names of pictures that an earlier result under this pattern left."""
        if not self._folder.is_dir():
            return []
        suffixes = "|".join(
            map(re.escape, STILL_SUFFIXES if not is_pattern(self._output) else [self._suffix])
        )
        before, after = NUMBER.split(Path(self._pattern).stem, maxsplit=1)
        numbered = re.compile(f"{re.escape(before)}\\d+{re.escape(after)}({suffixes})", re.IGNORECASE)
        return sorted(entry.name for entry in self._folder.iterdir() if numbered.fullmatch(entry.name))


def _tags_of(source: MediaInfo | None) -> StillTags:
    if source is None or source.kind is not MediaKind.STILL:
        return StillTags()
    still = read_still(source.path)
    return StillTags(icc_profile=still.icc_profile, exif=still.exif, xmp=still.xmp)
