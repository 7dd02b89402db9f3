"""A folder of numbered stills with a manifest: what separate makes, stylize paints and assemble reads."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from rotoscope.errors import EncodeError, OutputExists
from rotoscope.media.atomic import StagedFolder
from rotoscope.media.clip import Clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo
from rotoscope.media.manifest import (
    MANIFEST_NAME,
    AppliedFilter,
    FrameEntry,
    Manifest,
    SourceIdentity,
    StreamFacts,
    file_sha256,
    identify,
    read_manifest,
    stream_facts,
    write_manifest,
)
from rotoscope.media.output import WriteReport
from rotoscope.media.writer import open_writer
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.render.any_look import AnyLook

_NUMBERS = "%06d"


class _Time(NamedTuple):
    """When a frame is shown; what is kept of it while its picture is let go."""

    pts: int
    duration: int | None
    time_base: Fraction


class FramesFolderWriter:
    """Writes frames as stills and their times as a manifest; a Writer like any other.

    Where the frames come from a folder that has a manifest, its source and its filters are carried on, so
    that painted frames still know the clip they were separated from.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clip: Clip,
        look: AnyLook,
        options: EncoderOptions,
        overwrite: bool,
        source: MediaInfo | None = None,
        coherence: Coherence | None = None,
    ) -> None:
        """Stage the folder beside its place.

        ``source`` is what is known of the pictures where that is not what is known of the clip: they may have
        been converted. ``coherence`` is how neighboring frames were kept alike while the look painted them.

        Raises:
            OutputExists: there is such a folder with something in it, and ``overwrite`` is not given.
            EncodeError: it is a file, the source itself, or cannot be written to.
        """
        _refuse(folder, clip.source, overwrite=overwrite)
        self._folder = folder
        self._clip = clip
        self._info = source or clip.info
        self._look = look
        self._coherence = coherence
        self._overwrite = overwrite
        self._staged = StagedFolder(folder)
        self._times: list[_Time] = []
        self._report: WriteReport | None = None
        try:
            pattern = self._staged.part / f"{_NUMBERS}.{options.still_format}"
            self._writer = open_writer(pattern, source=self._info, options=options)
        except BaseException:
            self._staged.discard()
            raise

    def write(self, frame: Frame) -> None:
        """See :class:`rotoscope.media.output.Writer`."""
        self._writer.write(frame)
        self._times.append(_Time(frame.pts, frame.duration, frame.time_base))

    @property
    def written_bytes(self) -> None:
        """See :class:`rotoscope.media.output.Writer`: many files, so None."""
        return None

    def close(self) -> WriteReport:
        """See :class:`rotoscope.media.output.Writer`; the manifest is written with the frames."""
        if self._report is not None:
            return self._report
        try:
            stills = self._writer.close()
            write_manifest(self._staged.part, self._manifest(stills.files))
            earlier = _earlier_files(self._folder) if self._overwrite else []
            names = [*stills.files, MANIFEST_NAME]
            size = self._staged.publish(names, replaced=earlier, overwrite=self._overwrite)
        except BaseException:
            self.abort()
            raise
        self._report = WriteReport(
            self._folder, stills.frames, size, stills.codec, stills.notes, files=stills.files
        )
        return self._report

    def abort(self) -> None:
        """See :class:`rotoscope.media.output.Writer`."""
        if self._report is None:
            self._writer.abort()
            self._staged.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    def _manifest(self, files: tuple[str, ...]) -> Manifest:
        source, stream, earlier = self._provenance()
        applied = tuple(
            AppliedFilter(
                name=painter.name,
                digest=painter.digest,
                strength=self._look.strength,
                coherence=self._coherence,
            )
            for painter in self._look.painters
        )
        frames = tuple(
            FrameEntry(
                index=index,
                pts=time.pts,
                duration=time.duration,
                file=name,
                sha256=file_sha256(self._staged.part / name),
            )
            for index, (time, name) in enumerate(zip(self._times, files, strict=True))
        )
        return Manifest(source=source, stream=stream, filters=(*earlier, *applied), frames=frames)

    def _provenance(self) -> tuple[SourceIdentity, StreamFacts, tuple[AppliedFilter, ...]]:
        """Where the frames first came from, what is known of it, and what has painted them before."""
        folder = self._clip.source
        time_base = self._times[0].time_base
        if folder.is_dir() and (folder / MANIFEST_NAME).exists():
            manifest = read_manifest(folder)
            stream = manifest.stream.model_copy(update={"time_base": time_base})
            if self._info.video.color != self._clip.info.video.color:
                shown = stream_facts(self._info, time_base=time_base)
                stream = stream.model_copy(update={"color": shown.color})
            return manifest.source, stream, manifest.filters
        return identify(folder), stream_facts(self._info, time_base=time_base), ()


def _refuse(folder: Path, source: Path, *, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise EncodeError(f"{folder} is a file, and a folder of frames is to be written. Give another name.")
    if folder.exists() and source.exists() and folder.samefile(source):
        raise EncodeError(f"{folder} is the source itself, which is never written over. Give another folder.")
    if folder.is_dir() and any(folder.iterdir()):
        if not overwrite:
            raise OutputExists(
                f"{folder} exists already and is not empty. Give another folder, or --overwrite to replace "
                "the frames that its manifest names."
            )
        if not (folder / MANIFEST_NAME).exists():
            raise OutputExists(
                f"{folder} has no {MANIFEST_NAME}, so it is not known to be a folder of frames, and nothing "
                "in it is replaced, --overwrite or not. Give another folder."
            )


def _earlier_files(folder: Path) -> list[str]:
    """The files of an earlier result: those its manifest names, and the manifest."""
    if not (folder / MANIFEST_NAME).exists():
        return []
    names = [entry.file for entry in read_manifest(folder).frames]
    return [name for name in (*names, MANIFEST_NAME) if (folder / name).exists()]
